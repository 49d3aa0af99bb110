//! What a run has at hand: whom it examines, what is allowed, what is known already, and the connections.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::check::{Check, Judged};
use super::coded;
use super::obstacle::Obstacle;
use super::report::{Class, Evidence, Finding, Protection, Remains, Verdict};
use super::stop::{Budget, Stop};
use super::talk::{Answer, Dial, Log, Talk, beginning};
use super::ways::Tried;
use crate::client::{self, Ending};
use crate::protocol::data_port::DataPort;
use crate::tls::Secured;
use crate::transcript::Variables;

/// Whom to examine, and what is allowed.
pub struct Request {
    /// As it was typed.
    pub host: String,
    /// Of the control connection.
    pub port: u16,
    /// TLS begins with the first byte there.
    pub is_implicit: bool,
    /// How connections are made.
    pub settings: client::Settings,
    /// Who logs in; nobody if there is none.
    pub login: Option<Login>,
    /// A folder may be made, and removed.
    pub may_write: bool,
    /// What looks like an attack may be sent.
    pub may_be_hard: bool,
    /// The password may go out in clear; if not, why.
    pub may_log_in_clear: Result<(), &'static str>,
    /// For everything together.
    pub budget: Duration,
    /// For one reply.
    pub limit: Duration,
    /// In the order in which they are reported.
    pub checks: Vec<Check>,
}

impl Request {
    /// What no report may show.
    pub(super) fn secrets(&self) -> client::ExpectedSecrets {
        let login = self.login.iter();
        client::ExpectedSecrets(login.map(|login| login.password.clone()).collect())
    }
}

/// Who logs in. It has no debug print.
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Vec<u8>,
}

/// What was found out that checks need.
#[derive(Default)]
pub(super) struct Facts {
    /// Values of variables in dialogues.
    pub(super) values: BTreeMap<String, String>,
    /// The verbs and words that FEAT lists.
    pub(super) features: Vec<String>,
    /// The reply to FEAT, if it was another than 211.
    pub(super) feat_refusal: Option<Answer>,
    /// What came in place of the end of the reply to FEAT.
    pub(super) endless_features: Option<String>,
    /// What the replies to PASV offered.
    pub(super) offered: Vec<(Protection, DataPort)>,
    /// The address that was examined.
    pub(super) ip: Option<IpAddr>,
    pub(super) greeting: Option<Answer>,
    /// What was said on the first connection, up to the login.
    pub(super) meeting: Vec<Evidence>,
    /// What TLS agreed on before the login.
    pub(super) secured: Option<Secured>,
    /// Why there is no TLS.
    pub(super) no_tls: Option<Obstacle>,
    /// The command that opens a data connection for what needs one.
    pub(super) passive: &'static str,
    /// The name of a small file that can be read, and its size in bytes.
    pub(super) file: Option<(String, u64)>,
    /// The same of the largest file, which is not read to its end.
    pub(super) largest_file: Option<(String, u64)>,
    /// The folder of the write class, and what was put into it, newest last.
    pub(super) folder: Option<String>,
    pub(super) logged_in_over: Option<Protection>,
    pub(super) login_took: Option<Duration>,
    /// Why the first connection led to no session.
    pub(super) meeting_failure: Option<String>,
    /// Why the user who should be let in was not.
    pub(super) login_failure: Option<String>,
}

impl Facts {
    /// The address as dialogues write it.
    pub(super) fn note_address(&mut self) {
        let Some(ip) = self.ip.map(|ip| ip.to_canonical()) else {
            return;
        };
        self.values.insert("address".to_owned(), ip.to_string());
        if ip.is_ipv4() {
            let commas = ip.to_string().replace('.', ",");
            self.values.insert("commas".to_owned(), commas);
            let third = if ip.is_loopback() {
                "127,0,0,2"
            } else {
                TEST_NET_1
            };
            self.values.insert("third".to_owned(), third.to_owned());
        }
    }

    /// Which server it says that it is.
    pub(super) fn take_product(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let known = PRODUCTS
            .iter()
            .find(|product| lower.contains(&product.to_lowercase()));
        if let Some(product) = known {
            let version = version_after(text, product);
            let shown = match version {
                Some(version) => format!("{product} {version}"),
                None => (*product).to_owned(),
            };
            self.values.insert("product".to_owned(), shown);
        }
    }

