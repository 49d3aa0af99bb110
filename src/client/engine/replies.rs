//! What the engine does with what the user-PI says.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::client::exchange::{Ending, News};
use crate::client::observation::Observation;
use crate::protocol::Reply;
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::{Assignment, EntryId, Fit};
use crate::protocol::user_pi::Event;

use super::Engine;
use super::waiting::Waiting;

impl Engine {
    pub(super) fn take_octets(&mut self, octets: &[u8]) {
        if !self.connected {
            return;
        }
        self.last_reply_octet = Instant::now();
        self.last_movement = self.last_reply_octet;
        self.octets_without_answer += octets.len() as u64;
        self.tell_received(octets);
        self.pi.receive(octets);
        self.take_events();
        if self.octets_without_answer > ENDLESS_OCTETS {
            let octets = self.octets_without_answer;
            self.observe(&Observation::ProtocolBroken { octets });
            self.settle_all_as(Ending::ProtocolBroken);
            self.end_control(None);
        }
    }

    pub(super) fn take_events(&mut self) {
        while !self.lets_data_go_first()
            && let Some(event) = self.pi.next_event()
        {
            match event {
                Event::TelnetReceived(octets) => {
                    self.observe(&Observation::TelnetReceived(&octets));
                }
                Event::StrayReceived(line) => self.observe(&Observation::StrayReceived(&line)),
                Event::ReplyReceived { reply, assignment } => {
                    self.show_reply(&reply, &assignment);
                }
                Event::DataPortOffered(port) => self.dial(port),
                Event::DataPortUnreadable(reason) => {
                    self.observe(&Observation::DataPortUnreadable(&reason));
                    if let Some(waiting) = &mut self.waiting {
                        waiting.data_port_unreadable = true;
                    }
                }
                Event::TransferBegun { entry, octets } => self.take_beginning(entry, octets),
                Event::CommandAnswered { entry, reply, .. } => self.take_answer(entry, reply),
                Event::TlsAgreed => self.secure(),
                Event::ClearAgreed => self.clear(true),
                Event::Reinitialised => self.clear(false),
            }
        }
    }

    /// Two sockets have no common order. Where the completion reply and the last data arrive together, the data are
    /// told first, as the server sent them; but a reply waits only a moment (`226` may truly come before the data).
    fn lets_data_go_first(&mut self) -> bool {
        let Some(transfer) = self
            .transfer
            .as_ref()
            .filter(|transfer| transfer.is_receiving())
        else {
            self.data_first_until = None;
            return false;
        };
        let completes = matches!(
            self.pi.peek_event(),
            Some(Event::ReplyReceived { reply, assignment })
                if assignment.entry == Some(transfer.entry) && reply.code.is_positive()
        );
        let until = || Instant::now() + COMPLETION_GRACE;
        completes && Instant::now() < *self.data_first_until.get_or_insert_with(until)
    }

    fn show_reply(&mut self, reply: &Reply, assignment: &Assignment) {
        let is_answer = assignment.entry.is_some() && assignment.fit != Fit::SecondReply;
        if is_answer && !reply.code.is_preliminary() {
            self.octets_without_answer = 0;
        }
        if !reply.code.is_preliminary() {
            self.stop_typing(assignment.entry);
        }
        let is_sent_along = |waiting: &Waiting| {
            let entries = waiting.first..=waiting.entry;
            assignment
                .entry
                .is_some_and(|entry| entries.contains(&entry))
        };
        let awaited = self.all_waiting().any(is_sent_along)
            || (self.waiting.is_some() && self.is_abort(assignment));
        self.observe(&Observation::ReplyReceived {
            reply,
            assignment,
            awaited,
        });
    }

    /// While a transfer is aborted, the reply to ABOR is awaited too.
    fn is_abort(&self, assignment: &Assignment) -> bool {
        let transfer = self.transfer.as_ref();
        let aborting = transfer.is_some_and(|transfer| transfer.is_aborting())
            || self.all_waiting().any(|waiting| waiting.aborted);
        aborting && assignment.verb.as_ref().is_some_and(|verb| verb.is("ABOR"))
    }

    fn take_beginning(&mut self, entry: EntryId, octets: Option<u64>) {
        if let Some(waiting) = self.waiting_for_mut(entry) {
            waiting.begun = true;
        }
        let Some(transfer) = self
            .transfer
            .as_mut()
            .filter(|transfer| transfer.entry == entry)
        else {
            return;
        };
        let first = transfer.begin(octets);
        if let (true, Some(waiting)) = (first, self.waiting_for(entry)) {
            waiting.tell(News::Begun);
        }
    }

    fn take_answer(&mut self, entry: EntryId, reply: Reply) {
        if self
            .transfer
            .as_ref()
            .is_some_and(|transfer| transfer.entry == entry)
        {
            self.answer_transfer(&reply);
        }
        self.take_answer_to_port(entry, reply.code.is_negative());
        let code = reply.code;
        let Some(waiting) = self.waiting_for_mut(entry) else {
            return;
        };
        waiting.reply = Some(reply);
        waiting.replied_at = Some(Instant::now());
        let is_quit = waiting.verb.is("QUIT");
        self.quit_answered |= is_quit && code.is_positive();
    }

    fn dial(&mut self, offered: DataPort) {
        let peer = self.control.peer();
        let named = offered
            .host
            .filter(|host| host.to_canonical() != peer.ip().to_canonical());
        let mut dialled: SocketAddr = peer;
        dialled.set_port(offered.port);
        let mut ignored_host = named;
        if let (true, Some(host)) = (self.settings.trust_data_host, named)
            && offered.port < FIRST_UNPRIVILEGED_PORT
        {
            dialled.set_ip(host);
            return self.refuse_to_dial(dialled);
        }
        if self.settings.trust_data_host {
            if let Some(host) = named {
                dialled.set_ip(host);
            }
            ignored_host = None;
        }
        // The server has changed over: it connects to no port of ours any more.
        self.data.listening = None;
        let shared = self.shared.clone();
        self.data.dial(dialled, offered, ignored_host, shared);
        if let Some(waiting) = &mut self.waiting {
            waiting.dialling = true;
        }
    }

    /// No server offers such a port for data: whoever names it wants us to talk to somebody else.
    fn refuse_to_dial(&mut self, address: SocketAddr) {
        let error = io::Error::other("ports below 1024 of another host are not dialled");
        self.observe(&Observation::DataConnectionFailed {
            dialled: address,
            error: &error,
        });
        if let Some(waiting) = &mut self.waiting {
            waiting.data_connection_failed = true;
        }
    }
}

const FIRST_UNPRIVILEGED_PORT: u16 = 1024;
const COMPLETION_GRACE: Duration = Duration::from_millis(100);

/// More than any reply can be: who sends so much without answering anything does not speak FTP.
const ENDLESS_OCTETS: u64 = 64 * 1024 * 1024;
