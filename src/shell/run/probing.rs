//! `tls probe`: which versions of TLS a server speaks, each asked for on a connection of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::connecting::connect;
use super::shell::Shell;
use crate::client::{
    self, ByteInterest, ConnectError, Ending, Observation, Observer, Origin, Outcome, Session,
};
use crate::protocol::Command;
use crate::shell::config::proxies::ProxyVariableError;
use crate::shell::config::settings::TlsStart;
use crate::shell::config::target::Target;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::observer::ScreenObserver;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::Tone;
use crate::shell::screen::picture::Picture;
use crate::shell::screen::timeline::Timeline;
use crate::tls::{FirstAnswer, ProtocolVersion, ServerHello, TlsFailure};

/// What a server made of one version.
#[derive(Debug)]
enum Finding {
    /// It would go on with it, with this cipher suite and, where it says one, this group.
    Spoken(String),
    /// Why not.
    NotSpoken(String),
    /// Why that is not known.
    Unknown(String),
}

/// Why no more versions can be asked for.
struct ProbeEnd {
    finding: Finding,
    exit: Exit,
}

impl Shell {
    /// Asks a host of the configuration, the server of this target, or that of the last connection for each version,
    /// and shows a table.
    pub(crate) fn probe(&mut self, text: Option<&str>) -> Exit {
        let host = text.and_then(|text| self.hosts.named(text)).cloned();
        let target = match (text, &host) {
            (_, Some(host)) => Some(host.target.clone()),
            (None, None) => self.connection.target.clone(),
            (Some(text), None) => match Target::read(text) {
                Ok(target) => Some(target),
                Err(error) => return self.painter.refuse(&error),
            },
        };
        let Some(target) = target else {
            let text = "tls probe needs a server: `tls probe HOST`, or `open HOST` first";
            return self.painter.refuse(&text);
        };
        // The session that is open keeps its own.
        let before = self.settings.clone();
        if let Some(host) = &host {
            self.settings = self.hosts.settings_with(host, &before);
        }
        let exit = self.probe_versions(target);
        self.settings = before;
        exit
    }

    fn probe_versions(&mut self, mut target: Target) -> Exit {
        if self.settings.tls == TlsStart::Implicit {
            target = target.under_implicit_tls();
        }
        let settings = match self.probe_settings(&target) {
            Ok(settings) => settings,
            Err(error) => return self.painter.refuse(&error),
        };
        let mut findings = Vec::new();
        let mut exit = None;
        for version in ProtocolVersion::ALL {
            match self.probe_version(version, &target, settings.clone()) {
                Ok(finding) => findings.push((version, finding)),
                Err(end) => {
                    findings.push((version, end.finding));
                    exit = Some(end.exit);
                    break;
                }
            }
        }
        self.show_findings(&findings);
        exit.unwrap_or_else(|| {
            let is_spoken = |(_, finding): &_| matches!(finding, Finding::Spoken(_));
            if findings.iter().any(is_spoken) {
                Exit::Done
            } else {
                Exit::Tls
            }
        })
    }

    fn probe_version(
        &mut self,
        version: ProtocolVersion,
        target: &Target,
        mut settings: client::Settings,
    ) -> Result<Finding, ProbeEnd> {
        settings.tls.probe = Some(version);
        let text = format!("a ClientHello for {version} alone, on a connection of its own");
        self.painter.say(Tone::Note, &text);
        let answer = Answer::default();
        let screen = ScreenObserver::new(
            self.painter.clone(),
            // The shell's own shows the session.
            Timeline::default(),
            self.trace.clone(),
            Picture::default(),
        );
        let observer = Box::new(ProbeObserver {
            screen,
            answer: Arc::clone(&answer),
        });
        let limit = settings.silence_limit.unwrap_or(ANSWER_LIMIT);
        let (session, greeting) = connect(&self.interrupts, target, settings, observer)
            .map_err(|error| ProbeEnd::of_no_connection(&error))?;
        self.interrupts.set_session(Some(session.interrupter()));
        let mut outcome = self.interrupts.during(|| greeting.wait());
        if !target.implicit_tls && Exit::of(&outcome) == Exit::Done {
            let auth = Command::new("AUTH TLS").expect("it holds no line end");
            let asked = || session.perform(auth, Origin::Shown, None);
            outcome = self.interrupts.during(asked);
        }
        drop(session);
        let previous = self.connection.session().map(Session::interrupter);
        self.interrupts.set_session(previous);
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        match answer {
            Some(failure) => Finding::of_answer(version, failure),
            None => Finding::without_answer(&outcome, limit),
        }
    }

    fn probe_settings(&self, target: &Target) -> Result<client::Settings, ProxyVariableError> {
        let mut settings = self.session_settings();
        settings.silence_limit = Some(settings.silence_limit.unwrap_or(ANSWER_LIMIT));
        let choice = self.settings.proxy.as_ref();
        settings.route.proxy = self.proxies.proxy_for(&target.host, choice)?;
        Ok(settings)
    }

