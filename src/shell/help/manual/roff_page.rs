//! A manual page while it is written.

use std::io;

use clap_mangen::roff::{Inline, Roff, bold, roman};
use regex::Regex;

use crate::shell::screen::page::Layout;

/// A text in roff that grows section by section.
#[derive(Debug, Default)]
pub(super) struct RoffPage {
    roff: Roff,
    /// What came before `roff`.
    finished: String,
}

impl RoffPage {
    /// The line of a page that gives its name, section, date, source and manual.
    pub(super) fn title(&mut self, words: &[&str]) {
        self.roff.control("TH", words.iter().copied());
    }

    /// What somebody else writes.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) {
        let mut bytes = Vec::new();
        write(&mut bytes).expect("a vector takes everything");
        let text = String::from_utf8_lossy(&bytes);
        self.finish();
        self.finished.push_str(without_preamble(&text));
    }

    /// A section of labels and texts.
    pub(super) fn table(&mut self, heading: &str, rows: &[(&str, &str)]) {
        self.heading(heading);
        for (label, text) in rows {
            self.item(label, 0, text);
        }
    }

    /// What belongs to the last item.
    pub(super) fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.control("RS", &[]);
        write(self);
        self.control("RE", &[]);
    }

    /// A request with its arguments.
    pub(super) fn control(&mut self, name: &str, arguments: &[&str]) {
        self.roff.control(name, arguments.iter().copied());
    }

    /// A line of text.
    pub(super) fn line(&mut self, text: &str) {
        self.inlines(vec![roman(text)]);
    }

    /// A line of text in several fonts.
    pub(super) fn inlines(&mut self, inlines: Vec<Inline>) {
        self.roff.text(inlines);
    }

    /// All of it, in ASCII, with what stands between backticks in bold.
    pub(super) fn into_text(mut self) -> String {
        self.finish();
        let marked = Regex::new("`([^`\n]+)`").expect("it is a regular expression");
        let text = marked.replace_all(&self.finished, r"\fB$1\fR");
        let mut page = Roff::new().render();
        for character in text.chars() {
            if character.is_ascii() {
                page.push(character);
            } else {
                page.push_str(&format!("\\[u{:04X}]", u32::from(character)));
            }
        }
        page
    }

    fn finish(&mut self) {
        let text = std::mem::take(&mut self.roff).render();
        self.finished.push_str(without_preamble(&text));
    }
}

impl Layout for RoffPage {
    fn heading(&mut self, text: &str) {
        self.control("SH", &[&text.to_uppercase()]);
    }

    fn paragraph(&mut self, _: usize, text: &str) {
        self.control("PP", &[]);
        self.line(text);
    }

    fn item(&mut self, label: &str, _: usize, text: &str) {
        self.control("TP", &[]);
        self.inlines(vec![bold(label)]);
        self.line(text);
    }
}

/// Every text of its own begins with the same definition of an apostrophe.
fn without_preamble(text: &str) -> &str {
    text.strip_prefix(&Roff::new().render()).unwrap_or(text)
}
