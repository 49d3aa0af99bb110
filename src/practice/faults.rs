//! The ways in which the practice server can misbehave, and which of them are switched on.

use std::str::FromStr;
use std::time::Duration;

use super::fault_table::{FAULTS, FaultEntry};
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
    /// A STOR behind a REST leaves zero octets in front of the marker.
    RestZeroFills,
    /// Files can be written but not read.
    WriteOnly,
    /// SIZE is refused in TYPE A.
    SizeNeedsTypeI,
    /// The 227 names an address that is not the server's.
    PasvForeignAddress,
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
    /// Each octet of a reply is written alone.
    ReplyInPieces,
    /// The first transfer that reaches so many octets is cut.
    CutAfter(u64),
    /// The session ends with 421 after so long without a command.
    Idle421(Duration),
    /// Replies and names hold control sequences.
    HostileText,
    /// Data connections carry so many octets per second.
    Slow(u64),
    /// Some replies repeat the line received.
    EchoSecrets,
    /// A reply in clear stands behind the 234.
    InjectAfterAuth,
    /// Downloads under TLS end without a close_notify.
    NoCloseNotify,
    /// Data connections show a certificate of their own.
    OtherDataCertificate,
    /// Data connections under TLS must resume the session of the control connection.
    RequireReuse,
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

    /// The octets after which the first transfer is cut.
    #[must_use]
    pub fn cut_after(&self) -> Option<u64> {
        self.last(|fault| match fault {
            Fault::CutAfter(octets) => Some(*octets),
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

    /// The pace of data connections, in octets per second.
    #[must_use]
    pub fn pace(&self) -> Option<u64> {
        self.last(|fault| match fault {
            Fault::Slow(pace) => Some(*pace),
            _ => None,
        })
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
        for text in ["cut-after=x", "cut-after=-1", "slow=0", "silent=A B"] {
            assert!(matches!(error(text), FaultError::UnreadableValue { .. }));
        }
    }
}
