//! SIGTERM and SIGHUP: what must not stay behind is put in order, and then they do what they always do.

use std::io;

use super::editor::TerminalModes;
use super::interrupts::Interrupts;
use super::painter::Screen;

/// What is done before such a signal ends the program.
struct Farewell {
    modes: TerminalModes,
    screen: Screen,
    interrupts: Interrupts,
}

/// Listens from now on. The modes that the terminal has now are those that it gets back.
///
/// # Errors
///
/// What the system says.
pub(super) fn listen(screen: &Screen, interrupts: &Interrupts) -> io::Result<()> {
    platform::listen(Farewell {
        modes: TerminalModes::remember(),
        screen: screen.clone(),
        interrupts: interrupts.clone(),
    })
}

impl Farewell {
    fn bid(&self) {
        self.screen.leave();
        self.modes.restore();
        self.interrupts.bid_farewell();
    }
}

#[cfg(unix)]
mod platform {
    use std::io::{self, IsTerminal};

    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::Farewell;

    pub(super) fn listen(farewell: Farewell) -> io::Result<()> {
        let mut signals = Signals::new([SIGTERM])?;
        // `nohup` leaves no terminal on any of the three, and its SIGHUP must stay ignored.
        let has_terminal =
            io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        if has_terminal {
            signals.add_signal(SIGHUP)?;
        }
        std::thread::Builder::new()
            .name("terminations".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    farewell.bid();
                    // Ends the program as the signal would have done at once.
                    let _ = emulate_default_handler(signal);
                }
            })?;
        Ok(())
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;

    use super::Farewell;

    /// Other systems have no such signals; a console that is closed ends the program at once.
    pub(super) fn listen(farewell: Farewell) -> io::Result<()> {
        drop(farewell);
        Ok(())
    }
}
