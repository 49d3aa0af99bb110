//! The certificates that the user has trusted by hand, one line for each host: `HOST:PORT FINGERPRINT`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::shell::screen::escape::escape;
use crate::tls::Fingerprint;

/// The file of known hosts.
#[derive(Clone, Debug)]
pub(crate) struct KnownHosts {
    path: Option<PathBuf>,
}

impl KnownHosts {
    /// The file at `path`; without one nothing is ever known.
    pub(crate) fn at(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    /// Where it is, to be shown.
    pub(crate) fn shown_path(&self) -> String {
        let path = self
            .path
            .as_deref()
            .unwrap_or(Path::new("the file of known hosts"));
        escape(path.as_os_str().as_encoded_bytes())
    }

    /// Why the file cannot be read, if it is there.
    pub(crate) fn problem(&self) -> Option<io::Error> {
        let read = fs::read(self.path.as_deref()?);
        read.err()
            .filter(|error| error.kind() != io::ErrorKind::NotFound)
    }

    /// The certificate that was trusted for this host. The last line counts; what comes after the fingerprint, and
    /// lines that say nothing, are passed over.
    pub(crate) fn fingerprint(&self, host: &str, port: u16) -> Option<Fingerprint> {
        let bytes = fs::read(self.path.as_deref()?).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let name = name(host, port);
        text.trim_start_matches('\u{feff}')
            .lines()
            .rev()
            .find_map(|line| {
                let mut words = line.split_whitespace();
                let known = words.next()?.to_ascii_lowercase();
                (known == name).then(|| words.next()?.parse().ok())?
            })
    }

    /// Every host of which a certificate was trusted, as it would be typed: the port only where it is not the usual one.
    pub(crate) fn targets(&self) -> Vec<String> {
        let read = self.path.as_deref().and_then(|path| fs::read(path).ok());
        let text = read.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.trim_start_matches('\u{feff}').lines();
        let named = lines.filter_map(|line| {
            let (name, rest) = line.split_once(char::is_whitespace)?;
            rest.split_whitespace()
                .next()?
                .parse::<Fingerprint>()
                .ok()?;
            Some(name.strip_suffix(":21").unwrap_or(name).to_owned())
        });
        named.collect()
    }

    /// Trusts a certificate from now on.
    pub(crate) fn remember(
        &self,
        host: &str,
        port: u16,
        fingerprint: Fingerprint,
    ) -> io::Result<()> {
        let path = self.path.as_deref().ok_or(io::ErrorKind::NotFound)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // A last line without a line end stays a line of its own.
        let is_open =
            fs::read(path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n'));
        let begin = if is_open { "\n" } else { "" };
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let before = file.metadata()?.len();
        let line = format!("{begin}{} {fingerprint}\n", name(host, port));
        let written = file.write_all(line.as_bytes());
        if written.is_err() {
            // The beginning of a line says nothing; if it stays, it is passed over.
            let _ = file.set_len(before);
        }
        written
    }
}

fn name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::KnownHosts;
    use crate::tls::Fingerprint;

    fn fingerprint(byte: u8) -> Fingerprint {
        vec![format!("{byte:02X}"); 32].join(":").parse().unwrap()
    }

    #[test]
    fn a_host_is_known_by_its_name_and_port_from_its_last_line_on() {
        let folder = tempfile::tempdir().unwrap();
        let hosts = KnownHosts::at(Some(folder.path().join("new/known_hosts")));
        assert_eq!(hosts.fingerprint("h", 21), None);
        hosts.remember("H", 21, fingerprint(1)).unwrap();
        hosts.remember("::1", 990, fingerprint(2)).unwrap();
        assert_eq!(hosts.fingerprint("h", 21), Some(fingerprint(1)));
        assert_eq!(hosts.fingerprint("h", 22), None);
        assert_eq!(hosts.fingerprint("::1", 990), Some(fingerprint(2)));
        hosts.remember("h", 21, fingerprint(3)).unwrap();
        assert_eq!(hosts.fingerprint("h", 21), Some(fingerprint(3)));
        assert_eq!(hosts.targets(), ["h", "[::1]:990", "h"]);
    }

    #[test]
    fn lines_that_say_nothing_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let text = format!(
            "\u{feff}H:22\t{}  mine\r\n# \nh:21\n\nh:21 zz\n",
            fingerprint(4)
        );
        std::fs::write(&path, [text.as_bytes(), b"caf\xe9 x"].concat()).unwrap();
        let hosts = KnownHosts::at(Some(path));
        assert_eq!(hosts.fingerprint("h", 21), None);
        assert_eq!(hosts.fingerprint("h", 22), Some(fingerprint(4)));
        hosts.remember("h", 23, fingerprint(5)).unwrap();
        assert_eq!(hosts.fingerprint("h", 23), Some(fingerprint(5)));
        assert_eq!(hosts.fingerprint("h", 22), Some(fingerprint(4)));
        assert!(hosts.problem().is_none());
        let folder_in_its_place = KnownHosts::at(Some(folder.path().to_owned()));
        assert!(folder_in_its_place.problem().is_some());
        let nowhere = KnownHosts::at(None);
        assert!(nowhere.remember("h", 21, fingerprint(1)).is_err());
    }
}
