//! What happened on both connections, in one line.

use crate::learn::Lesson;
use crate::practice::{LogEntry, LogEvent};
use crate::shell::screen::page::Page;

/// The three lines after a lesson: what happened on both connections, what it is called in the RFC, what to try.
pub(super) fn after(lesson: &Lesson, entries: &[LogEntry], columns: usize) -> String {
    let mut page = Page::new(columns);
    let rows = [
        ("seen", drawn(entries)),
        ("RFC", lesson.rfc.clone()),
        ("try", lesson.try_next.clone()),
    ];
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        page.labelled(2, label, LABEL_COLUMNS, text);
    }
    page.into_text()
}

/// The last exchange, a transfer from its PASV or PORT on: control connection, data connection.
fn drawn(entries: &[LogEntry]) -> String {
    let (mut control, mut data) = (Vec::new(), Vec::new());
    for entry in &entries[beginning(entries)..] {
        match &entry.event {
            LogEvent::Command { verb, .. } => control.push(format!("→ {verb}")),
            LogEvent::Reply { code, .. } => control.push(format!("← {code}")),
            LogEvent::DataSecured { .. } => data.push("TLS".to_owned()),
            LogEvent::Transfer(transfer) => {
                let is_upload = ["STOR", "STOU", "APPE"]
                    .iter()
                    .any(|it| transfer.verb.is(it));
                let arrow = if is_upload { "→" } else { "←" };
                let end = if transfer.is_complete {
                    ""
                } else {
                    ", broken off"
                };
                data.push(format!("{arrow} {} bytes{end}", transfer.bytes));
            }
            _ => {}
        }
    }
    let data = match data.as_slice() {
        [] => "none".to_owned(),
        data => data.join(" "),
    };
    format!("control {} · data {data}", control.join(" "))
}

fn beginning(entries: &[LogEntry]) -> usize {
    let last = |is: &dyn Fn(&LogEvent) -> bool| entries.iter().rposition(|it| is(&it.event));
    let opens = |event: &LogEvent| match event {
        LogEvent::Command { verb, .. } => OPENING.iter().any(|name| verb.is(name)),
        _ => false,
    };
    let opened = last(&opens).filter(|&at| entries.len() - at <= LONGEST);
    let command = last(&|event| matches!(event, LogEvent::Command { .. }));
    opened.or(command).unwrap_or(entries.len())
}

const OPENING: [&str; 4] = ["PASV", "EPSV", "PORT", "EPRT"];
/// More would not fit a line.
const LONGEST: usize = 16;
const LABEL_COLUMNS: usize = 8;
