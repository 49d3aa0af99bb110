//! `open`, `login`, `close`, `exit`, and what a target on the command line does.

use std::sync::mpsc;
use std::time::Duration;

use super::shell::Shell;
use crate::client::{
    self, ConnectError, Ending, Exchange, ExpectedSecrets, News, Observer, Outcome, Proxy, Route,
    Session,
};
use crate::evidence::event::Event;
use crate::protocol::parameters::ProtectionLevel;
use crate::shell::config::hosts::Host;
use crate::shell::config::keepalive::Keepalive;
use crate::shell::config::settings::{Abort, Ascii, DataHost, DataPeer, Multiline, TlsStart};
use crate::shell::config::target::{PathEnd, Target};
use crate::shell::exit::Exit;
use crate::shell::interrupts::Interrupts;
use crate::shell::lessons::Lessons;
use crate::shell::screen::escape::escape;
use crate::shell::screen::observer::ScreenObserver;
use crate::shell::screen::painter::Tone;
use crate::tls::TlsSettings;

impl Shell {
    /// Connects to a host of the configuration, or to a target, and does what they ask for.
    pub(crate) fn open(&mut self, text: &str) -> Exit {
        match self.open_wholly(text) {
            Ok(exit) | Err(exit) => exit,
        }
    }

    /// The same. Returns how the startup lines of the host went.
    ///
    /// # Errors
    ///
    /// The exit code, where it did not get to the place that the target names: what comes next is not meant for where it
    /// is.
    pub(crate) fn open_wholly(&mut self, text: &str) -> Result<Exit, Exit> {
        if let Some(host) = self.hosts.named(text).cloned() {
            return self.open_server(&host.target.clone(), Some(host));
        }
        match Target::read(text) {
            Ok(target) => self.open_server(&target, None),
            Err(error) => Err(self.painter.refuse(&error)),
        }
    }

    /// Connects to the server of the last connection.
    pub(crate) fn open_again(&mut self) -> Exit {
        match self.connection.target.clone() {
            Some(target) => match self.open_server(&target, self.hosts.entered().cloned()) {
                Ok(exit) | Err(exit) => exit,
            },
            None => self
                .painter
                .refuse(&"open needs a target: HOST, HOST:PORT or ftp://user@host/path"),
        }
    }

    /// Connects, reads the greeting, and does what the target asks for.
    fn open_server(&mut self, target: &Target, host: Option<Host>) -> Result<Exit, Exit> {
        if self.runs_startup {
            let text = "a startup line of a host cannot open another connection";
            return Err(self.painter.refuse(&text));
        }
        let status = self.connection.status();
        if status.is_some_and(|status| status.connected && !status.quit_answered) {
            let text = "still connected: QUIT ends the session first, `close` just closes it";
            return Err(self.painter.refuse(&text));
        }
        self.drop_session();
        let target = &self.enter_target(target, host)?;
        // Before anybody is called: a password that cannot be had is no reason to leave a server waiting.
        let login = self.login_for(target)?;
        let start = match target {
            target if target.implicit_tls => TlsStart::Implicit,
            target if target.requires_tls => TlsStart::Require,
            _ => self.settings.tls,
        };
        let choice = self.settings.proxy.as_ref();
        let proxy = self.proxies.proxy_for(&target.host, choice);
        let proxy = proxy.map_err(|error| self.painter.refuse(&error))?;
        if start != TlsStart::Off {
            self.prepare_tls()?;
        }
        let password = login.as_ref().and_then(|login| login.password.clone());
        let secrets = ExpectedSecrets(password.into_iter().collect());
        let (session, greeting) = match self.connect(target, start, proxy, secrets) {
            Ok(connected) => connected,
            Err(error) => {
                let text = error.to_string();
                let event = Event::new("connect-failed").with("error", &text);
                self.painter.problems().judge(event);
                self.painter.say(Tone::Error, &escape(text.as_bytes()));
                return Err(match error {
                    ConnectError::Interrupted => Exit::Interrupted,
                    _ => Exit::Connection,
                });
            }
        };
        self.connection.set_session(session);
        self.hints.begin_session();
        self.recording.begin_session();
        let outcome = self.await_greeting(&greeting);
        self.connection.refresh_status();
        self.show_new_tls(false);
        let exit = Exit::of(&outcome);
        if exit != Exit::Done || outcome.ending != Ending::Answered {
            return Err(exit);
        }
        went_well(self.protect(start))?;
        if let Some(login) = login {
            went_well(self.login_as(login))?;
        }
        self.enter_path(target)?;
        let exit = self.run_startup_lines();
        if exit == Exit::Done && self.is_logged_in() {
            self.offer_end(&target.end);
        }
        Ok(exit)
    }

