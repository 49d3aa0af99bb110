//! What happened in a session, in a few words.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command};
use crate::transcript::import::log::Logged;

/// What a session came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Story {
    /// The server, as the log names it; not escaped.
    pub(crate) host: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(crate) port: Option<u16>,
    /// The version of TLS, such as 1.3, that both sides agreed on, for whichever connection.
    agreed_version: Option<String>,
    pub(crate) is_under_tls: bool,
    /// AUTH was accepted.
    pub(crate) is_explicit: bool,
    /// TLS is to begin with the first byte, by the port or the scheme of a URL.
    pub(crate) is_implicit: bool,
    /// Not escaped.
    pub(crate) user: Option<Vec<u8>>,
    pub(crate) is_logged_in: bool,
    /// The log shows what the server says.
    pub(crate) has_replies: bool,
    /// Transfers and listings that were finished.
    pub(crate) transfers: usize,
    /// The log ends with a 227 or its like, which names this address.
    pub(crate) unused_offer: Option<String>,
    /// The log is of a server that tells what it has done, and not what was said.
    pub(crate) lacks_replies: bool,
    /// The session ended with QUIT.
    pub(crate) has_quit: bool,
}

impl Story {
    /// The version of TLS that the control connection is under, if the log says it.
    pub(crate) fn tls_version(&self) -> Option<&str> {
        self.agreed_version.as_deref().filter(|_| self.is_under_tls)
    }

    pub(super) fn take_command(&mut self, command: &Command) {
        if command.verb().is("USER") {
            self.user = command.argument().map(|user| user.trim_ascii().to_vec());
        }
        // It would be under TLS before that.
        self.is_implicit &= !command.verb().is("AUTH");
    }

    pub(super) fn take_logged(&mut self, logged: &Logged) {
        self.lacks_replies = true;
        self.user = Some(logged.user.clone());
        let moves_data = data_direction(&logged.command).is_some();
        // What else it tells is done after a login.
        self.is_logged_in |= logged.has_worked || !logged.is_login();
        self.transfers += usize::from(moves_data && logged.has_worked);
    }

    pub(super) fn take_reply(&mut self, answered: &Answered) {
        let code = answered.reply.code;
        self.has_replies = true;
        self.is_logged_in |= matches!(code.0, 230 | 232);
        self.has_quit |= answered.is_to(&["QUIT"]) && code.is_positive();
        let moves_data = answered
            .command
            .as_ref()
            .is_some_and(|it| data_direction(it).is_some());
        self.transfers += usize::from(moves_data && code.is_positive());
    }

    /// Takes what a program says of a connection, which is that for data if it is made later; `false` if it is nothing of that.
    pub(super) fn hear(&mut self, text: &[u8], is_control: bool) -> bool {
        let mut is_known = false;
        if let Some(version) = agreed_version(text) {
            self.agreed_version.get_or_insert(version);
            is_known = true;
        }
        let found = PEER.captures(text);
        let found = found.filter(|_| is_control && !text.starts_with(STEP_OF_WGET));
        if let Some(found) = found.filter(|found| names_a_host(text, found)) {
            let group = |name| {
                let group = found.name(name)?;
                Some(String::from_utf8_lossy(group.as_bytes()).into_owned())
            };
            let host = group("name").map(|host| host.trim_matches(['[', ']']).to_owned());
            let address = group("address").or(host.clone());
            let address = address.and_then(|it| it.parse().ok());
            if self.port.is_none() {
                self.host = host.or(self.host.take());
                self.address = address.or(self.address);
                self.port = group("port").and_then(|port| port.parse().ok());
                self.is_implicit |=
                    self.port == Some(990) || found[0].windows(7).any(|part| part == b"ftps://");
                is_known = true;
            } else if address.is_some() && address == self.address {
                // The address alone was named before.
                let name = host.filter(|host| host.parse::<IpAddr>().is_err());
                self.host = name.or(self.host.take());
            }
        }
        is_known
    }
}

/// What wget writes in front of each step, the data connection too.
const STEP_OF_WGET: &[u8] = b"==> ";

/// What was found is neither the user of a URL nor a word, as in `Could not connect to server`.
fn names_a_host(text: &[u8], found: &Captures<'_>) -> bool {
    let Some(name) = found.name("name") else {
        return false;
    };
    let rest = text[name.end()..].split(u8::is_ascii_whitespace).next();
    let is_user = rest.is_some_and(|rest| rest.contains(&b'@'));
    let is_word = WORDS.contains(&name.as_bytes()) && found.name("port").is_none();
    !is_user && !is_word
}

