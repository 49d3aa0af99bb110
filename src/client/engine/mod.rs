//! What owns a session: it takes inputs from one queue, one at a time, and lets nothing wait for anything else.

mod active_transfer;
mod background;
mod clearing;
mod data;
mod data_side;
mod interrupt;
mod listen;
mod octets;
mod protection;
mod replies;
mod securing;
mod shared;
mod waiting;

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use crate::client::net::{ControlConnection, ControlInput, DataEvent};
use crate::protocol::ledger::EntryId;
use crate::protocol::user_pi::{Learnt, UserPi, data_direction};
use crate::protocol::{Answered, Command, Verb};
use crate::tls::{Secured, TlsFailure};

use super::Settings;
use super::exchange::{Ending, News, Outcome};
use super::observation::{Observation, Observer, Origin};
use super::progress::BackgroundTransfer;
use super::transfer::{Joined, Transfer};

use active_transfer::ActiveTransfer;
use background::Background;
use data_side::DataSide;
use octets::ControlTap;
use protection::Protection;
use waiting::Waiting;

pub use octets::RawOctets;
pub(super) use shared::SharedEngine;

/// Everything that can happen to a session, in one queue.
pub(super) enum Input {
    Control(ControlInput),
    Data(u64, DataEvent),
    Begin {
        command: Command,
        origin: Origin,
        transfer: Option<Transfer>,
        in_background: bool,
        news: Sender<News>,
    },
    SendOctets {
        pieces: Vec<RawOctets>,
        news: Sender<News>,
    },
    /// Pick a port and send PORT or EPRT for it.
    Listen {
        origin: Origin,
        news: Sender<News>,
    },
    Interrupt,
    ForgetInterrupt,
    Configure(Settings),
    Resync,
    /// `None`: nobody was there to be asked.
    TrustAnswered(Option<bool>),
    Ask(Sender<Status>),
    Close(Sender<()>),
}

/// What is known of a session at one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// The control connection is open.
    pub connected: bool,
    /// It ended without a QUIT that was answered.
    pub lost: bool,
    /// QUIT was answered, so that the server is about to end it, or has.
    pub quit_answered: bool,
    /// What the server has acknowledged.
    pub learnt: Learnt,
    /// The data connection.
    pub data: DataState,
    /// Commands that are owed a final reply, oldest first.
    pub owed: Vec<Verb>,
    /// The transfer that runs in the background.
    pub background: Option<BackgroundTransfer>,
    /// Octets were sent behind the last line end, so that the next line goes on with them.
    pub line_is_unfinished: bool,
    /// TLS on the control connection, while it lasts.
    pub control_tls: Option<Secured>,
    /// TLS on the last data connection that had any.
    pub data_tls: Option<Secured>,
    /// The last reply, and what it answered.
    pub last_answered: Option<Answered>,
}

/// The data connection, as the prompt shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataState {
    /// There is none.
    Closed,
    /// A port was offered and is being dialled.
    Dialling,
    /// Open and not used yet.
    Open(SocketAddr),
    /// The server may connect to this port of ours.
    Listening(SocketAddr),
    /// A transfer uses it.
    Transferring,
}

impl Input {
    /// Whether it is one that [`SharedEngine::status`] counts.
    pub(super) fn is_from_handle(&self) -> bool {
        matches!(
            self,
            Self::Begin { .. }
                | Self::SendOctets { .. }
                | Self::Listen { .. }
                | Self::Configure(_)
                | Self::Resync
        )
    }
}

pub(super) struct Engine {
    control: ControlConnection,
    protection: Protection,
    connected: bool,
    quit_answered: bool,
    pi: UserPi,
    settings: Settings,
    observer: Box<dyn Observer>,
    control_tap: ControlTap,
    shared: SharedEngine,
    unread: Receiver<()>,
    /// How many inputs the session's handle has given that were taken.
    taken: u64,
    /// Commands that came in the middle of a handshake: they go out under TLS, or not at all.
    held: Vec<Input>,
    /// Pieces of the control connection whose places the reader is not given back while the user is asked, or while a reply
    /// waits for the data that it completes.
    withheld: usize,
    waiting: Option<Waiting>,
    background: Option<Background>,
    data: DataSide,
    transfer: Option<ActiveTransfer>,
    /// Ctrl-C came between two commands of one line: the second is not sent.
    interrupted: bool,
    /// The control connection has ended, with this error, and it has not been told yet.
    ended: Option<Option<std::io::Error>>,
    /// Until when a completion reply waits for the end of the data that it completes.
    data_first_until: Option<Instant>,
    /// What came on the control connection since the last final reply to a command.
    octets_without_answer: u64,
    /// When the last octet came on the control connection.
    last_reply_octet: Instant,
    /// When anything last moved on either connection.
    last_movement: Instant,
}

