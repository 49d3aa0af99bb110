//! The ways in which the practice server can misbehave, and which of them are switched on.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, fs, io};

use crate::protocol::Verb;

/// One way in which the practice server can misbehave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// APPE overwrites.
    AppeAsStor,
    /// APPE is refused with 502.
    NoAppe,
    /// SIZE is refused with 502.
    NoSize,
    /// MLST and MLSD are refused with 502.
    NoMlst,
    /// LIST has the form of DOS.
    DosList,
    /// REST is refused with 502.
    NoRest,
    /// LIST and NLST leave out names that begin with a dot.
    HiddenFiles,
    /// Downloads of the file of this name end in the middle, as if they were whole.
    ShortFile(String),
    /// A STOR after a REST leaves zero bytes in front of the marker.
    RestZeroFills,
    /// Files can be written but not read.
    WriteOnly,
    /// SIZE is refused in TYPE A.
    SizeNeedsTypeI,
    /// The 227 names an address that is not the server's.
    PasvForeignAddress,
    /// Nobody listens at the port of the 227 or 229.
    PasvClosedPort,
    /// Nobody answers at the port of the 227 or 229.
    PasvSilentPort,
    /// The 227 names 0.0.0.0.
    PasvZeroAddress,
    /// The 227 has neither parentheses nor a final dot.
    PasvNoParentheses,
    /// The 226 waits for the client's close.
    Late226,
    /// The 226 never comes.
    No226,
    /// CWD is answered twice.
    TwoReplies,
    /// This verb is ignored.
    Silent(Verb),
    /// This verb is answered with this text, and nothing is done.
    Reply(Verb, u16, String),
    /// The greeting is that of another protocol, and the connection is closed after it.
    NotFtp(&'static [u8]),
    /// Each byte of a reply is written alone.
    ReplyInPieces,
    /// The first transfer that reaches so many bytes is cut.
    CutAfter(u64),
    /// The session ends with 421 after so long without a command.
    Idle421(Duration),
    /// Replies and names hold control sequences.
    HostileText,
    /// Data connections carry so many bytes per second.
    Slow(u64),
    /// Some replies repeat the line received.
    EchoSecrets,
    /// A reply in the clear stands after the 234.
    InjectAfterAuth,
    /// So many times AUTH is accepted, and the handshake taken for commands.
    LateTls(u64),
    /// Downloads under TLS end without a close_notify.
    NoCloseNotify,
    /// Data connections show a certificate of their own.
    OtherDataCertificate,
    /// Data connections under TLS must resume the session of the control connection.
    RequireReuse,
    /// After so many data connections under TLS, no more of them resume the session of the control connection.
    ForgetSession(u64),
}

/// The faults that are switched on; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    switched_on: Vec<Fault>,
}

/// Why a fault could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No row of [`FAULTS`] has this name.
    #[error("unknown fault `{}`; the faults are: {}", .0.escape_debug(), known_forms())]
    Unknown(String),
    /// The fault needs a value.
    #[error("the fault `{name}` needs a value: {name}={value}")]
    MissingValue {
        /// The fault's name.
        name: &'static str,
        /// What the value stands for.
        value: &'static str,
    },
    /// The fault takes no value.
    #[error("the fault `{0}` takes no value")]
    NeedlessValue(&'static str),
    /// The value cannot be read.
    #[error("`{}` cannot be the value of {name}={value}", .given.escape_debug())]
    UnreadableValue {
        /// The fault's name.
        name: &'static str,
        /// What the value stands for.
        value: &'static str,
        /// What was given.
        given: String,
    },
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        FAULTS
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| FaultError::Unknown(name.to_owned()))?
            .read(value)
    }
}

impl Faults {
    /// Whether this fault, which has no value, is switched on.
    #[must_use]
    pub fn has(&self, fault: &Fault) -> bool {
        self.switched_on.contains(fault)
    }

    /// Whether this verb never gets a reply.
    #[must_use]
    pub fn silences(&self, verb: &Verb) -> bool {
        self.switched_on
            .iter()
            .any(|fault| matches!(fault, Fault::Silent(silent) if silent == verb))
    }

    /// What this verb is answered with, in place of what it does.
    #[must_use]
    pub fn reply_to(&self, verb: &Verb) -> Option<(u16, &str)> {
        let mut faults = self.switched_on.iter().rev();
        faults.find_map(|fault| match fault {
            Fault::Reply(own, code, text) if own == verb => Some((*code, text.as_str())),
            _ => None,
        })
    }

