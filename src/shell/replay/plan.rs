//! What a `replay` on the command line asks for.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::practice::Fault;
use crate::shell::config::hosts::Host;
use crate::shell::config::options::Replay;
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::target::{PathEnd, Target};
use crate::shell::screen::escape::escape;
use crate::transcript::template::{Variables, is_name};

/// What is to be played, and where.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) scripts: Vec<Script>,
    pub(super) place: Place,
    /// The host of the configuration that was named as the TARGET.
    pub(super) host: Option<Host>,
    /// Those that were given; a transcript's defaults come after them.
    pub(super) variables: Variables,
    /// The same on a second server, to compare.
    pub(super) second: Option<Box<Plan>>,
}

/// A transcript, before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// The built-in one.
    Article,
    File(PathBuf),
}

impl Script {
    /// As it was named, escaped.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Article => "article".to_owned(),
            Self::File(path) => escape(path.as_os_str().as_encoded_bytes()),
        }
    }
}

/// Against whom.
#[derive(Debug)]
pub(super) enum Place {
    /// A fresh server for each transcript.
    Practice(Vec<Fault>),
    Target(Target),
}

impl Plan {
    /// `Err` says what is wrong with the command line; it repeats no secret. `host` finds a host of the configuration by
    /// its name.
    pub(super) fn of(
        options: &Replay,
        host: &dyn Fn(&str) -> Option<Host>,
    ) -> Result<Self, String> {
        let (files, target, second) = split(options)?;
        let mut plan = Self::on(options, files, target, host)?;
        if let Some(second) = second {
            if options.update || !options.reports.is_empty() {
                let problem = "--update and --report are for one server: leave one TARGET out";
                return Err(problem.to_owned());
            }
            let second = Self::on(options, files, Some(second), host)?;
            plan.second = Some(Box::new(second));
        }
        Ok(plan)
    }

    fn on(
        options: &Replay,
        files: &[OsString],
        target: Option<String>,
        host: &dyn Fn(&str) -> Option<Host>,
    ) -> Result<Self, String> {
        let mut variables = Variables::default();
        take_environment(&mut variables);
        let host = target.as_deref().and_then(host);
        let place = match target {
            None => {
                variables.set("user", "A");
                variables.set("password", "A");
                Place::Practice(options.faults.clone())
            }
            Some(_) if !options.faults.is_empty() => {
                return Err(
                    "--fault works only with the practice server, but a TARGET is named".to_owned(),
                );
            }
            Some(text) => {
                let target = match &host {
                    Some(host) => host.target.clone(),
                    None => Target::read(&text).map_err(|error| error.to_string())?,
                };
                if !target.directories.is_empty() || target.end != PathEnd::Directory {
                    return Err(
                        "a TARGET has no path here: put the CWD into the transcript".to_owned()
                    );
                }
                take_login(&target, &mut variables);
                Place::Target(target)
            }
        };
        take_given(&options.variables, &mut variables)?;
        let scripts: Vec<Script> = files.iter().map(script).collect();
        if options.update && scripts.contains(&Script::Article) {
            return Err("`article` is built in and cannot be updated".to_owned());
        }
        Ok(Self {
            scripts,
            place,
            host,
            variables,
            second: None,
        })
    }
}

/// The files, the TARGET, and a second one for a single file.
type Arguments<'a> = (&'a [OsString], Option<String>, Option<String>);

