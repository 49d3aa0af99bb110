//! Whether what arrives is what was announced, and whether a transfer can be given up.

use std::time::Duration;

use super::NO_FILE;
use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic, FETCHED_MOST};
use crate::doctor::report::{Evidence, Verdict};
use crate::doctor::talk::Answer;

/// SIZE in TYPE A is refused, or tells what TYPE A would send.
pub(super) fn size_in_ascii(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    compare_size(clinic, access, "A")
}

/// SIZE in TYPE I is what TYPE I sends.
pub(super) fn size_truth(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    compare_size(clinic, access, "I")
}

fn compare_size(clinic: &Clinic<'_>, access: &Access, kind: &str) -> Judged {
    let Some((name, _)) = &clinic.facts.file else {
        return Judged::skipped(NO_FILE);
    };
    let set = access.talk.send(&format!("TYPE {kind}"));
    if !set.is_positive() {
        return Judged::skipped(format!("TYPE {kind}: {}", set.first_line()));
    }
    let answer = access.talk.send(&format!("SIZE {name}"));
    let said = answer.outcome.reply.as_ref().and_then(|reply| reply.size());
    match (answer.code(), said) {
        (213, Some(said)) => match clinic.fetch(&access.talk, &format!("RETR {name}")) {
            Ok((answer, _)) if answer.is_cut() => Judged::unknown("it is longer than 1 MiB"),
            Ok((_, data)) if data.len() as u64 == said => {
                Judged::ok(format!("{said} bytes, and so many came in TYPE {kind}"))
            }
            Ok((_, data)) => Judged::of(
                Verdict::Warn,
                &format!("SIZE in TYPE {kind} is not the number of bytes that TYPE {kind} sends"),
                format!("SIZE says {said}, {} came", data.len()),
            )
            .instead("RETR", format!("S> 1yz\nD> @octets {said}\nS> 2yz\n")),
            Err(because) => Judged::unknown(because),
        },
        (550 | 504 | 501, _) if kind == "A" => {
            Judged::ok(format!("it is refused: {}", answer.first_line()))
        }
        (500 | 502, _) => {
            Judged::skipped(format!("the server has no SIZE: {}", answer.first_line()))
        }
        (0 | 421, _) => Judged::unknown(answer.first_line()),
        _ => Judged::of(
            Verdict::Warn,
            &format!("SIZE in TYPE {kind} is not answered with a number"),
            answer.first_line(),
        )
        .instead("SIZE", "S> 213 /^[0-9]+$/\n"),
    }
}

/// A download that is given up, with Telnet IP and Synch in front of ABOR (RFC 959 section 4.1.3), and the session
/// after it.
pub(super) fn abor_transfer(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let Some((name, bytes)) = clinic.facts.largest_file.clone() else {
        return Judged::skipped("the folder of the login has no file");
    };
    let _ = access.talk.send("TYPE I");
    // What these two are answered with differs, so that a reply too many is seen.
    let usual = [access.talk.send("NOOP"), access.talk.send("PWD")];
    if let Err(because) = clinic.open_data(&access.talk) {
        return Judged::skipped(because);
    }
    let mark = clinic.log.mark();
    let answer = access.talk.abort(&format!("RETR {name}"), FETCHED_MOST);
    if !answer.outcome.begun && answer.outcome.reply.is_some() {
        return Judged::skipped(format!("RETR {name}: {}", answer.first_line()));
    }
    let codes = clinic.log.codes_since(mark);
    let expected = given_up(&codes);
    let after = access.talk.send("NOOP");
    let again = access.talk.send("PWD");
    if clinic.stop.is_stopped() {
        return Judged::unknown(after.first_line());
    }
    if !access.talk.is_open() {
        return Judged::of(
            Verdict::Warn,
            "the session does not survive an ABOR with Telnet IP and Synch in front",
            format!("{}; NOOP: {}", answer.first_line(), after.first_line()),
        )
        .instead("RETR", expected);
    }
    if [after.code(), again.code()] != usual.map(|before| before.code()) {
        return Judged::of(
            Verdict::Warn,
            "after an ABOR, replies and commands no longer belong together",
            format!(
                "{}; NOOP: {}; PWD: {}",
                answer.first_line(),
                after.first_line(),
                again.first_line()
            ),
        )
        .instead("RETR", expected);
    }
    let because = format!("{}; then NOOP: {}", answer.first_line(), after.first_line());
    if codes.iter().any(|code| matches!(code, 500 | 502)) {
        return Judged::of(
            Verdict::Info,
            "ABOR with Telnet IP and Synch in front is not understood: a download ends only when its data connection is closed",
            because,
        )
        .instead("RETR", GIVEN_UP);
    }
    if replies_lacking_since(clinic, mark) > 0 {
        return Judged::of(
            Verdict::Info,
            "a download and the ABOR that gives it up get one reply together, where RFC 959 has one for each",
            because,
        )
        .instead("RETR", GIVEN_UP);
    }
    let moved = answer.outcome.transfer.as_ref().map(|end| end.bytes);
    match moved == Some(bytes) && (200..300).contains(&answer.code()) {
        false => Judged::ok(because),
        true if answer.took > NOTICEABLE => Judged::of(
            Verdict::Info,
            "a download cannot be given up by ABOR: it is heard after the file's end",
            because,
        )
        .instead("RETR", expected),
        true => Judged::skipped(too_short(bytes)),
    }
}

