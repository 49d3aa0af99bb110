//! A transcript for somebody who has no ftpsh: an article, a bug report, a colleague.
//!
//! Secrets never appear, their defaults in headers included. Other variables are written as their defaults.

use std::fmt;
use std::str::FromStr;

use super::data::LineEnd;
use super::template::{Piece, Template};
use super::{Dialogue, Line, LineKind, ReadError, Transcript};
use crate::protocol::hidden::is_hidden;

/// What a transcript is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A page with the dialogue in fenced blocks.
    Markdown,
    /// `C:` and `S:`, which `ftpsh import` reads.
    Text,
}

/// No form has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write markdown or text")]
pub struct UnknownForm;

impl Form {
    const ALL: [Self; 2] = [Self::Markdown, Self::Text];

    /// As `--to` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|form| form.name() == text)
            .ok_or(UnknownForm)
    }
}

/// The transcript in another form.
///
/// # Errors
///
/// [`ReadError`] if its lines make no dialogue.
pub fn export(transcript: &Transcript, form: Form) -> Result<String, ReadError> {
    let told = PlainDialogue::of(transcript, &transcript.dialogue()?);
    Ok(match form {
        Form::Markdown => told.markdown(),
        Form::Text => told.text(),
    })
}

/// A transcript as people would tell it: who says what, without headers and braces.
struct PlainDialogue {
    /// What it was recorded from.
    server: Option<String>,
    lines: Vec<PlainLine>,
}

/// One line of it.
enum PlainLine {
    Client(String),
    Server(String),
    /// Data that are sent.
    Sent(String, LineEnd),
    /// Data that are received.
    Received(String, LineEnd),
    /// What cannot be shown as a line: files, elisions, the end of the connection.
    Remark(String),
    Comment(String),
}

impl PlainDialogue {
    fn of(transcript: &Transcript, dialogue: &Dialogue) -> Self {
        let lines = transcript
            .lines
            .iter()
            .filter_map(|line| plain_line(line, dialogue))
            .collect();
        Self {
            server: dialogue.headers.server.as_deref().map(visible),
            lines,
        }
    }

    /// `C:` and `S:`.
    fn text(&self) -> String {
        let mut text = String::new();
        if let Some(server) = &self.server {
            text.push_str(&format!("# With {server}\n"));
        }
        let mut lines = self.lines.iter().peekable();
        while let Some(line) = lines.next() {
            let shown = match line {
                PlainLine::Client(line) => format!("C: {line}"),
                PlainLine::Server(line) | PlainLine::Received(line, _) => format!("S: {line}"),
                PlainLine::Sent(line, LineEnd::None) => format!("C: {line} {CLOSING}"),
                PlainLine::Sent(line, _) => format!("C: {line}"),
                PlainLine::Remark(line) => format!("({line})"),
                PlainLine::Comment(line) => format!("# {line}"),
            };
            text.push_str(&shown);
            text.push('\n');
            let is_sent = matches!(line, PlainLine::Sent(_, LineEnd::CrLf | LineEnd::Lf));
            if is_sent && !matches!(lines.peek(), Some(PlainLine::Sent(..))) {
                text.push_str(CLOSING);
                text.push('\n');
            }
        }
        text
    }

    /// A page: the control connection in blocks, data in blocks of their own.
    fn markdown(&self) -> String {
        let mut page = Page::default();
        page.text.push_str("# An FTP dialogue\n");
        if let Some(server) = &self.server {
            page.paragraph(&format!("With {}.", code_span(server)));
        }
        page.paragraph(
        "`C:` is what the client sends on the control connection, `S:` what the server answers.",
    );
        for line in &self.lines {
            match line {
                PlainLine::Client(line) => page.line(CONTROL, &format!("C: {line}")),
                PlainLine::Server(line) => page.line(CONTROL, &format!("S: {line}")),
                PlainLine::Sent(line, end) => page.data("Sent on the data connection:", line, *end),
                PlainLine::Received(line, end) => {
                    page.data("Received on the data connection:", line, *end);
                }
                PlainLine::Remark(text) => page.paragraph(&format!("*{}*", first_upper(text))),
                PlainLine::Comment(text) => page.paragraph(text),
            }
        }
        page.end_block();
        page.text
    }
}

