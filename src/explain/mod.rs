//! Anybody's log, explained without a server: what happened in it, what went wrong first, and what is odd.
//!
//! ```text
//! LogReader: lines -> Session: user-PI, linter, what the client said -> Explained
//! ```

mod found;
mod missing;
mod preparation;
mod said;
mod session;
mod story;
mod traceback;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead};

use crate::evidence::explanation::Explanation;
use crate::evidence::fragment;
use crate::evidence::linter;
use crate::protocol::{Command, SecretEcho};
use crate::transcript::import::log::masking::LogSecrets;
use crate::transcript::import::log::{LogReader, Meaning};
use found::Found;
use session::Session;
pub(crate) use story::Story;

/// What there is to say of a log. Its texts are of the log, and not escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explained {
    /// The program that wrote most of it.
    pub(crate) program: Option<&'static str>,
    pub(crate) lines: usize,
    pub(crate) sessions: usize,
    /// A command or a reply was read.
    pub(crate) has_dialogue: bool,
    /// How many lines say nothing that is known.
    pub(crate) not_understood: usize,
    /// The first of them.
    pub(crate) first_not_understood: Vec<usize>,
    /// The session with the first problem; without a problem, the first one.
    pub(crate) story: Story,
    /// What went wrong first, and was not overcome.
    pub(crate) problem: Option<Wrong>,
    /// What went wrong later, in the order of the lines.
    pub(crate) later: Vec<Wrong>,
    /// What the client got over, in the order of the lines.
    pub(crate) overcome: Vec<Wrong>,
    /// What the server should not have said.
    pub(crate) oddities: Vec<linter::Found>,
}

/// Something that went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) line: usize,
    /// The line of the log that says so: a reply, or what the client said.
    pub(crate) text: Vec<u8>,
    /// What was asked for, without secrets.
    pub(crate) command: Option<Command>,
    /// What came before it that another session has to send too; the login aside.
    pub(crate) steps: Vec<Command>,
    /// The cause, and what else may be one.
    pub(crate) explanations: Vec<Explanation>,
    /// `SERVER: OPTION` for each option that changes it.
    pub(crate) server_options: Vec<&'static str>,
}

impl Explained {
    /// Without what any line of the log has told to be a secret.
    fn without(mut self, secrets: &LogSecrets) -> Self {
        let echo = secrets.all();
        let all = self.problem.iter_mut().chain(&mut self.later);
        for wrong in all.chain(&mut self.overcome) {
            wrong.hide(echo);
        }
        self.story.user = self
            .story
            .user
            .map(|user| match secrets.may_be_password(&user) {
                true => b"****".to_vec(),
                false => shortened(echo.masked(&user), LONGEST_TEXT),
            });
        self
    }
}

impl Wrong {
    fn hide(&mut self, echo: &SecretEcho) {
        let hide = |text: &mut String| {
            if !echo.places(text.as_bytes(), false).is_empty() {
                *text = String::from_utf8_lossy(&echo.masked(text.as_bytes())).into_owned();
            }
        };
        self.text = shortened(echo.masked(&self.text), LONGEST_TEXT);
        self.command = self.command.take().map(|it| it.without_echoes(echo));
        for step in &mut self.steps {
            *step = step.without_echoes(echo);
        }
        for explanation in &mut self.explanations {
            hide(&mut explanation.here);
            hide(&mut explanation.next);
        }
    }

    /// What was asked for has this verb.
    pub(crate) fn is_of(&self, verb: &str) -> bool {
        let command = self.command.as_ref();
        command.is_some_and(|command| command.verb().is(verb))
    }

    /// The name of the cause.
    pub(crate) fn cause(&self) -> &'static str {
        self.explanations.first().map_or("refused", |it| it.id)
    }
}

/// Reads a log; `None` if nothing in it is FTP. `show` makes a text of the log harmless.
///
/// # Errors
///
/// What reading says.
pub(crate) fn explain(
    source: impl BufRead,
    show: &dyn Fn(&[u8]) -> String,
) -> io::Result<Option<Explained>> {
    let mut reader = LogReader::new(source);
    let mut log = Log::new(show);
    while let Some(line) = reader.next_line()? {
        log.explained.lines = log.explained.lines.max(line.number);
        if let Some(program) = line.program {
            *log.programs.entry(program).or_default() += 1;
        }
        let number = line.session;
        let session = log.sessions.entry(number);
        let session = session.or_insert_with(|| Session::new(line.number));
        let is_known = session.take(&line);
        if matches!(line.meaning, Meaning::Unknown(_)) && !is_known {
            log.explained.not_understood += 1;
            if log.explained.first_not_understood.len() < NUMBERS_KEPT {
                log.explained.first_not_understood.push(line.number);
            }
        }
        if log.sessions.len() > SESSIONS_OPEN {
            let oldest = log.sessions.keys().copied().find(|it| *it != number);
            log.close(oldest);
        }
    }
    let explained = log.end();
    Ok(explained.map(|explained| explained.without(reader.secrets())))
}

/// What is known in the middle of a log.
struct Log<'a> {
    show: &'a dyn Fn(&[u8]) -> String,
    sessions: BTreeMap<usize, Session>,
    programs: HashMap<&'static str, usize>,
    explained: Explained,
    /// The first line of the session that the story is of.
    story_of: Option<usize>,
}

impl<'a> Log<'a> {
    fn new(show: &'a dyn Fn(&[u8]) -> String) -> Self {
        Self {
            show,
            sessions: BTreeMap::new(),
            programs: HashMap::new(),
            explained: Explained::default(),
            story_of: None,
        }
    }

