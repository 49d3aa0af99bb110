//! The lines of a text that is read in pieces, whatever wrote it.

use std::borrow::Cow;
use std::io::{self, BufRead};

use super::{form, notations};
use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// Lines without their ends, without colours, and cut where they go on for ever.
pub(super) struct Lines<R> {
    source: R,
    /// UTF-16 becomes UTF-8; other bytes stay.
    decoder: Option<Decoder>,
    has_begun: bool,
    decoded: Vec<u8>,
    is_at_end: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            decoder: None,
            has_begun: false,
            decoded: Vec::new(),
            is_at_end: false,
        }
    }

    /// The next one; `None` at the end. LF within it stands for a CR that ended a command or a reply.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if !self.has_begun {
            self.begin()?;
        }
        let line = match self.decoder {
            Some(_) => self.next_decoded()?,
            None => self.next_of_bytes()?,
        };
        Ok(line.map(|line| plain(&line)))
    }

    /// Looks at the mark in front, which may be missing: then every second byte of UTF-16 is 0.
    fn begin(&mut self) -> io::Result<()> {
        self.has_begun = true;
        let start = self.source.fill_buf()?;
        let zeros = |offset: usize| {
            let bytes = start.iter().take(SAMPLE).skip(offset).step_by(2);
            let count = bytes.clone().filter(|byte| **byte == 0).count();
            count > 4 && count * 4 > bytes.count() * 3
        };
        let (mark, encoding) = match start {
            [0xef, 0xbb, 0xbf, ..] => (3, None),
            [0xff, 0xfe, ..] => (2, Some(UTF_16LE)),
            [0xfe, 0xff, ..] => (2, Some(UTF_16BE)),
            _ if zeros(1) => (0, Some(UTF_16LE)),
            _ if zeros(0) => (0, Some(UTF_16BE)),
            _ => (0, None),
        };
        self.source.consume(mark);
        self.decoder = encoding.map(|it| it.new_decoder_without_bom_handling());
        Ok(())
    }

    fn next_of_bytes(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut is_some = false;
        loop {
            let bytes = self.source.fill_buf()?;
            if bytes.is_empty() {
                return Ok(is_some.then_some(line));
            }
            is_some = true;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            keep(&mut line, part);
            let length = part.len() + usize::from(end.is_some());
            self.source.consume(length);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }

    fn next_decoded(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut is_some = false;
        loop {
            if let Some(end) = self.decoded.iter().position(|byte| *byte == b'\n') {
                keep(&mut line, &self.decoded[..end]);
                self.decoded.drain(..=end);
                return Ok(Some(line));
            }
            is_some |= !self.decoded.is_empty();
            keep(&mut line, &self.decoded);
            self.decoded.clear();
            if self.is_at_end {
                return Ok(is_some.then_some(line));
            }
            self.decode()?;
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        let bytes = self.source.fill_buf()?;
        self.is_at_end = bytes.is_empty();
        let mut text = String::with_capacity(DECODED_AT_ONCE);
        let (_, read, _) = decoder.decode_to_string(bytes, &mut text, self.is_at_end);
        self.source.consume(read);
        self.decoded.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn keep(line: &mut Vec<u8>, part: &[u8]) {
    let room = LINE_LIMIT.saturating_sub(line.len());
    line.extend_from_slice(&part[..part.len().min(room)]);
}

/// Without the CRs of its end, what a CR in the middle wrote over, and the sequences that colour it.
fn plain(line: &[u8]) -> Vec<u8> {
    let end = line.iter().rposition(|byte| *byte != b'\r');
    let line = end.map_or(&[][..], |end| &line[..=end]);
    let line = &without_overwritten(line)[..];
    let mut rest = line;
    let mut text = Vec::with_capacity(rest.len());
    while let Some(escape) = rest.iter().position(|byte| *byte == ESC) {
        text.extend_from_slice(&rest[..escape]);
        rest = &rest[escape + sequence_length(&rest[escape..])..];
    }
    text.extend_from_slice(rest);
    text
}

/// A progress bar goes back to the start of its line; a CR within a command or a reply is part of it, unless another one
/// follows it: that is LF then.
fn without_overwritten(line: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = line.iter().position(|byte| *byte == b'\r') else {
        return line.into();
    };
    let is_dialogue = |part: &[u8]| notations::is_dialogue(part) || form::read(part).is_some();
    if is_dialogue(&line[..first]) {
        let mut text = line[..first].to_vec();
        for part in line[first + 1..].split(|byte| *byte == b'\r') {
            text.push(if is_dialogue(part) { b'\n' } else { b' ' });
            text.extend_from_slice(part);
        }
        return text.into();
    }
    let last = line.iter().rposition(|byte| *byte == b'\r');
    line[last.map_or(0, |last| last + 1)..].into()
}

/// How long the sequence is that begins with this ESC (ECMA-48 section 5.4).
fn sequence_length(bytes: &[u8]) -> usize {
    let length = match bytes.get(1) {
        Some(b'[') => {
            let end = bytes[2..].iter().position(|it| (0x40..=0x7e).contains(it));
            end.map(|end| end + 3)
        }
        Some(b']') => {
            let end = bytes.iter().position(|it| *it == BEL || *it == b'\\');
            end.map(|end| end + 1)
        }
        Some(_) => Some(2),
        None => None,
    };
    length.unwrap_or(bytes.len())
}

/// Bytes kept of one line.
const LINE_LIMIT: usize = 64 * 1024;
const SAMPLE: usize = 256;
const DECODED_AT_ONCE: usize = 16 * 1024;
const ESC: u8 = 0x1b;
const BEL: u8 = 7;

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{LINE_LIMIT, Lines};

    fn lines(bytes: &[u8], capacity: usize) -> Vec<String> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, bytes));
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push(String::from_utf8_lossy(&line).into_owned());
        }
        all
    }

    #[test]
    fn lines_are_found_whatever_wrote_them_and_however_they_are_cut() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [
            b"220 ready\n\xc3\xa9 b\n".to_vec(),
            b"\xef\xbb\xbf220 ready\r\r\n\xc3\xa9 b\r\n".to_vec(),
            b"\x1b[32m220\x1b[0m ready\n  10%\r 90%\r\xc3\xa9 b".to_vec(),
            b"\x1b]0;title\x07220 ready\x1b[K\n\xc3\xa9 \x1b(Bb"[..].to_vec(),
            utf_16("\u{feff}220 ready\r\n\u{e9} b\r\n", u16::to_le_bytes),
            utf_16("\u{feff}220 ready\n\u{e9} b", u16::to_be_bytes),
            utf_16("220 ready\n\u{e9} b\n", u16::to_le_bytes),
        ] {
            for capacity in [64, 1000] {
                let found = lines(&bytes, capacity);
                let found: Vec<&str> = found.iter().map(|it| it.trim_start_matches('B')).collect();
                assert_eq!(found[0], "220 ready", "{bytes:?}");
                assert!(found[1].starts_with("\u{e9} "), "{bytes:?}: {found:?}");
                assert_eq!(found.len(), 2, "{bytes:?}: {found:?}");
            }
        }
    }

    #[test]
    fn an_endless_line_is_cut() {
        let text = [vec![b'a'; 3 * LINE_LIMIT], b"\nb".to_vec()].concat();
        let found = lines(&text, 4096);
        assert_eq!(found[0].len(), LINE_LIMIT);
        assert_eq!(found[1], "b");
    }

    #[test]
    fn sequences_that_are_cut_end_with_the_line() {
        assert_eq!(lines(b"a\x1b[31\nb\x1b\nc\x1b]0\n", 64), ["a", "b", "c"]);
    }
}
