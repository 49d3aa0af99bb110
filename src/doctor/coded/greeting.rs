//! What a server says before anything is asked, and to whom it opens.

use std::time::Duration;

use crate::doctor::check::Judged;
use crate::doctor::clinic::{Clinic, GUEST};
use crate::doctor::report::Verdict;
use crate::protocol::OtherProtocol;

pub(super) fn time(clinic: &mut Clinic<'_>) -> Judged {
    let Some(greeting) = &clinic.facts.greeting else {
        return Judged::skipped("nothing could be connected to");
    };
    let because = format!("{} ms from the connection to the greeting", greeting.ms());
    if greeting.outcome.reply.is_none() {
        return Judged::of(Verdict::Bad, "no greeting comes", greeting.first_line());
    }
    match greeting.took {
        took if took > UNBEARABLE => Judged::of(
            Verdict::Warn,
            "the greeting takes so long that clients give up before it",
            because,
        ),
        took if took > NOTICEABLE => Judged::of(
            Verdict::Info,
            "the greeting takes its time: the server may look the client's name up",
            because,
        ),
        _ => Judged::ok(because),
    }
}

pub(super) fn protocol(clinic: &mut Clinic<'_>) -> Judged {
    let Some(greeting) = &clinic.facts.greeting else {
        return Judged::skipped("nothing could be connected to");
    };
    let text = greeting.text();
    let spoken = clinic
        .log
        .spoken()
        .or_else(|| OtherProtocol::of_greeting(text.as_bytes()));
    if let Some(spoken) = spoken {
        return Judged::of(
            Verdict::Bad,
            "the port is one of another protocol",
            format!("it speaks {}", name_of(spoken)),
        )
        .shown_by(match greeting.code() {
            // That of ESMTP.
            220 => "C> USER ftpsh-doctor\nS> 331\n",
            _ => GREETED,
        });
    }
    match (greeting.code(), &greeting.outcome.reply) {
        (220, _) => Judged::ok(greeting.first_line()),
        (120 | 421, _) => Judged::of(
            Verdict::Bad,
            "the server takes no sessions now",
            greeting.first_line(),
        )
        .shown_by(GREETED),
        (_, Some(_)) => Judged::of(
            Verdict::Bad,
            "the greeting is not one of FTP",
            greeting.first_line(),
        )
        .shown_by(GREETED),
        (_, None) => Judged::unknown(greeting.first_line()),
    }
}

fn name_of(protocol: OtherProtocol) -> &'static str {
    match protocol {
        OtherProtocol::Ssh => "SSH, over which SFTP runs",
        OtherProtocol::Http => "HTTP",
        OtherProtocol::Imap => "IMAP",
        OtherProtocol::Pop3 => "POP3",
        OtherProtocol::Esmtp => "ESMTP",
        OtherProtocol::Tls => "TLS: name it as ftps://HOST:PORT",
    }
}

pub(super) fn version(clinic: &mut Clinic<'_>) -> Judged {
    let Some(greeting) = &clinic.facts.greeting else {
        return Judged::skipped("nothing could be connected to");
    };
    let text = greeting.text();
    let names_version = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let mut words = names_version.map(|word| word.trim_matches('.'));
    let is_version = |word: &str| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_number = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
        (2..=4).contains(&parts.len())
            && parts.iter().all(|part| is_number(part))
            && !is_address(word)
    };
    match (words.any(is_version), clinic.facts.values.get("product")) {
        (true, _) => Judged::of(
            Verdict::Info,
            "the greeting tells everybody which version runs here",
            greeting.first_line(),
        )
        .shown_by(NAMES_NO_VERSION),
        (false, _) => Judged::ok(greeting.first_line()),
    }
}

fn is_address(word: &str) -> bool {
    word.parse::<std::net::Ipv4Addr>().is_ok()
}

/// USER anonymous, and what such a user sends as password.
pub(super) fn anonymous(clinic: &mut Clinic<'_>) -> Judged {
    let access = match clinic.open(clinic.best_protection()) {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let mut asked = "USER";
    let mut answer = access.talk.send("USER anonymous");
    if answer.code() == 331 {
        asked = "PASS";
        answer = access.talk.send(&format!("PASS {GUEST}"));
    }
    access.talk.end();
    match answer.code() {
        230 => Judged::of(
            Verdict::Info,
            "anybody may log in as anonymous",
            answer.first_line(),
        )
        .instead(asked, "S> 530\n"),
        430 | 530 | 532 | 550 => Judged::ok(answer.first_line()),
        _ => Judged::unknown(answer.first_line()),
    }
}

/// Whether the user who was named is let in; that was tried before anything else of this class.
pub(super) fn login(clinic: &mut Clinic<'_>) -> Judged {
    match (&clinic.facts.login_failure, clinic.facts.logged_in_over) {
        (Some(failure), _) => Judged::of(Verdict::Bad, "the login failed", failure.clone())
            .instead("PASS", "S> 230\n"),
        (None, Some(_)) => Judged::ok(String::new()),
        (None, None) => Judged::skipped("nobody is logged in"),
    }
}

const GREETED: &str = "S> 220\n";

/// No number with a dot and another number, an address aside.
const NAMES_NO_VERSION: &str = r"S> 220 /^(?:[^0-9]|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|[0-9]+(?:[^0-9.]|\.[^0-9]|\.?$))*$/
";

const NOTICEABLE: Duration = Duration::from_secs(2);

/// What impatient clients wait: FileZilla 20 s, many libraries 10 s.
const UNBEARABLE: Duration = Duration::from_secs(8);