    fn close(&mut self, number: Option<usize>) {
        let Some(mut session) = number.and_then(|number| self.sessions.remove(&number)) else {
            return;
        };
        session.end();
        if !session.has_dialogue() && session.found.is_empty() {
            return;
        }
        self.explained.sessions += 1;
        self.explained.has_dialogue |= session.has_dialogue() && !session.story.lacks_replies;
        let first = session.found.iter().find(|found| !found.is_overcome);
        let line = first.map(|found| found.line);
        let best = self.explained.problem.as_ref().map(|wrong| wrong.line);
        let is_first = match (line, best) {
            (Some(line), Some(best)) => line < best,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => self.story_of.is_none_or(|first| session.first_line < first),
        };
        if is_first {
            self.explained.story = session.story.clone();
            self.story_of = Some(session.first_line);
        }
        for found in &session.found {
            self.keep(found, session.server);
        }
        for odd in session.linter.found() {
            keep_oddity(&mut self.explained.oddities, odd);
        }
    }

    fn keep(&mut self, found: &Found, server: Option<&str>) {
        let mut wrong = self.wrong(found);
        let is_of = |option: &&str| server.is_none_or(|it| option.split(": ").next() == Some(it));
        wrong.server_options.retain(is_of);
        if found.is_overcome {
            keep_in_order(&mut self.explained.overcome, wrong);
            return;
        }
        match &mut self.explained.problem {
            Some(first) if first.line <= wrong.line => {
                keep_in_order(&mut self.explained.later, wrong);
            }
            first => {
                if let Some(before) = first.replace(wrong) {
                    keep_in_order(&mut self.explained.later, before);
                }
            }
        }
    }

    fn wrong(&self, found: &Found) -> Wrong {
        let problem = &found.problem;
        let answered = problem.refusal.as_ref();
        let command = answered.and_then(|it| it.command.as_ref());
        let command = command.or(problem.command.as_ref()).map(brief);
        let shown = command
            .as_ref()
            .map(|command| [command.masked(), problem.redirection().into()].join(&b' '))
            .map(|line| (self.show)(line.trim_ascii_end()));
        let show = |text: &str| (self.show)(text.as_bytes());
        let mut explanations = problem.explanations(shown.as_deref().unwrap_or(UNKNOWN), &show);
        explanations.retain(|it| !OF_OUR_LINES.contains(&it.id));
        let first = explanations.first();
        let reply = answered.and_then(|it| it.reply.lines.last().cloned());
        let said = problem.event.as_ref().and_then(|event| event.fact("said"));
        let text = match reply {
            Some(reply) if !found.is_by_event(first) => reply,
            reply => said.map_or(reply.unwrap_or_default(), |said| said.as_bytes().to_vec()),
        };
        let is_active = first.is_some_and(|it| ACTIVE.contains(&it.id));
        let steps = command.as_ref();
        let steps = steps.map(|command| found.preparation.steps(command, is_active));
        Wrong {
            line: found.line_of(first),
            text,
            steps: steps.unwrap_or_default().iter().map(brief).collect(),
            command,
            server_options: first.map_or_else(Vec::new, |it| fragment::server_options(it.id)),
            explanations,
        }
    }

    fn end(mut self) -> Option<Explained> {
        while let Some(number) = self.sessions.keys().next().copied() {
            self.close(Some(number));
        }
        let most = self
            .programs
            .iter()
            .max_by_key(|(name, lines)| (**lines, **name));
        self.explained.program = most.map(|(name, _)| *name);
        (self.explained.sessions > 0).then_some(self.explained)
    }
}

fn shortened(text: Vec<u8>, limit: usize) -> Vec<u8> {
    match text.get(..limit) {
        Some(beginning) if text.len() > limit => [beginning, b"..."].concat(),
        _ => text,
    }
}

/// The command, cut where its argument goes on for ever.
fn brief(command: &Command) -> Command {
    let cut = Command::new(shortened(command.masked(), LONGEST_TEXT));
    let is_long = command.line().len() > LONGEST_TEXT;
    cut.ok()
        .filter(|_| is_long)
        .unwrap_or_else(|| command.clone())
}

fn keep_in_order(all: &mut Vec<Wrong>, wrong: Wrong) {
    let place = all.partition_point(|it| it.line <= wrong.line);
    all.insert(place, wrong);
    all.truncate(WRONG_KEPT);
}

fn keep_oddity(all: &mut Vec<linter::Found>, odd: &linter::Found) {
    if let Some(known) = all.iter_mut().find(|it| it.oddity == odd.oddity) {
        known.times += odd.times;
        known.place = known.place.min(odd.place);
    } else if all.len() < WRONG_KEPT {
        all.push(odd.clone());
    }
}

/// In the place of a command that the log does not show.
const UNKNOWN: &str = "the command";
/// Causes of what the server connects for.
const ACTIVE: [&str; 2] = ["active-blocked", "active-not-connected"];
/// What only a line of ftpsh can be wrong with.
const OF_OUR_LINES: [&str; 1] = ["operator-without-space"];
/// Bytes that are repeated of a line.
const LONGEST_TEXT: usize = 400;
/// Line numbers that are told.
const NUMBERS_KEPT: usize = 10;
/// Later problems that are told.
const WRONG_KEPT: usize = 50;
/// Sessions that go on at the same time; the oldest is taken to be over.
const SESSIONS_OPEN: usize = 200;

#[cfg(test)]
mod tests;
