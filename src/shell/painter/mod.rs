//! The one printer: what happened in a session, as escaped and coloured text.
//!
//! ```text
//! → PASV
//! 227 Entering Passive Mode (127,0,0,1,11,79)
//!   data connection open to 127.0.0.1:2895  (11 x 256 + 79 = 2895)
//! ```

mod progress;
mod screen;
mod tls;
mod transcripts;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nu_ansi_term::{Color, Style};

use crate::protocol::ledger::{Assignment, Fit};
use crate::protocol::{Reply, ReplyClass, ReplyCode};
use crate::session::{Observation, Observer, Origin};

use super::escape::escape;
use progress::ProgressLine;

pub use screen::{Dialogue, Screen, Size};
pub use tls::{agreed, certificate_lines};
pub use words::{count, list_verbs};

/// Paints observations, and whatever else the shell has to say.
#[derive(Clone, Debug)]
pub struct Painter {
    screen: Screen,
    /// Shared by all clones: the session's thread paints too.
    shows_hints: Arc<AtomicBool>,
    /// Of the transfer that runs now.
    progress: Option<Arc<ProgressLine>>,
}

/// How a line of our own is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What happened.
    Note,
    /// What the user may do next; `set hints off` hides it.
    Hint,
    /// It went well, and this is the proof.
    Success,
    /// Something is odd.
    Warning,
    /// It did not work.
    Error,
}

impl Painter {
    /// Paints on this screen.
    #[must_use]
    pub fn new(screen: Screen) -> Self {
        Self {
            screen,
            shows_hints: Arc::new(AtomicBool::new(true)),
            progress: None,
        }
    }

    /// Whether [`Tone::Hint`] is shown from now on.
    pub fn show_hints(&self, shown: bool) {
        self.shows_hints.store(shown, Ordering::Relaxed);
    }

    /// The screen below.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Says something in the shell's own words, indented to tell it from replies. `text` must be free of what a
    /// server or a file name could have put there: escape it first.
    pub fn say(&self, tone: Tone, text: &str) {
        if tone == Tone::Hint && !self.shows_hints.load(Ordering::Relaxed) {
            return;
        }
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
        for line in text.lines() {
            self.paint(style, &format!("{prefix}{line}"));
        }
    }

    /// Prints a line as it is: help, lists.
    pub fn plain(&self, text: &str) {
        for line in text.lines() {
            self.screen.line(line);
        }
    }

    fn paint(&self, style: Style, text: &str) {
        if self.screen.has_colour() {
            self.screen.line(&style.paint(text).to_string());
        } else {
            self.screen.line(text);
        }
    }

    fn reply(&self, reply: &Reply, assignment: &Assignment, awaited: bool) {
        for (_, verb) in &assignment.passed_over {
            self.say(
                Tone::Warning,
                &format!("{} got no reply", words::verb(verb)),
            );
        }
        if let Some(mark) = mark(reply.code, assignment, awaited) {
            self.say(Tone::Warning, &mark);
        }
        let style = style_of(reply.code.class());
        for line in &reply.lines {
            self.paint(style, &escape(line));
        }
        if let Some(code) = reply.ended_with {
            let text = format!("the reply began with {} and ended with {code}", reply.code);
            self.say(Tone::Warning, &text);
        }
        if reply.dropped_octets > 0 {
            let dropped = count(reply.dropped_octets, "octet");
            self.say(
                Tone::Warning,
                &format!("the reply was longer; {dropped} of it are not shown"),
            );
        }
    }
}

impl Observer for Painter {
    fn observe(&mut self, observation: &Observation<'_>) {
        match observation {
            Observation::CommandSent {
                origin: Origin::Typed,
                ..
            } => {}
            Observation::CommandSent {
                command,
                origin: Origin::Shown,
            } => {
                self.paint(
                    Color::Cyan.normal(),
                    &format!("→ {}", escape(&command.masked())),
                );
            }
            Observation::AbortSent { synch } => {
                let how = if *synch {
                    "  (with Telnet IP and Synch)"
                } else {
                    ""
                };
                self.paint(Color::Cyan.normal(), &format!("→ ABOR{how}"));
            }
            Observation::ReplyReceived {
                reply,
                assignment,
                awaited,
            } => {
                self.reply(reply, assignment, *awaited);
            }
            Observation::TransferMoving(progress) => {
                let line = self
                    .progress
                    .get_or_insert_with(|| Arc::new(ProgressLine::new()));
                line.show(progress, &self.screen);
            }
            other => {
                if matches!(other, Observation::TransferEnded(_)) {
                    self.progress = None;
                    self.screen.end_status();
                }
                if let Some((tone, text)) = words::describe(other) {
                    self.say(tone, &text);
                }
            }
        }
    }
}

/// What is odd about a reply, if anything is.
fn mark(code: ReplyCode, assignment: &Assignment, awaited: bool) -> Option<String> {
    let verb = assignment
        .verb
        .as_ref()
        .map(words::verb)
        .unwrap_or_default();
    match assignment.fit {
        // The one reply that a server may send of its own accord (RFC 959 section 5.4).
        Fit::Unasked if code == ReplyCode(421) => None,
        Fit::Unasked => Some("nobody asked for this reply:".to_owned()),
        Fit::SecondReply => Some(format!("a second reply to {verb}:")),
        Fit::Unlisted => Some(format!(
            "not a reply that {verb} should get, but nothing else is open:"
        )),
        Fit::Late => Some(format!("late, the reply to {verb}:")),
        Fit::Listed | Fit::Tolerated if !awaited => Some(format!("late, the reply to {verb}:")),
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
