//! One row of the table of settings, and the types that a setting may have.
//!
//! A row gives everything: what `set NAME VALUE` and the configuration file read, what is listed, completed and hinted,
//! and what `help set` says.
//!
//! ```text
//! Setting { name: "pager", of: &Choice(|settings: &mut Self| &mut settings.pager), about: "..." }
//! Setting { name: "width", of: &Number { range: 20..=400, unit: "columns", field: |settings| ... }, about: "..." }
//! ```

use std::fmt::Display;
use std::str::FromStr;

use crate::client::NotAPortRange;
use crate::tls::NotSendable;

/// One row of the table of settings, which belong to an `S`.
pub(crate) struct Setting<S: 'static> {
    /// The name after `set`.
    pub(crate) name: &'static str,
    /// Its type, and where it is kept.
    pub(crate) of: &'static dyn SettingType<S>,
    /// What it decides.
    pub(crate) about: &'static str,
}

/// What the values of a setting are.
pub(crate) trait SettingType<S>: Sync {
    /// Its value now, as it would be typed.
    fn value(&self, settings: &S) -> String;

    /// Takes a value as it is typed.
    ///
    /// # Errors
    ///
    /// It is not one, and nothing changes.
    fn set(&self, settings: &mut S, value: &str) -> Result<(), WrongValue>;

    /// Its values, the default first, where they can be listed.
    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// What Tab offers.
    fn offered(&self) -> Vec<&'static str> {
        self.names()
    }

    /// Its values in words, where they cannot be listed.
    fn describe(&self) -> String {
        String::new()
    }

    /// Whether a value is the path of a local file.
    fn is_file(&self) -> bool {
        false
    }

    /// How a value may be written in the configuration file, besides in quotes.
    fn notation(&self) -> Notation {
        Notation::Quoted
    }
}

/// Why a value is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WrongValue {
    /// It is not one of the values.
    Unknown,
    /// What is wrong with it. The value is not repeated: it may hold a secret.
    Explained(String),
}

/// How a value is written in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `"raw"`; a boolean stands for `"on"` or `"off"`.
    Quoted,
    /// `80`.
    Number,
}

/// A type with a name for each of its values.
pub(crate) trait Named: Copy + PartialEq + Sized + 'static {
    /// Every value with its name.
    const NAMES: &'static [(&'static str, Self)];
}

/// Where a value is kept.
type Field<S, T> = fn(&mut S) -> &mut T;

/// One of a few names; `on` or `off` for a `bool`.
pub(crate) struct Choice<S, T>(pub Field<S, T>);

/// The path of a local file as it was typed, or `none`.
pub(crate) struct FilePath<S> {
    /// What the file is.
    pub(crate) what: &'static str,
    /// Where it is kept.
    pub(crate) field: Field<S, Option<String>>,
}

const NO_FILE: &str = "none";

/// A value with a notation of its own, or a word for none.
pub(crate) struct Optional<S, T> {
    /// The word for none.
    pub(crate) none: &'static str,
    /// What the other values are.
    pub(crate) what: &'static str,
    /// Those of them that Tab offers.
    pub(crate) offered: &'static [&'static str],
    /// Where it is kept.
    pub(crate) field: Field<S, Option<T>>,
}

impl<S> Setting<S> {
    /// Its value now.
    pub(crate) fn value(&self, settings: &S) -> String {
        self.of.value(settings)
    }

    /// The values that can be listed, with this between them, or all of them in words.
    pub(crate) fn values(&self, between: &str) -> String {
        match self.of.names() {
            names if names.is_empty() => self.of.describe(),
            names => names.join(between),
        }
    }

    /// Whether one of its values may begin so.
    pub(crate) fn has_value_beginning(&self, beginning: &str) -> bool {
        let names = self.of.names();
        names.is_empty() || names.iter().any(|name| name.starts_with(beginning))
    }

    /// One line: name, value, the other values, what it decides.
    pub(crate) fn describe(&self, settings: &S) -> String {
        let (value, others) = (self.value(settings), self.others(settings));
        format!("{:<16} {value:<8} {others:<22} {}", self.name, self.about)
    }

    /// The other values, and what it decides.
    pub(crate) fn describe_others(&self, settings: &S) -> String {
        format!("{} {}", self.others(settings), self.about)
    }

    fn others(&self, settings: &S) -> String {
        let value = self.value(settings);
        let names = self.of.names();
        if names.is_empty() {
            return format!("({})", self.of.describe());
        }
        let others = names.into_iter().filter(|other| *other != value);
        format!("(or {})", others.collect::<Vec<_>>().join(", "))
    }
}

impl<S> std::fmt::Debug for Setting<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Setting").field(&self.name).finish()
    }
}

impl From<NotAPortRange> for WrongValue {
    fn from(error: NotAPortRange) -> Self {
        match error {
            NotAPortRange::Unreadable => Self::Unknown,
            NotAPortRange::Reversed => Self::Explained(error.to_string()),
        }
    }
}

impl From<NotSendable> for WrongValue {
    fn from(_: NotSendable) -> Self {
        Self::Unknown
    }
}

impl Named for bool {
    const NAMES: &'static [(&'static str, Self)] = &[("on", true), ("off", false)];
}

impl<S: Clone + Default, T: Named> SettingType<S> for Choice<S, T> {
    fn value(&self, settings: &S) -> String {
        let value = *(self.0)(&mut settings.clone());
        let named = T::NAMES.iter().find(|(_, known)| *known == value);
        named.map_or_else(String::new, |(name, _)| (*name).to_owned())
    }

    fn set(&self, settings: &mut S, value: &str) -> Result<(), WrongValue> {
        let named = T::NAMES.iter().find(|(name, _)| *name == value);
        let (_, value) = named.ok_or(WrongValue::Unknown)?;
        *(self.0)(settings) = *value;
        Ok(())
    }

    fn names(&self) -> Vec<&'static str> {
        let default = *(self.0)(&mut S::default());
        let mut named: Vec<_> = T::NAMES.iter().collect();
        named.sort_by_key(|(_, value)| *value != default);
        named.into_iter().map(|(name, _)| *name).collect()
    }
}

impl<S, T> SettingType<S> for Optional<S, T>
where
    S: Clone,
    T: Clone + Display + FromStr,
    WrongValue: From<T::Err>,
{
    fn value(&self, settings: &S) -> String {
        let value = (self.field)(&mut settings.clone()).clone();
        value.map_or_else(|| self.none.to_owned(), |value| value.to_string())
    }

    fn set(&self, settings: &mut S, value: &str) -> Result<(), WrongValue> {
        *(self.field)(settings) = match value {
            value if value == self.none => None,
            value => Some(value.parse()?),
        };
        Ok(())
    }

    fn offered(&self) -> Vec<&'static str> {
        [&[self.none], self.offered].concat()
    }

    fn describe(&self) -> String {
        format!("{}, or {}", self.none, self.what)
    }

    /// Some of them are numbers.
    fn notation(&self) -> Notation {
        Notation::Number
    }
}

impl<S: Clone> SettingType<S> for FilePath<S> {
    fn value(&self, settings: &S) -> String {
        let path = (self.field)(&mut settings.clone()).clone();
        path.unwrap_or_else(|| NO_FILE.to_owned())
    }

    fn set(&self, settings: &mut S, value: &str) -> Result<(), WrongValue> {
        let path = (value != NO_FILE).then(|| value.to_owned());
        *(self.field)(settings) = path.filter(|path| !path.is_empty());
        Ok(())
    }

    fn describe(&self) -> String {
        format!("{NO_FILE}, or {}", self.what)
    }

    fn is_file(&self) -> bool {
        true
    }
}
