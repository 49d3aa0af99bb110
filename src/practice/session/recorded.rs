//! Answers out of a recording, and what they mean for the session's own state.

use std::fs::File;
use std::io::{self, Cursor, Read};

use super::super::data_port::{self, DataPort};
use super::super::recorded::{Departure, Recording, Remedy, changes_security, wire, with_port};
use super::super::transfer::{Payload, Start};
use super::super::words::Words;
use super::login::Login;
use super::{Flow, Session};
use crate::protocol::{Command, Reply};
use crate::transcript::exchange::{Exchange, ServedData};
use crate::transcript::expected_reply::ExpectedReply;

impl Session {
    /// The recorded greeting, if there is a recording.
    pub(super) fn greet_as_recorded(&self) -> Option<Flow> {
        let recording = self.recording()?;
        let greeting = recording.dialogue.exchanges.first()?;
        self.send_recorded(greeting);
        Some(if greeting.closed.is_some() {
            Flow::End
        } else {
            Flow::Continue
        })
    }

    /// The recorded answer to this command; `None` where the server answers for itself.
    pub(super) fn obey_as_recorded(&mut self, command: &Command) -> Option<Flow> {
        let recording = self.recording()?;
        let exchanges = &recording.dialogue.exchanges;
        let found = recording.find(self.next_recorded, command);
        let next = exchanges.get(self.next_recorded);
        let mut departure = Departure {
            command: command.masked(),
            next: next.map(|exchange| exchange.line),
            remedy: Remedy::OwnAnswer,
        };
        let Some(at) = found else {
            (recording.report)(&departure);
            return None;
        };
        let exchange = &exchanges[at];
        if changes_security(exchange) {
            self.next_recorded = at + 1;
            return None;
        }
        let data = exchange.served_data(&recording.folder);
        let Some(flow) = self.recorded_answer(exchange, data, command) else {
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

    /// `None` if it cannot be given.
    fn recorded_answer(
        &mut self,
        exchange: &Exchange,
        data: ServedData,
        command: &Command,
    ) -> Option<Flow> {
        if data == ServedData::Unknown {
            return None;
        }
        let code = exchange.final_code().map_or(0, |code| code.0);
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        let opens_port = (code == 227 && verb.is("PASV")) || (code == 229 && verb.is("EPSV"));
        if opens_port {
            self.open_recorded_port(exchange)?;
        } else if !exchange.split_replies().0.is_empty() && data != ServedData::None {
            self.move_recorded(exchange, data, argument)?;
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
            self.send_recorded(exchange);
        }
        if (200..400).contains(&code) {
            self.follow(command, code);
        }
        let is_over = exchange.closed.is_some() || code == 421 || (verb.is("QUIT") && code == 221);
        if is_over && self.transfer.is_some() {
            // The recorded end of the control connection came after that of the transfer.
            self.settle();
        }
        Some(if is_over { Flow::End } else { Flow::Continue })
    }

    fn open_recorded_port(&mut self, exchange: &Exchange) -> Option<()> {
        let own_address = self.own_address;
        let port = self.listen_quietly().ok()?;
        let served = exchange.replies.iter().map(ExpectedReply::served);
        let live: Option<Vec<Reply>> = served
            .map(|reply| match reply.code.0 {
                227 | 229 => with_port(reply, own_address, port),
                _ => Some(reply),
            })
            .collect();
        self.replies.send_wire(&wire(&live?));
        Some(())
    }

    /// A transfer whose replies are recorded. Without a data connection the server speaks for itself.
    fn move_recorded(
        &mut self,
        exchange: &Exchange,
        data: ServedData,
        argument: &[u8],
    ) -> Option<()> {
        self.state.data_port.as_ref()?;
        let payload = match data {
            // What came before the ABOR is not known, and a client may wait for something to abort.
            ServedData::Octets(_) if exchange.aborted.is_some() => {
                Payload::Download(Box::new(io::repeat(0).take(ABORTED_OCTETS)))
            }
            ServedData::Octets(octets) => Payload::Download(Box::new(Cursor::new(octets))),
            ServedData::Upload => Payload::Upload(self.place_for_upload(argument)?, Start::Empty),
            ServedData::None | ServedData::Unknown => return None,
        };
        self.state.restart_marker = None;
        let (opening, ending) = exchange.split_replies();
        let words = Words::Recorded {
            opening: wire_of(opening),
            ending: wire_of(ending),
            awaits_abort: exchange.aborted.is_some(),
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

    fn send_recorded(&self, exchange: &Exchange) {
        self.replies.send_wire(&wire_of(&exchange.replies));
    }

    fn recording(&self) -> Option<Recording> {
        self.service.configuration.recording.clone()
    }
}

fn wire_of(replies: &[ExpectedReply]) -> Vec<u8> {
    let served: Vec<Reply> = replies.iter().map(ExpectedReply::served).collect();
    wire(&served)
}

/// More than any client takes before its ABOR is here.
const ABORTED_OCTETS: u64 = 1 << 30;
