//! Logs of FTP clients and servers, read line by line whatever their length: which line is a command, which a reply, and of
//! which session.
//!
//! ```text
//! bytes -> lines -> a row of notations.table, or the form -> LogLine
//! ```

mod dump;
mod form;
mod lines;
pub(crate) mod masking;
mod notations;
mod own_log;
mod quoted;
mod reader;
mod screen;
mod sessions;

use std::collections::BTreeMap;

use super::items::{Item, Items};

/// What the lines are, as those of the session that has most of them; other sessions are passed over.
pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let text = lines.join(&b'\n');
    let mut reader = LogReader::new(text.as_slice());
    let mut read = Vec::new();
    // A slice can always be read.
    while let Ok(Some(line)) = reader.next_line() {
        read.push(line);
    }
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for line in read.iter().filter(|line| line.meaning.is_dialogue()) {
        *sizes.entry(line.session).or_default() += 1;
    }
    // Of several, the first.
    let longest = sizes.iter().rev().max_by_key(|(_, size)| **size);
    let longest = longest.map_or(0, |(session, _)| *session);
    let mut items = Items::default();
    let mut number = 0;
    for line in read {
        while number < line.number {
            items.begin_line();
            number += 1;
        }
        match line.meaning {
            Meaning::Unknown(_) => items.unknown(),
            meaning if line.session != longest && meaning.is_dialogue() => {
                items.of_another_session()
            }
            Meaning::Sent(command) => items.sent(command.line()),
            Meaning::Received(text) => items.received(&text),
            Meaning::Answered(code) => items.received(code.to_string().as_bytes()),
            Meaning::Said(_) | Meaning::Logged(_) | Meaning::Noise => items.noise(),
        }
    }
    for _ in number..lines.len() {
        items.begin_line();
        items.noise();
    }
    items.into_found()
}

pub(crate) use own_log::Logged;
pub(crate) use reader::{LogLine, LogReader, Meaning};