impl Engine {
    pub(super) fn new(
        control: ControlConnection,
        host: &str,
        settings: Settings,
        observer: Box<dyn Observer>,
        shared: &SharedEngine,
        unread: Receiver<()>,
        news: Sender<News>,
    ) -> Self {
        let (mut pi, greeting) = UserPi::new();
        pi.set_strict_multiline(settings.strict_multiline);
        let now = Instant::now();
        Self {
            control,
            protection: Protection::new(host),
            connected: true,
            quit_answered: false,
            pi,
            settings,
            control_tap: ControlTap::new(observer.octet_tap()),
            observer,
            shared: shared.clone(),
            unread,
            taken: 0,
            held: Vec::new(),
            withheld: 0,
            waiting: Some(Waiting::new(greeting, Verb::new(b""), news)),
            background: None,
            data: DataSide::default(),
            transfer: None,
            ended: None,
            interrupted: false,
            data_first_until: None,
            octets_without_answer: 0,
            last_reply_octet: now,
            last_movement: now,
        }
    }

    pub(super) fn control(&self) -> &ControlConnection {
        &self.control
    }

    fn start(&mut self) {
        self.observe(&Observation::Connected {
            peer: self.control.peer(),
        });
        self.begin_implicit_tls();
    }

    /// Everything that one input brings about.
    fn step(&mut self, input: Option<Input>) {
        if let Some(input) = input {
            // The reader takes a place before it sends, so there is one to give back.
            self.withheld += usize::from(matches!(input, Input::Control(_)));
            self.taken += u64::from(input.is_from_handle());
            self.take(input);
        }
        self.pass_deadlines();
        self.conclude_transfer();
        self.take_events();
        self.conclude_transfer();
        self.take_end();
        self.conclude_transfer();
        self.settle();
        self.give_places_back();
    }

    /// What cannot be looked at yet keeps its place, so that no more of it comes than there are places.
    fn give_places_back(&mut self) {
        if self.protection.awaits_trust() || self.pi.peek_event().is_some() {
            return;
        }
        for _ in 0..std::mem::take(&mut self.withheld) {
            let _ = self.unread.try_recv();
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Control(ControlInput::Octets(octets)) => self.take_wire(&octets),
            // Not before the replies that came ahead of it.
            Input::Control(ControlInput::Ended(error)) => self.ended = Some(error),
            Input::Data(id, event) => self.take_data_event(id, event),
            Input::Begin { .. } | Input::Listen { .. } | Input::SendOctets { .. }
                if self.protection.is_in_handshake() =>
            {
                self.held.push(input);
            }
            Input::Begin {
                command,
                origin,
                transfer,
                in_background,
                news,
            } => {
                self.begin(&command, origin, transfer, in_background, news);
            }
            Input::SendOctets { pieces, news } => self.begin_octets(&pieces, news),
            Input::Listen { origin, news } => self.listen_anywhere(origin, news),
            Input::Interrupt => self.interrupt(),
            Input::ForgetInterrupt => self.interrupted = false,
            Input::Configure(settings) => {
                self.pi.set_strict_multiline(settings.strict_multiline);
                self.protection.configure(&settings.tls);
                self.settings = settings;
            }
            Input::Resync => self.resync(),
            Input::TrustAnswered(answer) => self.take_trust(answer),
            // Nobody is left to answer when the asking thread has gone.
            Input::Ask(answer) => drop(answer.send(self.status())),
            Input::Close(_) => {}
        }
    }

    fn observe(&mut self, observation: &Observation<'_>) {
        self.observer.observe(observation);
    }

    /// Settles at once what cannot be sent: the connection is gone, or Ctrl-C came before it.
    fn turns_away(&mut self, news: &Sender<News>) -> bool {
        let outcome = if !self.connected {
            Outcome::lost()
        } else if std::mem::take(&mut self.interrupted) {
            Outcome::unsent()
        } else {
            return false;
        };
        // The sender may have stopped waiting.
        let _ = news.send(News::Settled(outcome));
        true
    }

