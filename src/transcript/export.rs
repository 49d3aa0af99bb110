//! A transcript for somebody who has no ftpsh: an article, a bug report, a colleague.
//!
//! Secrets never appear, their defaults in headers included. Other variables are written as their defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::data::LineEnd;
use super::import::written;
use super::markdown::{code_span, escaped, longest_run};
use super::template::{Piece, Template};
use super::{Dialogue, Line, LineKind, ReadError, Transcript, Variables};
use crate::protocol::hidden::visible;

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
        let values = dialogue.recorded_values();
        let mut came = came_lines(dialogue);
        let mut lines = Vec::new();
        // A line of the kind of what was left out, so that what came can follow it.
        let mut above = None;
        for (index, line) in transcript.lines.iter().enumerate() {
            if above.is_some_and(|kind| line.came(kind).is_some()) {
                continue;
            }
            match came.remove(&(index + 1)) {
                Some(instead) => lines.extend(instead),
                None => lines.extend(plain_line(line, dialogue, &values)),
            }
            above = [LineKind::Reply, LineKind::DataReceived]
                .into_iter()
                .find(|kind| line.kind() == *kind);
        }
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
                PlainLine::Server(line) => format!("S: {line}"),
                PlainLine::Received(line, end) => format!("S: {line}{}", end_in_words(line, *end)),
                PlainLine::Sent(line, LineEnd::None) => format!("C: {line} {CLOSING}"),
                PlainLine::Sent(line, end) => format!("C: {line}{}", end_in_words(line, *end)),
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
                PlainLine::Remark(text) => {
                    page.paragraph(&format!("*{}*", escaped(&first_upper(text))));
                }
                PlainLine::Comment(text) => page.paragraph(&escaped(text)),
            }
        }
        page.end_block();
        page.text
    }
}

/// What came, where comments tell it, in the place of the lines that expect less: by their numbers.
fn came_lines(dialogue: &Dialogue) -> BTreeMap<usize, Vec<PlainLine>> {
    let mut came = BTreeMap::new();
    for exchange in &dialogue.exchanges {
        for reply in exchange.replies.iter().filter(|it| !it.came.is_empty()) {
            let lines = reply.came.iter();
            let lines =
                lines.map(|line| PlainLine::Server(visible(&String::from_utf8_lossy(line))));
            let lines = lines.collect();
            came.extend(reply.lines.clone().map(|line| (line, Vec::new())));
            came.insert(reply.lines.start, lines);
        }
        let data = exchange.data.iter().filter(|data| !data.came.is_empty());
        for data in data {
            let lines = data
                .came
                .iter()
                .map(|line| data_line(line, dialogue))
                .collect();
            came.extend(data.lines.iter().map(|line| (*line, Vec::new())));
            came.extend(data.lines.first().map(|line| (*line, lines)));
        }
    }
    came
}

/// A line of data that came.
fn data_line(text: &str, dialogue: &Dialogue) -> PlainLine {
    if text.starts_with('@') {
        return PlainLine::Remark(described_mark(&visible(text), "received"));
    }
    let (text, end) = LineEnd::split(text);
    PlainLine::Received(told(text, dialogue, &Variables::default()), end)
}

