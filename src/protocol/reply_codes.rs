//! The table of reply codes: what each means, and where that is written.

use super::reply::ReplyCode;

pub use super::reply_code_table::REPLY_CODES;

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
    use super::{REPLY_CODES, ReplyCode, entry};
    use crate::protocol::verbs::{COMMON_REPLIES, VERBS};

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
