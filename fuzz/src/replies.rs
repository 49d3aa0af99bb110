//! The reply reader: bytes of a control connection.

use ftpsh::protocol::reply_reader::{LINE_LIMIT, REPLY_BYTES_LIMIT};
use ftpsh::protocol::{Received, Reply, ReplyReader};

use super::bytes::{assert_defused, pieces};

/// Reads the bytes whole and in pieces, with and without silence after each.
pub fn hold(bytes: &[u8]) {
    let whole = read(&[bytes], Way::default());
    let byte_by_byte: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, read(&byte_by_byte, Way::default()));
    assert_eq!(whole, read(&pieces(bytes), Way::default()));
    let strict = Way {
        is_strict: true,
        ..Way::default()
    };
    let silent = Way {
        is_silent: true,
        ..Way::default()
    };
    let readings = [read(&[bytes], strict), read(&pieces(bytes), silent), whole];
    for received in &readings {
        for one in received {
            assert_sound(one);
        }
        if bytes.len() < LEAST_LIMIT {
            assert_nothing_is_lost(bytes, received);
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Way {
    is_strict: bool,
    /// Two seconds pass after each piece.
    is_silent: bool,
}

fn read(pieces: &[&[u8]], way: Way) -> Vec<Received> {
    let mut reader = ReplyReader::new();
    reader.set_strict(way.is_strict);
    let mut received = Vec::new();
    for piece in pieces {
        reader.push(piece);
        if way.is_silent {
            reader.silence();
            assert!(!reader.awaits_silence());
        }
        received.extend(std::iter::from_fn(|| reader.next_received()));
        assert!(reader.buffered_bytes() <= REPLY_BYTES_LIMIT + LINE_LIMIT + LEAST_LIMIT);
    }
    reader.end_of_file();
    received.extend(std::iter::from_fn(|| reader.next_received()));
    assert!(!reader.has_unread_bytes(), "octets are left");
    assert_eq!(reader.buffered_bytes(), 0);
    received
}

fn assert_sound(received: &Received) {
    match received {
        Received::Telnet(bytes) => assert_eq!(bytes.first(), Some(&0xff)),
        Received::Stray(line) => assert_defused(line),
        Received::Reply(reply) => {
            assert_coded(reply);
            reply.lines.iter().for_each(|line| assert_defused(line));
            assert_defused(reply.text());
        }
    }
}

/// The first line has the code, and the last one too unless it is said which one it has.
fn assert_coded(reply: &Reply) {
    let begins_with = |line: Option<&Vec<u8>>, code: String| {
        line.is_some_and(|line| line.starts_with(code.as_bytes()))
    };
    assert!(begins_with(reply.lines.first(), reply.code.to_string()));
    let last = reply.ended_with.unwrap_or(reply.code);
    assert!(begins_with(reply.lines.last(), last.to_string()));
}

/// Every line that was sent is a line of a reply or a stray one, in order, and every Telnet command is there.
fn assert_nothing_is_lost(sent: &[u8], received: &[Received]) {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut commands: Vec<&[u8]> = Vec::new();
    for one in received {
        match one {
            Received::Telnet(bytes) => commands.push(bytes),
            Received::Stray(line) => lines.push(line),
            Received::Reply(reply) => {
                assert_eq!(reply.dropped_bytes, 0);
                lines.extend(reply.lines.iter().map(Vec::as_slice));
            }
        }
    }
    let (text, sent_commands) = without_telnet(sent);
    assert_eq!(commands, sent_commands);
    assert_eq!(lines, lines_of(&text));
}

fn lines_of(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    // After the last line end is a line only if something stands there.
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
        .into_iter()
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

/// The text and the Telnet commands (RFC 854), taken from the whole at once.
fn without_telnet(sent: &[u8]) -> (Vec<u8>, Vec<&[u8]>) {
    let mut text = Vec::new();
    let mut commands = Vec::new();
    let mut rest = sent;
    while let Some((first, after)) = rest.split_first() {
        let length = match (first, after) {
            (0xff, [0xff, ..]) => {
                text.push(0xff);
                rest = &after[1..];
                continue;
            }
            (0xff, [250, parameters @ ..]) => 2 + subnegotiation_length(parameters),
            (0xff, [251..=254, ..]) => 3.min(rest.len()),
            (0xff, [240..=249, ..]) => 2,
            _ => {
                text.push(*first);
                rest = after;
                continue;
            }
        };
        let (command, after) = rest.split_at(length);
        commands.push(command);
        rest = after;
    }
    (text, commands)
}

/// Up to IAC SE, where IAC IAC is a byte.
fn subnegotiation_length(parameters: &[u8]) -> usize {
    let mut at = 0;
    while at < parameters.len() {
        match parameters[at..] {
            [0xff, 0xff, ..] => at += 2,
            [0xff, 240, ..] => return at + 2,
            _ => at += 1,
        }
    }
    parameters.len()
}

/// The reader gives up a subnegotiation that is longer; its other limits are higher.
const LEAST_LIMIT: usize = 1024;
