//! The certificates that the user has trusted by hand, one line for each host: `HOST:PORT FINGERPRINT`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::net::tls::Fingerprint;

/// The file of known hosts.
#[derive(Clone, Debug)]
pub(super) struct KnownHosts {
    path: Option<PathBuf>,
}

impl KnownHosts {
    /// The file at `path`; without one nothing is ever known.
    pub(super) fn at(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The certificate that was trusted for this host. The last line counts.
    pub(super) fn fingerprint(&self, host: &str, port: u16) -> Option<Fingerprint> {
        // A file that cannot be read knows nobody, so that the user is asked.
        let text = fs::read_to_string(self.path.as_deref()?).ok()?;
        let name = name(host, port);
        text.lines().rev().find_map(|line| {
            let (known, fingerprint) = line.trim().split_once(' ')?;
            (known == name).then(|| fingerprint.trim().parse().ok())?
        })
    }

    /// Trusts a certificate from now on.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn remember(
        &self,
        host: &str,
        port: u16,
        fingerprint: Fingerprint,
    ) -> io::Result<()> {
        let path = self.path.as_deref().ok_or(io::ErrorKind::NotFound)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(format!("{} {fingerprint}\n", name(host, port)).as_bytes())
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
    use crate::net::tls::Fingerprint;

    fn fingerprint(octet: u8) -> Fingerprint {
        vec![format!("{octet:02X}"); 32].join(":").parse().unwrap()
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
    }

    #[test]
    fn lines_that_say_nothing_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let text = format!("# mine\nh:21\n\nh:21 zz\nh:22 {}\n", fingerprint(4));
        std::fs::write(&path, text).unwrap();
        let hosts = KnownHosts::at(Some(path));
        assert_eq!(hosts.fingerprint("h", 21), None);
        assert_eq!(hosts.fingerprint("h", 22), Some(fingerprint(4)));
        assert!(hosts.path().is_some());
        let nowhere = KnownHosts::at(None);
        assert!(nowhere.remember("h", 21, fingerprint(1)).is_err());
    }
}
