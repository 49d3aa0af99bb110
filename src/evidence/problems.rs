//! The problems of a run, line by line: what each line came to, and the last of all.

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::{DECLINED, Event, is_refusal};
use super::explanation::Explanation;
use super::facts;
use super::reply;
use super::rules::{Circumstances, is_refused_greeting};
use crate::client::Observation;
use crate::protocol::ledger::Fit;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command, ReplyCode, Verb};

/// What did not work, and what was known then.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The line that it came to, by its number; `None` for what came at the prompt.
    pub(crate) line: Option<usize>,
    /// What happened, unless a refusal is all.
    pub(crate) event: Option<Event>,
    /// The last refusal of the same line.
    pub(crate) refusal: Option<Arc<Answered>>,
    /// The command that was sent last in it.
    pub(crate) command: Option<Command>,
    /// What the command's line had after it, as it would be typed.
    pub(crate) redirection: Option<String>,
    /// Something that came after it went well, and it was not solved by that.
    pub(crate) is_followed_by_success: bool,
    /// The shell found it, so that the success of this command says nothing about it.
    pub(crate) is_verdict: bool,
    pub(crate) circumstances: Circumstances,
}

/// What one line came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineEnd {
    /// What did not work.
    pub(crate) problem: Option<Problem>,
    /// The last reply.
    pub(crate) answered: Option<Arc<Answered>>,
}

/// How a line ended, as far as it says something that no event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All went well.
    Done,
    /// It failed; this is the cause if nothing else is known.
    Failed(&'static str),
}

/// Hears everything, and keeps what explains problems.
#[derive(Debug)]
pub(crate) struct Problems {
    circumstances: Circumstances,
    lines: VecDeque<LineEnd>,
    dropped_lines: usize,
    last: Option<Problem>,
    /// What has come since that may have solved it.
    since: Since,
    /// What the shell said that the last line failed of.
    verdict: Option<&'static str>,
    current: Current,
}

/// What has happened since the last problem.
#[derive(Clone, Copy, Debug, Default)]
struct Since {
    /// Its command was sent again.
    is_tried_again: bool,
    /// There is another connection.
    is_reconnected: bool,
}

/// What is known of the line that runs, or since the last one ended.
#[derive(Debug, Default)]
struct Current {
    number: Option<usize>,
    events: Vec<Event>,
    /// What the shell says the line failed of.
    verdict: Option<Event>,
    /// What the line has shown to be wrong, though it went well.
    finding: Option<Event>,
    refusal: Option<Arc<Answered>>,
    answered: Option<Arc<Answered>>,
    command: Option<Command>,
    redirection: Option<String>,
    /// The command has had its final reply.
    is_answered: bool,
}

impl Problems {
    pub(crate) fn new(circumstances: Circumstances) -> Self {
        Self {
            circumstances,
            lines: VecDeque::new(),
            dropped_lines: 0,
            last: None,
            since: Since::default(),
            verdict: None,
            current: Current::default(),
        }
    }

    /// What the user has set.
    pub(crate) fn set_tls(&mut self, resumes: bool, sends_close_notify: bool) {
        self.circumstances.resumes_tls = resumes;
        self.circumstances.sends_close_notify = sends_close_notify;
    }

    /// What names a built-in.
    pub(crate) fn set_builtins(&mut self, builtin: fn(&str) -> Option<&'static str>) {
        self.circumstances.builtin = builtin;
    }

    /// The connection that the command line asks for is about to be made: it is no line.
    pub(crate) fn begin_opening(&mut self) {
        self.current = Current {
            number: Some(0),
            ..Current::default()
        };
    }

    /// A line begins; its number.
    pub(crate) fn begin_line(&mut self) -> usize {
        let number = self.dropped_lines + self.lines.len() + 1;
        self.current = Current {
            number: Some(number),
            ..Current::default()
        };
        number
    }

