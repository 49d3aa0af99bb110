//! `set keepalive SECONDS [VERB]`: what is sent so that a server does not end an idle session.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::setting::WrongValue;
use crate::client;
use crate::protocol::Command;

/// Which command, after how long without movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keepalive {
    seconds: u32,
    verb: &'static str,
}

/// Not `SECONDS [VERB]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotKeepalive;

impl Keepalive {
    /// As the session takes it.
    pub(crate) fn for_session(self) -> client::Keepalive {
        client::Keepalive {
            after: Duration::from_secs(self.seconds.into()),
            command: Command::new(self.verb).expect("a verb alone holds no line end"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let seconds = words.next()?.parse().ok();
        let seconds = seconds.filter(|seconds| (1..=MOST_SECONDS).contains(seconds))?;
        let verb = words.next().unwrap_or(VERBS[0]);
        let verb = VERBS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(verb))?;
        words.next().is_none().then_some(Self { seconds, verb })
    }
}

impl From<NotKeepalive> for WrongValue {
    fn from(_: NotKeepalive) -> Self {
        Self::Unknown
    }
}

impl FromStr for Keepalive {
    type Err = NotKeepalive;

    fn from_str(text: &str) -> Result<Self, NotKeepalive> {
        Self::read(text).ok_or(NotKeepalive)
    }
}

impl fmt::Display for Keepalive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seconds, self.verb)
    }
}

/// They move no data, change nothing and say nothing secret; some servers do not count NOOP. The first is the default.
const VERBS: [&str; 4] = ["NOOP", "PWD", "STAT", "SYST"];
const MOST_SECONDS: u32 = 86_400;

#[cfg(test)]
mod tests {
    use super::Keepalive;

    #[test]
    fn seconds_may_be_followed_by_a_verb_that_changes_nothing() {
        for (text, written) in [
            ("60", "60 NOOP"),
            ("60 noop", "60 NOOP"),
            (" 5  STAT ", "5 STAT"),
            ("86400 PWD", "86400 PWD"),
        ] {
            let read = Keepalive::read(text).expect(text);
            assert_eq!(read.to_string(), written);
            assert_eq!(Keepalive::read(written), Some(read));
        }
        for text in [
            "",
            "off",
            "0",
            "86401",
            "-1",
            "on",
            "x",
            "60 LIST",
            "60 QUIT",
            "60 PASS x",
            "60 NOOP x",
            "NOOP",
            "1.5",
        ] {
            assert_eq!(Keepalive::read(text), None, "{text}");
        }
    }
}
