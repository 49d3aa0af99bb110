//! The faults that can be switched on, in one table: parsing, `--help` and the documentation read it.

use std::fmt;
use std::time::Duration;

use super::faults::{Fault, FaultError};
use crate::protocol::Verb;

/// One row of [`FAULTS`].
#[derive(Debug)]
pub struct FaultEntry {
    /// As it is typed.
    pub name: &'static str,
    /// What stands behind `=`; `None` for a fault without a value.
    pub value: Option<&'static str>,
    /// What the server does with this fault.
    pub summary: &'static str,
    form: Form,
}

/// How a row becomes a [`Fault`].
#[derive(Debug)]
enum Form {
    Plain(Fault),
    OfVerb(fn(Verb) -> Fault),
    OfNumber(fn(u64) -> Fault),
}

/// Every fault there is.
pub static FAULTS: &[FaultEntry] = &[
    plain(
        "appe-as-stor",
        Fault::AppeAsStor,
        "APPE overwrites the file, as STOR does",
    ),
    plain("no-appe", Fault::NoAppe, "APPE is answered 502"),
    plain(
        "no-size",
        Fault::NoSize,
        "SIZE is answered 502 and missing in FEAT",
    ),
    plain(
        "no-mlst",
        Fault::NoMlst,
        "MLST and MLSD are answered 502 and missing in FEAT",
    ),
    plain(
        "dos-list",
        Fault::DosList,
        "LIST has the form of DOS: 11-22-26  06:50AM  5 1.TXT",
    ),
    plain(
        "no-rest",
        Fault::NoRest,
        "REST is answered 502 and missing in FEAT",
    ),
    plain(
        "rest-zero-fills",
        Fault::RestZeroFills,
        "REST n and STOR leave n zero octets in front of the new data",
    ),
    plain(
        "write-only",
        Fault::WriteOnly,
        "RETR is answered 550; SIZE, MLST and LIST still answer",
    ),
    plain(
        "size-needs-type-i",
        Fault::SizeNeedsTypeI,
        "SIZE in TYPE A is answered 550",
    ),
    plain(
        "pasv-foreign-address",
        Fault::PasvForeignAddress,
        "the 227 names 10.9.9.9; the port is right and on loopback",
    ),
    plain(
        "pasv-no-parentheses",
        Fault::PasvNoParentheses,
        "the 227 has its six numbers without parentheses and without a dot",
    ),
    plain(
        "late-226",
        Fault::Late226,
        "the 226 is held until the client has closed the data connection, at most 10 s",
    ),
    plain(
        "no-226",
        Fault::No226,
        "the transfer is done, the 226 never comes, and the session goes on",
    ),
    plain(
        "two-replies",
        Fault::TwoReplies,
        "CWD is answered 200 and, 50 ms later, 250",
    ),
    FaultEntry {
        name: "silent",
        value: Some("VERB"),
        summary: "VERB is read and ignored: nothing is done and no reply comes",
        form: Form::OfVerb(Fault::Silent),
    },
    plain(
        "reply-in-pieces",
        Fault::ReplyInPieces,
        "each octet of a reply is sent alone",
    ),
    FaultEntry {
        name: "cut-after",
        value: Some("OCTETS"),
        summary: "the first transfer that reaches so many octets is cut: both connections are reset; \
                  once per server",
        form: Form::OfNumber(Fault::CutAfter),
    },
    FaultEntry {
        name: "idle-421",
        value: Some("SECONDS"),
        summary: "421 and a close after so long without a command (else 15 minutes)",
        form: Form::OfNumber(|seconds| Fault::Idle421(Duration::from_secs(seconds))),
    },
    plain(
        "hostile-text",
        Fault::HostileText,
        "replies, names and the file hostile.bin hold ESC, OSC, C1, bidirectional and zero-width characters",
    ),
    FaultEntry {
        name: "slow",
        value: Some("OCTETS_PER_SECOND"),
        summary: "data connections carry so many octets per second, both ways",
        form: Form::OfNumber(Fault::Slow),
    },
    plain(
        "echo-secrets",
        Fault::EchoSecrets,
        "replies to PASS and ACCT, and 500s, repeat the line received",
    ),
    plain(
        "inject-after-auth",
        Fault::InjectAfterAuth,
        "a 230 in clear stands behind the 234 to AUTH, in the same segment",
    ),
    plain(
        "no-close-notify",
        Fault::NoCloseNotify,
        "downloads under TLS end without a close_notify, as if they had been cut short",
    ),
    plain(
        "other-data-certificate",
        Fault::OtherDataCertificate,
        "data connections show another certificate than the control connection, and resume nothing",
    ),
    plain(
        "require-reuse",
        Fault::RequireReuse,
        "data connections under TLS that do not resume the session of the control connection are answered 522",
    ),
];

impl FaultEntry {
    /// The fault as it is typed: `no-size`, `silent=VERB`.
    #[must_use]
    pub fn usage(&self) -> String {
        match self.value {
            Some(value) => format!("{}={value}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// The fault with the value that was given behind its `=`.
    ///
    /// # Errors
    ///
    /// [`FaultError`].
    pub(super) fn read(&self, value: Option<&str>) -> Result<Fault, FaultError> {
        let (form, name) = (&self.form, self.name);
        let expected = match form {
            Form::Plain(fault) if value.is_none() => return Ok(fault.clone()),
            Form::Plain(_) => return Err(FaultError::NeedlessValue(name)),
            Form::OfVerb(_) | Form::OfNumber(_) => self.value.unwrap_or_default(),
        };
        let Some(given) = value.filter(|value| !value.is_empty()) else {
            return Err(FaultError::MissingValue {
                name,
                value: expected,
            });
        };
        match form {
            Form::OfVerb(make) if given.bytes().all(|octet| octet.is_ascii_alphabetic()) => {
                Some(make(Verb::new(given.as_bytes())))
            }
            Form::OfNumber(make) => given.parse().ok().filter(|&number| number > 0).map(*make),
            Form::OfVerb(_) | Form::Plain(_) => None,
        }
        .ok_or_else(|| FaultError::UnreadableValue {
            name,
            value: expected,
            given: given.to_owned(),
        })
    }
}

impl fmt::Display for FaultEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.usage(), self.summary)
    }
}

const fn plain(name: &'static str, fault: Fault, summary: &'static str) -> FaultEntry {
    FaultEntry {
        name,
        value: None,
        summary,
        form: Form::Plain(fault),
    }
}
