//! `help octet`, `help data connection`: words that are used everywhere and explained nowhere else.

use crate::shell::screen::page::{Layout, Page};

/// One record of `glossary.table`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Term {
    /// In lower case.
    pub(super) word: &'static str,
    also: &'static str,
    means: &'static str,
    see: &'static str,
    source: &'static str,
}

/// Every word, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = Term> {
    read(TABLE)
}

/// Explains a word, whatever its case; `false` if it is not one of them.
pub(super) fn explain(page: &mut Page, words: &str) -> bool {
    let wanted = words.to_lowercase();
    let found = all().find(|term| term.word == wanted);
    let Some(term) = found.or_else(|| all().find(|term| term.is_also(&wanted))) else {
        return false;
    };
    page.paragraph(0, term.word);
    page.paragraph(2, term.means);
    page.gap();
    for (label, text) in [
        ("Also", term.also),
        ("See", term.see),
        ("Source", term.source),
    ] {
        if !text.is_empty() {
            page.item(label, LABEL_COLUMNS, text);
        }
    }
    true
}

/// All words, in a paragraph.
pub(super) fn list(page: &mut Page) {
    page.paragraph(0, "`help WORD` explains each of these:");
    let words: Vec<&str> = all().map(|term| term.word).collect();
    page.paragraph(2, &words.join(", "));
}

impl Term {
    fn is_also(&self, wanted: &str) -> bool {
        !wanted.is_empty() && self.also.split(", ").any(|also| also == wanted)
    }
}

fn read(table: &'static str) -> impl Iterator<Item = Term> {
    let mut lines = table.lines().peekable();
    std::iter::from_fn(move || {
        let word = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
        let mut term = Term {
            word,
            ..Term::default()
        };
        while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
            let (field, text) = line.trim_start().split_once(' ').unwrap_or_default();
            let text = text.trim();
            match field {
                "also" => term.also = text,
                "means" => term.means = text,
                "see" => term.see = text,
                "source" => term.source = text,
                // A test reads the table, and complains of it.
                _ => term.word = "",
            }
        }
        Some(term)
    })
}

const TABLE: &str = include_str!("glossary.table");
const LABEL_COLUMNS: usize = 10;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Term, all};
    use crate::shell::config::aliases::Aliases;
    use crate::shell::help::topic;
    use crate::shell::line::Words;

    fn help(words: &str, columns: usize) -> Option<String> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        topic(&words, &Aliases::shipped(), Words::Usual, columns)
    }

    #[test]
    fn every_record_is_whole_and_what_it_points_at_has_help() {
        let mut seen = HashSet::new();
        let mut last = "";
        for term in all() {
            let Term { word, also, .. } = term;
            assert!(word > last, "{word} after {last}");
            last = word;
            assert!(
                term.means.ends_with('.') && !term.source.is_empty(),
                "{word}"
            );
            for name in std::iter::once(word).chain(also.split(", ").filter(|it| !it.is_empty())) {
                assert!(seen.insert(name), "{word}: {name} is there twice");
                assert_eq!(name, name.to_lowercase(), "{word}");
                for columns in [40, 80] {
                    let text = help(name, columns).unwrap_or_else(|| panic!("help {name}"));
                    assert!(text.lines().all(|line| line.len() <= columns), "{text}");
                }
            }
            for topic in term
                .see
                .split(", ")
                .filter(|it| !it.is_empty() && *it != "help")
            {
                assert!(help(topic, 80).is_some(), "{word}: see {topic}");
            }
        }
        assert!(all().count() >= 40, "{}", all().count());
    }

    #[test]
    fn the_words_that_newcomers_asked_for_are_explained() {
        for (words, expected) in [
            ("data connection", "A second connection"),
            ("Representation Type", "TYPE A is text"),
            ("marker", "REST 5"),
            ("octet", "Eight bits"),
            ("Synch", "Telnet"),
            ("words", "control connection"),
        ] {
            let text = help(words, 80).unwrap_or_default();
            assert!(text.contains(expected), "{words}: {text}");
        }
    }
}
