//! What can go wrong, by a name that stays: programs tell causes apart by it, whatever the words are.

use std::sync::LazyLock;

/// One record of `causes.table`. A field that is not given is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The name that stays.
    pub(crate) id: &'static str,
    means: &'static str,
    /// What happened, in whole sentences, with places for what is known of it.
    pub(crate) here: &'static str,
    /// What to type next.
    pub(crate) next: &'static str,
    hint: &'static str,
    /// The usual reasons.
    pub(crate) usually: &'static str,
    /// Where that is written.
    pub(crate) source: &'static str,
}

impl Cause {
    /// The cause of this name, which a rule or an event has: a test looks each of them up.
    pub(crate) fn named(id: &str) -> Self {
        Self::find(id).expect(
            "each name in the source and in a table is that of a cause, which a test checks",
        )
    }

    pub(crate) fn find(id: &str) -> Option<Self> {
        CAUSES.iter().find(|cause| cause.id == id).copied()
    }

    /// What it is, in general.
    pub(crate) fn meaning(&self) -> &'static str {
        if self.means.is_empty() {
            self.here
        } else {
            self.means
        }
    }

    /// The one line to say without being asked.
    pub(crate) fn hint(&self) -> Option<String> {
        match self.hint {
            "" => None,
            SAME_AS_NEXT => Some(format!("next: {}", self.next)),
            hint => Some(hint.to_owned()),
        }
    }

    fn set(&mut self, field: &str, text: &'static str) -> bool {
        let place = match field {
            "means" => &mut self.means,
            "here" => &mut self.here,
            "next" => &mut self.next,
            "hint" => &mut self.hint,
            "usually" => &mut self.usually,
            "source" => &mut self.source,
            _ => return false,
        };
        let is_first = place.is_empty();
        *place = text;
        is_first
    }
}

/// In the order of the table.
static CAUSES: LazyLock<Vec<Cause>> = LazyLock::new(|| {
    let rows = read(TABLE).filter_map(Result::ok);
    rows.map(|(_, cause)| cause).collect()
});

/// The records with the number of the line that each begins on; of what cannot be read, that number.
fn read(table: &'static str) -> impl Iterator<Item = Result<(usize, Cause), usize>> {
    let mut lines = table.lines().enumerate().peekable();
    std::iter::from_fn(move || {
        let (number, id) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'))?;
        if id.starts_with(' ') {
            return Some(Err(number + 1));
        }
        let mut cause = Cause {
            id,
            ..Cause::default()
        };
        while let Some((number, line)) = lines.next_if(|(_, line)| line.starts_with(' ')) {
            let read = line.trim_start().split_once(' ');
            let is_read = read.is_some_and(|(field, text)| cause.set(field, text.trim()));
            if !is_read {
                return Some(Err(number + 1));
            }
        }
        Some(Ok((number + 1, cause)))
    })
}

const TABLE: &str = include_str!("causes.table");
const SAME_AS_NEXT: &str = "=";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{CAUSES, Cause, TABLE, read};

    #[test]
    fn every_record_of_the_table_can_be_read() {
        let mut seen = HashSet::new();
        for record in read(TABLE) {
            let (line, cause) = record.unwrap_or_else(|line| {
                panic!("src/evidence/causes.table:{line}: no field of a cause")
            });
            let place = format!("src/evidence/causes.table:{line}: {}", cause.id);
            let is_name = |it: char| it.is_ascii_lowercase() || it == '-';
            assert!(
                cause.id.chars().all(is_name),
                "{place}: a name is of lower case and -"
            );
            assert!(seen.insert(cause.id), "{place}: the name is there already");
            assert!(!cause.meaning().is_empty(), "{place}: it says nothing");
            assert!(
                cause.here.is_empty() || cause.here.ends_with(['.', '}']),
                "{place}: `here` is no sentence"
            );
            assert!(
                cause.hint != "=" || !cause.next.is_empty(),
                "{place}: no `next`"
            );
        }
        assert!(seen.len() > 100, "{}", seen.len());
    }

    #[test]
    fn what_is_no_record_is_complained_about() {
        for (table, line) in [
            ("  here a.\n", 1),
            ("a\n  hear b.\n", 2),
            ("a\n  here b.\n  here c.\n", 3),
        ] {
            assert_eq!(read(table).find_map(Result::err), Some(line), "{table}");
        }
    }

    #[test]
    fn a_hint_may_be_the_next_step() {
        let cause = Cause::named("rnfr-first");
        assert_eq!(cause.hint().unwrap(), format!("next: {}", cause.next));
    }

    #[test]
    fn the_page_explains_every_cause() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/causes.md");
        let rows: Vec<String> = CAUSES
            .iter()
            .map(|cause| {
                format!(
                    "| `{}` | {} |\n",
                    cause.id,
                    cause
                        .meaning()
                        .replace('|', "\\|")
                        .replace("{}", "the command")
                )
            })
            .collect();
        let mut text = std::fs::read_to_string(page).unwrap();
        let (head, _) = text.split_once("| `").unwrap();
        let expected = head.to_owned() + &rows.concat();
        if std::env::var_os("FTPSH_WRITE_CAUSES").is_some() {
            std::fs::write(page, &expected).unwrap();
            text.clone_from(&expected);
        }
        assert_eq!(text, expected, "FTPSH_WRITE_CAUSES=1 writes the page");
    }
}
