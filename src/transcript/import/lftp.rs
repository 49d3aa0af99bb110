//! lftp with `debug`, or `-d`.
//!
//! ```text
//! ---- Connecting to 127.0.0.1 (127.0.0.1) port 21
//! <--- 220 ready
//! ---> USER tester
//! I am ---> SIZE 1.TXT          data has no line end of lftp's
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{Item, Items};
use super::text::{split_at, without_separator};
use crate::protocol::DataDirection;
use crate::transcript::data::LineEnd;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    let mut has_received = false;
    for line in lines {
        items.begin_line();
        has_received |= items.moves_data(DataDirection::Received);
        let marks = MARKS.iter();
        let found = marks.filter_map(|mark| Some((*mark, split_at(line, mark)?)));
        let first = found.min_by_key(|(_, (before, _))| before.len());
        let (mark, before, text) = match first {
            Some((mark, (before, text))) => (Some(mark), before, text),
            None => (None, *line, &[][..]),
        };
        let end = if mark.is_some() {
            LineEnd::None
        } else {
            LineEnd::CrLf
        };
        match before {
            [] if mark.is_some() => {}
            [] => items.noise(),
            _ if CHATTER.is_match(before) => items.noise(),
            _ if has_received => items.data(before, end, None),
            _ => items.unknown(),
        }
        match mark {
            Some("--->") => items.sent(without_separator(text)),
            Some("<---") => items.received(without_separator(text)),
            Some(_) => items.noise(),
            None => {}
        }
    }
    items.into_found()
}

const MARKS: [&str; 3] = ["--->", "<---", "---- "];

static CHATTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ^\s* (
            lftp\s[^>]*> | \*\*\*\*\s | [$]\slftp | cd\sok | Password:
            | (copy|cat|cd|get|ls|mget|mirror|mput|mv|open|put|reget|reput|rm|user):\s
            | \d+\sbytes\stransferred | Total:\s
        )",
    )
    .expect("a constant expression")
});
