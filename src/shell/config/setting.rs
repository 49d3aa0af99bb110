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
use std::ops::RangeInclusive;
use std::str::FromStr;

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

    /// Takes a value as it is typed; `false`, and nothing changes, if it is not one.
    fn set(&self, settings: &mut S, value: &str) -> bool;

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

/// How a value is written in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `"raw"`; a boolean stands for `"on"` or `"off"`.
    Quoted,
    /// `80`.
    Number,
    /// `["a", "b"]`.
    List,
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

/// A whole number.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "no setting has such a value yet")
)]
pub(crate) struct Number<S> {
    /// The numbers that it takes.
    pub(crate) range: RangeInclusive<u32>,
    /// What is counted.
    pub(crate) unit: &'static str,
    /// Where it is kept.
    pub(crate) field: Field<S, u32>,
}

/// Words with commas between them, or none.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "no setting has such a value yet")
)]
pub(crate) struct List<S> {
    /// What the words are.
    pub(crate) words: &'static str,
    /// Where they are kept.
    pub(crate) field: Field<S, Vec<String>>,
}

/// The path of a local file as it was typed, or `none`.
pub(crate) struct FilePath<S> {
    /// What the file is.
    pub(crate) what: &'static str,
    /// Where it is kept.
    pub(crate) field: Field<S, Option<String>>,
}

const NO_FILE: &str = "none";

/// Any text.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "no setting has such a value yet")
)]
pub(crate) struct Text<S> {
    /// What the text is.
    pub(crate) what: &'static str,
    /// Where it is kept.
    pub(crate) field: Field<S, String>,
}

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

impl Named for bool {
    const NAMES: &'static [(&'static str, Self)] = &[("on", true), ("off", false)];
}

impl<S: Clone + Default, T: Named> SettingType<S> for Choice<S, T> {
    fn value(&self, settings: &S) -> String {
        let value = *(self.0)(&mut settings.clone());
        let named = T::NAMES.iter().find(|(_, known)| *known == value);
        named.map_or_else(String::new, |(name, _)| (*name).to_owned())
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        let named = T::NAMES.iter().find(|(name, _)| *name == value);
        if let Some((_, value)) = named {
            *(self.0)(settings) = *value;
        }
        named.is_some()
    }

    fn names(&self) -> Vec<&'static str> {
        let default = *(self.0)(&mut S::default());
        let mut named: Vec<_> = T::NAMES.iter().collect();
        named.sort_by_key(|(_, value)| *value != default);
        named.into_iter().map(|(name, _)| *name).collect()
    }
}

impl<S: Clone> SettingType<S> for Number<S> {
    fn value(&self, settings: &S) -> String {
        (self.field)(&mut settings.clone()).to_string()
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        let number = value.parse().ok();
        let number = number.filter(|number| self.range.contains(number));
        if let Some(number) = number {
            *(self.field)(settings) = number;
        }
        number.is_some()
    }

    fn describe(&self) -> String {
        let (least, most) = (self.range.start(), self.range.end());
        format!("{least} to {most} {}", self.unit)
    }

    fn notation(&self) -> Notation {
        Notation::Number
    }
}

impl<S: Clone> SettingType<S> for List<S> {
    fn value(&self, settings: &S) -> String {
        (self.field)(&mut settings.clone()).join(",")
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        let words = value.split(',').map(str::trim);
        let words = words.filter(|word| !word.is_empty());
        *(self.field)(settings) = words.map(str::to_owned).collect();
        true
    }

    fn describe(&self) -> String {
        format!("{}, with commas between them", self.words)
    }

    fn notation(&self) -> Notation {
        Notation::List
    }
}

impl<S: Clone, T: Clone + Display + FromStr> SettingType<S> for Optional<S, T> {
    fn value(&self, settings: &S) -> String {
        let value = (self.field)(&mut settings.clone()).clone();
        value.map_or_else(|| self.none.to_owned(), |value| value.to_string())
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        let read = match value {
            value if value == self.none => None,
            value => match value.parse() {
                Ok(value) => Some(value),
                Err(_) => return false,
            },
        };
        *(self.field)(settings) = read;
        true
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

impl<S: Clone> SettingType<S> for Text<S> {
    fn value(&self, settings: &S) -> String {
        (self.field)(&mut settings.clone()).clone()
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        value.clone_into((self.field)(settings));
        true
    }

    fn describe(&self) -> String {
        self.what.to_owned()
    }
}

impl<S: Clone> SettingType<S> for FilePath<S> {
    fn value(&self, settings: &S) -> String {
        let path = (self.field)(&mut settings.clone()).clone();
        path.unwrap_or_else(|| NO_FILE.to_owned())
    }

    fn set(&self, settings: &mut S, value: &str) -> bool {
        let path = (value != NO_FILE).then(|| value.to_owned());
        *(self.field)(settings) = path.filter(|path| !path.is_empty());
        true
    }

    fn describe(&self) -> String {
        format!("{NO_FILE}, or {}", self.what)
    }

    fn is_file(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{List, Number, Setting, Text};

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Sample {
        width: u32,
        names: Vec<String>,
        greeting: String,
    }

    const WIDTH: Setting<Sample> = Setting {
        name: "width",
        of: &Number {
            range: 20..=400,
            unit: "columns",
            field: |sample: &mut Sample| &mut sample.width,
        },
        about: "how wide it is",
    };

    #[test]
    fn a_number_is_taken_within_its_range_only() {
        let mut sample = Sample::default();
        for value in ["20", "400", "080"] {
            assert!(WIDTH.of.set(&mut sample, value), "{value}");
        }
        assert_eq!(WIDTH.value(&sample), "80");
        for value in ["19", "401", "-1", "80.5", "", "on", "4294967296"] {
            assert!(!WIDTH.of.set(&mut sample, value), "{value}");
        }
        assert_eq!(sample.width, 80);
        let line = WIDTH.describe(&sample);
        assert_eq!(
            line,
            "width            80       (20 to 400 columns)    how wide it is"
        );
        assert!(WIDTH.has_value_beginning("4"));
        assert_eq!(WIDTH.values("|"), "20 to 400 columns");
    }

    #[test]
    fn a_list_and_a_text_print_as_they_are_typed() {
        let names = Setting::<Sample> {
            name: "names",
            of: &List {
                words: "names",
                field: |sample: &mut Sample| &mut sample.names,
            },
            about: "whose",
        };
        let greeting = Setting::<Sample> {
            name: "greeting",
            of: &Text {
                what: "any words",
                field: |sample: &mut Sample| &mut sample.greeting,
            },
            about: "what is said",
        };
        let mut sample = Sample::default();
        assert!(names.of.set(&mut sample, "a, b,,c"));
        assert!(greeting.of.set(&mut sample, "good day"));
        assert_eq!(sample.names, ["a", "b", "c"]);
        assert_eq!(names.value(&sample), "a,b,c");
        assert_eq!(greeting.value(&sample), "good day");
        assert!(names.of.set(&mut sample, ""));
        assert!(sample.names.is_empty());
    }
}
