//! The one place that writes to the terminal, to pipes and to files that stand for them.

use std::io::{self, IsTerminal, Write};
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use terminal_size::{Height, Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

use crate::shell::charset::Charset;
use crate::shell::screen::console;

/// Prints a line above the prompt while the user types.
pub(crate) type AbovePrompt = Box<dyn FnMut(String) + Send>;

/// Where the program writes. Clones write to the same place, one line at a time.
#[derive(Clone)]
pub(crate) struct Screen {
    shared: Arc<Mutex<Shared>>,
    changed: Arc<Condvar>,
    colour: bool,
    data_is_terminal: bool,
    shows_nothing: bool,
    /// A status line can be drawn and taken away again.
    has_cursor: bool,
    /// `set charset`. Shared by all clones.
    charset: Arc<RwLock<Charset>>,
}

struct Shared {
    dialogue: Dialogue,
    prints_above_prompt: bool,
    prompt_is_up: bool,
    /// When the prompt was taken away.
    prompt_gone_at: Instant,
    /// Whether a local command has the terminal.
    lent: Lent,
    /// Data is being shown, so no status is needed.
    shows_data: bool,
    /// What is shown below the last line now; empty if nothing is.
    status: String,
    /// The last row is kept for the status, above which a local command writes: the number of rows.
    reserved: Option<usize>,
    /// The status says how to get the prompt.
    offers_prompt: bool,
    /// How often something was written above a prompt.
    above_prompt: u64,
    /// Lines for above the prompt that the editor has not been given yet, or that a local command holds up.
    waiting: Vec<String>,
}

/// How large the terminal is, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Characters in a row.
    pub(crate) columns: usize,
    /// Rows.
    pub(crate) rows: usize,
}

/// Whether a local command has the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    Not,
    UpToReply,
    /// It reads what a transfer brings, and may write whenever it likes.
    ToReader,
    Wholly,
}

/// Which stream carries the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialogue {
    /// At a terminal the dialogue is what the user came for.
    StandardOutput,
    /// In a script standard output belongs to the data.
    StandardError,
    /// Nobody reads it, nor the data.
    Nowhere,
}

impl Screen {
    /// `colour` is the user's choice; `None` leaves it to the stream.
    pub(crate) fn new(dialogue: Dialogue, colour: Option<bool>) -> Self {
        let is_terminal = dialogue.is_terminal();
        let shared = Shared {
            dialogue,
            prints_above_prompt: false,
            prompt_is_up: false,
            prompt_gone_at: Instant::now(),
            lent: Lent::Not,
            shows_data: false,
            status: String::new(),
            reserved: None,
            offers_prompt: false,
            above_prompt: 0,
            waiting: Vec::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            changed: Arc::new(Condvar::new()),
            colour: colour.unwrap_or(is_terminal),
            data_is_terminal: dialogue != Dialogue::Nowhere && io::stdout().is_terminal(),
            shows_nothing: dialogue == Dialogue::Nowhere,
            has_cursor: false,
            charset: Arc::default(),
        }
    }

    /// How what comes from the server is encoded, from now on.
    pub(crate) fn set_charset(&self, charset: Charset) {
        *self.charset.write().unwrap_or_else(PoisonError::into_inner) = charset;
    }

    pub(crate) fn charset(&self) -> Charset {
        *self.charset.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same with a status line, where the dialogue goes to a terminal.
    pub(crate) fn with_status_line(self) -> Self {
        let has_cursor = self.lock().dialogue.is_terminal();
        Self { has_cursor, ..self }
    }

    /// Whether the terminal is more than a printer.
    pub(crate) fn has_cursor(&self) -> bool {
        self.has_cursor
    }

    /// How many characters a row of the dialogue holds, where it goes to a terminal.
    pub(crate) fn row(&self) -> Option<usize> {
        let dialogue = self.lock().dialogue;
        dialogue.is_terminal().then(|| dialogue.size().columns)
    }

    /// The size of the terminal as it is now.
    pub(crate) fn size(&self) -> Size {
        self.lock().dialogue.size()
    }

    /// Whether there is room for this text, with a row each for the prompt and the line above it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let Size { columns, rows } = self.size();
        let needed = text
            .lines()
            .map(|line| line.width().div_ceil(columns.max(1)).max(1));
        needed.sum::<usize>() <= rows.saturating_sub(2)
    }