    fn begin(
        &mut self,
        command: &Command,
        origin: Origin,
        transfer: Option<Transfer>,
        in_background: bool,
        news: Sender<News>,
    ) {
        if self.turns_away(&news) {
            return;
        }
        self.settle_as(Ending::Interrupted);
        let wire = command.wire();
        // What was sent without a line end before it is part of the line that the server reads.
        let command = &self.pi.completed(command);
        let entry = self.pi.send(command);
        self.enter_waiting(entry, command, in_background, news);
        self.listen_for(command, entry);
        let lacks_connection = transfer.is_some_and(|transfer| !self.join(entry, transfer));
        self.observe(&Observation::CommandSent { command, origin });
        if let Some(waiting) = self.waiting_for_mut(entry) {
            waiting.lacks_data_connection = lacks_connection;
        }
        if let (true, Some(direction)) = (lacks_connection, data_direction(command)) {
            self.observe(&Observation::NoDataConnection { direction });
        }
        self.last_movement = Instant::now();
        if let Err(error) = self.write_control(&wire) {
            return self.end_control(Some(&error));
        }
        if let Some(transfer) = &mut self.transfer {
            transfer.start_clocks(self.settings.connect_limit);
        }
        if command.verb().is("ABOR") {
            self.abort_background();
        }
        self.protect_transfer();
    }

    /// Gives the transfer the data connection that is open or awaited; tells whether there is one.
    fn join(&mut self, entry: EntryId, transfer: Transfer) -> bool {
        let (id, connection) = match (self.data.take_open(), &self.data.listening) {
            // PROT C came behind a refused command that had begun the handshake: there is no way back.
            (Some((_, connection)), _) if connection.is_under_tls() && !self.protects_data() => {
                connection.reset();
                return false;
            }
            (Some((id, connection)), _) => (id, Some(connection)),
            (None, Some(listening)) => (listening.id, None),
            (None, None) => return false,
        };
        let convert = !self.settings.keep_line_ends
            && !self.pi.learnt().parameters.effective_type().keeps_octets();
        let tap = self.observer.tap_data(transfer.direction());
        let joined = Joined::new(transfer, convert, tap);
        self.transfer = Some(ActiveTransfer::new(entry, id, connection, joined));
        true
    }

    fn resync(&mut self) {
        let verbs = self.pi.resync();
        self.observe(&Observation::Resynchronised(&verbs));
        self.settle_as(Ending::Unanswered);
    }

    fn status(&self) -> Status {
        let data = match &self.transfer {
            Some(_) => DataState::Transferring,
            None => self.data.state(),
        };
        Status {
            connected: self.connected,
            lost: !self.connected && !self.quit_answered,
            quit_answered: self.quit_answered,
            learnt: self.pi.learnt().clone(),
            data,
            owed: self.pi.ledger().open_verbs().collect(),
            background: self.background_transfer(),
            line_is_unfinished: self.pi.has_unfinished_line(),
            control_tls: self.protection.control(),
            data_tls: self.protection.data(),
            last_answered: self.pi.last_answered().cloned(),
        }
    }

    fn take_end(&mut self) {
        if self.pi.peek_event().is_none()
            && let Some(error) = self.ended.take()
        {
            if self.connected && self.protection.is_in_handshake() {
                return self.fail_tls(&TlsFailure::HandshakeCut);
            }
            self.end_control(error.as_ref());
        }
    }

    fn end_control(&mut self, error: Option<&std::io::Error>) {
        if error.is_some() {
            // Nobody is left to hear a close_notify.
            self.protection.phase = protection::Phase::InClear;
        }
        if self.drop_control() {
            let asked = self.quit_answered;
            self.observe(&Observation::ControlClosed { error, asked });
        }
    }

    /// Ends the control connection and what hangs on it; tells whether there was one.
    fn drop_control(&mut self) -> bool {
        if !std::mem::take(&mut self.connected) {
            return false;
        }
        self.say_close_notify();
        self.control.close();
        self.tell_end_of_received();
        self.pi.end_of_file();
        self.take_events();
        self.end_data_with_control();
        true
    }

    fn close(mut self, done: &Sender<()>) {
        if let Some(transfer) = self.transfer.take() {
            transfer.reset();
        }
        self.settle_all_as(Ending::ConnectionLost);
        if self.connected {
            self.say_close_notify();
        }
        drop(self);
        // The closing side may have given up.
        let _ = done.send(());
    }
}