    pub(super) fn take_features(&mut self, answer: &Answer) {
        self.feat_refusal = None;
        if answer.code() != 211 {
            self.feat_refusal = Some(answer.clone());
            return;
        }
        let text = answer.text();
        let lines: Vec<&str> = text.lines().collect();
        let body = lines
            .get(1..lines.len().saturating_sub(1))
            .unwrap_or_default();
        self.features = body.iter().map(|line| line.trim().to_owned()).collect();
    }

    /// A session that ends says nothing of FEAT.
    pub(super) fn note_endless_features(&mut self, answer: &Answer) {
        let is_endless = matches!(
            answer.outcome.ending,
            Ending::ProtocolBroken | Ending::TimedOut | Ending::Unanswered
        );
        self.endless_features = is_endless.then(|| answer.first_line());
    }

    /// Whether FEAT lists a word, with its parameters.
    pub(super) fn feature(&self, word: &str) -> Option<&str> {
        let mut features = self.features.iter();
        let found = features.find(|feature| {
            let mut words = feature.split_ascii_whitespace();
            words
                .next()
                .is_some_and(|first| first.eq_ignore_ascii_case(word))
        });
        found.map(String::as_str)
    }
}

/// The number after a product's name.
fn version_after(text: &str, product: &str) -> Option<String> {
    let at = text.to_lowercase().find(&product.to_lowercase())?;
    let rest = text.get(at + product.len()..)?;
    let rest = rest.trim_start_matches([' ', '/', '-', 'v', '[']);
    let version: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '.')
        .collect();
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| version.trim_end_matches('.').to_owned())
}

/// Servers by the names that they give themselves.
const PRODUCTS: [&str; 8] = [
    "vsftpd",
    "ProFTPD",
    "Pure-FTPd",
    "pyftpdlib",
    "FileZilla Server",
    "Microsoft FTP Service",
    "Serv-U",
    "ftpsh practice",
];

/// Of the addresses that belong to nobody (RFC 5737).
const TEST_NET_1: &str = "192,0,2,1";

/// An examination under way.
pub(super) struct Clinic<'a> {
    pub(super) request: &'a Request,
    pub(super) stop: &'a Stop,
    pub(super) budget: Budget,
    pub(super) log: Log,
    pub(super) facts: Facts,
    pub(super) ways: Vec<Tried>,
    pub(super) findings: Vec<Finding>,
    pub(super) left_behind: Vec<Remains>,
    pub(super) progress: &'a dyn Fn(&str),
    pub(super) begun: Instant,
    /// What was made is removed, even after the end of the run: this ends it.
    pub(super) cleaning: Option<Stop>,
}

/// A connection, and the lines of a transcript that lead to where it is.
pub(super) struct Access {
    pub(super) talk: Talk,
    pub(super) preamble: String,
}

