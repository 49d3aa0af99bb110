//! A problem that a log shows, and whether the client got over it.

use std::sync::Arc;

use super::preparation::Preparation;
use crate::evidence::explanation::Explanation;
use crate::evidence::problems::{NOT_REACHED, Problem};
use crate::evidence::reply::CHANGED_BYTES;
use crate::protocol::{Answered, Command, ReplyCode, Verb, verbs};
use crate::transcript::import::log::Logged;

/// What went wrong in one exchange of a session.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// How many commands had gone out.
    pub(super) exchange: usize,
    /// Where it was seen first.
    pub(super) line: usize,
    /// The line of the refusal.
    refusal_line: Option<usize>,
    /// The client did something else, and that worked.
    pub(super) is_overcome: bool,
    pub(super) problem: Problem,
    pub(super) preparation: Preparation,
}

/// A command that was accepted after a problem.
pub(super) struct Overcoming<'a> {
    verb: Verb,
    argument: &'a [u8],
    code: ReplyCode,
}

impl Found {
    pub(super) fn new(
        exchange: usize,
        line: usize,
        problem: Problem,
        preparation: Preparation,
    ) -> Self {
        Self {
            exchange,
            line,
            refusal_line: None,
            is_overcome: false,
            problem,
            preparation,
        }
    }

    /// The first refusal of the same command may say why.
    pub(super) fn take_refusal(&mut self, refusal: Option<(usize, Arc<Answered>)>) {
        if self.problem.refusal.is_none()
            && let Some((line, answered)) = refusal
        {
            self.refusal_line = Some(line);
            self.problem.refusal = Some(answered);
        }
    }

    /// The line that says it, as far as this explanation goes by it.
    pub(super) fn line_of(&self, explanation: Option<&Explanation>) -> usize {
        match self.refusal_line {
            Some(line) if !self.is_by_event(explanation) => line,
            _ => self.line,
        }
    }

    /// What the client said, and not a reply, is what the explanation is of.
    pub(super) fn is_by_event(&self, explanation: Option<&Explanation>) -> bool {
        let event = self.problem.event.as_ref().map(|event| event.cause);
        event.is_some() && event == explanation.map(|it| it.id)
    }

    /// A transfer of which it is told went well all the same.
    pub(super) fn is_damage(&self) -> bool {
        let event = self.problem.event.as_ref();
        event.is_some_and(|event| event.cause == CHANGED_BYTES)
    }

    /// Whether it shows that this way to a data connection does not work.
    pub(super) fn rules_out(&self, way: &str) -> bool {
        match self.problem.event.as_ref().map(|event| event.cause) {
            Some(_) if self.is_unreached() => self.preparation.passive() == way,
            Some("active-not-connected") => way == "PORT",
            Some("data-port-unreadable") => self.command().is_some_and(|it| it.verb().is(way)),
            _ => {
                let refusal = self.problem.refusal.as_ref();
                refusal.is_some_and(|it| it.is_to(&[way]) && it.reply.code != ReplyCode(530))
            }
        }
    }

    /// A port was offered, and no connection to it came about.
    fn is_unreached(&self) -> bool {
        let event = self.problem.event.as_ref();
        event.is_some_and(|event| NOT_REACHED.contains(&event.cause))
    }

    fn command(&self) -> Option<&Command> {
        let answered = self.problem.refusal.as_ref();
        let refused = answered.and_then(|answered| answered.command.as_ref());
        refused.or(self.problem.command.as_ref())
    }

    /// Clients ask what the server can do, and go on whatever it says.
    pub(super) fn is_passed_over_by(&self, next: &Command) -> bool {
        let is_asked = |command: &Command| is_one_of(&command.verb(), ASKING);
        let goes_on = !next.verb().is("QUIT") && !is_asked(next);
        let does_without = |command: &Command| command.verb().is("AUTH") && next.verb().is("USER");
        let is_passed_over = |command: &Command| is_asked(command) || does_without(command);
        goes_on && self.command().is_some_and(is_passed_over)
    }

    /// Whether what was accepted now does what failed then.
    pub(super) fn overcome_by(&self, accepted: &Overcoming<'_>) -> bool {
        let Some(command) = self.command() else {
            // The next attempt to connect was greeted.
            let event = self.problem.event.as_ref();
            return event.is_some_and(|event| event.cause == "connect-failed");
        };
        if self.is_unreached() {
            // Another port that is offered may not be reached either.
            return verbs::entry(&accepted.verb).is_some_and(|entry| entry.data.is_some());
        }
        if accepted.code.is_preliminary() {
            return false;
        }
        let (verb, argument) = (command.verb(), argument_of(command));
        if verb == accepted.verb && argument == accepted.argument {
            return true;
        }
        let both_in =
            |family: &[&str]| is_one_of(&verb, family) && is_one_of(&accepted.verb, family);
        if FAMILIES.iter().any(|family| both_in(family)) {
            return true;
        }
        let is_login = matches!(accepted.code.0, 230 | 232);
        if is_one_of(&verb, LOGIN) {
            return is_login;
        }
        let has_same_name = argument == accepted.argument;
        let replaced = is_one_of(&verb, PREPARING) && has_same_name;
        let goes_on = !accepted.verb.is("QUIT") && !is_one_of(&accepted.verb, ASIDE);
        replaced || (is_one_of(&verb, ASIDE) && goes_on)
    }
}

impl<'a> Overcoming<'a> {
    /// By what a server says that it has done.
    pub(super) fn logged(logged: &'a Logged) -> Self {
        Self {
            verb: logged.command.verb(),
            argument: argument_of(&logged.command),
            code: ReplyCode(if logged.is_login() { 230 } else { 250 }),
        }
    }

    pub(super) fn of(answered: &'a Answered) -> Self {
        Self {
            verb: answered.verb(),
            argument: answered.argument(),
            code: answered.reply.code,
        }
    }
}

fn argument_of(command: &Command) -> &[u8] {
    command.argument().unwrap_or_default().trim_ascii()
}

fn is_one_of(verb: &Verb, names: &[&str]) -> bool {
    names.iter().any(|name| verb.is(name))
}

/// Clients try one after the other.
const FAMILIES: [&[&str]; 4] = [
    // AUTH SSL, then AUTH TLS.
    &["AUTH"],
    &["PASV", "EPSV", "PORT", "EPRT", "LPSV", "LPRT"],
    &["LIST", "MLSD", "NLST"],
    &["PWD", "XPWD"],
];
/// What a 230 makes good.
const LOGIN: &[&str] = &["USER", "PASS", "ACCT", "AUTH"];
/// What another command with the same name makes good: MKD after CWD, STOR after DELE.
const PREPARING: &[&str] = &["CWD", "XCWD", "MKD", "XMKD", "DELE", "RMD", "XRMD"];
/// What clients ask before they do anything.
const ASKING: &[&str] = &["FEAT", "CLNT", "OPTS", "SYST", "HOST", "CSID", "LANG"];
/// What clients ask to learn what the server can do, and go on without.
const ASIDE: &[&str] = &[
    "FEAT", "CLNT", "OPTS", "SYST", "SITE", "HOST", "NOOP", "MDTM", "MFMT", "SIZE", "STAT", "HELP",
    "MLST", "LANG", "ALLO", "CSID", "HASH", "XCRC", "XMD5", "XSHA1", "XSHA256", "XSHA512", "PBSZ",
    "PROT", "ACCT", "REST", "MODE",
];
