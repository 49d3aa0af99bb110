//! TLS: whether it is there, how good it is, and whether it may be left out.

use crate::client::TransferResult;
use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic, HANDSHAKES_MOST};
use crate::doctor::obstacle::Obstacle;
use crate::doctor::report::{Protection, Verdict};
use crate::doctor::settings::RESUMPTION_WANTED;
use crate::doctor::shown::TRANSFERRED;
use crate::doctor::talk::Answer;
use crate::tls::{FirstAnswer, ProtocolVersion, TlsFailure};

pub(super) fn offered(clinic: &mut Clinic<'_>) -> Judged {
    let late = clinic.log.late_handshakes();
    if clinic.facts.secured.is_some() && late > 0 {
        return Judged::of(
            Verdict::Warn,
            "AUTH TLS is accepted before the server is ready for the handshake, which fails at times",
            format!("handshakes that were answered in clear: {late}; others went well"),
        );
    }
    match (&clinic.facts.secured, &clinic.facts.no_tls) {
        (Some(secured), _) => Judged::ok(format!("{}, {}", secured.version, secured.cipher_suite)),
        (None, Some(obstacle)) => match obstacle {
            Obstacle::Answered(answer) if matches!(answer.code(), 0 | 421) => {
                Judged::unknown(obstacle.clone())
            }
            Obstacle::Answered(answer) if answer.code() != 234 => Judged::of(
                Verdict::Bad,
                "the server has no TLS: passwords and files go out in clear",
                obstacle.clone(),
            )
            .shown_by(SECURED),
            _ => Judged::of(
                Verdict::Bad,
                "AUTH TLS is accepted, and the handshake fails",
                obstacle.clone(),
            )
            .shown_by(SECURED),
        },
        (None, None) => {
            let failure = clinic.facts.meeting_failure.as_deref();
            Judged::skipped(failure.unwrap_or("the server was not asked"))
        }
    }
}

/// The newest version, which a handshake chose, and each other one that is of today.
pub(super) fn versions(clinic: &mut Clinic<'_>) -> Judged {
    let Some(secured) = clinic.facts.secured.clone() else {
        return Judged::skipped(no_tls(clinic));
    };
    if secured.version == "TLS 1.3" {
        return Judged::ok("TLS 1.3");
    }
    Judged::of(
        Verdict::Info,
        "the server speaks TLS 1.2 at most: 1.3 is of 2018",
        secured.version,
    )
}

/// A ClientHello for each version that is out of use; nothing is finished.
pub(super) fn old_versions(clinic: &mut Clinic<'_>) -> Judged {
    if clinic.facts.secured.is_none() {
        return Judged::skipped(no_tls(clinic));
    }
    let mut spoken = Vec::new();
    let mut refused = Vec::new();
    let old = ProtocolVersion::ALL
        .into_iter()
        .filter(|version| !version.is_spoken());
    for version in old {
        match clinic.probe(version) {
            Ok(FirstAnswer::Hello(hello)) if hello.version == Ok(version) => {
                spoken.push(version.to_string());
            }
            Ok(FirstAnswer::InClear(_)) => {
                return Judged::unknown(format!("{version}: the server does not answer under TLS"));
            }
            Ok(_) => refused.push(version.to_string()),
            Err(because) => return Judged::unknown(format!("{version}: {because}")),
        }
    }
    match spoken.is_empty() {
        true => Judged::ok(format!("{} are refused", refused.join(", "))),
        false => Judged::of(
            Verdict::Warn,
            "the server speaks versions of TLS that are broken",
            format!("it goes on with {}", spoken.join(", ")),
        ),
    }
}

pub(super) fn certificate(clinic: &mut Clinic<'_>) -> Judged {
    let Some(secured) = &clinic.facts.secured else {
        return Judged::skipped(no_tls(clinic));
    };
    let Some(own) = secured.chain.first() else {
        return Judged::of(Verdict::Bad, "the server shows no certificate", "");
    };
    let about = format!(
        "{}, {} to {}, {}, signed with {}",
        own.subject, own.valid_from, own.valid_until, own.key, own.signature
    );
    if let Some(reason) = secured.trust.reason() {
        return Judged::of(
            Verdict::Bad,
            "the certificate is not one that clients believe",
            format!("{reason}; {about}"),
        );
    }
    if is_weak(&own.key) || own.signature.contains("SHA-1") || own.signature.contains("MD5") {
        return Judged::of(
            Verdict::Warn,
            "the certificate's key or signature is weak",
            about,
        );
    }
    Judged::ok(about)
}

