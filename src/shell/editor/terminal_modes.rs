//! The modes of the terminal: how they were before the program touched it, and how they are between two prompts.
//!
//! Between two prompts nothing that is typed is shown: it may be a password, typed before the server asked for it. Nor
//! does the terminal edit lines there: a Ctrl-D would be its end of file, and lost to the next prompt. The editor, which
//! takes the modes that it finds for those to put back, finds them so and leaves them so.
//! Ctrl-] is a signal there, in the place of the character that quits (Ctrl-\\).

pub(crate) use platform::{HAS_ESCAPE_KEY, HeldEcho, TerminalModes, has_typed_ahead, watch_keys};

#[cfg(unix)]
mod platform {
    use std::io;

    use rustix::io::ioctl_fionread;
    use rustix::process::{Signal, getpgrp, kill_current_process_group};
    use rustix::stdio::stdin;
    use rustix::termios::{
        LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
    };
    use signal_hook::consts::{SIGCONT, SIGQUIT};
    use signal_hook::iterator::Signals;

    /// Whether Ctrl-] is heard between two prompts.
    pub(crate) const HAS_ESCAPE_KEY: bool = true;

    const CTRL_BRACKET: u8 = 0x1d;

    /// Calls `escape` for each Ctrl-] between two prompts, and `resumed` when the program goes on after Ctrl-Z, on a
    /// thread of its own.
    pub(crate) fn watch_keys(
        escape: impl Fn() + Send + 'static,
        resumed: impl Fn() + Send + 'static,
    ) -> io::Result<()> {
        let mut signals = Signals::new([SIGQUIT, SIGCONT])?;
        let hear = move |signal| match signal {
            SIGCONT => resumed(),
            _ => escape(),
        };
        std::thread::Builder::new()
            .name("escape-key".to_owned())
            .spawn(move || signals.forever().for_each(hear))?;
        Ok(())
    }

    /// The modes that the terminal had when they were remembered.
    #[derive(Debug)]
    pub(crate) struct TerminalModes {
        before: Option<Termios>,
    }

    impl TerminalModes {
        /// Remembers them; without a terminal there is nothing to remember.
        pub(crate) fn remember() -> Self {
            Self {
                before: tcgetattr(stdin()).ok(),
            }
        }

        /// Puts them back.
        pub(crate) fn restore(&self) {
            if let Some(before) = &self.before {
                // A terminal that is gone needs nothing.
                let _ = tcsetattr(stdin(), OptionalActions::Now, before);
            }
        }

        /// Suspends the program as Ctrl-Z does, with these modes; afterwards the terminal has the present ones again.
        pub(crate) fn suspend(&self) -> bool {
            let Ok(present) = tcgetattr(stdin()) else {
                return false;
            };
            self.restore();
            // Where nothing could resume the program, the system ignores the signal.
            let _ = kill_current_process_group(Signal::TSTP);
            let _ = tcsetattr(stdin(), OptionalActions::Now, &present);
            true
        }
    }

    /// Whether keys wait that nobody has read.
    pub(crate) fn has_typed_ahead() -> bool {
        // Where the terminal edits lines, it counts none that is not finished.
        let _held = HeldEcho::hold();
        ioctl_fionread(stdin()).is_ok_and(|count| count > 0)
    }

    /// While it lives, the terminal neither echoes nor edits; Ctrl-C is still a signal, Ctrl-] is one, and what is
    /// typed waits for the next prompt, whatever signals come.
    pub(crate) struct HeldEcho {
        before: Option<Termios>,
    }

    impl HeldEcho {
        /// Takes the terminal's modes; without a terminal, nothing happens.
        pub(crate) fn hold() -> Self {
            Self::change(while_waiting)
        }

        /// The same from one prompt to the next, without the signal of Ctrl-].
        pub(crate) fn between_prompts() -> Self {
            Self::change(|modes| modes.local_modes -= LocalModes::ECHO | LocalModes::ICANON)
        }

        /// The same for one secret that is being typed where the terminal itself edits the line (TERM=dumb).
        pub(crate) fn hide() -> Self {
            Self::change(|modes| {
                modes.local_modes -= LocalModes::ECHO;
                modes.local_modes |= LocalModes::ECHONL;
            })
        }

        /// Takes the modes of [`HeldEcho::hold`] again after the program was suspended: the shell that it came back
        /// from has set its own.
        pub(crate) fn renew(&self) {
            // In the background the terminal is somebody else's, and a change would suspend the program again.
            if self.before.is_some() && tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp()) {
                change_modes(while_waiting);
            }
        }

        fn change(change: impl FnOnce(&mut Termios)) -> Self {
            Self {
                before: change_modes(change),
            }
        }
    }

    /// Gives the modes from before.
    fn change_modes(change: impl FnOnce(&mut Termios)) -> Option<Termios> {
        let before = tcgetattr(stdin()).ok()?;
        let mut modes = before.clone();
        change(&mut modes);
        // A terminal that refuses goes on echoing, as it would without this.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
        Some(before)
    }

    fn while_waiting(modes: &mut Termios) {
        modes.local_modes -= LocalModes::ECHO | LocalModes::ICANON;
        modes.local_modes |= LocalModes::NOFLSH;
        modes.special_codes[SpecialCodeIndex::VQUIT] = CTRL_BRACKET;
    }

    impl Drop for HeldEcho {
        fn drop(&mut self) {
            if let Some(before) = &self.before {
                // As above.
                let _ = tcsetattr(stdin(), OptionalActions::Now, before);
            }
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;

    /// The console has no such key.
    pub(crate) const HAS_ESCAPE_KEY: bool = false;

    /// Calls neither.
    pub(crate) fn watch_keys(
        _escape: impl Fn() + Send + 'static,
        _resumed: impl Fn() + Send + 'static,
    ) -> io::Result<()> {
        Ok(())
    }

    /// Other systems give the console back by themselves when a program ends.
    #[derive(Debug)]
    pub(crate) struct TerminalModes;

    impl TerminalModes {
        /// Does nothing.
        pub(crate) fn remember() -> Self {
            Self
        }

        /// Does nothing.
        pub(crate) fn restore(&self) {}

        /// No key suspends a program there.
        pub(crate) fn suspend(&self) -> bool {
            false
        }
    }

    /// It is not known there.
    pub(crate) fn has_typed_ahead() -> bool {
        false
    }

    /// Other systems' consoles echo what is typed ahead; there is no safe way to their modes in the crates we use.
    pub(crate) struct HeldEcho;

    impl HeldEcho {
        /// Does nothing.
        pub(crate) fn hold() -> Self {
            Self
        }

        /// Does nothing.
        pub(crate) fn between_prompts() -> Self {
            Self
        }

        /// Does nothing; there is no terminal without a cursor there.
        pub(crate) fn hide() -> Self {
            Self
        }

        /// Does nothing.
        pub(crate) fn renew(&self) {}
    }
}