    /// Whether downloads of this name end in the middle.
    #[must_use]
    pub fn shortens(&self, name: &[u8]) -> bool {
        self.switched_on
            .iter()
            .any(|fault| matches!(fault, Fault::ShortFile(short) if short.as_bytes() == name))
    }

    /// The greeting of another protocol, if one was set.
    #[must_use]
    pub fn other_greeting(&self) -> Option<&'static [u8]> {
        self.last(|fault| match fault {
            Fault::NotFtp(greeting) => Some(*greeting),
            _ => None,
        })
    }

    /// The bytes after which the first transfer is cut.
    #[must_use]
    pub fn cut_after(&self) -> Option<u64> {
        self.last(|fault| match fault {
            Fault::CutAfter(bytes) => Some(*bytes),
            _ => None,
        })
    }

    /// The idle limit, if one was set.
    #[must_use]
    pub fn idle_limit(&self) -> Option<Duration> {
        self.last(|fault| match fault {
            Fault::Idle421(limit) => Some(*limit),
            _ => None,
        })
    }

    /// The pace of data connections, in bytes per second.
    #[must_use]
    pub fn pace(&self) -> Option<u64> {
        self.last(|fault| match fault {
            Fault::Slow(pace) => Some(*pace),
            _ => None,
        })
    }

    /// How many data connections may resume the session of their control connection, if there is a limit.
    #[must_use]
    pub fn resumptions(&self) -> Option<u64> {
        self.last(|fault| match fault {
            Fault::ForgetSession(transfers) => Some(*transfers),
            _ => None,
        })
    }

    /// How often the server accepts AUTH before it is ready for a handshake.
    #[must_use]
    pub fn late_handshakes(&self) -> u64 {
        let times = self.last(|fault| match fault {
            Fault::LateTls(times) => Some(*times),
            _ => None,
        });
        times.unwrap_or(0)
    }

    /// Of a fault that was given twice, the later one counts.
    fn last<T>(&self, value: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.switched_on.iter().rev().find_map(value)
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self {
            switched_on: faults.into_iter().collect(),
        }
    }
}

fn known_forms() -> String {
    let forms: Vec<_> = FAULTS.iter().map(FaultEntry::usage).collect();
    forms.join(", ")
}