/// How many commands since a mark have no final reply.
fn replies_lacking_since(clinic: &Clinic<'_>, mark: usize) -> usize {
    let said = clinic.log.since(mark);
    let is_command = |line: &&Evidence| matches!(line, Evidence::Sent(_));
    let commands = said.iter().filter(is_command).count();
    let codes = clinic.log.codes_since(mark);
    let finals = codes.iter().filter(|code| **code >= 200).count();
    commands.saturating_sub(finals)
}

/// The replies to RETR and ABOR as they came, if there was one for each, and a session that goes on.
fn given_up(codes: &[u16]) -> String {
    let (transfer, abort) = match codes {
        [100..200, transfer, abort] => (*transfer, *abort),
        _ => return GIVEN_UP.to_owned(),
    };
    format!("S> 1yz\nC> ABOR\nS> {transfer}\nS> {abort}\nC> NOOP\nS> 200\nC> PWD\nS> 257\n")
}

const GIVEN_UP: &str = "S> 1yz\nC> ABOR\nS> 426\nS> 226\nC> NOOP\nS> 200\nC> PWD\nS> 257\n";

/// NOOP and STAT while a file comes.
pub(super) fn during_transfer(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let Some((name, bytes)) = clinic.facts.file.clone() else {
        return Judged::skipped(NO_FILE);
    };
    let _ = access.talk.send("TYPE I");
    if let Err(because) = clinic.open_data(&access.talk) {
        return Judged::skipped(because);
    }
    let mark = clinic.log.mark();
    let line = format!("RETR {name}");
    let (whole, answers) = access
        .talk
        .fetch_during(&line, FETCHED_MOST, &["NOOP", "STAT"]);
    let Some(first) = answers.first() else {
        return match whole.is_positive() {
            true => Judged::skipped(too_short(bytes)),
            false => Judged::skipped(format!("{line}: {}", whole.first_line())),
        };
    };
    let codes = clinic.log.codes_since(mark);
    let comes_before = |answer: &Answer| {
        let at = |code| codes.iter().position(|other| *other == code);
        at(answer.code()) < at(whole.code())
    };
    let because = because_of(&whole, &answers);
    if matches!(whole.code(), 0 | 421) || answers.iter().any(|answer| answer.code() == 421) {
        return Judged::unknown(because);
    }
    let moved = whole.outcome.transfer.as_ref().map(|end| end.bytes);
    if !whole.is_positive() || moved != Some(bytes) {
        return Judged::of(
            Verdict::Bad,
            "a command during a transfer breaks it",
            because,
        )
        .instead("RETR", ASKED_DURING);
    }
    if answers.iter().any(|answer| answer.code() == 0) {
        return Judged::of(
            Verdict::Warn,
            "a command during a transfer is never answered",
            because,
        )
        .instead("RETR", ASKED_DURING);
    }
    if !comes_before(first) {
        return match first.took > NOTICEABLE {
            true => Judged::of(
                Verdict::Info,
                "commands during a transfer are answered after its end: nothing can be asked until then",
                because,
            )
            .instead("RETR", ASKED_DURING),
            false => Judged::skipped(too_short(bytes)),
        };
    }
    match answers.iter().find(|answer| !answer.is_positive()) {
        Some(_) => Judged::of(
            Verdict::Info,
            "commands during a transfer are refused",
            because,
        )
        .instead("RETR", ASKED_DURING),
        None => Judged::ok(because),
    }
}

fn because_of(whole: &Answer, answers: &[Answer]) -> String {
    let texts = ["NOOP", "STAT"].iter().zip(answers);
    let texts: Vec<String> = texts
        .map(|(verb, answer)| format!("{verb}: {}", answer.first_line()))
        .collect();
    format!("{}; the transfer: {}", texts.join("; "), whole.first_line())
}

fn too_short(bytes: u64) -> String {
    format!(
        "the largest file to read has {bytes} bytes, and was there before anything else was heard"
    )
}

const ASKED_DURING: &str = "S> 1yz\nS> @unanswered\nC> NOOP\nS> 200\nC> STAT\nS> 2yz\nS> 226\n";

/// A reply that takes longer waited for the end of the transfer.
const NOTICEABLE: Duration = Duration::from_millis(150);
