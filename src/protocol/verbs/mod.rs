//! The one table of verbs: hints, completion, help, secrecy, data direction, the ledger and the compliance page
//! all read it.

pub(crate) mod site_commands;
mod table;

use super::command::Verb;

pub use table::VERBS;

/// Final replies that any command may get, and that no row of [`VERBS`] repeats.
pub(crate) const COMMON_REPLIES: &[u16] = &[421, 500, 501, 502, 503, 504, 530];

/// What is known about one verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerbEntry {
    /// The command code, in upper case.
    pub name: &'static str,
    /// The code with its arguments, such as `APPE <path>`; what may be left out is in brackets.
    pub syntax: &'static str,
    /// Arguments that have a fixed spelling, the most useful first: `A`, `L 8` for TYPE, `CHMOD` for SITE. Where more
    /// must follow, [`VerbEntry::syntax`] and `site_commands` say what.
    pub sub_arguments: &'static [&'static str],
    /// Where it is defined: `RFC 959 section 4.1.3`, several with `; ` between them.
    pub reference: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What must have happened before it.
    pub prerequisite: &'static str,
    /// What else is good to know about it; may be empty.
    pub notes: &'static str,
    /// A dialogue: commands as typed, replies as a server sent them.
    pub example: &'static [&'static str],
    /// What servers in use do differently; may be empty.
    pub quirks: &'static str,
    /// What this program does with it besides sending it and showing the reply; may be empty.
    pub handling: &'static str,
    /// The direction of the data, if it uses the data connection.
    pub data: Option<DataDirection>,
    /// Whether its argument is a secret.
    pub secret: bool,
    /// How it came to be in the table.
    pub origin: Origin,
    /// Final codes that may answer it with no 1yz before them (RFC 959 section 5.4 and the later RFCs), without the
    /// `COMMON_REPLIES`.
    pub replies: &'static [u16],
    /// Final codes that may answer it once a 1yz was seen, without the `COMMON_REPLIES`.
    pub replies_after_preliminary: &'static [u16],
}

/// Which way the data goes, seen from the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataDirection {
    /// From the server.
    Received,
    /// To the server.
    Sent,
}

/// Who defines a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the IANA registry (RFC 5797).
    Registered,
    /// In an RFC that is out of use.
    Historic,
    /// Servers have it, no registry does.
    Unregistered,
}

/// The row of a verb; `None` if the table does not know it, which forbids nothing.
#[must_use]
pub(crate) fn entry(verb: &Verb) -> Option<&'static VerbEntry> {
    named(verb.as_bytes())
}

/// Whether the argument of this verb (in any case) is a secret.
#[must_use]
pub(crate) fn is_secret(code: &[u8]) -> bool {
    named(&code.to_ascii_uppercase()).is_some_and(|entry| entry.secret)
}

impl VerbEntry {
    const fn new(
        name: &'static str,
        syntax: &'static str,
        reference: &'static str,
        summary: &'static str,
        replies: &'static [u16],
    ) -> Self {
        Self {
            name,
            syntax,
            sub_arguments: &[],
            reference,
            summary,
            prerequisite: "A login.",
            notes: "",
            example: &[],
            quirks: "",
            handling: "",
            data: None,
            secret: false,
            origin: Origin::Registered,
            replies,
            replies_after_preliminary: replies,
        }
    }

    const fn needs(mut self, prerequisite: &'static str) -> Self {
        self.prerequisite = prerequisite;
        self
    }

    const fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }

    const fn example(mut self, example: &'static [&'static str]) -> Self {
        self.example = example;
        self
    }

    const fn quirks(mut self, quirks: &'static str) -> Self {
        self.quirks = quirks;
        self
    }

    const fn handled(mut self, handling: &'static str) -> Self {
        self.handling = handling;
        self
    }

    const fn takes(mut self, sub_arguments: &'static [&'static str]) -> Self {
        self.sub_arguments = sub_arguments;
        self
    }

    const fn receives(mut self, after_preliminary: &'static [u16]) -> Self {
        self.data = Some(DataDirection::Received);
        self.prerequisite = LOGIN_AND_DATA_CONNECTION;
        self.replies_after_preliminary = after_preliminary;
        self
    }

    const fn sends(mut self, after_preliminary: &'static [u16]) -> Self {
        self.data = Some(DataDirection::Sent);
        self.prerequisite = LOGIN_AND_DATA_CONNECTION;
        self.replies_after_preliminary = after_preliminary;
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn historic(mut self) -> Self {
        self.origin = Origin::Historic;
        self
    }

    const fn unregistered(mut self) -> Self {
        self.origin = Origin::Unregistered;
        self
    }
}

const LOGIN_AND_DATA_CONNECTION: &str = "A login and a data connection: PASV, EPSV or PORT.";

fn named(upper: &[u8]) -> Option<&'static VerbEntry> {
    VERBS
        .binary_search_by(|entry| entry.name.as_bytes().cmp(upper))
        .ok()
        .map(|at| &VERBS[at])
}

#[cfg(test)]
mod tests {
    use super::{COMMON_REPLIES, DataDirection, Origin, VERBS, Verb, entry, is_secret};

