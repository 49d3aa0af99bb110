//! What runs, in which order, on which connection.
//!
//! ```text
//! before login   one connection for all that can share it, under TLS where there is TLS
//! ways           one login for each protection; that of the best one stays
//! read           on that one
//! write, hard    on that one, where they are allowed
//! ```
//!
//! A check that ends the session has a connection of its own. When the server ends a shared one, it is opened once more.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Instant;

use super::check::{Check, Judged};
use super::clinic::{Access, Clinic, Facts, Login, NO_CONNECTION, Request};
use super::coded;
use super::obstacle::Obstacle;
use super::report::{
    Class, Evidence, Group, Protection, Report, Server, Target, Verdict, WayResult,
};
use super::stop::Stop;
use super::talk::{Log, Talk};
use super::ways::Tried;
use crate::protocol::SecretEcho;

/// Examines a server. `progress` hears what is tried now.
///
/// # Errors
///
/// The system refused a thread.
pub fn examine(request: &Request, stop: &Stop, progress: &dyn Fn(&str)) -> std::io::Result<Report> {
    let mut clinic = Clinic::new(request, stop, progress)?;
    clinic.run();
    Ok(clinic.into_report())
}

/// The same with no check: what the ways in came to, and everything that was said to find out.
///
/// # Errors
///
/// The system refused a thread.
pub fn examine_ways(
    request: &Request,
    stop: &Stop,
    progress: &dyn Fn(&str),
) -> std::io::Result<(Report, Vec<Evidence>)> {
    let mut clinic = Clinic::new(request, stop, progress)?;
    clinic.run_ways();
    let dialogue = clinic.log.since(0);
    Ok((clinic.into_report(), dialogue))
}

impl<'a> Clinic<'a> {
    fn new(
        request: &'a Request,
        stop: &'a Stop,
        progress: &'a dyn Fn(&str),
    ) -> std::io::Result<Self> {
        Ok(Self {
            request,
            stop,
            budget: stop.after(request.budget)?,
            log: Log::default(),
            facts: Facts::default(),
            ways: Vec::new(),
            findings: Vec::new(),
            left_behind: Vec::new(),
            progress,
            begun: Instant::now(),
            cleaning: None,
        })
    }
}

