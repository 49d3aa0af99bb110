//! What may follow a name, read from its syntax: `APPE <path>`, `resume LOCAL [REMOTE]`.

use crate::protocol::site_commands;
use crate::protocol::verbs::VerbEntry;

/// The places for arguments after a name, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Syntax<'a> {
    places: Vec<&'a str>,
}

impl<'a> Syntax<'a> {
    /// Reads a syntax that begins with the name; `exit, bye` are two names without a place.
    pub(super) fn read(syntax: &'a str) -> Self {
        let places = match syntax.split_once(' ') {
            Some((name, places)) if !name.ends_with(',') => split_places(places),
            _ => Vec::new(),
        };
        Self { places }
    }

    /// The syntax of a verb with these arguments: SITE has one for each of its subcommands.
    pub(super) fn of_verb(entry: &VerbEntry, arguments: &str) -> Syntax<'static> {
        let subcommand = arguments.split(' ').next().unwrap_or_default();
        let site = (entry.name == "SITE").then(|| site_commands::entry(subcommand));
        Syntax::read(site.flatten().map_or(entry.syntax, |site| site.syntax))
    }

    /// The place of the argument at this index, without its brackets; after the last one, the last one if it may be
    /// repeated.
    pub(super) fn place(&self, index: usize) -> Option<&'a str> {
        let place = match self.places.get(index) {
            Some(place) => place,
            None => self
                .places
                .last()
                .filter(|place| place.trim_end_matches(']').ends_with("..."))?,
        };
        Some(place.trim_matches(['[', ']']))
    }

    /// The place of the argument at this index, options such as `[--replace]` not counted.
    pub(super) fn operand(&self, index: usize) -> Option<&'a str> {
        let operands = self.places.iter().filter(|place| !place.starts_with("[-"));
        let place = operands.copied().nth(index)?;
        Some(place.trim_end_matches(',').trim_matches(['[', ']']))
    }

    /// The options that have a place.
    pub(super) fn options(&self) -> impl Iterator<Item = &'a str> {
        let options = self.places.iter().filter(|place| place.starts_with("[-"));
        options.map(|place| place.trim_matches(['[', ']']))
    }

    /// Whether the first place must be filled.
    pub(super) fn wants_argument(&self) -> bool {
        self.places
            .first()
            .is_some_and(|place| !place.starts_with('['))
    }

    /// Whether there is any place.
    pub(super) fn takes_arguments(&self) -> bool {
        !self.places.is_empty()
    }

    /// What is left to type after so many arguments.
    pub(super) fn rest(&self, arguments: usize) -> String {
        let places = self.places.get(arguments..).unwrap_or_default();
        let mut rest = places.join(" ");
        // A bracket that was opened around an argument that is there already.
        while rest.matches(']').count() > rest.matches('[').count() {
            rest.pop();
        }
        rest
    }
}

/// Splits at blanks, except within `<A | E>` and beside a `|`.
fn split_places(text: &str) -> Vec<&str> {
    let mut places = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                let is_beside_bar = text[at..].starts_with(" | ") || text[..=at].ends_with(" | ");
                if !is_beside_bar {
                    places.push(&text[start..at]);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    places.push(&text[start..]);
    places
}

#[cfg(test)]
mod tests {
    use super::Syntax;
    use crate::protocol::verbs::VERBS;

    #[test]
    fn places_are_told_apart() {
        let table: &[(&str, &[&str])] = &[
            ("PASV", &[]),
            ("exit, bye", &[]),
            ("APPE <path>", &["<path>"]),
            ("EPSV [1 | 2 | ALL]", &["[1 | 2 | ALL]"]),
            ("MODE <S | B | C | Z>", &["<S | B | C | Z>"]),
            ("ALLO <n> [R <m>]", &["<n>", "[R", "<m>]"]),
            ("DCAU <N | A | S> [<s>]", &["<N | A | S>", "[<s>]"]),
            ("TYPE <A | E [N | T] | L <b>>", &["<A | E [N | T] | L <b>>"]),
            ("login [USER [PASSWORD]]", &["[USER", "[PASSWORD]]"]),
        ];
        for (syntax, places) in table {
            assert_eq!(Syntax::read(syntax).places, *places, "{syntax}");
        }
    }

    #[test]
    fn what_is_left_has_its_brackets_in_pairs() {
        let login = Syntax::read("login [USER [PASSWORD]]");
        assert_eq!(login.rest(0), "[USER [PASSWORD]]");
        assert_eq!(login.rest(1), "[PASSWORD]");
        assert_eq!(login.rest(2), "");
        assert_eq!(login.rest(9), "");
        assert_eq!(login.place(1), Some("PASSWORD"));
        for entry in VERBS {
            let syntax = Syntax::read(entry.syntax);
            for arguments in 0..5 {
                let rest = syntax.rest(arguments);
                assert_eq!(rest.matches('[').count(), rest.matches(']').count());
            }
        }
    }

    #[test]
    fn options_and_operands_are_told_apart() {
        let syntax = Syntax::read("keep [--all] FILE [NAME], keep off");
        assert_eq!(syntax.operand(0), Some("FILE"));
        assert_eq!(syntax.operand(1), Some("NAME"));
        assert_eq!(syntax.options().collect::<Vec<_>>(), ["--all"]);
    }

    #[test]
    fn the_last_place_may_be_repeated() {
        let syntax = Syntax::read("COMB <path> <part> ...");
        assert_eq!(syntax.place(7), Some("..."));
        assert_eq!(Syntax::read("MDTM <path>").place(1), None);
    }
}
