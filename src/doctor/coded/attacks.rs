//! What looks like an attack.

use crate::doctor::check::Judged;
use crate::doctor::clinic::Clinic;
use crate::doctor::report::{Evidence, Protection, Verdict};

/// A command in clear in the same segment as AUTH TLS must not be carried out under TLS.
pub(super) fn auth_injection(clinic: &mut Clinic<'_>) -> Judged {
    if clinic.request.is_implicit || clinic.facts.secured.is_none() {
        return Judged::skipped(super::tls::no_tls(clinic));
    }
    let access = match clinic.open(Protection::Clear) {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let mark = clinic.log.mark();
    access.talk.send_before_tls(b"AUTH TLS\r\nNOOP\r\n");
    let is_secure = access.talk.control_tls().is_some();
    // Commands are answered in their order: whatever comes before its 221 answers the one that was injected.
    let last = access.talk.send("QUIT");
    let codes = clinic.log.codes_since(mark);
    let mut received = clinic
        .log
        .since(mark)
        .into_iter()
        .filter_map(|line| match line {
            Evidence::Received(text) => Some(text),
            Evidence::Sent(_) | Evidence::Happened(_) => None,
        });
    let injected = received.find(|text| !text.starts_with("234"));
    access.talk.end();
    let because = match injected {
        Some(text) if codes.len() > 1 => format!("NOOP: {text}"),
        _ => last.first_line(),
    };
    match codes.as_slice() {
        [234, 221] if is_secure => Judged::ok("NOOP behind AUTH TLS gets no answer"),
        [234, _, 221] if is_secure => Judged::of(
            Verdict::Bad,
            "a command that came in clear is carried out under TLS: somebody on the way can put one there",
            because,
        ),
        [234] if !is_secure => {
            Judged::ok("NOOP behind AUTH TLS is taken for TLS, and the handshake fails")
        }
        // QUIT alone was answered: neither was the command, nor did TLS begin.
        [234, 221] if !is_secure => Judged::unknown(last.first_line()),
        [234, ..] if !is_secure => Judged::of(
            Verdict::Warn,
            "a command behind AUTH TLS is answered in clear after the 234",
            because,
        ),
        _ => Judged::unknown(because),
    }
}

/// A line that is longer than any path.
pub(super) fn long_line(clinic: &mut Clinic<'_>) -> Judged {
    let access = match clinic.open(clinic.best_protection()) {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let usual = access.talk.send("CWD ftpsh-doctor");
    if matches!(usual.code(), 0 | 421) {
        access.talk.end();
        return Judged::unknown(usual.first_line());
    }
    let answer = access.talk.send(&format!("CWD {}", "x".repeat(LONG)));
    let after = access.talk.send("NOOP");
    let is_open = access.talk.is_open();
    access.talk.end();
    let because = format!("{}; NOOP: {}", answer.first_line(), after.first_line());
    // The server is still there for others.
    match clinic.open(Protection::Clear) {
        Ok(access) => access.talk.end(),
        Err(gone) if clinic.request.is_implicit => drop(gone),
        Err(gone) => {
            return Judged::of(Verdict::Bad, "a line of 100000 bytes ends the server", gone)
                .instead("CWD", "S> 5yz\n");
        }
    }
    match (answer.code(), is_open) {
        (400..600, _) => Judged::ok(because),
        (0, false) => Judged::of(
            Verdict::Info,
            "a line of 100000 bytes ends the session without a reply",
            because,
        )
        .instead("CWD", "S> 5yz\n"),
        (0, true) => Judged::unknown(because),
        _ => Judged::of(
            Verdict::Warn,
            "a line of 100000 bytes is not refused",
            because,
        )
        .instead("CWD", "S> 5yz\n"),
    }
}

const LONG: usize = 100_000;