    /// The line has ended so. What `resume` or an alias had to put up with on its way to success is no problem, unless
    /// the connection was lost of it.
    pub(crate) fn end_line(&mut self, ending: Ending) {
        let mut current = std::mem::take(&mut self.current);
        let finding = current.finding.take().filter(|_| ending == Ending::Done);
        let is_fine = finding.is_none();
        current.verdict = finding.or(current.verdict);
        self.verdict = current.verdict.as_ref().map(|event| event.cause);
        let problem = match ending {
            Ending::Done
                if is_fine && (self.circumstances.is_connected || current.events.is_empty()) =>
            {
                None
            }
            Ending::Done => Some(current.problem(None, self.circumstances)),
            Ending::Failed(cause) => Some(current.problem(Some(cause), self.circumstances)),
        };
        // That a line needs a connection is less than why there is none.
        let is_known = |it: &Problem| {
            it.event
                .as_ref()
                .is_some_and(|it| it.cause == "not-connected")
        };
        if let Some(problem) = &problem
            && !(self.last.is_some() && is_known(problem))
        {
            self.remember(problem.clone());
        }
        if current.number.is_none_or(|number| number == 0) {
            return;
        }
        self.lines.push_back(LineEnd {
            problem,
            answered: current.answered,
        });
        if self.lines.len() > LINES_KEPT {
            self.lines.pop_front();
            self.dropped_lines += 1;
        }
    }

    /// The command that comes next has this after it, as it would be typed.
    pub(crate) fn note_redirection(&mut self, redirection: Option<String>) {
        self.current.redirection = redirection;
    }

    /// Something did not work that no observation tells of: it is what the line failed of.
    pub(crate) fn judge(&mut self, event: Event) {
        self.current.verdict = Some(event);
    }

    /// The line goes well, and shows that something went wrong before.
    pub(crate) fn find(&mut self, event: Event) {
        self.current.finding = Some(event);
    }

    /// What the shell said that the last line failed of.
    pub(crate) fn verdict(&self) -> Option<&'static str> {
        self.verdict
    }

    /// Something happened; its cause, if it is a problem.
    pub(crate) fn note(&mut self, observation: &Observation) -> Option<&'static str> {
        self.note_circumstances(observation);
        self.note_solution(observation);
        if let Observation::CommandSent { command, .. } = observation {
            self.current.command = Some(command.without_secret());
            self.current.is_answered = false;
        }
        let cause = match observation {
            // A Synch that was taken for a line: what ABOR came to was told already.
            Observation::ReplyReceived {
                answered,
                assignment,
                ..
            } if assignment.fit == Fit::SecondReply && answered.is_to(&["ABOR"]) => None,
            Observation::ReplyReceived { answered, .. } => self.note_reply(answered),
            _ => Event::of(observation).map(|event| self.note_event(event)),
        };
        if matches!(observation, Observation::Connected { .. }) && self.current.number.is_none() {
            self.current = Current::default();
        }
        if self.current.number.is_none() && cause.is_some() {
            // It came at the prompt.
            self.remember(self.current.problem(None, self.circumstances));
        }
        cause
    }

    fn remember(&mut self, problem: Problem) {
        self.last = Some(problem);
        self.since = Since::default();
    }

    /// What a later success has solved is no problem any more, and a reply that is not awaited any more is told as such.
    fn note_solution(&mut self, observation: &Observation) {
        let Some(last) = &mut self.last else { return };
        match observation {
            Observation::Connected { .. } => self.since.is_reconnected = true,
            Observation::CommandSent { command, .. } => {
                self.since.is_tried_again |= last.is_of(&command.without_secret());
            }
            Observation::Resynchronised(verbs) => last.give_up(verbs.iter()),
            Observation::ReplyReceived {
                answered,
                assignment,
                ..
            } => {
                last.give_up(assignment.passed_over.iter().map(|(_, verb)| verb));
                if is_refusal(answered.reply.code) || answered.reply.code.is_preliminary() {
                    return;
                }
                let Some(command) = &answered.command else {
                    return;
                };
                let is_over = self.since.is_tried_again || last.awaits_reply();
                let has_logged_in = matches!(answered.reply.code.0, 230 | 232);
                if self.since.is_reconnected
                    || (is_over && last.is_of(command))
                    || (has_logged_in && last.is_of_login())
                {
                    self.last = None;
                } else {
                    last.is_followed_by_success = true;
                }
            }
            _ => {}
        }
    }

    /// `resume` of these names has succeeded.
    pub(crate) fn solve_resume(&mut self, names: &str) {
        let is_of = |last: &mut Problem| last.resumed() == Some(names);
        self.last.take_if(is_of);
    }

    fn note_event(&mut self, mut event: Event) -> &'static str {
        if event.cause == "no-reply" && self.current.command.is_none() {
            event.cause = "no-greeting";
        }
        if event.cause == "tls-not-spoken" && self.current.command.is_some() {
            event.cause = "tls-not-begun";
        }
        let cause = event.cause;
        let events = &mut self.current.events;
        if cause == "data-silent" || cause == "no-final-reply" {
            // The connection was reset here, because of that.
            events.retain(|earlier| earlier.cause != "data-reset");
        }
        if NOT_REACHED.contains(&cause) {
            // An alias tries one way after the other; what is told is the last command's.
            events.retain(|earlier| !NOT_REACHED.contains(&earlier.cause));
        }
        events.push(event);
        cause
    }

    fn note_reply(&mut self, answered: &Arc<Answered>) -> Option<&'static str> {
        let current = &mut self.current;
        current.answered = Some(Arc::clone(answered));
        current.is_answered |= !answered.reply.code.is_preliminary();
        if let Some(cause) = reply::reservation(answered) {
            current.finding = Some(Event::new(cause));
            return Some(cause);
        }
        if !is_refusal(answered.reply.code) {
            return None;
        }
        current.refusal = Some(Arc::clone(answered));
        let first = reply::explain(answered, self.circumstances, "").next();
        Some(first.map_or("refused", |it| it.id))
    }

    fn note_circumstances(&mut self, observation: &Observation) {
        let now = &mut self.circumstances;
        match observation {
            Observation::Connected { through, .. } => {
                now.is_connected = true;
                now.is_proxied = through.is_some();
                now.is_under_tls = false;
                now.abort_is_unanswered = false;
            }
            Observation::ControlSecured(_) => now.is_under_tls = true,
            Observation::TlsEnded => now.is_under_tls = false,
            Observation::TlsFailed(_) | Observation::ControlClosed { .. } => {
                now.is_connected = false;
                now.is_under_tls = false;
            }
            Observation::AbortUnanswered => now.abort_is_unanswered = true,
            Observation::AbortSent { .. } => now.abort_is_unanswered = false,
            _ => {}
        }
    }

    /// The last problem of all.
    pub(crate) fn last(&self) -> Option<&Problem> {
        self.last.as_ref()
    }

    /// What the line of this number came to; the first is 1.
    pub(crate) fn line(&self, number: usize) -> Option<&LineEnd> {
        let index = number.checked_sub(self.dropped_lines + 1)?;
        self.lines.get(index)
    }
}

