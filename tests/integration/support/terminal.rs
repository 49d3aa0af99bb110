//! A program in a pseudo-terminal, and the screen that a person would see.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use super::DEADLINE;
pub(crate) use super::key::Key;
use super::plain_text::PlainText;

const SCROLLBACK_LINES: usize = 10_000;
/// A program that asks this waits until the terminal says where its cursor is.
const CURSOR_QUESTION: &[u8] = b"\x1b[6n";

/// A running program with its terminal; dropping it kills the program.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    process: Option<u32>,
    expected_until: usize,
    _home: Option<TempDir>,
}

/// A place in the program's output, to wait for what comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(usize);

#[derive(Default)]
struct Shared {
    output: Mutex<Output>,
    changed: Condvar,
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    plain: PlainText,
    emulation: Option<vt100::Parser>,
    is_over: bool,
    /// Nobody reads what the program writes.
    is_stopped: bool,
    exit_code: Option<u32>,
}

impl Terminal {
    /// Starts the program on a screen of this size.
    pub(crate) fn spawn(command: CommandBuilder, rows: u16, columns: u16) -> Self {
        let pair = native_pty_system()
            .openpty(size(rows, columns))
            .expect("the system has pseudo-terminals");
        let mut child = pair
            .slave
            .spawn_command(command)
            .expect("the program can be started");
        drop(pair.slave);
        let keyboard = Arc::new(Mutex::new(
            pair.master.take_writer().expect("taken for the first time"),
        ));
        let screen = pair.master.try_clone_reader().expect("the master is open");
        let shared = Arc::new(Shared::default());
        shared.lock().emulation = Some(vt100::Parser::new(
            positive(rows),
            positive(columns),
            SCROLLBACK_LINES,
        ));
        let killer = child.clone_killer();
        let process = child.process_id();
        thread::spawn({
            let (shared, keyboard) = (Arc::clone(&shared), Arc::clone(&keyboard));
            move || watch_screen(&shared, screen, &keyboard)
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                let code = child.wait().map_or(u32::MAX, |status| status.exit_code());
                shared.lock().exit_code = Some(code);
                shared.changed.notify_all();
            }
        });
        Self {
            shared,
            master: pair.master,
            keyboard,
            killer,
            process,
            expected_until: 0,
            _home: None,
        }
    }

    /// Keeps the folder that the program lives in as long as the terminal.
    pub(super) fn keep(mut self, home: Option<TempDir>) -> Self {
        self._home = home;
        self
    }

    /// The program's number in the system.
    pub(crate) fn process(&self) -> u32 {
        self.process.expect("it was started")
    }

    /// Whether the terminal shows by itself what is typed.
    #[cfg(unix)]
    pub(crate) fn echoes(&self) -> bool {
        const ECHO: u64 = 0o10;
        self.has_local_mode(ECHO)
    }

    /// Whether the terminal keeps what is typed to itself until a line is finished.
    #[cfg(unix)]
    pub(crate) fn edits_lines(&self) -> bool {
        const ICANON: u64 = if cfg!(target_os = "linux") {
            0o2
        } else {
            0x100
        };
        self.has_local_mode(ICANON)
    }

    #[cfg(unix)]
    fn has_local_mode(&self, mode: u64) -> bool {
        let modes = self.master.get_termios().expect("it is a terminal");
        u64::from(modes.local_flags.bits()) & mode != 0
    }

    /// Types.
    pub(crate) fn send(&self, text: impl AsRef<[u8]>) {
        let mut keyboard = self.keyboard.lock().expect("no writer panics");
        keyboard
            .write_all(text.as_ref())
            .and_then(|()| keyboard.flush())
            .expect("the terminal is open");
    }

    /// Types a line and Enter.
    pub(crate) fn send_line(&self, line: &str) {
        self.send(format!("{line}\r"));
    }

    pub(crate) fn send_key(&self, key: Key) {
        self.send(key.bytes());
    }

    /// Waits until the text is on the screen, above it, or was written at some time.
    pub(crate) fn wait_for(&self, text: &str) {
        drop(self.wait_until(&format!("{text:?}"), |output| {
            output.plain.text().contains(text) || output.screen_with_scrollback().contains(text)
        }));
    }

    /// Waits until the text is written after the place where the last `expect` found its own, so that a second
    /// occurrence can be waited for.
    ///
    /// An editor that repaints its line writes its prompt again: expect a reply first, then the prompt after it.
    pub(crate) fn expect(&mut self, text: &str) {
        self.expected_until = self.wait_for_after(Mark(self.expected_until), text).0;
    }

    /// From now on nothing of what the program writes is read, but for one piece, until [`Terminal::read_on`].
    pub(crate) fn stop_reading(&self) {
        self.shared.lock().is_stopped = true;
    }

    pub(crate) fn read_on(&self) {
        self.shared.lock().is_stopped = false;
        self.shared.changed.notify_all();
    }

    /// The end of what the program has written so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.shared.lock().plain.text().len())
    }

    /// Waits until the text is written after the mark; the mark after it.
    pub(crate) fn wait_for_after(&self, mark: Mark, text: &str) -> Mark {
        let output = self.wait_until(&format!("{text:?} after {mark:?}"), |output| {
            output.plain.text()[mark.0..].contains(text)
        });
        let at = output.plain.text()[mark.0..]
            .find(text)
            .expect("it was just there");
        Mark(mark.0 + at + text.len())
    }

    /// Waits until one of the texts is written after the mark, and gives it.
    pub(crate) fn wait_for_either_after<'a>(&self, mark: Mark, texts: &[&'a str]) -> &'a str {
        let mut found = None;
        drop(
            self.wait_until(&format!("{texts:?} after {mark:?}"), |output| {
                let written = &output.plain.text()[mark.0..];
                found = texts.iter().find(|text| written.contains(**text)).copied();
                found.is_some()
            }),
        );
        found.expect("it was just there")
    }

    /// Waits until the screen, without what scrolled away, is as the predicate wants it.
    pub(crate) fn wait_for_screen(&self, wanted: &str, predicate: impl Fn(&str) -> bool) {
        drop(self.wait_until(wanted, |output| predicate(&output.screen())));
    }

    /// What a person sees now.
    pub(crate) fn screen(&self) -> String {
        self.shared.lock().screen()
    }

    /// The same with its colours.
    pub(crate) fn painted_screen(&self) -> vt100::Screen {
        let output = self.shared.lock();
        let emulation = output.emulation.as_ref().expect("set when it was made");
        emulation.screen().clone()
    }

    /// Waits until the text stands on the screen in a colour that the predicate wants.
    pub(crate) fn wait_for_colour(&self, text: &str, wanted: impl Fn(vt100::Color) -> bool) {
        drop(
            self.wait_until(&format!("{text:?} in its colour"), |output| {
                output.colour_of(text).is_some_and(&wanted)
            }),
        );
    }

    /// Waits until the cursor stands in this column, counted from 0.
    pub(crate) fn wait_for_cursor_in(&self, column: u16) {
        drop(
            self.wait_until(&format!("the cursor in column {column}"), |output| {
                let emulation = output.emulation.as_ref();
                emulation.is_some_and(|emulation| emulation.screen().cursor_position().1 == column)
            }),
        );
    }

    /// Every byte that the program has written; its echo of what was typed is among them.
    pub(crate) fn raw_output(&self) -> Vec<u8> {
        self.shared.lock().bytes.clone()
    }

    /// Waits until the program has ended and all that it wrote was read; its exit code.
    pub(crate) fn wait_exit(&self) -> u32 {
        let output = self.wait_until("the program's end", |output| output.exit_code.is_some());
        let code = output.exit_code.expect("it was just there");
        // A program that it started may hold the terminal open, and Windows keeps it open anyway.
        drop(
            self.shared
                .changed
                .wait_timeout_while(output, Duration::from_secs(1), |output| !output.is_over),
        );
        code
    }

    /// Waits until what was sent has come to the terminal, where the program finds it.
    #[cfg(unix)]
    pub(crate) fn wait_until_typed(&self) {
        let name = self.master.tty_name().expect("Unix names terminals");
        let terminal = std::fs::File::open(name).expect("the program has it open");
        let deadline = Instant::now() + DEADLINE;
        while rustix::io::ioctl_fionread(&terminal).expect("it is a terminal") == 0 {
            assert!(
                Instant::now() < deadline,
                "nothing has come to the terminal"
            );
            thread::yield_now();
        }
    }

    /// Gives the window another size. The screen has it before the program hears of it, and paints for it.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let mut output = self.shared.lock();
        let emulation = output.emulation.as_mut().expect("set when it was made");
        emulation
            .screen_mut()
            .set_size(positive(rows), positive(columns));
        drop(output);
        self.master
            .resize(size(rows, columns))
            .expect("the terminal is open");
    }

    fn wait_until(
        &self,
        wanted: &str,
        mut holds: impl FnMut(&mut Output) -> bool,
    ) -> MutexGuard<'_, Output> {
        let deadline = Instant::now() + DEADLINE;
        let mut output = self.shared.lock();
        loop {
            if holds(&mut output) {
                return output;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || output.is_over && output.exit_code.is_some() {
                panic!(
                    "waited for {wanted}, but the terminal shows\n{}",
                    output.report()
                );
            }
            (output, _) = self
                .shared
                .changed
                .wait_timeout(output, left)
                .expect("no holder panics");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.killer.kill();
        self.read_on();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Output> {
        // A failed wait panics with the lock in hand; what it guards is whole all the same.
        self.output
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Output {
    fn screen(&self) -> String {
        self.emulation
            .as_ref()
            .map_or_else(String::new, |emulation| emulation.screen().contents())
    }

    /// Of the first character, where it stands first.
    fn colour_of(&self, text: &str) -> Option<vt100::Color> {
        let screen = self.emulation.as_ref()?.screen();
        let (rows, columns) = screen.size();
        (0..rows.get()).find_map(|row| {
            let cells = (0..columns.get()).filter_map(|column| screen.cell(row, column));
            let letters = cells.map(|cell| match cell.contents() {
                "" => " ",
                letter => letter,
            });
            let line: String = letters.collect();
            let column = line[..line.find(text)?].chars().count();
            let cell = screen.cell(row, u16::try_from(column).ok()?)?;
            Some(cell.fgcolor())
        })
    }

    fn screen_with_scrollback(&mut self) -> String {
        let Some(emulation) = self.emulation.as_mut() else {
            return String::new();
        };
        let screen = emulation.screen_mut();
        let rows = usize::from(screen.size().0.get());
        screen.set_scrollback(usize::MAX);
        let mut above = screen.scrollback();
        let mut text = String::new();
        while above > 0 {
            text.push_str(&screen.contents());
            text.push('\n');
            above = above.saturating_sub(rows);
            screen.set_scrollback(above);
        }
        text + &screen.contents()
    }

    fn report(&mut self) -> String {
        let screen = self.screen();
        let code = self.exit_code;
        format!(
            "----\n{screen}\n---- exit code {code:?}; all that was written:\n{}\n----",
            self.plain.text()
        )
    }
}

fn watch_screen(
    shared: &Shared,
    mut screen: Box<dyn Read + Send>,
    keyboard: &Mutex<Box<dyn Write + Send>>,
) {
    let mut buffer = [0; 4096];
    // Linux ends a terminal that nobody holds any more with an error.
    while let Ok(count @ 1..) = screen.read(&mut buffer) {
        let bytes = &buffer[..count];
        let mut output = shared.lock();
        output.bytes.extend(bytes);
        output.plain.take(bytes);
        let emulation = output.emulation.as_mut().expect("set when it was made");
        emulation.process(bytes);
        let (row, column) = emulation.screen().cursor_position();
        drop(output);
        shared.changed.notify_all();
        if bytes
            .windows(CURSOR_QUESTION.len())
            .any(|w| w == CURSOR_QUESTION)
        {
            let answer = format!("\x1b[{};{}R", row + 1, column + 1);
            let mut keyboard = keyboard.lock().expect("no writer panics");
            // An error means that the program has ended.
            let _ = keyboard.write_all(answer.as_bytes());
        }
        let is_stopped = |output: &mut Output| output.is_stopped;
        drop(shared.changed.wait_while(shared.lock(), is_stopped));
    }
    shared.lock().is_over = true;
    shared.changed.notify_all();
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn positive(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has rows and columns")
}
