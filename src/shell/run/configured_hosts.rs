//! The hosts of the configuration: what holds while one of them is open, and the lines that it begins with.

use super::shell::Shell;
use crate::shell::config::hosts::{Host, Hosts};
use crate::shell::config::settings::Settings;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Tone, count};
use crate::shell::start::roots_in;
use crate::tls::Roots;

/// The hosts, and the one that was opened last.
pub(crate) struct ConfiguredHosts {
    hosts: Hosts,
    /// The settings that the command line gives: they are stronger than a host's.
    given_settings: Vec<String>,
    ca_is_given: bool,
    entered: Option<EnteredHost>,
}

/// A host, and what was before it.
struct EnteredHost {
    host: Host,
    settings_before: Settings,
    /// Name and value of what a person has set meanwhile.
    set_meanwhile: Vec<(String, String)>,
    roots_before: Option<Roots>,
}

impl ConfiguredHosts {
    /// None is open yet. `given_settings` are the names of those that the command line gives.
    pub(crate) fn new(hosts: Hosts, given_settings: Vec<String>, ca_is_given: bool) -> Self {
        Self {
            hosts,
            given_settings,
            ca_is_given,
            entered: None,
        }
    }

    /// The host of exactly this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Host> {
        self.hosts.named(name)
    }

    /// The settings as they would be at this host.
    pub(super) fn settings_with(&self, host: &Host, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        for (name, value) in self.stronger(host) {
            // It was read from the configuration, where a wrong one is an error.
            let _ = settings.set(name, value);
        }
        settings
    }

    /// Those of its settings that the command line does not give.
    fn stronger<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = &'a (String, String)> {
        let settings = host.settings.iter();
        settings.filter(|(name, _)| !self.is_given(name))
    }

    /// Whether the command line gives this setting.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given_settings.iter().any(|given| given == name)
    }

    /// A person has changed a setting to this value, which outlives the host.
    pub(super) fn note_change(&mut self, name: &str, value: &str) {
        if let Some(entered) = &mut self.entered {
            let change = (name.to_owned(), value.to_owned());
            entered.set_meanwhile.push(change);
        }
    }

    /// The host that was opened last, if what was opened last is one.
    pub(crate) fn entered(&self) -> Option<&Host> {
        self.entered.as_ref().map(|entered| &entered.host)
    }
}

impl Shell {
    /// Gives the settings back that the last host had changed, and takes those of this one: all of them or, with an
    /// error, none, so that the last host is the one that `open` alone opens again.
    ///
    /// # Errors
    ///
    /// A file of certificates that cannot be read; that was said.
    pub(crate) fn enter_host(&mut self, host: Option<Host>) -> Result<(), Exit> {
        let roots = match &host {
            Some(host) => self.roots_of(host)?,
            None => None,
        };
        self.leave_host();
        if let Some(host) = host {
            let roots_before =
                roots.map(|roots| std::mem::replace(&mut self.certificates.roots, roots));
            let settings = self.hosts.settings_with(&host, &self.settings);
            self.hosts.entered = Some(EnteredHost {
                host,
                settings_before: std::mem::replace(&mut self.settings, settings),
                set_meanwhile: Vec::new(),
                roots_before,
            });
        }
        self.painter.heed(&self.settings);
        Ok(())
    }

    fn leave_host(&mut self) {
        let Some(entered) = self.hosts.entered.take() else {
            return;
        };
        self.settings = entered.settings_before;
        for (name, value) in entered.set_meanwhile {
            // It was set before.
            let _ = self.settings.set(&name, &value);
        }
        if let Some(roots) = entered.roots_before {
            self.certificates.roots = roots;
        }
    }

    /// What its `ca` holds, unless the command line gives another.
    fn roots_of(&self, host: &Host) -> Result<Option<Roots>, Exit> {
        let Some(path) = host.ca.as_ref().filter(|_| !self.hosts.ca_is_given) else {
            return Ok(None);
        };
        match roots_in(path) {
            Ok(roots) => Ok(Some(roots)),
            Err(error) => {
                let text = format!("[host.{}] ca: {}: {error:#}", host.name, path.display());
                Err(self.painter.refuse(&escape(text.as_bytes())))
            }
        }
    }

    /// Runs the startup lines of the host as if they were typed, but stops at the first that fails.
    pub(super) fn run_startup_lines(&mut self) -> Exit {
        let lines = self.hosts.entered().map(|host| host.startup.clone());
        let lines = lines.unwrap_or_default();
        self.runs_startup = true;
        let exit = self.run_until_failure(&lines);
        self.runs_startup = false;
        exit
    }

    /// `exit`, or QUIT in any spelling, and nothing is to follow.
    fn has_quit(&self) -> bool {
        let status = self.connection.status();
        self.is_over || status.is_some_and(|status| status.quit_answered)
    }

    fn run_until_failure(&mut self, lines: &[String]) -> Exit {
        for (index, line) in lines.iter().enumerate() {
            if self.interrupts.is_pressed() {
                return Exit::Interrupted;
            }
            let exit = match self.read(line.as_bytes()) {
                Ok(line) => self.run(line),
                Err(error) => self.painter.refuse(&error),
            };
            let left = lines.len() - index - 1;
            if exit != Exit::Done && left > 0 {
                let text = format!(
                    "{} of the host did not run",
                    count(left as u64, "startup line")
                );
                self.painter.say(Tone::Note, &text);
            }
            if exit != Exit::Done || self.has_quit() {
                return exit;
            }
        }
        Exit::Done
    }
}
