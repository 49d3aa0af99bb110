//! The list of packets of Wireshark or tshark; one session of it, as `tcp.stream eq 0` shows it.
//!
//! ```text
//!   4 0.000286    127.0.0.1 -> 127.0.0.1    FTP 94 Response: 220 ready
//!   6 0.000374    127.0.0.1 -> 127.0.0.1    FTP 79 Request: USER tester
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{Item, Items};
use super::text::split_at;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    for line in lines {
        items.begin_line();
        if let Some((_, text)) = split_at(line, "Request: ") {
            items.sent(text.trim_ascii_end());
        } else if let Some((_, text)) = split_at(line, "Response: ") {
            items.received(text);
        } else if line.trim_ascii().is_empty() || OTHER.is_match(line) {
            items.noise();
        } else {
            items.unknown();
        }
    }
    items.into_found()
}

/// Packets that are neither, and the heads of the columns.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(TCP|TLSv[\d.]+|SSL|FTP-DATA|ARP|Telnet)\s+\d+\s|^No\.\s+Time\b|^(Capturing|Running) ",
    )
    .expect("a constant expression")
});
