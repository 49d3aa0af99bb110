//! What a `.netrc` holds.

use ftpsh::shell::config::netrc::{Entry, Netrc};

/// Reads the bytes as a file.
pub fn hold(bytes: &[u8]) {
    match Netrc::parse(bytes) {
        Ok(netrc) => {
            let entry = netrc.entry("h", None);
            entry
                .into_iter()
                .for_each(|entry| assert_usable(entry, bytes));
            assert_is_first(&netrc, bytes);
            let debug = format!("{netrc:?}");
            assert!(!debug.contains(SECRET) || is_named(bytes), "{debug}");
        }
        Err(error) => {
            let lines = bytes.split(|&byte| byte == b'\n').count();
            assert!((1..=lines).contains(&error.line));
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(SECRET), "{shown}");
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}

/// No word that is sent hides a second command, and each stands in the file unless it was put in quotes.
fn assert_usable(entry: &Entry, bytes: &[u8]) {
    let words = [&entry.login, &entry.password, &entry.account];
    for word in words.into_iter().flatten() {
        assert!(!word.iter().any(|byte| b"\r\n\0".contains(byte)));
        let stands_there = bytes.windows(word.len().max(1)).any(|part| part == word);
        assert!(stands_there || bytes.contains(&b'"'));
    }
}

/// An entry put in front of all others is the one that counts, whatever follows.
fn assert_is_first(netrc: &Netrc, bytes: &[u8]) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut text = b"machine h login \"first one\" password \"a\\\\b\"\n".to_vec();
    text.extend(bytes);
    // Words that belonged to no entry would belong to this one; without any, it reads as before.
    let longer = Netrc::parse(&text).expect("an entry in front of a file that reads");
    let entry = longer.entry("H", None).expect("the first one");
    assert_eq!(entry.login.as_deref(), Some(&b"first one"[..]));
    assert_eq!(entry.password.as_deref(), Some(&b"a\\b"[..]));
    let other = |netrc: &Netrc| netrc.entry("other", None).cloned();
    assert_eq!(other(netrc), other(&longer));
}

/// The dictionary's secret may be a user or a host here, which are shown. Among comments and quotes that is not looked for.
fn is_named(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    if text.contains(['#', '"']) {
        return true;
    }
    let words = text.split(|c| c <= ' ').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let mut pairs = words.windows(2);
    pairs.any(|pair| pair[1].contains(SECRET) && !["password", "account"].contains(&pair[0]))
}

/// Stands in the dictionary and the corpus.
const SECRET: &str = "hunter2";
