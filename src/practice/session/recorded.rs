//! Answers out of a recording, and what they mean for the session's own state.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::super::data_port::{self, DataPort};
use super::super::recorded::{
    Departure, RecordedData, RecordedExchange, RecordedReply, Recording, Remedy,
};
use super::super::transfer::{Payload, Start};
use super::super::words::Words;
use super::login::Login;
use super::{Flow, Session};
use crate::protocol::Command;

impl Session {
    /// The recorded greeting, if there is a recording.
    pub(super) fn greet_as_recorded(&self) -> Option<Flow> {
        let recording = self.recording()?;
        self.send_recorded(&recording.session.greeting);
        Some(if recording.session.closes {
            Flow::End
        } else {
            Flow::Continue
        })
    }

    /// The recorded answer to this command; `None` where the server answers for itself.
    pub(super) fn obey_as_recorded(&mut self, command: &Command) -> Option<Flow> {
        let recording = self.recording()?;
        let session = Arc::clone(&recording.session);
        let found = session.find(self.next_recorded, command);
        let next = session.exchanges.get(self.next_recorded);
        let mut departure = Departure {
            command: command.masked(),
            next: next.map(|exchange| exchange.line),
            remedy: Remedy::OwnAnswer,
        };
        let Some(at) = found else {
            (recording.report)(&departure);
            return None;
        };
        let exchange = &session.exchanges[at];
        if exchange.secures(&command.verb()) {
            self.next_recorded = at + 1;
            return None;
        }
        let answer = exchange
            .is_servable()
            .then(|| self.recorded_answer(exchange, command));
        let Some(Some(flow)) = answer else {
            departure.remedy = Remedy::NotServed(exchange.line);
            (recording.report)(&departure);
            return None;
        };
        if at != self.next_recorded {
            departure.remedy = Remedy::Elsewhere(exchange.line);
            (recording.report)(&departure);
        }
        self.next_recorded = at + 1;
        Some(flow)
    }

    fn recorded_answer(&mut self, exchange: &RecordedExchange, command: &Command) -> Option<Flow> {
        let code = exchange.final_code().map_or(0, |code| code.0);
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        let opens_port = (code == 227 && verb.is("PASV")) || (code == 229 && verb.is("EPSV"));
        if opens_port {
            self.open_recorded_port(exchange)?;
        } else if !exchange.split().0.is_empty() && exchange.data != RecordedData::None {
            self.move_recorded(exchange, argument)?;
        } else {
            if code == 200 && (verb.is("PORT") || verb.is("EPRT")) {
                let read = if verb.is("PORT") {
                    data_port::read_port
                } else {
                    data_port::read_eprt
                };
                let address = read(argument, self.client).ok()?;
                self.state.data_port = Some(DataPort::Active(address));
            }
            self.send_recorded(&exchange.replies);
        }
        if (200..400).contains(&code) {
            self.follow(command, code);
        }
        let is_over = exchange.closes || code == 421 || (verb.is("QUIT") && code == 221);
        if is_over && self.transfer.is_some() {
            // The recorded end of the control connection came behind that of the transfer.
            self.settle();
        }
        Some(if is_over { Flow::End } else { Flow::Continue })
    }

    fn open_recorded_port(&mut self, exchange: &RecordedExchange) -> Option<()> {
        let own_address = self.own_address;
        let port = self.listen_quietly().ok()?;
        let live: Option<Vec<RecordedReply>> = exchange
            .replies
            .iter()
            .map(|reply| match reply.code.0 {
                227 | 229 => reply.with_port(own_address, port),
                _ => Some(reply.clone()),
            })
            .collect();
        self.send_recorded(&live?);
        Some(())
    }

    /// A transfer whose replies are recorded. Without a data connection the server speaks for itself.
    fn move_recorded(&mut self, exchange: &RecordedExchange, argument: &[u8]) -> Option<()> {
        self.state.data_port.as_ref()?;
        let payload = match &exchange.data {
            // What came before the ABOR is not known, and a client may wait for something to abort.
            RecordedData::Download(_) if exchange.is_aborted => {
                Payload::Download(Box::new(io::repeat(0).take(ABORTED_OCTETS)))
            }
            RecordedData::Download(octets) => {
                Payload::Download(Box::new(Cursor::new(Arc::clone(octets))))
            }
            RecordedData::Upload => Payload::Upload(self.place_for_upload(argument)?, Start::Empty),
            RecordedData::None | RecordedData::Unknown => return None,
        };
        self.state.restart_marker = None;
        let (opening, ending) = exchange.split();
        let words = Words::Recorded {
            opening: opening.iter().flat_map(RecordedReply::wire).collect(),
            ending: ending.iter().flat_map(RecordedReply::wire).collect(),
            awaits_abort: exchange.is_aborted,
        };
        self.start_with_words(payload, false, words);
        Some(())
    }

    /// The file that was meant, where there can be one; what the recorded server took must be taken in any case.
    fn place_for_upload(&self, argument: &[u8]) -> Option<File> {
        let path = self.path(argument);
        let file = self
            .service
            .folder
            .open_writing(&path, super::super::folder::Writing::Anywhere);
        file.or_else(|_| tempfile::tempfile()).ok()
    }

    /// What was accepted holds for the server's own answers too.
    fn follow(&mut self, command: &Command, code: u16) {
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        if matches!(code, 230 | 232) || (verb.is("PASS") && code == 202) {
            self.login = Login::Done;
        } else if verb.is("REIN") {
            self.login = Login::default();
            self.state = super::State::default();
        } else if verb.is("TYPE") {
            self.state.is_ascii = argument.to_ascii_uppercase().starts_with(b"A");
        } else if verb.is("CWD") || verb.is("XCWD") {
            let path = self.path(argument);
            if self
                .service
                .folder
                .metadata(&path)
                .is_ok_and(|it| it.is_dir())
            {
                self.state.directory = path;
            }
        }
    }

    fn send_recorded(&self, replies: &[RecordedReply]) {
        let wire: Vec<u8> = replies.iter().flat_map(RecordedReply::wire).collect();
        self.replies.send_wire(&wire);
    }

    fn recording(&self) -> Option<Recording> {
        self.service.configuration.recording.clone()
    }
}

/// More than any client takes before its ABOR is here.
const ABORTED_OCTETS: u64 = 1 << 30;
