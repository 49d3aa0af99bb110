//! Path names in replies.

use super::reply::{Reply, ReplyCode};

/// The directory of a 257: between the first quote and the last, with doubled quotes made single (RFC 959
/// appendix II). `None` for any other code and for a reply without two quotes.
///
/// Pure-FTPd does not double quotes; a lone quote inside is kept, since the last quote that is followed by the
/// end or a space ends the name.
#[must_use]
pub fn from_257(reply: &Reply) -> Option<Vec<u8>> {
    if reply.code != ReplyCode(257) {
        return None;
    }
    let text = reply.text();
    let start = text.iter().position(|&octet| octet == b'"')? + 1;
    let rest = &text[start..];
    let mut name = Vec::new();
    let mut index = 0;
    while index < rest.len() {
        match (rest[index], rest.get(index + 1)) {
            (b'"', Some(b'"')) => index += 1,
            (b'"', None | Some(b' ')) => return Some(name),
            _ => {}
        }
        name.push(rest[index]);
        index += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Reply, ReplyCode, from_257};

    #[test]
    fn the_name_stands_between_quotes() {
        let table: &[(&[u8], Option<&[u8]>)] = &[
            (b"257 \"/\" is the current directory", Some(b"/")),
            (b"257 \"/a b\"", Some(b"/a b")),
            (b"257 \"/a\"\"b\" created", Some(b"/a\"b")),
            (b"257 \"/a\"b\" is your current location", Some(b"/a\"b")),
            (b"257 \"/\xff\"", Some(b"/\xff")),
            (b"257 no quotes", None),
            (b"257 \"unclosed", None),
        ];
        for (line, name) in table {
            let reply = Reply {
                code: ReplyCode(257),
                lines: vec![line.to_vec()],
                ended_with: None,
                dropped_octets: 0,
            };
            assert_eq!(
                from_257(&reply).as_deref(),
                *name,
                "{}",
                line.escape_ascii()
            );
        }
    }
}
