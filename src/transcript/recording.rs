//! What a recorder writes down, so that the transcript can be replayed elsewhere and later.
//!
//! A recording must hold against a fresh instance of the same server, in another folder and at another time. Ports, dates,
//! names of folders, counters and banners differ there. So the text of a reply is kept only where it is known to stay the
//! same; of all others only the code is expected.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::data::{DataDigest, ExpectedData, ExpectedDataLine, inline_lines};
use super::expected_reply::{ExpectedReply, ExpectedText};
use super::pattern::LinePattern;
use crate::protocol::hidden::is_hidden;
use crate::protocol::{Reply, ReplyCode, Verb};

/// The expectation that a recorder writes for this reply to this verb; the greeting's verb is empty.
#[must_use]
pub fn expectation_of(reply: &Reply, verb: &Verb) -> ExpectedReply {
    let mut expected = ExpectedReply::of_code(reply.code);
    if let [line] = reply.lines.as_slice()
        && is_stable(reply.code, line.get(4..).unwrap_or_default(), verb)
    {
        expected.text = ExpectedText::Line(LinePattern::literal(reply.text()));
    }
    expected
}

/// The expectation that a recorder writes for the data that this verb received; `octets` holds all of them.
#[must_use]
pub fn expected_data_of(octets: &[u8], verb: &Verb) -> ExpectedData {
    expected_data(octets, digest_of(octets), verb)
}

/// The same where `kept` are only the first of them.
#[must_use]
pub fn expected_data(kept: &[u8], digest: DataDigest, verb: &Verb) -> ExpectedData {
    // Dates, owners and the order of names differ.
    if ["LIST", "NLST", "MLSD"]
        .iter()
        .any(|listing| verb.is(listing))
    {
        return ExpectedData::Lines(vec![ExpectedDataLine::AnyLines]);
    }
    let is_whole = kept.len() as u64 == digest.octets;
    exact_data(
        Some(kept)
            .filter(|_| is_whole)
            .filter(|octets| is_inline(octets)),
        digest,
    )
}

/// Data as lines if there are any given, else by their digest.
pub(super) fn exact_data(inline: Option<&[u8]>, digest: DataDigest) -> ExpectedData {
    let lines = inline.map(inline_lines).unwrap_or_default();
    let read = lines.iter().try_fold(None, |before, line| {
        ExpectedData::read(line, before).map(Some)
    });
    match read {
        Ok(Some(data)) => data,
        Ok(None) | Err(_) => ExpectedData::Octets(digest),
    }
}

/// Whether data are short enough, and text enough, to stand in a transcript as lines.
#[must_use]
pub fn is_inline(octets: &[u8]) -> bool {
    let is_readable = |text: &str| !text.chars().any(|c| is_hidden(c) && c != '\r' && c != '\n');
    let is_text = std::str::from_utf8(octets).is_ok_and(is_readable);
    !octets.is_empty() && octets.len() <= INLINE_OCTETS && is_text
}

/// How many octets these are, and their SHA-256.
#[must_use]
pub fn digest_of(octets: &[u8]) -> DataDigest {
    DataDigest {
        octets: octets.len() as u64,
        sha256: Some(Sha256::digest(octets).into()),
    }
}

/// The same for all that a reader gives, in little memory.
///
/// # Errors
///
/// What the reader says.
pub fn digest_of_reader(mut reader: impl Read) -> io::Result<DataDigest> {
    let mut sha256 = Sha256::new();
    let mut octets = 0;
    let mut piece = vec![0; PIECE_OCTETS];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                sha256.update(&piece[..count]);
                octets += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let sha256 = Some(sha256.finalize().into());
    Ok(DataDigest { octets, sha256 })
}

/// Whether the text will be the same next time: a value that only depends on what the transcript sent, or a short sentence
/// without anything in it that looks like a number, a path or a name in quotes.
fn is_stable(code: ReplyCode, text: &[u8], verb: &Verb) -> bool {
    if code == ReplyCode(213) {
        return VALUES.iter().any(|value| verb.is(value));
    }
    let volatile = code.is_preliminary() || VOLATILE.contains(&code.0);
    let is_plain = |octet: &u8| octet.is_ascii_alphabetic() || b" .,:;!?-'()".contains(octet);
    !volatile && !text.is_empty() && text.len() <= STABLE_OCTETS && text.iter().all(is_plain)
}

