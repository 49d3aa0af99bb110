//! One command line as the user typed it (RFC 959 section 5.3).
//!
//! A line is bytes, not text. It goes out as typed plus CR LF; the only bytes that it cannot hold are CR, LF
//! and NUL, because a second command could hide behind them.

use std::fmt;

use std::ops::Range;

use super::secrets::{SecretEcho, joined, replace};
use super::telnet::{Filtered, TelnetFilter};
use super::url_passwords::url_passwords;
use super::verbs;

/// One FTP command line, without its CR LF.
///
/// Unknown verbs and odd spacing are legal: this is what was typed, not what the RFC would like.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    line: Vec<u8>,
    /// A login was begun, and the line has no verb of the table: it may be that secret.
    is_secret: bool,
}

/// A byte that no command line may hold, and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset} of the line is {}: a second command could hide there, so nothing was sent", name(*byte))]
pub struct IllegalByte {
    /// CR, LF or NUL.
    pub byte: u8,
    /// Counted from 0.
    pub offset: usize,
}

impl Command {
    /// Takes the line as typed, without line end.
    ///
    /// # Errors
    ///
    /// [`IllegalByte`] for the first CR, LF or NUL.
    pub fn new(line: impl Into<Vec<u8>>) -> Result<Self, IllegalByte> {
        let line = line.into();
        match line
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n' | 0))
        {
            Some(offset) => Err(IllegalByte {
                byte: line[offset],
                offset,
            }),
            None => Ok(Self {
                line,
                is_secret: false,
            }),
        }
    }

    /// The bytes that go out, CR LF included.
    #[must_use]
    pub fn wire(&self) -> Vec<u8> {
        let mut wire = self.line.clone();
        wire.extend_from_slice(b"\r\n");
        wire
    }

    /// The line as typed. It may hold a secret: see [`Command::masked`] for what may be shown.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The same line, typed where a login was begun: without a verb of the table, all of it is a secret
    /// (`hunter2`, `PASShunter2`, `PAS hunter2`).
    #[must_use]
    pub(crate) fn where_secret_is_asked(mut self) -> Self {
        self.is_secret = !self.line.is_empty() && !begins_with_verb(&self.line);
        self
    }

    /// The command code: everything before the first space. Empty for an empty line and for a line that begins
    /// with a space, as servers see it. Of a line that is a secret, nothing is told.
    #[must_use]
    pub fn verb(&self) -> Verb {
        if self.is_secret {
            return Verb::new(MASK);
        }
        let end = self
            .line
            .iter()
            .position(|&byte| byte == b' ')
            .unwrap_or(self.line.len());
        Verb::new(&self.line[..end])
    }

    /// What follows the first space after the verb; `None` if there is no space.
    #[must_use]
    pub fn argument(&self) -> Option<&[u8]> {
        if self.is_secret {
            return None;
        }
        let space = self.line.iter().position(|&byte| byte == b' ')?;
        Some(&self.line[space + 1..])
    }

    /// The secret that the line carries: the argument of PASS, ACCT, ADAT or SITE PSWD in any case, after any blanks
    /// (some servers skip leading blanks, so ` PASS x` is a password too), or the whole line.
    #[must_use]
    pub fn secret(&self) -> Option<&[u8]> {
        if self.is_secret {
            return Some(&self.line);
        }
        let argument = &self.line[secret_offset(&self.line)?..];
        (!argument.is_empty()).then_some(argument)
    }

    /// Where the line holds what must not be seen: its secret, or else the passwords of URLs. Ranges of bytes, in
    /// order and apart.
    #[must_use]
    pub fn secret_places(&self) -> Vec<Range<usize>> {
        match self.secret() {
            Some(secret) => {
                let start = self.line.len() - secret.len();
                std::iter::once(start..self.line.len()).collect()
            }
            None => joined(url_passwords(&self.line).collect()),
        }
    }

    /// Whether all of the line is a secret, in the place of a verb and its argument.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// The same command with its secret masked, for whoever keeps it.
    #[must_use]
    pub(crate) fn without_secret(&self) -> Self {
        Self {
            line: self.masked(),
            is_secret: self.is_secret,
        }
    }

    /// The same command as it may be shown, also without what other lines have told to be a secret.
    #[must_use]
    pub(crate) fn without_echoes(&self, echo: &SecretEcho) -> Self {
        Self {
            line: echo.masked(&self.masked()),
            is_secret: self.is_secret,
        }
    }

