//! Where lines, data and answers come from.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use super::{Editor, HistoryLost, InputKind, Typed};
use crate::client::DataSource;
use crate::shell::local::waiting::StandardInput;

/// The lines of one run, and what a person types in between.
pub(crate) struct Input {
    source: Source,
    /// Lines of a paste that have not been read yet.
    pasted: VecDeque<String>,
    /// What stands at the next prompt as if it had been typed.
    begun: Option<String>,
    /// Ctrl-D has ended data, and no line has been typed since.
    has_ended_data: bool,
    standard_input: StandardInput,
}

/// Who gives the lines.
pub(crate) enum Source {
    /// A person at a terminal.
    Terminal(Box<Editor>),
    /// Standard input.
    Script(Box<dyn BufRead + Send>),
    /// The command line; standard input is for data only.
    Given(VecDeque<Vec<u8>>),
}

impl Input {
    /// Nothing has been read yet.
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            pasted: VecDeque::new(),
            begun: None,
            has_ended_data: false,
            standard_input: StandardInput::default(),
        }
    }

    /// Whether a person types the lines.
    pub(crate) fn is_interactive(&self) -> bool {
        matches!(self.source, Source::Terminal(_))
    }

    /// Whether the terminal need not echo what is typed.
    pub(crate) fn shows_typing(&self) -> bool {
        matches!(&self.source, Source::Terminal(editor) if editor.shows_typing())
    }

    /// Whether the next line is one of a paste, which nobody is asked for.
    pub(crate) fn has_pasted(&self) -> bool {
        !self.pasted.is_empty()
    }

    /// The next line at the prompt.
    pub(crate) fn read_command(&mut self, prompt: &str) -> Typed {
        let begun = self.begun.take().filter(|_| self.can_begin_line());
        let typed = match (&mut self.source, begun) {
            (Source::Terminal(editor), Some(text)) => {
                let typed = editor.read_begun_line(prompt, &text);
                self.take_paste(typed, prompt, InputKind::Line)
            }
            _ => self.read(prompt, InputKind::Line),
        };
        self.has_ended_data &= typed == Typed::End;
        typed
    }

    /// Whether a Ctrl-D at the prompt may have been meant for data that had ended already: many press it twice, which is
    /// how a terminal ends a line that has no end. Once.
    pub(crate) fn takes_end_for_data(&mut self) -> bool {
        std::mem::take(&mut self.has_ended_data)
    }

    /// Lets the next line at the prompt begin with this text; `false` if it cannot, since there is no prompt, or since
    /// something else has been typed for it already.
    pub(crate) fn begin_next_line(&mut self, text: &str) -> bool {
        let begun = self.can_begin_line().then(|| text.to_owned());
        self.begun = begun;
        self.begun.is_some()
    }

    fn can_begin_line(&self) -> bool {
        match &self.source {
            Source::Terminal(editor) => self.pasted.is_empty() && editor.can_begin_line(),
            Source::Script(_) | Source::Given(_) => false,
        }
    }

    /// Whether one of the lines of the command line holds these bytes.
    pub(crate) fn is_mentioned(&self, bytes: &[u8]) -> bool {
        let Source::Given(lines) = &self.source else {
            return false;
        };
        let mentions = |line: &Vec<u8>| line.windows(bytes.len()).any(|part| part == bytes);
        !bytes.is_empty() && lines.iter().any(mentions)
    }

    /// The next line of data; it may hold several, pasted.
    pub(crate) fn read_data(&mut self, prompt: &str) -> Typed {
        if let Some(line) = self.next_pasted(prompt, InputKind::Data) {
            return Typed::Line(line);
        }
        let typed = match &mut self.source {
            Source::Terminal(editor) => editor.read_data(prompt),
            Source::Script(_) | Source::Given(_) => Typed::End,
        };
        self.has_ended_data = matches!(typed, Typed::LastText(_) | Typed::End);
        typed
    }

    /// An answer to a question. A line of a paste was meant for something else; without a person there is none.
    pub(crate) fn ask(&mut self, question: &str) -> Typed {
        match &mut self.source {
            Source::Terminal(editor) => editor.read_line(question),
            Source::Script(_) | Source::Given(_) => Typed::End,
        }
    }

    /// The next line, without its line end; `None` at the end. `prompt` is for a person.
    pub(crate) fn next_line(&mut self, prompt: &str) -> Option<Vec<u8>> {
        match &mut self.source {
            Source::Terminal(_) => self
                .read_text(prompt, InputKind::Text)
                .map(String::into_bytes),
            Source::Script(input) => read_script_line(input.as_mut()),
            Source::Given(lines) => lines.pop_front(),
        }
    }

    /// The lines of the command line that have not been read.
    pub(crate) fn take_given(&mut self) -> VecDeque<Vec<u8>> {
        match &mut self.source {
            Source::Given(lines) => std::mem::take(lines),
            Source::Terminal(_) | Source::Script(_) => VecDeque::new(),
        }
    }

    /// A secret, of which nothing is shown; `None` if there is nobody to ask.
    pub(crate) fn ask_secret(&mut self, prompt: &str) -> Option<String> {
        self.read_text(prompt, InputKind::Secret)
    }

    /// The passphrase of a key, of which nothing is shown. A line of a paste was meant for something else; without a
    /// person there is none.
    pub(crate) fn ask_passphrase(&mut self, prompt: &str) -> Typed {
        match &mut self.source {
            Source::Terminal(editor) => editor.read(prompt, InputKind::Secret),
            Source::Script(_) | Source::Given(_) => Typed::End,
        }
    }

    /// What is left of standard input, as data.
    ///
    /// # Errors
    ///
    /// A person at a terminal types data at `data>`.
    pub(crate) fn rest(&mut self) -> Result<io::Result<DataSource>, AtTerminal> {
        match &mut self.source {
            Source::Terminal(_) => Err(AtTerminal),
            Source::Script(input) => {
                let rest = std::mem::replace(input, Box::new(io::empty()));
                Ok(Ok(DataSource::new(rest)))
            }
            Source::Given(_) => Ok(self.standard_input.source()),
        }
    }

    /// How wide a text may be.
    pub(crate) fn columns(&mut self) -> usize {
        match &mut self.source {
            Source::Terminal(editor) => editor.columns(),
            Source::Script(_) | Source::Given(_) => USUAL_COLUMNS,
        }
    }

    /// Keeps a line in the history, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Editor::remember`].
    pub(crate) fn remember(&mut self, line: &str) -> Result<(), HistoryLost> {
        match &mut self.source {
            Source::Terminal(editor) => editor.remember(line),
            Source::Script(_) | Source::Given(_) => Ok(()),
        }
    }

    /// Lets these lines come before all others, shown as if they had been typed.
    pub(crate) fn begin_with(&mut self, lines: Vec<String>) {
        match &mut self.source {
            Source::Terminal(_) => {
                for line in lines.into_iter().rev() {
                    self.pasted.push_front(line);
                }
            }
            Source::Script(input) => {
                let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
                let rest = std::mem::replace(input, Box::new(io::empty()));
                *input = Box::new(io::Cursor::new(text).chain(rest));
            }
            Source::Given(given) => {
                for line in lines.into_iter().rev() {
                    given.push_front(line.into_bytes());
                }
            }
        }
    }

    /// Takes these lines away that stand above the line that was just typed, and shows the line again in their place.
    pub(crate) fn take_back_above(&mut self, above: &[String], prompt: &str, typed: &str) {
        if let Source::Terminal(editor) = &mut self.source {
            editor.take_back_above(above, prompt, typed);
        }
    }

    /// Drops the pasted lines that have not been read, and says how many there were.
    pub(crate) fn drop_pasted(&mut self) -> u64 {
        std::mem::take(&mut self.pasted).len() as u64
    }

    fn read_text(&mut self, prompt: &str, kind: InputKind) -> Option<String> {
        match self.read(prompt, kind) {
            Typed::Line(text) | Typed::LastText(text) => Some(text),
            Typed::End | Typed::Interrupt | Typed::NotText => None,
        }
    }

    /// One line; the others of a paste are read next.
    fn read(&mut self, prompt: &str, kind: InputKind) -> Typed {
        if let Some(line) = self.next_pasted(prompt, kind) {
            return Typed::Line(line);
        }
        let Source::Terminal(editor) = &mut self.source else {
            return Typed::End;
        };
        let typed = editor.read(prompt, kind);
        self.take_paste(typed, prompt, kind)
    }

    /// Keeps all lines of a paste but the first.
    fn take_paste(&mut self, typed: Typed, prompt: &str, kind: InputKind) -> Typed {
        let (Typed::Line(text) | Typed::LastText(text)) = &typed else {
            return typed;
        };
        match pasted_lines(text) {
            None => typed,
            Some(lines) => {
                self.pasted = lines;
                self.next_pasted(prompt, kind)
                    .map_or(Typed::End, Typed::Line)
            }
        }
    }

    /// The next line of a paste, shown as if it had been typed here.
    fn next_pasted(&mut self, prompt: &str, kind: InputKind) -> Option<String> {
        let line = self.pasted.pop_front()?;
        if let Source::Terminal(editor) = &self.source {
            editor.show_typed(prompt, &line, kind);
        }
        Some(line)
    }
}

/// A person types at a terminal, so its standard input is not data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtTerminal;

/// The lines of a paste; `None` if it is a single line, which was typed.
fn pasted_lines(text: &str) -> Option<VecDeque<String>> {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned());
    text.contains('\n').then(|| lines.collect())
}

/// One line of a script; CR LF and LF end it. An error of the input is its end.
fn read_script_line(input: &mut dyn BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    match input.read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => {
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            Some(line)
        }
    }
}

/// What is said of a line that the editor cannot hold.
pub(crate) const NOT_TEXT: &str = "that line is not UTF-8 and was dropped, nothing was sent: `quote -x` takes such bytes as \\xE9";

/// Where there is no terminal to ask.
const USUAL_COLUMNS: usize = 80;
