//! A value of a setting in the configuration file.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::ConfigurationProblem;
use crate::shell::config::setting::Notation;
use crate::shell::config::settings::Settings;

/// A value as it would be typed after `set`.
pub(super) struct Value {
    pub(super) text: String,
    notation: Notation,
}

impl Value {
    pub(super) fn set(
        &self,
        name: &str,
        settings: &mut Settings,
    ) -> Result<(), ConfigurationProblem> {
        let is_quoted = self.notation == Notation::Quoted;
        if !is_quoted && Settings::named(name)?.of.notation() != self.notation {
            return Err(ConfigurationProblem::Malformed(NOT_A_VALUE.to_owned()));
        }
        Ok(settings.set(name, &self.text)?)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, notation) = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(value) => (value, Notation::Quoted),
            toml::Value::Boolean(true) => ("on".to_owned(), Notation::Quoted),
            toml::Value::Boolean(false) => ("off".to_owned(), Notation::Quoted),
            toml::Value::Integer(number) => (number.to_string(), Notation::Number),
            _ => return Err(D::Error::custom(NOT_A_VALUE)),
        };
        Ok(Self { text, notation })
    }
}

const NOT_A_VALUE: &str = "expected the name of a value in quotes";
