//! Whether the server goes by the book, where one dialogue does not tell.

use std::collections::BTreeSet;

use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::obstacle::Obstacle;
use crate::doctor::report::Verdict;
use crate::doctor::talk::Answer;
use crate::evidence::linter::Found;

/// Codes that no RFC allows for the command.
pub(super) fn reply_codes(clinic: &mut Clinic<'_>) -> Judged {
    let odd = clinic.log.odd();
    let about_codes: Vec<&Found> = odd
        .iter()
        .filter(|it| !is_about_form(it.oddity.id))
        // Which of the two replies belongs to ABOR and which to the transfer, nobody can tell.
        .filter(|it| !it.oddity.here.starts_with("426 answered ABOR"))
        .collect();
    judge_odd(
        clinic,
        &about_codes,
        "some replies have codes that no RFC allows there",
    )
}

/// Replies that a client has trouble to read.
pub(super) fn reply_form(clinic: &mut Clinic<'_>) -> Judged {
    let odd = clinic.log.odd();
    let about_form: Vec<&Found> = odd
        .iter()
        .filter(|it| is_about_form(it.oddity.id))
        .collect();
    let judged = judge_odd(
        clinic,
        &about_form,
        "some replies have a form that clients misread",
    );
    match judged.verdict {
        _ if !clinic.log.has_bare_line_feeds() => judged,
        Verdict::Warn => Judged {
            because: format!("{} {BARE_LINE_FEEDS}", judged.because),
            ..judged
        },
        _ => Judged::of(
            Verdict::Info,
            "some lines of replies end with LF alone",
            BARE_LINE_FEEDS,
        ),
    }
}

fn judge_odd(clinic: &Clinic<'_>, odd: &[&Found], sentence: &str) -> Judged {
    let (commands, _) = clinic.log.counts();
    let is_whole = clinic.request.login.is_none() || clinic.facts.logged_in_over.is_some();
    if odd.is_empty() && (!is_whole || clinic.stop.reason().is_some() || !clinic.has_agreed()) {
        return Judged::skipped("too little was said");
    }
    if odd.is_empty() {
        return Judged::ok(format!("{commands} commands and their replies"));
    }
    let mut texts: Vec<&str> = odd.iter().map(|it| it.oddity.here.as_str()).collect();
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(*text));
    let because = texts.join(" ");
    let is_harmless = |found: &&Found| HARMLESS.contains(&found.oddity.id);
    match odd.iter().all(is_harmless) {
        true => Judged::of(Verdict::Info, sentence, because),
        false => Judged::of(Verdict::Warn, sentence, because),
    }
}

impl Clinic<'_> {
    /// Whether the server has done anything that it was asked for.
    fn has_agreed(&self) -> bool {
        let codes = self.log.codes_since(0);
        codes
            .iter()
            .any(|code| (200..400).contains(code) && *code != 220)
    }
}

fn is_about_form(id: &str) -> bool {
    const BEGINNINGS: [&str; 6] = ["multiline", "feat-", "port-", "path-", "size-", "time-"];
    BEGINNINGS.iter().any(|beginning| id.starts_with(beginning))
}

