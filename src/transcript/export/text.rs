//! `C:` and `S:`.

use super::spoken::{Spoken, Utterance};
use crate::transcript::data::LineEnd;

pub(super) fn write(spoken: &Spoken) -> String {
    let mut text = String::new();
    if let Some(server) = &spoken.server {
        text.push_str(&format!("# With {server}\n"));
    }
    let mut utterances = spoken.utterances.iter().peekable();
    while let Some(utterance) = utterances.next() {
        let line = match utterance {
            Utterance::Client(line) => format!("C: {line}"),
            Utterance::Server(line) | Utterance::Received(line, _) => format!("S: {line}"),
            Utterance::Sent(line, LineEnd::None) => format!("C: {line} {CLOSING}"),
            Utterance::Sent(line, _) => format!("C: {line}"),
            Utterance::Direction(line) => format!("({line})"),
            Utterance::Comment(line) => format!("# {line}"),
        };
        text.push_str(&line);
        text.push('\n');
        let is_sent = matches!(utterance, Utterance::Sent(_, LineEnd::CrLf | LineEnd::Lf));
        if is_sent && !matches!(utterances.peek(), Some(Utterance::Sent(..))) {
            text.push_str(CLOSING);
            text.push('\n');
        }
    }
    text
}

/// The importer knows it.
const CLOSING: &str = "(close the data connection)";
