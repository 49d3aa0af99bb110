//! How the terminal was before the program touched it.

pub use platform::TerminalModes;

#[cfg(unix)]
mod platform {
    use rustix::stdio::stdin;
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

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
}
