//! A transcript as people would tell it: who says what, without headers and braces.

use crate::protocol::hidden::is_hidden;
use crate::transcript::data::LineEnd;
use crate::transcript::template::{Piece, Template};
use crate::transcript::{Dialogue, Line, LineKind, Transcript};

/// What is told, in order.
pub(super) struct Spoken {
    /// What it was recorded from.
    pub(super) server: Option<String>,
    pub(super) utterances: Vec<Utterance>,
}

/// One line of it.
pub(super) enum Utterance {
    Client(String),
    Server(String),
    /// Data that are sent.
    Sent(String, LineEnd),
    /// Data that are received.
    Received(String, LineEnd),
    /// What cannot be said as a line: files, elisions, the end of the connection.
    Direction(String),
    Comment(String),
}

impl Spoken {
    pub(super) fn of(transcript: &Transcript, dialogue: &Dialogue) -> Self {
        let utterances = transcript
            .lines
            .iter()
            .filter_map(|line| utterance(line, dialogue))
            .collect();
        Self {
            server: dialogue.headers.server.as_deref().map(visible),
            utterances,
        }
    }
}

fn utterance(line: &Line, dialogue: &Dialogue) -> Option<Utterance> {
    let text = line.content();
    Some(match line.kind() {
        LineKind::Blank => return None,
        LineKind::Comment => Utterance::Comment(comment(text)?),
        LineKind::Command => Utterance::Client(told(text, dialogue)),
        LineKind::Reply if text == "@closed" => {
            Utterance::Direction("the server closes the control connection".to_owned())
        }
        LineKind::Reply => Utterance::Server(told(text, dialogue)),
        LineKind::DataSent | LineKind::DataReceived if text.starts_with('@') => {
            let verb = match line.kind() {
                LineKind::DataSent => "sent",
                _ => "received",
            };
            Utterance::Direction(told_mark(&visible(text), verb))
        }
        LineKind::DataReceived if text == "..." => {
            Utterance::Direction("any lines are received".to_owned())
        }
        LineKind::DataSent => {
            let (text, end) = LineEnd::split(text);
            Utterance::Sent(told(text, dialogue), end)
        }
        LineKind::DataReceived => {
            let (text, end) = LineEnd::split(text);
            Utterance::Received(told(text, dialogue), end)
        }
    })
}

/// The text of a comment that is no header.
fn comment(text: &str) -> Option<String> {
    let text = text.trim_start_matches('#').trim();
    let is_header = ["server: ", "requires: ", "tls: ", "var: "]
        .iter()
        .any(|header| text.starts_with(header));
    (!is_header && !text.is_empty()).then(|| visible(text))
}

fn told_mark(text: &str, verb: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["@file", path, ..] => format!("the octets of the file {path} are {verb}"),
        ["@octets", number, ..] => format!("{number} octets are {verb}"),
        ["@cut", number] => {
            format!("the client closes the data connection once {number} octets are {verb}")
        }
        _ => format!("data are {verb}"),
    }
}

/// Braces as what they stand for; a pattern that is no template stays as it is.
fn told(text: &str, dialogue: &Dialogue) -> String {
    let Ok(template) = Template::read(text) else {
        return visible(text);
    };
    let tell = |piece: &Piece| match piece {
        Piece::Literal(octets) => visible(&String::from_utf8_lossy(octets)),
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
