//! What is being read, and the keys that mean something else where it is data.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::terminal_modes::TerminalModes;
use crate::shell::screen::painter::Screen;
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, RepeatCount};

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// A line of the grammar.
    Line,
    /// Data for the data connection.
    Data,
    /// A password.
    Secret,
    /// A line that is not a command: one of a here-document, or an answer.
    Text,
}

/// What is being read now, as the key handlers and the highlighter must know it.
#[derive(Debug, Default)]
pub(super) struct Keys {
    kind: AtomicU8,
    ended_by_control_d: AtomicBool,
}

impl Keys {
    pub(super) fn begin(&self, kind: InputKind) {
        let number = match kind {
            InputKind::Line => 0,
            InputKind::Data => 1,
            InputKind::Secret => 2,
            InputKind::Text => 3,
        };
        self.kind.store(number, Ordering::Release);
        self.ended_by_control_d.store(false, Ordering::Release);
    }

    pub(super) fn kind(&self) -> InputKind {
        match self.kind.load(Ordering::Acquire) {
            1 => InputKind::Data,
            2 => InputKind::Secret,
            3 => InputKind::Text,
            _ => InputKind::Line,
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
        if self.0.kind() != InputKind::Data || context.line().is_empty() {
            return None;
        }
        self.0.ended_by_control_d.store(true, Ordering::Release);
        Some(Cmd::AcceptLine)
    }
}

/// Ctrl-Z gives the terminal back as it was, which the editor would not: it knows only the modes between two prompts.
pub(super) struct Suspend {
    pub(super) modes: TerminalModes,
    pub(super) screen: Screen,
}

impl ConditionalEventHandler for Suspend {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.screen.announce_pastes(false);
        let was_suspended = self.modes.suspend();
        self.screen.announce_pastes(true);
        was_suspended.then_some(Cmd::Repaint)
    }
}

/// The right arrow takes the grey hint. One that only says what belongs there, as `<path>` does, cannot be taken: then it
/// does what Tab does.
pub(super) struct TakeHint(pub(super) Arc<Keys>);

impl ConditionalEventHandler for TakeHint {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let is_at_end = context.pos() == context.line().len();
        let is_untakeable = context.has_hint() && context.hint_text().is_none();
        let is_line = self.0.kind() == InputKind::Line;
        (is_line && is_at_end && is_untakeable).then_some(Cmd::Complete)
    }
}

/// Tab is a tab where data or text are typed, and nothing in a password.
pub(super) struct InsertTab(pub(super) Arc<Keys>);

impl ConditionalEventHandler for InsertTab {
    fn handle(&self, _: &Event, n: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        match self.0.kind() {
            InputKind::Line => None,
            InputKind::Data | InputKind::Text => Some(Cmd::Insert(n, "\t".to_owned())),
            InputKind::Secret => Some(Cmd::Noop),
        }
    }
}

/// The history holds lines of the prompt: none of them belongs into data, an answer or a password.
pub(super) struct KeepFromHistory(pub(super) Arc<Keys>);

impl ConditionalEventHandler for KeepFromHistory {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        (self.0.kind() != InputKind::Line).then_some(Cmd::Noop)
    }
}
