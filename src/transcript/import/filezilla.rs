//! FileZilla's message log, from its window or its file.
//!
//! ```text
//! Status:      Connection established, waiting for welcome message...
//! Response:    220 ready
//! Command:     USER tester
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{Item, Items};
use super::text::without_separator;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    for line in lines {
        items.begin_line();
        let found = LINE.captures(line);
        let parts = found
            .as_ref()
            .and_then(|found| Some((found.get(1)?, found.get(2)?)));
        match parts.map(|(mark, text)| (mark.as_bytes(), text.as_bytes())) {
            Some((b"Command", text)) => items.sent(text.trim_ascii()),
            Some((b"Response", text)) if items.reply_is_open() => {
                items.received(without_separator(text));
            }
            Some((b"Response", text)) => items.received(text.trim_ascii_start()),
            Some(_) => items.noise(),
            None if line.trim_ascii().is_empty() => items.noise(),
            None => items.unknown(),
        }
    }
    items.into_found()
}

/// The log file has date, process and session in front of it.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[0-9T:.,/ \t-]*\s)?(Command|Response|Status|Error|Trace|Listing):(.*)$")
        .expect("a constant expression")
});
