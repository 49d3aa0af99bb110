//! A page: the control connection in blocks, data in blocks of their own.

use super::spoken::{Spoken, Utterance};
use crate::transcript::data::LineEnd;

pub(super) fn write(spoken: &Spoken) -> String {
    let mut page = Page::default();
    page.text.push_str("# An FTP dialogue\n");
    if let Some(server) = &spoken.server {
        page.paragraph(&format!("With {}.", code_span(server)));
    }
    page.paragraph(
        "`C:` is what the client sends on the control connection, `S:` what the server answers.",
    );
    for utterance in &spoken.utterances {
        match utterance {
            Utterance::Client(line) => page.line(CONTROL, &format!("C: {line}")),
            Utterance::Server(line) => page.line(CONTROL, &format!("S: {line}")),
            Utterance::Sent(line, end) => page.data("Sent on the data connection:", line, *end),
            Utterance::Received(line, end) => {
                page.data("Received on the data connection:", line, *end);
            }
            Utterance::Direction(text) => page.paragraph(&format!("*{}*", first_upper(text))),
            Utterance::Comment(text) => page.paragraph(text),
        }
    }
    page.end_block();
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    /// The lines of the block that is being written, and what stands above it.
    block: Option<(&'static str, Vec<String>)>,
}

impl Page {
    fn paragraph(&mut self, text: &str) {
        self.end_block();
        self.text.push_str(&format!("\n{text}\n"));
    }

    fn line(&mut self, caption: &'static str, line: &str) {
        match &mut self.block {
            Some((open, lines)) if *open == caption => lines.push(line.to_owned()),
            _ => {
                self.end_block();
                self.block = Some((caption, vec![line.to_owned()]));
            }
        }
    }

    fn data(&mut self, caption: &'static str, line: &str, end: LineEnd) {
        self.line(caption, line);
        if end == LineEnd::None {
            self.paragraph("*There is no line end behind it.*");
        }
    }

    fn end_block(&mut self) {
        let Some((caption, lines)) = self.block.take() else {
            return;
        };
        if !caption.is_empty() {
            self.text.push_str(&format!("\n{caption}\n"));
        }
        let fence = "`".repeat(longest_run(&lines).max(2) + 1);
        let lines = lines.join("\n");
        self.text
            .push_str(&format!("\n{fence}text\n{lines}\n{fence}\n"));
    }
}

/// A block of the control connection needs no caption.
const CONTROL: &str = "";

/// The most backquotes that stand together.
fn longest_run(lines: &[String]) -> usize {
    let runs = lines
        .iter()
        .flat_map(|line| line.split(|character| character != '`'));
    runs.map(str::len).max().unwrap_or(0)
}

fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(&[text.to_owned()]) + 1);
    format!("{fence}{text}{fence}")
}

fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect::<String>() + "."
}
