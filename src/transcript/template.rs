//! Text with places for variables: `RETR {name}`.
//!
//! A brace opens everything that is not meant as it stands: `{name}` is a variable, `{{` a brace, and `{0x1b}` one or
//! more bytes by their numbers. Backslashes have no meaning.

use std::collections::BTreeMap;
use std::fmt;

use super::read_error::Fault;
use crate::protocol::hidden::is_hidden;

/// Text with places for variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes, at least one.
    Literal(Vec<u8>),
    /// The name of a variable.
    Variable(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// [`Fault`] for a brace that opens nothing known.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let mut template = Self::default();
        let mut at = 0;
        while let Some(found) = text[at..].find('{') {
            template.push(Piece::Literal(text.as_bytes()[at..at + found].to_vec()));
            at += found;
            let (piece, length) = read_brace(&text[at..]).map_err(|fault| fault.shifted(at))?;
            template.push(piece);
            at += length;
        }
        template.push(Piece::Literal(text.as_bytes()[at..].to_vec()));
        Ok(template)
    }

    /// The template that stands for exactly these bytes.
    #[must_use]
    pub fn literal(bytes: &[u8]) -> Self {
        let mut template = Self::default();
        template.push(Piece::Literal(bytes.to_vec()));
        template
    }

    /// The same with a piece after it.
    #[must_use]
    pub fn and(mut self, piece: Piece) -> Self {
        self.push(piece);
        self
    }

    /// Its parts, in order. No literal stands next to another one.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The names of its variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// The bytes that it stands for.
    ///
    /// # Errors
    ///
    /// The name of the first variable that has no value.
    pub fn resolve(&self, variables: &Variables) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            bytes.extend_from_slice(match piece {
                Piece::Literal(literal) => literal,
                Piece::Variable(name) => variables.value(name).ok_or_else(|| name.clone())?,
            });
        }
        Ok(bytes)
    }

    /// The bytes in front of the first variable.
    #[must_use]
    pub fn literal_beginning(&self) -> &[u8] {
        match self.pieces.first() {
            Some(Piece::Literal(bytes)) => bytes,
            Some(Piece::Variable(_)) | None => &[],
        }
    }

    fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (_, Piece::Literal(bytes)) if bytes.is_empty() => {}
            (Some(Piece::Literal(before)), Piece::Literal(bytes)) => before.extend(bytes),
            (_, piece) => self.pieces.push(piece),
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pieces = self.pieces.iter().map(Piece::spelled);
        f.write_str(&with_safe_end(pieces.collect()))
    }
}

impl Piece {
    /// As it is written, except for what only matters at the end of a line.
    pub(super) fn spelled(&self) -> String {
        match self {
            Self::Literal(bytes) => spelled_literal(bytes),
            Self::Variable(name) => format!("{{{name}}}"),
        }
    }
}

/// What can be seen stays as it is; the rest is written by its number.
fn spelled_literal(bytes: &[u8]) -> String {
    let mut spelled = String::new();
    let mut hidden = Vec::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_hidden(character) || character == '\t' {
                hidden.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            spelled.push_str(&spelled_bytes(&std::mem::take(&mut hidden)));
            match character {
                '{' => spelled.push_str("{{"),
                other => spelled.push(other),
            }
        }
        hidden.extend_from_slice(chunk.invalid());
    }
    spelled + &spelled_bytes(&hidden)
}

/// `{0x0d0a}`; nothing for nothing.
pub(super) fn spelled_bytes(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    format!("{{0x{}}}", base16ct::lower::encode_string(bytes))
}

/// A blank at the end of a line would be lost in an editor.
pub(super) fn with_safe_end(text: String) -> String {
    match text.strip_suffix(' ') {
        Some(before) => format!("{before}{{0x20}}"),
        None => text,
    }
}

/// What the brace at the beginning opens, and how many bytes of the text that takes.
fn read_brace(text: &str) -> Result<(Piece, usize), Fault> {
    if text.starts_with("{{") {
        return Ok((Piece::Literal(b"{".to_vec()), 2));
    }
    let Some(length) = text.find('}').map(|end| end + 1) else {
        return Err(Fault::new(0..1, UNCLOSED));
    };
    let inner = &text[1..length - 1];
    if let Some(digits) = inner.strip_prefix("0x") {
        let bytes = read_bytes(digits).ok_or(Fault::new(0..length, BAD_BYTES))?;
        return Ok((Piece::Literal(bytes), length));
    }
    if RESERVED.contains(&inner) {
        let problem = format!("{{{inner}}} is reserved and cannot be used here");
        return Err(Fault::new(0..length, problem));
    }
    if !is_name(inner) {
        return Err(Fault::new(0..length, BAD_NAME));
    }
    Ok((Piece::Variable(inner.to_owned()), length))
}

