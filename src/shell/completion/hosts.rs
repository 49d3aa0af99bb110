//! The hosts that this machine knows by name.

use std::path::{Path, PathBuf};

use crate::shell::config::configuration::Configuration;
use crate::shell::config::known_hosts::KnownHosts;
use crate::shell::config::locations::{ConfigurationFile, known_hosts_path};
use crate::shell::help;

/// Where names come from, those that are meant most often first. Another place is another row.
const SOURCES: [fn() -> Vec<String>; 3] = [configured, trusted, resolved];

/// All of them, each once; nothing is asked over the network.
pub(super) fn names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in SOURCES.iter().flat_map(|source| source()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Those of `[host.NAME]` in the configuration; none where there is a mistake in it, which a shell could not show.
fn configured() -> Vec<String> {
    let file = ConfigurationFile::find(None);
    let configuration = Configuration::read(&file, &help::is_verb);
    let hosts = configuration.map(|configuration| configuration.hosts);
    let names = hosts.iter().flat_map(|hosts| hosts.names());
    names.map(str::to_owned).collect()
}

/// Those whose certificates the user has trusted by hand.
fn trusted() -> Vec<String> {
    KnownHosts::at(known_hosts_path()).targets()
}

/// Those of the system's file of hosts.
fn resolved() -> Vec<String> {
    let text = std::fs::read(hosts_file()).unwrap_or_default();
    names_in(&String::from_utf8_lossy(&text))
}

/// The second and later words of each line. Addresses of groups are nobody's.
fn names_in(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let named = lines.flat_map(|line| line.split_whitespace().skip(1));
    let named = named.filter(|name| !name.starts_with("ip6-"));
    named.map(str::to_owned).collect()
}

#[cfg(unix)]
fn hosts_file() -> PathBuf {
    Path::new("/etc/hosts").to_owned()
}

#[cfg(not(unix))]
fn hosts_file() -> PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| "C:\\Windows".into());
    Path::new(&root).join("System32\\drivers\\etc\\hosts")
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn the_names_of_a_file_of_hosts_are_its_words_after_the_address() {
        let text = "127.0.0.1\tlocalhost # me\n# 10.0.0.1 old\n\nff02::1 ip6-allnodes\n192.0.2.1 ftp.example.org ftp\n";
        assert_eq!(names_in(text), ["localhost", "ftp.example.org", "ftp"]);
    }
}
