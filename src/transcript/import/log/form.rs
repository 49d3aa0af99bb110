//! A command or a reply that stands after any prefix of times, levels, brackets and names: found by its form alone.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::protocol::{REPLY_CODES, VERBS, VerbEntry};

/// A line whose form says what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formed<'a> {
    /// What stands in front, with 0 for each digit: lines that one program writes for one purpose have the same.
    pub(super) shape: Vec<u8>,
    /// The first number in brackets, or after the name of a program.
    pub(super) session: Option<Vec<u8>>,
    /// What follows.
    pub(super) text: &'a [u8],
}

/// Reads the line as a prefix and what may be a command of the table or a reply of it.
pub(super) fn read(line: &[u8]) -> Option<Formed<'_>> {
    let captures = LINE.captures(line)?;
    let (prefix, text) = (captures.name("prefix")?, captures.name("text")?);
    if WORD.is_match(prefix.as_bytes()) {
        return None;
    }
    Some(formed(prefix.as_bytes(), text.as_bytes()))
}

/// What stands after a prefix of this shape.
pub(super) fn after<'a>(line: &'a [u8], shape: &[u8]) -> Option<Formed<'a>> {
    let (prefix, text) = line.split_at_checked(shape.len())?;
    (shape_of(prefix) == shape).then(|| formed(prefix, text))
}

/// Whether the line begins as those of a log do: with a time, a level or something in brackets.
pub(super) fn has_prefix(line: &[u8]) -> bool {
    PREFIX.is_match(line)
}

/// What a dialogue with `C:` and `S:` has the client say, whatever it is.
pub(super) fn after_c(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    let is_name =
        |name: &&[u8]| name.eq_ignore_ascii_case(b"C") || name.eq_ignore_ascii_case(b"Client");
    let end = line.iter().position(|byte| b":>".contains(byte))?;
    Some(&line[..end]).filter(is_name)?;
    Some(line[end + 1..].trim_ascii_start())
}

fn formed<'a>(prefix: &[u8], text: &'a [u8]) -> Formed<'a> {
    let quote = prefix.last().filter(|it| b"\"'".contains(it));
    let text = match (quote, text.split_last()) {
        (Some(quote), Some((last, before))) if last == quote => before,
        _ => text,
    };
    let session = SESSION.captures(prefix);
    let session = session.and_then(|it| {
        it.iter()
            .skip(1)
            .flatten()
            .next()
            .map(|id| id.as_bytes().to_vec())
    });
    Formed {
        shape: shape_of(prefix),
        session,
        text,
    }
}

fn shape_of(prefix: &[u8]) -> Vec<u8> {
    let zeroed = |byte: &u8| if byte.is_ascii_digit() { b'0' } else { *byte };
    prefix.iter().map(zeroed).collect()
}

