//! SIGTERM and SIGHUP: what must not be left over is removed, and then the signals do what they always do.

use std::io;

use super::editor::TerminalModes;
use super::interrupts::Interrupts;
use super::screen::painter::Screen;

/// What is done before such a signal ends the program.
struct Cleanup {
    modes: TerminalModes,
    screen: Screen,
    interrupts: Interrupts,
}

/// Listens from now on. The modes that the terminal has now are those that it gets back.
///
/// # Errors
///
/// The error of the system.
pub(super) fn listen(screen: &Screen, interrupts: &Interrupts) -> io::Result<()> {
    platform::listen(Cleanup {
        modes: TerminalModes::remember(),
        screen: screen.clone(),
        interrupts: interrupts.clone(),
    })
}

impl Cleanup {
    fn run(&self) {
        // From here on nothing waits, asks or writes, so the terminal stays as it is left here.
        self.interrupts.clean_up();
        self.screen.leave();
        self.modes.restore();
    }
}

#[cfg(unix)]
mod platform {
    use std::io::{self, IsTerminal};

    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::Cleanup;

    pub(super) fn listen(cleanup: Cleanup) -> io::Result<()> {
        let mut signals = Signals::new([SIGTERM])?;
        if !is_hangup_ignored() {
            signals.add_signal(SIGHUP)?;
        }
        std::thread::Builder::new()
            .name("terminations".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    cleanup.run();
                    // Ends the program as the signal would have done at once.
                    let _ = emulate_default_handler(signal);
                }
            })?;
        Ok(())
    }

    /// Whether `nohup` or something like it wants SIGHUP to stay ignored.
    fn is_hangup_ignored() -> bool {
        // Without unsafe code, only Linux shows what was inherited.
        let status = std::fs::read_to_string("/proc/self/status").ok();
        let ignored = status.and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(line.trim(), 16).ok()
        });
        // `nohup` leaves no terminal on any of the three.
        ignored.map_or_else(
            || {
                !io::stdin().is_terminal()
                    && !io::stdout().is_terminal()
                    && !io::stderr().is_terminal()
            },
            |ignored| ignored & 1 << (SIGHUP - 1) != 0,
        )
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;

    use super::Cleanup;

    /// Other systems have no such signals; a console that is closed ends the program at once.
    pub(super) fn listen(cleanup: Cleanup) -> io::Result<()> {
        drop(cleanup);
        Ok(())
    }
}
