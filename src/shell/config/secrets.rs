//! Which part of a typed line is a secret: it is masked while typed, and the line never enters the history.
//!
//! This reads lines that are still being typed, so it never fails, and it would rather mask too much than too little.

use std::ops::Range;

use crate::protocol::command::secret_offset;
use crate::protocol::url_passwords::{
    is_quote, password_before_at, password_of_url, url_passwords, word_end,
};
use crate::protocol::{SentMask, verbs};
use crate::shell::line::quote::{NAME as QUOTE, Quoted};
use crate::shell::line::spelling::unescaped;

/// The bytes of the line that must not be seen or stored; `None` if there are none.
///
/// Masked are the argument of PASS, ACCT and ADAT, raw or after `quote`, what follows the user of `login`, the
/// password of a URL and of any other word with `:...@` in it, what `open` and `set` may have been given for one, all
/// arguments of an alias for which `alias_is_secret` holds, and what such a step holds in a definition of an alias. If a
/// line has several secrets, what is between them is masked too.
#[must_use]
pub fn secret_span(line: &[u8], alias_is_secret: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
    let places = secret_places(line, alias_is_secret);
    Some(places.first()?.start..places.last()?.end)
}

/// Each secret of the line, in order and apart.
fn secret_places(line: &[u8], alias_is_secret: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let start = skip_blanks(line, 0);
    let end = word_end(line, start);
    let word = line[start..end].to_ascii_lowercase();
    let arguments = skip_blanks(line, end);
    let by_first_word = match word.as_slice() {
        QUOTE => quoted_secret(&line[start..]).map(|secret| start + secret),
        b"login" => Some(skip_blanks(line, word_end(line, arguments)))
            .filter(|secret| *secret < line.len())
            .or_else(|| escaped_secret(line)),
        b"send" => secret_in_bytes(&line[arguments..]).map(|secret| arguments + secret),
        b"alias" => secret_in_definition(&line[end..])
            .or_else(|| secret_in_bytes(&line[end..]))
            .map(|secret| end + secret),
        b"set" => secret_of_unknown_setting(line, arguments),
        _ if is_secret_alias(&line[..end], alias_is_secret) => Some(arguments),
        _ => escaped_secret(line),
    };
    let of_target = match &word[..] {
        b"open" => password_of_target(line, arguments),
        b"tls" => password_of_target(line, skip_blanks(line, word_end(line, arguments))),
        b"set" => password_before_at(&line[arguments..])
            .map(|password| arguments + password.start..arguments + password.end),
        _ => None,
    };
    let places = by_first_word
        .filter(|&secret| secret < line.len())
        .map(|secret| secret..line.len())
        .into_iter()
        .chain(url_passwords(line))
        .chain(userinfo_passwords(line))
        .chain(of_target.filter(|_| !holds_url(line)))
        .chain(password_of_proxy(line));
    joined(places.collect())
}

/// Ranges in order; those that overlap become one.
fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| place.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

/// The text with `****` for each secret of each line.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let mask = |line: &str| {
        let places = secret_places(line.trim_end().as_bytes(), &|_| false);
        masked(line, &places)
    };
    text.split_inclusive('\n').map(mask).collect()
}

/// What is said, with `****` for what stands between `:` and `@` in a word: somebody may have taken any place for one
/// where a URL belongs.
#[must_use]
pub fn without_userinfo(text: &str) -> String {
    let places: Vec<_> = userinfo_passwords(text.as_bytes()).collect();
    masked(text, &places)
}

/// What is said about these arguments, without the passwords in them, whatever blanks or quotes they hold.
#[must_use]
pub fn without_passwords_of(arguments: &[String], text: &str) -> String {
    let values = arguments.iter().flat_map(|argument| {
        let value = argument.split_once('=').map(|(_, value)| value);
        [Some(argument.as_str()), value].into_iter().flatten()
    });
    let masked_values = values.filter_map(|value| {
        let place = password_of_argument(value)?;
        Some((value, masked(value, &[place])))
    });
    let said = masked_values.fold(text.to_owned(), |text, (value, masked)| {
        text.replace(value, &masked)
    });
    without_userinfo(&said)
}

/// The password in an argument that may have been meant for a URL.
fn password_of_argument(argument: &str) -> Option<Range<usize>> {
    let authority = argument.find("://").map_or(0, |separator| separator + 3);
    let password = password_of_url(&argument.as_bytes()[authority..])?;
    Some(authority + password.start..authority + password.end)
        .filter(|_| authority > 0 || argument.contains('@'))
}

