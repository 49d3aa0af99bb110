//! Cuts the bytes of the control connection into replies (RFC 959 section 4.2).
//!
//! A reply ends where RFC 959 says: at a line that begins with the code of the first line and a space. Nothing in
//! the text is interpreted, so a read may cut a line, a line end or a Telnet command anywhere.

use std::collections::VecDeque;

use super::reply::{Reply, ReplyCode};
use super::telnet::{Filtered, TelnetFilter};

/// Bytes kept of one line.
pub const LINE_LIMIT: usize = 64 * 1024;
/// Lines kept of one reply.
pub const REPLY_LINES_LIMIT: usize = 64 * 1024;
/// Bytes kept of one reply, all lines together.
pub const REPLY_BYTES_LIMIT: usize = 1024 * 1024;

/// The reader of one control connection.
///
/// Bytes go in with [`ReplyReader::push`], what they amount to comes out of [`ReplyReader::next_received`]. What is
/// held is bounded once everything received has been taken out: what goes on for ever is still read,
/// but no longer kept.
#[derive(Debug, Default)]
pub struct ReplyReader {
    telnet: TelnetFilter,
    line: Line,
    /// A CR that may be the first half of a line end.
    holds_cr: bool,
    open_reply: Option<OpenReply>,
    ready: VecDeque<Received>,
    strict: bool,
}

/// Something whole that came over the control connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A reply.
    Reply(Reply),
    /// A Telnet command, from its IAC on (RFC 854). It stood in the text that follows.
    Telnet(Vec<u8>),
    /// A line outside any reply that is not a reply itself, without its line end, cut at [`LINE_LIMIT`].
    Stray(Vec<u8>),
}