    fn found(name: &str) -> &'static super::VerbEntry {
        entry(&Verb::new(name.as_bytes())).unwrap_or_else(|| panic!("{name} is missing"))
    }

    #[test]
    fn rows_are_sorted_by_name_and_no_name_comes_twice() {
        for pair in VERBS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
        for row in VERBS {
            assert_eq!(found(&row.name.to_ascii_lowercase()), row);
        }
    }

    #[test]
    fn every_row_is_whole() {
        for row in VERBS {
            let code = row.syntax.split(' ').next();
            assert_eq!(code, Some(row.name));
            assert!(
                row.name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            );
            assert!((3..=7).contains(&row.name.len()), "{}", row.name);
            assert!(
                row.summary.ends_with('.') && !row.summary.contains('\n'),
                "{}",
                row.name
            );
            assert!(row.summary.len() <= 80, "{}: {}", row.name, row.summary);
            assert!(!row.replies.is_empty(), "{}", row.name);
            assert!(row.prerequisite.ends_with('.'), "{}", row.name);
            assert!(row.example.concat().contains(row.name), "{}", row.name);
            for text in [row.notes, row.quirks, row.handling] {
                assert!(
                    text.is_empty() || text.ends_with('.'),
                    "{}: {text}",
                    row.name
                );
                assert!(
                    text.is_ascii() && !text.contains("  "),
                    "{}: {text}",
                    row.name
                );
            }
            for argument in row.sub_arguments {
                assert!(!argument.is_empty() && argument.is_ascii(), "{}", row.name);
            }
        }
    }

    #[test]
    fn every_reference_names_a_document_and_a_section() {
        for row in VERBS {
            for part in row.reference.split("; ") {
                let words: Vec<&str> = part.split(' ').collect();
                let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
                let is_section = |word: &str| {
                    word.split('.')
                        .all(|part| !part.is_empty() && is_number(part))
                };
                let is_whole = match words[..] {
                    ["RFC", number, "section", section] => is_number(number) && is_section(section),
                    ["RFC", number] => is_number(number) && row.origin == Origin::Historic,
                    [draft] => draft.starts_with("draft-") || draft.starts_with("GFD."),
                    [draft, "section", section] => {
                        draft.starts_with("draft-") && is_section(section)
                    }
                    ["unregistered:", ..] => words.len() > 1,
                    _ => false,
                };
                assert!(is_whole, "{}: {part}", row.name);
                let is_wild = !part.starts_with("RFC");
                assert_eq!(
                    is_wild,
                    row.origin == Origin::Unregistered,
                    "{}: {part}",
                    row.name
                );
            }
        }
    }

    #[test]
    fn reply_lists_are_sorted_final_and_without_the_common_ones() {
        for row in VERBS {
            for replies in [row.replies, row.replies_after_preliminary] {
                assert!(
                    replies.is_sorted_by(|left, right| left < right),
                    "{}",
                    row.name
                );
                for code in replies {
                    assert!((200..700).contains(code), "{}: {code}", row.name);
                    assert!(!COMMON_REPLIES.contains(code), "{}: {code}", row.name);
                }
            }
        }
    }

    #[test]
    fn three_verbs_are_secret() {
        let secret: Vec<&str> = VERBS
            .iter()
            .filter(|row| row.secret)
            .map(|row| row.name)
            .collect();
        assert_eq!(secret, ["ACCT", "ADAT", "PASS"]);
        assert!(is_secret(b"pAsS") && !is_secret(b"PASSIVE") && !is_secret(b""));
    }

    #[test]
    fn the_verbs_of_rfc_959_that_move_data_are_marked() {
        let moving = |direction| {
            let rows = VERBS
                .iter()
                .filter(|row| row.data == Some(direction) && row.origin == Origin::Registered);
            rows.map(|row| row.name).collect::<Vec<_>>()
        };
        assert_eq!(
            moving(DataDirection::Received),
            ["LIST", "MLSD", "NLST", "RETR"]
        );
        assert_eq!(moving(DataDirection::Sent), ["APPE", "STOR", "STOU"]);
        for row in VERBS.iter().filter(|row| row.data.is_some()) {
            assert!(row.replies_after_preliminary.contains(&226), "{}", row.name);
            assert!(
                !row.replies.contains(&226),
                "{}: 226 follows a 1yz",
                row.name
            );
        }
    }

    #[test]
    fn what_servers_were_measured_to_answer_is_listed() {
        let table: &[(&str, &[u16])] = &[
            ("ABOR", &[225, 226, 451]),
            ("EPSV", &[200, 220, 227, 229, 522]),
            ("PASV", &[227, 228, 229, 425, 550]),
            ("PORT", &[200, 425]),
            ("RETR", &[425, 550, 554]),
            ("STOR", &[550, 553, 554]),
            ("APPE", &[202, 450]),
            ("CDUP", &[200, 250]),
            ("REST", &[350, 554]),
            ("XMD5", &[213, 250, 251]),
            ("AUTH", &[234, 334, 534]),
            ("MFMT", &[213, 250]),
        ];
        for (name, codes) in table {
            for code in *codes {
                assert!(found(name).replies.contains(code), "{name}: {code}");
            }
        }
        assert!(found("RETR").replies_after_preliminary.contains(&522));
        assert!(entry(&Verb::new(b"XYZZY")).is_none());
    }
}