fn read_bytes(digits: &str) -> Option<Vec<u8>> {
    let are_pairs = !digits.is_empty() && digits.len().is_multiple_of(2);
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !are_pairs || !are_digits {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect()
}

const UNCLOSED: &str =
    "this brace is never closed: write {name} for a variable, or {{ for the brace itself";
const BAD_BYTES: &str = "pairs of hexadecimal digits were expected after 0x, as in {0x0d0a}";
const BAD_NAME: &str = "the name of a variable was expected: a small letter, then small letters, digits and _. \
     A brace itself is written {{";

/// Names with their values. A value may be a secret, so none is ever printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, Vec<u8>>,
}

impl Variables {
    /// The value of a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// Gives a name its value, in the place of an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.values.insert(name.into(), value.into());
    }

    /// Takes the values of names that have none yet.
    pub fn take_defaults(&mut self, defaults: &Self) {
        for (name, value) in &defaults.values {
            self.values
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Whether a variable may have this name: a small letter, then small letters, digits and `_`. `lf` and `listen` have
/// meanings of their own.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(is_inner)
        && !RESERVED.contains(&text)
}

pub(super) const RESERVED: [&str; 2] = ["lf", "listen"];

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{Template, Variables, is_hidden, is_name};

    fn resolved(text: &str) -> Vec<u8> {
        let mut variables = Variables::default();
        variables.set("name", "1.TXT");
        let template = Template::read(text).unwrap();
        template.resolve(&variables).unwrap()
    }

    #[test]
    fn braces_open_variables_bytes_and_braces() {
        let table: [(&str, &[u8]); 6] = [
            ("RETR {name}", b"RETR 1.TXT"),
            ("a{{b}", b"a{b}"),
            ("{{{name}", b"{1.TXT"),
            ("{0xE9ff}{0x20}", b"\xe9\xff "),
            (r"C:\new\x41", br"C:\new\x41"),
            ("", b""),
        ];
        for (text, bytes) in table {
            assert_eq!(resolved(text), bytes, "{text}");
        }
    }

    #[test]
    fn a_brace_that_opens_nothing_is_named_with_its_place() {
        for (text, start) in [
            ("ab {", 3),
            ("a {} b", 2),
            ("{0x}", 0),
            ("{0x123}", 0),
            ("x{Name}", 1),
            ("{lf}", 0),
            ("{0x+1}", 0),
        ] {
            assert_eq!(
                Template::read(text).unwrap_err().span.start,
                start,
                "{text}"
            );
        }
    }

    #[test]
    fn a_variable_without_a_value_is_named() {
        let template = Template::read("REST {size}").unwrap();
        assert_eq!(
            template.resolve(&Variables::default()),
            Err("size".to_owned())
        );
    }

    #[test]
    fn literal_bytes_stay_readable() {
        for (bytes, text) in [
            (&b"I am {x"[..], "I am {{x"),
            (b"caf\xe9 ", "caf{0xe9}{0x20}"),
            (b"\x1b[2J\t", "{0x1b}[2J{0x09}"),
            ("größe".as_bytes(), "größe"),
            (b" ", "{0x20}"),
        ] {
            assert_eq!(Template::literal(bytes).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_printed_so_that_they_are_read_again(bytes in vec(any::<u8>(), 0..100)) {
            let template = Template::literal(&bytes);
            let printed = template.to_string();
            prop_assert!(!printed.chars().any(is_hidden) && !printed.ends_with(' '));
            prop_assert_eq!(Template::read(&printed).unwrap(), template.clone());
            prop_assert_eq!(template.resolve(&Variables::default()).unwrap(), bytes);
        }

        #[test]
        fn any_text_is_read_or_refused_within_its_bounds(text in "[{}0xa-z \u{e9}]{0,30}") {
            match Template::read(&text) {
                Ok(template) => {
                    let again = Template::read(&template.to_string()).unwrap();
                    prop_assert_eq!(again, template);
                }
                Err(fault) => prop_assert!(text.get(fault.span).is_some()),
            }
        }
    }

    #[test]
    fn a_value_is_never_printed() {
        let mut variables = Variables::default();
        variables.set("password", "hunter2");
        assert_eq!(format!("{variables:?}"), "{\"password\"}");
    }

    #[test]
    fn names_are_small_letters_digits_and_underscores() {
        for (text, is) in [
            ("a", true),
            ("size_2", true),
            ("", false),
            ("2a", false),
            ("A", false),
            ("a-b", false),
            ("lf", false),
        ] {
            assert_eq!(is_name(text), is, "{text}");
        }
    }
}
