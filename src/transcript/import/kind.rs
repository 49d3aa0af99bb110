//! The notations that can be read.

use std::fmt;
use std::str::FromStr;

use super::items::Item;
use super::{curl, filezilla, lftp, telnet, tnftp, winscp, wireshark, written};

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
}

/// There is no notation of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of that name: it is one of {}", Kind::names())]
pub struct UnknownKind;

impl Kind {
    /// Where two kinds make the same of a text, the first one has it.
    pub const ALL: [Self; 8] = [
        Self::Written,
        Self::Curl,
        Self::Lftp,
        Self::Tnftp,
        Self::FileZilla,
        Self::WinScp,
        Self::Wireshark,
        Self::Telnet,
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
        }
    }

    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// What each line is. Every line has at least one item.
    pub(super) fn recognise(self, lines: &[&[u8]]) -> Vec<Item> {
        match self {
            Self::Written => written::recognise(lines),
            Self::Curl => curl::recognise(lines),
            Self::Lftp => lftp::recognise(lines),
            Self::Tnftp => tnftp::recognise(lines),
            Self::FileZilla => filezilla::recognise(lines),
            Self::WinScp => winscp::recognise(lines),
            Self::Wireshark => wireshark::recognise(lines),
            Self::Telnet => telnet::recognise(lines),
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
