//! `help 425`, `help 5yz`.

use crate::protocol::reply_codes::{self, REPLY_CODES};
use crate::protocol::{Origin, ReplyCode, ReplyCodeEntry, VERBS, VerbEntry, verbs};
use crate::shell::screen::page::{Layout, Page};

/// Explains a code or a class of codes; `false` if the word is neither.
pub(super) fn explain(page: &mut Page, word: &str) -> bool {
    match read(word) {
        Some(Topic::Code(code)) => {
            explain_code(page, code);
            true
        }
        Some(Topic::Class(first, second)) => {
            explain_class(page, first, second);
            true
        }
        None => false,
    }
}

/// What the first two digits say, one line each.
pub(crate) fn explain_digits(page: &mut Page, code: ReplyCode) {
    let first = format!("{}yz", code.0 / 100);
    page.item(&first, DIGIT_COLUMNS, code.class().meaning());
    let second = format!("x{}z", code.0 / 10 % 10);
    page.item(&second, DIGIT_COLUMNS, code.subject().meaning());
}

enum Topic {
    Code(ReplyCode),
    /// The first digit, and the second if one was given.
    Class(u16, Option<u16>),
}

/// Reads `425`, `10054`, `5`, `5yz`, `5xx`, `55z`, `55x`.
fn read(word: &str) -> Option<Topic> {
    let digits = word.trim_end_matches(['x', 'y', 'z', 'X', 'Y', 'Z']);
    let number: u16 = digits.parse().ok()?;
    match (digits.len(), word.len()) {
        (1, 1 | 3) if (1..=6).contains(&number) => Some(Topic::Class(number, None)),
        (2, 3) if (10..=69).contains(&number) => Some(Topic::Class(number / 10, Some(number % 10))),
        (3, 3) if (100..700).contains(&number) => Some(Topic::Code(ReplyCode(number))),
        (5, 5) => reply_codes::entry(ReplyCode(number)).map(|entry| Topic::Code(entry.code)),
        _ => None,
    }
}

fn explain_code(page: &mut Page, code: ReplyCode) {
    let entry = reply_codes::entry(code);
    let meaning = entry.map_or(
        "No RFC and no server that we know uses this code.",
        |entry| entry.meaning,
    );
    page.item(&code.to_string(), DIGIT_COLUMNS, meaning);
    if code.0 < 1000 {
        explain_digits(page, code);
    }
    let Some(entry) = entry else { return };
    page.gap();
    let verbs = verbs_that_get(code);
    for (label, text) in [
        ("To", verbs.as_str()),
        ("When", entry.causes),
        ("Next", entry.next_step),
        ("ftpsh", entry.handling),
        ("Source", entry.reference),
    ] {
        if !text.is_empty() {
            page.item(label, LABEL_COLUMNS, text);
        }
    }
}

/// The verbs for which the table lists a code; those out of use and those in no registry are left out where there are
/// others.
fn verbs_that_get(code: ReplyCode) -> String {
    if verbs::COMMON_REPLIES.contains(&code.0) {
        return "any command".to_owned();
    }
    let gets = |entry: &&VerbEntry| {
        entry.replies.contains(&code.0) || entry.replies_after_preliminary.contains(&code.0)
    };
    let all: Vec<&VerbEntry> = VERBS.iter().filter(gets).collect();
    let registered = |entry: &&&VerbEntry| entry.origin == Origin::Registered;
    let names: Vec<&str> = all
        .iter()
        .filter(registered)
        .map(|entry| entry.name)
        .collect();
    if names.is_empty() {
        return all
            .iter()
            .map(|entry| entry.name)
            .collect::<Vec<_>>()
            .join(" ");
    }
    names.join(" ")
}

fn explain_class(page: &mut Page, first: u16, second: Option<u16>) {
    let code = ReplyCode(first * 100 + second.unwrap_or_default() * 10);
    page.item(&format!("{first}yz"), DIGIT_COLUMNS, code.class().meaning());
    if let Some(second) = second {
        page.item(
            &format!("x{second}z"),
            DIGIT_COLUMNS,
            code.subject().meaning(),
        );
    }
    page.gap();
    let belongs = |entry: &&ReplyCodeEntry| {
        let code = entry.code.0;
        code / 100 == first && second.is_none_or(|second| code / 10 % 10 == second)
    };
    for entry in REPLY_CODES.iter().filter(belongs) {
        page.item(&entry.code.to_string(), DIGIT_COLUMNS, entry.meaning);
    }
}

const DIGIT_COLUMNS: usize = 7;
const LABEL_COLUMNS: usize = 10;
