//! What a terminal understands.

use std::ffi::OsStr;

/// Whether it gets neither colour nor a status line. One that names itself in `TERM` is believed: that of MSYS takes escape
/// sequences, and is no console.
pub(crate) fn is_dumb(term: Option<&OsStr>, console_takes_escapes: bool) -> bool {
    match term {
        Some(term) => term == "dumb",
        None => !console_takes_escapes,
    }
}

/// Switches escape sequences on. False where there is no console, or one of a Windows before 10, which would print them.
#[cfg(windows)]
pub(crate) fn takes_escapes() -> bool {
    nu_ansi_term::enable_ansi_support().is_ok()
}

/// No other system has a console that must be told.
#[cfg(not(windows))]
pub(crate) fn takes_escapes() -> bool {
    true
}

/// Whether a program has switched the terminal to single keys, as pagers and editors do.
#[cfg(unix)]
pub(crate) fn is_taken() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};

    let modes = tcgetattr(rustix::stdio::stdin());
    modes.is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
}

/// A console does not tell.
#[cfg(not(unix))]
pub(crate) fn is_taken() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::is_dumb;

    #[test]
    fn a_terminal_is_dumb_if_it_says_so_or_is_a_console_without_escape_sequences() {
        for (term, console_takes_escapes, dumb) in [
            (Some("dumb"), true, true),
            (Some("xterm"), false, false),
            (Some("xterm"), true, false),
            (None, false, true),
            (None, true, false),
        ] {
            let is = is_dumb(term.map(str::as_ref), console_takes_escapes);
            assert_eq!(is, dumb, "{term:?}, {console_takes_escapes}");
        }
    }
}
