//! What is odd, by a name that stays, and the sentence for it.

use std::sync::LazyLock;

use crate::evidence::explanation::filled;

/// Something that a reply should not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Oddity {
    /// The name that stays: a row of `oddities.table`.
    pub(crate) id: &'static str,
    /// What happened, in one sentence; not escaped.
    pub(crate) here: String,
    /// Where it is written that it should not.
    pub(crate) source: String,
}

/// One row of `oddities.table`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OddityRow {
    pub(crate) id: &'static str,
    pub(crate) here: &'static str,
    source: &'static str,
}

impl Oddity {
    /// The oddity of this name, with these facts in its texts.
    pub(super) fn of(id: &str, facts: &[(&str, &str)]) -> Self {
        let row = ROWS.iter().find(|row| row.id == id);
        let row = row.expect("each name in the linter has a row, which a test checks");
        Self {
            id: row.id,
            here: filled(row.here, facts),
            source: filled(row.source, facts).trim_end_matches("; ").to_owned(),
        }
    }
}

/// In the order of the table.
pub(super) static ROWS: LazyLock<Vec<OddityRow>> = LazyLock::new(|| {
    let lines = TABLE.lines();
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = rows.filter_map(|line| {
        let mut fields = line.split(" | ").map(str::trim);
        Some(OddityRow {
            id: fields.next()?,
            here: fields.next()?,
            source: fields.next()?,
        })
    });
    rows.collect()
});

const TABLE: &str = include_str!("oddities.table");

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{ROWS, TABLE};
    use crate::evidence::cause::Cause;

    #[test]
    fn every_row_of_the_table_can_be_read() {
        let mut seen = HashSet::new();
        for row in ROWS.iter() {
            let is_name = |it: char| it.is_ascii_lowercase() || it == '-';
            assert!(
                row.id.chars().all(is_name) && seen.insert(row.id),
                "{row:?}"
            );
            assert!(
                row.here.ends_with('.') && row.source.starts_with("RFC "),
                "{row:?}"
            );
            assert_eq!(Cause::find(row.id), None, "{row:?}: a cause has that name");
        }
        let is_row = |line: &&str| !line.is_empty() && !line.starts_with('#');
        assert_eq!(seen.len(), TABLE.lines().filter(is_row).count());
    }

    #[test]
    fn the_page_explains_every_oddity() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/explain.md");
        let rows: Vec<String> = ROWS
            .iter()
            .map(|row| format!("| `{}` | {} | {} |\n", row.id, row.here, row.source))
            .collect();
        let mut text = std::fs::read_to_string(page).unwrap();
        let (head, _) = text.split_once("|---|---|---|\n").unwrap();
        let expected = format!("{head}|---|---|---|\n{}", rows.concat());
        if std::env::var_os("FTPSH_WRITE_CAUSES").is_some() {
            std::fs::write(page, &expected).unwrap();
            text.clone_from(&expected);
        }
        assert_eq!(text, expected, "FTPSH_WRITE_CAUSES=1 writes the page");
    }
}