const WORDS: [&[u8]; 6] = [b"a", b"the", b"server", b"host", b"remote", b"FTP"];

/// Whether a program says here that TLS is up.
pub(super) fn says_tls_is_up(text: &[u8]) -> bool {
    agreed_version(text).is_some() || TLS_UP.is_match(text)
}

/// The version of TLS that both sides speak now; others may be named in what is asked for or offered.
fn agreed_version(text: &[u8]) -> Option<String> {
    let found = VERSION.captures(text)?;
    let version = found.iter().skip(1).flatten().next()?;
    Some(String::from_utf8_lossy(version.as_bytes()).into_owned())
}

/// `Connecting to HOST:21...`, `Connected to HOST (ADDRESS) port 21`, `Trying ADDRESS:21`, `ftp://HOST:21`.
static PEER: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x-u) (?: (?i:connect(?:ing|ed)\ (?:to|with)|trying|connect\ to|^connect:)\ (?:address\ )?
          (?: (?:ftps?|ftpes)://)? | \bftps?:// ) (?:[^@\s/]*@)?
        (?P<name> \[[0-9a-fA-F:]+\] | (?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}
          | (?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?::[0-9a-fA-F:]*
          | [0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])? )
        (?: (?: :|,\ |\ port\ |\ \((?P<address>[^)]*)\)\ port\ ) (?P<port>\d{1,5}) )?";
    Regex::new(expression).expect("a constant expression")
});
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x-u) \b(?i:using|protocol\ *:|version:|enabled|new,)\ +TLSv?\ ?(1\.[0-3])\b
        | \bTLSv?(1\.[0-3])\ connection\ accepted | ^\ \ TLS\ (1\.[0-3]),\ TLS_";
    Regex::new(expression).expect("a constant expression")
});
static TLS_UP: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?i-u)\b(?:TLS|SSL) (?:connection (?:established|accepted)|(?:handshake|negotiation) (?:completed|successful|finished|done))\b";
    Regex::new(expression).expect("a constant expression")
});

#[cfg(test)]
mod tests {
    use super::Story;

    #[test]
    fn the_server_is_learnt_from_what_clients_say() {
        for (line, host, port) in [
            (
                "Status:\tConnecting to 203.0.113.7:21...",
                "203.0.113.7",
                Some(21),
            ),
            (
                "* Connected to ftp.example.org (203.0.113.7) port 2121 (#0)",
                "ftp.example.org",
                Some(2121),
            ),
            (
                "---- Connecting to ftp.example.org (203.0.113.7) port 21",
                "ftp.example.org",
                Some(21),
            ),
            ("*   Trying 127.0.0.1:2121...", "127.0.0.1", Some(2121)),
            ("Connected to localhost.", "localhost", None),
            (
                "connecting to ftp://bob:12345@ftp.example.org/",
                "ftp.example.org",
                None,
            ),
            (
                "DEBUG : ftp://bob@ftp.example.org:21: dial",
                "ftp.example.org",
                Some(21),
            ),
            ("Connected to [::1]:2121 (No encryption)", "::1", Some(2121)),
            ("Connected to 2001:db8::1.", "2001:db8::1", None),
            ("Trying 2001:db8::1...", "2001:db8::1", None),
            (
                "* Connected to 2001:db8::1 (2001:db8::1) port 2121",
                "2001:db8::1",
                Some(2121),
            ),
            ("open ftp://bob:****@h", "h", None),
        ] {
            let mut story = Story::default();
            assert!(story.hear(line.as_bytes(), true), "{line}");
            assert_eq!(story.host.as_deref(), Some(host), "{line}");
            assert_eq!(story.port, port, "{line}");
        }
        for line in ["Error: Could not connect to server", "open ftp://bob:a/b@h"] {
            let mut story = Story::default();
            assert!(!story.hear(line.as_bytes(), true), "{line}");
        }
        let mut story = Story::default();
        assert!(!story.hear(b"Status: Directory listing failed", true));
        story.hear(
            b"* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384",
            false,
        );
        assert_eq!(story.agreed_version.as_deref(), Some("1.3"));
    }
}