impl ReplyReader {
    /// A reader that has received nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they were read.
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.telnet.take(byte) {
                Filtered::Nothing => {}
                Filtered::Text(byte) => self.take_text(byte),
                Filtered::UndoubledIac(byte) => {
                    self.take_text(u8::MAX);
                    self.take_text(byte);
                }
                Filtered::Command(command) => self.ready.push_back(Received::Telnet(command)),
            }
        }
    }

    /// The next whole thing received; `None` until more bytes are pushed.
    pub fn next_received(&mut self) -> Option<Received> {
        self.ready.pop_front()
    }

    /// Whether the last line may be the end of the open reply although it is not as RFC 959 says: it has another
    /// code than the first line, or the right code without the space. Only silence can tell.
    #[must_use]
    pub fn awaits_silence(&self) -> bool {
        let nothing_follows = !self.is_mid_line();
        nothing_follows
            && self.open_reply.as_ref().is_some_and(|reply| {
                reply
                    .possible_end
                    .as_ref()
                    .is_some_and(|end| !self.strict || end.code == reply.code)
            })
    }

    /// Ends the open reply if [`ReplyReader::awaits_silence`]; else does nothing. The driver calls it when nothing
    /// came for two seconds.
    pub fn silence(&mut self) {
        if self.awaits_silence() {
            self.end_reply_at_possible_end();
        }
    }

    /// The server has closed: what is unfinished is handed out as it is. A last line without line end counts as
    /// a line; a reply whose end never came becomes stray lines.
    pub fn end_of_file(&mut self) {
        let unfinished = self.telnet.take_unfinished();
        match unfinished.len() {
            0 => {}
            1 => self.take_text(unfinished[0]),
            _ => self.ready.push_back(Received::Telnet(unfinished)),
        }
        if self.holds_cr || !self.line.is_empty() {
            self.end_line();
        }
        if self.awaits_silence() {
            self.end_reply_at_possible_end();
        } else if let Some(reply) = self.open_reply.take() {
            let last = reply.possible_end.map(|end| end.line.kept);
            self.ready
                .extend(reply.lines.into_iter().chain(last).map(Received::Stray));
        }
    }

    /// Strict: a line of another code never ends a reply.
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// Starts anew, as on a new connection; the choice of strictness stays.
    pub fn restart(&mut self) {
        *self = Self {
            strict: self.strict,
            ..Self::default()
        };
    }

    /// Whether a multi-line reply has begun and not ended.
    #[must_use]
    pub fn is_mid_reply(&self) -> bool {
        self.open_reply.is_some()
    }

    /// Bytes held: of the open reply, the unfinished line, the unfinished Telnet command, and whatever has not been
    /// taken out yet.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        let ready: usize = self.ready.iter().map(Received::held_bytes).sum();
        let open = self.open_reply.as_ref().map_or(0, OpenReply::held_bytes);
        ready + open + self.line.kept.len() + usize::from(self.holds_cr) + self.telnet.held_bytes()
    }

    /// Whether bytes were pushed that no [`Received`] taken out so far has carried. After a 234 there must be none
    /// (RFC 4217): they would be text from before TLS, read as if it had come through it.
    #[must_use]
    pub fn has_unread_bytes(&self) -> bool {
        !self.ready.is_empty() || self.is_mid_reply() || self.is_mid_line()
    }

    fn is_mid_line(&self) -> bool {
        self.holds_cr || !self.line.is_empty() || self.telnet.held_bytes() > 0
    }

    fn take_text(&mut self, byte: u8) {
        if byte == b'\n' {
            self.end_line();
            return;
        }
        if std::mem::take(&mut self.holds_cr) {
            self.line.push(b'\r');
        }
        if byte == b'\r' {
            self.holds_cr = true;
        } else {
            self.line.push(byte);
        }
    }

    fn end_line(&mut self) {
        self.holds_cr = false;
        let line = std::mem::take(&mut self.line);
        match &mut self.open_reply {
            None => self.begin_reply(line),
            Some(reply) => match CodedLine::read(&line.kept) {
                Some(coded) if coded.ends(reply.code) => self.end_reply(line, None),
                Some(coded) if coded.may_end(reply.code) => {
                    reply.keep_possible_end(coded.code, line);
                }
                _ => reply.keep_body(line),
            },
        }
    }

    fn begin_reply(&mut self, line: Line) {
        match CodedLine::read(&line.kept) {
            None => self.ready.push_back(Received::Stray(line.kept)),
            Some(coded) => {
                let opens = coded.separator == Separator::Hyphen;
                let mut reply = OpenReply::new(coded.code);
                if opens {
                    reply.keep_body(line);
                    self.open_reply = Some(reply);
                } else {
                    self.open_reply = Some(reply);
                    self.end_reply(line, None);
                }
            }
        }
    }

    fn end_reply_at_possible_end(&mut self) {
        let Some(reply) = &mut self.open_reply else {
            return;
        };
        if let Some(end) = reply.possible_end.take() {
            let ended_with = (end.code != reply.code).then_some(end.code);
            self.end_reply(end.line, ended_with);
        }
    }

    fn end_reply(&mut self, last: Line, ended_with: Option<ReplyCode>) {
        if let Some(reply) = self.open_reply.take() {
            self.ready
                .push_back(Received::Reply(reply.ended(last, ended_with)));
        }
    }
}

impl Received {
    fn held_bytes(&self) -> usize {
        match self {
            Self::Reply(reply) => reply.lines.iter().map(Vec::len).sum(),
            Self::Telnet(bytes) | Self::Stray(bytes) => bytes.len(),
        }
    }
}

/// A line as far as it has come.
#[derive(Debug, Default)]
struct Line {
    kept: Vec<u8>,
    dropped_bytes: u64,
}