    /// Takes the settings of a host, and the target as it is opened with them; it is the shell's from now on, for
    /// certificates and passwords too.
    ///
    /// # Errors
    ///
    /// What is wrong was said.
    pub(crate) fn enter_target(
        &mut self,
        target: &Target,
        host: Option<Host>,
    ) -> Result<Target, Exit> {
        self.enter_host(host)?;
        let target = match self.settings.tls {
            TlsStart::Implicit => target.clone().under_implicit_tls(),
            TlsStart::Off | TlsStart::Require => target.clone(),
        };
        self.connection.target = Some(without_secret(target.clone()));
        self.credentials.serve_first(&target);
        self.credentials.keep_login_of_url(target.login.clone());
        Ok(target)
    }

    fn connect(
        &mut self,
        target: &Target,
        start: TlsStart,
        proxy: Option<Proxy>,
        secrets: ExpectedSecrets,
    ) -> Result<(Session, Exchange), ConnectError> {
        let recorder = self.recording.new_recorder(start == TlsStart::Implicit);
        self.interrupts.set_recorder(recorder.clone());
        let names = self.knowledge().remote_names.clone();
        let screen = ScreenObserver::new(
            self.painter
                .naming(self.hosts.entered().map(|host| &host.name)),
            self.timeline.clone(),
            self.trace.clone(),
            self.picture.clone(),
        );
        // What is on the screen is in the recorder's file.
        let mut observers: Vec<Box<dyn Observer>> =
            vec![Box::new(recorder), Box::new(screen), Box::new(names)];
        if let Some(kept) = self.lessons.as_mut().and_then(Lessons::new_recorder) {
            observers.push(Box::new(kept));
        }
        let observer = Box::new(observers);
        let mut settings = self.session_settings();
        settings.route.proxy = proxy;
        settings.secrets = secrets;
        connect(&self.interrupts, target, settings, observer)
    }

    /// The session's view of the settings. The proxy is chosen when it connects, and it keeps that one.
    pub(crate) fn session_settings(&self) -> client::Settings {
        client::Settings {
            trust_data_host: self.settings.data_host == DataHost::Reply,
            accept_any_peer: self.settings.data_peer == DataPeer::Any,
            data_ports: self.settings.data_ports,
            route: Route {
                source: self.settings.source.map(|source| source.0),
                family: self.settings.ip,
                proxy: None,
            },
            strict_multiline: self.settings.multiline == Multiline::Strict,
            plain_abort: self.settings.abort == Abort::Plain,
            keep_line_ends: self.settings.ascii == Ascii::Raw,
            silence_limit: self.silence_limit,
            reply_limit: self.reply_limit,
            connect_limit: Some(DATA_CONNECT_LIMIT),
            keepalive: self.settings.keepalive.map(Keepalive::for_session),
            rate: self.settings.rate.map(|rate| rate.0),
            implicit_tls: false,
            tls: self.tls_settings(),
            secrets: ExpectedSecrets::default(),
        }
    }

    /// The session's view of TLS.
    fn tls_settings(&self) -> TlsSettings {
        let target = self.connection.target.as_ref();
        let (host, port) = target.map_or(("", 0), |target| (target.host.as_str(), target.port));
        self.certificates.settings(&self.settings, host, port)
    }

    /// CWD for each directory of the path, once somebody is logged in: before that, no server goes there.
    fn enter_path(&mut self, target: &Target) -> Result<(), Exit> {
        let is_bare = target.directories.is_empty() && target.end == PathEnd::Directory;
        if is_bare || self.is_logged_in() {
            return went_well(self.change_directories(target));
        }
        let text = "the URL has a path and names no user, so nobody is logged in and its path was left alone: put a user into \
                    it, as in ftp://anonymous@HOST/PATH";
        if self.is_interactive() {
            self.painter
                .say(Tone::Note, &format!("{text}, or type `login`"));
            return Ok(());
        }
        if target.directories.is_empty() {
            self.painter.say(Tone::Note, text);
            return Ok(());
        }
        Err(self.painter.refuse(&text))
    }

    fn is_logged_in(&self) -> bool {
        let status = self.connection.status();
        status.is_some_and(|status| status.learnt.logged_in)
    }

