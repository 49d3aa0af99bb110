//! Transfer parameters: TYPE, STRU, MODE and PROT with their arguments (RFC 959 sections 3.1, 3.4 and 4.1.2;
//! RFC 2228 section 3).

use std::fmt;

/// How data is represented (RFC 959 section 3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RepresentationType {
    /// `A`: text; line ends are CR LF on the data connection.
    Ascii(Option<FormatControl>),
    /// `E`: EBCDIC text.
    Ebcdic(Option<FormatControl>),
    /// `I`: bytes as they are.
    Image,
    /// `L`: bytes of this many bits. `L 8` is Image in all but name (RFC 1123 section 4.1.2.1).
    Local(u8),
}

/// The second argument of TYPE A and TYPE E (RFC 959 section 3.1.1.5). Without it, Non-print is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormatControl {
    /// `N`
    NonPrint,
    /// `T`: Telnet format effectors.
    TelnetFormat,
    /// `C`: ASA carriage control.
    CarriageControl,
}

/// STRU (RFC 959 section 3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileStructure {
    /// `F`: a row of bytes.
    File,
    /// `R`: a row of records.
    Record,
    /// `P`: numbered pages.
    Page,
}

/// MODE (RFC 959 section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferMode {
    /// `S`: bytes; the end of the data is the end of the connection.
    Stream,
    /// `B`: blocks with headers.
    Block,
    /// `C`: run-length compression.
    Compressed,
    /// `Z`: a zlib stream (draft-preston-ftpext-deflate). ProFTPD speaks it.
    Deflate,
}

/// PROT: what protects the data connection (RFC 2228 section 3). TLS knows Clear and Private (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtectionLevel {
    /// `C`: nothing.
    Clear,
    /// `S`: integrity.
    Safe,
    /// `E`: confidentiality.
    Confidential,
    /// `P`: both; with TLS, a TLS data connection.
    Private,
}

/// Where a transfer restarts: in stream mode, bytes from the beginning of the file (RFC 3659 section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RestartMarker(pub u64);

/// The transfer parameters as far as the server has acknowledged them. `None`: never seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransferParameters {
    /// TYPE
    pub representation_type: Option<RepresentationType>,
    /// STRU
    pub structure: Option<FileStructure>,
    /// MODE
    pub mode: Option<TransferMode>,
    /// PROT
    pub protection: Option<ProtectionLevel>,
    /// REST, while its 350 has not been used by a transfer.
    pub restart: Option<RestartMarker>,
}

impl TransferParameters {
    /// The type, ASCII if none was seen (RFC 959 section 5.1).
    #[must_use]
    pub fn effective_type(&self) -> RepresentationType {
        self.representation_type
            .unwrap_or(RepresentationType::Ascii(None))
    }

    /// The structure, File if none was seen (RFC 959 section 5.1).
    #[must_use]
    pub fn effective_structure(&self) -> FileStructure {
        self.structure.unwrap_or(FileStructure::File)
    }

    /// The mode, Stream if none was seen (RFC 959 section 5.1).
    #[must_use]
    pub fn effective_mode(&self) -> TransferMode {
        self.mode.unwrap_or(TransferMode::Stream)
    }

    /// The protection, Clear if none was seen (RFC 2228 section 3).
    #[must_use]
    pub fn effective_protection(&self) -> ProtectionLevel {
        self.protection.unwrap_or(ProtectionLevel::Clear)
    }
}

impl RepresentationType {
    /// Reads the argument of TYPE, such as `A`, `a n`, `L 8`, in any case; `L` without its size is not a type.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        let argument = argument.trim_ascii();
        let (code, rest) = argument.split_first()?;
        let second = rest.trim_ascii();
        // `AN` is not `A N`. `L8` is what vsftpd and others take besides `L 8`.
        let is_apart = rest.is_empty() || rest[0].is_ascii_whitespace();
        match code.to_ascii_uppercase() {
            b'A' if second.is_empty() => Some(Self::Ascii(None)),
            b'E' if second.is_empty() => Some(Self::Ebcdic(None)),
            b'A' if is_apart => Some(Self::Ascii(Some(FormatControl::from_argument(second)?))),
            b'E' if is_apart => Some(Self::Ebcdic(Some(FormatControl::from_argument(second)?))),
            b'I' if second.is_empty() => Some(Self::Image),
            b'L' => match std::str::from_utf8(second).ok()?.parse() {
                Ok(bits @ 1..) if second[0].is_ascii_digit() => Some(Self::Local(bits)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether bytes arrive as they were sent: Image and Local 8.
    #[must_use]
    pub fn keeps_bytes(self) -> bool {
        matches!(self, Self::Image | Self::Local(8))
    }
}

impl FormatControl {
    /// Reads the second argument of TYPE A or E, in any case.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        match letter(argument)? {
            b'N' => Some(Self::NonPrint),
            b'T' => Some(Self::TelnetFormat),
            b'C' => Some(Self::CarriageControl),
            _ => None,
        }
    }
}

impl FileStructure {
    /// Reads the argument of STRU, in any case.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        match letter(argument)? {
            b'F' => Some(Self::File),
            b'R' => Some(Self::Record),
            b'P' => Some(Self::Page),
            _ => None,
        }
    }
}

