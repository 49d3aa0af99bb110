//! Where received data goes that does not go to files, and where sent data comes from: pipes, the screen, the keyboard.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command as Process, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crate::client::{Destination, Ending, Outcome, TransferResult};
use crate::shell::doctor::PASSWORD_VARIABLE;
use crate::shell::interrupts::Interrupts;
use crate::shell::replay::TRANSCRIPT_VARIABLES;
use crate::shell::run::PASSPHRASE_VARIABLE;
use crate::shell::screen::painter::Screen;

/// The standard input of a local command.
pub(crate) struct LocalCommand {
    input: Option<ChildStdin>,
}

impl LocalCommand {
    /// Starts the command, which prints to `output`; the child is to be waited for once the transfer is over.
    pub(crate) fn start(command: &[u8], output: Stdio) -> io::Result<(Self, Child)> {
        let mut process = local_shell(command)?;
        let mut child = process.stdin(Stdio::piped()).stdout(output).spawn()?;
        let input = child.stdin.take();
        Ok((Self { input }, child))
    }
}

impl Destination for LocalCommand {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.input {
            Some(input) => input.write_all(bytes),
            None => Ok(()),
        }
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        self.input = None;
        Ok(())
    }
}

/// What Ctrl-C or the time limit has done to the transfer whose data a local command reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Interruption {
    #[default]
    None,
    Aborted,
    /// Its reply is not waited for any more, or the command took nothing for too long.
    Left,
    /// A time limit is over; the command may make something of what has come, if it is quick.
    TimedOut,
}

impl Interruption {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome.ending {
            Ending::Interrupted => return Self::Left,
            Ending::TimedOut => return Self::TimedOut,
            _ => {}
        }
        match outcome.transfer.as_ref().map(|transfer| &transfer.result) {
            Some(TransferResult::LocalFailed(_)) => Self::Left,
            Some(TransferResult::Aborted) => Self::Aborted,
            _ => Self::None,
        }
    }
}

/// Waits for a local command that has read the data of a transfer. Where there is no transfer left to abort, it ends
/// the command, which may not have read and may not hear Ctrl-C itself.
pub(crate) fn wait_for_reader(
    mut child: Child,
    interruption: Interruption,
    interrupts: &Interrupts,
) -> io::Result<ExitStatus> {
    match interruption {
        Interruption::None => child.wait(),
        Interruption::Left => end(child),
        Interruption::TimedOut => match wait_within(&mut child, READER_GRACE)? {
            Some(status) => Ok(status),
            None => end(child),
        },
        Interruption::Aborted => {
            interrupts.take();
            while !interrupts.take() {
                if let Some(status) = child.try_wait()? {
                    return Ok(status);
                }
                std::thread::sleep(POLL_INTERVAL);
            }
            end(child)
        }
    }
}

/// As `the local command ended with exit status 3`, or with a signal.
pub(crate) fn end_of_command(status: ExitStatus) -> String {
    let status = status.to_string().replacen(": ", " ", 1);
    format!("the local command ended with {status}")
}

/// Asks a local command to end, so that a pager gives the terminal back, and ends it if it does not.
fn end(mut child: Child) -> io::Result<ExitStatus> {
    platform::ask_to_end(&child);
    if let Some(status) = wait_within(&mut child, KILL_DELAY)? {
        return Ok(status);
    }
    child.kill()?;
    child.wait()
}

fn wait_within(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    Ok(None)
}

const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long a command may go on once nothing more comes for it.
const READER_GRACE: Duration = Duration::from_secs(1);
const KILL_DELAY: Duration = Duration::from_millis(500);

/// Standard output, raw.
pub(crate) struct StandardOutput(pub Screen);

impl Destination for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.0.data(bytes);
        written.map_err(|error| io::Error::new(error.kind(), format!("standard output: {error}")))
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }

    fn is_screen(&self) -> bool {
        true
    }
}

/// Data as they are typed: the end of the sender is the end of the data.
pub(crate) struct TypedData {
    lines: Receiver<Vec<u8>>,
    ready: io::Cursor<Vec<u8>>,
}

impl TypedData {
    /// The keyboard's end and the transfer's end.
    pub(crate) fn new() -> (Sender<Vec<u8>>, Self) {
        let (sender, lines) = mpsc::channel();
        (
            sender,
            Self {
                lines,
                ready: io::Cursor::new(Vec::new()),
            },
        )
    }
}

impl Read for TypedData {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.ready.read(buffer)?;
            if length > 0 {
                return Ok(length);
            }
            match self.lines.recv() {
                Ok(line) => self.ready = io::Cursor::new(line),
                Err(_) => return Ok(0),
            }
        }
    }
}

/// The platform's shell, about to run this command line.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] where a command line must be text and is not.
pub(crate) fn local_shell(command: &[u8]) -> io::Result<Process> {
    let mut process = platform::shell(command)?;
    for (name, _) in std::env::vars_os().filter(|(name, _)| may_be_secret(name)) {
        process.env_remove(name);
    }
    Ok(process)
}

/// A variable of this program that may hold a secret. Any of those for transcripts may: only a transcript says which.
fn may_be_secret(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    name == PASSPHRASE_VARIABLE
        || name == PASSWORD_VARIABLE
        || name.starts_with(TRANSCRIPT_VARIABLES)
}

#[cfg(unix)]
mod platform {
    use std::ffi::OsStr;
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::process::{Child, Command as Process};

    use rustix::process::{Pid, Signal, kill_process};

    pub(crate) fn ask_to_end(child: &Child) {
        // It fails only where it has ended.
        let _ = kill_process(Pid::from_child(child), Signal::TERM);
    }

    pub(crate) fn shell(command: &[u8]) -> io::Result<Process> {
        let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
        let mut process = Process::new(shell.unwrap_or_else(|| "/bin/sh".into()));
        process.arg("-c").arg(OsStr::from_bytes(command));
        Ok(process)
    }
}

#[cfg(windows)]
mod platform {
    use std::io;
    use std::os::windows::process::CommandExt;
    use std::process::{Child, Command as Process};

    /// Does nothing: no signal asks a process to end there.
    pub(crate) fn ask_to_end(_: &Child) {}

    /// The line goes there as it was typed: `cmd` knows nothing of the quotes and backslashes by which a program is given
    /// its arguments. With `/S` it takes exactly the outer quotes off.
    pub(crate) fn shell(command: &[u8]) -> io::Result<Process> {
        let line = std::str::from_utf8(command)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the command is not UTF-8"))?;
        let shell = std::env::var_os("COMSPEC").unwrap_or_else(|| "cmd.exe".into());
        let mut process = Process::new(shell);
        process.args(["/S", "/C"]).raw_arg(format!("\"{line}\""));
        Ok(process)
    }
}

#[cfg(test)]
mod tests {
    use super::local_shell;

    #[test]
    fn the_shell_is_given_the_line_as_it_was_typed() {
        let line = r#"echo "a  b" 'c' \\ "%d" | sort"#;
        let process = local_shell(line.as_bytes()).unwrap();
        let arguments: Vec<_> = process.get_args().map(|it| it.to_str().unwrap()).collect();
        if cfg!(windows) {
            assert_eq!(arguments, ["/S", "/C", &format!("\"{line}\"")]);
        } else {
            assert_eq!(arguments, ["-c", line]);
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_line_that_is_not_text_is_refused() {
        let error = local_shell(b"echo \xe9").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