impl Clinic<'_> {
    fn run_ways(&mut self) {
        let logged_in = self.meet().and_then(|met| {
            met.talk.end();
            self.log_in_somehow()
        });
        match logged_in {
            Ok(access) => access.talk.end(),
            Err(obstacle) => self.fail_untried_ways(&obstacle),
        }
    }

    fn run(&mut self) {
        let shared = match self.meet() {
            Ok(access) => access,
            Err(obstacle) => {
                let because = obstacle.to_string();
                self.skip_the_rest(&because);
                self.facts.meeting_failure = Some(because);
                return self.run_afterwards();
            }
        };
        self.run_class(Class::BeforeLogin, Some(shared));
        match self.log_in_somehow() {
            Ok(access) => self.run_logged_in(access),
            Err(obstacle) => {
                self.fail_untried_ways(&obstacle);
                self.skip_the_rest(&obstacle.to_string());
            }
        }
        self.run_afterwards();
        self.skip_the_rest("nothing led to it");
    }

    /// The first connection: the greeting, FEAT, and TLS if there is any.
    fn meet(&mut self) -> Result<Access, Obstacle> {
        (self.progress)("greeting");
        let (is_implicit, port) = (self.request.is_implicit, self.request.port);
        let (mut talk, greeting) = self.dial(port, is_implicit, true, |_| {})?;
        self.facts.ip = talk.peer().ip();
        self.facts.note_address();
        self.facts.greeting = Some(greeting.clone());
        self.facts.meeting = self.log.since(0);
        if greeting.code() != 220 {
            for check in self.checks_of(Class::BeforeLogin) {
                if coded::needs_greeting_alone(&check.id) {
                    self.run_coded(&check, None);
                }
            }
            talk.end();
            return Err(Obstacle::Greeting(Box::new(greeting)));
        }
        self.facts.take_product(&greeting.text());
        let features = talk.send("FEAT");
        self.facts.take_features(&features);
        if !talk.is_in_step() {
            // What is asked next is not to pay for it.
            self.facts.note_endless_features(&features);
            talk.end();
            (talk, _) = self.dial(port, is_implicit, true, |_| {})?;
        }
        let access = match is_implicit {
            true => {
                self.facts.secured = talk.control_tls();
                let preamble = "# tls: implicit\nS> 220\n".to_owned();
                Access { talk, preamble }
            }
            false => self.meet_under_tls(talk),
        };
        self.facts.meeting = self.log.since(0);
        Ok(access)
    }

    /// TLS on this connection, or on another if the server was not ready for it in time; else in clear.
    fn meet_under_tls(&mut self, talk: Talk) -> Access {
        (self.progress)("AUTH TLS");
        let mut preamble = "S> 220\n".to_owned();
        match self.begin_tls(&talk) {
            Ok(secured) => {
                self.facts.secured = Some(secured);
                preamble += "C> AUTH TLS\nS> 234\n";
            }
            Err(obstacle) => {
                if obstacle.is_late_tls()
                    && let Ok(access) = self.open(Protection::Explicit)
                {
                    talk.end();
                    self.facts.secured = access.talk.control_tls();
                    return access;
                }
                self.facts.no_tls = Some(obstacle);
            }
        }
        Access { talk, preamble }
    }

    /// Runs every check of a class, those that can on a connection that they share.
    fn run_class(&mut self, class: Class, mut shared: Option<Access>) {
        let (mut has_reopened, mut is_shifted) = (0, false);
        for check in self.checks_of(class) {
            if self.is_done(&check.id) || coded::runs_at_end(&check.id) {
                continue;
            }
            if let Some(reason) = self.stop.reason() {
                self.skip(&check, reason);
                continue;
            }
            (self.progress)(&check.id);
            let is_lost = shared
                .as_ref()
                .is_none_or(|access| is_shifted || !access.talk.is_in_step());
            if is_lost {
                if let Some(access) = shared.take() {
                    access.talk.end();
                }
                if has_reopened < REOPENED_MOST {
                    has_reopened += 1;
                    shared = self.open_for(class).ok();
                }
            }
            let surplus = self.log.surplus();
            if coded::is_coded(&check.id) {
                self.run_coded(&check, shared.as_ref());
            } else {
                self.run_dialogue(&check, shared.as_ref());
            }
            is_shifted = self.log.surplus() > surplus;
        }
        if let Some(access) = shared {
            access.talk.end();
        }
    }

    fn run_coded(&mut self, check: &Check, shared: Option<&Access>) {
        let (begun, mark) = (Instant::now(), self.log.begin_check());
        let surplus = self.log.surplus();
        self.log.lint(!coded::provokes(&check.id));
        let examined = coded::examine(self, check, shared);
        self.log.lint(true);
        let judged = self.doubted(check, examined.judged, surplus, shared);
        let said = self.log.since(mark);
        let transcript = examined.transcript;
        let transcript = transcript.or_else(|| self.transcript_of(check, &judged, &said, shared));
        let evidence = match coded::is_of_meeting(&check.id) {
            true => self.facts.meeting.clone(),
            false => said,
        };
        self.record(check, judged, begun, evidence, transcript);
    }

    fn run_dialogue(&mut self, check: &Check, shared: Option<&Access>) {
        let (begun, mark) = (Instant::now(), self.log.begin_check());
        let surplus = self.log.surplus();
        let own = check
            .wants_own_connection
            .then(|| self.open_for(check.class));
        let (judged, transcript) = match (&own, shared) {
            (Some(Ok(own)), _) => self.play(check, own),
            (Some(Err(obstacle)), _) => (Judged::skipped(obstacle.clone()), None),
            (None, Some(shared)) if shared.talk.is_open() => self.play(check, shared),
            (None, _) => (Judged::skipped(NO_CONNECTION), None),
        };
        let used = match &own {
            Some(own) => own.as_ref().ok(),
            None => shared,
        };
        let judged = self.doubted(check, judged, surplus, used);
        if let Some(Ok(own)) = own {
            own.talk.end();
        }
        self.record(check, judged, begun, self.log.since(mark), transcript);
    }

    /// A reply too many shifts those after it, and what they seem to say is no finding.
    fn doubted(
        &self,
        check: &Check,
        judged: Judged,
        surplus: u32,
        used: Option<&Access>,
    ) -> Judged {
        if !judged.verdict.is_judged() || coded::expects_surplus(&check.id) {
            return judged;
        }
        let is_wrong = matches!(judged.verdict, Verdict::Warn | Verdict::Bad);
        if is_wrong && let Some(access) = used {
            access.talk.find_surplus();
        }
        match self.log.surplus() > surplus {
            true => Judged::unknown(SURPLUS),
            false => judged,
        }
    }

    /// A connection on which checks of this class can be made.
    fn open_for(&self, class: Class) -> Result<Access, Obstacle> {
        match class {
            Class::BeforeLogin => self.open(self.best_protection()),
            Class::Read | Class::Write | Class::Hard => self.log_in_again(),
        }
    }

    /// The best of the protections that the server has.
    pub(super) fn best_protection(&self) -> Protection {
        match &self.facts.secured {
            Some(_) if self.request.is_implicit => Protection::Implicit,
            Some(_) => Protection::Explicit,
            None => Protection::Clear,
        }
    }

    /// Tries the ways under every protection, and keeps the connection under the best one.
    fn log_in_somehow(&mut self) -> Result<Access, Obstacle> {
        let best = self.best_protection();
        let (begun, mark) = (Instant::now(), self.log.mark());
        let logged_in = self.log_in(best);
        self.note_login(best, logged_in.as_ref().err(), begun, mark);
        let access = match logged_in {
            Ok(access) => access,
            Err(obstacle) => {
                let result = match &obstacle {
                    _ if self.stop.is_stopped() => WayResult::Skipped,
                    Obstacle::LoginRefused(_) => WayResult::Skipped,
                    obstacle => obstacle.way_result(),
                };
                self.fail_ways(best, result, &obstacle);
                return Err(obstacle);
            }
        };
        self.facts.login_took = Some(begun.elapsed());
        self.try_ways(&access, best);
        self.choose_passive(best);
        if best != Protection::Clear && !self.request.is_implicit {
            self.try_other_ways(Protection::Clear);
        } else if self.request.is_implicit {
            let obstacle = Obstacle::Inapplicable("the port is one of implicit TLS");
            for protection in [Protection::Clear, Protection::Explicit] {
                self.fail_ways(protection, WayResult::Skipped, &obstacle);
            }
        } else if let Some(obstacle) = self.facts.no_tls.clone() {
            self.fail_ways(Protection::Explicit, obstacle.way_result(), &obstacle);
        }
        self.try_implicit();
        Ok(access)
    }

    /// What is below the ways rests on it.
    fn note_login(
        &mut self,
        over: Protection,
        failure: Option<&Obstacle>,
        begun: Instant,
        mark: usize,
    ) {
        match failure {
            None => self.facts.logged_in_over = Some(over),
            Some(obstacle) if obstacle.is_withheld_login() || self.stop.is_stopped() => return,
            Some(Obstacle::LoginRefused(answer)) => {
                self.facts.login_failure = Some(answer.first_line());
            }
            Some(obstacle) => self.facts.login_failure = Some(obstacle.to_string()),
        }
        for check in self.checks_of(Class::Read) {
            if check.id == "login" && coded::is_coded(&check.id) {
                let judged = coded::examine(self, &check, None).judged;
                let transcript = self.transcript_of(&check, &judged, &self.log.since(mark), None);
                self.record(&check, judged, begun, self.log.since(mark), transcript);
            }
        }
    }

    fn try_implicit(&mut self) {
        if self.request.is_implicit {
            return;
        }
        if self.request.port != FTP_PORT {
            let text =
                "the server is not at port 21: name the port of implicit TLS as ftps://HOST:PORT";
            let obstacle = Obstacle::Inapplicable(text);
            return self.fail_ways(Protection::Implicit, WayResult::Skipped, &obstacle);
        }
        self.try_other_ways(Protection::Implicit);
    }

    fn try_other_ways(&mut self, protection: Protection) {
        match self.log_in(protection) {
            Ok(access) => {
                self.try_ways(&access, protection);
                access.talk.end();
            }
            Err(obstacle) => {
                let result = match &obstacle {
                    _ if self.stop.is_stopped() => WayResult::Skipped,
                    Obstacle::LoginRefused(_) if protection != Protection::Clear => {
                        WayResult::Skipped
                    }
                    obstacle => obstacle.way_result(),
                };
                self.fail_ways(protection, result, &obstacle);
            }
        }
    }

    fn fail_untried_ways(&mut self, obstacle: &Obstacle) {
        for protection in [
            Protection::Clear,
            Protection::Explicit,
            Protection::Implicit,
        ] {
            if !self
                .ways
                .iter()
                .any(|tried| tried.way.protection == protection)
            {
                self.fail_ways(protection, WayResult::Skipped, obstacle);
            }
        }
    }

    fn choose_passive(&mut self, protection: Protection) {
        let works = |verb: &str| {
            self.ways.iter().any(|Tried { way, .. }| {
                way.protection == protection
                    && way.mode.word() == verb
                    && way.result == WayResult::Ok
            })
        };
        self.facts.passive = if !works("PASV") && works("EPSV") {
            "EPSV"
        } else {
            "PASV"
        };
    }

    fn run_logged_in(&mut self, access: Access) {
        // There are servers that list their features only to those who have logged in.
        if self
            .facts
            .feat_refusal
            .as_ref()
            .is_some_and(|it| it.code() == 530)
        {
            let features = access.talk.send("FEAT");
            self.facts.take_features(&features);
        }
        self.learn_files(&access.talk);
        let access = self.in_step(access);
        self.run_class(Class::Read, access);
        if self.request.may_write {
            self.run_writing();
        } else {
            self.skip_class(Class::Write, WRITES);
        }
        if self.request.may_be_hard {
            let access = self.log_in_again().ok();
            self.run_class(Class::Hard, access);
        } else {
            self.skip_class(Class::Hard, IS_HARD);
        }
    }

    /// The same connection, or another one where a reply too many came on it.
    fn in_step(&self, access: Access) -> Option<Access> {
        if self.log.surplus() > 0 {
            access.talk.end();
            return self.log_in_again().ok();
        }
        Some(access)
    }

    fn run_writing(&mut self) {
        let access = match self.log_in_again() {
            Ok(access) => access,
            Err(obstacle) => return self.skip_class(Class::Write, &obstacle.to_string()),
        };
        match self.make_folder(&access.talk) {
            Ok(()) => {
                let access = self.in_step(access);
                self.run_class(Class::Write, access);
            }
            Err(obstacle) => {
                access.talk.end();
                self.skip_class(Class::Write, &obstacle.to_string());
            }
        }
        self.remove_folder();
    }

    fn skip_class(&mut self, class: Class, because: &str) {
        for check in self.checks_of(class) {
            if !self.is_done(&check.id) {
                self.skip(&check, because);
            }
        }
    }

    /// What looks at the whole run.
    fn run_afterwards(&mut self) {
        for check in self.request.checks.clone() {
            if coded::runs_at_end(&check.id) && !self.is_done(&check.id) {
                self.run_coded(&check, None);
            }
        }
    }

    fn skip_the_rest(&mut self, because: &str) {
        let because = self.stop.reason().unwrap_or(because).to_owned();
        for check in self.request.checks.clone() {
            if !self.is_done(&check.id) && !coded::runs_at_end(&check.id) {
                let because = match check.class {
                    Class::Write if !self.request.may_write => WRITES,
                    Class::Hard if !self.request.may_be_hard => IS_HARD,
                    _ => because.as_str(),
                };
                self.skip(&check, because);
            }
        }
    }

    fn into_report(mut self) -> Report {
        let order = |check_id: &str| self.request.checks.iter().position(|it| it.id == check_id);
        self.findings.sort_by_key(|finding| {
            let group = Group::ALL.iter().position(|group| *group == finding.group);
            (group, order(&finding.id))
        });
        let (commands, connections) = self.log.counts();
        let greeting = self.facts.greeting.as_ref();
        let mut echo = SecretEcho::default();
        for secret in self.request.secrets().0 {
            echo.remember(&secret);
        }
        let no_login = self.facts.login_failure.as_ref();
        let no_login = no_login.map(|failure| format!("the login failed: {failure}"));
        let failure = self.facts.meeting_failure.clone().or(no_login);
        let cut_short = self.stop.reason().map(str::to_owned).or(failure);
        let mut report = Report {
            target: Target {
                host: self.request.host.clone(),
                port: self.request.port,
                addresses: self.addresses(),
                user: self
                    .request
                    .login
                    .as_ref()
                    .map(|login: &Login| login.user.clone()),
            },
            server: Server {
                greeting: greeting.map(|greeting| greeting.text()).unwrap_or_default(),
                product: self.facts.values.get("product").cloned(),
                features: self.facts.features.clone(),
            },
            ways: self.ways.into_iter().map(|tried| tried.way).collect(),
            findings: self.findings,
            commands,
            connections,
            ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            cut_short,
            left_behind: self.left_behind,
        };
        report.mask(&echo);
        report
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        let examined = self
            .facts
            .ip
            .map(|ip| SocketAddr::new(ip, self.request.port));
        let mut addresses: Vec<SocketAddr> = examined.into_iter().collect();
        let is_proxied = self.request.settings.route.proxy.is_some();
        if !is_proxied && !self.stop.is_stopped() && self.facts.ip.is_some() {
            let found = (self.request.host.as_str(), self.request.port).to_socket_addrs();
            for address in found.into_iter().flatten() {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        addresses
    }
}

impl Report {
    /// Whether the worst verdict is this one or a worse one.
    #[must_use]
    pub fn is_as_bad_as(&self, verdict: Verdict) -> bool {
        self.worst() >= verdict
    }
}

const SURPLUS: &str =
    "a reply came that answers nothing: which command those after it answer is not known";
const FTP_PORT: u16 = 21;
const REOPENED_MOST: usize = 8;
const WRITES: &str = "it writes on the server: --write allows it";
const IS_HARD: &str = "it looks like an attack: --hard allows it";
