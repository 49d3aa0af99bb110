//! The built-in `why`: the last reply, explained.
//!
//! ```text
//! ftp> why
//! 503 in answer to RNTO b (Gives the file of RNFR its new name)
//!   ...
//!   Here    No RNFR was accepted directly before it, so the server does not know what to rename.
//!   Next    RNFR and the old name, then RNTO b
//! ```

use super::shown_command;
use crate::client::Status;
use crate::evidence::explanation::Explanation;
use crate::evidence::rules::{self, Circumstances};
use crate::protocol::user_pi::DataPortUse;
use crate::protocol::{Answered, Verb, reply_codes, verbs};
use crate::shell::charset::Charset;
use crate::shell::help;
use crate::shell::screen::page::{Layout, Page};

use crate::shell::screen::painter::list_verbs;

/// Explains a reply on a screen of so many columns; `status` and `circumstances` are those of now.
pub(crate) fn explain(
    answered: &Answered,
    status: &Status,
    circumstances: Circumstances,
    charset: Charset,
    columns: usize,
) -> String {
    let mut page = Page::new(columns);
    let code = answered.reply.code;
    page.paragraph(0, &format!("{code} {}", whose(answered, charset)));
    if code.0 < 1000 {
        help::explain_digits(&mut page, code);
    }
    let entry = reply_codes::entry(code);
    let meaning = entry.map_or(
        "No RFC and no server that we know uses this code.",
        |entry| entry.meaning_for(&answered.verb()),
    );
    page.item(&code.to_string(), CODE_COLUMNS, meaning);
    page.gap();
    if !status.connected {
        page.item("State", LABEL_COLUMNS, &state(status));
    }
    let command = shown_command(answered, charset);
    let fitting: Vec<_> = rules::all(answered, circumstances, &command).collect();
    explain_here(&mut page, &fitting, status.connected);
    let verb = answered.verb();
    if let Some(entry) = entry {
        page.item("Usually", LABEL_COLUMNS, entry.causes_for(&verb));
        let is_without_next = fitting
            .iter()
            .all(|explanation| explanation.next.is_empty());
        if is_without_next && status.connected && !entry.next_step.is_empty() {
            page.item("Next", LABEL_COLUMNS, entry.next_step);
        }
    }
    if !status.connected {
        page.item("Next", LABEL_COLUMNS, "`open` connects again");
    }
    if let Some(entry) = entry {
        page.item("Source", LABEL_COLUMNS, entry.reference);
    }
    if status.connected {
        page.item("State", LABEL_COLUMNS, &state(status));
    }
    page.into_text()
}

/// The explanations that fit best. Without a connection nothing that they could suggest can be sent.
fn explain_here(page: &mut Page, explanations: &[Explanation], is_connected: bool) {
    let mut last = "";
    for (index, Explanation { here, next, .. }) in
        explanations.iter().take(MAX_EXPLANATIONS).enumerate()
    {
        let label = if index == 0 { "Here" } else { "Or" };
        page.item(label, LABEL_COLUMNS, here);
        if is_connected && !next.is_empty() && next != last {
            page.item("Next", LABEL_COLUMNS, next);
        }
        last = next;
    }
}

fn whose(answered: &Answered, charset: Charset) -> String {
    match &answered.command {
        None if answered.unexpected => "that was not expected".to_owned(),
        None => "as the greeting".to_owned(),
        Some(command) => {
            let about =
                verbs::entry(&command.verb()).map(|entry| entry.summary.trim_end_matches('.'));
            let about = about.map(|about| format!(" ({about})")).unwrap_or_default();
            format!("in answer to {}{about}", shown_command(answered, charset))
        }
    }
}

/// What is known of the session, in a line.
fn state(status: &Status) -> String {
    if !status.connected {
        return "not connected".to_owned();
    }
    let known = &status.learnt;
    let mut parts = vec![
        if known.logged_in {
            "logged in"
        } else {
            "not logged in"
        }
        .to_owned(),
        format!("TYPE {}", known.parameters.effective_type()),
        match known.data_port {
            None => "no PASV or PORT is pending",
            Some(DataPortUse::Passive) => "a PASV or EPSV is pending",
            Some(DataPortUse::Active) => "a PORT or EPRT is pending",
        }
        .to_owned(),
    ];
    if let Some(marker) = known.pending_restart {
        parts.push(format!("REST {} is pending", marker.0));
    }
    if known.pending_rename {
        parts.push("RNFR waits for RNTO".to_owned());
    }
    if known.epsv_all {
        parts.push("EPSV ALL is in force".to_owned());
    }
    if !status.outstanding.is_empty() {
        let outstanding: &[Verb] = &status.outstanding;
        parts.push(format!(
            "replies are outstanding for {}",
            list_verbs(outstanding)
        ));
    }
    parts.join("; ")
}

/// More than so many explanations confuse.
const MAX_EXPLANATIONS: usize = 2;
const CODE_COLUMNS: usize = 7;
const LABEL_COLUMNS: usize = 10;
