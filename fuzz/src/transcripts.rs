//! Transcripts: read, printed, understood, printed again, told to others.

use std::path::Path;

use ftpsh::transcript::data::{ExpectedData, ExpectedDataLine, inline_lines, match_data};
use ftpsh::transcript::exchange::{DataContent, Exchange};
use ftpsh::transcript::expected_reply::{ExpectedReply, ExpectedText};
use ftpsh::transcript::export::{Form, export};
use ftpsh::transcript::import::{self, Kind};
use ftpsh::transcript::{Dialogue, Line, LineKind, ReadError, Transcript, Variables};

use super::bytes::assert_harmless;

/// Reads the bytes as a transcript, and as data.
pub fn hold(bytes: &[u8]) {
    let _ = Transcript::is_begun_by(bytes);
    assert_data_are_read_back(bytes);
    match Transcript::read(bytes) {
        Ok(transcript) => {
            assert_keeps_bytes(&transcript, bytes);
            match transcript.dialogue() {
                Ok(dialogue) => assert_understood(&transcript, &dialogue),
                Err(error) => assert_error(&error, bytes),
            }
        }
        Err(error) => assert_error(&error, bytes),
    }
}

/// Only the last line of a recording may lose something: the part of a letter at which it was cut.
fn assert_keeps_bytes(transcript: &Transcript, bytes: &[u8]) {
    let printed = transcript.to_string();
    let lost = bytes
        .strip_prefix(printed.as_bytes())
        .expect("the beginning");
    assert!(
        !lost.contains(&b'\n') && (lost.is_empty() || str::from_utf8(lost).is_err()),
        "bytes are lost"
    );
}

/// An error lies in the text, and can be shown.
fn assert_error(error: &ReadError, bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    assert!((1..=lines.max(1)).contains(&error.line), "{error:?}");
    assert!(error.text.get(error.span.clone()).is_some(), "{error:?}");
    assert!(error.column() <= error.text.chars().count() + 1);
    assert!(!error.to_string().is_empty());
}

fn assert_understood(transcript: &Transcript, dialogue: &Dialogue) {
    for exchange in &dialogue.exchanges {
        for reply in &exchange.replies {
            assert_reply_is_read_back(reply);
        }
        if let Some(data) = &exchange.data
            && let DataContent::Received(expected) = &data.content
        {
            assert_expected_data_are_read_back(expected);
        }
    }
    let _ = dialogue.unset_variable(&Variables::default());
    // There is no such folder, so no file is opened.
    for exchange in &dialogue.exchanges {
        let _ = exchange.served_data(Path::new("/nonexistent"));
        for reply in &exchange.replies {
            assert!(!reply.served().lines.is_empty());
        }
    }
    assert_can_be_told(transcript, dialogue);
}

/// Every form is harmless text; the one that can be imported is, if it has a command.
fn assert_can_be_told(transcript: &Transcript, dialogue: &Dialogue) {
    let has_command = dialogue.exchanges.iter().any(|one| one.command.is_some());
    for form in [Form::Markdown, Form::Text] {
        let text = export(transcript, form).expect("it is a dialogue");
        text.lines().for_each(assert_harmless);
        if form == Form::Text && has_command {
            let imported = import::read(text.as_bytes(), Some(Kind::Written));
            let imported = imported.expect("it has a command at least");
            imported
                .transcript
                .dialogue()
                .expect("what is imported can be played");
        }
    }
}

/// As it is printed, it is read as the same.
fn assert_reply_is_read_back(reply: &ExpectedReply) {
    let mut text = String::new();
    for line in reply.printed() {
        text.push_str(&Line::new(LineKind::Reply, &line).to_string());
    }
    let read = read_exchange(&format!("{text}S> 220\n"));
    let again = read.first().and_then(|exchange| exchange.replies.first());
    assert_eq!(
        again.map(|again| (again.code, &again.text)),
        Some((reply.code, &reply.text)),
        "{text}"
    );
    if let ExpectedText::Lines(lines) = &reply.text {
        assert_eq!(lines.len(), reply.printed().len());
    }
}

fn assert_expected_data_are_read_back(expected: &ExpectedData) {
    let lines = expected.printed();
    let (again, text) = read_data(&lines);
    assert_eq!(again.as_ref(), Some(expected), "{text}");
}

/// Any bytes, written as lines of a transcript, stand for exactly these bytes.
fn assert_data_are_read_back(bytes: &[u8]) {
    let lines = inline_lines(bytes);
    if lines.is_empty() {
        return;
    }
    let (again, text) = read_data(&lines);
    let Some(ExpectedData::Lines(expected)) = again else {
        panic!("{text} is {again:?}");
    };
    assert!(!expected.contains(&ExpectedDataLine::AnyLines), "{text}");
    let variables = Variables::default();
    assert_eq!(match_data(&expected, bytes, &variables), Some(Vec::new()));
    let more = [bytes, b"x"].concat();
    assert_eq!(match_data(&expected, &more, &variables), None, "{text}");
}

fn read_data(lines: &[String]) -> (Option<ExpectedData>, String) {
    let mut text = "S> 220\nC> RETR f\nS> 150\n".to_owned();
    for line in lines {
        text.push_str(&Line::new(LineKind::DataReceived, line).to_string());
    }
    text.push_str("S> 226\n");
    let data = read_exchange(&text).pop().and_then(|last| last.data);
    let content = data.map(|data| data.content);
    match content {
        Some(DataContent::Received(expected)) => (Some(expected), text),
        Some(DataContent::Sent(_)) | None => (None, text),
    }
}

fn read_exchange(text: &str) -> Vec<Exchange> {
    let transcript = Transcript::read(text.as_bytes());
    let transcript = transcript.unwrap_or_else(|error| panic!("{error:?} in {text}"));
    let dialogue = transcript.dialogue();
    let dialogue = dialogue.unwrap_or_else(|error| panic!("{error:?} in {text}"));
    dialogue.exchanges
}