impl Clinic<'_> {
    /// How long a reply may take from now on.
    pub(super) fn limit(&self) -> Duration {
        match self.cleaning {
            Some(_) => self.request.limit.min(CLEANING_REPLY_LIMIT),
            None => self.request.limit.min(self.budget.left()),
        }
    }

    /// Whether nothing goes to another machine. Behind a proxy, loopback is the proxy's.
    pub(super) fn is_loopback(&self) -> bool {
        let ip = self.facts.ip.map(|ip| ip.to_canonical());
        ip.is_some_and(|ip| ip.is_loopback()) && self.request.settings.route.proxy.is_none()
    }

    /// Connects, and reads the greeting. `believes`: the certificate does not matter, because no secret will go out.
    pub(super) fn dial(
        &self,
        port: u16,
        implicit: bool,
        believes: bool,
        change: impl FnOnce(&mut client::Settings),
    ) -> Result<(Talk, Answer), Obstacle> {
        let stop = self.cleaning.as_ref().unwrap_or(self.stop);
        if let Some(reason) = stop.reason() {
            return Err(Obstacle::Ended(reason));
        }
        let mut settings = self.request.settings.clone();
        let limit = self.limit();
        settings.silence_limit = Some(limit);
        settings.reply_limit = Some(limit);
        settings.connect_limit = Some(limit.min(ACTIVE_LIMIT));
        settings.keepalive = None;
        settings.implicit_tls = implicit;
        settings.secrets = self.request.secrets();
        change(&mut settings);
        let dial = Dial {
            host: &self.request.host,
            port,
            settings,
            believes,
            limit,
            stop,
        };
        Talk::begin(dial, &self.log)
    }

    /// A connection under this protection on which nobody has logged in.
    pub(super) fn open(&self, protection: Protection) -> Result<Access, Obstacle> {
        self.open_with(protection, true, |_| {})
    }

    /// Tries again where the server was not ready for TLS in time.
    pub(super) fn open_with(
        &self,
        protection: Protection,
        believes: bool,
        change: impl Fn(&mut client::Settings),
    ) -> Result<Access, Obstacle> {
        let mut attempts = 1;
        loop {
            match self.open_once(protection, believes, &change) {
                Err(Obstacle::Unsecured(obstacle))
                    if obstacle.is_late_tls() && attempts < HANDSHAKES_MOST =>
                {
                    attempts += 1;
                }
                opened => return opened,
            }
        }
    }

    fn open_once(
        &self,
        protection: Protection,
        believes: bool,
        change: impl FnOnce(&mut client::Settings),
    ) -> Result<Access, Obstacle> {
        let is_implicit = protection == Protection::Implicit;
        let port = if is_implicit && !self.request.is_implicit {
            IMPLICIT_PORT
        } else {
            self.request.port
        };
        let (talk, greeting) = self.dial(port, is_implicit, believes, change)?;
        let mut preamble = match is_implicit {
            true => "# tls: implicit\n".to_owned(),
            false => String::new(),
        };
        if greeting.code() != 220 {
            talk.end();
            return Err(Obstacle::Greeting(Box::new(greeting)));
        }
        preamble += "S> 220\n";
        if protection == Protection::Explicit {
            if let Err(obstacle) = self.begin_tls(&talk) {
                talk.end();
                return Err(Obstacle::Unsecured(Box::new(obstacle)));
            }
            preamble += "C> AUTH TLS\nS> 234\n";
        }
        Ok(Access { talk, preamble })
    }

    /// AUTH TLS, and the handshake.
    pub(super) fn begin_tls(&self, talk: &Talk) -> Result<Secured, Obstacle> {
        let answer = talk.send("AUTH TLS");
        talk.control_tls().ok_or_else(|| {
            let failure = self.log.take_tls_failure();
            let obstacle = failure.map_or_else(|| Obstacle::answered(&answer), Obstacle::Tls);
            if obstacle.is_late_tls() {
                self.log.note_late_handshake();
            }
            obstacle
        })
    }

    /// Who logs in, if the password may go out under this protection.
    fn login_under(&self, protection: Protection) -> Result<&Login, Obstacle> {
        let login = self.request.login.as_ref().ok_or(Obstacle::NoUser)?;
        match self.request.may_log_in_clear {
            Err(because) if protection == Protection::Clear && !self.is_loopback() => {
                Err(Obstacle::PasswordInClear(because))
            }
            _ => Ok(login),
        }
    }

    /// A connection under this protection on which the user has logged in.
    pub(super) fn log_in(&self, protection: Protection) -> Result<Access, Obstacle> {
        self.log_in_with(protection, |_| {})
    }

    pub(super) fn log_in_with(
        &self,
        protection: Protection,
        change: impl Fn(&mut client::Settings),
    ) -> Result<Access, Obstacle> {
        let login = self.login_under(protection)?;
        let believes = self.request.settings.tls.insecure || self.is_loopback();
        let mut access = self.open_with(protection, believes, change)?;
        if protection != Protection::Clear {
            for line in ["PBSZ 0", "PROT P"] {
                let answer = access.talk.send(line);
                if !answer.is_positive() {
                    access.talk.end();
                    return Err(Obstacle::command(line, &answer));
                }
                access.preamble += &format!("C> {line}\nS> {}\n", answer.code());
            }
        }
        let answer = access.talk.send(&format!("USER {}", login.user));
        access.preamble += &format!("C> USER {{user}}\nS> {}\n", answer.code());
        let answer = match answer.code() {
            331 => {
                let answer = access.talk.send_secret(b"PASS ", &login.password);
                access.preamble += &format!("C> PASS {{password}}\nS> {}\n", answer.code());
                answer
            }
            _ => answer,
        };
        if !matches!(answer.code(), 230 | 232 | 202) {
            access.talk.end();
            return Err(Obstacle::LoginRefused(Box::new(answer)));
        }
        Ok(access)
    }

    /// A connection like the one that the read class has.
    pub(super) fn log_in_again(&self) -> Result<Access, Obstacle> {
        match self.facts.logged_in_over {
            Some(protection) => self.log_in(protection),
            None => Err(Obstacle::NotLoggedIn),
        }
    }

    /// Plays the dialogue of a check where this connection is. With its transcript, which replays to the same finding.
    pub(super) fn play(&self, check: &Check, access: &Access) -> (Judged, Option<String>) {
        let values = self.values_in(&check.text);
        let mut preamble = access.preamble.clone();
        if check.class == Class::Write {
            // Here it is there already; a replay has to make it.
            preamble += "C> MKD {folder}\nS> 2yz\n";
        }
        let text = check.with_preamble(&values, &preamble);
        let text = self.with_working_way(&text);
        let written = match Check::read(&text) {
            Ok(written) => written,
            Err(error) => return (Judged::skipped(error.to_string()), None),
        };
        let variables = self.variables(&values);
        let (dialogue, body) = match (written.dialogue(), written.body()) {
            (Ok(dialogue), Ok((body, _))) => (dialogue, body),
            (Err(error), _) | (_, Err(error)) => return (Judged::skipped(error.to_string()), None),
        };
        if let Some(unset) = dialogue.unset_variable(&variables) {
            return (Judged::skipped(missing_fact(&unset.name)), None);
        }
        let played = access.talk.play(&body, variables);
        (written.judge(&played), Some(self.to_keep(check, text)))
    }

    /// What is known of the variables that a dialogue names.
    pub(super) fn values_in(&self, text: &str) -> Vec<(String, String)> {
        let values = self.facts.values.iter();
        let named = values.filter(|(name, _)| text.contains(&format!("{{{name}}}")));
        named
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Each replay makes a folder of its own, and removes it at its end.
    pub(super) fn to_keep(&self, check: &Check, text: String) -> String {
        let Some(folder) = &self.facts.folder else {
            return text;
        };
        let line = format!("# var: folder = {folder}\n");
        let own = format!("# var: folder = {folder}-{}\n", check.id);
        let text = text.replace(&line, &own);
        let removal = removal(&text);
        text + &removal
    }

    fn variables(&self, values: &[(String, String)]) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in values {
            variables.set(name, value.as_bytes().to_vec());
        }
        if let Some(login) = &self.request.login {
            variables.set("user", login.user.as_bytes().to_vec());
            variables.set("password", login.password.clone());
        }
        variables
    }

    /// Checks ask for PASV; where only EPSV works, they ask for that.
    fn with_working_way(&self, text: &str) -> String {
        if self.facts.passive != "EPSV" {
            return text.to_owned();
        }
        text.replace("C> PASV\nS> 227\n", "C> EPSV\nS> 229\n")
    }

    /// Opens a data connection for the next command.
    pub(super) fn open_data(&self, talk: &Talk) -> Result<(), Obstacle> {
        let answer = talk.send(self.facts.passive);
        match answer.is_positive() {
            true => Ok(()),
            false => Err(Obstacle::command(self.facts.passive, &answer)),
        }
    }

    /// The same for a listing, for which the user sees to it that the type is ASCII (RFC 959 section 4.1.3).
    pub(super) fn open_data_for_listing(&self, talk: &Talk) -> Result<(), Obstacle> {
        if !talk.is_ascii() {
            let _ = talk.send("TYPE A");
        }
        self.open_data(talk)
    }

    /// A listing or a file; if it is longer than 1 MiB, whole lines from its beginning.
    pub(super) fn fetch(&self, talk: &Talk, line: &str) -> Result<(Answer, Vec<u8>), Obstacle> {
        match line.starts_with("RETR ") {
            true => self.open_data(talk)?,
            false => self.open_data_for_listing(talk)?,
        }
        let (answer, mut bytes) = talk.fetch(line, FETCHED_MOST);
        if answer.is_cut() {
            let end = bytes.iter().rposition(|byte| *byte == b'\n');
            bytes.truncate(end.map_or(0, |end| end + 1));
        }
        match answer.has_brought_data() {
            true => Ok((answer, bytes)),
            false => Err(Obstacle::command(line, &answer)),
        }
    }

    /// Writes down what a check came to.
    pub(super) fn record(
        &mut self,
        check: &Check,
        judged: Judged,
        begun: Instant,
        evidence: Vec<Evidence>,
        transcript: Option<String>,
    ) {
        let because = match (self.stop.reason(), judged.verdict) {
            (Some(reason), Verdict::Unknown) => reason.to_owned(),
            _ => beginning(&judged.because, REASON_TOLD),
        };
        let verdict = match self.stop.reason() {
            Some(_) if judged.verdict == Verdict::Unknown => Verdict::Skipped,
            _ => judged.verdict,
        };
        let product = self.facts.values.get("product");
        let is_wrong = matches!(verdict, Verdict::Warn | Verdict::Bad);
        let fix = product.and_then(|product| check.fix_for(product));
        self.findings.push(Finding {
            id: check.id.clone(),
            group: check.group,
            title: judged.sentence.unwrap_or_else(|| check.title.clone()),
            verdict,
            class: check.class,
            because,
            source: check.source.clone(),
            fix: fix.filter(|_| is_wrong).map(str::to_owned),
            ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            evidence,
            transcript,
        });
    }

    /// Writes down that checks were not tried.
    pub(super) fn skip(&mut self, check: &Check, because: &str) {
        let judged = Judged::skipped(because);
        self.record(check, judged, Instant::now(), Vec::new(), None);
    }

    pub(super) fn is_done(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| finding.id == id)
    }

    /// The checks of a class.
    pub(super) fn checks_of(&self, class: Class) -> Vec<Check> {
        let checks = self.request.checks.iter();
        checks
            .filter(|check| check.class == class)
            .cloned()
            .collect()
    }
}