    /// Keeps this text below whatever is written, until another text takes its place; nothing stands there for the
    /// empty one, while a prompt is up or was until just now, and while data is shown.
    pub(crate) fn set_status(&self, text: &str) {
        let mut shared = self.lock();
        if shared.lent == Lent::ToReader {
            if self.has_cursor && !console::is_taken() {
                shared.show_in_last_row(text);
            }
            return;
        }
        let is_free = self.has_cursor
            && !shared.is_held()
            && !shared.prompt_is_up
            && !shared.shows_data
            && shared.prompt_gone_at.elapsed() >= PROMPT_REST;
        let offer = shared.prompt_offer(text);
        let text = format!("{text}{offer}");
        shared.show_status(if is_free { &text } else { "" });
    }

    /// From now on the status says, where there is room, that Ctrl-] gives the prompt, or no longer does.
    pub(crate) fn offer_prompt(&self, offers: bool) {
        self.lock().offers_prompt = offers;
    }

    /// The transfer whose status or data was shown is over.
    pub(super) fn end_status(&self) {
        let mut shared = self.lock();
        shared.shows_data = false;
        shared.show_status("");
        shared.free_last_row();
    }

    /// Whether the dialogue is coloured.
    pub(crate) fn has_colour(&self) -> bool {
        self.colour
    }

    /// Whether received data would reach a terminal, and must be escaped.
    pub(crate) fn shows_data_on_terminal(&self) -> bool {
        self.data_is_terminal
    }

    /// Hands over the editor's way to print while a line is being typed. It may wait for the editor, so a thread of
    /// its own calls it: painting must not wait for a line that is not being typed.
    pub(crate) fn set_above_prompt(&self, print: AbovePrompt) -> io::Result<()> {
        let screen = self.clone();
        std::thread::Builder::new()
            .name("above-prompt".to_owned())
            .spawn(move || screen.print_above_prompt(print))?;
        self.lock().prints_above_prompt = true;
        Ok(())
    }

    /// The editor shows its prompt, or has taken it away.
    pub(crate) fn set_prompt_is_up(&self, up: bool) {
        let mut shared = self.lock();
        shared.prompt_is_up = up;
        if up {
            shared.show_status("");
        } else {
            shared.prompt_gone_at = Instant::now();
            for text in std::mem::take(&mut shared.waiting) {
                shared.write_line(&text);
            }
        }
        self.changed.notify_all();
    }

    /// How many times something has been written above a prompt so far.
    pub(crate) fn lines_above_prompt(&self) -> u64 {
        self.lock().above_prompt
    }

    /// Takes the last rows above the cursor away, as far as they are still on the screen.
    pub(crate) fn take_back_rows(&self, rows: usize) {
        self.lock().dialogue.write(&format!("\x1b[{rows}A\r\x1b[J"));
    }

    /// Goes so many rows down, on new ones where there are none.
    pub(crate) fn leave_rows(&self, rows: usize) {
        self.lock().dialogue.write(&"\n".repeat(rows));
    }

    /// A local command has the terminal: the dialogue waits, so that it does not paint over a pager.
    pub(crate) fn hold(&self) {
        let mut shared = self.lock();
        shared.show_status("");
        shared.lent = Lent::Wholly;
    }

    /// A local command waits for data: the dialogue goes on up to the first reply, unless the command has made the terminal
    /// its own already, as a pager does.
    pub(crate) fn hold_after_first_reply(&self) {
        self.lock().lent = Lent::UpToReply;
    }

