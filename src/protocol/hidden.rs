//! Characters that cannot be seen, or that mislead the reader.

use std::fmt::Write;

/// Whether a character must be shown as its number: it could control the terminal, mislead the reader, or be invisible.
#[must_use]
pub(crate) fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control() && character != '\t';
    }
    let after = HIDDEN.partition_point(|&(first, _)| first <= character);
    after > 0 && character <= HIDDEN[after - 1].1
}

/// The text with each character that is hidden written by its number: `\u{202e}`.
#[must_use]
pub(crate) fn visible(text: &str) -> String {
    let show = |character: char| {
        if is_hidden(character) {
            character.escape_unicode().to_string()
        } else {
            character.to_string()
        }
    };
    text.chars().map(show).collect()
}

/// A text of JSON in which each character that is hidden is written as JSON writes it by its number: `\u202e`. What it means
/// stays the same. Line ends between its values stay too.
#[must_use]
pub(crate) fn visible_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || !is_hidden(character) {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(text, "\\u{unit:04x}").expect("a String takes any text");
        }
    }
    text
}

/// First and last character of each range, in order.
///
/// Controls (Cc), format characters (Cf), line and paragraph separators, everything that Unicode calls default
/// ignorable (variation selectors and tags among them: they can carry a message that nobody sees), fillers that look
/// like a space, private use (a font decides what it shows) and noncharacters. Unassigned characters are kept: next
/// year's letters are among them.
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

#[cfg(test)]
mod tests {
    use super::{HIDDEN, is_hidden, visible_json};

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

    #[test]
    fn hidden_characters_are_written_by_their_number_and_read_back_as_they_were() {
        let hostile = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{e0041}\u{7f}\u{2028}é\"\\";
        let written = visible_json(&serde_json::to_string(hostile).unwrap());
        let shown = written.trim_matches('"');
        assert!(
            shown
                .chars()
                .all(|it| it == 'é' || (' '..='~').contains(&it))
        );
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), hostile);
    }
}