fn masked(text: &str, places: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut start = 0;
    for place in places {
        masked += &text[start..place.start];
        masked += "****";
        start = place.end;
    }
    masked + &text[start..]
}

fn is_secret_alias(word: &[u8], alias_is_secret: &dyn Fn(&str) -> bool) -> bool {
    str::from_utf8(word).is_ok_and(|name| !name.is_empty() && alias_is_secret(name))
}

/// Where the argument of PASS, ACCT, ADAT or SITE PSWD begins, whether `set escapes` is on or not: no escape stands in a
/// verb that is written out. An escape that is not finished yet counts as what is there.
fn escaped_secret(line: &[u8]) -> Option<usize> {
    let (bytes, places) = unescaped(line);
    verb_secret(&bytes).map(|secret| places[secret])
}

/// The same for a line that is sent as typed. As [`crate::protocol::Command::secret`] sees it, since some
/// servers skip leading blanks.
fn verb_secret(line: &[u8]) -> Option<usize> {
    secret_offset(line).filter(|argument| *argument < line.len())
}

/// The same after `quote`, where the verb may be escaped, or put in quotes by mistake.
fn quoted_secret(line: &[u8]) -> Option<usize> {
    let lower_case = line.to_ascii_lowercase();
    let quoted = Quoted::find(&lower_case)?;
    let text = &line[quoted.offset..];
    let (bytes, places) = if quoted.escaped {
        unescaped(text)
    } else {
        (text.to_vec(), (0..text.len()).collect())
    };
    let blanked = |byte: u8| if is_quote(byte) { b' ' } else { byte };
    let bytes: Vec<u8> = bytes.into_iter().map(blanked).collect();
    verb_secret(&bytes).map(|secret| quoted.offset + places[secret])
}

/// Where the digits of a secret begin in `hex 'DIGITS'`, quotes and blanks among them or not.
fn secret_in_bytes(arguments: &[u8]) -> Option<usize> {
    let offset = arguments.windows(3).position(|word| word == b"hex")? + 3;
    let digits = &arguments[offset..];
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    let mut high = None;
    for (at, &digit) in digits.iter().enumerate() {
        let Some(value) = char::from(digit).to_digit(16) else {
            continue;
        };
        match high.take() {
            None => high = Some((value, offset + at)),
            Some((high, place)) => {
                bytes.push(u8::try_from(high * 16 + value).unwrap_or_default());
                places.push(place);
            }
        }
    }
    if let Some((_, place)) = high {
        // Half a byte of a secret must not be seen either.
        bytes.push(b'x');
        places.push(place);
    }
    let masked = SentMask::default().take(&bytes, false);
    masked.secrets.first().map(|secret| places[secret.start])
}

/// The first step of a definition that holds a secret.
fn secret_in_definition(definition: &[u8]) -> Option<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
    let starts = (1..definition.len()).filter(|&at| !is_letter(&definition[at - 1]));
    starts
        .filter_map(|start| {
            let length = definition[start..].iter().position(|o| !is_letter(o))?;
            let word = &definition[start..start + length];
            let holds_secret = verbs::is_secret(word) || word.eq_ignore_ascii_case(b"login");
            let is_verb = definition[start + length].is_ascii_whitespace();
            (holds_secret && is_verb).then_some(start + length + 1)
        })
        .next()
}

/// The passwords in `user:password@host` where a URL should stand, in any word. A URL in the word counts from its `//`.
fn userinfo_passwords(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let words = line.split(u8::is_ascii_whitespace);
    let starts = words.scan(0, |next, word| {
        let start = *next;
        *next += word.len() + 1;
        Some((start, word))
    });
    starts.filter_map(|(start, word)| {
        let separator = word.windows(3).position(|window| window == b"://");
        let authority = separator.map_or(0, |separator| separator + 3);
        let password = match separator {
            // A path may hold an `@`.
            Some(_) => password_of_url(&word[authority..])
                .filter(|password| word.get(authority + password.end) == Some(&b'@')),
            None => password_before_at(word),
        }?;
        let start = start + authority;
        Some(start + password.start..start + password.end)
    })
}

fn holds_url(line: &[u8]) -> bool {
    line.windows(3).any(|window| window == b"://")
}

/// The password in `open user:password@host`, `open user:password` or `open user@host password`, which are not targets,
/// but may be typed for one.
fn password_of_target(line: &[u8], arguments: usize) -> Option<Range<usize>> {
    if let Some(password) = password_before_at(&line[arguments..]) {
        return Some(arguments + password.start..arguments + password.end);
    }
    let end = word_end(line, arguments);
    let second = skip_blanks(line, end);
    if !is_number(&line[second..]) {
        return Some(second..line.len());
    }
    let host = &line[arguments..end];
    let is_address = host.contains(&b'[') || is_ipv6(host);
    let port = host.iter().position(|&byte| byte == b':')? + 1;
    (!is_address && !is_number(&host[port..])).then_some(arguments + port..end)
}

