//! The grammar of the shell: what a person types, and what of it is sent.

use ftpsh::protocol::Command;
use ftpsh::shell::config::aliases::{Aliases, ExpandedStep};
use ftpsh::shell::config::secrets::secret_span;
use ftpsh::shell::line::{self, Builtin, Line, LineError, Redirection, Spelling};

use super::bytes::{assert_harmless, contains};
use super::keys;

/// Reads the bytes as one line, whole and while it is typed.
pub fn hold(typed: &[u8]) {
    keys::hold(typed);
    let aliases = Aliases::shipped();
    let read = line::read(typed, &|name| aliases.contains(name));
    let hides_command = typed.iter().any(|byte| b"\r\n\0".contains(byte));
    assert_eq!(
        hides_command,
        matches!(&read, Err(LineError::IllegalByte(_))) && !is_escaped(typed),
        "{read:?}"
    );
    match read {
        Ok(line) => assert_means(typed, line, &aliases),
        Err(error) => assert_harmless(&error.to_string()),
    }
    hold_escaped(typed);
}

/// The same after `set escapes on`: one line goes out, a secret in it is seen, and a line without a backslash means what
/// it meant.
fn hold_escaped(typed: &[u8]) {
    let mut spelling = Spelling::default();
    spelling.escapes = true;
    let read = line::read_spelt(typed, spelling, line::Words::Usual, &|_| false);
    if !typed.contains(&b'\\') {
        assert!(read == line::read(typed, &|_| false), "{read:?}");
    }
    match read {
        Ok(Line::Raw { command, .. } | Line::Background { command, .. } | Line::Quote(command)) => {
            assert_sent(&command);
            let is_seen = secret_span(typed, &|_| false).is_some();
            assert!(command.secret().is_none() || is_seen, "{command:?}");
        }
        Ok(_) => {}
        Err(error) => assert_harmless(&error.to_string()),
    }
}

/// Only `quote -x` can name a byte that it does not hold.
fn is_escaped(typed: &[u8]) -> bool {
    let hides_command = typed.iter().any(|byte| b"\r\n\0".contains(byte));
    !hides_command && after_quote(typed).is_some_and(|(is_escaped, _)| is_escaped)
}

fn assert_means(typed: &[u8], line: Line, aliases: &Aliases) {
    match line {
        Line::Empty => assert!(typed.is_empty()),
        Line::Local(command) => assert_eq!([b"!", &command[..]].concat(), typed),
        Line::Quote(command) => assert_quoted(typed, &command),
        Line::Builtin { name, arguments } => assert_builtin(typed, name, &arguments),
        Line::Alias { name, arguments } => {
            assert!(typed.starts_with(name.as_bytes()));
            assert_expansion(&name, &arguments, aliases);
        }
        Line::Background {
            command,
            redirection,
        } => {
            assert!(typed.trim_ascii_end().ends_with(b" &"));
            assert_redirected(typed, &command, &redirection);
        }
        Line::Raw {
            command,
            redirection: Some(redirection),
        } => assert_redirected(typed, &command, &redirection),
        Line::Raw {
            command,
            redirection: None,
        } => {
            assert_eq!(command.line(), typed, "not sent as typed");
            assert_sent(&command);
            assert_secret_is_hidden(typed, &command);
        }
    }
}

/// One line goes out, and what may be shown of it has no secret.
fn assert_sent(command: &Command) {
    let wire = command.wire();
    let ends: Vec<usize> = (0..wire.len())
        .filter(|at| b"\r\n\0".contains(&wire[*at]))
        .collect();
    let length = command.line().len();
    assert_eq!(ends, [length, length + 1]);
    assert_eq!(&wire[..length], command.line());
    let shown = command.masked();
    match command.secret() {
        None if contains(command.line(), b"://") => assert_urls_are_masked(command, &shown),
        None => assert_eq!(shown, command.line()),
        Some(secret) => assert_eq!(
            shown,
            [&command.line()[..length - secret.len()], b"****"].concat()
        ),
    }
}

/// What stands before the first URL is shown as it is, and no password is left behind the masks.
fn assert_urls_are_masked(command: &Command, shown: &[u8]) {
    let separator = command.line().windows(3).position(|part| part == b"://");
    let before = separator.unwrap_or_default();
    assert_eq!(shown[..before], command.line()[..before]);
    let again = Command::new(shown.to_vec()).map(|command| command.masked());
    assert_eq!(again.as_deref(), Ok(shown));
}

