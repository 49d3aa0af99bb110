//! tnftp, and the ftp of inetutils and netkit, with `debug`; replies are there if it was verbose too.
//!
//! ```text
//! ftp> append rest 1.TXT
//! local: rest remote: 1.TXT
//! ---> EPSV
//! 229 Entering extended passive mode (|||38685|).
//! 229 Entering extended passive mode (|||38685|).      tnftp prints the replies to EPSV and EPRT twice
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{CodedLine, Item, Items};
use super::text::split_at;
use crate::protocol::DataDirection;
use crate::transcript::data::LineEnd;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    let mut before: &[u8] = b"";
    for line in lines {
        items.begin_line();
        let text = without_prompts(line);
        let is_coded = CodedLine::of(text).is_some();
        if let Some((_, command)) = split_at(text, "---> ") {
            items.sent(command);
        } else if is_coded && !items.reply_is_open() && text == before {
            items.noise();
        } else if is_coded || items.reply_is_open() {
            items.received(text);
        } else if text.is_empty() || text.len() < line.len() || CHATTER.is_match(text) {
            items.noise();
        } else if items.moves_data(DataDirection::Received) {
            items.data(text, LineEnd::CrLf, None);
        } else {
            items.unknown();
        }
        before = text;
    }
    items.into_found()
}

/// The line after `ftp> `; a prompt may stand there several times when standard input was a file.
fn without_prompts(line: &[u8]) -> &[u8] {
    let mut text = line;
    while let Some(rest) = text.strip_prefix(b"ftp>") {
        text = rest.trim_ascii_start();
    }
    text
}

static CHATTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ^ (
            Connected\sto | Trying\s | Remote\ssystem | Using\s\w+\smode | (Name|User)\s\( | Password: | Login\s
            | local:\s | features\[ | setupsockbufsize | remotemodtime | remotesize | hookup | Debugging\s | Verbose\s
            | \d+\sbytes\s(sent|received) | (ftp|tnftp|[$]):?\s | Passive\smode | Goodbye | \?Invalid
            | \s*\d+%\s | getpeereid | pasv: | got\sEPSV | parse | Extended
        )",
    )
    .expect("a constant expression")
});
