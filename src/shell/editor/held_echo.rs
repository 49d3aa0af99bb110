//! Between two prompts nothing that is typed is shown: it may be a password, typed before the server asked for it.

pub use platform::HeldEcho;

#[cfg(unix)]
mod platform {
    use rustix::stdio::stdin;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

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
