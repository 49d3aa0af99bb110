//! The command that prints a password.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::places::{end_of_command, local_shell};

/// Why there is no password. It repeats neither the command nor what it printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPassword {
    /// It could not be started, or not be read from.
    #[error("the password command did not run: {0}")]
    NotRun(#[from] io::Error),
    /// It ended with a failure, whatever it had printed.
    #[error("no password: {}", end_of_command(*.0))]
    Failed(ExitStatus),
    /// Nothing, or an empty first line.
    #[error("the password command printed no password: its first line of output is what counts")]
    Silent,
    /// A second command could hide there.
    #[error("the password that the command printed holds CR, LF or NUL, which no line can carry")]
    LineEnd,
    /// No line came, or no end.
    #[error("no password: the command did not end, or printed no line, within {0} s (--timeout)")]
    Late(u64),
    /// Ctrl-C.
    #[error("no password: the command was interrupted")]
    Interrupted,
    /// So much is no password.
    #[error("the password command printed more than {MAX_BYTES} bytes")]
    TooLong,
}

/// Runs the command in the local shell, as `!command` does, and takes the first line that it prints; its end is awaited,
/// since a failure counts, but not that of what it leaves behind. `limit` is for both.
///
/// # Errors
///
/// [`NoPassword`].
pub(crate) fn run_for_password(
    command: &str,
    input: Stdio,
    limit: Option<Duration>,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<Vec<u8>, NoPassword> {
    let mut process = local_shell(command.as_bytes())?;
    let mut child = process.stdin(input).stdout(Stdio::piped()).spawn()?;
    let password = child.stdout.take().map_or(Ok(Vec::new()), |output| {
        let printed = printed_by(output)?;
        await_password(&mut child, &printed, limit, is_interrupted)
    });
    if password.is_err() {
        // It might not end by itself; one that has ended cannot be killed.
        let _ = child.kill();
        child.wait()?;
    }
    password
}

/// What a thread of its own reads: the first line as soon as it is whole, or all that there is of it.
fn printed_by(output: ChildStdout) -> io::Result<Receiver<Result<Vec<u8>, NoPassword>>> {
    let (sender, printed) = mpsc::channel();
    let read = move || {
        let mut output = BufReader::new(output.take(MAX_BYTES + 1));
        let mut line = Vec::new();
        let read = output.read_until(b'\n', &mut line);
        // Nobody receives it if the time was over first.
        let _ = sender.send(match read {
            Ok(_) => first_line(&line),
            Err(error) => Err(error.into()),
        });
        // A command that cannot print the rest would fail.
        let _ = io::copy(&mut output, &mut io::sink());
        if output.get_ref().limit() == 0 {
            let _ = sender.send(Err(NoPassword::TooLong));
        }
    };
    std::thread::Builder::new()
        .name("password".to_owned())
        .spawn(read)?;
    Ok(printed)
}

fn await_password(
    child: &mut Child,
    printed: &Receiver<Result<Vec<u8>, NoPassword>>,
    limit: Option<Duration>,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<Vec<u8>, NoPassword> {
    let start = Instant::now();
    let mut first = None;
    loop {
        match printed.recv_timeout(POLL_INTERVAL) {
            Ok(Err(NoPassword::TooLong)) => return Err(NoPassword::TooLong),
            Ok(line) => first = Some(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(POLL_INTERVAL),
        }
        match child.try_wait()? {
            Some(status) if !status.success() => {
                // Whoever prints without end fails because no more of it is read.
                let is_endless = matches!(printed.try_recv(), Ok(Err(NoPassword::TooLong)));
                return Err(match is_endless {
                    true => NoPassword::TooLong,
                    false => NoPassword::Failed(status),
                });
            }
            Some(_) if first.is_some() => return first.unwrap_or(Err(NoPassword::Silent)),
            _ => {}
        }
        if is_interrupted() {
            return Err(NoPassword::Interrupted);
        }
        if let Some(limit) = limit.filter(|&limit| start.elapsed() >= limit) {
            return Err(NoPassword::Late(limit.as_secs()));
        }
    }
}

fn first_line(printed: &[u8]) -> Result<Vec<u8>, NoPassword> {
    let line = printed.split(|&byte| byte == b'\n').next();
    let line = line.unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(NoPassword::Silent);
    }
    if line.iter().any(|byte| b"\r\0".contains(byte)) {
        return Err(NoPassword::LineEnd);
    }
    Ok(line.to_vec())
}

const MAX_BYTES: u64 = 64 * 1024;
const POLL_INTERVAL: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::{NoPassword, run_for_password};

    fn run(command: &str) -> Result<Vec<u8>, NoPassword> {
        run_for_password(command, Stdio::null(), None, &|| false)
    }

    #[test]
    fn the_first_line_of_output_is_the_password() {
        for (command, password) in [
            ("echo hunter2", "hunter2"),
            ("echo hunter2&& echo user: me", "hunter2"),
        ] {
            let printed = run(command).unwrap();
            assert_eq!(String::from_utf8(printed).unwrap(), password, "{command}");
        }
    }

    #[test]
    fn a_command_that_fails_gives_none_whatever_it_printed() {
        let failed = run("echo hunter2&& exit 3").unwrap_err();
        assert!(matches!(failed, NoPassword::Failed(_)));
        assert!(failed.to_string().contains('3') && !failed.to_string().contains("hunter2"));
        let silent = run("exit 0").unwrap_err();
        assert!(matches!(silent, NoPassword::Silent));
    }

    #[cfg(unix)]
    #[test]
    fn output_without_end_or_without_text_is_no_password() {
        let endless = run("yes hunter2").unwrap_err();
        assert!(matches!(endless, NoPassword::TooLong));
        let empty = run("echo; echo hunter2").unwrap_err();
        assert!(matches!(empty, NoPassword::Silent));
        let bytes = run(r"printf 'caf\351\r\n'").unwrap();
        assert_eq!(bytes, b"caf\xe9");
    }
}