impl TransferMode {
    /// Reads the argument of MODE, in any case.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        match letter(argument)? {
            b'S' => Some(Self::Stream),
            b'B' => Some(Self::Block),
            b'C' => Some(Self::Compressed),
            b'Z' => Some(Self::Deflate),
            _ => None,
        }
    }
}

impl ProtectionLevel {
    /// Reads the argument of PROT, in any case.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        match letter(argument)? {
            b'C' => Some(Self::Clear),
            b'S' => Some(Self::Safe),
            b'E' => Some(Self::Confidential),
            b'P' => Some(Self::Private),
            _ => None,
        }
    }
}

impl RestartMarker {
    /// Reads the argument of REST as a number of bytes; `None` for the markers of block mode and for anything that
    /// is not a decimal number.
    #[must_use]
    pub fn from_argument(argument: &[u8]) -> Option<Self> {
        let digits = argument.trim_ascii();
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok().map(Self)
    }
}

impl fmt::Display for RepresentationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ascii(None) => f.write_str("A"),
            Self::Ascii(Some(format)) => write!(f, "A {format}"),
            Self::Ebcdic(None) => f.write_str("E"),
            Self::Ebcdic(Some(format)) => write!(f, "E {format}"),
            Self::Image => f.write_str("I"),
            Self::Local(bits) => write!(f, "L {bits}"),
        }
    }
}

impl fmt::Display for FormatControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonPrint => "N",
            Self::TelnetFormat => "T",
            Self::CarriageControl => "C",
        })
    }
}

impl fmt::Display for FileStructure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "F",
            Self::Record => "R",
            Self::Page => "P",
        })
    }
}

impl fmt::Display for TransferMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream => "S",
            Self::Block => "B",
            Self::Compressed => "C",
            Self::Deflate => "Z",
        })
    }
}

impl fmt::Display for ProtectionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "C",
            Self::Safe => "S",
            Self::Confidential => "E",
            Self::Private => "P",
        })
    }
}

impl fmt::Display for RestartMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The argument in upper case, if it is one character.
fn letter(argument: &[u8]) -> Option<u8> {
    match argument.trim_ascii() {
        [letter] => Some(letter.to_ascii_uppercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        FileStructure, ProtectionLevel, RepresentationType, RestartMarker, TransferMode,
        TransferParameters,
    };

    #[test]
    fn arguments_are_read_in_any_case_and_written_as_the_rfc_writes_them() {
        let table = [
            ("A", "A"),
            ("a", "A"),
            (" a ", "A"),
            ("a n", "A N"),
            ("A T", "A T"),
            ("E  c", "E C"),
            ("e", "E"),
            ("i", "I"),
            ("L 8", "L 8"),
            ("l8", "L 8"),
            ("l 36", "L 36"),
        ];
        for (argument, written) in table {
            let read = RepresentationType::from_argument(argument.as_bytes()).unwrap();
            assert_eq!(read.to_string(), written, "{argument}");
            assert_eq!(
                RepresentationType::from_argument(written.as_bytes()),
                Some(read)
            );
        }
        for refused in [
            "", "AN", "A X", "A N N", "I N", "L", "L 0", "L 256", "L +8", "Z", "IMAGE",
        ] {
            let read = RepresentationType::from_argument(refused.as_bytes());
            assert_eq!(read, None, "{refused}");
        }
    }

    #[test]
    fn every_letter_of_structure_mode_and_protection_is_read_back() {
        for argument in [
            "f", "r", "p", "F", "s", "b", "c", "z", "e", "x", "", "ff", "\u{e9}",
        ] {
            let (bytes, upper) = (argument.as_bytes(), argument.to_ascii_uppercase());
            let expected = |letters: &str| {
                (upper.len() == 1 && letters.contains(&upper)).then(|| upper.clone())
            };
            let structure = FileStructure::from_argument(bytes);
            assert_eq!(structure.map(|read| read.to_string()), expected("FRP"));
            let mode = TransferMode::from_argument(bytes);
            assert_eq!(mode.map(|read| read.to_string()), expected("SBCZ"));
            let protection = ProtectionLevel::from_argument(bytes);
            assert_eq!(protection.map(|read| read.to_string()), expected("CSEP"));
        }
    }

    #[test]
    fn restart_markers_are_plain_decimal_numbers() {
        let read = |argument: &str| RestartMarker::from_argument(argument.as_bytes());
        assert_eq!(read("5"), Some(RestartMarker(5)));
        assert_eq!(read("18446744073709551615"), Some(RestartMarker(u64::MAX)));
        for refused in ["", "abc", "-1", "+1", "1 2", "18446744073709551616"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }

    #[test]
    fn parameters_never_seen_have_the_defaults_of_the_rfc() {
        let parameters = TransferParameters::default();
        assert_eq!(parameters.effective_type().to_string(), "A");
        assert!(!parameters.effective_type().keeps_bytes());
        assert_eq!(parameters.effective_structure(), FileStructure::File);
        assert_eq!(parameters.effective_mode(), TransferMode::Stream);
        assert_eq!(parameters.effective_protection(), ProtectionLevel::Clear);
    }
}