    fn show_findings(&mut self, findings: &[(ProtocolVersion, Finding)]) {
        let columns = self.input.columns();
        let mut page = Page::new(columns);
        for (version, finding) in findings {
            let (word, text) = match finding {
                Finding::Spoken(text) => ("yes", text),
                Finding::NotSpoken(text) => ("no", text),
                Finding::Unknown(text) => ("?", text),
            };
            let label = format!("{version}  {word}");
            let text = escape(text.as_bytes());
            if columns < WIDE_COLUMNS {
                page.paragraph(0, &label);
                page.paragraph(2, &text);
            } else {
                page.item(&label, LABEL_COLUMNS, &text);
            }
        }
        self.painter.plain(page.into_text().trim_end());
        let is_broken = |(version, finding): &&(ProtocolVersion, Finding)| {
            !version.is_spoken() && matches!(finding, Finding::Spoken(_))
        };
        let broken = findings.iter().filter(is_broken);
        let broken: Vec<String> = broken.map(|(version, _)| version.to_string()).collect();
        if !broken.is_empty() {
            let text = format!(
                "{} should be switched off: versions before TLS 1.2 are broken (RFC 7568, RFC 8996)",
                broken.join(", ")
            );
            self.painter.say(Tone::Warning, &text);
        }
    }
}

impl Finding {
    fn of_answer(version: ProtocolVersion, failure: TlsFailure) -> Result<Self, ProbeEnd> {
        Ok(match failure {
            TlsFailure::Probed(FirstAnswer::Hello(hello)) => Self::of_hello(version, hello),
            TlsFailure::Probed(FirstAnswer::Alert(name)) => {
                Self::NotSpoken(format!("alert {name}"))
            }
            TlsFailure::Probed(FirstAnswer::InClear(bytes)) => {
                let line = bytes.split(|byte| *byte == b'\n').next();
                let line = String::from_utf8_lossy(line.unwrap_or_default());
                Self::NotSpoken(format!("answers in the clear: {}", line.trim_end()))
            }
            TlsFailure::Probed(FirstAnswer::Unreadable) => {
                Self::NotSpoken("answers with something that is not a ServerHello".to_owned())
            }
            TlsFailure::HandshakeCut => Self::NotSpoken(CUT.to_owned()),
            failure => {
                let exit = match failure {
                    TlsFailure::Interrupted => Exit::Interrupted,
                    _ => Exit::Tls,
                };
                let finding = Self::Unknown(failure.to_string());
                return Err(ProbeEnd { finding, exit });
            }
        })
    }

    fn of_hello(version: ProtocolVersion, hello: ServerHello) -> Self {
        match hello.version {
            Ok(chosen) if chosen == version => Self::Spoken(match hello.group {
                Some(group) => format!("{}, {group}", hello.cipher_suite),
                None => hello.cipher_suite,
            }),
            Ok(chosen) => Self::NotSpoken(format!("answers with {chosen}")),
            Err([major, minor]) => Self::NotSpoken(format!("answers with {major}.{minor}")),
        }
    }

    /// There was no TLS to be asked for, or nothing came back.
    fn without_answer(outcome: &Outcome, limit: Duration) -> Result<Self, ProbeEnd> {
        let (text, exit) = match outcome.ending {
            Ending::ConnectionLost => return Ok(Self::NotSpoken(CUT.to_owned())),
            Ending::TimedOut => {
                let text = format!("no answer within {} s", limit.as_secs());
                return Ok(Self::Unknown(text));
            }
            Ending::Interrupted | Ending::Unsent => ("interrupted".to_owned(), Exit::Interrupted),
            _ if outcome.code() != 0 => (format!("refused with {}", outcome.code()), Exit::Refused),
            _ => ("there is no TLS to ask for".to_owned(), Exit::Refused),
        };
        let finding = Self::Unknown(text);
        Err(ProbeEnd { finding, exit })
    }
}

impl ProbeEnd {
    fn of_no_connection(error: &ConnectError) -> Self {
        let exit = match error {
            ConnectError::Interrupted => Exit::Interrupted,
            _ => Exit::Connection,
        };
        let finding = Finding::Unknown(error.to_string());
        Self { finding, exit }
    }
}

/// What came instead of TLS, which is what was asked for.
type Answer = Arc<Mutex<Option<TlsFailure>>>;

/// Shows the dialogue, and keeps the answer for the table.
struct ProbeObserver {
    screen: ScreenObserver,
    answer: Answer,
}

impl Observer for ProbeObserver {
    fn observe(&mut self, observation: &Observation) {
        match observation {
            Observation::TlsFailed(failure) => {
                let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
                *answer = Some(failure.clone());
            }
            // The table says it.
            Observation::TimedOut { .. }
            | Observation::ControlClosed { .. }
            | Observation::GreetingMissing { .. }
            | Observation::StillWaiting { .. } => {}
            _ => self.screen.observe(observation),
        }
    }

    fn byte_interest(&self) -> ByteInterest {
        self.screen.byte_interest()
    }
}

const CUT: &str = "ends the connection";
const LABEL_COLUMNS: usize = 16;
/// From here on the longest cipher suite stands beside its label.
const WIDE_COLUMNS: usize = 64;
/// How long a person waits for each answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