/// The editor shows no byte of a secret that is about to be sent.
fn assert_secret_is_hidden(typed: &[u8], command: &Command) {
    if let Some(secret) = command.secret() {
        let span = secret_span(typed, &|_| false).expect("a secret is one while it is typed");
        assert!(span.start <= typed.len() - secret.len());
        assert_eq!(span.end, typed.len());
    }
}

/// Whether it is `quote -x`, and what stands after it.
fn after_quote(typed: &[u8]) -> Option<(bool, &[u8])> {
    let is_word = |line: &[u8], word: &[u8]| {
        line.starts_with(word) && matches!(line.get(word.len()), None | Some(b' ' | b'\t'))
    };
    let after = |line: &'_ [u8], length: usize| line.len().min(length + 1);
    if !is_word(typed, b"quote") {
        return None;
    }
    let text = &typed[after(typed, 5)..];
    Some(if is_word(text, b"-x") {
        (true, &text[after(text, 2)..])
    } else {
        (false, text)
    })
}

fn assert_quoted(typed: &[u8], command: &Command) {
    let Some((is_escaped, text)) = after_quote(typed) else {
        panic!("this is not a quote");
    };
    assert_sent(command);
    if !is_escaped {
        assert_eq!(command.line(), text);
        return;
    }
    // Written with all bytes by their numbers, it is the same line.
    let mut again = b"quote -x ".to_vec();
    for byte in command.line() {
        again.extend(format!("\\x{byte:02X}").bytes());
    }
    let line = line::read(&again, &|_| false);
    assert!(line == Ok(Line::Quote(command.clone())), "{line:?}");
    if !text.contains(&b'\\') {
        assert_eq!(command.line(), text);
    }
}

fn assert_builtin(typed: &[u8], name: Builtin, arguments: &[String]) {
    let word = typed.split(|byte| b" \t".contains(byte)).next();
    let word = str::from_utf8(word.unwrap_or_default()).expect("names are text");
    assert_eq!(Builtin::named(word), Some(name));
    if name == Builtin::Alias
        && let [alias, steps @ ..] = arguments
    {
        let mut aliases = Aliases::shipped();
        match aliases.define(alias, steps, &|_| false) {
            Ok(()) => assert_expansion(alias, &[b"a".to_vec()], &aliases),
            Err(error) => assert_harmless(&error.to_string()),
        }
    }
}

/// Nothing that an alias sends holds a second command.
fn assert_expansion(name: &str, arguments: &[Vec<u8>], aliases: &Aliases) {
    let Ok(steps) = aliases.expand(name, arguments) else {
        return;
    };
    for step in steps {
        if let ExpandedStep::Command { command, .. } = step {
            assert_sent(&command);
        }
    }
}

/// The number after the last `+` is what is left out; one that is too large stands for the largest.
fn assert_offset(rest: &[u8], offset: u64) {
    let written = |byte: &u8| byte.is_ascii_digit() || b"+'\"\\ \t&".contains(byte);
    let plus = rest.iter().rposition(|&byte| byte == b'+').expect("a plus");
    assert!(rest[plus..].iter().all(written), "{}", rest.escape_ascii());
    let digits = rest[plus..].iter().filter(|byte| byte.is_ascii_digit());
    let number = digits.fold(0_u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    });
    assert_eq!(number, offset);
}

/// What is sent is the beginning of what was typed; the rest is a blank, the operator and the target.
fn assert_redirected(typed: &[u8], command: &Command, redirection: &Redirection) {
    assert_sent(command);
    let rest = typed.strip_prefix(command.line()).expect("a beginning");
    let operator: &[u8] = match redirection {
        Redirection::ToFile(_) => b" > ",
        Redirection::AppendFile(_) => b" >> ",
        Redirection::ToStandardOutput => b" >",
        Redirection::ToCommand(_) => b" | ",
        Redirection::FromFile { .. } | Redirection::FromStandardInput => b" < ",
        Redirection::FromText(_) => b" <<< ",
        Redirection::FromHereDocument(_) => b" <<",
    };
    assert!(rest.starts_with(operator), "{redirection:?}");
    match redirection {
        Redirection::ToCommand(target) => assert!(rest.ends_with(target)),
        Redirection::ToStandardOutput | Redirection::FromStandardInput => {
            assert!(contains(rest, b"-"));
        }
        Redirection::FromFile { offset, .. } if *offset > 0 => assert_offset(rest, *offset),
        _ => {}
    }
}