fn is_weak(key: &str) -> bool {
    let bits: String = key.chars().filter(char::is_ascii_digit).collect();
    key.starts_with("RSA") && bits.parse().is_ok_and(|bits: u32| bits < 2048)
}

/// Port 990, from what the ways came to.
pub(super) fn implicit(clinic: &mut Clinic<'_>) -> Judged {
    if clinic.request.is_implicit {
        return implicit_here(clinic);
    }
    if clinic.request.port != 21 {
        return Judged::skipped(
            "the server is not at port 21, so that its port of implicit TLS is not known",
        );
    }
    match clinic.open(Protection::Implicit) {
        Ok(access) => {
            access.talk.end();
            Judged::ok("port 990 speaks TLS from the first byte")
        }
        Err(because) => Judged::of(
            Verdict::Info,
            "there is no implicit TLS at port 990; explicit TLS makes it unnecessary",
            because,
        ),
    }
}

/// The port that was named as one of implicit TLS.
fn implicit_here(clinic: &Clinic<'_>) -> Judged {
    if clinic.facts.secured.is_some() {
        return Judged::ok("the port is one of implicit TLS");
    }
    if let Some(failure) = clinic.log.take_tls_failure() {
        return Judged::of(
            Verdict::Bad,
            "the port is named as one of implicit TLS, and TLS fails there",
            failure.to_string(),
        )
        .shown_by("S> 220\n");
    }
    let greeting = clinic.facts.greeting.as_ref();
    Judged::unknown(greeting.map(Answer::first_line).unwrap_or_default())
}