/// 213 is their value, and depends on the file alone.
const VALUES: &[&str] = &[
    "SIZE", "XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512", "HASH",
];

/// Banners, counters, ports, paths and systems; what the text says of them is no part of the dialogue.
const VOLATILE: &[u16] = &[
    211, 212, 214, 215, 220, 221, 225, 226, 227, 228, 229, 230, 257, 421, 426,
];
const STABLE_OCTETS: usize = 80;
/// The most that stands in a transcript as lines.
pub(super) const INLINE_OCTETS: usize = 4 * 1024;
const PIECE_OCTETS: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::{ExpectedReply, Reply, ReplyCode, Verb, expectation_of, expected_data_of};
    use crate::transcript::Variables;

    fn reply(text: &str) -> Reply {
        Reply {
            code: ReplyCode(text[..3].parse().unwrap()),
            lines: text.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_octets: 0,
        }
    }

    fn expectation(text: &str, verb: &str) -> ExpectedReply {
        expectation_of(&reply(text), &Verb::new(verb.as_bytes()))
    }

    #[test]
    fn only_a_text_that_stays_the_same_is_kept() {
        for (verb, text, printed) in [
            ("", "220 (vsFTPd 3.0.5)", "220"),
            ("", "220-Welcome\n220 ready", "220"),
            (
                "USER",
                "331 User name okay, need password.",
                "331 User name okay, need password.",
            ),
            ("PASS", "230 User logged in, proceed.", "230"),
            ("PASS", "530 Login incorrect.", "530 Login incorrect."),
            ("SIZE", "213 5", "213 5"),
            ("MDTM", "213 20240101000000", "213"),
            ("STAT", "213-Status\n213 End", "213"),
            (
                "XMD5",
                "213 0cc175b9c0f1b6a831c399e269772661",
                "213 0cc175b9c0f1b6a831c399e269772661",
            ),
            ("PASV", "227 Entering Passive Mode (127,0,0,1,1,2).", "227"),
            ("EPSV", "229 Entering Extended Passive Mode (|||2|)", "229"),
            (
                "RETR",
                "150 Opening data connection for x (5 bytes).",
                "150",
            ),
            ("RETR", "226 Transfer complete.", "226"),
            ("PWD", "257 \"/tmp/x\" is the current directory", "257"),
            (
                "CWD",
                "250 Directory successfully changed.",
                "250 Directory successfully changed.",
            ),
            ("CWD", "550 /tmp/x: No such file", "550"),
            ("REST", "350 Restarting at 5.", "350"),
            ("FOO", "500 'FOO' \u{1b}[1m not understood", "500"),
            ("PASS", "530 PASS **** is wrong", "530"),
            ("NOOP", "200 ", "200"),
        ] {
            assert_eq!(
                expectation(text, verb).printed(),
                [printed],
                "{verb} {text}"
            );
        }
    }

    #[test]
    fn every_expectation_is_met_by_its_own_reply() {
        for text in [
            "220 a",
            "331 b c",
            "213 5",
            "226-a\n226 b",
            "200",
            "999 odd",
        ] {
            let found = expectation(text, "SIZE").matches(&reply(text), &Variables::default());
            assert!(found.is_some(), "{text}");
        }
    }

    #[test]
    fn short_text_is_written_and_other_data_are_counted() {
        let data = |octets: &[u8], verb: &str| {
            expected_data_of(octets, &Verb::new(verb.as_bytes())).printed()
        };
        assert_eq!(data(b"-rw 1.TXT\r\n", "LIST"), ["..."]);
        assert_eq!(data(b"I am", "RETR"), ["I am{no-eol}"]);
        assert_eq!(data(b"a\nb\r\n", "RETR"), ["a{lf}", "b"]);
        assert_eq!(data(b"...\r\n", "RETR"), ["{0x2e}.."]);
        let empty =
            "@octets 0 sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(data(b"", "RETR"), [empty]);
        assert!(data(&[0; 9], "RETR")[0].starts_with("@octets 9 sha256 "));
        assert!(data(&[b'a'; 5000], "RETR")[0].starts_with("@octets 5000 sha256 "));
    }
}