    fn change_directories(&mut self, target: &Target) -> Exit {
        for (index, directory) in target.directories.iter().enumerate() {
            let outcome = match self.send_shown(b"CWD ", directory) {
                Ok(outcome) => outcome,
                Err(exit) => return exit,
            };
            let exit = self.finish_shown(&outcome);
            let is_last = index + 1 == target.directories.len();
            if is_last && target.end == PathEnd::Undecided && outcome.code() == 550 {
                if self.input.is_mentioned(directory) {
                    // The lines of the script say that it is a file.
                    return Exit::Done;
                }
                self.offer_file_instead(directory);
            }
            if exit != Exit::Done {
                return exit;
            }
        }
        Exit::Done
    }

    /// Asks for TLS on both connections, as `--tls` wants it. Without it the connection is closed.
    fn protect(&mut self, start: TlsStart) -> Exit {
        let lines: &[&str] = match start {
            TlsStart::Off => return Exit::Done,
            TlsStart::Require => &["AUTH TLS", "PBSZ 0", "PROT P"],
            TlsStart::Implicit => &["PBSZ 0", "PROT P"],
        };
        for line in lines {
            let outcome = match self.send_shown(line.as_bytes(), b"") {
                Ok(outcome) => outcome,
                Err(exit) => return exit,
            };
            let exit = Exit::of(&outcome);
            if outcome.ending != Ending::Answered {
                self.drop_session();
                return exit;
            }
            // Not every positive reply agrees: what counts is the state now.
            if exit != Exit::Done || !self.is_protected_after(line) {
                self.drop_session();
                let text = format!(
                    "the server did not accept {line}, and TLS on both connections is required: the connection was \
                     closed"
                );
                self.painter.say(Tone::Error, &text);
                return Exit::Tls;
            }
        }
        Exit::Done
    }

    /// Whether a line that asks for TLS has brought it about.
    fn is_protected_after(&self, line: &str) -> bool {
        let Some(status) = self.connection.status() else {
            return false;
        };
        let is_private = status.learnt.parameters.protection == Some(ProtectionLevel::Private);
        status.control_tls.is_some() && (line != "PROT P" || is_private)
    }

    fn await_greeting(&mut self, greeting: &Exchange) -> Outcome {
        loop {
            match self.interrupts.during(|| greeting.next_news()) {
                News::TrustAsked(question) => self.decide_trust(question),
                News::Begun | News::DataEnded | News::Detached => {}
                News::Settled(outcome) => return outcome,
            }
        }
    }

    /// `close`: the connection ends without QUIT.
    pub(crate) fn close(&mut self) -> Exit {
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        self.drop_session();
        self.painter.say(Tone::Note, "connection closed");
        Exit::Done
    }

    /// `exit`, `bye`, Ctrl-D: QUIT, shown, and at most three seconds for its reply.
    pub(crate) fn quit(&mut self) -> Exit {
        if !self.await_background("QUIT") {
            return Exit::Interrupted;
        }
        self.is_over = true;
        self.connection.refresh_status();
        let session = self.connection.session();
        // One that was lost still counts for the exit code.
        let Some(session) = session.filter(|_| self.connection.is_connected()) else {
            return Exit::Done;
        };
        let _ = self.interrupts.during(|| session.quit().wait());
        self.drop_session();
        Exit::Done
    }
}

/// Dials in a thread of its own, so that Ctrl-C does not have to wait for a host that does not answer.
pub(crate) fn connect(
    interrupts: &Interrupts,
    target: &Target,
    settings: client::Settings,
    observer: Box<dyn Observer>,
) -> Result<(Session, Exchange), ConnectError> {
    let (sender, connected) = mpsc::channel();
    let (host, port) = (target.host.clone(), target.port);
    let settings = client::Settings {
        implicit_tls: target.implicit_tls,
        ..settings
    };
    interrupts.take();
    std::thread::Builder::new()
        .name("connect".to_owned())
        .spawn(move || {
            // Nothing receives it if Ctrl-C came first; the session closes then.
            let _ = sender.send(Session::connect(&host, port, settings, observer));
        })?;
    loop {
        match connected.recv_timeout(INTERRUPT_POLL_INTERVAL) {
            Ok(result) => return result,
            Err(mpsc::RecvTimeoutError::Timeout) if !interrupts.take() => {}
            Err(_) => {
                return Err(ConnectError::Interrupted);
            }
        }
    }
}

fn went_well(exit: Exit) -> Result<(), Exit> {
    match exit {
        Exit::Done => Ok(()),
        exit => Err(exit),
    }
}

/// The target for `open` without one: the password must be typed again.
fn without_secret(mut target: Target) -> Target {
    if let Some(login) = &mut target.login {
        login.password = None;
    }
    target
}

/// As long as a passive data connection is dialled.
const DATA_CONNECT_LIMIT: Duration = Duration::from_secs(15);
const INTERRUPT_POLL_INTERVAL: Duration = Duration::from_millis(50);
