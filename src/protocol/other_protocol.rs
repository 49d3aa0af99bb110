//! What is not FTP, by the bytes with which it begins.

use std::fmt;

/// A protocol whose port is easily taken for that of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherProtocol {
    /// `SSH-2.0-...` (RFC 4253 section 4.2): SFTP runs over it.
    Ssh,
    /// `HTTP/1.1 ...` (RFC 9112 section 4).
    Http,
    /// `* OK ...` (RFC 9051 section 7.1).
    Imap,
    /// `+OK ...` (RFC 1939 section 3).
    Pop3,
    /// `220 host ESMTP ...` (RFC 5321 section 4.2): the form of a reply of FTP.
    Esmtp,
    /// A record of TLS, or of its predecessors (RFC 8446 section 5.1).
    Tls,
}

impl OtherProtocol {
    /// What a connection speaks that begins with these bytes; `None` for FTP, for what is not known, and for too few
    /// bytes.
    #[must_use]
    pub fn of_greeting(bytes: &[u8]) -> Option<Self> {
        let begins = |beginning: &[u8]| bytes.starts_with(beginning);
        let plain: [(&[u8], Self); 9] = [
            (b"SSH-", Self::Ssh),
            (b"HTTP/", Self::Http),
            (b"* OK", Self::Imap),
            (b"* PREAUTH", Self::Imap),
            (b"* BYE", Self::Imap),
            (b"+OK", Self::Pop3),
            (b"-ERR", Self::Pop3),
            (b"\x15\x03", Self::Tls),
            (b"\x16\x03", Self::Tls),
        ];
        let found = plain.iter().find(|(beginning, _)| begins(beginning));
        found
            .map(|(_, protocol)| *protocol)
            .or_else(|| is_of_mail(bytes).then_some(Self::Esmtp))
    }
}

/// The greeting of a mail server is a 220 that names its protocol.
fn is_of_mail(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let mut words = line.split(|byte| byte.is_ascii_whitespace());
    let is_220 = bytes.starts_with(b"220 ") || bytes.starts_with(b"220-");
    is_220 && bytes.contains(&b'\n') && words.any(|word| word == b"ESMTP" || word == b"SMTP")
}

impl fmt::Display for OtherProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ssh => "SSH",
            Self::Http => "HTTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Esmtp => "SMTP",
            Self::Tls => "TLS",
        })
    }
}

/// A greeting of another protocol is known by so many bytes.
pub(crate) const GREETING_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use super::OtherProtocol;

    #[test]
    fn other_protocols_are_known_by_their_first_bytes_and_ftp_is_not_one() {
        for (greeting, protocol) in [
            (&b"SSH-2.0-OpenSSH_9.9\r\n"[..], Some(OtherProtocol::Ssh)),
            (b"HTTP/1.1 400 Bad Request\r\n", Some(OtherProtocol::Http)),
            (
                b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
                Some(OtherProtocol::Imap),
            ),
            (b"+OK POP3 ready\r\n", Some(OtherProtocol::Pop3)),
            (
                b"220 mx.example.org ESMTP Postfix\r\n",
                Some(OtherProtocol::Esmtp),
            ),
            (b"220-mx.example.org SMTP\r\n", Some(OtherProtocol::Esmtp)),
            (b"\x15\x03\x03\x00\x02\x02\x46", Some(OtherProtocol::Tls)),
            (b"220 ready\r\n", None),
            (b"220 mx.example.org ESM", None),
            (b"220-We also have SMTPS\r\n", None),
            (b"421 too many\r\n", None),
            (b"S", None),
            (b"", None),
        ] {
            assert_eq!(
                OtherProtocol::of_greeting(greeting),
                protocol,
                "{greeting:?}"
            );
        }
    }
}
