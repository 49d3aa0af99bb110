//! The names of the built-ins.

use super::LineError;

/// A command of the shell itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `help` and `?`.
    Help,
    /// `why`.
    Why,
    /// `open TARGET`.
    Open,
    /// `close`.
    Close,
    /// `exit` and `bye`.
    Exit,
    /// `login [USER [PASSWORD]]`.
    Login,
    /// `resume LOCAL [REMOTE]`, `resume --get REMOTE [LOCAL]`.
    Resume,
    /// `alias [NAME [STEP...]]`.
    Alias,
    /// `unalias NAME`.
    Unalias,
    /// `set [NAME [VALUE]]`.
    Set,
    /// `listen`.
    Listen,
    /// `record [--replace] FILE`, `record off`.
    Record,
    /// `jobs`.
    Jobs,
    /// `lcd [FOLDER]`.
    Lcd,
    /// `lpwd`.
    Lpwd,
    /// `resync`.
    Resync,
    /// `table LINE`.
    Table,
    /// `tls`.
    Tls,
    /// `timeline [all]`.
    Timeline,
    /// `trace [on|hex|off|[>>] FILE]`.
    Trace,
    /// `send NAME`, `send hex BYTES`.
    Send,
}

impl Builtin {
    /// Every name and what it calls. `quote` and `!` are not here: each is a kind of line of its own.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("help", Self::Help),
        ("?", Self::Help),
        ("why", Self::Why),
        ("open", Self::Open),
        ("close", Self::Close),
        ("exit", Self::Exit),
        ("bye", Self::Exit),
        ("login", Self::Login),
        ("resume", Self::Resume),
        ("alias", Self::Alias),
        ("unalias", Self::Unalias),
        ("set", Self::Set),
        ("listen", Self::Listen),
        ("record", Self::Record),
        ("jobs", Self::Jobs),
        ("lcd", Self::Lcd),
        ("lpwd", Self::Lpwd),
        ("resync", Self::Resync),
        ("table", Self::Table),
        ("tls", Self::Tls),
        ("timeline", Self::Timeline),
        ("trace", Self::Trace),
        ("send", Self::Send),
    ];

    /// The built-in of exactly this name; `HELP` is a verb of the server, not ours.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find_map(|&(known, builtin)| (known == name).then_some(builtin))
    }

    /// The first name in [`Builtin::NAMES`].
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find_map(|&(name, builtin)| (builtin == self).then_some(name))
            .expect("every built-in has a row in NAMES, which a test checks")
    }

    /// Its arguments as text.
    pub(crate) fn arguments_as_text(
        self,
        arguments: Vec<Vec<u8>>,
    ) -> Result<Vec<String>, LineError> {
        let as_text = |(index, argument)| {
            String::from_utf8(argument).map_err(|_| LineError::ArgumentNotText {
                name: self.name(),
                position: index + 1,
            })
        };
        arguments.into_iter().enumerate().map(as_text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Builtin;

    #[test]
    fn every_name_leads_to_its_built_in_and_no_other_spelling_does() {
        for &(name, builtin) in Builtin::NAMES {
            assert_eq!(Builtin::named(name), Some(builtin));
            if name != "?" {
                assert_eq!(Builtin::named(&name.to_uppercase()), None);
            }
        }
        assert_eq!(Builtin::named("quote"), None);
        assert_eq!(Builtin::named(""), None);
    }

    #[test]
    fn every_built_in_has_a_name() {
        for (builtin, name) in [
            (Builtin::Help, "help"),
            (Builtin::Why, "why"),
            (Builtin::Open, "open"),
            (Builtin::Close, "close"),
            (Builtin::Exit, "exit"),
            (Builtin::Login, "login"),
            (Builtin::Resume, "resume"),
            (Builtin::Alias, "alias"),
            (Builtin::Unalias, "unalias"),
            (Builtin::Set, "set"),
            (Builtin::Record, "record"),
            (Builtin::Jobs, "jobs"),
            (Builtin::Lcd, "lcd"),
            (Builtin::Lpwd, "lpwd"),
            (Builtin::Resync, "resync"),
            (Builtin::Table, "table"),
            (Builtin::Tls, "tls"),
            (Builtin::Timeline, "timeline"),
            (Builtin::Trace, "trace"),
            (Builtin::Send, "send"),
        ] {
            assert_eq!(builtin.name(), name);
        }
    }
}
