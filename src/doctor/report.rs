//! What an examination found: values alone, which every form of the report prints. Their names are those of the JSON.

use std::fmt;
use std::net::SocketAddr;

use crate::protocol::SecretEcho;
use serde::{Deserialize, Serialize};

/// Everything that one run of `ftpsh doctor` found out about one server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whom it examined.
    pub target: Target,
    /// What the server says about itself.
    pub server: Server,
    /// The ways of opening a data connection, in the order in which they were tried.
    pub ways: Vec<Way>,
    /// One for each check, in the order of the groups.
    pub findings: Vec<Finding>,
    /// How many commands were sent on all control connections.
    pub commands: u32,
    /// How many control connections were opened.
    pub connections: u32,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Why the run ended before it was done: the budget was spent, Ctrl-C.
    pub cut_short: Option<String>,
    /// What could not be removed from the server, each with the command that removes it.
    pub left_behind: Vec<Remains>,
}

impl Report {
    /// Takes the echoes of secrets out of everything that a server may have written.
    pub(super) fn mask(&mut self, echo: &SecretEcho) {
        let mask = |text: &mut String| {
            let masked = echo.masked(text.as_bytes());
            *text = String::from_utf8_lossy(&masked).into_owned();
        };
        mask(&mut self.server.greeting);
        self.server.product.iter_mut().for_each(mask);
        self.server.features.iter_mut().for_each(mask);
        self.cut_short.iter_mut().for_each(mask);
        self.ways.iter_mut().for_each(|way| mask(&mut way.detail));
        for finding in &mut self.findings {
            mask(&mut finding.because);
            mask(&mut finding.title);
            finding.transcript.iter_mut().for_each(mask);
            for line in &mut finding.evidence {
                let (Evidence::Sent(text) | Evidence::Received(text) | Evidence::Happened(text)) =
                    line;
                mask(text);
            }
        }
        for remains in &mut self.left_behind {
            mask(&mut remains.because);
        }
    }
}

/// What is said beside the sums of a report without a data connection.
pub const NO_DATA_CONNECTION: &str =
    "no data connection could be made: what needs one is not counted";

/// Whom a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// As it was typed.
    pub host: String,
    /// Of the control connection.
    pub port: u16,
    /// Every address that the host has; the first is the one that was examined.
    pub addresses: Vec<SocketAddr>,
    /// Who logged in, if anybody did.
    pub user: Option<String>,
}

/// What the server says about itself: words, not facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// All lines of the greeting, joined by LF. Empty if none came.
    pub greeting: String,
    /// The product and its version, where greeting, SYST or CSID name one.
    pub product: Option<String>,
    /// The features that FEAT lists, one a line as they came.
    pub features: Vec<String>,
}

/// One way of opening a data connection, and whether it worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Who dials, and how it is asked for.
    pub mode: Mode,
    /// Whether and how the connections are encrypted.
    pub protection: Protection,
    /// Of the address.
    pub family: Family,
    /// What came of it.
    pub result: WayResult,
    /// From the command to the open data connection.
    pub ms: Option<u64>,
    /// One line: the TLS version, the address that was dialled, why it was skipped.
    pub detail: String,
}

/// How a data connection is asked for (RFC 959 section 3.3, RFC 2428).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// EPSV: the server listens and names a port.
    Epsv,
    /// PASV: the server listens and names an address.
    Pasv,
    /// PORT or EPRT: this side listens.
    Port,
}

/// How the control and the data connection are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Not at all.
    Clear,
    /// AUTH TLS, then PROT P (RFC 4217).
    Explicit,
    /// TLS from the first byte, on a port of its own.
    Implicit,
}

