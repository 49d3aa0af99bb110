//! The one printer: what happened in a session, as escaped and coloured text.
//!
//! ```text
//! → PASV
//! 227 Entering Passive Mode (127,0,0,1,11,79)
//!   data connection open to 127.0.0.1:2895  (11 x 256 + 79 = 2895)
//! ```

mod clock;
mod progress;
mod raw_bytes;
mod screen;
mod tls;
mod words;

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nu_ansi_term::{Color, Style};

use crate::client::{Observation, Observer, Origin, TransferResult};
use crate::evidence::event::Event;
use crate::evidence::words::without_os_codes;
use crate::protocol::ledger::{Assignment, Fit};
use crate::protocol::verbs::{self, DataDirection};
use crate::protocol::{DataPort, Reply, ReplyClass, ReplyCode, Verb};

use super::escape::escape;
use super::page::words_of;
use super::problem_log::ProblemLog;
use super::script_output::ScriptOutput;
use crate::shell::charset::Charset;
use crate::shell::config::secrets::{without_secrets, without_userinfo};
use crate::shell::config::settings::Settings;
use crate::shell::exit::Exit;
use progress::ProgressLine;

pub(crate) use crate::evidence::words::count;
pub(crate) use clock::{Clock, Moment, elapsed};
pub(crate) use raw_bytes::{describe as sent_bytes, hexadecimal};
pub(crate) use screen::write_to_standard_error;
pub(crate) use screen::{Dialogue, Screen};
pub(crate) use tls::{agreed, certificate_rows};
pub(crate) use words::{connected, list_verbs};

/// Paints observations, and whatever else the shell has to say.
#[derive(Clone, Debug)]
pub(crate) struct Painter {
    screen: Screen,
    /// Shared by all clones: the session's thread paints too.
    shows_hints: Arc<AtomicBool>,
    /// `set time`. Shared in the same way.
    shows_time: Arc<AtomicBool>,
    clock: Clock,
    /// The name that the configuration has for the server.
    host: Option<String>,
    /// Only refusals, warnings and errors are shown.
    is_quiet: bool,
    /// The last command that was not shown for that reason, and what was said about it.
    unshown: Vec<Line>,
    /// That there is no data connection, until the reply to the command shows whether that is what is wrong.
    held: Vec<Line>,
    /// How many data connections of this session were shown with their arithmetic.
    ports_explained: usize,
    /// This side has ended the transfer, so its reply is no news where the dialogue is not shown.
    has_left_early: bool,
    /// Of the transfer that runs now.
    progress: Option<Arc<ProgressLine>>,
    output: ScriptOutput,
    problems: ProblemLog,
}

/// A line before it is coloured.
#[derive(Clone, Debug)]
struct Line {
    style: Style,
    text: String,
    /// How far the rows after the first are indented; `None` for what is not broken into rows.
    hang: Option<usize>,
}

/// How a line of our own is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What happened.
    Note,
    /// What the user may do next; `set hints off` hides it.
    Hint,
    /// It went well, and was checked.
    Success,
    /// Something is odd.
    Warning,
    /// It did not work.
    Error,
}

