//! The hosts that the configuration has names for.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::target::Target;

/// Every `[host.NAME]`.
#[derive(Clone, Default)]
pub(crate) struct Hosts {
    by_name: BTreeMap<String, Host>,
}

/// One `[host.NAME]`.
#[derive(Clone)]
pub(crate) struct Host {
    /// What is typed after `open`.
    pub(crate) name: String,
    /// The server, with the user and without a password.
    pub(crate) target: Target,
    /// The local command that prints the password.
    pub(crate) password_command: Option<String>,
    /// The certificates to trust, in a PEM file.
    pub(crate) ca: Option<PathBuf>,
    /// Name and value of each setting that holds there.
    pub(crate) settings: Vec<(String, String)>,
    /// The lines that run after the login.
    pub(crate) startup: Vec<String>,
}

impl Hosts {
    /// Adds one; a name stands in the file once.
    pub(crate) fn add(&mut self, host: Host) {
        self.by_name.insert(host.name.clone(), host);
    }

    /// The host of exactly this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Host> {
        self.by_name.get(name)
    }

    /// All names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

/// Without commands and settings, which may hold a secret.
impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({}, {:?})", self.name, self.target)
    }
}