impl Judged {
    pub(super) fn ok(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Ok,
            sentence: None,
            because: because.into(),
            shown: None,
        }
    }

    pub(super) fn of(verdict: Verdict, sentence: &str, because: impl Into<String>) -> Self {
        Self {
            verdict,
            sentence: Some(sentence.to_owned()),
            because: because.into(),
            shown: None,
        }
    }

    pub(super) fn skipped(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Skipped,
            sentence: None,
            because: because.into(),
            shown: None,
        }
    }

    pub(super) fn unknown(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unknown,
            sentence: None,
            because: because.into(),
            shown: None,
        }
    }
}

/// What removes the folder that a transcript makes, with what it stores there by names of its own.
fn removal(transcript: &str) -> String {
    if !transcript.contains("C> MKD {folder}\n") || transcript.contains("C> STOU") {
        return String::new();
    }
    let mut paths = Vec::new();
    for line in transcript.lines() {
        let stores = ["C> STOR ", "C> APPE "];
        if let Some(path) = stores.iter().find_map(|it| line.strip_prefix(it))
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    let files = paths.iter().map(|path| format!("C> DELE {path}\nS> 2yz\n"));
    format!(
        "# With --keep-going this is reached in any case.\n{}C> RMD {{folder}}\nS> 2yz\n",
        files.collect::<String>()
    )
}

fn missing_fact(name: &str) -> String {
    match name {
        "file" => coded::NO_FILE.to_owned(),
        "folder" => "there is no folder to write in".to_owned(),
        "user" | "password" => "nobody logs in: give a user with --user NAME".to_owned(),
        "own" | "commas" => "the connection is not IPv4".to_owned(),
        name => format!("{{{name}}} has no value"),
    }
}

/// Of implicit TLS (RFC 4217 appendix A calls it deprecated; IANA has it as ftps).
pub(super) const IMPLICIT_PORT: u16 = 990;

pub(super) const NO_CONNECTION: &str = "there is no connection any more that could be used";

/// Of what a verdict rests on, in letters.
const REASON_TOLD: usize = 2000;

/// What anonymous sends as password.
pub const GUEST: &str = "guest@example.org";

/// A server that is late for the handshake loses that race at times, and not every time.
pub(super) const HANDSHAKES_MOST: usize = 10;

/// The server connects at once or not at all.
const ACTIVE_LIMIT: Duration = Duration::from_secs(3);

/// A server that has answered until now answers in this time.
const CLEANING_REPLY_LIMIT: Duration = Duration::from_secs(3);

pub(super) const FETCHED_MOST: usize = 1 << 20;
