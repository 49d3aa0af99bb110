//! The one place that writes to the terminal, to pipes and to files that stand for them.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Prints a line above the prompt while the user types.
pub(in crate::shell) type AbovePrompt = Box<dyn FnMut(String) + Send>;

/// Where the program writes. Clones write to the same place, one line at a time.
#[derive(Clone)]
pub struct Screen {
    shared: Arc<Mutex<Shared>>,
    changed: Arc<Condvar>,
    colour: bool,
    data_is_terminal: bool,
}

struct Shared {
    dialogue: Dialogue,
    prints_above_prompt: bool,
    prompt_is_up: bool,
    /// A local command has the terminal.
    held: bool,
    /// Lines for above the prompt that the editor has not been given yet, or that a local command holds up.
    waiting: Vec<String>,
}

/// Which stream carries the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialogue {
    /// At a terminal the dialogue is what the user came for.
    StandardOutput,
    /// In a script standard output belongs to the data.
    StandardError,
}

impl Screen {
    /// `colour` is the user's choice; `None` leaves it to the stream and the environment's `NO_COLOR` and `TERM`,
    /// which the caller has summed up in `plain`.
    #[must_use]
    pub fn new(dialogue: Dialogue, colour: Option<bool>, plain: bool) -> Self {
        let is_terminal = match dialogue {
            Dialogue::StandardOutput => io::stdout().is_terminal(),
            Dialogue::StandardError => io::stderr().is_terminal(),
        };
        let shared = Shared {
            dialogue,
            prints_above_prompt: false,
            prompt_is_up: false,
            held: false,
            waiting: Vec::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            changed: Arc::new(Condvar::new()),
            colour: colour.unwrap_or(is_terminal && !plain),
            data_is_terminal: io::stdout().is_terminal(),
        }
    }

    /// Whether the dialogue is coloured.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    /// Whether received data would reach a terminal, and must be escaped.
    #[must_use]
    pub fn shows_data_on_terminal(&self) -> bool {
        self.data_is_terminal
    }

    /// Hands over the editor's way to print while a line is being typed. It may wait for the editor, so a thread of
    /// its own calls it: whoever paints must not wait for a line that nobody types.
    ///
    /// # Errors
    ///
    /// What the system says when there can be no thread.
    pub fn set_above_prompt(&self, print: AbovePrompt) -> io::Result<()> {
        let screen = self.clone();
        std::thread::Builder::new()
            .name("above-prompt".to_owned())
            .spawn(move || screen.print_above_prompt(print))?;
        self.lock().prints_above_prompt = true;
        Ok(())
    }

    /// The editor shows its prompt, or has taken it away.
    pub fn set_prompt_is_up(&self, up: bool) {
        let mut shared = self.lock();
        shared.prompt_is_up = up;
        if !up {
            for text in std::mem::take(&mut shared.waiting) {
                shared.dialogue.write_line(&text);
            }
        }
        self.changed.notify_all();
    }

    /// Takes the last rows above the cursor away, as far as they are still on the screen.
    pub fn take_back_rows(&self, rows: usize) {
        self.lock().dialogue.write(&format!("\x1b[{rows}A\r\x1b[J"));
    }

    /// A local command has the terminal: the dialogue waits, so that it does not paint over a pager.
    pub fn hold(&self) {
        self.lock().held = true;
    }

    /// The terminal is ours again. Where the cursor does not stand at the beginning of a line, a new one is begun: the
    /// blanks run over into it, or are painted over.
    pub fn release(&self, columns: usize) {
        let mut shared = self.lock();
        shared.held = false;
        let blanks = " ".repeat(columns.saturating_sub(1));
        shared.dialogue.write(&format!("{blanks}\r"));
        for text in std::mem::take(&mut shared.waiting) {
            shared.dialogue.write_line(&text);
        }
    }

    /// Writes one line of the dialogue. The text must be escaped already.
    pub fn line(&self, text: &str) {
        let mut shared = self.lock();
        if shared.held && shared.waiting.len() < WAITING_LINES {
            shared.waiting.push(text.to_owned());
            return;
        }
        drop(shared);
        if let Some(shared) = self.lock_unless_above_prompt(text) {
            shared.dialogue.write_line(text);
        }
    }

    /// Writes data to standard output, as they are.
    ///
    /// # Errors
    ///
    /// What the system says: a pipe may be closed.
    pub fn data(&self, octets: &[u8]) -> io::Result<()> {
        let _guard = self.lock();
        let mut output = io::stdout().lock();
        output.write_all(octets)?;
        output.flush()
    }

    /// Writes a line of data that was made readable for a terminal.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn data_line(&self, text: &str) -> io::Result<()> {
        match self.lock_unless_above_prompt(text) {
            Some(_guard) => write_all(&mut io::stdout().lock(), &format!("{text}\n")),
            None => Ok(()),
        }
    }

    /// Leaves the text for above the prompt if there is one; else the caller is to write it under the lock.
    fn lock_unless_above_prompt(&self, text: &str) -> Option<MutexGuard<'_, Shared>> {
        let is_crowded = |shared: &mut Shared| {
            shared.waits_above_prompt() && shared.waiting.len() >= WAITING_LINES
        };
        let shared = self.changed.wait_while(self.lock(), is_crowded);
        let mut shared = shared.unwrap_or_else(PoisonError::into_inner);
        if !shared.waits_above_prompt() {
            return Some(shared);
        }
        shared.waiting.push(text.to_owned());
        self.changed.notify_all();
        None
    }

    fn print_above_prompt(&self, mut print: AbovePrompt) {
        loop {
            let nothing = |shared: &mut Shared| shared.waiting.is_empty() || shared.held;
            let shared = self.changed.wait_while(self.lock(), nothing);
            let mut shared = shared.unwrap_or_else(PoisonError::into_inner);
            let lines = std::mem::take(&mut shared.waiting);
            drop(shared);
            self.changed.notify_all();
            print(lines.join("\n") + "\n");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn waits_above_prompt(&self) -> bool {
        self.prompt_is_up && self.prints_above_prompt
    }
}

impl Dialogue {
    fn write_line(self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    /// A dialogue that nobody can read any more must not end the transfer.
    fn write(self, text: &str) {
        let _ = match self {
            Self::StandardOutput => write_all(&mut io::stdout().lock(), text),
            Self::StandardError => write_all(&mut io::stderr().lock(), text),
        };
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("colour", &self.colour)
            .finish_non_exhaustive()
    }
}

fn write_all(output: &mut impl Write, text: &str) -> io::Result<()> {
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// A server that floods an idle prompt waits for the editor.
const WAITING_LINES: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Dialogue, Screen};

    #[test]
    fn an_editor_that_takes_no_more_lines_holds_nobody_up() {
        let (done, finished) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let screen = Screen::new(Dialogue::StandardError, Some(false), true);
            let (entered, printing) = mpsc::channel();
            let (_never, end) = mpsc::channel::<()>();
            let print = move |_| {
                entered.send(()).unwrap();
                let _ = end.recv();
            };
            screen.set_above_prompt(Box::new(print)).unwrap();
            screen.set_prompt_is_up(true);
            screen.line("the editor was given this line");
            printing.recv().unwrap();
            screen.line("the editor was not given this line");
            screen.set_prompt_is_up(false);
            assert!(screen.lock().waiting.is_empty());
            screen.line("written at once");
            done.send(()).unwrap();
        });
        assert_eq!(finished.recv_timeout(Duration::from_secs(10)), Ok(()));
        thread.join().unwrap();
    }
}
