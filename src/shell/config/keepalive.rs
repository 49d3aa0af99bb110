//! `set keepalive SECONDS [VERB]`: what is sent so that a server does not end an idle session.

use std::time::Duration;

use super::setting::{Notation, Written};
use crate::client;
use crate::protocol::Command;

/// Nothing is sent unless this was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keepalive(Option<(u32, &'static str)>);

impl Keepalive {
    /// As the session takes it.
    pub(crate) fn for_session(self) -> Option<client::Keepalive> {
        let (seconds, verb) = self.0?;
        Some(client::Keepalive {
            after: Duration::from_secs(seconds.into()),
            command: Command::new(verb).expect("a verb alone holds no line end"),
        })
    }
}

impl Written for Keepalive {
    const VALUES: &'static str = "off, or seconds and NOOP, PWD, STAT or SYST";
    const OFFERED: &'static [&'static str] = &["off"];
    const NOTATION: Notation = Notation::Number;

    fn read(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(None));
        }
        let mut words = text.split_ascii_whitespace();
        let seconds = words.next()?.parse().ok();
        let seconds = seconds.filter(|seconds| (1..=MOST_SECONDS).contains(seconds))?;
        let verb = words.next().unwrap_or(VERBS[0]);
        let verb = VERBS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(verb))?;
        words
            .next()
            .is_none()
            .then_some(Self(Some((seconds, verb))))
    }

    fn written(&self) -> String {
        match self.0 {
            None => "off".to_owned(),
            Some((seconds, verb)) => format!("{seconds} {verb}"),
        }
    }
}

/// They move no data, change nothing and say nothing secret; some servers do not count NOOP. The first is the default.
const VERBS: [&str; 4] = ["NOOP", "PWD", "STAT", "SYST"];
const MOST_SECONDS: u32 = 86_400;

#[cfg(test)]
mod tests {
    use super::{Keepalive, Written};

    #[test]
    fn seconds_may_be_followed_by_a_verb_that_changes_nothing() {
        for (text, written) in [
            ("off", "off"),
            ("60", "60 NOOP"),
            ("60 noop", "60 NOOP"),
            (" 5  STAT ", "5 STAT"),
            ("86400 PWD", "86400 PWD"),
        ] {
            let read = Keepalive::read(text).expect(text);
            assert_eq!(read.written(), written);
            assert_eq!(Keepalive::read(written), Some(read));
        }
        for text in [
            "",
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
