//! Other people's notation: a dialogue that somebody printed, typed into telnet, or had a client log.
//!
//! ```text
//! lines -> recogniser of one kind -> items: sent, received, data, noise, unknown
//!                                        -> session: who answered what -> Transcript
//! ```
//!
//! What is imported expects codes and nothing else: the texts, ports and sizes of that day say nothing about the next
//! server. The texts stand in comments, as in a recording, for whoever serves them. Passwords become variables.

mod curl;
mod filezilla;
mod items;
mod lftp;
pub(crate) mod log;
mod login;
mod session;
mod telnet;
mod text;
mod tnftp;
mod winscp;
mod wireshark;
mod writing;
pub(super) mod written;

use std::fmt;
use std::str::FromStr;

use super::Transcript;
use items::Item;
use session::Session;
use text::Text;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The dialogue in our format.
    pub transcript: Transcript,
    /// The notation that it was written in.
    pub kind: Kind,
    /// Lines that could not be understood, in order; their secrets are `****`.
    pub not_understood: Vec<Remark>,
    /// What was assumed, or is missing: it stands in the transcript as a comment too.
    pub notes: Vec<Remark>,
}

/// A line of what was imported, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Counted from 1.
    pub line: usize,
    /// The line itself, or what is said of it.
    pub text: String,
}

/// Nothing in a text is a command or a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// As the one notation that was asked for.
    #[error("no line of this is a command or a reply as {0} writes them")]
    WrongKind(Kind),
    /// As any notation.
    #[error(
        "no line of this is a command or a reply in any notation that is known: {}",
        Kind::names()
    )]
    UnrecognisedKind,
}

/// Reads a text in the notation `kind`, or in the one that makes most of its lines commands and replies.
///
/// # Errors
///
/// [`ImportError`] if nothing in it is a command or a reply.
pub fn read(bytes: &[u8], kind: Option<Kind>) -> Result<Imported, ImportError> {
    let text = Text::of(bytes);
    let lines = text.lines();
    let candidates = match kind {
        Some(ref kind) => std::slice::from_ref(kind),
        None => &Kind::ALL,
    };
    let mut best: Option<(Recognition, Kind, Vec<Item>)> = None;
    for &candidate in candidates {
        let items = candidate.recognise(&lines);
        let understanding = Recognition::of(&items);
        let is_better = best.as_ref().is_none_or(|(most, ..)| match candidate {
            // It passes over more of what it does not know, and knows no data.
            Kind::Log if most.unknown.0 > 0 => {
                understanding.of_all_sessions(&items) > most.dialogue
            }
            Kind::Log => understanding.dialogue > most.dialogue,
            _ => understanding > *most,
        });
        if understanding.dialogue > 0 && is_better {
            best = Some((understanding, candidate, items));
        }
    }
    match (best, kind) {
        (Some((_, kind, items)), _) => Ok(writing::write(Session::of(items, &lines), kind, &lines)),
        (None, Some(kind)) => Err(ImportError::WrongKind(kind)),
        (None, None) => Err(ImportError::UnrecognisedKind),
    }
}

/// How much of a text is understood; the more commands and replies, the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Recognition {
    dialogue: usize,
    unknown: std::cmp::Reverse<usize>,
}

impl Recognition {
    /// With the commands and replies that are passed over.
    fn of_all_sessions(self, items: &[Item]) -> usize {
        let others = items.iter().filter(|item| item.is_of_another_session());
        self.dialogue + others.count()
    }

    fn of(items: &[Item]) -> Self {
        let count = |is: fn(&Item) -> bool| items.iter().filter(|item| is(item)).count();
        Self {
            dialogue: count(Item::is_dialogue),
            unknown: std::cmp::Reverse(count(Item::is_unknown)),
        }
    }
}

/// A notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `C:` and `S:`, as in articles and RFCs.
    Written,
    /// `curl -v`.
    Curl,
    /// lftp with `debug`.
    Lftp,
    /// tnftp, and the ftp of inetutils and netkit, with `debug`.
    Tnftp,
    /// FileZilla's message log.
    FileZilla,
    /// WinSCP's session log.
    WinScp,
    /// Wireshark's and tshark's list of packets.
    Wireshark,
    /// The screen of telnet or nc.
    Telnet,
    /// Any other log, by its form.
    Log,
}

/// There is no notation of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of that name: it is one of {}", Kind::names())]
pub struct UnknownKind;

impl Kind {
    /// Where two kinds make the same of a text, the first one has it.
    pub const ALL: [Self; 9] = [
        Self::Written,
        Self::Curl,
        Self::Lftp,
        Self::Tnftp,
        Self::FileZilla,
        Self::WinScp,
        Self::Wireshark,
        Self::Telnet,
        Self::Log,
    ];

    /// As `--from` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Curl => "curl",
            Self::Lftp => "lftp",
            Self::Tnftp => "tnftp",
            Self::FileZilla => "filezilla",
            Self::WinScp => "winscp",
            Self::Wireshark => "wireshark",
            Self::Telnet => "telnet",
            Self::Log => "log",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Written => "a dialogue with C: and S:",
            Self::Curl => "curl -v",
            Self::Lftp => "lftp with debug",
            Self::Tnftp => "ftp with debug",
            Self::FileZilla => "a log of FileZilla",
            Self::WinScp => "a log of WinSCP",
            Self::Wireshark => "a list of packets by Wireshark or tshark",
            Self::Telnet => "the screen of telnet",
            Self::Log => "a log",
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// What each line is. Every line has at least one item.
    fn recognise(self, lines: &[&[u8]]) -> Vec<Item> {
        match self {
            Self::Written => written::recognise(lines),
            Self::Curl => curl::recognise(lines),
            Self::Lftp => lftp::recognise(lines),
            Self::Tnftp => tnftp::recognise(lines),
            Self::FileZilla => filezilla::recognise(lines),
            Self::WinScp => winscp::recognise(lines),
            Self::Wireshark => wireshark::recognise(lines),
            Self::Telnet => telnet::recognise(lines),
            Self::Log => log::recognise(lines),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests;