    /// A reply is on the screen, after which the local command that waits for data has the terminal.
    pub(super) fn note_reply(&self) {
        let mut shared = self.lock();
        if shared.lent == Lent::UpToReply {
            shared.show_status("");
            shared.lent = Lent::ToReader;
        }
    }

    /// The terminal is ours again. Where the cursor does not stand at the beginning of a line, a new one is begun: the
    /// blanks run over into it, or are painted over.
    pub(crate) fn release(&self, columns: usize) {
        let mut shared = self.lock();
        shared.free_last_row();
        shared.lent = Lent::Not;
        let blanks = " ".repeat(columns.saturating_sub(1));
        shared.dialogue.write(&format!("{blanks}\r"));
        for text in std::mem::take(&mut shared.waiting) {
            shared.write_line(&text);
        }
    }

    /// The program ends in the middle of whatever it does: the cursor is left at the beginning of a line, and the
    /// terminal does not announce pastes any more. A thread that is stuck in a write keeps its terminal. Nothing is
    /// written any more.
    pub(crate) fn leave(&self) {
        let Ok(mut shared) = self.shared.try_lock() else {
            return;
        };
        // A prompt that was announced is drawn in this time; no other can be announced while this holds the lock.
        std::thread::sleep(SETTLING);
        if shared.prompt_is_up {
            shared.dialogue.write("\x1b[?2004l\r\n");
        } else if !shared.is_held() {
            shared.show_status("");
        }
        shared.free_last_row();
        // Held to the end of the program.
        std::mem::forget(shared);
    }

    /// Whether the terminal marks what is pasted, as the editor wants it while a line is typed.
    pub(crate) fn announce_pastes(&self, wanted: bool) {
        let sequence = if wanted { "\x1b[?2004h" } else { "\x1b[?2004l" };
        self.lock().dialogue.write(sequence);
    }

    /// Writes one line of the dialogue. The text must be escaped already.
    pub(crate) fn line(&self, text: &str) {
        let mut shared = self.lock();
        if shared.is_held() && shared.waiting.len() < WAITING_LINES {
            shared.waiting.push(text.to_owned());
            return;
        }
        drop(shared);
        if let Some(mut shared) = self.lock_unless_above_prompt(text) {
            shared.write_line(text);
        }
    }

    /// Standard error, in the place of the standard output of a local command.
    pub(crate) fn standard_error() -> Stdio {
        io::stderr().into()
    }

    /// Writes data to standard output, as it is.
    ///
    /// # Errors
    ///
    /// The error of the system: a pipe may be closed.
    pub(crate) fn data(&self, bytes: &[u8]) -> io::Result<()> {
        if self.shows_nothing {
            return Ok(());
        }
        // A pipe that is not read must not hold up what is said on the terminal, or on standard error.
        let _guard = self.data_is_terminal.then(|| self.lock());
        let mut output = io::stdout().lock();
        output.write_all(bytes)?;
        output.flush()
    }