/// The family of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// What came of trying a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WayResult {
    /// Data came through it.
    Ok,
    /// The server answered 4yz or 5yz.
    Refused,
    /// The connection was not made and nothing said why: packets are lost.
    Silent,
    /// The system says that the port is closed or the host cannot be reached.
    Unreachable,
    /// A connection was made and then not accepted: a handshake or a certificate that failed.
    Rejected,
    /// It was not tried; the detail says why.
    Skipped,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's name, for example `pasv-address`: it stays.
    pub id: String,
    /// What it is about.
    pub group: Group,
    /// One sentence: of the check if it went well, of what is wrong if not.
    pub title: String,
    /// How bad it is.
    pub verdict: Verdict,
    /// What had to be allowed for it.
    pub class: Class,
    /// What the verdict rests on; of `skipped` and `unknown`, why.
    pub because: String,
    /// The document and section that decide it, for example `RFC 4217 12.7`.
    pub source: Option<String>,
    /// How to set it right on this server, where that is known.
    pub fix: Option<String>,
    /// How long the check took, in milliseconds.
    pub ms: u64,
    /// What went over the control connection for it, in order, with secrets masked.
    pub evidence: Vec<Evidence>,
    /// A transcript that `ftpsh replay` plays to the same finding. None for what a transcript cannot do.
    pub transcript: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// Some clients or people are hit by it.
    Warn,
    /// It does not work, or is not safe.
    Bad,
    /// It was not tried.
    Skipped,
    /// It was tried, and what came does not decide it.
    Unknown,
}

/// What has to be allowed for a check to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Needs no login.
    BeforeLogin,
    /// Needs a login, and changes nothing.
    Read,
    /// Writes in a folder of its own, and removes it.
    Write,
    /// Looks like an attack, or loads the server.
    Hard,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Whether connections can be made.
    Reachability,
    /// TLS and certificates.
    Tls,
    /// Who gets in, and what is said to those who do not.
    Login,
    /// Whether replies are those of the RFCs.
    ByTheBook,
    /// Whether a transfer can be continued.
    Resume,
    /// Whether what arrives is what was sent.
    Transfer,
    /// Whether clients can read the listings.
    Listings,
    /// How long things take.
    Speed,
    /// What others could do with the server.
    Security,
}

/// One line of the control connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// A command, with secrets masked.
    Sent(String),
    /// A line of a reply, without its line end. A server wrote it: escape it before it goes to a terminal.
    Received(String),
    /// What happened otherwise, in words of this program: a data connection, bytes that are not FTP.
    Happened(String),
}

/// What a run could not remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    /// Its path on the server.
    pub path: String,
    /// The FTP command that removes it; empty where no reply told its name.
    pub command: String,
    /// The reply to that command, or why it was not sent.
    pub because: String,
}

impl Remains {
    /// In a sentence; `shown` makes what a server wrote harmless.
    pub(crate) fn in_words(&self, shown: impl Fn(&str) -> String) -> String {
        let [path, command, because] =
            [&self.path, &self.command, &self.because].map(|it| shown(it));
        let removal = match command.is_empty() {
            true => String::new(),
            false => format!("; remove it with {command}"),
        };
        format!("{path} is left on the server ({because}){removal}")
    }
}

/// The three sums of a report, each `(went well, could be judged)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Reachability, resume, transfer, listings, speed.
    pub works: (u32, u32),
    /// TLS, login, security.
    pub safe: (u32, u32),
    /// By the book.
    pub by_the_book: (u32, u32),
}

impl Target {
    /// Its host, and its port where that is not the usual one.
    #[must_use]
    pub fn name(&self) -> String {
        match self.port {
            0 | 21 => self.host.clone(),
            port => format!("{} port {port}", self.host),
        }
    }
}

impl Report {
    /// Nothing could be transferred, and so nothing that needs it was judged.
    #[must_use]
    pub fn has_no_data_connection(&self) -> bool {
        let results = || self.ways.iter().map(|way| way.result);
        results().any(|result| result != WayResult::Skipped)
            && results().all(|result| result != WayResult::Ok)
    }

