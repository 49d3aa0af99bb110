//! The modes of the terminal: how they were before the program touched it, and how they are between two prompts.
//!
//! Between two prompts nothing that is typed is shown: it may be a password, typed before the server asked for it.

pub use platform::{HeldEcho, TerminalModes};

#[cfg(unix)]
mod platform {
    use rustix::stdio::stdin;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The modes that the terminal had when they were remembered.
    #[derive(Debug)]
    pub struct TerminalModes {
        before: Option<Termios>,
    }

    impl TerminalModes {
        /// Remembers them; without a terminal there is nothing to remember.
        #[must_use]
        pub fn remember() -> Self {
            Self {
                before: tcgetattr(stdin()).ok(),
            }
        }

        /// Puts them back.
        pub fn restore(&self) {
            if let Some(before) = &self.before {
                // A terminal that is gone needs nothing.
                let _ = tcsetattr(stdin(), OptionalActions::Now, before);
            }
        }
    }

    /// While it lives, the terminal neither echoes nor edits; Ctrl-C is still a signal, and what is typed waits for the
    /// next prompt.
    pub struct HeldEcho {
        before: Option<Termios>,
    }

    impl HeldEcho {
        /// Takes the terminal's modes; without a terminal, nothing happens.
        #[must_use]
        pub fn hold() -> Self {
            Self::change(|modes| *modes -= LocalModes::ECHO | LocalModes::ICANON)
        }

        /// The same for one secret that is being typed where the terminal itself edits the line (TERM=dumb).
        #[must_use]
        pub fn hide() -> Self {
            Self::change(|modes| {
                *modes -= LocalModes::ECHO;
                *modes |= LocalModes::ECHONL;
            })
        }

        fn change(change: impl FnOnce(&mut LocalModes)) -> Self {
            let before = tcgetattr(stdin()).ok();
            if let Some(mut modes) = before.clone() {
                change(&mut modes.local_modes);
                // A terminal that refuses goes on echoing, as it would without this.
                let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
            }
            Self { before }
        }
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
    /// Other systems give the console back by themselves when a program ends.
    #[derive(Debug)]
    pub struct TerminalModes;

    impl TerminalModes {
        /// Does nothing.
        #[must_use]
        pub fn remember() -> Self {
            Self
        }

        /// Does nothing.
        pub fn restore(&self) {}
    }

    /// Other systems' consoles echo what is typed ahead; there is no safe way to their modes in the crates we use.
    pub struct HeldEcho;

    impl HeldEcho {
        /// Does nothing.
        #[must_use]
        pub fn hold() -> Self {
            Self
        }

        /// Does nothing; there is no terminal without a cursor there.
        #[must_use]
        pub fn hide() -> Self {
            Self
        }
    }
}
