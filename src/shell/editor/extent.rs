//! How much of the screen a line of the editor covers.

use unicode_width::UnicodeWidthChar;

/// How many rows of this width a prompt and the lines after it cover. A terminal begins a new row when a character does
/// not fit any more, and rustyline when the row is full.
pub(super) fn rows(prompt: &str, text: &str, columns: usize) -> usize {
    let (mut row, mut column) = (0, 0);
    for character in prompt.chars().chain(text.chars()) {
        if character == '\n' {
            (row, column) = (row + 1, 0);
            continue;
        }
        let width = match character {
            '\t' => TAB_STOP - column % TAB_STOP,
            other => other.width().unwrap_or(0),
        };
        column += width;
        if column > columns {
            (row, column) = (row + 1, width);
        }
    }
    row + 1 + usize::from(column == columns)
}

const TAB_STOP: usize = 8;

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn lines_long_lines_and_wide_characters_take_their_rows() {
        for (prompt, text, columns, expected) in [
            ("ftp> ", "", 80, 1),
            ("ftp> ", "a", 80, 1),
            ("ftp> ", "a\nb\n", 80, 3),
            ("ftp> ", "abcd", 10, 1),
            ("ftp> ", "abcde", 10, 2),
            ("ftp> ", "abcdef", 10, 2),
            ("ftp> ", "abc\nabcdefghijk", 10, 3),
            ("ftp> ", "ab日本", 10, 2),
            ("ftp> ", "\ta", 10, 1),
            ("ftp> ", "\tabc", 10, 2),
        ] {
            assert_eq!(rows(prompt, text, columns), expected, "{text:?}");
        }
    }
}
