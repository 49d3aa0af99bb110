//! The line editor at a terminal, and the only code that knows rustyline.

pub mod assistance;
mod assistant;
mod extent;
mod input;
mod keys;
mod preferences;
mod reflow;
mod terminal_modes;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use rustyline::config::Config;
use rustyline::error::ReadlineError;
use rustyline::history::{FileHistory, History, SearchDirection};
use rustyline::{
    Cmd, ColorMode, Event, EventHandler, ExternalPrinter, KeyCode, KeyEvent, Modifiers,
};

use super::editor::assistance::{PastLines, SharedKnowledge};
use super::screen::escape::escape;
use super::screen::painter::Screen;
use assistant::{Assistant, paint_line, stars};
use keys::{EndOfData, InsertTab, KeepFromHistory, Keys, Suspend, TakeHint};

pub(crate) use input::NOT_TEXT;
pub(crate) use input::{AtTerminal, Input, Source};
pub(crate) use keys::InputKind;
#[cfg(test)]
pub(crate) use preferences::Mode;
pub(crate) use preferences::Preferences;
use terminal_modes::has_typed_ahead;
pub(crate) use terminal_modes::{HAS_ESCAPE_KEY, HeldEcho, TerminalModes, watch_keys};

type InnerEditor = rustyline::Editor<Assistant, FileHistory>;

/// Reads what a person types.
pub(crate) struct Editor {
    inner: InnerEditor,
    keys: Arc<Keys>,
    screen: Screen,
    knowledge: SharedKnowledge,
    history: Option<PathBuf>,
    /// The terminal has a cursor that can be moved.
    edits: bool,
}

/// What came from the keyboard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A line, ended by Enter.
    Line(String),
    /// Text that was ended by Ctrl-D, without a line end; only where data is typed.
    LastText(String),
    /// Ctrl-D on nothing, or the terminal is gone.
    End,
    /// Ctrl-C.
    Interrupt,
    /// A line that is not UTF-8, which this editor cannot hold; it is gone.
    NotText,
}

impl Editor {
    /// An editor on the terminal. The history is read from, and kept in, `history`.
    pub(crate) fn new(
        screen: Screen,
        history: Option<PathBuf>,
        knowledge: SharedKnowledge,
        preferences: Preferences,
    ) -> rustyline::Result<Self> {
        let config = Config::builder()
            .history_ignore_dups(true)?
            .auto_add_history(false)
            // With NO_COLOR rustyline would not ask for the stars of a secret either; colour is the assistant's affair.
            .color_mode(ColorMode::Forced);
        let config = preferences.apply(config)?.build();
        let keys = Arc::new(Keys::default());
        let mut inner = rustyline::Editor::with_config(config)?;
        let assistant = Assistant::new(Arc::clone(&keys), Arc::clone(&knowledge), screen.clone());
        inner.set_helper(Some(assistant));
        bind_data_keys(&mut inner, &keys);
        let suspend = Suspend {
            modes: TerminalModes::remember(),
            screen: screen.clone(),
        };
        inner.bind_sequence(
            KeyEvent(KeyCode::Char('Z'), Modifiers::CTRL),
            EventHandler::Conditional(Box::new(suspend)),
        );
        // The reply may have come just before the key that gives the prompt: it must not take the next key with it.
        inner.bind_sequence(KeyEvent(KeyCode::Char(']'), Modifiers::CTRL), Cmd::Noop);
        if let Some(path) = &history {
            // A first start has no history yet.
            let _ = inner.load_history(path);
        }
        knowledge
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .past_lines = PastLines::new(lines_of(inner.history()));
        // A terminal without cursor (TERM=dumb) has no such printer; what comes there is shown after the prompt.
        let printer = inner.create_external_printer();
        let edits = printer.is_ok();
        if let Ok(mut printer) = printer {
            screen.set_above_prompt(Box::new(move |text| {
                // A terminal that is gone ends the editor, which says so.
                let _ = printer.print(text);
            }))?;
        }
        Ok(Self {
            inner,
            keys,
            screen,
            knowledge,
            history,
            edits,
        })
    }

    /// Whether it shows what is typed itself; otherwise the terminal does.
    pub(crate) fn shows_typing(&self) -> bool {
        self.edits
    }

    /// Whether a line can stand at the prompt before anything is typed, and nothing is typed for it yet.
    pub(crate) fn can_begin_line(&self) -> bool {
        self.edits && !has_typed_ahead()
    }

    /// Reads a line at the prompt. Several lines, which are a paste, are taken from the screen again.
    pub(crate) fn read_line(&mut self, prompt: &str) -> Typed {
        self.read(prompt, InputKind::Line)
    }

    /// Reads a line that begins with this text, as if it had been typed.
    pub(crate) fn read_begun_line(&mut self, prompt: &str, text: &str) -> Typed {
        self.read_with(prompt, InputKind::Line, |editor, prompt| {
            editor.readline_with_initial(prompt, (text, ""))
        })
    }

    /// Reads a line of data: Ctrl-D ends the data, Tab is a tab.
    pub(crate) fn read_data(&mut self, prompt: &str) -> Typed {
        self.read(prompt, InputKind::Data)
    }