    /// The line as it may be shown and stored: a secret becomes `****`.
    #[must_use]
    pub fn masked(&self) -> Vec<u8> {
        let mut line = self.line.clone();
        replace(&mut line, &self.secret_places());
        line
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command(\"{}\")", self.masked().escape_ascii())
    }
}

/// A command code, compared without case (RFC 959 section 5.3).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Verb {
    upper: Vec<u8>,
}

impl Verb {
    /// Takes the code in any case; a code that no RFC knows is legal.
    #[must_use]
    pub fn new(code: &[u8]) -> Self {
        Self {
            upper: code.to_ascii_uppercase(),
        }
    }

    /// The code in upper case.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.upper
    }

    /// Whether this is the verb `name` (given in upper case).
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.upper == name.as_bytes()
    }
}

/// In upper case; what is not text is replaced. A server may have written it: escape it for a terminal.
impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.upper))
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.upper.escape_ascii())
    }
}

/// What was sent after the last line end, without the Telnet commands in it: the beginning of the line that the server
/// will read next.
#[derive(Debug, Default)]
pub(super) struct UnfinishedLine {
    text: Vec<u8>,
    telnet: TelnetFilter,
}

impl UnfinishedLine {
    /// Takes the next bytes; returns the lines that they end, as far as a command can hold them.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Command> {
        let mut commands = Vec::new();
        for &byte in bytes {
            match self.telnet.take(byte) {
                Filtered::Text(b'\n') => commands.extend(self.end_line()),
                Filtered::Text(byte) => self.text.push(byte),
                Filtered::UndoubledIac(byte) => self.text.extend([255, byte]),
                Filtered::Nothing | Filtered::Command(_) => {}
            }
        }
        commands
    }

    /// This beginning and the command after it, as one line.
    pub(super) fn completed(&self, command: &Command) -> Command {
        let line = [&self.text, command.line()].concat();
        // A CR or NUL in the beginning makes it a line that no table knows.
        Command::new(line).unwrap_or_else(|_| command.clone())
    }

    pub(super) fn is_begun(&self) -> bool {
        !self.text.is_empty() || self.telnet.held_bytes() > 0
    }

    fn end_line(&mut self) -> Option<Command> {
        let line = std::mem::take(&mut self.text);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        Command::new(line).ok()
    }
}

/// Where the argument of PASS, ACCT, ADAT or SITE PSWD begins, or will begin once it is there. So does what only looks like
/// one to a person: `-PASS x` is for scripts, `LOGIN bob x` is no `login`, and `quote` may be written in capitals.
pub(crate) fn secret_offset(line: &[u8]) -> Option<usize> {
    let (word, after) = first_word(line, 0)?;
    let marks = word.iter().take_while(|byte| **byte == b'-').count();
    let word = &word[marks..];
    if verbs::is_secret(word) {
        return Some(after);
    }
    let is = |name: &&str| word.eq_ignore_ascii_case(name.as_bytes());
    if QUOTING.iter().any(is) {
        return secret_offset(&line[after..]).map(|offset| after + offset);
    }
    let (what, after) = first_word(line, after)?;
    let what = what.to_ascii_uppercase();
    let has = |part: &&[u8]| what.windows(part.len()).any(|window| window == *part);
    let is_password = SITE_PASSWORDS.iter().any(has);
    (is(&"LOGIN") || is(&"SITE") && is_password).then_some(after)
}

/// The word from here on that a blank ends, and what follows that blank.
fn first_word(line: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = &line[from..];
    let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let rest = &rest[start..];
    let end = rest.iter().position(u8::is_ascii_whitespace)?;
    Some((&rest[..end], from + start + end + 1))
}

/// How clients name the command that sends a line as it is.
const QUOTING: [&str; 3] = ["QUOTE", "LITERAL", "RAW"];

/// What the name of a SITE command has in it that changes a password, or makes a user with one.
const SITE_PASSWORDS: [&[u8]; 4] = [b"PASS", b"PSW", b"PWD", b"ADDUSER"];

/// Whether the first word, after any blanks, is a verb of the table.
pub(crate) fn begins_with_verb(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace);
    let first = words.find(|word| !word.is_empty());
    first.is_some_and(|word| verbs::entry(&Verb::new(word)).is_some())
}

/// What is shown for a secret, whatever its length.
pub(super) const MASK: &[u8] = b"****";

