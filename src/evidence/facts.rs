//! What the texts of causes may say of a command, each fact by the name that its place has.

use super::rules::{list_refused, ways_left, ways_without};
use crate::protocol::user_pi::{RefusedPort, opens_data_port};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, Verb, verbs};

/// A name, and what stands in its place.
pub(super) type Fact = (&'static str, String);

/// Of a command; `shown` is how it may be shown.
pub(super) fn of_command(verb: Option<&Verb>, shown: &str) -> Vec<Fact> {
    let moves_data = verb
        .and_then(verbs::entry)
        .is_some_and(|it| it.data.is_some());
    let again = if moves_data { "PASV, then " } else { "then " };
    let rest = verb.and_then(|verb| rest_of_transfer(verb, shown));
    let rest = rest.unwrap_or_else(|| match verb {
        // Which transfer it ended is not known: the line again may append twice.
        Some(verb) if verb.is("ABOR") => {
            "SIZE shows how much arrived; `resume` for the rest".to_owned()
        }
        Some(_) => "the line again".to_owned(),
        None => "`resume` for the rest, or the line again".to_owned(),
    });
    vec![
        ("", shown.to_owned()),
        ("again", format!("{again}{shown}")),
        ("rest", rest),
        ("elsewhere", other_way(verb)),
        ("lists", other_list(verb).to_owned()),
    ]
}

/// What is left after the port of a reply could not be reached.
fn other_way(verb: Option<&Verb>) -> String {
    let failed = match verb {
        Some(verb) if verb.is("EPSV") => "EPSV",
        _ => "PASV",
    };
    ways_instead(|way| way == failed)
}

/// What may be tried in place of ways that do not work, and what the last of them does.
pub(crate) fn ways_instead(is_out: impl Fn(&str) -> bool) -> String {
    let ways = ways_without(is_out);
    match ways.ends_with("`listen`") {
        true => format!("{ways} (the server connects then)"),
        false => ways,
    }
}

/// What lists the verbs that a server has, after this one did not.
fn other_list(verb: Option<&Verb>) -> &'static str {
    match verb {
        Some(verb) if verb.is("FEAT") => "HELP lists",
        Some(verb) if verb.is("HELP") => "FEAT lists",
        _ => "FEAT or HELP list",
    }
}

/// The same, with what was known when it was sent.
pub(super) fn of_answered(answered: &Answered, shown: &str) -> Vec<Fact> {
    let (verb, reply) = (answered.verb(), &answered.reply);
    let mut refused = answered.before.refused_ports.clone();
    if reply.code.is_negative() && opens_data_port(&verb) {
        refused.push(RefusedPort::new(&verb, reply));
    }
    let mut facts = of_command(Some(&verb), shown);
    let marker = str::from_utf8(answered.argument()).ok();
    let marker: u64 = marker.and_then(|it| it.parse().ok()).unwrap_or(0);
    facts.push(("marker", marker.to_string()));
    facts.push(("refused", list_refused(&refused)));
    facts.push(("way", ways_left(&refused)));
    facts
}

/// How the rest of a transfer moves that did not come to its end; `None` of a command that moves no data.
pub(super) fn rest_of_transfer(verb: &Verb, shown: &str) -> Option<String> {
    let direction = verbs::entry(verb)?.data?;
    Some(match direction {
        DataDirection::Sent if verb.is("APPE") => {
            "SIZE shows how much arrived; then APPE what is missing, or `resume` from a file: the same line again would \
             append twice"
                .to_owned()
        }
        DataDirection::Sent => "SIZE shows how much arrived; `resume` sends the rest".to_owned(),
        DataDirection::Received if verb.is("RETR") => {
            format!("PASV, then {shown} once more, or `resume --get` for the rest")
        }
        DataDirection::Received => format!("PASV, then {shown} once more"),
    })
}
