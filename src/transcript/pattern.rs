//! What is expected of one line: text with elisions and captures, or a regular expression.
//!
//! ```text
//! Entering Passive Mode ([..])      any bytes within the line
//! {size}                            compared with the variable's value, or captured if it has none yet
//! /^[0-9]+$/                        a regular expression; a named group captures
//! ```

use std::fmt;

use regex::bytes::Regex;

use super::read_error::Fault;
use super::template::{Piece, Template, Variables, is_name, spelled_bytes, with_safe_end};
use crate::protocol::reply::unquoted;

/// What is expected of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinePattern {
    /// Text; between its parts stand elisions.
    Text(Vec<Template>),
    /// A regular expression.
    Expression(Expression),
}

/// A regular expression over bytes.
#[derive(Clone, Debug)]
pub struct Expression(Regex);

/// What a line gave to variables that had no value.
pub type Captures = Vec<(String, Vec<u8>)>;

impl LinePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`Fault`] for a brace that opens nothing known, an expression that cannot be compiled, or two captures of one
    /// name.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let inner = text
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        if let Some(inner) = inner {
            return Expression::read(inner).map(Self::Expression);
        }
        let mut parts = Vec::new();
        let mut at = 0;
        for part in text.split(ELISION) {
            parts.push(Template::read(part).map_err(|fault| fault.shifted(at))?);
            at += part.len() + ELISION.len();
        }
        let pattern = Self::Text(parts);
        let names: Vec<&str> = pattern.variables().collect();
        let twice = (1..names.len()).find(|&at| names[..at].contains(&names[at]));
        match twice {
            Some(at) => {
                let problem = format!("{{{}}} occurs twice in this line", names[at]);
                Err(Fault::new(0..text.len(), problem))
            }
            None => Ok(pattern),
        }
    }

    /// The pattern that exactly these bytes match.
    #[must_use]
    pub fn literal(bytes: &[u8]) -> Self {
        Self::Text(vec![Template::literal(bytes)])
    }

    /// Only one text matches.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self, Self::Text(parts) if parts.len() == 1) && self.variables().next().is_none()
    }

    /// What is left when everything is taken away that may be anything.
    pub(super) fn literals(&self) -> Vec<u8> {
        let Self::Text(parts) = self else {
            return Vec::new();
        };
        let pieces = parts.iter().flat_map(Template::pieces);
        let literals = pieces.filter_map(|piece| match piece {
            Piece::Literal(bytes) => Some(bytes.as_slice()),
            Piece::Variable(_) => None,
        });
        literals.collect::<Vec<_>>().concat()
    }

    /// The names that it compares or captures.
    pub fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Text(parts) => Box::new(parts.iter().flat_map(Template::variables)),
            Self::Expression(Expression(regex)) => Box::new(regex.capture_names().flatten()),
        }
    }

    /// What a line gives to variables without a value; `None` if it does not match.
    #[must_use]
    pub fn matches(&self, line: &[u8], variables: &Variables) -> Option<Captures> {
        match self {
            Self::Text(parts) => match_parts(&elements(parts, variables), line),
            Self::Expression(expression) => expression.matches(line, variables),
        }
    }

    /// The same for the text of a 257: a variable between quotes is a path, whose own quotes are doubled there (RFC 959
    /// appendix II).
    #[must_use]
    pub fn matches_path(&self, line: &[u8], variables: &Variables) -> Option<Captures> {
        let Self::Text(parts) = self else {
            return self.matches(line, variables);
        };
        let Some((before, name, after)) = quoted_variable(parts) else {
            return self.matches(line, variables);
        };
        let quoted = line.strip_prefix(before)?;
        let Some((path, length)) = unquoted(quoted) else {
            let has_doubled = quoted.windows(2).any(|pair| pair == b"\"\"");
            return self.matches(line, variables).filter(|_| !has_doubled);
        };
        let mut captures = match variables.value(name) {
            _ if path.is_empty() => return None,
            Some(value) if value != path => return None,
            Some(_) => Captures::new(),
            None => vec![(name.to_owned(), path)],
        };
        let rest = &line[before.len() + length..];
        captures.extend(match_parts(&elements(&after, variables), rest)?);
        Some(captures)
    }
}

