//! `data>`: data that a person types.

use std::sync::mpsc::Sender;

use crate::client::{Exchange, Interrupter, News, Outcome, TransferEnd, TransferResult};
use crate::shell::config::settings::Settings;
use crate::shell::editor::{Input, NOT_TEXT, Typed};
use crate::shell::help::hints::Hints;
use crate::shell::screen::painter::{Painter, Tone, count};

/// A person who types the data of one transfer.
pub(crate) struct TypedUpload<'a> {
    pub(crate) input: &'a mut Input,
    pub(crate) painter: &'a Painter,
    pub(crate) hints: &'a mut Hints,
    pub(crate) settings: &'a Settings,
    pub(crate) line_end: &'static [u8],
    pub(crate) interrupter: Interrupter,
}

impl TypedUpload<'_> {
    /// Sends line after line until Ctrl-D, Ctrl-C or the end of the transfer.
    pub(crate) fn run(&mut self, exchange: Exchange, keyboard: Sender<Vec<u8>>) -> Outcome {
        self.hints.at_data(self.settings);
        let mut keyboard = Some(keyboard);
        let mut has_sent = false;
        while let Some(sender) = &keyboard {
            let typed = self.input.read_data(DATA_PROMPT);
            match exchange.news_already_there() {
                Some(News::Settled(outcome)) => {
                    self.report_unsent(&typed);
                    self.report_sent(has_sent, &outcome);
                    return outcome;
                }
                Some(_) => {
                    self.report_unsent(&typed);
                    keyboard = None;
                    continue;
                }
                None => {}
            }
            has_sent |= matches!(typed, Typed::Line(_));
            // A transfer that has just ended takes nothing; its end is told on its own.
            match typed {
                Typed::Line(text) => drop(sender.send(with_line_ends(&text, self.line_end, true))),
                Typed::LastText(text) => {
                    let _ = sender.send(with_line_ends(&text, self.line_end, false));
                    keyboard = None;
                }
                Typed::End => keyboard = None,
                Typed::NotText => self.painter.say(Tone::Error, NOT_TEXT),
                Typed::Interrupt => {
                    self.interrupter.interrupt();
                    break;
                }
            }
        }
        // After an interrupt the keyboard's end must stay open until the reset: its end would be the end of the file.
        let outcome = exchange.wait();
        drop(keyboard);
        self.report_sent(has_sent, &outcome);
        outcome
    }

    /// Ctrl-C takes nothing back.
    fn report_sent(&self, has_sent: bool, outcome: &Outcome) {
        let end = outcome.transfer.as_ref();
        let is_aborted = |end: &TransferEnd| end.result == TransferResult::Aborted && end.bytes > 0;
        if has_sent && end.is_some_and(is_aborted) {
            self.painter.say(Tone::Note, SENT_SO_FAR);
        }
    }

    /// What was meant as data must not be taken for a command, and neither must what was pasted after it.
    fn report_unsent(&mut self, typed: &Typed) {
        if let Typed::Line(text) | Typed::LastText(text) = typed
            && !text.is_empty()
        {
            self.painter.say(
                Tone::Warning,
                "the transfer had ended, so that line was not sent",
            );
        }
        report_dropped(self.input.drop_pasted(), self.painter);
    }
}

/// Says how many pasted lines were not sent.
pub(crate) fn report_dropped(lines: u64, painter: &Painter) {
    if lines > 0 {
        let lines = count(lines, "pasted line");
        painter.say(Tone::Warning, &format!("{lines} not sent"));
    }
}

fn with_line_ends(text: &str, line_end: &[u8], ended: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            bytes.extend_from_slice(line_end);
        }
        bytes.extend_from_slice(line.as_bytes());
    }
    if ended {
        bytes.extend_from_slice(line_end);
    }
    bytes
}

const SENT_SO_FAR: &str =
    "the lines typed so far were sent, and may stay on the server: SIZE says how much it has";
const DATA_PROMPT: &str = "data> ";
