//! Masks the last secrets in replies that echo them.
//!
//! Some servers repeat the line that they did not understand: `500 'PASS hunter2' not understood`.

use std::ops::Range;

use super::reply::Reply;
use super::verbs;

/// The secrets that were sent last, and the masking of replies that repeat them.
#[derive(Default)]
pub struct SecretEcho {
    recent: Vec<Vec<u8>>,
}

impl SecretEcho {
    /// Remembers a secret that is about to be sent.
    pub fn remember(&mut self, secret: &[u8]) {
        let secret = secret.trim_ascii();
        if secret.is_empty() || self.recent.iter().any(|known| known == secret) {
            return;
        }
        if self.recent.len() == KEPT {
            self.recent.remove(0);
        }
        self.recent.push(secret.to_vec());
    }

    /// The reply with every echo of a secret replaced by `****`.
    ///
    /// A secret shorter than [`SHORT`] octets is masked only as a whole word, and only where it is an echo: in the reply to
    /// the command that carried it, or behind its verb. Otherwise the password `5` would blot out every `213 5`.
    pub fn mask(&self, reply: &mut Reply, answers_secret: bool) {
        for line in &mut reply.lines {
            let places = self.places(line, answers_secret);
            replace(line, &places);
        }
    }

    /// The same for any octets that a server sent, outside replies.
    #[must_use]
    pub fn masked(&self, octets: &[u8]) -> Vec<u8> {
        let mut line = octets.to_vec();
        let places = self.places(&line, false);
        replace(&mut line, &places);
        line
    }

    /// Where a line echoes secrets: ranges of octets, in order and apart.
    #[must_use]
    pub fn places(&self, line: &[u8], answers_secret: bool) -> Vec<Range<usize>> {
        // A NUL in the middle of an echo hides it from nobody who reads the screen.
        let kept: Vec<usize> = (0..line.len()).filter(|&index| line[index] != 0).collect();
        if kept.len() == line.len() {
            return self.places_without_nul(line, answers_secret);
        }
        let text: Vec<u8> = kept.iter().map(|&index| line[index]).collect();
        let places = self.places_without_nul(&text, answers_secret).into_iter();
        places
            .map(|place| kept[place.start]..kept[place.end - 1] + 1)
            .collect()
    }

    fn places_without_nul(&self, line: &[u8], answers_secret: bool) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        for secret in &self.recent {
            let accept = if secret.len() >= SHORT {
                |_: &[u8], _| true
            } else if answers_secret {
                is_whole_word
            } else {
                is_behind_verb
            };
            let found = line
                .windows(secret.len())
                .enumerate()
                .filter(|(_, window)| window == secret)
                .map(|(start, _)| start..start + secret.len());
            places.extend(found.filter(|place| accept(line, place.clone())));
        }
        joined(places)
    }

    /// How many of the last octets may be the beginning of an echo that has not come whole.
    #[must_use]
    pub fn unfinished_octets(&self, line: &[u8]) -> usize {
        let begun = |secret: &Vec<u8>| {
            let longest = line.len().min(secret.len().saturating_sub(1));
            (1..=longest)
                .rev()
                .find(|&length| line.ends_with(&secret[..length]))
        };
        self.recent.iter().filter_map(begun).max().unwrap_or(0)
    }

    /// The length of the longest secret in octets.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.recent.iter().map(Vec::len).max().unwrap_or(0)
    }
}

impl std::fmt::Debug for SecretEcho {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretEcho({} secrets)", self.recent.len())
    }
}

fn is_whole_word(line: &[u8], range: Range<usize>) -> bool {
    let is_edge = |octet: Option<&u8>| octet.is_none_or(|octet| !octet.is_ascii_alphanumeric());
    // The reply code is not an echo.
    range.start >= 4 && is_edge(line.get(range.start - 1)) && is_edge(line.get(range.end))
}

/// `... PASS x ...`, as servers repeat a line that they did not understand.
fn is_behind_verb(line: &[u8], range: Range<usize>) -> bool {
    let before = line[..range.start].trim_ascii_end();
    let verb = &before[before.len().saturating_sub(4)..];
    before.len() < range.start && verbs::is_secret(verb) && is_whole_word(line, range)
}

/// Ranges that overlap become one: of a secret inside another nothing stays readable.
fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| place.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

fn replace(line: &mut Vec<u8>, places: &[Range<usize>]) {
    for place in places.iter().rev() {
        line.splice(place.clone(), MASK.iter().copied());
    }
}

const KEPT: usize = 4;
const SHORT: usize = 4;
/// What stands in the place of a secret, whatever its length.
pub(super) const MASK: &[u8] = b"****";

#[cfg(test)]
mod tests {
    use super::{Reply, SecretEcho};
    use crate::protocol::reply::ReplyCode;

    fn masked(secret: &str, line: &str, answers_secret: bool) -> String {
        let mut echo = SecretEcho::default();
        echo.remember(secret.as_bytes());
        let code = ReplyCode(line[..3].parse().unwrap());
        let mut reply = Reply {
            code,
            lines: vec![line.as_bytes().to_vec()],
            ended_with: None,
            dropped_octets: 0,
        };
        echo.mask(&mut reply, answers_secret);
        String::from_utf8(reply.lines.remove(0)).unwrap()
    }

    #[test]
    fn an_echoed_secret_is_masked() {
        assert_eq!(
            masked("hunter2", "500 'PASS hunter2'?", true),
            "500 'PASS ****'?"
        );
        assert_eq!(masked("hunter2", "200 xhunter2x", false), "200 x****x");
    }

    #[test]
    fn an_echo_with_nul_in_it_is_masked() {
        let mut echo = SecretEcho::default();
        echo.remember(b"hunter2secret");
        assert_eq!(echo.masked(b"500 hunter2sec\0ret?"), b"500 ****?");
        assert_eq!(echo.masked(b"500 hunter2secret\0?"), b"500 ****\0?");
    }

    #[test]
    fn a_short_secret_does_not_blot_out_ordinary_replies() {
        assert_eq!(masked("5", "213 5", false), "213 5");
        assert_eq!(
            masked("A", "331 User name okay", false),
            "331 User name okay"
        );
        assert_eq!(
            masked("x", "530 PASS x is wrong, max", true),
            "530 PASS **** is wrong, max"
        );
        assert_eq!(masked("530", "530 no", true), "530 no");
        assert_eq!(
            masked("A", "501 A path is needed.", false),
            "501 A path is needed."
        );
        assert_eq!(
            masked("x", "500 'pass x' what?", false),
            "500 'pass ****' what?"
        );
    }
    #[test]
    fn secrets_that_overlap_leave_nothing_of_each_other_readable() {
        let mut echo = SecretEcho::default();
        for secret in ["abcdef", "defghi", "cd"] {
            echo.remember(secret.as_bytes());
        }
        assert_eq!(echo.masked(b"500 xabcdefghix abcdef"), b"500 x****x ****");
    }

    #[test]
    fn the_beginning_of_an_echo_is_told_from_other_text() {
        let mut echo = SecretEcho::default();
        echo.remember(b"hunter2");
        echo.remember(b"huh");
        for (line, unfinished) in [
            ("500 PASS hunter2", 0),
            ("500 PASS hunter", 6),
            ("500 hu", 2),
            ("500 hunt ", 0),
            ("", 0),
            ("h", 1),
        ] {
            assert_eq!(
                echo.unfinished_octets(line.as_bytes()),
                unfinished,
                "{line}"
            );
        }
    }
}