/// By their names alone, so that no file can turn a server into a transcript.
fn split(options: &Replay) -> Result<Arguments<'_>, String> {
    let arguments = options.arguments.as_slice();
    if options.practice || options.target.is_some() {
        return Ok((arguments, options.target.clone(), None));
    }
    if let [file, first, second] = arguments
        && is_transcript(file)
        && !is_transcript(first)
        && !is_transcript(second)
    {
        let files = &arguments[..1];
        return Ok((files, Some(target_text(first)?), Some(target_text(second)?)));
    }
    let (files, target) = match arguments.split_last() {
        Some((last, files)) if !is_transcript(last) => (files, Some(last)),
        _ => (arguments, None),
    };
    if let Some(other) = files.iter().find(|file| !is_transcript(file)) {
        return Err(format!(
            "{} does not end in .ftp, .txt or .log: {NAMES}",
            shown(other)
        ));
    }
    match target {
        Some(target) if files.is_empty() => Err(format!(
            "{} would be the TARGET, and no transcript is named: {NAMES}",
            shown(target)
        )),
        Some(target) => Ok((files, Some(target_text(target)?), None)),
        None => Ok((files, None, None)),
    }
}

fn target_text(target: &OsString) -> Result<String, String> {
    let text = target.to_str().map(str::to_owned);
    text.ok_or_else(|| format!("{} is not a TARGET", shown(target)))
}

/// Whether an argument is a FILE, by its name.
pub(crate) fn is_transcript(argument: &OsStr) -> bool {
    let name = argument.as_encoded_bytes();
    let has_ending = ENDINGS
        .iter()
        .any(|ending| name.ends_with(ending.as_bytes()));
    name == ARTICLE_NAME || (has_ending && !name.windows(3).any(|part| part == b"://"))
}

fn script(argument: &OsString) -> Script {
    if argument.as_encoded_bytes() == ARTICLE_NAME {
        Script::Article
    } else {
        Script::File(PathBuf::from(argument))
    }
}

/// Whoever names a user in the TARGET need not name it again.
fn take_login(target: &Target, variables: &mut Variables) {
    if let Some(login) = &target.login {
        variables.set("user", login.user.clone());
        if let Some(password) = &login.password {
            variables.set("password", password.clone());
        }
    }
}

fn take_environment(variables: &mut Variables) {
    for (name, value) in std::env::vars_os() {
        let name = name
            .to_str()
            .and_then(|name| name.strip_prefix(TRANSCRIPT_VARIABLES));
        let name = name.filter(|name| !name.bytes().any(|byte| byte.is_ascii_lowercase()));
        if let Some(name) = name
            .map(str::to_ascii_lowercase)
            .filter(|name| is_name(name))
        {
            variables.set(name, value.as_encoded_bytes());
        }
    }
}

fn take_given(given: &[OsString], variables: &mut Variables) -> Result<(), String> {
    for pair in given {
        let bytes = pair.as_encoded_bytes();
        // What comes after the = may be a secret and is not repeated.
        let end = bytes.iter().position(|byte| *byte == b'=');
        let name = std::str::from_utf8(&bytes[..end.unwrap_or(0)]).unwrap_or_default();
        match end {
            Some(end) if is_name(name) => variables.set(name, &bytes[end + 1..]),
            _ => {
                return Err("--var takes NAME=VALUE; a name is a small letter, then small letters, digits and \
                _".to_owned());
            }
        }
    }
    Ok(())
}

fn shown(argument: &OsStr) -> String {
    escape(without_secrets(&argument.to_string_lossy()).as_bytes())
}

/// The beginning of the names of environment variables that are variables of transcripts. No local command gets them.
pub(crate) const TRANSCRIPT_VARIABLES: &str = "FTPSH_VAR_";

