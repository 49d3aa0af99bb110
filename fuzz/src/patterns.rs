//! Templates and patterns of transcripts: the first line is one, the rest is what it is compared with.

use ftpsh::transcript::Variables;
use ftpsh::transcript::pattern::{Captures, LinePattern};
use ftpsh::transcript::template::{Piece, Template};
use regex::bytes::{Regex, RegexBuilder};

/// Reads, prints and compares.
pub fn hold(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (first, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    let line = rest.get(1..).unwrap_or_default();
    if let Ok(text) = str::from_utf8(first) {
        hold_for_template(text);
        hold_for_pattern(text, line);
    }
    assert_literal(bytes);
    assert_literal(line);
}

fn hold_for_template(text: &str) {
    match Template::read(text) {
        Ok(template) => {
            let printed = template.to_string();
            assert_eq!(Template::read(&printed), Ok(template), "{printed}");
        }
        Err(fault) => assert!(fault.span.end <= text.len(), "{fault:?}"),
    }
}

fn hold_for_pattern(text: &str, line: &[u8]) {
    let pattern = match LinePattern::read(text) {
        Ok(pattern) => pattern,
        Err(fault) => return assert!(fault.span.end <= text.len(), "{fault:?}"),
    };
    let printed = pattern.to_string();
    let again = LinePattern::read(&printed);
    assert_eq!(again.as_ref(), Ok(&pattern), "{printed}");
    let captured = pattern.matches(line, &Variables::default());
    if let LinePattern::Text(parts) = &pattern
        && let Some(expression) = expression(parts)
    {
        assert_eq!(captured, captures(&expression, line), "{expression}");
    }
    assert_captures_match_again(&pattern, line, captured);
}

/// Where the captured values are known beforehand, the line still matches, and nothing more is captured.
fn assert_captures_match_again(pattern: &LinePattern, line: &[u8], captured: Option<Captures>) {
    let Some(captured) = captured else { return };
    let mut variables = Variables::default();
    for (name, value) in captured {
        variables.set(name, value);
    }
    if let LinePattern::Expression(_) = pattern {
        assert_eq!(pattern.matches(line, &variables), Some(Captures::new()));
    }
}

/// The same as an expression, which takes as little as it can for everything that is open.
fn expression(parts: &[Template]) -> Option<Regex> {
    let mut names = Vec::new();
    let mut part = |template: &Template| -> String {
        let pieces = template.pieces().iter().map(|piece| match piece {
            Piece::Literal(bytes) => bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
            Piece::Variable(name) => {
                names.push(name.clone());
                format!("(?<{name}>.+?)")
            }
        });
        pieces.collect()
    };
    let parts: Vec<String> = parts.iter().map(&mut part).collect();
    let text = format!("\\A{}\\z", parts.join(".*?"));
    // A long one is slow to compile, and says no more.
    if text.len() > LONGEST {
        return None;
    }
    let mut builder = RegexBuilder::new(&text);
    let expression = builder.unicode(false).dot_matches_new_line(true).build();
    Some(expression.expect("it is made of what expressions have"))
}

fn captures(expression: &Regex, line: &[u8]) -> Option<Captures> {
    let found = expression.captures(line)?;
    let value = |name: &str| Some((name.to_owned(), found.name(name)?.as_bytes().to_vec()));
    Some(
        expression
            .capture_names()
            .flatten()
            .filter_map(value)
            .collect(),
    )
}

/// A line as it came, written as a pattern, matches itself and no other.
fn assert_literal(line: &[u8]) {
    let pattern = LinePattern::literal(line);
    let variables = Variables::default();
    assert_eq!(pattern.matches(line, &variables), Some(Captures::new()));
    assert_eq!(
        pattern.matches(&[line, b"x"].concat(), &variables),
        None,
        "{pattern}"
    );
    let printed = pattern.to_string();
    assert_eq!(LinePattern::read(&printed).as_ref(), Ok(&pattern));
    assert!(!printed.contains('\n'));
}

const LONGEST: usize = 400;
