//! Passwords of URLs in a line, wherever they stand: a line may be sent that was meant for a client.

use std::ops::Range;

/// The passwords of all URLs in the line.
pub(crate) fn url_passwords(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let separators = (0..line.len()).filter(|&at| line[at..].starts_with(b"://"));
    separators.filter_map(|separator| {
        let authority = separator + 3;
        let scheme = line[..separator]
            .iter()
            .rposition(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(byte)))
            .map(|before| line[before]);
        let end = match scheme {
            Some(quote) if is_quote(quote) => line[authority..]
                .iter()
                .position(|&byte| byte == quote)
                .map_or(line.len(), |length| authority + length),
            _ => word_end(line, authority),
        };
        let password = password_of_url(&line[authority..end])?;
        Some(authority + password.start..authority + password.end)
    })
}

/// The password in what follows `://`. A password that holds `/` unescaped, and one whose `@` is not typed yet, are
/// told from a port by not being a number.
pub(crate) fn password_of_url(rest: &[u8]) -> Option<Range<usize>> {
    let authority_end = rest
        .iter()
        .position(|byte| b"/\\?#".contains(byte))
        .unwrap_or(rest.len());
    if let Some(password) = password_before_at(&rest[..authority_end]) {
        return Some(password);
    }
    let authority = &rest[..authority_end];
    if authority.contains(&b'@') || authority.starts_with(b"[") {
        return None;
    }
    let start = authority.iter().position(|&byte| byte == b':')? + 1;
    if authority[start..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(password_before_at(rest).unwrap_or(start..rest.len()))
}

/// What is between the first `:` and the last `@`.
pub(crate) fn password_before_at(authority: &[u8]) -> Option<Range<usize>> {
    let end = authority.iter().rposition(|&byte| byte == b'@')?;
    let start = authority[..end].iter().position(|&byte| byte == b':')? + 1;
    (start < end).then_some(start..end)
}

/// Where the shell word that begins at `from` ends; an open quote goes to the end of the line.
pub(crate) fn word_end(line: &[u8], from: usize) -> usize {
    let mut open_quote = None;
    let mut escaped = false;
    for (at, &byte) in line.iter().enumerate().skip(from) {
        match open_quote {
            _ if escaped => escaped = false,
            None | Some(b'"') if byte == b'\\' => escaped = true,
            Some(quote) if byte == quote => open_quote = None,
            None if is_quote(byte) => open_quote = Some(byte),
            None if byte.is_ascii_whitespace() => return at,
            _ => {}
        }
    }
    line.len()
}

pub(crate) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"')
}