impl Current {
    /// A port was offered last, so the line waits for a connection to it.
    fn is_dialling(&self) -> bool {
        let answered = self.answered.as_ref();
        answered
            .is_some_and(|it| it.is_to(&["PASV", "EPSV", "LPSV"]) && it.reply.code.is_positive())
    }

    /// What it failed of. The shell's verdict outweighs what was seen on the way, and an event a reply.
    fn problem(&self, otherwise: Option<&'static str>, circumstances: Circumstances) -> Problem {
        let is_refused = self.refusal.is_some();
        // Without a data connection a server may have another reason to refuse, and says which.
        let is_unconnected =
            |event: &&Event| ["data-not-connected", "data-port-was-refused"].contains(&event.cause);
        let counts = |event: &&Event| !is_refused || !is_unconnected(event);
        let first = self.events.iter().find(counts);
        // That a line needs a connection is less than why there is none.
        let says_more = |verdict: &&Event| first.is_none() || verdict.cause != "not-connected";
        let verdict = self.verdict.as_ref().filter(says_more);
        let seen = verdict.or(first).cloned();
        let fallback = otherwise.filter(|_| !is_refused || otherwise == Some("interrupted"));
        let event = seen.or_else(|| {
            Some(match fallback? {
                "interrupted" if self.command.is_some() && !self.is_answered => {
                    Event::new("reply-not-awaited")
                }
                "interrupted" if self.is_dialling() => Event::new("data-port-not-awaited"),
                cause => Event::new(cause),
            })
        });
        Problem {
            line: self.number,
            event,
            refusal: self.refusal.clone(),
            command: self.command.clone(),
            redirection: self.redirection.clone(),
            is_followed_by_success: false,
            is_verdict: self.verdict.is_some(),
            circumstances,
        }
    }
}

impl Problem {
    /// Whether a command does what did not work: it is the same one, or it stores the same file.
    fn is_of(&self, command: &Command) -> bool {
        let stores = |it: &Command| it.verb().is("STOR") || it.verb().is("APPE");
        let own = self.answered_command().filter(|_| !self.is_verdict);
        own.is_some_and(|own| {
            let is_same_file =
                stores(own) && stores(command) && own.argument() == command.argument();
            own.line() == command.line() || is_same_file
        })
    }

