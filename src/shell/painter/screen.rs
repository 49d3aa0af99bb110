//! The one place that writes to the terminal, to pipes and to files that stand for them.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Prints a line above the prompt while the user types.
pub(in crate::shell) type AbovePrompt = Box<dyn FnMut(String) + Send>;

/// Where the program writes. Clones write to the same place, one line at a time.
#[derive(Clone)]
pub struct Screen {
    shared: Arc<Mutex<Shared>>,
    colour: bool,
    data_is_terminal: bool,
}

struct Shared {
    dialogue: Dialogue,
    above_prompt: Option<AbovePrompt>,
    prompt_is_up: bool,
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
            above_prompt: None,
            prompt_is_up: false,
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
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

    /// Hands over the editor's way to print while a line is being typed.
    pub fn set_above_prompt(&self, print: AbovePrompt) {
        self.lock().above_prompt = Some(print);
    }

    /// The editor shows its prompt, or has taken it away.
    pub fn set_prompt_is_up(&self, up: bool) {
        self.lock().prompt_is_up = up;
    }

    /// Writes one line of the dialogue. The text must be escaped already.
    pub fn line(&self, text: &str) {
        let mut shared = self.lock();
        if shared.prompt_is_up
            && let Some(print) = &mut shared.above_prompt
        {
            return print(format!("{text}\n"));
        }
        // A dialogue that nobody can read any more must not end the transfer.
        let _ = match shared.dialogue {
            Dialogue::StandardOutput => write_line(&mut io::stdout().lock(), text),
            Dialogue::StandardError => write_line(&mut io::stderr().lock(), text),
        };
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
        let mut shared = self.lock();
        if shared.prompt_is_up
            && let Some(print) = &mut shared.above_prompt
        {
            print(format!("{text}\n"));
            return Ok(());
        }
        write_line(&mut io::stdout().lock(), text)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("colour", &self.colour)
            .finish_non_exhaustive()
    }
}

fn write_line(output: &mut impl Write, text: &str) -> io::Result<()> {
    output.write_all(text.as_bytes())?;
    output.write_all(b"\n")?;
    output.flush()
}