fn name(byte: u8) -> &'static str {
    match byte {
        b'\r' => "CR",
        b'\n' => "LF",
        _ => "NUL",
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, UnfinishedLine};

    #[test]
    fn secrets_are_masked_however_they_are_written() {
        let table: &[(&[u8], &[u8])] = &[
            (b"PASS x", b"PASS ****"),
            (b"pass x y ", b"pass ****"),
            (b"  PaSs x", b"  PaSs ****"),
            (b"acct\t1", b"acct\t****"),
            (b"ADAT abc=", b"ADAT ****"),
            (b"SITE PSWD old new", b"SITE PSWD ****"),
            (b"site chgpwd new", b"site chgpwd ****"),
            (b"SITE CHMOD 644 PSWD", b"SITE CHMOD 644 PSWD"),
            (b"site  pass x", b"site  pass ****"),
            (b"SITE CHMOD 644 x", b"SITE CHMOD 644 x"),
            (b"-PASS x", b"-PASS ****"),
            (b"LOGIN bob x", b"LOGIN bob ****"),
            (b" login bob x y", b" login bob ****"),
            (b"QUOTE PASS x", b"QUOTE PASS ****"),
            (b"literal site pswd x", b"literal site pswd ****"),
            (b"LOGIN bob", b"LOGIN bob"),
            (b"RAW SIZE x", b"RAW SIZE x"),
            (b"PWD LOGIN x", b"PWD LOGIN x"),
            (b"PASS", b"PASS"),
            (b"PASS ", b"PASS "),
            (b"PASSIVE x", b"PASSIVE x"),
            (b"USER x", b"USER x"),
            (b"CWD ftp://bob:x%20y@h/", b"CWD ftp://bob:****@h/"),
            (
                b"RETR a://b:x@h c://d:e@h",
                b"RETR a://b:****@h c://d:****@h",
            ),
            (b"STAT ftp://h:21/x", b"STAT ftp://h:21/x"),
        ];
        for (line, masked) in table {
            let command = Command::new(*line).unwrap();
            assert_eq!(
                command.masked().escape_ascii().to_string(),
                masked.escape_ascii().to_string()
            );
            assert!(!format!("{command:?}").contains("x y"));
            assert_eq!(command.without_secret().masked(), *masked);
        }
    }

    #[test]
    fn where_a_secret_is_asked_a_line_without_a_known_verb_is_one() {
        for line in [
            "x",
            "PAS x",
            "PASSx",
            "PAASS x",
            " x y",
            "\tx",
            "PASS\u{a0}x",
        ] {
            let command = Command::new(line).unwrap().where_secret_is_asked();
            assert_eq!(command.secret(), Some(line.as_bytes()));
            assert_eq!(command.masked(), b"****");
            assert_eq!(command.verb().as_bytes(), b"****");
            assert_eq!(command.argument(), None);
            assert_eq!(format!("{command:?}"), "Command(\"****\")");
            assert_eq!(command.without_secret().masked(), b"****");
            assert_eq!(command.wire(), [line.as_bytes(), b"\r\n"].concat());
        }
        for line in ["PASS x", " pass x", "NOOP", "quit", "XCRC f", ""] {
            let command = Command::new(line).unwrap();
            assert_eq!(command.clone().where_secret_is_asked(), command);
        }
    }

    #[test]
    fn a_line_with_cr_lf_or_nul_is_refused_with_its_offset() {
        for (line, offset) in [("NOOP\r\nDELE x", 4), ("a\0b", 1), ("\n", 0)] {
            assert_eq!(Command::new(line).unwrap_err().offset, offset);
        }
    }

    #[test]
    fn any_other_byte_is_sent_as_typed() {
        let command = Command::new(b" \xff\xe9 \t".to_vec()).unwrap();
        assert_eq!(command.wire(), b" \xff\xe9 \t\r\n");
        assert!(command.verb().as_bytes().is_empty());
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        let mut line = UnfinishedLine::default();
        let mut take = |bytes: &[u8]| -> Vec<String> {
            let commands = line.take(bytes);
            let lines = commands.iter().map(|command| command.line().escape_ascii());
            lines.map(|line| line.to_string()).collect()
        };
        let none: [&str; 0] = [];
        assert_eq!(take(b"\xff\xf4NO"), none);
        assert_eq!(take(b"OP\r"), none);
        assert_eq!(take(b"\nPASS x\r\nSTAT\nSI"), ["NOOP", "PASS x", "STAT"]);
        assert!(line.is_begun());
        let command = Command::new("ZE f").unwrap();
        assert_eq!(line.completed(&command).line(), b"SIZE f");
    }

    #[test]
    fn a_line_that_no_command_can_hold_is_none() {
        let mut line = UnfinishedLine::default();
        assert!(line.take(b"a\0b\r\na\rb\r\n").is_empty());
        assert!(!line.is_begun());
        assert!(line.take(b"\xff").is_empty() && line.is_begun());
    }
}
