//! `[host.NAME]` as it is written, and what is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::value::Value;
use super::{ConfigurationProblem, in_order};
use crate::protocol::Command;
use crate::shell::config::hosts::Host;
use crate::shell::config::locations::home_folder;
use crate::shell::config::options::is_mode;
use crate::shell::config::settings::Settings;
use crate::shell::config::target::{Target, TargetError, UrlLogin};
use crate::shell::line::expand_home;
use crate::shell::screen::escape::escape;

/// The table, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HostTable {
    target: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password_command: Option<Spanned<String>>,
    netrc: Option<Spanned<Value>>,
    tls: Option<Spanned<Value>>,
    ca: Option<PathBuf>,
    #[serde(default)]
    startup: Vec<Spanned<String>>,
    #[serde(default)]
    set: BTreeMap<Spanned<String>, Value>,
}

/// What is wrong with a host. It repeats no target, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HostError {
    /// It could not be typed after `open`, or would be read as a port or a URL.
    #[error("{} cannot be the name of a host: take letters, digits, ., - and _", escape(.0.as_bytes()))]
    BadName(String),
    /// `ftpsh NAME` would do something else.
    #[error("ftpsh {0} is something else already: give the host another name")]
    NameIsMode(String),
    /// Not HOST, HOST:PORT or a URL.
    #[error("target: {0}")]
    Target(#[from] TargetError),
    /// `password = ...`, or a password in the target.
    #[error(
        "a password does not belong in this file: write password-command = \"COMMAND\" for a command that prints it, or \
         netrc = true and put it into .netrc"
    )]
    Password,
    /// In `user` and in the target.
    #[error("the target names a user already: leave out one of them")]
    TwoUsers,
    /// CR, LF or NUL where a second command could hide.
    #[error("{0} holds CR, LF or NUL: leave them out")]
    LineEnd(&'static str),
    /// Nothing to run.
    #[error(
        "password-command is empty: write the command that prints the password, as in \"pass show ftp\""
    )]
    NoCommand,
}

type Problem = (usize, ConfigurationProblem);

impl HostTable {
    /// The host; `folder` is the one that a relative path starts from.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, and where.
    pub(super) fn host(&self, name: &Spanned<String>, folder: &Path) -> Result<Host, Problem> {
        let at = |place: usize, problem: HostError| (place, problem.into());
        let start = name.span().start;
        let name = name.get_ref();
        check_name(name).map_err(|problem| at(start, problem))?;
        if let Some(command) = &self.password_command
            && command.get_ref().trim().is_empty()
        {
            return Err(at(command.span().start, HostError::NoCommand));
        }
        let ca = self.ca.as_ref();
        Ok(Host {
            name: name.clone(),
            target: self.target(name, start)?,
            password_command: self
                .password_command
                .as_ref()
                .map(|it| it.get_ref().clone()),
            ca: ca.map(|path| folder.join(expand_home(path, home_folder().as_deref()))),
            settings: self.settings()?,
            startup: self.startup()?,
        })
    }

    /// The name is the host where no target is given.
    fn target(&self, name: &str, start: usize) -> Result<Target, Problem> {
        let (text, start) = match &self.target {
            Some(target) => (target.get_ref().as_str(), target.span().start),
            None => (name, start),
        };
        let mut target =
            Target::read(text).map_err(|error| (start, HostError::from(error).into()))?;
        if target
            .login
            .as_ref()
            .is_some_and(|login| login.password.is_some())
        {
            return Err((start, HostError::Password.into()));
        }
        let Some(user) = &self.user else {
            return Ok(target);
        };
        let start = user.span().start;
        if target.login.is_some() {
            return Err((start, HostError::TwoUsers.into()));
        }
        let user = user.get_ref().clone().into_bytes();
        check_line(&user, "user").map_err(|problem| (start, problem.into()))?;
        target.login = Some(UrlLogin {
            user,
            password: None,
        });
        Ok(target)
    }

    /// Those of `set`, and those that have a key of their own, which is the stronger.
    fn settings(&self) -> Result<Vec<(String, String)>, Problem> {
        let mut tried = Settings::default();
        let mut settings = Vec::new();
        let own = [("netrc", &self.netrc), ("tls", &self.tls)];
        let own = own.into_iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some((name, value.span().start, value.get_ref()))
        });
        let others = in_order(&self.set).into_iter();
        let others =
            others.map(|(name, value)| (name.get_ref().as_str(), name.span().start, value));
        for (name, start, value) in others.chain(own) {
            let set = value.set(name, &mut tried);
            set.map_err(|problem| (start, problem))?;
            settings.push((name.to_owned(), value.text.clone()));
        }
        Ok(settings)
    }

    fn startup(&self) -> Result<Vec<String>, Problem> {
        let lines = self.startup.iter().map(|line| {
            let checked = check_line(line.get_ref().as_bytes(), "the line");
            checked.map_err(|problem| (line.span().start, problem.into()))?;
            Ok(line.get_ref().clone())
        });
        lines.collect()
    }
}

fn check_name(name: &str) -> Result<(), HostError> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    if name.is_empty() || name.starts_with('-') || !name.bytes().all(is_letter) {
        return Err(HostError::BadName(name.to_owned()));
    }
    if is_mode(name) {
        return Err(HostError::NameIsMode(name.to_owned()));
    }
    Ok(())
}

fn check_line(line: &[u8], what: &'static str) -> Result<(), HostError> {
    Command::new(line).map_err(|_| HostError::LineEnd(what))?;
    Ok(())
}