/// The first variable of a pattern if it stands between quotes: what is before it, its name, and the pattern from the
/// closing quote on.
fn quoted_variable(parts: &[Template]) -> Option<(&[u8], &str, Vec<Template>)> {
    let (first, others) = parts.split_first()?;
    let [Piece::Literal(before), Piece::Variable(name), rest @ ..] = first.pieces() else {
        return None;
    };
    let is_closed = matches!(rest, [Piece::Literal(after), ..] if after.starts_with(b"\""));
    if !before.ends_with(b"\"") || !is_closed {
        return None;
    }
    let rest = rest
        .iter()
        .cloned()
        .fold(Template::default(), Template::and);
    let after = std::iter::once(rest)
        .chain(others.iter().cloned())
        .collect();
    Some((before, name, after))
}

impl LinePattern {
    /// As it is written, except for what only matters at the end of a line.
    pub(super) fn spelled(&self) -> String {
        let parts = match self {
            Self::Expression(expression) => return format!("/{}/", expression.0.as_str()),
            Self::Text(parts) => parts,
        };
        let part = |part: &Template| -> String {
            let pieces = part.pieces().iter().map(Piece::spelled);
            pieces.collect::<String>().replace(ELISION, "{0x5b}..]")
        };
        let text = parts.iter().map(part).collect::<Vec<_>>().join(ELISION);
        let looks_like_expression = text.len() > 1 && text.starts_with('/') && text.ends_with('/');
        let is_mark = looks_like_expression || text == ANY_LINES || text.starts_with('@');
        let (first, rest) = text.split_at(usize::from(is_mark));
        spelled_bytes(first.as_bytes()) + rest
    }
}

impl fmt::Display for LinePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_safe_end(self.spelled()))
    }
}

impl Expression {
    fn read(source: &str) -> Result<Self, Fault> {
        let whole = 0..source.len() + 2;
        let regex = Regex::new(source).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default();
            let problem = format!(
                "not a regular expression: {}",
                reason.trim_start_matches("error: ")
            );
            Fault::new(whole.clone(), problem)
        })?;
        match regex.capture_names().flatten().find(|name| !is_name(name)) {
            Some(name) => {
                let problem =
                    format!("{name} is not a name for a variable: small letters, digits and _");
                Err(Fault::new(whole, problem))
            }
            None => Ok(Self(regex)),
        }
    }

    fn matches(&self, line: &[u8], variables: &Variables) -> Option<Captures> {
        let found = self.0.captures(line)?;
        let mut captures = Captures::new();
        for name in self.0.capture_names().flatten() {
            let Some(bytes) = found.name(name).map(|group| group.as_bytes()) else {
                continue;
            };
            match variables.value(name) {
                Some(value) if value != bytes => return None,
                Some(_) => {}
                None => captures.push((name.to_owned(), bytes.to_vec())),
            }
        }
        Some(captures)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Expression {}

/// A pattern once the values of its variables are known.
enum Element<'a> {
    Literal(Vec<u8>),
    /// Any bytes; a capture takes at least one.
    Any(Option<&'a str>),
}

fn elements<'a>(parts: &'a [Template], variables: &Variables) -> Vec<Element<'a>> {
    let mut elements = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            elements.push(Element::Any(None));
        }
        for piece in part.pieces() {
            let (bytes, name) = match piece {
                Piece::Literal(bytes) => (Some(bytes.as_slice()), None),
                Piece::Variable(name) => (variables.value(name), Some(name.as_str())),
            };
            match (bytes, elements.last_mut()) {
                (None, _) => elements.push(Element::Any(name)),
                (Some(bytes), Some(Element::Literal(before))) => before.extend_from_slice(bytes),
                (Some(bytes), _) => elements.push(Element::Literal(bytes.to_vec())),
            }
        }
    }
    elements
}

