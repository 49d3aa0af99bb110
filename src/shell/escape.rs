//! The one way by which hostile text reaches the screen.
//!
//! A server may send anything: sequences that steer a terminal, characters that turn the reading direction
//! around, characters that cannot be seen. What can be seen is kept, the rest is shown as its number: `\x1b` for an
//! octet and `\u{202e}` for a character. A backslash stays as it is, so a server that sends the four characters
//! `\x1b` looks like one that sends ESC; neither does any harm, and file names with backslashes stay readable.
//! A tab stays a tab.

use std::fmt::Write;

/// The octets as they may be shown.
///
/// Takes one line, or a name, without line end: CR and LF are escaped like any control character. The work
/// and the result are at most four octets for each octet given.
#[must_use]
pub fn escape(octets: &[u8]) -> String {
    let mut shown = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut shown, character);
        }
        for octet in chunk.invalid() {
            push_octet(&mut shown, *octet);
        }
    }
    shown
}

/// Whether a character is shown by its number: it could steer the terminal, mislead the eye, or not be seen at all.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    if character == '\t' {
        return false;
    }
    let after = HIDDEN.partition_point(|&(first, _)| first <= character);
    after > 0 && character <= HIDDEN[after - 1].1
}

/// First and last character of each range, in order.
///
/// Controls (Cc), format characters (Cf), line and paragraph separators, everything that Unicode calls default
/// ignorable (variation selectors and tags among them: they can carry a message that nobody sees), fillers
/// that look like a space, private use (a font decides what it shows) and noncharacters. Unassigned characters are kept:
/// next year's letters are among them.
const HIDDEN: &[(char, char)] = &[
    ('\0', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{1fffe}', '\u{1ffff}'),
    ('\u{2fffe}', '\u{2ffff}'),
    ('\u{3fffe}', '\u{dffff}'),
    ('\u{e0000}', '\u{10ffff}'),
];

fn push(shown: &mut String, character: char) {
    if !is_hidden(character) {
        shown.push(character);
    } else if let Ok(octet @ 0..=0x7f) = u8::try_from(character) {
        push_octet(shown, octet);
    } else {
        write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("a String takes any text");
    }
}

fn push_octet(shown: &mut String, octet: u8) {
    write!(shown, "\\x{octet:02x}").expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{HIDDEN, escape, is_hidden};

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
        for (octets, shown) in table {
            assert_eq!(escape(octets), *shown);
        }
    }

    #[test]
    fn the_ranges_are_in_order_and_apart() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn every_control_and_everything_the_design_names_is_hidden() {
        for character in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let named = character.is_control() && character != '\t'
                || matches!(character,
                    '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
            assert!(!named || is_hidden(character), "{character:?}");
        }
        assert!(!is_hidden('\t'));
    }

    fn is_harmless(shown: &str) -> bool {
        !shown.chars().any(is_hidden) && !shown.chars().any(|c| c.is_control() && c != '\t')
    }

    proptest! {
        #[test]
        fn no_octets_reach_the_screen_unescaped(octets in vec(any::<u8>(), 0..300)) {
            let shown = escape(&octets);
            prop_assert!(is_harmless(&shown));
            prop_assert!(shown.len() <= 4 * octets.len());
        }

        #[test]
        fn no_text_reaches_the_screen_unescaped(text in vec(any::<char>(), 0..100)) {
            let text: String = text.into_iter().collect();
            prop_assert!(is_harmless(&escape(text.as_bytes())));
        }

        #[test]
        fn escaping_twice_changes_nothing(octets in vec(any::<u8>(), 0..300)) {
            let shown = escape(&octets);
            prop_assert_eq!(escape(shown.as_bytes()), shown);
        }
    }
}
