//! What `# requires:` asks of a server: a line of FEAT (RFC 2389 section 3).

use super::failure::Failure;
use crate::client::{Ending, Origin, Session};
use crate::protocol::{Command, Reply};

/// The first feature that the server lacks. Sends FEAT, which is shown.
pub(super) fn missing_feature<'a>(
    session: &Session,
    required: &'a [String],
) -> Result<Option<&'a str>, Failure> {
    let lost = Failure::Lost { line: 1 };
    let Ok(command) = Command::new("FEAT") else {
        return Ok(None);
    };
    let outcome = session.perform(command, Origin::Shown, None);
    let reply = match (outcome.ending, outcome.reply) {
        (Ending::Interrupted | Ending::Unsent, _) => return Err(Failure::Interrupted),
        (_, Some(reply)) => reply,
        (_, None) => return Err(lost),
    };
    let missing = required.iter().find(|feature| !lists(&reply, feature));
    Ok(missing.map(String::as_str))
}

fn lists(reply: &Reply, feature: &str) -> bool {
    let body = reply.lines.iter().skip(1);
    let mut listed = body.map(|line| line.trim_ascii().to_ascii_uppercase());
    let feature = feature.to_ascii_uppercase();
    listed.any(|line| {
        let rest = line.strip_prefix(feature.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|octet| b" ;=".contains(octet)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Reply, lists};
    use crate::protocol::ReplyCode;

    #[test]
    fn a_feature_is_a_line_or_its_beginning() {
        let lines = [
            "211-Features:",
            " MLST type*;size*;",
            " REST STREAM",
            " AUTH TLS",
            "211 End",
        ];
        let reply = Reply {
            code: ReplyCode(211),
            lines: lines.iter().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_octets: 0,
        };
        for (feature, is_listed) in [
            ("MLST", true),
            ("mlst", true),
            ("REST STREAM", true),
            ("AUTH", true),
            ("AUTH SSL", false),
            ("MLS", false),
            ("SIZE", false),
        ] {
            assert_eq!(lists(&reply, feature), is_listed, "{feature}");
        }
    }
}
