//! The values that stand for `{name}` in a transcript.

use std::collections::BTreeMap;

/// Names with their values. A value may be a secret, so none is ever printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, Vec<u8>>,
}

impl Variables {
    /// The value of a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// Gives a name its value, in the place of an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.values.insert(name.into(), value.into());
    }

    /// Takes the values of names that have none yet.
    pub fn take_defaults(&mut self, defaults: &Self) {
        for (name, value) in &defaults.values {
            self.values
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Whether a variable may have this name: a small letter, then small letters, digits and `_`. `lf` and `listen` have
/// meanings of their own.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_inner =
        |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(is_inner)
        && !RESERVED.contains(&text)
}

pub(super) const RESERVED: [&str; 2] = ["lf", "listen"];

#[cfg(test)]
mod tests {
    use super::{Variables, is_name};

    #[test]
    fn a_value_is_never_printed() {
        let mut variables = Variables::default();
        variables.set("password", "hunter2");
        assert_eq!(format!("{variables:?}"), "{\"password\"}");
    }

    #[test]
    fn names_are_small_letters_digits_and_underscores() {
        for (text, is) in [
            ("a", true),
            ("size_2", true),
            ("", false),
            ("2a", false),
            ("A", false),
            ("a-b", false),
            ("lf", false),
        ] {
            assert_eq!(is_name(text), is, "{text}");
        }
    }
}
