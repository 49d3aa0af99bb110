//! Words for a POSIX shell that stand for exactly these octets, with variables from the environment.

use crate::protocol::hidden::is_hidden;
use crate::transcript::template::{Piece, Template};

/// A word; `None` if it would hold what cannot be seen, or is no text.
pub(super) fn word(template: &Template) -> Option<String> {
    let mut word = String::new();
    for piece in template.pieces() {
        match piece {
            Piece::Literal(octets) => word.push_str(&quoted(std::str::from_utf8(octets).ok()?)?),
            Piece::Variable(name) => word.push_str(&format!("\"${}\"", environment_name(name))),
        }
    }
    let is_empty = word.is_empty();
    Some(if is_empty { "''".to_owned() } else { word })
}

/// `printf` with arguments that make it print exactly these octets.
pub(super) fn printf(template: &Template) -> String {
    let (mut format, mut arguments) = (String::new(), String::new());
    for piece in template.pieces() {
        match piece {
            Piece::Literal(octets) => octets.iter().for_each(|octet| match octet {
                b'%' => format.push_str("%%"),
                b'\r' => format.push_str("\\r"),
                b'\n' => format.push_str("\\n"),
                // A format that begins with a hyphen would be an option.
                b'-' if format.is_empty() => format.push_str("\\055"),
                b'\\' | b'\'' => format.push_str(&format!("\\{octet:03o}")),
                b' '..=b'~' => format.push(char::from(*octet)),
                octet => format.push_str(&format!("\\{octet:03o}")),
            }),
            Piece::Variable(name) => {
                format.push_str("%s");
                arguments.push_str(&format!(" \"${}\"", environment_name(name)));
            }
        }
    }
    format!("printf '{format}'{arguments}")
}

/// The path of a URL, for double quotes. It names a file as the command does; a slash at its beginning would be lost.
pub(super) fn url_path(template: &Template) -> String {
    let encode = |(at, octet): (usize, &u8)| {
        let is_plain = octet.is_ascii_alphanumeric() || b"-_.~".contains(octet);
        if is_plain || (*octet == b'/' && at > 0) {
            char::from(*octet).to_string()
        } else {
            format!("%{octet:02X}")
        }
    };
    let spell = |piece: &Piece| match piece {
        Piece::Literal(octets) => octets.iter().enumerate().map(encode).collect(),
        Piece::Variable(name) => format!("${{{}}}", environment_name(name)),
    };
    template.pieces().iter().map(spell).collect()
}

/// As `replay` reads a variable from the environment.
fn environment_name(name: &str) -> String {
    format!("FTPSH_VAR_{}", name.to_ascii_uppercase())
}

fn quoted(text: &str) -> Option<String> {
    if text.chars().any(is_hidden) {
        return None;
    }
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_./:,=+@%".contains(&octet);
    Some(if text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Template, printf, url_path, word};

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        for (text, in_word, in_printf, in_path) in [
            ("abc", Some("abc"), "printf 'abc'", "abc"),
            ("", Some("''"), "printf ''", ""),
            ("a b", Some("'a b'"), "printf 'a b'", "a%20b"),
            ("it's", Some(r"'it'\''s'"), r"printf 'it\047s'", "it%27s"),
            ("$(x)`", Some("'$(x)`'"), "printf '$(x)`'", "%24%28x%29%60"),
            ("/a/b", Some("/a/b"), "printf '/a/b'", "%2Fa/b"),
            ("-5%", Some("-5%"), r"printf '\0555%%'", "-5%25"),
            (
                "{0x0d0aff}\\",
                None,
                r"printf '\r\n\377\134'",
                "%0D%0A%FF%5C",
            ),
            (
                "a {name}",
                Some("'a '\"$FTPSH_VAR_NAME\""),
                "printf 'a %s' \"$FTPSH_VAR_NAME\"",
                "a%20${FTPSH_VAR_NAME}",
            ),
        ] {
            let template = Template::read(text).unwrap();
            assert_eq!(word(&template).as_deref(), in_word, "{text}");
            assert_eq!(printf(&template), in_printf, "{text}");
            assert_eq!(url_path(&template), in_path, "{text}");
        }
    }
}
