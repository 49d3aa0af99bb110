//! What `curl --trace` and `--trace-ascii` write: a head that says which way and how many bytes, and rows of them.
//!
//! ```text
//! <= Recv header, 11 bytes (0xb)
//! 0000: 32 32 30 20 72 65 61 64 79 0d 0a                220 ready..         --trace
//! 0000: 220 ready                                                           --trace-ascii
//! ```

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

/// The part of a dump that is being read.
#[derive(Debug, Default)]
pub(super) struct Dump {
    part: Option<Part>,
    /// How many bytes the part has.
    size: usize,
    /// A line of the dialogue that has not ended.
    line: Vec<u8>,
    /// Where the row has to begin that goes on with it.
    goes_on_at: usize,
}

/// What the rows after a head are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Commands.
    Sent,
    /// Replies.
    Received,
    /// Data, or what TLS makes of everything.
    Other,
}

/// Lines of the dialogue that have ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) part: Part,
    pub(super) lines: Vec<Vec<u8>>,
}

impl Dump {
    /// Takes a line; `None` if it is not of a dump.
    pub(super) fn take(&mut self, line: &[u8]) -> Option<Ended> {
        if let Some(head) = HEAD.captures(line) {
            return Some(self.begin(&head));
        }
        let part = self.part?;
        let Some(row) = ROW.captures(line) else {
            self.part = None;
            return None;
        };
        let number = |name| str::from_utf8(&row[name]).ok();
        let offset = number("offset").and_then(|it| usize::from_str_radix(it, 16).ok())?;
        let lines = match bytes_of(&row["text"]) {
            _ if part == Part::Other => Vec::new(),
            Some(bytes) => self.take_bytes(&bytes),
            None => self.take_text(offset, &row["text"]),
        };
        Some(Ended { part, lines })
    }

    fn begin(&mut self, head: &Captures<'_>) -> Ended {
        let part = match (&head["way"], &head["what"]) {
            (b"=> Send", b"header") => Part::Sent,
            (b"<= Recv", b"header") => Part::Received,
            _ => Part::Other,
        };
        let before = self.part.replace(part).unwrap_or(part);
        let size = str::from_utf8(&head["size"]).ok();
        self.size = size.and_then(|it| it.parse().ok()).unwrap_or_default();
        Ended {
            part: before,
            lines: self.end_line().into_iter().collect(),
        }
    }

    fn end_line(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        (!line.is_empty()).then_some(line)
    }

    fn take_bytes(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => lines.extend(self.end_line()),
                b'\r' => {}
                byte => self.line.push(*byte),
            }
        }
        lines
    }

    /// A row ends where a line does, or is full.
    fn take_text(&mut self, offset: usize, text: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        if offset != self.goes_on_at {
            lines.extend(self.end_line());
        }
        self.line.extend_from_slice(text);
        self.goes_on_at = offset + text.len();
        let is_last = self.goes_on_at + LINE_END >= self.size;
        if text.len() < FULL_ROW || is_last {
            lines.extend(self.end_line());
        }
        lines
    }
}

/// The bytes of a row in numbers, which are followed by as many characters.
fn bytes_of(text: &[u8]) -> Option<Vec<u8>> {
    let (numbers, characters) = text.split_at_checked(COLUMNS_OF_BYTES)?;
    let numbers = str::from_utf8(numbers).ok()?.split_ascii_whitespace();
    let bytes: Result<Vec<u8>, _> = numbers.map(|it| u8::from_str_radix(it, 16)).collect();
    bytes.ok().filter(|bytes| bytes.len() == characters.len())
}

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x-u) ^ (?:\S+\ )? (?:\[[0-9x-]+\]\ )?
        (?P<way> =>\ Send | <=\ Recv )\ (?P<what> header | data | SSL\ data ),\ (?P<size>\d+)\ bytes\ \(0x";
    Regex::new(expression).expect("a constant expression")
});
static ROW: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?s-u)^(?P<offset>[0-9a-f]{4,8}): (?P<text>.*)$";
    Regex::new(expression).expect("a constant expression")
});
/// Sixteen times two digits and a space.
const COLUMNS_OF_BYTES: usize = 48;
/// Characters of a row without numbers.
const FULL_ROW: usize = 64;
/// CR LF.
const LINE_END: usize = 2;

#[cfg(test)]
mod tests {
    use super::{Dump, Part};

    fn lines(dump: &str) -> Vec<(Part, String)> {
        let mut reader = Dump::default();
        let ended = dump.lines().filter_map(|line| reader.take(line.as_bytes()));
        let lines = ended.flat_map(|it| it.lines.into_iter().map(move |line| (it.part, line)));
        lines
            .map(|(part, line)| (part, String::from_utf8_lossy(&line).into_owned()))
            .collect()
    }

    #[test]
    fn numbers_are_read_and_not_the_characters_beside_them() {
        let dump = "== Info: Connected to h\n<= Recv header, 25 bytes (0x19)\n\
            0000: 32 32 30 20 68 69 20 74 68 65 72 65 2e 20 68 69 220 hi there. hi\n\
            0010: 0d 0a 33 33 31 20 c3 0d 0a                      ..331 ...\n\
            => Send SSL data, 5 bytes (0x5)\n0000: 17 03 03 00 12                                  .....\n\
            10:00:00.123456 [0-0] => Send header, 8 bytes (0x8)\n\
            0000: 55 53 45 52 20 61 0d 0a                         USER a..\n";
        let found = lines(dump);
        let expected = [
            (Part::Received, "220 hi there. hi"),
            (Part::Received, "331 \u{fffd}"),
            (Part::Sent, "USER a"),
        ];
        assert_eq!(found, expected.map(|(part, line)| (part, line.to_owned())));
    }

    #[test]
    fn a_line_that_goes_on_in_the_next_row_is_one() {
        let long = "a".repeat(60);
        let rest = "b".repeat(64);
        let dump = format!(
            "<= Recv header, 144 bytes (0x90)\n0000: 220-{long}\n0042: 220 {long}\n0082: {rest}\n\
             => Send header, 6 bytes (0x6)\n0000: QUIT\nelse\n0000: QUIT\n"
        );
        let found: Vec<String> = lines(&dump).into_iter().map(|(_, line)| line).collect();
        assert_eq!(
            found,
            [
                format!("220-{long}"),
                format!("220 {long}{rest}"),
                "QUIT".to_owned()
            ]
        );
    }
}