    /// Writes lines of data that were made readable for a terminal, each with its line end but the last.
    pub(crate) fn data_lines(&self, text: &str) -> io::Result<()> {
        match self.lock_unless_above_prompt(text) {
            Some(mut shared) => {
                shared.shows_data = true;
                shared.show_status("");
                write_all(&mut io::stdout().lock(), &format!("{text}\n"))
            }
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
        shared.above_prompt += 1;
        self.changed.notify_all();
        None
    }

    fn print_above_prompt(&self, mut print: AbovePrompt) {
        loop {
            let nothing = |shared: &mut Shared| shared.waiting.is_empty() || shared.is_held();
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
    fn is_held(&self) -> bool {
        match self.lent {
            Lent::Not => false,
            Lent::UpToReply => console::is_taken(),
            Lent::ToReader | Lent::Wholly => true,
        }
    }

    fn waits_above_prompt(&self) -> bool {
        self.prompt_is_up && self.prints_above_prompt
    }

    /// Writes a line of the dialogue above the status.
    fn write_line(&mut self, text: &str) {
        let status = std::mem::take(&mut self.status);
        let gone = without(&status);
        self.dialogue.write(&format!("{gone}{text}\n{status}"));
        self.status = status;
    }

    fn prompt_offer(&self, status: &str) -> &'static str {
        let has_room = || status.width() + PROMPT_OFFER.len() < self.dialogue.size().columns;
        if self.offers_prompt && !status.is_empty() && has_room() {
            PROMPT_OFFER
        } else {
            ""
        }
    }

    fn show_status(&mut self, text: &str) {
        if self.status == text {
            return;
        }
        let gone = without(&self.status);
        self.dialogue.write(&format!("{gone}{text}"));
        text.clone_into(&mut self.status);
    }
}

impl Shared {
    /// What a local command writes scrolls above the last row, so neither it nor the text can paint over the other.
    fn show_in_last_row(&mut self, text: &str) {
        let rows = self.dialogue.size().rows;
        if rows < LEAST_ROWS {
            return;
        }
        if self.reserved != Some(rows) {
            // A row is made for it below the cursor, which must not change its column.
            let above = rows - 1;
            self.dialogue
                .write(&format!("\x0b\x1b7\x1b[1;{above}r\x1b8\x1b[A"));
            self.reserved = Some(rows);
        }
        self.write_in_row(rows, text);
    }

    fn free_last_row(&mut self) {
        if let Some(rows) = self.reserved.take() {
            self.write_in_row(rows, "");
            self.dialogue.write("\x1b7\x1b[r\x1b8");
        }
    }

    fn write_in_row(&self, row: usize, text: &str) {
        self.dialogue
            .write(&format!("\x1b7\x1b[{row};1H\x1b[K{text}\x1b8"));
    }
}

impl Dialogue {
    fn is_terminal(self) -> bool {
        match self {
            Self::StandardOutput => io::stdout().is_terminal(),
            Self::StandardError => io::stderr().is_terminal(),
            Self::Nowhere => false,
        }
    }

    fn size(self) -> Size {
        let size = match self {
            Self::StandardOutput => terminal_size_of(io::stdout()),
            Self::StandardError => terminal_size_of(io::stderr()),
            Self::Nowhere => None,
        };
        let (Width(columns), Height(rows)) = size.unwrap_or((Width(80), Height(24)));
        Size {
            columns: usize::from(columns),
            rows: usize::from(rows),
        }
    }

    /// A dialogue that cannot be written any more must not end the transfer.
    fn write(self, text: &str) {
        let _ = match self {
            Self::StandardOutput => write_all(&mut io::stdout().lock(), text),
            Self::StandardError => write_all(&mut io::stderr().lock(), text),
            Self::Nowhere => Ok(()),
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

/// Writes past every screen, which a panic may have left locked.
pub(crate) fn write_to_standard_error(text: &str) {
    // There is nobody else to tell.
    let _ = write_all(&mut io::stderr().lock(), text);
}

fn write_all(output: &mut impl Write, text: &str) -> io::Result<()> {
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// What takes a status away, and brings the cursor to where it began.
fn without(status: &str) -> &'static str {
    if status.is_empty() { "" } else { "\r\x1b[K" }
}

const PROMPT_OFFER: &str = "  Ctrl-] for the prompt";

/// Rows without which none is kept for a status.
const LEAST_ROWS: usize = 3;

/// Between two prompts that follow each other at once there is no status.
const PROMPT_REST: Duration = Duration::from_millis(500);

/// More than the editor takes from its first step to its prompt.
const SETTLING: Duration = Duration::from_millis(10);

/// A server that floods an idle prompt waits for the editor.
const WAITING_LINES: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Dialogue, Screen};

    #[test]
    fn an_editor_that_takes_no_more_lines_delays_no_other_line() {
        let (done, finished) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let screen = Screen::new(Dialogue::StandardError, Some(false));
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
