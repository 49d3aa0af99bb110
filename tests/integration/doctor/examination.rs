//! One run of `ftpsh doctor`, read off its whole table.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::support::ftpsh::{Finished, Ftpsh};

/// What a run told.
pub(super) struct Examination {
    /// Each check by its id, with its verdict.
    pub(super) verdicts: BTreeMap<String, String>,
    /// What stands below each check.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) commands: u32,
    pub(super) finished: Finished,
}

/// The program, about to examine this server as this user with everything allowed.
pub(super) fn doctor(address: SocketAddr, user: &str, password: &str) -> Ftpsh {
    Ftpsh::new()
        .args(["doctor", &address.to_string(), "--verbose", "--user", user])
        .args(["--write", "--hard"])
        .env("FTPSH_PASSWORD", password)
}

pub(super) fn examine(program: Ftpsh) -> Examination {
    let finished = program.run();
    let shown = String::from_utf8_lossy(&finished.stdout).into_owned();
    let mut verdicts = BTreeMap::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in shown.lines() {
        if let Some((verdict, id)) = heading(line) {
            verdicts.insert(id.to_owned(), verdict.to_owned());
            current = Some(id.to_owned());
        }
        if line.is_empty() {
            current = None;
        }
        if let Some(id) = &current {
            *texts.entry(id.clone()).or_default() += &format!("{}\n", line.trim());
        }
    }
    let commands = shown
        .split(" command")
        .next()
        .and_then(|text| text.lines().last());
    let commands = commands.and_then(|number| number.parse().ok());
    let shown_errors = &finished.stderr;
    Examination {
        verdicts,
        texts,
        commands: commands
            .unwrap_or_else(|| panic!("no number of commands:\n{shown}\n{shown_errors}")),
        finished,
    }
}

/// `  warn    clear-login   ...`.
fn heading(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("  ")?;
    let mut words = rest.split_ascii_whitespace();
    let (verdict, id) = (words.next()?, words.next()?);
    let is_verdict = ["ok", "info", "warn", "bad", "skipped", "unknown"].contains(&verdict);
    (is_verdict && rest.starts_with(verdict)).then_some((verdict, id))
}

impl Examination {
    pub(super) fn verdict(&self, id: &str) -> &str {
        self.verdicts.get(id).map_or("nothing", String::as_str)
    }

    /// For a message: what the run said of a check.
    pub(super) fn text(&self, id: &str) -> &str {
        self.texts.get(id).map_or("", String::as_str)
    }
}