/// Those of transcripts, and of what others wrote down; no host has them.
const ENDINGS: [&str; 3] = [".ftp", ".txt", ".log"];
const ARTICLE_NAME: &[u8] = b"article";
const NAMES: &str = "FILE ends in .ftp, .txt or .log or is `article`, and the TARGET comes after it. With --target or \
--practice, FILE may have any name";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Place, Plan, Script};
    use crate::shell::config::options::{Mode, Options};

    fn plan(arguments: &[&str]) -> Result<Plan, String> {
        let line = ["ftpsh", "replay"].iter().chain(arguments);
        let options = Options::try_parse_from(line).map_err(|error| error.to_string())?;
        let Some(Mode::Replay(replay)) = options.mode else {
            panic!("{arguments:?}");
        };
        Plan::of(&replay, &|_| None)
    }

    fn names(arguments: &[&str]) -> (Vec<String>, Option<String>) {
        let plan = plan(arguments).unwrap();
        let name = |script: &Script| match script {
            Script::Article => "(article)".to_owned(),
            Script::File(path) => path.display().to_string(),
        };
        let target = match plan.place {
            Place::Practice(_) => None,
            Place::Target(target) => Some(target.host),
        };
        (plan.scripts.iter().map(name).collect(), target)
    }

    #[test]
    fn the_target_is_told_from_the_files_by_its_name() {
        let table: [(&[&str], &[&str], Option<&str>); 9] = [
            (&["a.ftp"], &["a.ftp"], None),
            (&["a.ftp", "b.ftp"], &["a.ftp", "b.ftp"], None),
            (
                &["a.ftp", "b.ftp", "host:21"],
                &["a.ftp", "b.ftp"],
                Some("host"),
            ),
            (&["article", "host"], &["(article)"], Some("host")),
            (&["a.ftp", "ftp://u@x.ftp"], &["a.ftp"], Some("x.ftp")),
            (
                &["--target", "host", "a", "article"],
                &["a", "(article)"],
                Some("host"),
            ),
            (&["--practice", "a", "b"], &["a", "b"], None),
            (
                &["a.txt", "b.log", "host"],
                &["a.txt", "b.log"],
                Some("host"),
            ),
            (&["--target", "x.ftp", "a.ftp"], &["a.ftp"], Some("x.ftp")),
        ];
        for (arguments, files, target) in table {
            let (found, server) = names(arguments);
            assert_eq!(
                (found.as_slice(), server.as_deref()),
                (
                    &files.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>()[..],
                    target
                )
            );
        }
    }

    #[test]
    fn one_file_and_two_targets_are_a_comparison() {
        let both = plan(&["a.ftp", "ftp://u:p@one", "ftp://v:q@two"]).unwrap();
        let second = both.second.as_ref().unwrap();
        for (plan, host, user) in [(&both, "one", "u"), (&**second, "two", "v")] {
            assert!(matches!(&plan.place, Place::Target(target) if target.host == host));
            assert_eq!(plan.variables.value("user"), Some(user.as_bytes()));
            assert_eq!(plan.scripts, [Script::File("a.ftp".into())]);
        }
        for arguments in [
            &["a.ftp", "b.ftp", "one", "two"][..],
            &["one", "two"],
            &["a.ftp", "one", "two", "--update"],
            &["a.ftp", "one", "two", "--report", "json"],
        ] {
            let _ = plan(arguments).unwrap_err();
        }
    }

    #[test]
    fn what_is_not_a_transcript_is_named() {
        for (arguments, words) in [
            (&["host"][..], "no transcript is named"),
            (&["a.bin", "host"], "a.bin does not end in .ftp"),
            (&["a.ftp", "--var", "x"], "NAME=VALUE"),
            (&["a.ftp", "--var", "X=1"], "NAME=VALUE"),
            (
                &["a.ftp", "host", "--fault", "no-size"],
                "--fault works only with",
            ),
            (&["a.ftp", "ftp://h/path"], "no path"),
            (&["a.ftp", "ftp://h/f.bin"], "no path"),
            (&["article", "--update"], "built in"),
        ] {
            let problem = plan(arguments).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn values_come_from_the_target_and_the_command_line() {
        let plan = plan(&["a.ftp", "ftp://u:p@h", "--var", "user=w=1", "--var", "x="]).unwrap();
        for (name, value) in [("user", "w=1"), ("password", "p"), ("x", "")] {
            assert_eq!(plan.variables.value(name), Some(value.as_bytes()), "{name}");
        }
    }
}
