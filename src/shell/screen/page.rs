//! Text for reading, laid out for the width of the screen.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Where a text for reading is laid out: on the screen, or in a manual page.
pub(crate) trait Layout {
    /// A line above what belongs together.
    fn heading(&mut self, text: &str);

    /// A paragraph that begins so many columns from the left.
    fn paragraph(&mut self, indent: usize, text: &str);

    /// A label, and a text in a column of its own that begins after `label_columns`, where there are columns.
    fn item(&mut self, label: &str, label_columns: usize, text: &str);
}

/// A text that grows line by line; no line is wider than the screen where words allow it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    columns: usize,
    text: String,
}

impl Page {
    /// An empty page for a screen of so many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns: columns.clamp(NARROWEST, WIDEST),
            text: String::new(),
        }
    }

    /// Lines that belong together below one label, each wrapped on its own.
    pub(crate) fn items(&mut self, label: &str, label_columns: usize, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            self.item(if index == 0 { label } else { "" }, label_columns, line);
        }
    }

    /// A label so many columns from the left, and a text in a column of its own that begins after `label_columns`.
    pub(crate) fn labelled(
        &mut self,
        indent: usize,
        label: &str,
        label_columns: usize,
        text: &str,
    ) {
        if text.is_empty() {
            return self.paragraph(indent, label);
        }
        let width = label_columns.saturating_sub(indent);
        let is_full = !label.is_empty() && label.chars().count() >= width;
        let gap = if is_full { "  " } else { "" };
        let first = format!("{:indent$}{label:<width$}{gap}", "");
        self.wrapped(&first, &" ".repeat(label_columns), text);
    }

    /// The same, with the text below the label where the column would be too narrow to read.
    pub(crate) fn labelled_or_above(
        &mut self,
        indent: usize,
        label: &str,
        label_columns: usize,
        text: &str,
    ) {
        if !self.is_narrow_after(label_columns) {
            return self.labelled(indent, label, label_columns, text);
        }
        if !label.is_empty() {
            self.paragraph(indent, label);
        }
        self.paragraph(indent + 2, text);
    }

    /// A short word and what it means, in a list below a label.
    pub(crate) fn meaning(&mut self, indent: usize, word: &str, text: &str) {
        let first = format!("{:indent$}{word}  ", "");
        self.wrapped(&first, &" ".repeat(first.len()), text);
    }

    /// A line as it is.
    pub(crate) fn verbatim(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Everything that is on it.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn is_narrow_after(&self, label_columns: usize) -> bool {
        self.columns < label_columns + NARROWEST_TEXT
    }

    fn wrapped(&mut self, first: &str, other: &str, text: &str) {
        let options = Options::new(self.columns)
            .initial_indent(first)
            .subsequent_indent(other)
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::Custom(words_of));
        self.text.push_str(&textwrap::fill(text, options));
        self.text.push('\n');
    }
}

impl Layout for Page {
    fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.gap();
        }
        self.paragraph(0, &format!("{text}:"));
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        let indent = " ".repeat(indent);
        self.wrapped(&indent, &indent, text);
    }

    /// Where the column would be too narrow to read, the text stands below the label.
    fn item(&mut self, label: &str, label_columns: usize, text: &str) {
        let first = format!("  {label:<width$}", width = label_columns.saturating_sub(2));
        let is_narrow = self.is_narrow_after(label_columns);
        if text.is_empty() || is_narrow || label.len() + 3 > label_columns {
            self.wrapped("  ", "      ", label);
            if !text.is_empty() {
                let indent = if is_narrow { 4 } else { label_columns };
                self.paragraph(indent, text);
            }
        } else {
            self.wrapped(&first, &" ".repeat(label_columns), text);
        }
    }
}

/// The words of a line. A fingerprint, which is longer than a narrow row, may be broken between two bytes.
pub(crate) fn words_of(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let words = WordSeparator::AsciiSpace.find_words(line);
    Box::new(words.flat_map(|word| {
        let mut pieces: Vec<Word<'_>> = match is_fingerprint(word.word) {
            true => word.word.split_inclusive(':').map(Word::from).collect(),
            false => return vec![word],
        };
        if let Some(last) = pieces.last_mut() {
            last.whitespace = word.whitespace;
        }
        pieces
    }))
}

fn is_fingerprint(word: &str) -> bool {
    let is_byte = |pair: &str| pair.len() == 2 && pair.bytes().all(|it| it.is_ascii_hexdigit());
    let word = word.trim_matches(|it: char| !it.is_ascii_hexdigit());
    word.len() > SHORTEST_FINGERPRINT && word.split(':').all(is_byte)
}

/// As in `CE:51:2E:4A:B1:D9:00:4F`, half an MD5.
const SHORTEST_FINGERPRINT: usize = 22;

const NARROWEST: usize = 24;
/// Longer lines are hard to read.
const WIDEST: usize = 100;
const NARROWEST_TEXT: usize = 26;

#[cfg(test)]
mod tests {
    use super::{Layout, Page, words_of};

    #[test]
    fn a_text_stands_beside_its_label_or_below_it_and_never_past_the_edge() {
        for columns in [30, 40, 80] {
            let mut page = Page::new(columns);
            page.item(
                "RETR f > file",
                20,
                "received data goes into this file, and so on",
            );
            page.items(
                "Replies",
                10,
                &["226 done".to_owned(), "425 not done".to_owned()],
            );
            page.paragraph(4, "a paragraph that is longer than a narrow screen is wide");
            page.labelled_or_above(4, "SIZE f", 16, "how many bytes are there already?");
            let text = page.into_text();
            assert!(text.lines().all(|line| line.len() <= columns), "{text}");
            let beside = text.contains("RETR f > file     received");
            assert_eq!(beside, columns == 80, "{text}");
            let beside = text.contains("  Replies 226 done\n          425 not done\n");
            assert_eq!(beside, columns >= 40, "{text}");
            let beside = text.contains("    SIZE f      how many bytes");
            assert_eq!(beside, columns == 80, "{text}");
            let below = text.contains("    SIZE f\n      how many bytes");
            assert_eq!(below, columns < 80, "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_broken_between_its_bytes_and_a_path_stays_whole() {
        let fingerprint = "CE:51:2E:4A:B1:D9:00:4F:4E:20:B1:7B:82:E0:DB:B0";
        let text = format!("trusted: SHA-256 {fingerprint}, and /a/long/path/that/is/one/word");
        let options = textwrap::Options::new(30)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::Custom(words_of));
        let rows = textwrap::wrap(&text, options);
        assert_eq!(
            rows,
            [
                "trusted: SHA-256 CE:51:2E:4A:",
                "B1:D9:00:4F:4E:20:B1:7B:82:E0:",
                "DB:B0, and",
                "/a/long/path/that/is/one/word"
            ]
        );
    }

    #[test]
    fn a_fingerprint_on_a_page_is_broken_between_its_bytes() {
        for columns in [40, 80] {
            let mut page = Page::new(columns);
            let fingerprint = ["A7"; 32].join(":");
            page.item(
                "Here",
                10,
                &format!("it is not trusted (SHA-256 {fingerprint})."),
            );
            let text = page.into_text();
            let rows: Vec<&str> = text.lines().filter(|row| row.contains("A7")).collect();
            assert!(rows.len() > 1, "{text}");
            let (_, before) = rows.split_last().unwrap();
            assert!(before.iter().all(|row| row.ends_with("A7:")), "{text}");
        }
    }
}
