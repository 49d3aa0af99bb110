//! The log that vsftpd keeps of its own: what was done for whom, without commands and replies.
//!
//! ```text
//! Sun Nov 29 10:00:02 2026 [pid 1202] [bob] FAIL UPLOAD: Client "203.0.113.9", "/home/bob/a.bin", 0.00Kbyte/sec
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::protocol::Command;

/// What a server says that it has done, or has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    /// What must have been sent for it.
    pub(crate) command: Command,
    pub(crate) has_worked: bool,
    pub(crate) user: Vec<u8>,
    /// What it says.
    pub(crate) line: String,
    /// The address of the client.
    pub(super) client: Vec<u8>,
}

impl Logged {
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let found = LINE.captures(line)?;
        let done = VERBS.iter().find(|(done, _)| &found["done"] == *done);
        let name = found.name("name").map(|name| name.as_bytes());
        let command = [done?.1, name.unwrap_or_default()].join(&b' ');
        Some(Self {
            command: Command::new(command.trim_ascii_end()).ok()?,
            has_worked: &found["end"] == b"OK",
            user: found["user"].to_vec(),
            line: String::from_utf8_lossy(line).into_owned(),
            client: found["client"].to_vec(),
        })
    }

    /// A login, with which a session begins.
    pub(crate) fn is_login(&self) -> bool {
        self.command.verb().is("PASS")
    }
}

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r#"(?x-u) \[pid\ \d+\]\ \[(?P<user>[^\]]*)\]\ (?P<end>OK|FAIL)\ (?P<done>[A-Z]+):
        \ Client\ "(?P<client>[^"]*)" (?: ,\ "(?P<name>.*?)" (?:,\ |$) )?"#;
    Regex::new(expression).expect("a constant expression")
});

const VERBS: [(&[u8], &[u8]); 8] = [
    (b"LOGIN", b"PASS"),
    (b"DOWNLOAD", b"RETR"),
    (b"UPLOAD", b"STOR"),
    (b"MKDIR", b"MKD"),
    (b"RMDIR", b"RMD"),
    (b"DELETE", b"DELE"),
    (b"RENAME", b"RNTO"),
    (b"CHMOD", b"SITE CHMOD"),
];

#[cfg(test)]
mod tests {
    use super::Logged;

    #[test]
    fn what_a_server_has_done_is_read() {
        let of = |rest: &str| {
            let line = format!("Sun Nov 29 10:00:02 2026 [pid 1202] [bob] {rest}");
            let logged = Logged::of(line.as_bytes())?;
            let command = String::from_utf8_lossy(logged.command.line()).into_owned();
            Some((command, logged.has_worked))
        };
        for (rest, command, has_worked) in [
            ("OK LOGIN: Client \"203.0.113.9\"", "PASS", true),
            (
                "FAIL LOGIN: Client \"::1\", anon password \"x\"",
                "PASS",
                false,
            ),
            (
                "FAIL UPLOAD: Client \"203.0.113.9\", \"/a \"b\".bin\", 0.00Kbyte/sec",
                "STOR /a \"b\".bin",
                false,
            ),
            ("OK DELETE: Client \"203.0.113.9\", \"/a\"", "DELE /a", true),
            (
                "OK RENAME: Client \"203.0.113.9\", \"/a /b\"",
                "RNTO /a /b",
                true,
            ),
        ] {
            assert_eq!(of(rest), Some((command.to_owned(), has_worked)), "{rest}");
        }
        assert_eq!(of("OK NOTHING: Client \"::1\""), None);
        assert_eq!(of("FTP response: Client \"::1\", \"230 OK LOGIN:\""), None);
    }
}
