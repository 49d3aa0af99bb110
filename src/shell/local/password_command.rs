//! The command that prints a password.

use std::io::{self, Read};
use std::process::{ExitStatus, Stdio};

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
    /// So much is no password.
    #[error("the password command printed more than {MAX_BYTES} bytes")]
    TooLong,
}

/// Runs the command in the local shell, as `!command` does, and takes the first line that it prints.
///
/// # Errors
///
/// [`NoPassword`].
pub(crate) fn run_for_password(command: &str, input: Stdio) -> Result<Vec<u8>, NoPassword> {
    let mut process = local_shell(command.as_bytes())?;
    let mut child = process.stdin(input).stdout(Stdio::piped()).spawn()?;
    let mut printed = Vec::new();
    let read = match child.stdout.take() {
        Some(output) => output.take(MAX_BYTES + 1).read_to_end(&mut printed),
        None => Ok(0),
    };
    if read.is_err() || printed.len() as u64 > MAX_BYTES {
        // Nobody reads on, so it might not end by itself; one that has ended cannot be killed.
        let _ = child.kill();
        child.wait()?;
        read?;
        return Err(NoPassword::TooLong);
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(NoPassword::Failed(status));
    }
    first_line(&printed)
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

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::{NoPassword, run_for_password};

    #[test]
    fn the_first_line_of_output_is_the_password() {
        for (command, password) in [
            ("echo hunter2", "hunter2"),
            ("echo hunter2&& echo user: me", "hunter2"),
        ] {
            let printed = run_for_password(command, Stdio::null()).unwrap();
            assert_eq!(String::from_utf8(printed).unwrap(), password, "{command}");
        }
    }

    #[test]
    fn a_command_that_fails_gives_none_whatever_it_printed() {
        let failed = run_for_password("echo hunter2&& exit 3", Stdio::null()).unwrap_err();
        assert!(matches!(failed, NoPassword::Failed(_)));
        assert!(failed.to_string().contains('3') && !failed.to_string().contains("hunter2"));
        let silent = run_for_password("exit 0", Stdio::null()).unwrap_err();
        assert!(matches!(silent, NoPassword::Silent));
    }

    #[cfg(unix)]
    #[test]
    fn output_without_end_or_without_text_is_no_password() {
        let endless = run_for_password("yes hunter2", Stdio::null()).unwrap_err();
        assert!(matches!(endless, NoPassword::TooLong));
        let empty = run_for_password("echo; echo hunter2", Stdio::null()).unwrap_err();
        assert!(matches!(empty, NoPassword::Silent));
        let bytes = run_for_password(r"printf 'caf\351\r\n'", Stdio::null()).unwrap();
        assert_eq!(bytes, b"caf\xe9");
    }
}
