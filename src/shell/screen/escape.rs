//! The only way for hostile text to reach the screen.
//!
//! A server may send anything: sequences that control a terminal, characters that turn the reading direction
//! around, characters that cannot be seen. What can be seen is kept, the rest is shown as its number: `\x1b` for a byte
//! and `\u{202e}` for a character. A backslash stays as it is, so a server that sends the four characters `\x1b` looks
//! like one that sends ESC; neither does any harm, and file names with backslashes stay readable. A tab stays a tab.

use std::fmt::Write;

use crate::protocol::hidden::is_hidden;

/// The bytes as they may be shown.
///
/// Takes one line, or a name, without line end: CR and LF are escaped like any control character. The work
/// and the result are at most four bytes for each byte given.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_character(&mut shown, character);
        }
        for byte in chunk.invalid() {
            push_byte(&mut shown, *byte);
        }
    }
    shown
}

/// The same for a name, which is escaped already: a tab in it is seen.
pub(crate) fn with_seen_tabs(name: &str) -> String {
    name.replace('\t', "\\x09")
}

/// Adds a character as it may be shown.
pub(crate) fn push_character(shown: &mut String, character: char) {
    if !is_hidden(character) {
        shown.push(character);
    } else if let Ok(byte @ 0..=0x7f) = u8::try_from(character) {
        push_byte(shown, byte);
    } else {
        write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("a String takes any text");
    }
}

/// Adds a byte by its number.
pub(crate) fn push_byte(shown: &mut String, byte: u8) {
    write!(shown, "\\x{byte:02x}").expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{escape, is_hidden};

    #[test]
    fn what_can_be_seen_is_kept() {
        for text in [
            "",
            "230 User logged in, proceed.",
            "-rw-r--r--\t1 ftp",
            "größe 日本語 العربية עברית",
            "C:\\new\\x1b",
            "👍 e\u{301} \u{a0}\u{3000}",
            "\u{fffd}",
        ] {
            assert_eq!(escape(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_could_mislead_is_shown_by_its_number() {
        let table: &[(&[u8], &str)] = &[
            (b"\x1b[2J", "\\x1b[2J"),
            (b"\x1b]0;title\x07", "\\x1b]0;title\\x07"),
            (b"a\rb\nc\0d\x08e", "a\\x0db\\x0ac\\x00d\\x08e"),
            (b"\x7f", "\\x7f"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
            (b"\x9b31m", "\\x9b31m"),
            (b"caf\xe9", "caf\\xe9"),
            (b"\xff\xfe\xff\xf4", "\\xff\\xfe\\xff\\xf4"),
            ("a\u{202e}txt.exe".as_bytes(), "a\\u{202e}txt.exe"),
            (
                "\u{2066}\u{2069}\u{61c}".as_bytes(),
                "\\u{2066}\\u{2069}\\u{61c}",
            ),
            (
                "\u{200b}\u{200d}\u{feff}".as_bytes(),
                "\\u{200b}\\u{200d}\\u{feff}",
            ),
            (
                "\u{2028}\u{ad}\u{fe0f}".as_bytes(),
                "\\u{2028}\\u{ad}\\u{fe0f}",
            ),
            ("\u{e0041}\u{e000}".as_bytes(), "\\u{e0041}\\u{e000}"),
            // Overlong, a surrogate, and a character cut in two: not UTF-8.
            (b"\xc0\x9b", "\\xc0\\x9b"),
            (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
            (b"\xe6\x97", "\\xe6\\x97"),
            (b"\xe6A", "\\xe6A"),
        ];
        for (bytes, shown) in table {
            assert_eq!(escape(bytes), *shown);
        }
    }

    fn is_harmless(shown: &str) -> bool {
        !shown.chars().any(is_hidden) && !shown.chars().any(|c| c.is_control() && c != '\t')
    }

    proptest! {
        #[test]
        fn no_bytes_reach_the_screen_unescaped(bytes in vec(any::<u8>(), 0..300)) {
            let shown = escape(&bytes);
            prop_assert!(is_harmless(&shown));
            prop_assert!(shown.len() <= 4 * bytes.len());
        }

        #[test]
        fn no_text_reaches_the_screen_unescaped(text in vec(any::<char>(), 0..100)) {
            let text: String = text.into_iter().collect();
            prop_assert!(is_harmless(&escape(text.as_bytes())));
        }

        #[test]
        fn escaping_twice_changes_nothing(bytes in vec(any::<u8>(), 0..300)) {
            let shown = escape(&bytes);
            prop_assert_eq!(escape(shown.as_bytes()), shown);
        }
    }
}