fn plain_line(line: &Line, dialogue: &Dialogue, values: &Variables) -> Option<PlainLine> {
    let text = line.content();
    let told = |text: &str| told(text, dialogue, values);
    Some(match line.kind() {
        LineKind::Blank => return None,
        LineKind::Comment => PlainLine::Comment(comment(text)?),
        LineKind::Command => PlainLine::Client(told(text)),
        LineKind::Reply if text == "@closed" => {
            PlainLine::Remark("the server closes the control connection".to_owned())
        }
        LineKind::Reply if text == "@unanswered" => PlainLine::Remark(NO_REPLY.to_owned()),
        LineKind::Reply => PlainLine::Server(told(text)),
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
            PlainLine::Sent(told(text), end)
        }
        LineKind::DataReceived => {
            let (text, end) = LineEnd::split(text);
            PlainLine::Received(told(text), end)
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
fn told(text: &str, dialogue: &Dialogue, values: &Variables) -> String {
    let Ok(template) = Template::read(text) else {
        return visible(text);
    };
    let tell = |piece: &Piece| match piece {
        Piece::Literal(bytes) => visible(&String::from_utf8_lossy(bytes)),
        Piece::Variable(name) => match values.value(name) {
            Some(value) if !dialogue.is_secret(name) => visible(&String::from_utf8_lossy(value)),
            _ => format!("{{{name}}}"),
        },
    };
    template.pieces().iter().map(tell).collect()
}

/// What stands after a line of data, so that its end is known; most end with CR LF, which is then not written.
fn end_in_words(line: &str, end: LineEnd) -> String {
    match end {
        LineEnd::Lf => format!(" {LF}"),
        LineEnd::CrLf if written::seems_to_tell_its_end(line.as_bytes()) => format!(" {CR_LF}"),
        LineEnd::CrLf | LineEnd::None => String::new(),
    }
}

/// The importer knows these.
const CLOSING: &str = "(close the data connection)";
/// The line of data ends with LF alone.
pub(super) const LF: &str = "(LF)";
/// It ends with CR LF, although it looks as if it told another end.
pub(super) const CR_LF: &str = "(CR LF)";
pub(super) const NO_REPLY: &str = "no reply";

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

    #[test]
    fn line_ends_and_missing_replies_survive_a_text() {
        let text = "S> 220\nC> NOOP\nS> @unanswered\nC> NOOP\nS> 200\nC> STOR f\nS> 150\nD< a{lf}\nD< b\nD< c{lf}\nS> 226\n\
                    C> STOR g\nS> 150\nD< d{no-eol}\nS> 226\nC> NOOP\nS> @unanswered\n";
        let back = import::read(exported(text, Form::Text).as_bytes(), None).unwrap();
        assert!(
            back.not_understood.is_empty() && back.notes.is_empty(),
            "{back:?}"
        );
        let lines = back.transcript.to_string();
        assert!(lines.ends_with(text), "{lines}");
    }

    #[test]
    fn a_line_that_itself_tells_an_end_survives_a_text() {
        let lines = "a (LF)\nD< b (LF){lf}\nD< c (CR LF)\nD< d (close the data connection)\nD< (LF)\nD< e (LF){no-eol}\n";
        let text = format!("S> 220\nC> STOR f\nS> 150\nD< {lines}S> 226\n");
        let back = import::read(exported(&text, Form::Text).as_bytes(), None).unwrap();
        assert!(
            back.transcript.to_string().ends_with(&text),
            "{}",
            back.transcript
        );
        let text = "S> 220\nC> RETR f\nS> 150\nD> a (LF)\nD> b{lf}\nS> 226\n";
        let back = import::read(exported(text, Form::Text).as_bytes(), None).unwrap();
        let received = "# received: a (LF)\n# received: b\n";
        assert!(
            back.transcript.to_string().contains(received),
            "{}",
            back.transcript
        );
    }

    #[test]
    fn what_came_is_told_where_it_was_recorded() {
        let text = "# var: user = me\nS> 220\n# S> 220-a {{b\n# S> 220 c\nC> PWD\nS> 257 \"{path}\"[..]\n\
                    # S> 257 \"/srv\" here\nC> CWD {path}/x\nS> 250\n# by hand\nC> LIST\nS> 150\nD> ...\n# D> one\n# D> two{lf}\n\
                    S> 226\nC> LIST\nS> 150\nD> ...\n# D> @octets 9 sha256 0\nS> 226\n";
        assert_eq!(
            exported(text, Form::Text),
            "S: 220-a {b\nS: 220 c\nC: PWD\nS: 257 \"/srv\" here\nC: CWD /srv/x\nS: 250\n# by hand\nC: LIST\nS: 150\n\
             S: one\nS: two (LF)\nS: 226\nC: LIST\nS: 150\n(9 bytes are received)\nS: 226\n"
        );
    }

    #[test]
    fn a_text_that_was_recorded_is_no_markup_on_a_page() {
        let text = "S> 220\n# <b>*x* [y](z) `w`\n# - one\n# 1. two\n# S> 221 <i>\nC> STOR f\nS> 150\nD< @file a_b_*\nS> 226\n";
        let page = exported(text, Form::Markdown);
        for line in [
            r"\<b\>\*x\* \[y\](z) \`w\`",
            r"\- one",
            r"1\. two",
            r"*The bytes of the file a\_b\_\* are sent.*",
        ] {
            assert!(page.lines().any(|shown| shown == line), "{line}\n{page}");
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