impl Painter {
    /// Paints on this screen.
    pub(crate) fn new(screen: Screen) -> Self {
        Self {
            output: ScriptOutput::none(screen.clone()),
            problems: ProblemLog::default(),
            screen,
            shows_hints: Arc::new(AtomicBool::new(true)),
            host: None,
            progress: None,
            has_left_early: false,
            ports_explained: 0,
            shows_time: Arc::default(),
            clock: Clock::default(),
            is_quiet: false,
            unshown: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The same without the dialogue: what was asked for, refusals, warnings and errors remain.
    pub(crate) fn quiet(self) -> Self {
        Self {
            is_quiet: true,
            ..self
        }
    }

    /// The same beside what a script puts out for other programs.
    pub(crate) fn beside(self, output: ScriptOutput) -> Self {
        Self { output, ..self }
    }

    /// The same for a server that has a name in the configuration.
    pub(crate) fn naming(&self, host: Option<&String>) -> Self {
        Self {
            host: host.cloned(),
            ..self.clone()
        }
    }

    /// Heeds what the user has set, from now on.
    pub(crate) fn heed(&self, settings: &Settings) {
        self.shows_hints.store(settings.hints, Ordering::Relaxed);
        self.shows_time.store(settings.time, Ordering::Relaxed);
        self.screen.set_charset(settings.charset());
        self.problems.heed(settings);
    }

    /// The screen below.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// What a script puts out for other programs.
    pub(crate) fn output(&self) -> &ScriptOutput {
        &self.output
    }

    /// The problems of this run.
    pub(crate) fn problems(&self) -> &ProblemLog {
        &self.problems
    }

    /// Says something in the shell's own words, indented to tell it from replies. `text` must be free of what a
    /// server or a file name could have put there: escape it first.
    pub(crate) fn say(&self, tone: Tone, text: &str) {
        if tone == Tone::Error {
            self.output.note_error(&without_os_codes(text));
        }
        if (tone == Tone::Hint && !self.has_hints()) || !self.shows(tone) {
            return;
        }
        // Whatever is repeated here, a file name or an argument, somebody may have meant for a URL.
        for line in own_lines(tone, &without_userinfo(text)) {
            self.paint(&line, 0);
        }
    }

    /// Shows labels, and texts in a column of their own.
    pub(crate) fn say_rows(&self, rows: &[(&str, String)]) {
        if !self.shows(Tone::Note) {
            return;
        }
        for (label, text) in rows {
            let text = without_userinfo(text);
            let line = Line {
                style: Style::new().dimmed(),
                text: format!("  {label:<ROW_LABEL_COLUMNS$}{text}"),
                hang: Some("  ".len() + ROW_LABEL_COLUMNS),
            };
            self.paint(&line, 0);
        }
    }

    /// Says why a line was not carried out.
    pub(crate) fn refuse(&self, problem: &dyn Display) -> Exit {
        self.refuse_for("local-line", problem)
    }

    /// The same for a reason that has a cause of its own.
    pub(crate) fn refuse_for(&self, cause: &'static str, problem: &dyn Display) -> Exit {
        let text = problem.to_string();
        self.problems
            .judge(Event::new(cause).with("error", without_os_codes(&text)));
        self.say(Tone::Error, &text);
        Exit::Usage
    }

    /// Says why a local file cannot be used.
    pub(crate) fn refuse_file(&self, path: &Path, error: &io::Error) -> Exit {
        let path = path.to_string_lossy();
        let path = escape(without_secrets(&path).as_bytes());
        let text = format!("{path}: {error}");
        let event = Event::of_file(error.kind());
        self.problems
            .judge(event.with("error", without_os_codes(&text)));
        self.say(Tone::Error, &format!("{text}. Nothing was sent"));
        Exit::LocalFile
    }

    /// Prints a line as it is: help, lists.
    pub(crate) fn plain(&self, text: &str) {
        for line in text.lines() {
            self.screen.line(line);
        }
    }

    /// Paints what happened at this moment.
    pub(crate) fn paint_at(&mut self, moment: &Moment, observation: &Observation) {
        self.paint_lines_of(moment, observation);
        if matches!(observation, Observation::ReplyReceived { .. }) {
            self.screen.note_reply();
        }
    }

    fn paint_lines_of(&mut self, moment: &Moment, observation: &Observation) {
        match observation {
            Observation::TransferMoving(_) if self.is_quiet => return,
            Observation::TransferMoving(progress) => {
                let line = self
                    .progress
                    .get_or_insert_with(|| Arc::new(ProgressLine::new()));
                return line.show(progress, &self.screen);
            }
            Observation::TransferEnded(_) => {
                self.progress = None;
                self.screen.end_status();
            }
            Observation::Connected { .. } => self.ports_explained = 0,
            _ => {}
        }
        let known = self.without_known_arithmetic(observation);
        let observation = known.as_ref().unwrap_or(observation);
        let mut lines = match (observation, &self.host) {
            (Observation::Connected { peer, through }, Some(host)) => {
                let named = format!("{host} ({peer})");
                own_lines(Tone::Note, &connected(&named, through.as_ref()))
            }
            _ => lines_of(observation, self.has_hints(), self.screen.charset()),
        };
        self.hold_back(observation, &mut lines);
        if self.is_quiet {
            lines = self.break_silence(observation, lines);
        }
        if !self.shows_time.load(Ordering::Relaxed) {
            for line in lines {
                self.paint(&line, 0);
            }
            return;
        }
        let mut column = moment.column();
        for line in lines {
            for text in self.rows_of(&line, column.chars().count()) {
                let shown = self.styled(Style::new().dimmed(), &column);
                let text = self.styled(line.style, &text);
                self.screen.line(&format!("{shown}{text}"));
                column = Moment::empty_column();
            }
        }
    }

    /// A missing data connection is told of after the reply that it explains, or when none comes.
    fn hold_back(&mut self, observation: &Observation, lines: &mut Vec<Line>) {
        match observation {
            Observation::NoDataConnection { .. } => self.held = std::mem::take(lines),
            Observation::CommandSent { .. } => self.held.clear(),
            Observation::StillWaiting { .. } => {
                lines.splice(0..0, std::mem::take(&mut self.held));
            }
            // In the quiet form nothing is shown of a 1yz.
            Observation::ReplyReceived { reply, .. } if self.is_quiet && reply.code.0 < 200 => {}
            Observation::ReplyReceived { reply, .. } => {
                let held = std::mem::take(&mut self.held);
                if speaks_of_data_connection(reply.code) {
                    lines.extend(held);
                }
            }
            _ => {}
        }
    }

    /// A port whose arithmetic need not be shown any more.
    fn without_known_arithmetic(&mut self, observation: &Observation) -> Option<Observation> {
        let Observation::DataConnectionOpened {
            dialled,
            offered,
            ignored_host,
        } = observation
        else {
            return None;
        };
        self.ports_explained += usize::from(offered.arithmetic.is_some());
        (self.ports_explained > PORTS_EXPLAINED).then(|| Observation::DataConnectionOpened {
            dialled: dialled.clone(),
            offered: DataPort {
                arithmetic: None,
                ..offered.clone()
            },
            ignored_host: *ignored_host,
        })
    }

    /// How a transcript went: `word` says it; `text` must be escaped.
    pub(crate) fn verdict(&self, tone: Tone, word: &str, text: &str) {
        if !self.shows(tone) {
            return;
        }
        let style = match tone {
            Tone::Success => Color::Green.bold(),
            Tone::Warning => Color::Yellow.bold(),
            Tone::Error => Color::Red.bold(),
            Tone::Note | Tone::Hint => Style::new().dimmed(),
        };
        let word = format!("{word:<8}");
        let word = if self.screen.has_colour() {
            style.paint(word).to_string()
        } else {
            word
        };
        let line = Line {
            style: Style::new(),
            text: text.to_owned(),
            hang: Some(0),
        };
        let rows = self.rows_of(&line, VERDICT_COLUMNS);
        for (index, row) in rows.iter().enumerate() {
            let before = match index {
                0 => format!("  {word} "),
                _ => " ".repeat(VERDICT_COLUMNS),
            };
            self.screen.line(&format!("{before}{row}"));
        }
    }

    /// An excerpt of a transcript, and what is expected above what came; all escaped.
    pub(crate) fn difference(&self, excerpt: &[String], expected: &[String], actual: &[String]) {
        for line in excerpt {
            self.paint(&Line::whole(Style::new(), format!("    {line}")), 0);
        }
        let rows = [
            ("expected", Color::Green, expected),
            ("actual", Color::Red, actual),
        ];
        for (word, colour, lines) in rows {
            for (index, line) in lines.iter().enumerate() {
                let word = if index == 0 { word } else { "" };
                let text = format!("    {word:<8}  {line}");
                self.paint(&Line::whole(colour.normal(), text), 0);
            }
        }
    }

    /// The rows of one step of a comparison, escaped: what is the same on both sides is dim.
    pub(crate) fn compared(&self, is_same: bool, rows: &[String]) {
        if is_same && self.is_quiet {
            return;
        }
        for (index, row) in rows.iter().enumerate() {
            let style = match (is_same, index) {
                (true, _) => Style::new().dimmed(),
                (false, 0) => Color::Yellow.bold(),
                (false, _) => Style::new(),
            };
            self.paint(&Line::whole(style, row.clone()), 0);
        }
    }

    fn shows(&self, tone: Tone) -> bool {
        !self.is_quiet || matches!(tone, Tone::Warning | Tone::Error)
    }

    /// What is shown of an observation where the dialogue is not: a refusal, with the command that was refused, and
    /// whatever is odd.
    fn break_silence(&mut self, observation: &Observation, lines: Vec<Line>) -> Vec<Line> {
        match observation {
            Observation::CommandSent { .. }
            | Observation::BytesSent(_)
            | Observation::AbortSent { .. } => {
                self.has_left_early = false;
                self.unshown = lines;
                Vec::new()
            }
            Observation::TransferEnded(end) if end.result == TransferResult::ReaderClosed => {
                self.has_left_early = true;
                Vec::new()
            }
            Observation::ReplyReceived { reply, .. }
                if reply.code.is_negative() && std::mem::take(&mut self.has_left_early) =>
            {
                Vec::new()
            }
            Observation::ReplyReceived {
                reply,
                assignment,
                awaited,
                ..
            } => {
                let is_odd = mark(reply.code, assignment, *awaited).is_some()
                    || !assignment.passed_over.is_empty();
                if !reply.code.is_negative() && !is_odd {
                    return shortened(reply);
                }
                let mut shown = std::mem::take(&mut self.unshown);
                shown.extend(lines);
                shown
            }
            other => {
                let described = words::describe(other, self.screen.charset());
                let is_shown = described.is_some_and(|(tone, _)| self.shows(tone));
                if is_shown { lines } else { Vec::new() }
            }
        }
    }

    fn has_hints(&self) -> bool {
        self.shows_hints.load(Ordering::Relaxed)
    }

    fn paint(&self, line: &Line, taken_columns: usize) {
        for text in self.rows_of(line, taken_columns) {
            self.screen.line(&self.styled(line.style, &text));
        }
    }

    /// The rows of the terminal that a line takes: the shell's own words are broken between words.
    fn rows_of(&self, line: &Line, taken_columns: usize) -> Vec<String> {
        let (Some(hang), Some(columns)) = (line.hang, self.screen.row()) else {
            return vec![line.text.clone()];
        };
        let columns = columns.saturating_sub(taken_columns).max(NARROWEST_ROW);
        let indent = " ".repeat(hang);
        let options = textwrap::Options::new(columns)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::Custom(words_of));
        let rows = textwrap::wrap(&line.text, options);
        rows.into_iter().map(String::from).collect()
    }

    /// Prints a text that clap has laid out, in rows of whole words.
    pub(crate) fn say_as_laid_out(&self, text: &str) {
        for line in text.trim_end().lines() {
            let indent = line.len() - line.trim_start().len();
            let line = Line {
                style: Style::new(),
                text: line.to_owned(),
                hang: Some(indent),
            };
            self.paint(&line, 0);
        }
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.screen.has_colour() {
            style.paint(text).to_string()
        } else {
            text.to_owned()
        }
    }
}

impl Observer for Painter {
    fn observe(&mut self, observation: &Observation) {
        let moment = self.clock.read(observation);
        self.paint_at(&moment, observation);
    }
}

impl Line {
    /// A line that stays in one piece.
    fn whole(style: Style, text: String) -> Self {
        Self {
            style,
            text,
            hang: None,
        }
    }
}

/// Whether the reply may mean that there is no data connection: one of these says so, and after a 1yz the server waits for
/// one.
fn speaks_of_data_connection(code: ReplyCode) -> bool {
    code.0 < 200 || matches!(code.0, 425 | 426 | 503 | 551)
}

fn own_lines(tone: Tone, text: &str) -> Vec<Line> {
    let style = match tone {
        Tone::Note | Tone::Hint => Style::new().dimmed(),
        Tone::Success => Color::Green.bold(),
        Tone::Warning => Color::Yellow.normal(),
        Tone::Error => Color::Red.bold(),
    };
    let prefix = match tone {
        Tone::Note | Tone::Hint | Tone::Success => "  ",
        Tone::Warning => "  note: ",
        Tone::Error => "ftpsh: ",
    };
    let text = without_os_codes(text);
    let lines = text.lines().map(|line| Line {
        style,
        text: format!("{prefix}{line}"),
        hang: Some(prefix.len()),
    });
    lines.collect()
}

/// Before the text of a verdict: a word of at most eight letters, and blanks around it.
const VERDICT_COLUMNS: usize = 11;

/// Who has seen it twice can do it.
const PORTS_EXPLAINED: usize = 2;

/// What is shown of an observation; nothing of a line that is on the screen because it was typed.
fn lines_of(observation: &Observation, hints: bool, charset: Charset) -> Vec<Line> {
    let sent = |text: String| vec![Line::whole(Color::Cyan.normal(), format!("→ {text}"))];
    match observation {
        Observation::CommandSent {
            origin: Origin::Typed,
            ..
        } => Vec::new(),
        Observation::CommandSent {
            command,
            origin: Origin::Shown,
        } => sent(charset.escape(&command.masked())),
        Observation::AbortSent { synch: true } => {
            sent("ABOR  (with Telnet IP and Synch)".to_owned())
        }
        Observation::AbortSent { synch: false } => sent("ABOR".to_owned()),
        Observation::BytesSent(pieces) => {
            let mut lines = sent(raw_bytes::describe(pieces));
            if raw_bytes::lost_urgency(pieces) {
                lines.extend(own_lines(Tone::Warning, raw_bytes::NOT_URGENT));
            }
            lines
        }
        Observation::ReplyReceived {
            reply,
            assignment,
            awaited,
            ..
        } => reply_lines(reply, assignment, *awaited, charset),
        other => words::describe(other, charset)
            .filter(|(tone, _)| hints || *tone != Tone::Hint)
            .map(|(tone, text)| own_lines(tone, &text))
            .unwrap_or_default(),
    }
}

/// What is said of an observation, if anything is.
pub(crate) fn in_words(observation: &Observation, charset: Charset) -> Option<String> {
    words::describe(observation, charset).map(|(_, text)| without_os_codes(&text))
}

fn reply_lines(
    reply: &Reply,
    assignment: &Assignment,
    awaited: bool,
    charset: Charset,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for (_, verb) in &assignment.passed_over {
        let text = format!("{} got no reply", words::verb(verb));
        lines.extend(own_lines(Tone::Warning, &text));
    }
    if keeps_aborted_download(reply.code, assignment) {
        lines.extend(own_lines(Tone::Warning, DATA_MAY_COME_LATER));
    }
    if let Some(mark) = mark(reply.code, assignment, awaited) {
        lines.extend(own_lines(Tone::Warning, &mark));
    }
    let style = style_of(reply.code.class());
    let text = reply.lines.iter();
    lines.extend(text.map(|line| Line::whole(style, charset.escape(line))));
    if let Some(code) = reply.ended_with {
        let text = format!("the reply began with {} and ended with {code}", reply.code);
        lines.extend(own_lines(Tone::Warning, &text));
    }
    lines.extend(shortened(reply));
    lines
}

/// Says that not all of the reply was kept.
fn shortened(reply: &Reply) -> Vec<Line> {
    if reply.dropped_bytes == 0 {
        return Vec::new();
    }
    let dropped = count(reply.dropped_bytes, "byte");
    let text = format!("the reply was longer; {dropped} of it are not shown");
    own_lines(Tone::Warning, &text)
}

/// 225 says that no transfer was in progress, although one had begun. pyftpdlib does that to a download whose data
/// connection it has not accepted yet, and sends its data in front of those of the next transfer.
fn keeps_aborted_download(code: ReplyCode, assignment: &Assignment) -> bool {
    let is_received = |verb: &Verb| {
        verbs::entry(verb).is_some_and(|entry| entry.data == Some(DataDirection::Received))
    };
    let is_abort = assignment.verb.as_ref().is_some_and(|verb| verb.is("ABOR"));
    let mut passed_over = assignment.passed_over.iter();
    is_abort && code == ReplyCode(225) && passed_over.any(|(_, verb)| is_received(verb))
}

const DATA_MAY_COME_LATER: &str =
    "the server may send its data in front of those of the next transfer: QUIT and `open` are safe";

/// What is odd about a reply, if anything is.
fn mark(code: ReplyCode, assignment: &Assignment, awaited: bool) -> Option<String> {
    let verb = assignment
        .verb
        .as_ref()
        .map(words::verb)
        .unwrap_or_default();
    match assignment.fit {
        // The one reply that a server may send of its own accord (RFC 959 section 5.4).
        Fit::Unexpected if code == ReplyCode(421) => None,
        Fit::Unexpected => Some("an unexpected reply:".to_owned()),
        Fit::SecondReply => Some(format!("a second reply to {verb}:")),
        Fit::Unlisted => Some(format!(
            "not an expected reply to {verb}, but no other command is outstanding:"
        )),
        Fit::Late => Some(format!("late reply to {verb}:")),
        Fit::Listed | Fit::Tolerated if !awaited => Some(format!("late reply to {verb}:")),
        Fit::Listed | Fit::Tolerated => None,
    }
}

fn style_of(class: ReplyClass) -> Style {
    match class {
        ReplyClass::PositivePreliminary => Color::Blue.normal(),
        ReplyClass::PositiveCompletion => Color::Green.normal(),
        ReplyClass::PositiveIntermediate => Color::Yellow.normal(),
        ReplyClass::TransientNegativeCompletion => Color::Purple.normal(),
        ReplyClass::PermanentNegativeCompletion => Color::Red.normal(),
        ReplyClass::Protected | ReplyClass::Unclassified => Style::new(),
    }
}

const ROW_LABEL_COLUMNS: usize = 13;
/// Below so many columns words are broken anyway.
const NARROWEST_ROW: usize = 20;
