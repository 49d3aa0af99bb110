//! The table of reply codes: what each means, and where that is written.

mod table;

use super::reply::ReplyCode;
use super::verb::Verb;

pub use table::REPLY_CODES;

/// What is known of one reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyCodeEntry {
    /// Three digits; five for the WinSock numbers that some servers print in its place.
    pub code: ReplyCode,
    /// What it tells the user, in one line.
    pub meaning: &'static str,
    /// Where it is defined: `RFC 959 section 4.2`, several with `; ` between them.
    pub reference: &'static str,
    /// When servers answer so.
    pub causes: &'static str,
    /// What to type next; may be empty.
    pub advice: &'static str,
    /// What this program does with it besides showing it; may be empty.
    pub handling: &'static str,
    /// What it means to certain verbs, where one code has several meanings.
    pub readings: &'static [Reading],
}

/// What a reply code means in answer to certain verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The verbs, in upper case.
    pub verbs: &'static [&'static str],
    /// As [`ReplyCodeEntry::meaning`].
    pub meaning: &'static str,
    /// As [`ReplyCodeEntry::causes`].
    pub causes: &'static str,
}

impl ReplyCodeEntry {
    /// What it tells the user who sent this verb.
    #[must_use]
    pub fn meaning_for(&self, verb: &Verb) -> &'static str {
        self.reading(verb)
            .map_or(self.meaning, |reading| reading.meaning)
    }

    /// When servers answer this verb so.
    #[must_use]
    pub fn causes_for(&self, verb: &Verb) -> &'static str {
        self.reading(verb)
            .map_or(self.causes, |reading| reading.causes)
    }

    fn reading(&self, verb: &Verb) -> Option<&'static Reading> {
        self.readings
            .iter()
            .find(|reading| reading.verbs.iter().any(|name| verb.is(name)))
    }
}

/// The row of a code; `None` if the table does not know it. Its first digit still says how the command went.
#[must_use]
pub fn entry(code: ReplyCode) -> Option<&'static ReplyCodeEntry> {
    REPLY_CODES
        .binary_search_by_key(&code, |entry| entry.code)
        .ok()
        .map(|at| &REPLY_CODES[at])
}

#[cfg(test)]
mod tests {
    use super::{REPLY_CODES, ReplyCode, Verb, entry};
    use crate::protocol::verbs::{self, COMMON_REPLIES, VERBS};

    #[test]
    fn codes_are_sorted_and_none_comes_twice() {
        assert!(REPLY_CODES.is_sorted_by(|left, right| left.code < right.code));
        for row in REPLY_CODES {
            assert_eq!(entry(row.code), Some(row));
        }
        assert_eq!(entry(ReplyCode(299)), None);
    }

    #[test]
    fn every_code_that_a_verb_names_is_in_the_table() {
        for verb in VERBS {
            for code in [verb.replies, verb.replies_after_preliminary].concat() {
                assert!(entry(ReplyCode(code)).is_some(), "{}: {code}", verb.name);
            }
        }
        for code in COMMON_REPLIES {
            assert!(entry(ReplyCode(*code)).is_some(), "{code}");
        }
    }

    #[test]
    fn a_code_of_several_meanings_has_the_one_that_fits_the_verb() {
        let table = [
            (521, "MKD", "directory exists"),
            (521, "STOR", "PROT level"),
            (521, "LPRT", "address family"),
            (522, "EPSV", "protocol"),
            (522, "RETR", "TLS"),
            (503, "PROT", "Not in this order"),
        ];
        for (code, verb, expected) in table {
            let row = entry(ReplyCode(code)).unwrap();
            let meaning = row.meaning_for(&Verb::new(verb.as_bytes()));
            assert!(meaning.contains(expected), "{code} {verb}: {meaning}");
        }
        let prot = entry(ReplyCode(503)).unwrap();
        let causes = prot.causes_for(&Verb::new(b"PROT"));
        assert!(causes.contains("PBSZ") && !causes.contains("RNTO"));
    }

    #[test]
    fn readings_are_whole_and_their_verbs_in_the_table() {
        for (row, reading) in REPLY_CODES
            .iter()
            .flat_map(|row| row.readings.iter().map(move |reading| (row, reading)))
        {
            for text in [reading.meaning, reading.causes] {
                assert!(
                    text.ends_with('.') && text.is_ascii(),
                    "{}: {text}",
                    row.code
                );
            }
            assert!(reading.meaning.len() <= 100, "{}", row.code);
            for name in reading.verbs {
                let verb = Verb::new(name.as_bytes());
                assert!(verbs::entry(&verb).is_some(), "{}: {name}", row.code);
            }
        }
    }

    #[test]
    fn every_row_says_what_it_means_and_where_that_is_written() {
        for row in REPLY_CODES {
            assert!(row.meaning.ends_with('.'), "{}", row.code);
            assert!(row.meaning.len() <= 100, "{}", row.code);
            assert!(row.causes.ends_with('.'), "{}", row.code);
            for text in [row.causes, row.advice, row.handling] {
                assert!(
                    text.is_ascii() && !text.contains("  "),
                    "{}: {text}",
                    row.code
                );
            }
            for part in row.reference.split("; ") {
                let known = ["RFC ", "draft-", "unregistered: "];
                assert!(
                    known.iter().any(|origin| part.starts_with(origin)),
                    "{}",
                    row.code
                );
            }
        }
    }
}