/// Whether it is, or may become, what a port is written with; quotes do not count.
fn is_number(word: &[u8]) -> bool {
    let is_part =
        |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_whitespace() || is_quote(*byte);
    word.iter().all(is_part)
}

fn is_ipv6(host: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || b":.".contains(byte) || is_quote(*byte);
    host.iter().filter(|&&byte| byte == b':').count() > 1 && host.iter().all(is_part)
}

/// The password in `set proxy user:password@host`, from its first letter on, wherever that stands in the line.
fn password_of_proxy(line: &[u8]) -> Option<Range<usize>> {
    let mut starts = (0..line.len()).filter(|&at| {
        let begins_word = at == 0 || !line[at - 1].is_ascii_alphanumeric();
        begins_word && line[at..].starts_with(b"set")
    });
    let value = starts.find_map(|start| {
        let name = skip_blanks(line, start + 3);
        let end = name + 5;
        let is_proxy = name > start + 3 && line[name..].starts_with(b"proxy");
        let follows = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'=';
        (is_proxy && line.get(end).is_some_and(follows)).then(|| skip_blanks(line, end + 1))
    })?;
    let value = value + usize::from(line.get(value).copied().is_some_and(is_quote));
    if holds_url(&line[value..]) {
        return None;
    }
    let value_text = &line[value..];
    let password = password_before_at(value_text).or_else(|| {
        let port = value_text.iter().position(|&byte| byte == b':')? + 1;
        let is_secret = !value_text.starts_with(b"[") && !is_number(&value_text[port..]);
        is_secret.then_some(port..value_text.len())
    })?;
    Some(value + password.start..value + password.end)
}

/// What follows `set password`, which is not a setting.
fn secret_of_unknown_setting(line: &[u8], name: usize) -> Option<usize> {
    let end = word_end(line, name);
    let name = line[name..end].to_ascii_lowercase();
    name.starts_with(b"pass").then(|| skip_blanks(line, end))
}