    /// The width of the terminal in columns.
    pub(crate) fn columns(&mut self) -> usize {
        let dimensions = self.inner.dimensions();
        dimensions.map_or(USUAL_COLUMNS, |(columns, _)| usize::from(columns))
    }

    /// Shows a pasted line after its prompt, as if it had just been typed.
    pub(crate) fn show_typed(&self, prompt: &str, line: &str, kind: InputKind) {
        let line = escape(line.as_bytes());
        let knowledge = self
            .knowledge
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let painted = match kind {
            InputKind::Line => paint_line(&line, &knowledge, true),
            InputKind::Text => paint_line(&line, &knowledge, false),
            InputKind::Secret => stars(&line),
            InputKind::Data => line,
        };
        self.screen.line(&format!("{prompt}{painted}"));
    }

    /// Takes these lines away above the line that was just typed, if they are all on the screen, and shows the line again.
    pub(crate) fn take_back_above(&mut self, above: &[String], prompt: &str, line: &str) {
        let helper = self.inner.helper();
        let rows_of = |line: &String| helper.map_or(1, |assistant| assistant.rows_of_line(line));
        let above: usize = above.iter().map(rows_of).sum();
        let rows = above + extent::rows(prompt, line, self.columns());
        if rows < self.screen.size().rows {
            self.screen.take_back_rows(rows);
            self.show_typed(prompt, line, InputKind::Line);
        }
    }

    /// Keeps a line for this session and later ones. A history that cannot be written ends, and not the session.
    ///
    /// # Errors
    ///
    /// Which file it was and the error of the system, once.
    pub(crate) fn remember(&mut self, line: &str) -> Result<(), HistoryLost> {
        self.knowledge
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .past_lines
            .push(line);
        let added = self.inner.add_history_entry(line).unwrap_or(false);
        let Some(path) = self.history.take_if(|_| added) else {
            return Ok(());
        };
        match self.inner.append_history(&path) {
            Ok(()) => {
                self.history = Some(path);
                Ok(())
            }
            // Where there can be no folder for it, there was never a history.
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(HistoryLost { path, error }),
        }
    }

    fn read(&mut self, prompt: &str, kind: InputKind) -> Typed {
        self.read_with(prompt, kind, rustyline::Editor::readline)
    }

    fn read_with(
        &mut self,
        prompt: &str,
        kind: InputKind,
        read_line: impl FnOnce(&mut InnerEditor, &str) -> rustyline::Result<String>,
    ) -> Typed {
        self.keys.begin(kind);
        if let Some(assistant) = self.inner.helper_mut() {
            assistant.begin(prompt);
        }
        self.screen.set_prompt_is_up(true);
        let hidden = (kind == InputKind::Secret).then(HeldEcho::hide);
        let read = read_line(&mut self.inner, prompt);
        drop(hidden);
        if let Ok(text) = &read
            && text.contains('\n')
            && kind != InputKind::Data
        {
            // A paste: each of its lines is shown again when its turn has come.
            let rows = extent::rows(prompt, text, self.columns());
            self.screen.take_back_rows(rows);
        }
        self.screen.set_prompt_is_up(false);
        match read {
            Ok(text) if self.keys.ended_by_control_d() => Typed::LastText(text),
            Ok(text) => Typed::Line(text),
            Err(ReadlineError::Interrupted) => Typed::Interrupt,
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Typed::NotText
            }
            Err(_) => Typed::End,
        }
    }
}

fn bind_data_keys(inner: &mut InnerEditor, keys: &Arc<Keys>) {
    let control_d = Event::KeySeq(vec![KeyEvent(KeyCode::Char('D'), Modifiers::CTRL)]);
    let tab = Event::KeySeq(vec![KeyEvent(KeyCode::Tab, Modifiers::NONE)]);
    let end_of_data = EventHandler::Conditional(Box::new(EndOfData(Arc::clone(keys))));
    inner.bind_sequence(control_d, end_of_data);
    inner.bind_sequence(
        tab,
        EventHandler::Conditional(Box::new(InsertTab(Arc::clone(keys)))),
    );
    inner.bind_sequence(
        KeyEvent(KeyCode::Right, Modifiers::NONE),
        EventHandler::Conditional(Box::new(TakeHint(Arc::clone(keys)))),
    );
    let arrows = [KeyCode::Up, KeyCode::Down].map(|key| KeyEvent(key, Modifiers::NONE));
    let letters = ['P', 'N', 'R', 'S'].map(KeyEvent::ctrl);
    for key in arrows.into_iter().chain(letters) {
        let keep = KeepFromHistory(Arc::clone(keys));
        inner.bind_sequence(key, EventHandler::Conditional(Box::new(keep)));
    }
}

/// The file of the history cannot be written.
#[derive(Debug)]
pub(crate) struct HistoryLost {
    /// The file.
    pub(crate) path: PathBuf,
    /// The error of the system.
    pub(crate) error: ReadlineError,
}

/// The lines of the history, oldest first.
fn lines_of(history: &FileHistory) -> impl Iterator<Item = String> {
    (0..history.len()).filter_map(|index| {
        let found = history.get(index, SearchDirection::Forward).ok()??;
        Some(found.entry.into_owned())
    })
}

const USUAL_COLUMNS: usize = 80;
