//! What the editor does differently from a plain one: secrets are not shown, and data have keys of their own.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, Helper, RepeatCount};

use super::{SecretAliases, is_secret_alias};
use crate::shell::secrets::secret_span;

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A line of the grammar.
    Line,
    /// Data for the data connection.
    Data,
    /// A password.
    Secret,
}

/// What is being read now, as the key handlers and the highlighter must know it.
#[derive(Debug, Default)]
pub(super) struct Keys {
    what: AtomicU8,
    ended_by_control_d: AtomicBool,
}

impl Keys {
    pub(super) fn begin(&self, what: What) {
        let number = match what {
            What::Line => 0,
            What::Data => 1,
            What::Secret => 2,
        };
        self.what.store(number, Ordering::Release);
        self.ended_by_control_d.store(false, Ordering::Release);
    }

    fn what(&self) -> What {
        match self.what.load(Ordering::Acquire) {
            1 => What::Data,
            2 => What::Secret,
            _ => What::Line,
        }
    }

    pub(super) fn ended_by_control_d(&self) -> bool {
        self.ended_by_control_d.load(Ordering::Acquire)
    }
}

/// Ctrl-D on text ends the data with that text; on nothing it is left to the editor, which reports the end.
pub(super) struct EndOfData(pub(super) Arc<Keys>);

impl ConditionalEventHandler for EndOfData {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        if self.0.what() != What::Data || context.line().is_empty() {
            return None;
        }
        self.0.ended_by_control_d.store(true, Ordering::Release);
        Some(Cmd::AcceptLine)
    }
}

/// Tab is a tab where data are typed.
pub(super) struct InsertTab(pub(super) Arc<Keys>);

impl ConditionalEventHandler for InsertTab {
    fn handle(&self, _: &Event, n: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        (self.0.what() == What::Data).then(|| Cmd::Insert(n, "\t".to_owned()))
    }
}

/// The editor's view of the line.
pub(super) struct Assistant {
    keys: Arc<Keys>,
    secret_aliases: SecretAliases,
}

impl Assistant {
    pub(super) fn new(keys: Arc<Keys>, secret_aliases: SecretAliases) -> Self {
        Self {
            keys,
            secret_aliases,
        }
    }
}

impl Assistant {
    /// A paste may hold several lines, each with a secret of its own.
    fn mask_secrets(&self, lines: &str) -> String {
        let is_secret = |name: &str| is_secret_alias(&self.secret_aliases, name);
        let mask_line = |line| match secret_span(str::trim_end(line).as_bytes(), &is_secret) {
            Some(span) => mask(line, span),
            None => line.to_owned(),
        };
        lines.split_inclusive('\n').map(mask_line).collect()
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        let span = match self.keys.what() {
            What::Data => None,
            What::Secret => Some(0..line.len()),
            What::Line => return Cow::Owned(self.mask_secrets(line)),
        };
        match span {
            None => Cow::Borrowed(line),
            Some(span) => Cow::Owned(mask(line, span)),
        }
    }

    /// Every key can make a secret of what stands there, or end one.
    fn highlight_char(&self, _line: &str, _pos: usize, _kind: CmdKind) -> bool {
        true
    }
}

impl Completer for Assistant {
    type Candidate = String;
}

impl Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {}

impl Helper for Assistant {}

/// As many stars as there were characters, so that the cursor stands where it should.
fn mask(line: &str, span: std::ops::Range<usize>) -> String {
    let hidden = |index: usize| span.contains(&index);
    line.char_indices()
        .map(|(index, c)| if hidden(index) { '*' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn every_character_of_a_secret_becomes_a_star() {
        assert_eq!(mask("pass tür", 5..9), "pass ***");
        assert_eq!(mask("login joe pw", 10..12), "login joe **");
    }
}
