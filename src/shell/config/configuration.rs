//! The user's configuration: aliases and settings in one TOML file.
//!
//! ```toml
//! [alias]
//! dir = "LIST -la $*"
//! log = ["TYPE A", "$passive", "RETR $1 > -"]
//!
//! [set]
//! ascii = "raw"
//! hints = false
//!
//! [editor]
//! mode = "vi"
//!
//! [host.work]
//! target = "ftp.example.com"
//! user = "me"
//! ```

mod host_table;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use self::host_table::{HostError, HostTable};
use self::value::Value;
use super::aliases::{AliasError, Aliases};
use super::bounded_file::read_bounded;
use super::hosts::Hosts;
use super::locations::ConfigurationFile;
use super::settings::{SettingError, Settings};
use crate::shell::editor::Preferences;
use crate::shell::screen::escape::escape;

/// What the user configured.
#[derive(Clone)]
pub(crate) struct Configuration {
    /// The shipped aliases and the user's.
    pub(crate) aliases: Aliases,
    /// The defaults and what the user changed.
    pub(crate) settings: Settings,
    /// How the line editor behaves.
    pub(crate) editor: Preferences,
    /// What `[host.NAME]` says.
    pub(crate) hosts: Hosts,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", place(path, *line))]
pub(crate) struct ConfigurationError {
    /// The file.
    pub(crate) path: PathBuf,
    /// Counted from 1; `None` if the file could not be read at all.
    pub(crate) line: Option<usize>,
    /// What is wrong there.
    pub(crate) problem: Box<ConfigurationProblem>,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigurationProblem {
    /// The file is there, but cannot be read.
    #[error("cannot be read: {0}. Make it readable, or move it away")]
    Unreadable(std::io::Error),
    /// Not TOML, or not the tables that belong here.
    #[error(
        "{0}. The file has the tables [alias], [set], [editor] and [host.NAME]: name = \"FTP command\" or name = [\"first\", \
             \"second\"] in the first, name = \"value\" in the others"
    )]
    Malformed(String),
    /// An alias.
    #[error(transparent)]
    Alias(#[from] AliasError),
    /// A setting.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A host.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl Configuration {
    /// Reads the file; one that is not there, and that nobody named, is an empty one. `is_verb` says whether a name in
    /// upper case is an FTP verb.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or the first thing wrong in it, with its line.
    pub(crate) fn read(
        file: &ConfigurationFile,
        is_verb: &dyn Fn(&str) -> bool,
    ) -> Result<Self, ConfigurationError> {
        let path = match file {
            ConfigurationFile::Named(path) | ConfigurationFile::Usual(path) => path,
            ConfigurationFile::Nowhere => return Ok(Self::default()),
        };
        let may_be_missing = matches!(file, ConfigurationFile::Usual(_));
        // It may be a pipe, as a shell makes one for <(COMMAND), or /dev/null for none.
        match File::open(path).and_then(|file| read_bounded(&file)) {
            Ok(bytes) => Self::parse(&bytes, path, is_verb),
            Err(error) if may_be_missing && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(ConfigurationError {
                path: path.to_path_buf(),
                line: None,
                problem: Box::new(ConfigurationProblem::Unreadable(error)),
            }),
        }
    }

    fn parse(
        bytes: &[u8],
        path: &Path,
        is_verb: &dyn Fn(&str) -> bool,
    ) -> Result<Self, ConfigurationError> {
        let fail = |offset: usize, problem: ConfigurationProblem| ConfigurationError {
            path: path.to_path_buf(),
            line: Some(line_of(bytes, offset)),
            problem: Box::new(problem),
        };
        let text = str::from_utf8(bytes).map_err(|error| {
            let problem = ConfigurationProblem::Malformed("not UTF-8".to_owned());
            fail(error.valid_up_to(), problem)
        })?;
        let tables: Tables = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span: Range<usize>| span.start);
            fail(offset, problem_of(error.message()))
        })?;
        let mut configuration = Self {
            editor: tables.editor,
            ..Self::default()
        };
        for (name, steps) in in_order(&tables.alias) {
            let defined = configuration
                .aliases
                .define(name.get_ref(), &steps.0, is_verb);
            defined.map_err(|error| fail(name.span().start, error.into()))?;
        }
        for (name, value) in in_order(&tables.set) {
            let set = value.set(name.get_ref(), &mut configuration.settings);
            set.map_err(|problem| fail(name.span().start, problem))?;
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        for (name, table) in in_order(&tables.host) {
            let host = table.host(name, folder);
            let host = host.map_err(|(offset, problem)| fail(offset, problem))?;
            configuration.hosts.add(host);
        }
        Ok(configuration)
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            aliases: Aliases::shipped(),
            settings: Settings::default(),
            editor: Preferences::default(),
            hosts: Hosts::default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(default)]
    alias: BTreeMap<Spanned<String>, Steps>,
    #[serde(default)]
    set: BTreeMap<Spanned<String>, Value>,
    #[serde(default)]
    editor: Preferences,
    #[serde(default)]
    host: BTreeMap<Spanned<String>, HostTable>,
}

/// One FTP command, or several.
struct Steps(Vec<String>);

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an FTP command in quotes, or a list of them")
            }

            fn visit_str<E>(self, step: &str) -> Result<Steps, E> {
                Ok(Steps(vec![step.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Steps, A::Error> {
                let mut steps = Vec::new();
                while let Some(step) = list.next_element()? {
                    steps.push(step);
                }
                Ok(Steps(steps))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

/// As in the file: an alias may name only those above it, and the first error is the one to show.
fn in_order<T>(table: &BTreeMap<Spanned<String>, T>) -> Vec<(&Spanned<String>, &T)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// A password in the file gets a message that says where it belongs.
fn problem_of(message: &str) -> ConfigurationProblem {
    if message.starts_with("unknown field `password`") {
        return HostError::Password.into();
    }
    ConfigurationProblem::Malformed(without_value(message))
}

/// serde's message says `invalid type: string "...", expected a map`: what is in the quotes may be a password.
fn without_value(message: &str) -> String {
    let shown = match message.rsplit_once(", expected ") {
        Some((found, "a sequence")) if found.starts_with("invalid ") => LIST_EXPECTED.to_owned(),
        Some((found, wanted)) if found.starts_with("invalid ") => format!("expected {wanted}"),
        _ => message.to_owned(),
    };
    escape(shown.replace('\n', ", ").as_bytes())
}

const LIST_EXPECTED: &str = "expected a list of lines, as in startup = [\"CWD /pub\", \"TYPE I\"]";

fn line_of(bytes: &[u8], offset: usize) -> usize {
    let before = &bytes[..offset.min(bytes.len())];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

fn place(path: &Path, line: Option<usize>) -> String {
    let path = escape(path.to_string_lossy().as_bytes());
    match line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}

#[cfg(test)]
mod tests;
