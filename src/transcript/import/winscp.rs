//! WinSCP's session log.
//!
//! ```text
//! . 2024-03-01 10:00:00.118 Connected with 127.0.0.1:21. Waiting for welcome message...
//! < 2024-03-01 10:00:00.119 220 ready
//! > 2024-03-01 10:00:00.120 USER tester
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{Item, Items};

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    for line in lines {
        items.begin_line();
        let Some(found) = LINE.captures(line) else {
            if line.trim_ascii().is_empty() {
                items.noise();
            } else {
                items.unknown();
            }
            continue;
        };
        let text = found.get(2).map_or(&b""[..], |text| text.as_bytes());
        match found.get(1).map(|mark| mark.as_bytes()) {
            Some(b">") => items.sent(text),
            Some(b"<") => items.received(text),
            _ => items.noise(),
        }
    }
    items.into_found()
}

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^([<>.!*]) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?(?: (.*))?$")
        .expect("a constant expression")
});