    /// Counts what went well. `ok` and `info` did; `skipped` and `unknown` are not counted.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            let sum = match finding.group {
                Group::Tls | Group::Login | Group::Security => &mut summary.safe,
                Group::ByTheBook => &mut summary.by_the_book,
                Group::Reachability
                | Group::Resume
                | Group::Transfer
                | Group::Listings
                | Group::Speed => &mut summary.works,
            };
            sum.0 += u32::from(finding.verdict.is_well());
            sum.1 += u32::from(finding.verdict.is_judged());
        }
        summary
    }

    /// The worst verdict of all findings; `ok` if nothing could be judged.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        let verdicts = self.findings.iter().map(|finding| finding.verdict);
        let judged = verdicts.filter(|verdict| verdict.is_judged());
        judged.max().unwrap_or(Verdict::Ok)
    }
}

impl Verdict {
    /// All, from the best to those that say nothing.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::Info,
        Self::Warn,
        Self::Bad,
        Self::Skipped,
        Self::Unknown,
    ];

    /// As it is written in every form of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// The verdict of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    fn is_well(self) -> bool {
        matches!(self, Self::Ok | Self::Info)
    }

    /// Whether something was found out.
    #[must_use]
    pub fn is_judged(self) -> bool {
        !matches!(self, Self::Skipped | Self::Unknown)
    }
}

impl Class {
    /// All, from what may always be done to what has to be asked for.
    pub const ALL: [Self; 4] = [Self::BeforeLogin, Self::Read, Self::Write, Self::Hard];

    /// As it is written in checks and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BeforeLogin => "before-login",
            Self::Read => "read",
            Self::Write => "write",
            Self::Hard => "hard",
        }
    }

    /// The class of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

impl Group {
    /// All, in the order of a report.
    pub const ALL: [Self; 9] = [
        Self::Reachability,
        Self::Tls,
        Self::Login,
        Self::ByTheBook,
        Self::Resume,
        Self::Transfer,
        Self::Listings,
        Self::Speed,
        Self::Security,
    ];

    /// As it is written in checks and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reachability => "reachability",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::ByTheBook => "by-the-book",
            Self::Resume => "resume",
            Self::Transfer => "transfer",
            Self::Listings => "listings",
            Self::Speed => "speed",
            Self::Security => "security",
        }
    }

    /// The group of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.word() == word)
    }
}

impl Mode {
    /// The verb.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Epsv => "EPSV",
            Self::Pasv => "PASV",
            Self::Port => "PORT",
        }
    }
}

impl Protection {
    /// As it is written in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
        }
    }
}

impl Family {
    /// Of this address.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(_) => Self::Ipv4,
            SocketAddr::V6(_) => Self::Ipv6,
        }
    }

    /// As it is written in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }
}

impl WayResult {
    /// As it is written in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Group, Report, Verdict};
    use crate::doctor::forms::samples::finding;

    #[test]
    fn a_summary_counts_what_could_be_judged() {
        let findings = vec![
            finding("quit", Group::Reachability, Verdict::Ok),
            finding("quit", Group::Speed, Verdict::Info),
            finding("quit", Group::Listings, Verdict::Bad),
            finding("quit", Group::Security, Verdict::Warn),
            finding("quit", Group::Tls, Verdict::Unknown),
            finding("quit", Group::ByTheBook, Verdict::Skipped),
        ];
        let report = Report {
            findings,
            ..Report::default()
        };
        let summary = report.summary();
        assert_eq!(summary.works, (2, 3));
        assert_eq!(summary.safe, (0, 1));
        assert_eq!(summary.by_the_book, (0, 0));
        assert_eq!(report.worst(), Verdict::Bad);
    }

    #[test]
    fn a_report_without_judgement_is_not_bad() {
        let findings = vec![finding("quit", Group::Tls, Verdict::Skipped)];
        let report = Report {
            findings,
            ..Report::default()
        };
        assert_eq!(report.worst(), Verdict::Ok);
    }

    #[test]
    fn every_word_names_its_value() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::named(verdict.word()), Some(verdict));
        }
        for class in Class::ALL {
            assert_eq!(Class::named(class.word()), Some(class));
        }
        for group in Group::ALL {
            assert_eq!(Group::named(group.word()), Some(group));
        }
    }
}
