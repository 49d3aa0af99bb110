//! Anybody's log, explained.

use std::ffi::OsStr;
use std::io::BufReader;

use ftpsh::shell::explaining::{Form, report};

/// Explains the bytes, for people and for programs.
pub fn hold(bytes: &[u8]) {
    told(bytes, BufReader::new(bytes), Form::Json);
    let page = Form::Page { columns: 40 };
    let whole = told(bytes, BufReader::new(bytes), page);
    // A piece is no shorter than what shows in which encoding it is.
    let pieces = BufReader::with_capacity(256, bytes);
    assert_eq!(whole, told(bytes, pieces, page), "in pieces");
}

fn told(bytes: &[u8], source: BufReader<&[u8]>, form: Form) -> Option<String> {
    let told = report(source, OsStr::new("a.log"), form).expect("a slice can be read")?;
    let is_hidden =
        |it: char| (it.is_control() && it != '\n' && it != '\t') || BIDIRECTIONAL.contains(&it);
    assert!(!told.contains(is_hidden), "{told:?}");
    // However long a log is, there is as much to say of it.
    assert!(told.len() < 512 * 1024, "{}", told.len());
    if form == Form::Json {
        assert!(told.ends_with("}\n") && told.lines().count() == 1, "{told}");
    }
    for secret in secrets(bytes) {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    Some(told)
}

/// What follows PASS at the beginning of a line, if it stands nowhere else and is no word of ours.
fn secrets(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let secrets = lines.filter_map(|line| str::from_utf8(line.strip_prefix(b"PASS ")?).ok());
    secrets.map(str::trim_end).filter(|secret| {
        let is_word = secret.len() >= 8 && secret.bytes().all(|it| it.is_ascii_alphanumeric());
        let is_odd = secret.bytes().any(|it| it.is_ascii_digit())
            && !secret.bytes().all(|it| it.is_ascii_digit());
        let times = bytes
            .windows(secret.len())
            .filter(|it| *it == secret.as_bytes());
        is_word && is_odd && times.count() == 1
    })
}

const BIDIRECTIONAL: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];
