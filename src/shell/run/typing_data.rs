//! `data>`: data that a person types.

use std::sync::mpsc::Sender;

use super::running::NOT_TEXT;
use crate::client::{Exchange, Form, News, Origin, Outcome, Transfer};
use crate::protocol::Command;
use crate::shell::core::{Keyboard, Shell};
use crate::shell::editor::{Typed, What};
use crate::shell::exit::Exit;
use crate::shell::local::places::TypedData;
use crate::shell::screen::painter::Tone;

impl Shell {
    /// Sends a command whose data a person types once the server has answered 1yz.
    pub(crate) fn perform_typed(
        &mut self,
        command: Command,
        origin: Origin,
    ) -> Result<Outcome, Exit> {
        let (keyboard, data) = TypedData::new();
        let transfer = Transfer::Send(Box::new(data), Form::Exact, None);
        let line_end: &[u8] = if self.converts_line_ends() {
            b"\r\n"
        } else {
            b"\n"
        };
        self.interrupts.turn_to_next_command();
        let exchange = self.connected()?.begin(command, origin, Some(transfer));
        // All the way: between two lines the terminal turns Ctrl-C into a signal.
        let outcome = self
            .interrupts
            .clone()
            .during(|| match exchange.next_news() {
                News::Settled(outcome) => outcome,
                News::DataEnded | News::TrustAsked(_) => exchange.wait(),
                News::Begun => self.type_data(exchange, keyboard, line_end),
            });
        self.tell_interruption(&outcome);
        Ok(outcome)
    }

    /// Sends line after line until Ctrl-D, Ctrl-C or the end of the transfer.
    fn type_data(
        &mut self,
        exchange: Exchange,
        keyboard: Sender<Vec<u8>>,
        line_end: &[u8],
    ) -> Outcome {
        let mut keyboard = Some(keyboard);
        while let Some(sender) = &keyboard {
            let pasted = self.next_pasted(DATA_PROMPT, What::Data);
            let Keyboard::Terminal(editor) = &mut self.keyboard else {
                break;
            };
            let typed = match pasted {
                Some(line) => Typed::Line(line),
                None => editor.read_data(DATA_PROMPT),
            };
            match exchange.news_already_there() {
                Some(News::Settled(outcome)) => {
                    self.tell_unsent(&typed);
                    return outcome;
                }
                Some(_) => {
                    self.tell_unsent(&typed);
                    keyboard = None;
                    continue;
                }
                None => {}
            }
            // A transfer that has just ended takes nothing; its end is told on its own.
            match typed {
                Typed::Line(text) => drop(sender.send(with_line_ends(&text, line_end, true))),
                Typed::LastText(text) => {
                    let _ = sender.send(with_line_ends(&text, line_end, false));
                    keyboard = None;
                }
                Typed::End => keyboard = None,
                Typed::NotText => self.painter.say(Tone::Error, NOT_TEXT),
                Typed::Interrupt => {
                    self.interrupt_session();
                    break;
                }
            }
        }
        // After an interrupt the keyboard's end must stay open until the reset: its end would be the end of the file.
        let outcome = exchange.wait();
        drop(keyboard);
        outcome
    }

    fn interrupt_session(&self) {
        if let Some(session) = &self.session {
            session.interrupter().interrupt();
        }
    }

    /// What was meant as data must not be taken for a command, and neither must what was pasted behind it.
    fn tell_unsent(&mut self, typed: &Typed) {
        if let Typed::Line(text) | Typed::LastText(text) = typed
            && !text.is_empty()
        {
            self.painter.say(
                Tone::Warning,
                "the transfer had ended, so that line was not sent",
            );
        }
        self.drop_pasted();
    }
}

fn with_line_ends(text: &str, line_end: &[u8], ended: bool) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len() + 2);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            octets.extend_from_slice(line_end);
        }
        octets.extend_from_slice(line.as_bytes());
    }
    if ended {
        octets.extend_from_slice(line_end);
    }
    octets
}

const DATA_PROMPT: &str = "data> ";