/// One row of [`FAULTS`].
#[derive(Debug)]
pub struct FaultEntry {
    /// As it is typed.
    pub name: &'static str,
    /// What stands after `=`; `None` for a fault without a value.
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
    OfText(fn(&str) -> Option<Fault>),
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
        "SIZE is answered 502 and missing from FEAT",
    ),
    plain(
        "no-mlst",
        Fault::NoMlst,
        "MLST and MLSD are answered 502 and missing from FEAT",
    ),
    plain(
        "dos-list",
        Fault::DosList,
        "LIST has the form of DOS: 11-22-26  06:50AM  5 1.TXT",
    ),
    plain(
        "hidden-files",
        Fault::HiddenFiles,
        "LIST and NLST leave out names that begin with a dot, unless -a is given; MLSD has them",
    ),
    FaultEntry {
        name: "short-file",
        value: Some("NAME"),
        summary: "RETR of a file of this name ends in order after half of it, with 226",
        form: Form::OfText(|name| Some(Fault::ShortFile(name.to_owned()))),
    },
    plain(
        "no-rest",
        Fault::NoRest,
        "REST is answered 502 and missing from FEAT",
    ),
    plain(
        "rest-zero-fills",
        Fault::RestZeroFills,
        "REST n and STOR leave n zero bytes before the new data",
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
        "pasv-closed-port",
        Fault::PasvClosedPort,
        "nobody listens at the port of the 227 or 229",
    ),
    plain(
        "pasv-silent-port",
        Fault::PasvSilentPort,
        "the port of the 227 or 229 does not answer (on Windows it refuses)",
    ),
    plain(
        "pasv-zero-address",
        Fault::PasvZeroAddress,
        "the 227 names 0.0.0.0; the port is right and on loopback",
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
    FaultEntry {
        name: "reply",
        value: Some("VERB:REPLY"),
        summary: "VERB is answered with REPLY and nothing is done: reply=SIZE:550 SIZE not allowed in ASCII mode",
        form: Form::OfText(read_reply),
    },
    FaultEntry {
        name: "not-ftp",
        value: Some("PROTOCOL"),
        summary: "the server greets as another: ssh, http, imap, pop3, esmtp or tls, and closes",
        form: Form::OfText(read_protocol),
    },
    plain(
        "reply-in-pieces",
        Fault::ReplyInPieces,
        "each byte of a reply is sent alone",
    ),
    FaultEntry {
        name: "cut-after",
        value: Some("BYTES"),
        summary: "the first transfer that reaches so many bytes is cut: both connections are reset; \
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
        value: Some("BYTES_PER_SECOND"),
        summary: "data connections carry so many bytes per second, both ways",
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
        "a 230 in the clear follows the 234 to AUTH, in the same segment",
    ),
    FaultEntry {
        name: "late-tls",
        value: Some("TIMES"),
        summary: "AUTH is answered 234 before the server is ready: so often, the handshake is taken for commands",
        form: Form::OfNumber(Fault::LateTls),
    },
    plain(
        "no-close-notify",
        Fault::NoCloseNotify,
        "downloads under TLS end without a close_notify, as if they had been cut short",
    ),
    plain(
        "other-data-certificate",
        Fault::OtherDataCertificate,
        "data connections show a different certificate from the control connection, and resume nothing",
    ),
    plain(
        "require-reuse",
        Fault::RequireReuse,
        "data connections under TLS that do not resume the session of the control connection are answered 522",
    ),
    FaultEntry {
        name: "forget-session",
        value: Some("TRANSFERS"),
        summary: "after so many data connections under TLS, the session of their control connection is resumed no more",
        form: Form::OfNumber(Fault::ForgetSession),
    },
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

    /// The fault with the value that was given after its `=`.
    ///
    /// # Errors
    ///
    /// [`FaultError`].
    pub(super) fn read(&self, value: Option<&str>) -> Result<Fault, FaultError> {
        let (form, name) = (&self.form, self.name);
        let expected = match form {
            Form::Plain(fault) if value.is_none() => return Ok(fault.clone()),
            Form::Plain(_) => return Err(FaultError::NeedlessValue(name)),
            Form::OfVerb(_) | Form::OfNumber(_) | Form::OfText(_) => self.value.unwrap_or_default(),
        };
        let Some(given) = value.filter(|value| !value.is_empty()) else {
            return Err(FaultError::MissingValue {
                name,
                value: expected,
            });
        };
        match form {
            Form::OfVerb(make) if given.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Some(make(Verb::new(given.as_bytes())))
            }
            Form::OfNumber(make) => given.parse().ok().filter(|&number| number > 0).map(*make),
            Form::OfText(read) => read(given),
            Form::OfVerb(_) | Form::Plain(_) => None,
        }
        .ok_or_else(|| FaultError::UnreadableValue {
            name,
            value: expected,
            given: given.to_owned(),
        })
    }
}

fn read_reply(given: &str) -> Option<Fault> {
    let (verb, reply) = given.split_once(':')?;
    let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (code, text) = reply.split_once(' ')?;
    let code = code.parse().ok().filter(|code| (100..700).contains(code))?;
    is_verb.then(|| Fault::Reply(Verb::new(verb.as_bytes()), code, text.to_owned()))
}

fn read_protocol(given: &str) -> Option<Fault> {
    let known = GREETINGS.iter().find(|(name, _)| *name == given);
    known.map(|(_, greeting)| Fault::NotFtp(greeting))
}

/// What servers of other protocols say first; those of TLS and HTTP say it to a client that waits.
const GREETINGS: &[(&str, &[u8])] = &[
    ("ssh", b"SSH-2.0-OpenSSH_9.9\r\n"),
    (
        "http",
        b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
    ),
    ("imap", b"* OK [CAPABILITY IMAP4rev1] ready\r\n"),
    ("pop3", b"+OK POP3 ready\r\n"),
    ("esmtp", b"220 mail.example.org ESMTP ready\r\n"),
    ("tls", b"\x15\x03\x03\x00\x02\x02\x46"),
];

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

