//! The form of a reply: its lines, and what certain codes must say.

use super::Facts;
use crate::protocol::{Answered, DataPort, Reply};

/// The names of what is odd in the lines of a reply and in its text.
pub(super) fn oddities(answered: &Answered, facts: &mut Facts<'_>) {
    let reply = &answered.reply;
    if reply.lines.len() > 1 {
        look_at_lines(answered, facts);
    }
    let is_to = |verbs| answered.is_to(verbs);
    match reply.code.0 {
        227..=229 if DataPort::from_reply(reply).is_err() => facts.add("port-unreadable"),
        257 if is_to(&["PWD", "XPWD", "MKD", "XMKD"]) && reply.quoted_path().is_none() => {
            facts.add("path-unquoted");
        }
        213 if is_to(&["SIZE"]) && reply.size().is_none() => facts.add("size-not-a-number"),
        213 if is_to(&["MDTM"]) && !is_time(reply.text().trim_ascii()) => {
            facts.add("time-not-a-time");
        }
        _ => {}
    }
}

fn look_at_lines(answered: &Answered, facts: &mut Facts<'_>) {
    let reply = &answered.reply;
    let (last, body) = match reply.lines.as_slice() {
        [_, body @ .., last] => (last, body),
        _ => return,
    };
    let code = reply.code.to_string();
    let after_code = last.strip_prefix(code.as_bytes());
    if reply.ended_with.is_some() {
        facts.add("multiline-other-code");
    } else if after_code.is_some_and(|rest| rest.first() != Some(&b' ')) {
        facts.add("multiline-end-form");
    }
    let is_feat = answered.is_to(&["FEAT"]) && reply.code.0 == 211;
    if is_feat && body.iter().any(|line| line.first() != Some(&b' ')) {
        facts.add("feat-unindented");
    } else if body.iter().any(|line| is_unpadded(line, reply)) {
        facts.add("multiline-unpadded");
    }
}

/// Most servers begin each line with the code and a hyphen, which no client takes for the end.
fn is_unpadded(line: &[u8], reply: &Reply) -> bool {
    let Some((digits, rest)) = line.split_at_checked(3) else {
        return false;
    };
    let is_own = digits == reply.code.to_string().as_bytes() && rest.first() == Some(&b'-');
    digits.iter().all(u8::is_ascii_digit)
        && !rest.first().is_some_and(u8::is_ascii_digit)
        && !is_own
}

/// YYYYMMDDhhmmss, and perhaps a fraction.
fn is_time(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let are_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    parts
        .next()
        .is_some_and(|it| it.len() == 14 && are_digits(it))
        && parts.all(are_digits)
}
