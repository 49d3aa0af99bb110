//! `help SIZE`, `help SITE CHMOD`.

use crate::protocol::verbs::site_commands::{self, SITE_COMMANDS};
use crate::protocol::{Origin, ReplyCode, SiteCommandEntry, Verb, VerbEntry, reply_codes, verbs};
use crate::shell::screen::page::{Layout, Page};

/// Explains a verb, or a subcommand of SITE; `false` if there is no such verb.
pub(super) fn explain(page: &mut Page, word: &str, rest: &[String]) -> bool {
    let verb = Verb::new(word.as_bytes());
    let subcommand = match rest.first() {
        Some(name) if verb.is("SITE") => site_commands::entry(name),
        _ => None,
    };
    match (verbs::entry(&verb), subcommand) {
        (Some(_), Some(subcommand)) => explain_site_command(page, subcommand),
        (Some(entry), None) => {
            let is_folded = rest.first().is_none_or(|word| word != "codes");
            explain_verb(page, entry, is_folded);
        }
        (None, _) => match site_commands::entry(word) {
            Some(subcommand) => explain_site_command(page, subcommand),
            None => return false,
        },
    }
    true
}

/// Folded, the meanings of many codes are left out.
fn explain_verb(page: &mut Page, entry: &VerbEntry, is_folded: bool) {
    page.paragraph(0, entry.syntax);
    page.paragraph(2, entry.summary);
    page.paragraph(
        2,
        &format!("{} ({})", entry.reference, standing(entry.origin)),
    );
    page.gap();
    page.item("Before", LABEL_COLUMNS, entry.prerequisite);
    for (label, text) in [
        ("Notes", entry.notes),
        ("Servers", entry.quirks),
        ("ftpsh", entry.handling),
    ] {
        if !text.is_empty() {
            page.item(label, LABEL_COLUMNS, text);
        }
    }
    if !entry.sub_arguments.is_empty() {
        page.item("Takes", LABEL_COLUMNS, &entry.sub_arguments.join(", "));
    }
    page.gap();
    let example: Vec<String> = entry.example.iter().map(ToString::to_string).collect();
    page.items("Example", LABEL_COLUMNS, &example);
    page.gap();
    explain_replies(page, entry, is_folded);
    if entry.name == "SITE" {
        page.gap();
        for row in SITE_COMMANDS {
            page.item(row.syntax, SITE_COLUMNS, row.summary);
        }
    }
}

/// The codes that may come, each with what it means.
fn explain_replies(page: &mut Page, entry: &VerbEntry, is_folded: bool) {
    let listed = |codes: &[u16]| {
        codes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut codes = entry.replies.to_vec();
    if entry.data.is_some() {
        let after = listed(entry.replies_after_preliminary);
        page.item(
            "Replies",
            LABEL_COLUMNS,
            &format!("125 or 150, then one of {after}"),
        );
        page.item(
            "",
            LABEL_COLUMNS,
            &format!("or one of these at once {}", listed(entry.replies)),
        );
        codes.extend([125, 150]);
        codes.extend(entry.replies_after_preliminary);
        codes.sort_unstable();
        codes.dedup();
    } else {
        let text = match is_folded && codes.len() > CODES_EXPLAINED {
            true => format!("one of {}", listed(entry.replies)),
            false => "one of these:".to_owned(),
        };
        page.item("Replies", LABEL_COLUMNS, &text);
    }
    let verb = Verb::new(entry.name.as_bytes());
    let is_folded = is_folded && codes.len() > CODES_EXPLAINED;
    for code in codes {
        if is_folded && ReplyCode(code).is_negative() {
            continue;
        }
        let meaning = reply_codes::entry(ReplyCode(code));
        let meaning = meaning.map_or("", |row| row.meaning_for(&verb));
        page.meaning(LABEL_COLUMNS, &code.to_string(), meaning);
    }
    let common = listed(verbs::COMMON_REPLIES);
    page.item(
        "",
        LABEL_COLUMNS,
        &format!("or, like any command: {common} (`help CODE` explains)"),
    );
    if is_folded {
        let text = format!("`help {} codes` says what each refusal means", entry.name);
        page.item("", LABEL_COLUMNS, &text);
    }
}

fn explain_site_command(page: &mut Page, entry: &SiteCommandEntry) {
    page.paragraph(0, entry.syntax);
    page.paragraph(2, entry.summary);
    page.paragraph(
        2,
        "RFC 1123 section 4.1.2.8 (each server has SITE commands of its own)",
    );
    page.gap();
    page.item("Servers", LABEL_COLUMNS, entry.servers);
    page.item(
        "Replies",
        LABEL_COLUMNS,
        "200 or 250 if it was done, 500 or 502 if there is no such command, 550 if you may not use it.",
    );
}

fn standing(origin: Origin) -> &'static str {
    match origin {
        Origin::Registered => "in the IANA registry",
        Origin::Historic => "out of use",
        Origin::Unregistered => "in no registry",
    }
}

const LABEL_COLUMNS: usize = 10;
/// More would push the rest off the screen.
const CODES_EXPLAINED: usize = 8;
const SITE_COLUMNS: usize = 36;
