//! Rows of lines in which `...` stands for any number of them.

use super::pattern::Captures;

/// What a row gives to variables; `None` if it does not match. `expected` is what stands between each `...`; `matches`
/// compares one expected line with the line of this index.
///
/// The first lines are anchored at the beginning and the last ones at the end; what stands between two `...` is sought
/// from the beginning, so this never has to go back.
pub(super) fn match_rows<T>(
    expected: &[Vec<T>],
    count: usize,
    matches: impl Fn(&T, usize) -> Option<Captures>,
) -> Option<Captures> {
    let row_at = |row: &[T], start: usize| -> Option<Captures> {
        let mut captures = Captures::new();
        for (offset, line) in row.iter().enumerate() {
            merge(&mut captures, matches(line, start + offset)?)?;
        }
        Some(captures)
    };
    let (first, others) = expected.split_first()?;
    if first.len() > count || (others.is_empty() && first.len() != count) {
        return None;
    }
    let mut captures = row_at(first, 0)?;
    let mut at = first.len();
    let Some((last, between)) = others.split_last() else {
        return Some(captures);
    };
    let end = count.checked_sub(last.len())?;
    for row in between {
        let latest = end.checked_sub(row.len())?;
        let (start, found) = (at..=latest).find_map(|start| Some((start, row_at(row, start)?)))?;
        merge(&mut captures, found)?;
        at = start + row.len();
    }
    if at > end {
        return None;
    }
    merge(&mut captures, row_at(last, end)?)?;
    Some(captures)
}

/// `None` if a name would have two values.
fn merge(captures: &mut Captures, more: Captures) -> Option<()> {
    for (name, value) in more {
        match captures.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if *known != value => return None,
            Some(_) => {}
            None => captures.push((name, value)),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};
    use regex::Regex;

    use super::{Captures, match_rows};

    #[test]
    fn rows_are_sought_in_order() {
        for (expected, lines, matches) in [
            ("ab", "ab", true),
            ("ab", "abc", false),
            ("", "", true),
            (".", "abc", true),
            (".", "", true),
            ("a.c", "abbc", true),
            ("a.c", "abb", false),
            ("a.a", "a", false),
            (".b.", "abc", true),
            (".bb.c", "abbc", true),
            (".cb.", "abc", false),
            ("a..c", "ac", true),
        ] {
            let rows: Vec<Vec<char>> = expected
                .split('.')
                .map(|row| row.chars().collect())
                .collect();
            let lines: Vec<char> = lines.chars().collect();
            let same = |expected: &char, at: usize| (*expected == lines[at]).then(Captures::new);
            assert_eq!(
                match_rows(&rows, lines.len(), same).is_some(),
                matches,
                "{expected}"
            );
        }
    }

    #[test]
    fn one_name_has_one_value() {
        let rows = vec![vec!['n', 'n']];
        let capture = |values: &'static [u8]| {
            move |_: &char, at: usize| Some(vec![("n".to_owned(), vec![values[at]])])
        };
        assert_eq!(
            match_rows(&rows, 2, capture(b"11")).map(|c| c.len()),
            Some(1)
        );
        assert_eq!(match_rows(&rows, 2, capture(b"12")), None);
    }

    proptest! {
        #[test]
        fn what_matches_is_what_an_expression_would_match(
            expected in "[ab.]{0,8}",
            lines in "[ab]{0,10}",
        ) {
            let rows: Vec<Vec<char>> = expected.split('.').map(|row| row.chars().collect()).collect();
            let actual: Vec<char> = lines.chars().collect();
            let same = |expected: &char, at: usize| (*expected == actual[at]).then(Captures::new);
            let expression = Regex::new(&format!("^{}$", expected.replace('.', ".*"))).unwrap();
            let found = match_rows(&rows, actual.len(), same);
            prop_assert_eq!(found.is_some(), expression.is_match(&lines));
        }
    }
}