/// Colour, title and clipboard sequences, C1 as UTF-8 and raw, a bidirectional override and a zero-width space.
pub(super) const HOSTILE_TEXT: &[u8] = b" \x1b[31mred\x1b]0;title\x07\x1b]52;c;aGk=\x07\
    \xc2\x9b31m\x9b31m\xe2\x80\xaetxt.exe\xe2\x80\x8b";

/// The file whose content is hostile.
const HOSTILE_FILE_NAME: &str = "hostile.bin";

/// Names that hold the same, one kind each.
#[cfg(unix)]
pub(super) const HOSTILE_NAMES: &[&[u8]] = &[
    b"esc-\x1b[31m.txt",
    b"title-\x1b]0;title\x07.txt",
    b"clipboard-\x1b]52;c;aGk=\x07.txt",
    b"c1-utf8-\xc2\x9b31m.txt",
    b"c1-raw-\x9b31m.txt",
    b"override-\xe2\x80\xaetxt.exe",
    b"zero-width-\xe2\x80\x8b.txt",
];

/// The folder with a hostile name, so that 257 shows one too.
#[cfg(unix)]
pub(super) const HOSTILE_FOLDER_NAME: &[u8] = b"folder-\x1b[31m\xe2\x80\xae";

/// Puts the hostile files into a folder.
pub(super) fn create_hostile_files(folder: &Path) -> io::Result<()> {
    fs::write(
        folder.join(HOSTILE_FILE_NAME),
        [HOSTILE_TEXT, b"\r\n"].concat(),
    )?;
    create_hostile_names(folder);
    Ok(())
}

#[cfg(unix)]
fn create_hostile_names(folder: &Path) {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    for name in HOSTILE_NAMES {
        // Some file systems take UTF-8 only.
        let _ = fs::write(folder.join(OsStr::from_bytes(name)), "I am ");
    }
    let _ = fs::create_dir(folder.join(OsStr::from_bytes(HOSTILE_FOLDER_NAME)));
}

#[cfg(not(unix))]
fn create_hostile_names(_folder: &Path) {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{FAULTS, Fault, FaultError, Faults};
    use crate::protocol::Verb;

    #[test]
    fn every_row_of_the_table_can_be_read() {
        for entry in FAULTS {
            let text = match entry.value {
                Some("VERB") => format!("{}=SIZE", entry.name),
                Some("VERB:REPLY") => format!("{}=SIZE:550 no", entry.name),
                Some("PROTOCOL") => format!("{}=ssh", entry.name),
                Some(_) => format!("{}=7", entry.name),
                None => entry.name.to_owned(),
            };
            let fault: Result<Fault, _> = text.parse();
            assert!(fault.is_ok(), "{text}: {fault:?}");
        }
    }

    #[test]
    fn faults_are_collected_and_asked_for() {
        let faults: Faults = ["late-226", "silent=size", "cut-after=100000", "idle-421=2"]
            .iter()
            .map(|text| text.parse::<Fault>().unwrap())
            .collect();
        assert!(faults.has(&Fault::Late226));
        assert!(!faults.has(&Fault::No226));
        assert!(faults.silences(&Verb::new(b"SIZE")));
        assert_eq!(faults.cut_after(), Some(100_000));
        assert_eq!(faults.idle_limit(), Some(Duration::from_secs(2)));
        assert_eq!(faults.pace(), None);
    }

    #[test]
    fn an_unknown_fault_is_answered_with_the_names() {
        let error = "late-227".parse::<Fault>().unwrap_err();
        let said = error.to_string();
        for entry in FAULTS {
            assert!(said.contains(entry.name), "{} in {said}", entry.name);
        }
        assert!(said.contains("silent=VERB"));
    }

    #[test]
    fn a_missing_needless_or_unreadable_value_is_named() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err();
        assert!(matches!(error("silent"), FaultError::MissingValue { .. }));
        assert!(matches!(error("silent="), FaultError::MissingValue { .. }));
        assert_eq!(error("no-226=1"), FaultError::NeedlessValue("no-226"));
        for text in [
            "reply=SIZE",
            "reply=SIZE:550",
            "reply=:550 no",
            "reply=SIZE:50 no",
            "not-ftp=gopher",
        ] {
            assert!(matches!(error(text), FaultError::UnreadableValue { .. }));
        }
        for text in ["cut-after=x", "cut-after=-1", "slow=0", "silent=A B"] {
            assert!(matches!(error(text), FaultError::UnreadableValue { .. }));
        }
    }
}