impl Line {
    fn push(&mut self, byte: u8) {
        if self.kept.len() < LINE_LIMIT {
            self.kept.push(byte);
        } else {
            self.dropped_bytes += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// A multi-line reply whose end has not come.
#[derive(Debug)]
struct OpenReply {
    code: ReplyCode,
    lines: Vec<Vec<u8>>,
    kept_bytes: usize,
    dropped_bytes: u64,
    is_full: bool,
    possible_end: Option<PossibleEnd>,
}

/// A line that is the end of the reply if silence follows, and body if another line does.
#[derive(Debug)]
struct PossibleEnd {
    code: ReplyCode,
    line: Line,
}

impl OpenReply {
    fn new(code: ReplyCode) -> Self {
        Self {
            code,
            lines: Vec::new(),
            kept_bytes: 0,
            dropped_bytes: 0,
            is_full: false,
            possible_end: None,
        }
    }

    fn keep_body(&mut self, line: Line) {
        self.keep_passed_over_end();
        self.keep(line);
    }

    fn keep_possible_end(&mut self, code: ReplyCode, line: Line) {
        self.keep_passed_over_end();
        self.possible_end = Some(PossibleEnd { code, line });
    }

    fn keep_passed_over_end(&mut self) {
        if let Some(end) = self.possible_end.take() {
            self.keep(end.line);
        }
    }

    /// Keeps a line if there is room besides the last line, which is always kept.
    fn keep(&mut self, line: Line) {
        let length = line.kept.len();
        self.dropped_bytes += line.dropped_bytes;
        self.is_full |= self.lines.len() >= REPLY_LINES_LIMIT - 1
            || self.kept_bytes + length > REPLY_BYTES_LIMIT - LINE_LIMIT;
        if self.is_full {
            self.dropped_bytes += length as u64;
        } else {
            self.kept_bytes += length;
            self.lines.push(line.kept);
        }
    }

    fn ended(mut self, last: Line, ended_with: Option<ReplyCode>) -> Reply {
        self.keep_passed_over_end();
        self.lines.push(last.kept);
        Reply {
            code: self.code,
            lines: self.lines,
            ended_with,
            dropped_bytes: self.dropped_bytes + last.dropped_bytes,
        }
    }

    fn held_bytes(&self) -> usize {
        let end = self.possible_end.as_ref();
        self.kept_bytes + end.map_or(0, |end| end.line.kept.len())
    }
}

/// A line that begins with a reply code.
#[derive(Clone, Copy)]
struct CodedLine {
    code: ReplyCode,
    separator: Separator,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Space,
    Hyphen,
    LineEnd,
}

impl CodedLine {
    /// `None` unless exactly three digits stand in front. WinSock numbers, such as 10054, are not reply codes.
    fn read(line: &[u8]) -> Option<Self> {
        let separator = match line.get(3) {
            Some(b' ') => Separator::Space,
            Some(b'-') => Separator::Hyphen,
            Some(_) => return None,
            None => Separator::LineEnd,
        };
        let digits = line.get(..3)?;
        let code = digits.iter().try_fold(0, |code, byte| {
            byte.is_ascii_digit()
                .then(|| code * 10 + u16::from(byte - b'0'))
        })?;
        Some(Self {
            code: ReplyCode(code),
            separator,
        })
    }

    fn ends(self, first: ReplyCode) -> bool {
        self.code == first && self.separator == Separator::Space
    }

    fn may_end(self, first: ReplyCode) -> bool {
        match self.separator {
            Separator::Space => self.code != first,
            // A server that trims its lines leaves no space after the code.
            Separator::LineEnd => self.code == first,
            Separator::Hyphen => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any};
    use proptest::{collection, prop_assert, prop_assert_eq, proptest};

    use super::{
        LINE_LIMIT, REPLY_BYTES_LIMIT, REPLY_LINES_LIMIT, Received, Reply, ReplyCode, ReplyReader,
    };
    use crate::protocol::telnet::SUBNEGOTIATION_LIMIT;

    const HELD_LIMIT: usize = REPLY_BYTES_LIMIT + LINE_LIMIT + SUBNEGOTIATION_LIMIT;

    fn reply(code: u16, lines: &[&[u8]]) -> Received {
        Received::Reply(Reply {
            code: ReplyCode(code),
            lines: lines.iter().map(|line| line.to_vec()).collect(),
            ended_with: None,
            dropped_bytes: 0,
        })
    }

    fn stray(line: &[u8]) -> Received {
        Received::Stray(line.to_vec())
    }

    fn telnet(bytes: &[u8]) -> Received {
        Received::Telnet(bytes.to_vec())
    }

    fn drain(reader: &mut ReplyReader) -> Vec<Received> {
        std::iter::from_fn(|| reader.next_received()).collect()
    }

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Received> {
        let mut reader = ReplyReader::new();
        let mut received = Vec::new();
        for piece in pieces {
            reader.push(piece);
            received.extend(drain(&mut reader));
        }
        received
    }

    /// Bytes, and the replies (a line each line), Telnet commands and stray lines that they amount to.
    #[rustfmt::skip]
    const REPLIES: &[(&[u8], Outcome)] = &[
        (b"220 (vsFTPd 3.0.3)\r\n", &[(R, b"220 (vsFTPd 3.0.3)")]),
        (b"200 LF\n200 \n200\r\n", &[(R, b"200 LF"), (R, b"200 "), (R, b"200")]),
        // Pure-FTPd's greeting.
        (b"220---------- Welcome\r\n220-You\r\n220-\r\n220 Bye\r\n",
            &[(R, b"220---------- Welcome\n220-You\n220-\n220 Bye")]),
        // FEAT, indented; a code inside a body line is text.
        (b"211-Features:\r\n UTF8\r\n 211 x\r\n211 End\r\n",
            &[(R, b"211-Features:\n UTF8\n 211 x\n211 End")]),
        // STAT of a file with a bare body, and one with a prefixed one.
        (b"213-x\r\n-rw-r--r-- 1 a\r\n\r\n2131\r\n213 End\r\n",
            &[(R, b"213-x\n-rw-r--r-- 1 a\n\n2131\n213 End")]),
        (b"200-l\r\n200--rw-r--r--\r\n220-x\r\n200 e\r\n",
            &[(R, b"200-l\n200--rw-r--r--\n220-x\n200 e")]),
        // A line of another code inside the body, followed by more.
        (b"226-a\r\n250 b\r\n250 c\r\nd\r\n226 e\r\n", &[(R, b"226-a\n250 b\n250 c\nd\n226 e")]),
        (b"226-a\r\n226\r\n226 e\r\n", &[(R, b"226-a\n226\n226 e")]),
        // WinSock numbers and other lines outside a reply.
        (b"10054 reset\r\n\r\nhello\r\n 200 x\r\n200x\r\n20\r\n221 bye\r\n",
            &[(S, b"10054 reset"), (S, b""), (S, b"hello"), (S, b" 200 x"), (S, b"200x"), (S, b"20"),
              (R, b"221 bye")]),
        // ProFTPD answers DO with WONT in front of the reply.
        (b"\xff\xfc\x01200 NOOP\r\n", &[(T, b"\xff\xfc\x01"), (R, b"200 NOOP")]),
        (b"226-a\xff\xf1\r\xff\xf2\n226\xff\xfa\x18\x01\xff\xf0 b\r\n\xff\xf1",
            &[(T, b"\xff\xf1"), (T, b"\xff\xf2"), (T, b"\xff\xfa\x18\x01\xff\xf0"), (R, b"226-a\n226 b"),
              (T, b"\xff\xf1")]),
        // vsftpd doubles 255 in a 257, ProFTPD and Pure-FTPd do not.
        (b"257 \"\xff\xff\"\r\n257 \"\xff\"\r\n257 \xff\r\n",
            &[(R, b"257 \"\xff\""), (R, b"257 \"\xff\""), (R, b"257 \xff")]),
        (b"200 a\rb\r\r\n999 x\r\n000 y\r\n", &[(R, b"200 a\rb\r"), (R, b"999 x"), (R, b"000 y")]),
    ];

    use Kind::{R, S, T};

    type Outcome<'a> = &'a [(Kind, &'a [u8])];

    #[derive(Clone, Copy)]
    enum Kind {
        R,
        T,
        S,
    }

    fn received(&(kind, bytes): &(Kind, &[u8])) -> Received {
        match kind {
            T => telnet(bytes),
            S => stray(bytes),
            R => {
                let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
                let code = std::str::from_utf8(&bytes[..3]).unwrap().parse().unwrap();
                reply(code, &lines)
            }
        }
    }

    #[test]
    fn every_form_of_reply_is_read_the_same_however_it_is_cut() {
        for (bytes, expected) in REPLIES {
            let expected: Vec<Received> = expected.iter().map(received).collect();
            let shown = bytes.escape_ascii();
            assert_eq!(read([*bytes]), expected, "{shown}");
            assert_eq!(read(bytes.chunks(1)), expected, "{shown} byte by byte");
            for at in 0..=bytes.len() {
                let (left, right) = bytes.split_at(at);
                assert_eq!(read([left, right]), expected, "{shown} cut at {at}");
            }
        }
    }

    #[test]
    fn a_line_of_another_code_ends_a_reply_only_after_silence() {
        let mut reader = ReplyReader::new();
        reader.push(b"226-a\r\n");
        assert!(!reader.awaits_silence());
        reader.push(b"250 b\r\n");
        assert!(reader.awaits_silence() && reader.is_mid_reply());
        reader.push(b"\xff\xf1");
        assert!(reader.awaits_silence(), "a Telnet command is not text");
        reader.push(b"c");
        assert!(!reader.awaits_silence());
        reader.silence();
        assert_eq!(drain(&mut reader), [telnet(b"\xff\xf1")]);
        reader.push(b"\r\n250 d\r\n");
        reader.silence();
        let received = drain(&mut reader);
        let [Received::Reply(reply)] = &received[..] else {
            panic!("{received:?}");
        };
        assert_eq!(reply.ended_with, Some(ReplyCode(250)));
        assert_eq!(reply.lines, [&b"226-a"[..], b"250 b", b"c", b"250 d"]);
        assert_eq!(reply.text(), b"d");
        assert!(!reader.is_mid_reply() && !reader.has_unread_bytes());
        reader.silence();
        assert_eq!(reader.next_received(), None);
    }

    #[test]
    fn the_right_code_without_its_space_ends_a_reply_after_silence() {
        let mut reader = ReplyReader::new();
        reader.set_strict(true);
        reader.push(b"226-a\r\n226\r\n");
        reader.silence();
        assert_eq!(drain(&mut reader), [reply(226, &[b"226-a", b"226"])]);
    }

    #[test]
    fn strict_reading_ends_a_reply_at_its_own_code_alone() {
        let mut reader = ReplyReader::new();
        reader.set_strict(true);
        reader.push(b"226-a\r\n250 b\r\n");
        assert!(!reader.awaits_silence());
        reader.silence();
        assert!(reader.is_mid_reply());
        reader.push(b"226 c\r\n");
        assert_eq!(
            drain(&mut reader),
            [reply(226, &[b"226-a", b"250 b", b"226 c"])]
        );
    }

    #[test]
    fn bytes_after_a_reply_are_unread_until_they_are_taken() {
        for injected in [&b"2"[..], b"\r", b"\xff", b"220 x\r\n", b"\n", b"226-a\r\n"] {
            let mut reader = ReplyReader::new();
            reader.push(b"234 go\r\n");
            assert!(reader.has_unread_bytes());
            reader.push(injected);
            assert_eq!(
                reader.next_received(),
                Some(reply(234, &[b"234 go"])),
                "{}",
                injected.escape_ascii()
            );
            assert!(reader.has_unread_bytes(), "{}", injected.escape_ascii());
        }
    }

    #[test]
    fn the_end_of_the_connection_hands_out_what_is_unfinished() {
        let table: &[(&[u8], &[Received])] = &[
            (b"421 Timeout", &[reply(421, &[b"421 Timeout"])]),
            (b"211-a\r\nb", &[stray(b"211-a"), stray(b"b")]),
            (b"211-a\r\n211", &[reply(211, &[b"211-a", b"211"])]),
            (b"x\xff", &[stray(b"x\xff")]),
            (b"\xff\xfb", &[telnet(b"\xff\xfb")]),
            (b"221 x\r\n", &[reply(221, &[b"221 x"])]),
        ];
        for (bytes, expected) in table {
            let mut reader = ReplyReader::new();
            reader.push(bytes);
            reader.end_of_file();
            assert_eq!(drain(&mut reader), *expected);
            assert!(!reader.has_unread_bytes());
        }
    }

    #[test]
    fn a_subnegotiation_that_never_ends_is_held_within_bounds() {
        let mut reader = ReplyReader::new();
        reader.push(b"\xff\xfa");
        for _ in 0..100 {
            reader.push(&[b'x'; 1000]);
            drain(&mut reader);
            assert!(reader.buffered_bytes() <= LINE_LIMIT + SUBNEGOTIATION_LIMIT);
        }
    }

    /// Bytes that make replies likely.
    fn byte() -> impl proptest::strategy::Strategy<Value = u8> {
        proptest::prop_oneof![
            6 => proptest::sample::select(&b"22266 --\r\n\n\xff\xff\xfa\xf0\xfb"[..]),
            1 => any::<u8>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_bytes_are_read_the_same_however_they_are_cut(
            bytes in collection::vec(byte(), 0..300),
            cuts in collection::vec(1_usize..40, 1..20),
        ) {
            let mut rest = &bytes[..];
            let mut pieces = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, remaining) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = remaining;
            }
            let whole = read([&bytes[..]]);
            prop_assert_eq!(&whole, &read(pieces));
            let carried: usize = whole.iter().map(Received::held_bytes).sum();
            prop_assert!(carried <= bytes.len());
        }

        #[test]
        fn any_bytes_are_survived_within_bounds(
            pieces in collection::vec(collection::vec(byte(), 0..200), 0..20),
            silent in collection::vec(any::<bool>(), 20),
        ) {
            let mut reader = ReplyReader::new();
            for (piece, silent) in pieces.iter().zip(silent) {
                reader.push(piece);
                if silent {
                    reader.silence();
                }
                while let Some(received) = reader.next_received() {
                    if let Received::Reply(reply) = received {
                        prop_assert!(!reply.lines.is_empty());
                    }
                }
                prop_assert!(reader.buffered_bytes() <= HELD_LIMIT);
            }
            reader.end_of_file();
            while reader.next_received().is_some() {}
            prop_assert!(!reader.has_unread_bytes());
            prop_assert_eq!(reader.buffered_bytes(), 0);
        }
    }

    #[test]
    fn a_reply_that_never_ends_is_held_within_bounds_and_still_ends_where_it_ends() {
        for line in [&[b'x'; 1000][..], b"", b"250 x"] {
            let line = [line, b"\r\n"].concat();
            let mut reader = ReplyReader::new();
            reader.push(b"211-first\r\n");
            for _ in 0..2 * REPLY_LINES_LIMIT {
                reader.push(&line);
            }
            assert!(reader.buffered_bytes() <= REPLY_BYTES_LIMIT + LINE_LIMIT);
            reader.push(b"211 last\r\n");
            let Some(Received::Reply(reply)) = reader.next_received() else {
                panic!("the reply did not end");
            };
            assert!(reply.lines.len() <= REPLY_LINES_LIMIT);
            let kept: usize = reply.lines.iter().map(Vec::len).sum();
            assert!(kept <= REPLY_BYTES_LIMIT);
            let sent = 9 + 8 + 2 * REPLY_LINES_LIMIT * (line.len() - 2);
            assert_eq!(reply.dropped_bytes, (sent - kept) as u64);
            assert_eq!(reply.text(), b"last");
            assert_eq!(reader.buffered_bytes(), 0);
        }
    }

    #[test]
    fn a_line_that_never_ends_is_held_within_bounds() {
        let mut reader = ReplyReader::new();
        reader.push(b"200 ");
        for _ in 0..3 {
            reader.push(&[b'x'; LINE_LIMIT]);
            assert!(reader.buffered_bytes() <= LINE_LIMIT);
        }
        reader.push(b"\r\n");
        let Some(Received::Reply(reply)) = reader.next_received() else {
            panic!("the reply did not end");
        };
        assert_eq!(reply.lines[0].len(), LINE_LIMIT);
        assert_eq!(reply.dropped_bytes, 2 * LINE_LIMIT as u64 + 4);
    }
}