/// What FEAT lists is there.
pub(super) fn feat_truth(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    if let Some(because) = &clinic.facts.endless_features {
        return Judged::of(
            Verdict::Warn,
            "the reply to FEAT does not come, or does not end",
            because.clone(),
        );
    }
    if let Some(refusal) = &clinic.facts.feat_refusal {
        return Judged::skipped(format!("FEAT: {refusal}"));
    }
    if clinic.facts.features.is_empty() {
        return Judged::skipped("FEAT lists nothing");
    }
    let file = clinic.facts.file.as_ref().map(|(name, _)| name.clone());
    let name = file.unwrap_or_else(|| "ftpsh-doctor".to_owned());
    let tries = [
        ("SIZE", format!("SIZE {name}")),
        ("MDTM", format!("MDTM {name}")),
        // Nothing has this name.
        ("MFMT", "MFMT 19700101000000 ftpsh-doctor/none".to_owned()),
        ("HASH", format!("HASH {name}")),
        ("XCRC", format!("XCRC {name}")),
        ("AVBL", "AVBL".to_owned()),
        ("MLST", "MLST".to_owned()),
        ("EPSV", "EPSV".to_owned()),
        ("REST", "REST 0".to_owned()),
        ("CLNT", "CLNT ftpsh".to_owned()),
        ("CSID", "CSID Name=ftpsh;".to_owned()),
        ("PBSZ", "PBSZ 0".to_owned()),
    ];
    let (mut untrue, mut first) = (Vec::new(), None);
    let mut tried = 0;
    if let (Some(_), Some(Obstacle::Answered(answer))) =
        (clinic.facts.feature("AUTH"), &clinic.facts.no_tls)
        && matches!(answer.code(), 500 | 502 | 504)
    {
        untrue.push(format!("AUTH TLS: {}", answer.first_line()));
        first = Some("AUTH TLS".to_owned());
    }
    for (word, line) in tries {
        let is_secure = access.talk.control_tls().is_some();
        if clinic.facts.feature(word).is_none() || (word == "PBSZ" && !is_secure) {
            continue;
        }
        tried += 1;
        let answer = access.talk.send(&line);
        match answer.code() {
            0 | 421 => return Judged::unknown(format!("{line}: {}", answer.first_line())),
            500 | 502 | 504 => {
                untrue.push(format!("{line}: {}", answer.first_line()));
                first.get_or_insert(line);
            }
            _ => {}
        }
    }
    let Some(first) = first else {
        return Judged::ok(format!("{tried} of the features were tried"));
    };
    let judged = Judged::of(
        Verdict::Warn,
        "FEAT lists what the server does not have",
        untrue.join("; "),
    );
    match first.split(' ').next() {
        Some("REST") => judged.instead(&first, "S> 350\n"),
        // Nothing is there whose time could be set.
        Some("MFMT") => judged.instead(&first, "S> 550\n"),
        _ => judged.instead(&first, "S> 2yz\n"),
    }
}

/// Lines in small letters, byte by byte, and two in a segment.
pub(super) fn line_handling(_: &mut Clinic<'_>, access: &Access) -> Judged {
    let talk = &access.talk;
    let usual = talk.send("NOOP");
    // Before the login, 530 is an answer like any other.
    if !matches!(usual.code(), 200 | 530) {
        return Judged::unknown(usual.first_line());
    }
    // A session that the server ends for another reason says nothing of its lines.
    let is_over = |answer: &Answer| answer.code() == 421;
    let small = talk.send("noop");
    if is_over(&small) {
        return Judged::unknown(small.first_line());
    }
    if small.code() != usual.code() {
        return Judged::of(
            Verdict::Bad,
            "verbs in small letters are not understood",
            format!("NOOP: {}; noop: {}", usual.first_line(), small.first_line()),
        )
        .instead("noop", format!("S> {}\n", usual.code()));
    }
    let slow = talk.send_slowly(b"NOOP\r\n");
    if is_over(&slow) {
        return Judged::unknown(slow.first_line());
    }
    if slow.code() != usual.code() {
        let sentence = match slow.code() {
            0 => "a line that comes byte by byte is not answered before the next one",
            _ => "a line that comes in pieces is taken for several lines",
        };
        return Judged::of(
            Verdict::Warn,
            sentence,
            format!("NOOP byte by byte: {}", slow.first_line()),
        );
    }
    let two = talk.send_bytes(&[b"NOOP\r\nNOOP\r\n"]);
    let after = talk.send("NOOP");
    if let Some(ended) = [&two, &after].into_iter().find(|answer| is_over(answer)) {
        return Judged::unknown(ended.first_line());
    }
    if two.code() != usual.code() || after.code() != usual.code() {
        return Judged::of(
            Verdict::Warn,
            "two lines in one segment do not get two replies",
            two.first_line(),
        );
    }
    Judged::ok(usual.first_line())
}

const BARE_LINE_FEEDS: &str =
    "A line ends with CR LF (RFC 959 section 5.3): a client that goes by it waits for the CR.";

/// The first digit, by which clients go, is right.
const HARMLESS: [&str; 2] = ["code-unlisted", "preliminary-missing"];