fn plain_line(line: &Line, dialogue: &Dialogue) -> Option<PlainLine> {
    let text = line.content();
    Some(match line.kind() {
        LineKind::Blank => return None,
        LineKind::Comment => PlainLine::Comment(comment(text)?),
        LineKind::Command => PlainLine::Client(told(text, dialogue)),
        LineKind::Reply if text == "@closed" => {
            PlainLine::Remark("the server closes the control connection".to_owned())
        }
        LineKind::Reply => PlainLine::Server(told(text, dialogue)),
        LineKind::DataSent | LineKind::DataReceived if text.starts_with('@') => {
            let verb = match line.kind() {
                LineKind::DataSent => "sent",
                _ => "received",
            };
            PlainLine::Remark(described_mark(&visible(text), verb))
        }
        LineKind::DataReceived if text == "..." => {
            PlainLine::Remark("any lines are received".to_owned())
        }
        LineKind::DataSent => {
            let (text, end) = LineEnd::split(text);
            PlainLine::Sent(told(text, dialogue), end)
        }
        LineKind::DataReceived => {
            let (text, end) = LineEnd::split(text);
            PlainLine::Received(told(text, dialogue), end)
        }
    })
}

/// The text of a comment that is not a header.
fn comment(text: &str) -> Option<String> {
    let text = text.trim_start_matches('#').trim();
    let is_header = ["server: ", "recorded: ", "requires: ", "tls: ", "var: "]
        .iter()
        .any(|header| text.starts_with(header));
    (!is_header && !text.is_empty()).then(|| visible(text))
}

fn described_mark(text: &str, verb: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["@file", path, ..] => format!("the bytes of the file {path} are {verb}"),
        ["@octets", number, ..] => format!("{number} bytes are {verb}"),
        ["@cut", number] => {
            format!("the client closes the data connection once {number} bytes are {verb}")
        }
        _ => format!("data is {verb}"),
    }
}

/// Braces as what they stand for; a pattern that is not a template stays as it is.
fn told(text: &str, dialogue: &Dialogue) -> String {
    let Ok(template) = Template::read(text) else {
        return visible(text);
    };
    let tell = |piece: &Piece| match piece {
        Piece::Literal(bytes) => visible(&String::from_utf8_lossy(bytes)),
        Piece::Variable(name) => match dialogue.headers.defaults.value(name) {
            Some(value) if !dialogue.is_secret(name) => visible(&String::from_utf8_lossy(value)),
            _ => format!("{{{name}}}"),
        },
    };
    template.pieces().iter().map(tell).collect()
}

/// What cannot be seen as its number.
fn visible(text: &str) -> String {
    let show = |character: char| {
        if is_hidden(character) {
            character.escape_unicode().to_string()
        } else {
            character.to_string()
        }
    };
    text.chars().map(show).collect()
}

/// The importer knows it.
const CLOSING: &str = "(close the data connection)";

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
            self.paragraph("*There is no line end after it.*");
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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::{prop_assert, proptest};

    use super::{Form, export};
    use crate::transcript::{ARTICLE, Transcript, import};

    #[track_caller]
    fn exported(text: &str, form: Form) -> String {
        export(&Transcript::read(text.as_bytes()).unwrap(), form).unwrap()
    }

    #[test]
    fn the_article_becomes_a_text_and_back() {
        let text = exported(ARTICLE, Form::Text);
        assert!(
            text.contains("C: pass {password}\n")
                && text.contains("C: zfive5 (close the data connection)\n")
        );
        let back = import::read(text.as_bytes(), None).unwrap();
        assert!(back.not_understood.is_empty() && back.notes.is_empty());
        let again = exported(&back.transcript.to_string(), Form::Text);
        // The first line says where it came from.
        assert_eq!(
            again.split_once('\n').unwrap().1,
            text.split_once('\n').unwrap().1
        );
    }

    #[test]
    fn what_steers_a_terminal_is_told_by_its_number_in_headers_and_names_of_files_too() {
        let text = "# server: a\u{1b}[2J\n\nS> 220\nC> STOR x\nS> 150\nD< @file b\u{9b}c\nS> 226\n";
        for form in [Form::Markdown, Form::Text] {
            let exported = exported(text, form);
            let is_hidden = |c: char| c.is_control() && c != '\n';
            assert!(!exported.contains(is_hidden), "{exported:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_can_be_imported_can_be_exported_without_its_secrets(
            lines in vec("(C:|S:)(220|150|226|PASV|RETR .*|PASS hunter2|.*)", 1..20),
        ) {
            if let Ok(imported) = import::read(lines.join("\n").as_bytes(), None) {
                for form in Form::ALL {
                    let text = export(&imported.transcript, form).unwrap();
                    prop_assert!(!text.contains("hunter2"), "{}", text);
                }
            }
        }
    }
}