    /// A login was refused, under whatever name.
    fn is_of_login(&self) -> bool {
        let refused = self.refusal.as_ref();
        refused.is_some_and(|it| it.is_to(&["USER", "PASS", "ACCT"]) && !self.is_verdict)
    }

    fn awaits_reply(&self) -> bool {
        let event = self.event.as_ref();
        event.is_some_and(|event| AWAITING_REPLY.contains(&event.cause))
    }

    /// Replies to these verbs are not awaited any more.
    fn give_up<'a>(&mut self, mut verbs: impl Iterator<Item = &'a Verb>) {
        let own = self.command.as_ref().map(Command::verb);
        let is_given_up = verbs.any(|verb| Some(verb) == own.as_ref());
        if let Some(event) = self.event.as_mut().filter(|_| is_given_up)
            && AWAITING_REPLY.contains(&event.cause)
        {
            event.cause = "reply-given-up";
        }
    }

    /// What follows `resume` in the line, if that is what failed.
    pub(crate) fn resumed(&self) -> Option<&str> {
        self.event.as_ref()?.fact("names")
    }

    /// What was said when it happened is all that there is to say.
    pub(crate) fn says_all_by_itself(&self) -> bool {
        self.event.as_ref().is_some_and(|event| {
            let is_declined = event.fact("failure") == Some(DECLINED);
            is_declined || ["local-line", "connect-failed", "interrupted"].contains(&event.cause)
        })
    }

    /// Everything that explains it, the most likely first; `show` makes a text of somebody else harmless, `command` is
    /// the last command as it may be shown.
    pub(crate) fn explanations(
        &self,
        command: &str,
        show: &dyn Fn(&str) -> String,
    ) -> Vec<Explanation> {
        let replies = self.refusal.iter();
        let replies = replies.flat_map(|it| reply::explain(it, self.circumstances, command));
        let mut all: Vec<Explanation> = replies.collect();
        let Some(event) = &self.event else {
            return all;
        };
        let ends_session = |answered: &Arc<Answered>| {
            answered.reply.code == ReplyCode(421) || is_refused_greeting(answered)
        };
        let is_end = self.refusal.as_ref().is_some_and(ends_session);
        let is_of_transfer = event.is_of_transfer();
        let says_why = |it: &Explanation| {
            let says_more = is_of_transfer && !THAT_IT_BROKE.contains(&it.id);
            event.by_server && (it.is_in_servers_words || is_end || says_more)
        };
        let place = usize::from(all.first().is_some_and(says_why));
        let verb = self.answered_command().map(Command::verb);
        all.insert(place, event.explanation(verb.as_ref(), command, show));
        all
    }

    /// What the line had after the command, if its data went or came from elsewhere than the screen.
    pub(crate) fn redirection(&self) -> &str {
        let moved_data = |it: &Command| data_direction(it).is_some();
        let is_its_own = self.answered_command().is_some_and(moved_data);
        let redirection = self.redirection.as_deref().filter(|_| is_its_own);
        redirection.unwrap_or_default()
    }

    /// The command that was refused, or else the last one.
    pub(crate) fn answered_command(&self) -> Option<&Command> {
        let refused = self.refusal.as_ref().and_then(|it| it.command.as_ref());
        refused.or(self.command.as_ref())
    }
}

impl Event {
    /// The refusal of its line is the server's last word about the transfer.
    fn is_of_transfer(&self) -> bool {
        self.fact("progress").is_some() || self.cause == "upload-reset"
    }

    fn explanation(
        &self,
        verb: Option<&Verb>,
        command: &str,
        show: &dyn Fn(&str) -> String,
    ) -> Explanation {
        let shown = self.facts.iter().map(|(name, fact)| (*name, show(fact)));
        // What is known of the event says more than its command does.
        let facts: Vec<_> = shown.chain(facts::of_command(verb, command)).collect();
        Explanation::of(self.cause, &facts)
    }
}

/// Causes that the reply, when it comes, may solve.
const AWAITING_REPLY: &[&str] = &["reply-not-awaited", "no-reply", "no-final-reply"];

/// What a reply says that tells no more of a cut than the cut itself.
const THAT_IT_BROKE: &[&str] = &["data-connection-broke", "no-data-connection"];

/// Causes of a port that was offered and could not be reached.
pub(crate) const NOT_REACHED: &[&str] = &[
    "data-port-refused",
    "data-port-silent",
    "data-port-unreachable",
];

/// More lines than anyone asks about.
const LINES_KEPT: usize = 1000;

#[cfg(test)]
mod tests;
