//! `C:` and `S:`, as an article prints them, with stage directions.
//!
//! ```text
//! Cmd:telnet 127.0.0.1            the first window is the control connection
//! C:appe 1.TXT
//! s:150 Opening ASCII mode data connection for 1.TXT.
//! C:zfive5 Close                  data, and half of "close the window": the data ends without a line end
//! Windows                         the other half
//! s:226 Transfer complete.
//! ```

use super::items::{CodedLine, Item, Items};
use super::text::{after, without_separator};
use crate::protocol::DataDirection;
use crate::transcript::data::LineEnd;
use crate::transcript::export::{CR_LF, LF, NO_REPLY};

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut items = Items::default();
    for line in lines {
        items.begin_line();
        let line = line.trim_ascii_start();
        if let Some(text) = after_mark(line, &["C", "Client"]) {
            take_clients_line(&mut items, text);
        } else if let Some(text) = after_mark(line, &["S", "Server"]) {
            take_servers_line(&mut items, text);
        } else if let Some(text) = after_mark(line, &["D", "Data"]) {
            items.data(text, LineEnd::CrLf, None);
        } else {
            take_unmarked_line(&mut items, line.trim_ascii_end());
        }
    }
    items.into_found()
}

/// The text after a speaker's name; `C:\` is a drive.
fn after_mark<'a>(line: &'a [u8], names: &[&str]) -> Option<&'a [u8]> {
    let rest = names.iter().find_map(|name| match after(line, name)? {
        [b':' | b'>', rest @ ..] => Some(rest),
        [b'<', rest @ ..] if *name == "D" => Some(rest),
        _ => None,
    })?;
    (rest.first() != Some(&b'\\')).then(|| without_separator(rest))
}

fn take_clients_line(items: &mut Items, text: &[u8]) {
    let is_data = items
        .transfer()
        .is_some_and(|transfer| transfer.has_begun && transfer.direction == DataDirection::Sent);
    if !is_data || text.trim_ascii().eq_ignore_ascii_case(b"ABOR") {
        return items.sent(text.trim_ascii_end());
    }
    match without_remark(text) {
        Some(text) => items.data(text, LineEnd::None, None),
        None => take_data_line(items, text),
    }
}

/// Data with the line end that is told after them; else it is CR LF.
fn take_data_line(items: &mut Items, text: &[u8]) {
    let told = [(LF, LineEnd::Lf), (CR_LF, LineEnd::CrLf)];
    let told = told
        .into_iter()
        .find_map(|(word, end)| Some((without_last(text, word)?, end)));
    let (text, end) = told.unwrap_or((text, LineEnd::CrLf));
    items.data(text, end, None);
}

fn take_servers_line(items: &mut Items, text: &[u8]) {
    let is_data = items.moves_data(DataDirection::Received)
        && !items.reply_is_open()
        && CodedLine::of(text).is_none();
    if is_data {
        take_data_line(items, text);
    } else {
        items.received(text);
    }
}

fn take_unmarked_line(items: &mut Items, text: &[u8]) {
    let is_window = text.eq_ignore_ascii_case(b"window") || text.eq_ignore_ascii_case(b"windows");
    if is_window
        && let Some(data) = items.last_data()
        && let Some(length) = length_without_last_word(&data.text, b"close")
    {
        data.text.truncate(length);
        data.end = LineEnd::None;
        return items.noise();
    }
    let is_stage_direction = items.transfer().is_some() && is_closing(text);
    let names_telnet = after_mark(text, &["Cmd"]).is_some();
    if text == format!("({NO_REPLY})").as_bytes() {
        return items.no_reply();
    }
    let is_comment = text.starts_with(b"#");
    if text.is_empty() || is_comment || is_stage_direction || names_telnet {
        items.noise();
    } else if items.reply_is_open() {
        items.received(text);
    } else {
        items.unknown();
    }
}

/// The data in front of this word, if it stands after them.
fn without_last<'a>(text: &'a [u8], word: &str) -> Option<&'a [u8]> {
    text.strip_suffix(word.as_bytes())?.strip_suffix(b" ")
}

/// Whether a line of data ends with what would be taken for a word about its end.
pub(in crate::transcript) fn seems_to_tell_its_end(text: &[u8]) -> bool {
    let is_last = |word: &&str| without_last(text, word).is_some();
    [LF, CR_LF].iter().any(is_last) || without_remark(text).is_some()
}

/// The data in front of "close the window", if that stands after them.
fn without_remark(text: &[u8]) -> Option<&[u8]> {
    let blanks = (0..text.len()).filter(|at| text[*at] == b' ');
    // A stage direction has few words, and a line may have many.
    let mut last = blanks.rev().take(CLOSING_WORDS);
    last.find_map(|at| {
        let is_direction = is_closing(text[at..].trim_ascii());
        is_direction.then(|| text[..at].trim_ascii_end())
    })
}

/// How long the text is without its last word, if that is `word`.
fn length_without_last_word(text: &[u8], word: &[u8]) -> Option<usize> {
    let text = text.trim_ascii_end();
    let at = text.iter().rposition(|byte| *byte == b' ')?;
    text[at + 1..]
        .eq_ignore_ascii_case(word)
        .then(|| text[..at].trim_ascii_end().len())
}

/// Whether this says that the data connection is closed: `close`, and of what, perhaps in brackets.
fn is_closing(text: &[u8]) -> bool {
    let letters: Vec<u8> = text
        .iter()
        .filter(|byte| !b"()[].".contains(byte))
        .map(u8::to_ascii_lowercase)
        .collect();
    let mut words = letters
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty());
    let is_close = words.next().is_some_and(|word| word.starts_with(b"close"));
    let objects = [
        "the",
        "this",
        "second",
        "telnet",
        "data",
        "window",
        "windows",
        "connection",
    ];
    let mut others = words.peekable();
    is_close
        && others.peek().is_some()
        && others.all(|word| objects.iter().any(|object| object.as_bytes() == word))
}

const CLOSING_WORDS: usize = 6;
