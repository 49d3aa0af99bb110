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
    /// `ways [--verbose]`.
    Ways,
    /// `timeline [all]`.
    Timeline,
    /// `picture`.
    Picture,
    /// `trace [on|hex|off|[>>] FILE]`.
    Trace,
    /// `send NAME`, `send hex BYTES`.
    Send,
    /// `goal`, in a lesson.
    Goal,
    /// `hint`, in a lesson.
    Hint,
    /// `check`, in a lesson.
    Check,
    /// `show`, in a lesson.
    Show,
    /// `next`, in a lesson.
    Next,
    /// `again`, in a lesson.
    Again,
    /// `answer NUMBER|NAME`, in a lesson.
    Answer,
    /// `lessons`, in a lesson.
    Lessons,
    /// `learn map`, in a lesson.
    Learn,
}

/// Which words are ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// Those that are there always.
    #[default]
    Usual,
    /// Those of lessons too.
    OfLesson,
}

impl Words {
    /// The built-in of exactly this name.
    #[must_use]
    pub fn builtin(self, name: &str) -> Option<Builtin> {
        let of_lesson = || named_in(Builtin::LESSON_NAMES, name);
        match self {
            Self::Usual => Builtin::named(name),
            Self::OfLesson => Builtin::named(name).or_else(of_lesson),
        }
    }

    /// Every name and what it calls.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static (&'static str, Builtin)> {
        let of_lesson = match self {
            Self::Usual => &[][..],
            Self::OfLesson => Builtin::LESSON_NAMES,
        };
        Builtin::NAMES.iter().chain(of_lesson)
    }
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
        ("ways", Self::Ways),
        ("timeline", Self::Timeline),
        ("picture", Self::Picture),
        ("trace", Self::Trace),
        ("send", Self::Send),
    ];

    /// Those that exist in lessons alone.
    pub const LESSON_NAMES: &'static [(&'static str, Self)] = &[
        ("goal", Self::Goal),
        ("hint", Self::Hint),
        ("check", Self::Check),
        ("show", Self::Show),
        ("next", Self::Next),
        ("again", Self::Again),
        ("answer", Self::Answer),
        ("lessons", Self::Lessons),
        ("learn", Self::Learn),
    ];

    /// The built-in of exactly this name; `HELP` is a verb of the server, not ours.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        named_in(Self::NAMES, name)
    }

    /// The first name in [`Builtin::NAMES`], or that in [`Builtin::LESSON_NAMES`].
    #[must_use]
    pub fn name(self) -> &'static str {
        Words::OfLesson
            .names()
            .find_map(|&(name, builtin)| (builtin == self).then_some(name))
            .expect("every built-in has a row in NAMES, which a test checks")
    }

    /// Whether it tells of what other lines did; what it finds missing is no problem of its own.
    pub(super) fn is_about_others(self) -> bool {
        matches!(
            self,
            Self::Why | Self::Goal | Self::Hint | Self::Check | Self::Answer | Self::Lessons
        )
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

fn named_in(names: &[(&str, Builtin)], name: &str) -> Option<Builtin> {
    names
        .iter()
        .find_map(|&(known, builtin)| (known == name).then_some(builtin))
}

#[cfg(test)]
mod tests {
    use super::{Builtin, Words};

    #[test]
    fn the_words_of_lessons_exist_in_lessons_alone() {
        for &(name, builtin) in Builtin::LESSON_NAMES {
            assert_eq!(Words::Usual.builtin(name), None);
            assert_eq!(Words::OfLesson.builtin(name), Some(builtin));
            assert_eq!(builtin.name(), name);
        }
        assert_eq!(Words::OfLesson.builtin("why"), Some(Builtin::Why));
    }

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
            (Builtin::Ways, "ways"),
            (Builtin::Timeline, "timeline"),
            (Builtin::Picture, "picture"),
            (Builtin::Trace, "trace"),
            (Builtin::Send, "send"),
        ] {
            assert_eq!(builtin.name(), name);
        }
    }
}