/// One part of a prefix: something in brackets, a date, a time, a short name of a day or month, a number, an address, a
/// level, a name with a colon or a bar after it, signs.
const PART: &str = r#"(?x-u: \[[^\[\]]{0,120}\] | \([^()]{0,120}\) | <[^<>]{0,120}>
    | \d{1,4}[-/.]\w{2,3}[-/.]\d{1,4} (?:T(?:\d))?
    | \d{1,2}:\d\d (?::\d\d)? (?:[.,]\d+)? (?:Z|[+-]\d\d:?\d\d|\ [AP]M)?
    | [A-Z][a-z]{2}\b | (?:[a-z]{1,12}[\ =]|\#)?\d{1,10}\b | \d+\.\d+\.\d+\.\d+ (?::\d+)?
    | [A-Z]{4,8}\b | [A-Za-z_]\w*(?:\.\w+)+\b | [A-Za-z_][\w.$@/-]{0,60} (?:\[\d+\])? : | [A-Za-z][\w.-]{0,60}\ \S{1,60}\[\d+\]:
    | [A-Za-z][\w.-]{0,60}\s{1,40}\|\s | [-|:>=<*\#~\x22']{1,4} )"#;

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let codes: Vec<String> = REPLY_CODES
        .iter()
        .filter(|entry| entry.code.0 < 1000)
        .map(|entry| entry.code.to_string())
        .collect();
    // What takes no argument and has one is a sentence, as in `PASV socket connected`.
    let takes_argument = |entry: &&VerbEntry| entry.syntax != entry.name;
    let (with, without): (Vec<_>, Vec<_>) = VERBS.iter().partition(takes_argument);
    let names = |entries: Vec<&VerbEntry>| {
        let names: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
        names.join("|")
    };
    let text = format!(
        r#"(?:{})(?:[ -].*|["']?$)|(?:{})(?: .*|["']?$)|(?:{})\s*["']?$"#,
        codes.join("|"),
        names(with),
        names(without),
    );
    let expression = format!(r"(?s-u)^(?P<prefix>\s*(?:{PART}\s*){{0,12}}?)(?P<text>{text})");
    Regex::new(&expression).expect("the parts are constant, and a test compiles them")
});
/// A word in capitals and nothing else: that is a sentence, and no level.
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*[A-Z]{4,8}\s+$").expect("a constant expression"));
static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x-u) ^\s* (?: \[ | \(\d | \d{1,4}[-/.]\w{2,3}[-/.]\d{1,4} | \d{1,2}:\d\d: | [A-Z]{4,8}\s*[:|]
        | (?:[A-Z][a-z]{2}\s+){1,2}\d )";
    Regex::new(expression).expect("a constant expression")
});
static SESSION: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x-u) (?i:pid|session|conn|connection|thread|client|id)\W{0,2}(\d+) | \[(\d+)\] | \#(\d+)
        | \((\d+)\) | \[([^\[\]]*-thread-\d+|Thread-\d+)\]";
    Regex::new(expression).expect("a constant expression")
});

#[cfg(test)]
mod tests {
    use super::{after, has_prefix, read};

    #[test]
    fn a_prefix_is_known_by_its_form() {
        for (line, session, text) in [
            ("220 ready", "", "220 ready"),
            ("USER bob", "", "USER bob"),
            (
                "2026-11-29 10:00:00,123 - aioftp.client - INFO - 220 welcome",
                "",
                "220 welcome",
            ),
            ("INFO:aioftp.client:USER anonymous", "", "USER anonymous"),
            ("[2026-11-29T10:00:00.123Z] [17] DEBUG PASV", "17", "PASV"),
            (
                "Nov 29 10:00:00 host ftpd[123]: 227 (127,0,0,1,1,1)",
                "123",
                "227 (127,0,0,1,1,1)",
            ),
            (
                "10:00:00.000 [pool-1-thread-7] DEBUG o.a.Client - RETR f",
                "pool-1-thread-7",
                "RETR f",
            ),
            ("11/29/2026 10:00:00 AM session 12: \"NLST\"", "12", "NLST"),
            ("  | 550-no", "", "550-no"),
            ("app_1  | 2026-11-29T10:00:00Z PASV", "", "PASV"),
        ] {
            let formed = read(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(String::from_utf8_lossy(formed.text), text, "{line}");
            let found = formed.session.unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&found), session, "{line}");
        }
        for line in [
            "we LIST the files",
            "UNIX TYPE L8: I know it",
            "drwxr-xr-x 2 0 0 4096 Nov 29 10:00 RETR",
            "-rw-r--r-- 1 ftp ftp 220 Nov 29 10:00 a",
            "123 files",
            "2026-11-29 14:49:34,213 DEBUG asyncio Using selector: EpollSelector",
            "USERS",
            "[connection] PASV socket connected",
            "",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_line_of_the_same_shape_is_what_follows_the_prefix() {
        let formed = read(b"10:00:01 DEBUG: 211-Features:").unwrap();
        let text = after(b"11:59:59 DEBUG:  SIZE", &formed.shape).unwrap().text;
        assert_eq!(text, b" SIZE");
        assert_eq!(after(b"11:59:59 ERROR:  SIZE", &formed.shape), None);
        assert_eq!(after(b"1", &formed.shape), None);
    }

    #[test]
    fn a_log_begins_its_lines_with_times_and_levels() {
        assert!(has_prefix(b"2026-11-29 10:00:00 closed"));
        assert!(has_prefix(b"ERROR: closed") && has_prefix(b"[7] closed"));
        assert!(!has_prefix(b"Hello,") && !has_prefix(b"-rw-r--r-- 1"));
    }
}