/// Each literal is searched for from the left, the last one at the end of the line. What stands for any bytes takes as
/// few as it can, so this never has to go back.
fn match_parts(elements: &[Element<'_>], line: &[u8]) -> Option<Captures> {
    let mut captures = Captures::new();
    let mut at = 0;
    // What stands for any bytes and has begun.
    let mut open: Option<(usize, Option<&str>)> = None;
    for (index, element) in elements.iter().enumerate() {
        match (element, open) {
            (Element::Any(name), None) => open = Some((at, *name)),
            (Element::Any(name), Some((start, before))) => {
                at = start + usize::from(before.is_some());
                close(&mut captures, before, line.get(start..at)?);
                open = Some((at, *name));
            }
            (Element::Literal(bytes), None) => {
                at += line.get(at..)?.starts_with(bytes).then_some(bytes.len())?;
            }
            (Element::Literal(bytes), Some((start, name))) => {
                let from = start + usize::from(name.is_some());
                let is_last = index + 1 == elements.len();
                let found = find(line.get(from..)?, bytes, is_last)? + from;
                close(&mut captures, name, &line[start..found]);
                at = found + bytes.len();
                open = None;
            }
        }
    }
    match open {
        None => (at == line.len()).then_some(captures),
        Some((start, Some(_))) if start == line.len() => None,
        Some((start, name)) => {
            close(&mut captures, name, &line[start..]);
            Some(captures)
        }
    }
}

fn close(captures: &mut Captures, name: Option<&str>, bytes: &[u8]) {
    if let Some(name) = name {
        captures.push((name.to_owned(), bytes.to_vec()));
    }
}

fn find(line: &[u8], sought: &[u8], at_end: bool) -> Option<usize> {
    if at_end {
        return line.ends_with(sought).then(|| line.len() - sought.len());
    }
    if sought.is_empty() {
        return Some(0);
    }
    line.windows(sought.len())
        .position(|window| window == sought)
}

const ELISION: &str = "[..]";
/// A line of a pattern that stands for any number of lines.
pub(super) const ANY_LINES: &str = "...";

/// What a row gives to variables; `None` if it does not match. `expected` is what stands between each `...`; `matches`
/// compares one expected line with the line of this index.
///
/// The first lines are anchored at the beginning and the last ones at the end; what stands between two `...` is
/// searched for from the beginning, so this never has to go back.
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
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use regex::Regex;

    use super::{Captures, LinePattern, Variables, match_rows};

    fn captured(pattern: &str, line: &str) -> Option<Vec<(String, String)>> {
        let mut variables = Variables::default();
        variables.set("user", "tester");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let pattern = LinePattern::read(pattern).unwrap();
        let captures: Captures = pattern.matches(line.as_bytes(), &variables)?;
        Some(
            captures
                .into_iter()
                .map(|(name, value)| (name, text(value)))
                .collect(),
        )
    }

    #[test]
    fn elisions_stand_for_any_bytes_within_a_line() {
        for (pattern, line, matches) in [
            ("5", "5", true),
            ("5", "55", false),
            ("", "", true),
            ("", "a", false),
            ("[..]", "", true),
            ("Entering ([..]).", "Entering (1,2).", true),
            ("Entering ([..]).", "Entering (1,2)", false),
            ("[..]a[..]b", "a--a--b", true),
            ("a[..]a", "a", false),
            ("[..]b[..]b", "ab", false),
            ("Hello {user}!", "Hello tester!", true),
            ("Hello {user}!", "Hello guest!", false),
            ("{user}[..]", "tester", true),
            ("{0x5b}..]", "[..]", true),
            ("{0x5b}..]", "x", false),
            ("/^[0-9]{3}$/", "213", true),
            ("/^[0-9]{3}$/", "21", false),
            ("/(?<user>[a-z]+)/", "tester", true),
            ("/(?<user>[a-z]+)/", "guest", false),
            ("/", "/", true),
        ] {
            assert_eq!(
                captured(pattern, line).is_some(),
                matches,
                "{pattern} {line}"
            );
        }
    }

    #[test]
    fn a_variable_without_a_value_captures() {
        for (pattern, line, expected) in [
            ("{size}", "11", Some(vec![("size", "11")])),
            ("{size}", "", None),
            ("({a},{b})", "(1,2)", Some(vec![("a", "1"), ("b", "2")])),
            ("[..]{a}", "xyz", Some(vec![("a", "xyz")])),
            ("{a}{b}", "xyz", Some(vec![("a", "x"), ("b", "yz")])),
            ("{a}-{b}-", "---", None),
            ("{a}-{b}-", "x-y-", Some(vec![("a", "x"), ("b", "y")])),
            ("/ (?<n>[0-9]+) /", "x 12 y", Some(vec![("n", "12")])),
        ] {
            let expected = expected.map(|pairs| {
                let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                pairs.into_iter().map(pair).collect::<Vec<_>>()
            });
            assert_eq!(captured(pattern, line), expected, "{pattern} {line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (pattern, problem) in [
            ("/(/", "not a regular expression: unclosed group"),
            (
                "/(?<N>x)/",
                "N is not a name for a variable: small letters, digits and _",
            ),
            ("{a} [..] {a}", "{a} occurs twice in this line"),
        ] {
            assert_eq!(LinePattern::read(pattern).unwrap_err().problem, problem);
        }
        assert_eq!(LinePattern::read("ab[..]{").unwrap_err().span.start, 6);
    }

    #[test]
    fn text_that_looks_like_a_mark_is_written_so_that_it_is_none() {
        for text in ["...", "/pub/", "@file", "a[..]b", "//", " ", "/", "[..]"] {
            let pattern = LinePattern::literal(text.as_bytes());
            let printed = pattern.to_string();
            assert_eq!(LinePattern::read(&printed).unwrap(), pattern, "{printed}");
            assert_ne!(printed, super::ANY_LINES);
        }
    }

    proptest! {
        #[test]
        fn a_literal_matches_itself_and_is_read_as_printed(bytes in vec(any::<u8>(), 0..60)) {
            let pattern = LinePattern::literal(&bytes);
            prop_assert!(pattern.matches(&bytes, &Variables::default()).is_some());
            prop_assert_eq!(LinePattern::read(&pattern.to_string()).unwrap(), pattern);
        }

        #[test]
        fn what_matches_is_what_an_expression_would_match(
            parts in vec("(\\[\\.\\.\\]|\\{a\\}|\\{b\\}|x|y|xy)", 0..7),
            line in "[xy]{0,9}",
        ) {
            let expression = |part: &String| match part.as_str() {
                "[..]" => ".*",
                "{a}" | "{b}" => ".+",
                literal => literal,
            }.to_owned();
            let same = format!("^{}$", parts.iter().map(expression).collect::<String>());
            let expected = super::Regex::new(&same).unwrap().is_match(line.as_bytes());
            if let Ok(pattern) = LinePattern::read(&parts.concat()) {
                let found = pattern.matches(line.as_bytes(), &Variables::default());
                prop_assert_eq!(found.is_some(), expected);
            }
        }

        #[test]
        fn matching_ends_and_a_pattern_is_read_as_printed(
            pattern in r"(\[\.\.\]|\{a\}|\{b\}|x|y|/|\.|\{\{|@){0,8}",
            line in "[xy/.@{]{0,12}",
        ) {
            if let Ok(pattern) = LinePattern::read(&pattern) {
                let _ = pattern.matches(line.as_bytes(), &Variables::default());
                let again = LinePattern::read(&pattern.to_string()).unwrap();
                prop_assert_eq!(again.to_string(), pattern.to_string());
            }
        }
    }

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
        fn rows_match_what_an_expression_would_match(
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
