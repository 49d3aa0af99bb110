//! `curl -v`, with or without `--trace-time`.
//!
//! ```text
//! * Connected to 127.0.0.1 (127.0.0.1) port 21
//! < 220 ready
//! > USER tester
//! } [6 bytes data]
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{Item, Items};
use crate::protocol::DataDirection;
use crate::transcript::data::LineEnd;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    let mut has_received = false;
    for line in lines {
        items.begin_line();
        has_received |= items.moves_data(DataDirection::Received);
        match without_time(line) {
            [b'>', b' ', text @ ..] if text.first().is_some_and(u8::is_ascii_alphabetic) => {
                items.sent(text);
            }
            [b'<', b' ', text @ ..] => items.received(text),
            [b'*', b' ', ..] | [b'{' | b'}', b' ', b'[', ..] | [] => items.noise(),
            text if PROGRESS.is_match(text) => items.noise(),
            // Without `-o`, the data stand between the lines, or after them all.
            text if has_received => items.data(text, LineEnd::CrLf, None),
            _ => items.unknown(),
        }
    }
    items.into_found()
}

fn without_time(line: &[u8]) -> &[u8] {
    let time = TIME.find(line).map_or(0, |time| time.end());
    &line[time..]
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d\d:\d\d:\d\d\.\d+ (\[[0-9x-]+\] )?").expect("a constant expression")
});
static PROGRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(% Total\b|Dload\b|\r?\s*\d+ +\d+\S* +\d+ .*-?-:|curl: \(\d+\)|\$ curl )")
        .expect("a constant expression")
});