/// USER without TLS: a server that has TLS should not ask for the password then.
pub(super) fn clear_login(clinic: &mut Clinic<'_>) -> Judged {
    if clinic.request.is_implicit {
        return Judged::ok("the port is one of implicit TLS");
    }
    let access = match clinic.open(Protection::Clear) {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let answer = access.talk.send("USER ftpsh-doctor");
    access.talk.end();
    match answer.code() {
        331 | 230 | 332 => Judged::of(
            Verdict::Warn,
            "the server asks for passwords in clear, where everybody on the way can read them",
            answer.first_line(),
        )
        .instead("USER", "S> 530\n"),
        522 | 530 | 534 | 550 => Judged::ok(answer.first_line()),
        421 if asks_under_tls(clinic) => Judged::ok(answer.first_line()),
        _ => Judged::unknown(answer.first_line()),
    }
}

/// It is not that it takes no sessions at all.
fn asks_under_tls(clinic: &Clinic<'_>) -> bool {
    if clinic.facts.secured.is_none() {
        return false;
    }
    clinic.open(Protection::Explicit).is_ok_and(|access| {
        let answer = access.talk.send("USER ftpsh-doctor");
        access.talk.end();
        matches!(answer.code(), 230 | 331 | 332)
    })
}

/// A listing with PROT C under TLS.
pub(super) fn clear_data(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    if access.talk.control_tls().is_none() {
        return Judged::skipped(no_tls(clinic));
    }
    let answer = access.talk.send("PROT C");
    if !answer.is_positive() {
        return match answer.code() {
            504 | 521 | 522 | 534 | 536 => Judged::ok(answer.first_line()),
            _ => Judged::unknown(answer.first_line()),
        };
    }
    let listed = clinic.fetch(&access.talk, "LIST");
    let back = access.talk.send("PROT P");
    match listed {
        Ok((listed, _)) => Judged::of(
            Verdict::Warn,
            "data may go out in clear although the login was under TLS",
            listed.first_line(),
        )
        .instead("LIST", "S> 5yz\n"),
        Err(because) if access.talk.is_open() => Judged::ok(because),
        Err(because) => Judged::unknown(format!("{because}; {}", back.first_line())),
    }
}

/// Whether data connections may, must or cannot resume the session of the control connection.
pub(super) fn session_reuse(clinic: &mut Clinic<'_>) -> Judged {
    on_own_connection(clinic, compare_reuse)
}

/// Nothing has been transferred on it before.
fn on_own_connection(clinic: &Clinic<'_>, examine: fn(&Clinic<'_>, &Access) -> Judged) -> Judged {
    let access = match clinic.log_in_again() {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let judged = match access.talk.control_tls() {
        Some(_) => examine(clinic, &access),
        None => Judged::skipped(no_tls(clinic)),
    };
    access.talk.end();
    judged
}

fn compare_reuse(clinic: &Clinic<'_>, access: &Access) -> Judged {
    if let Err(because) = clinic.fetch(&access.talk, "LIST") {
        return Judged::of(
            Verdict::Bad,
            "no listing under TLS, although data connections resume",
            because,
        )
        .instead("LIST", TRANSFERRED);
    }
    let is_resumed = access.talk.data_tls().is_some_and(|tls| tls.resumed);
    if !is_resumed {
        return Judged::of(
            Verdict::Info,
            "the server resumes no TLS session: each transfer costs a whole handshake",
            "the data connection made a handshake of its own",
        );
    }
    let Some(protection) = clinic.facts.logged_in_over else {
        return Judged::ok("resumed");
    };
    let without = clinic.log_in_with(protection, |settings| settings.tls.resume = false);
    let Ok(without) = without else {
        return Judged::ok("the data connection resumed the session");
    };
    let listed = clinic.fetch(&without.talk, "LIST");
    without.talk.end();
    match listed {
        Ok(_) => Judged::ok("a data connection may resume the session, and need not"),
        Err(because) => Judged::of(Verdict::Info, RESUMPTION_WANTED, because),
    }
}

/// Some servers forget the session after a few transfers.
pub(super) fn reuse_lasts(clinic: &mut Clinic<'_>) -> Judged {
    on_own_connection(clinic, count_resumed)
}

fn count_resumed(clinic: &Clinic<'_>, access: &Access) -> Judged {
    let mut has_resumed = Vec::new();
    for number in 1..=IN_A_ROW {
        if let Err(because) = clinic.fetch(&access.talk, "NLST") {
            if is_empty_folder(&because) {
                continue;
            }
            return Judged::of(
                Verdict::Bad,
                "the session can be resumed only a few times: transfers fail after that",
                format!("transfer {number} of {IN_A_ROW}: {because}"),
            )
            .instead("NLST", TRANSFERRED);
        }
        has_resumed.push(access.talk.data_tls().is_some_and(|tls| tls.resumed));
    }
    judge_resumed(&has_resumed)
}

fn judge_resumed(has_resumed: &[bool]) -> Judged {
    let resumed = has_resumed.iter().filter(|has| **has).count();
    let because = format!(
        "{} transfers in a row, {resumed} of them resumed",
        has_resumed.len()
    );
    match has_resumed {
        _ if resumed == has_resumed.len() && resumed > 0 => Judged::ok(because),
        // Whether any is resumed is the business of another check.
        _ if resumed == 0 => Judged::skipped("none of the transfers resumed the session"),
        [true, .., false] => Judged::of(
            Verdict::Info,
            "the session can be resumed only a few times: later transfers cost a whole handshake",
            because,
        ),
        _ => Judged::of(
            Verdict::Info,
            "only some transfers resume the session: the others cost a whole handshake",
            because,
        ),
    }
}

/// Some servers refuse NLST where there is nothing to list.
fn is_empty_folder(obstacle: &Obstacle) -> bool {
    matches!(obstacle, Obstacle::Command { answer, .. } if matches!(answer.code(), 450 | 550))
}

pub(super) fn close_notify_download(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    if access.talk.control_tls().is_none() {
        return Judged::skipped(no_tls(clinic));
    }
    if let Err(because) = clinic.open_data(&access.talk) {
        return Judged::skipped(because);
    }
    let (answer, _) = access.talk.fetch("LIST", 1 << 20);
    match transfer_result(&answer) {
        Some(TransferResult::CloseNotifyMissing) => Judged::of(
            Verdict::Bad,
            "data end without close_notify: a listing that was cut on the way looks whole",
            answer.first_line(),
        )
        .instead("LIST", TRANSFERRED),
        Some(TransferResult::Ended) => Judged::ok("the listing ended with close_notify"),
        _ => Judged::unknown(answer.first_line()),
    }
}

pub(super) fn data_certificate(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let Some(control) = access.talk.control_tls() else {
        return Judged::skipped(no_tls(clinic));
    };
    if let Err(because) = clinic.open_data(&access.talk) {
        return Judged::skipped(because);
    }
    let (answer, _) = access.talk.fetch("LIST", 1 << 20);
    if let Some(TransferResult::TlsFailed(failure @ TlsFailure::OtherCertificate { .. })) =
        transfer_result(&answer)
    {
        return Judged::of(
            Verdict::Bad,
            "the data connection shows another certificate than the control connection",
            failure.to_string(),
        )
        .instead("LIST", TRANSFERRED);
    }
    match access.talk.data_tls() {
        Some(data) if answer.is_positive() && (data.resumed || same_key(&control, &data)) => {
            Judged::ok("both connections show the same certificate")
        }
        _ => Judged::unknown(answer.first_line()),
    }
}

fn same_key(control: &crate::tls::Secured, data: &crate::tls::Secured) -> bool {
    let fingerprint = |secured: &crate::tls::Secured| {
        let own = secured.chain.first();
        own.map(|own| own.fingerprint.to_string())
    };
    fingerprint(control) == fingerprint(data)
}

pub(super) fn transfer_result(answer: &Answer) -> Option<&TransferResult> {
    answer.outcome.transfer.as_ref().map(|end| &end.result)
}

pub(super) fn no_tls(clinic: &Clinic<'_>) -> String {
    match &clinic.facts.no_tls {
        Some(obstacle) => format!("there is no TLS: {obstacle}"),
        None => "there is no TLS: it was not asked".to_owned(),
    }
}

impl Clinic<'_> {
    /// What the server says first to a ClientHello for this version alone. An answer in clear may be that of a server which
    /// was not ready in time.
    fn probe(&self, version: ProtocolVersion) -> Result<FirstAnswer, Obstacle> {
        for _ in 1..HANDSHAKES_MOST {
            let answer = self.probe_once(version)?;
            if !matches!(answer, FirstAnswer::InClear(_)) {
                return Ok(answer);
            }
        }
        self.probe_once(version)
    }

    fn probe_once(&self, version: ProtocolVersion) -> Result<FirstAnswer, Obstacle> {
        let is_implicit = self.request.is_implicit;
        let port = self.request.port;
        let change = |settings: &mut crate::client::Settings| settings.tls.probe = Some(version);
        let _ = self.log.take_tls_failure();
        let (talk, greeting) = self.dial(port, is_implicit, true, change)?;
        let answer = match is_implicit {
            true => greeting,
            false if greeting.code() == 220 => talk.send("AUTH TLS"),
            false => greeting,
        };
        talk.end();
        match self.log.take_tls_failure() {
            Some(TlsFailure::Probed(first)) => Ok(first),
            Some(TlsFailure::HandshakeCut) => Ok(FirstAnswer::Unreadable),
            Some(failure) => Err(Obstacle::Tls(failure)),
            None => Err(Obstacle::answered(&answer)),
        }
    }
}

const SECURED: &str = "C> AUTH TLS\nS> 234\n";
const IN_A_ROW: usize = 6;

#[cfg(test)]
mod tests {
    use super::judge_resumed;

    #[test]
    fn reuse_lasts_only_if_every_transfer_resumed_and_how_many_did_is_told() {
        for (resumed, verdict, because) in [
            (
                &[true; 6][..],
                "ok",
                "6 transfers in a row, 6 of them resumed",
            ),
            (
                &[true, false, true, true, true, true],
                "info",
                "6 transfers in a row, 5 of them resumed",
            ),
            (
                &[false, true, true, true, true, true],
                "info",
                "6 transfers in a row, 5 of them resumed",
            ),
            (
                &[true, true, false],
                "info",
                "3 transfers in a row, 2 of them resumed",
            ),
            (
                &[false; 6],
                "skipped",
                "none of the transfers resumed the session",
            ),
            (&[], "skipped", "none of the transfers resumed the session"),
        ] {
            let judged = judge_resumed(resumed);
            assert_eq!(judged.verdict.word(), verdict, "{resumed:?}");
            assert_eq!(judged.because, because);
        }
    }
}
