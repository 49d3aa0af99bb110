//! The paths that a piece of source names, with the braces of `use` opened.

/// Every path of two or more names in the tokens: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
pub(super) fn paths<'a>(tokens: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_start = is_name(tokens[at]) && tokens.get(at + 1) == Some(&"::");
        if is_start {
            at = read_path(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, which may branch; where it ends.
fn read_path<'a>(
    tokens: &[&'a str],
    start: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut path = before.to_vec();
    let mut at = start;
    loop {
        match tokens.get(at) {
            Some(&"{") => return read_branches(tokens, at + 1, &path, found),
            Some(&name) if is_name(name) || name == "*" => path.push(name),
            _ => {
                // As in `Vec::<u8>`.
                found.push(path);
                return at;
            }
        }
        at += 1;
        if tokens.get(at) != Some(&"::") {
            found.push(path);
            return at;
        }
        at += 1;
    }
}

fn read_branches<'a>(
    tokens: &[&'a str],
    start: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut at = start;
    while let Some(&token) = tokens.get(at) {
        match token {
            "}" => return at + 1,
            "as" => at += 2,
            token if is_name(token) || token == "*" => at = read_path(tokens, at, before, found),
            _ => at += 1,
        }
    }
    at
}

fn is_name(token: &str) -> bool {
    token.chars().all(super::source::is_word)
}