fn skip_blanks(line: &[u8], from: usize) -> usize {
    line[from..]
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .map_or(line.len(), |length| from + length)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::sample::select;
    use proptest::{prop_assert, proptest};

    use super::{secret_span, without_passwords_of, without_userinfo};
    use crate::shell::line::{Line, Spelling, Words, read_spelt};

    fn is_secret_alias(name: &str) -> bool {
        name == "pw"
    }

    fn masked(line: &str) -> String {
        match secret_span(line.as_bytes(), &is_secret_alias) {
            Some(span) => format!("{}*{}", &line[..span.start], &line[span.end..]),
            None => line.to_owned(),
        }
    }

    fn assert_masked(table: &[(&str, &str)]) {
        for (line, shown) in table {
            assert_eq!(masked(line), *shown, "{line}");
        }
    }

    #[test]
    fn the_argument_of_pass_acct_and_adat_is_masked_as_soon_as_it_begins() {
        assert_masked(&[
            ("PASS x", "PASS *"),
            ("pass x y ", "pass *"),
            ("  PaSs x", "  PaSs *"),
            ("\tPASS\tx", "\tPASS\t*"),
            ("PASS  x", "PASS *"),
            ("PASS ", "PASS "),
            ("PASS", "PASS"),
            ("acct 1", "acct *"),
            ("ADAT abc=", "ADAT *"),
            ("SITE PSWD x y", "SITE PSWD *"),
            ("-PASS x", "-PASS *"),
            ("QUOTE PASS x", "QUOTE PASS *"),
            ("literal PASS x", "literal PASS *"),
            ("LOGIN bob x", "LOGIN bob *"),
            ("PASS it's", "PASS *"),
            ("PASS größe", "PASS *"),
        ]);
    }

    #[test]
    fn other_lines_are_not_masked() {
        for line in [
            "",
            " ",
            "USER x",
            "PASSIVE x",
            "PASV",
            "RETR PASS x",
            "SITE CHMOD x",
            "!echo PASS x",
            "help PASS x",
            "quote",
            "quote ",
            "quote PASS",
            "quote USER x",
            "login",
            "login bob",
            "login bob ",
            "open h:21",
            "open ftp://bob@h/",
            "open ftp://h:2121/a@b",
            "open ftp://bob@h:2121/",
            "open ftp://[::1]:21/x",
            "open [::1]:21",
            "open bob@h",
            "open h 21",
            "open h 2",
            "open 'h:21'",
            "open ::1",
            "open 'fe80::1' 21",
            "open [::1] 21",
            "tls",
            "tls pem chain.pem",
            "tls probe h 21",
            "help set proxy",
            "set proxy",
            "set pass",
            "echo a: b@c",
            "alias pass",
            "alias",
            "alias bypass 'SITE x'",
            "pw",
            "pw ",
            " pw x",
            "PW x",
            "open ftp://:@h/",
            "open ftp://h:/",
            "set proxy h:3128",
            "set proxy u@h:3128",
            "set proxy [::1]:3128",
            "set proxy off",
            "set proxy '",
            "set source ::1",
            "set",
        ] {
            assert_eq!(masked(line), line);
        }
    }

    #[test]
    fn quote_hides_no_password() {
        assert_masked(&[
            ("quote pass x", "quote pass *"),
            ("quote  PASS x", "quote  PASS *"),
            ("quote\tPASS x", "quote\tPASS *"),
            (" quote PASS x", " quote PASS *"),
            ("QUOTE PASS x", "QUOTE PASS *"),
            ("quote 'PASS x'", "quote 'PASS *"),
            ("quote -x PASS \\x78", "quote -x PASS *"),
            ("quote -x 'PASS \\x78'", "quote -x 'PASS *"),
            ("quote -x \\x50ASS\\x20\\x78", "quote -x \\x50ASS\\x20*"),
            ("quote -x \\x50ASS \\x7", "quote -x \\x50ASS *"),
            ("quote -x \\x20 pass y", "quote -x \\x20 pass *"),
        ]);
    }

    #[test]
    fn escapes_hide_no_password() {
        assert_masked(&[
            ("PASS \\x78", "PASS *"),
            ("\\x50ASS x", "\\x50ASS *"),
            (
                "\\x70\\x61\\x73\\x73\\x20\\x78",
                "\\x70\\x61\\x73\\x73\\x20*",
            ),
            ("\\x20PASS\\x09x", "\\x20PASS\\x09*"),
            ("PASS \\x7", "PASS *"),
            ("PASS \\", "PASS *"),
            ("\\x50ASS ", "\\x50ASS "),
            ("\\x50AS", "\\x50AS"),
            ("\\\\x50ASS x", "\\\\x50ASS x"),
        ]);
    }

    #[test]
    fn the_password_of_login_is_masked_after_the_user() {
        assert_masked(&[
            ("login bob p", "login bob *"),
            ("login 'bob b' 'p q' a", "login 'bob b' *"),
            ("login bob 'p q", "login bob *"),
            ("  LOGIN bob p", "  LOGIN bob *"),
            ("login bo\\ b p", "login bo\\ b *"),
        ]);
    }

    #[test]
    fn only_the_password_of_a_url_is_masked_wherever_it_stands() {
        assert_masked(&[
            ("open ftp://u:pw@h/", "open ftp://u:*@h/"),
            ("ftp://u:pw@h", "ftp://u:*@h"),
            ("RETR ftps://u:pw@h:21/a@b", "RETR ftps://u:*@h:21/a@b"),
            ("open ftp://u:p@w@h/", "open ftp://u:*@h/"),
            ("open ftp://u:p/w@h/", "open ftp://u:*@h/"),
            ("open ftp://u:p:w@[::1]:21/", "open ftp://u:*@[::1]:21/"),
            ("open ftp://:pw@h", "open ftp://:*@h"),
            ("open ftp://u:12@h", "open ftp://u:*@h"),
            ("open ftp://u:secr", "open ftp://u:*"),
            ("open 'ftp://u:p w@h/' x", "open 'ftp://u:*@h/' x"),
            ("open \"ftp://u:p w", "open \"ftp://u:*"),
            ("open ftp://u:p\\ w@h x", "open ftp://u:*@h x"),
            ("!curl ftp://u:pw@h/ -o x", "!curl ftp://u:*@h/ -o x"),
            ("x ftp://u:a@h ftp://u:b@h y", "x ftp://u:*@h y"),
            ("open u:pw@h", "open u:*@h"),
            ("set proxy u:pw@h:1", "set proxy u:*@h:1"),
            ("set proxy socks5://u:pw@h:1", "set proxy socks5://u:*@h:1"),
            ("set proxy http://u:pw", "set proxy http://u:*"),
            ("set proxy u:p", "set proxy u:*"),
            ("set proxy 'u:p w", "set proxy 'u:*"),
            ("set proxy 'u:p/w@h:1", "set proxy 'u:*@h:1"),
            ("set  poxy u:pw@h:1", "set  poxy u:*@h:1"),
            ("set proxy socks5:/u:pw@h:1", "set proxy socks5:*@h:1"),
            ("set proxy socks5:/u:p", "set proxy socks5:*"),
            ("set proxy=http://u:pw@h:1", "set proxy=http://u:*@h:1"),
            ("set proxy=u:pw", "set proxy=u:*"),
            (
                "alias z \"set proxy u:pw@h:1\"",
                "alias z \"set proxy u:*@h:1\"",
            ),
            ("alias z 'set proxy u:pw'", "alias z 'set proxy u:*"),
            ("quote set proxy u:pw@h", "quote set proxy u:*@h"),
            ("CWD a:b@c", "CWD a:*@c"),
            ("open u:pw", "open u:*"),
            ("open u:1pw", "open u:*"),
            ("open u@h pw", "open u@h *"),
            ("open h pw x", "open h *"),
            ("tls probe u:pw", "tls probe u:*"),
            ("tls probe h pw", "tls probe h *"),
            ("set password pw", "set password *"),
            ("set passwd 'p w", "set passwd *"),
        ]);
    }

    #[test]
    fn what_is_said_is_masked_between_colon_and_at_in_each_word() {
        for (text, shown) in [
            ("x u:pw@h: y v:pw@h", "x u:****@h: y v:****@h"),
            (
                "'ftp://u:pw@h/', 'ftp://v:pw@h'",
                "'ftp://u:****@h/', 'ftp://v:****@h'",
            ),
            (
                "write socks5://HOST:PORT, a@b: c",
                "write socks5://HOST:PORT, a@b: c",
            ),
            ("ftp://h:21/a@b", "ftp://h:21/a@b"),
        ] {
            assert_eq!(without_userinfo(text), shown);
        }
        let arguments = ["--source", "u:p' w@h", "--set=v:p w@h", "http://u:pw"];
        let arguments = arguments.map(str::to_owned);
        let text = "'u:p' w@h' 'v:p w@h' http://u:pw HOST:PORT";
        assert_eq!(
            without_passwords_of(&arguments, text),
            "'u:****@h' 'v:****@h' http://u:**** HOST:PORT"
        );
    }

    #[test]
    fn a_secret_in_hexadecimal_is_masked() {
        assert_masked(&[
            (
                "send hex '50 41 53 53 20 78 0D 0A'",
                "send hex '50 41 53 53 20 *",
            ),
            ("send hex 4e0a7061735309 ", "send hex 4e0a7061735309 "),
            ("send hex 4e0a7061735309 78", "send hex 4e0a7061735309 *"),
            (
                "send 'hex' \"FF F4 61 63 63 74 20 7",
                "send 'hex' \"FF F4 61 63 63 74 20 *",
            ),
            ("send hex FF F1", "send hex FF F1"),
            (
                "alias in 'send hex 5041535320 78'",
                "alias in 'send hex 5041535320 *",
            ),
        ]);
    }

    #[test]
    fn the_arguments_of_an_alias_that_sends_a_secret_are_masked() {
        assert_masked(&[("pw x y", "pw *"), ("pw  'x", "pw  *")]);
    }

    #[test]
    fn a_secret_in_a_definition_is_masked() {
        assert_masked(&[
            ("alias me 'USER a' 'PASS x'", "alias me 'USER a' 'PASS *"),
            ("alias me quote\\ pass x", "alias me quote\\ pass *"),
            ("alias me 'login a b'", "alias me 'login *"),
        ]);
    }

    proptest! {
        #[test]
        fn no_line_that_sends_a_secret_is_overlooked(parts in vec(select(&[
            "PASS", "pass", "ACCT", "aDat", "quote", "-x", " ", " ", "\t", "\x0c", "'", "\"", "\\", "\\x50", "\\x20",
            "ASS", "x", "> f", "\u{e9}", "!", "login", "RETR",
        ][..]), 0..8)) {
            let line = parts.concat();
            let is_secret = |escapes| match read_spelt(line.as_bytes(), Spelling { escapes, ..Spelling::default() }, Words::Usual, &|_| false) {
                Ok(Line::Raw { command, .. } | Line::Quote(command)) => command.secret().is_some(),
                _ => false,
            };
            let secret = is_secret(false) || is_secret(true);
            prop_assert!(!secret || secret_span(line.as_bytes(), &|_| false).is_some());
        }

        #[test]
        fn the_span_lies_within_the_line(line in vec(0_u8..=255, 0..60)) {
            if let Some(span) = secret_span(&line, &is_secret_alias) {
                prop_assert!(span.start < span.end && span.end <= line.len());
            }
        }
    }
}
