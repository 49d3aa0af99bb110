//! What is said to a proxy, and what it answers, before a connection through it can be used. No socket is in it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio_socks::TargetAddr;
use tokio_socks::io::AsyncSocket;
use tokio_socks::tcp::Socks5Stream;

use crate::client::proxy::{Credentials, ProxyScheme};
use crate::client::{Peer, Proxy};

/// One connection's talk with the proxy: bytes in, bytes out.
pub struct Negotiation {
    language: Language,
    is_over: bool,
}

/// Why a proxy makes no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It serves nobody whom it does not know.
    #[error(
        "the proxy wants a user and a password: write both before its host, with : between them and @ after them, best in the environment \
         (ALL_PROXY)"
    )]
    CredentialsWanted,
    /// It does not know this user, or the password is wrong.
    #[error("the proxy refused the user or the password of its URL")]
    CredentialsRefused,
    /// It does not make this connection.
    #[error("the proxy refused: {0}")]
    Refused(String),
    /// It closed the connection in the middle.
    #[error("the proxy closed the connection before it had answered")]
    Closed,
    /// What answers is not such a proxy.
    #[error(
        "what answers there does not speak {0}: are the scheme and the port of the proxy right?"
    )]
    OtherLanguage(&'static str),
    /// Names are sent as ASCII, of at most 255 bytes.
    #[error("a proxy cannot be given that name: write it in ASCII (xn--...), or give an address")]
    UnusableName,
}

/// An error of the socket to a proxy that has not answered yet.
pub(super) fn in_words(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => io::Error::other(ProxyError::Closed),
        _ => error,
    }
}

enum Language {
    Socks(Socks),
    Http(Http),
}

impl Negotiation {
    /// Begins to ask the proxy for a connection.
    ///
    /// # Errors
    ///
    /// [`ProxyError::UnusableName`].
    pub fn new(proxy: &Proxy, peer: &Peer) -> Result<Self, ProxyError> {
        if let Peer::Name { host, .. } = peer
            && !is_usable(host)
        {
            return Err(ProxyError::UnusableName);
        }
        let credentials = proxy.credentials();
        let language = match proxy.scheme() {
            ProxyScheme::Http => Language::Http(Http::new(credentials, peer)),
            _ => Language::Socks(Socks::new(credentials.cloned(), peer)),
        };
        let mut negotiation = Self {
            language,
            is_over: false,
        };
        negotiation.receive(&[])?;
        Ok(negotiation)
    }

    /// What is to be sent to the proxy now.
    pub fn take_output(&mut self) -> Vec<u8> {
        match &mut self.language {
            Language::Socks(socks) => std::mem::take(&mut socks.wire.lock().output),
            Language::Http(http) => std::mem::take(&mut http.request),
        }
    }

    /// Whether the proxy has made the connection: what comes next comes from the peer.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes what the proxy says. Returns how many of these bytes are the proxy's: those after them are the peer's.
    ///
    /// # Errors
    ///
    /// [`ProxyError`]: there will be no connection.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<usize, ProxyError> {
        if self.is_over {
            return Ok(0);
        }
        let (taken, is_over) = match &mut self.language {
            Language::Socks(socks) => socks.receive(bytes)?,
            Language::Http(http) => http.receive(bytes)?,
        };
        self.is_over = is_over;
        Ok(taken)
    }
}

fn is_usable(host: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=NAME_BYTES).contains(&host.len()) && host.bytes().all(is_letter)
}

/// Prints no bytes: a password is among them.
impl std::fmt::Debug for Negotiation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { is_over, .. } = self;
        f.debug_struct("Negotiation")
            .field("is_over", is_over)
            .finish_non_exhaustive()
    }
}

/// SOCKS5 (RFC 1928), with a password (RFC 1929) if there is one. The crate reads from and writes to a [`Wire`], which
/// is never a socket, so that nothing in it waits.
struct Socks {
    wire: Wire,
    conversation: Pin<Box<dyn Future<Output = Result<(), tokio_socks::Error>> + Send>>,
}

/// The two ends of a connection that is only memory.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Buffers>>);

#[derive(Default)]
struct Buffers {
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Socks {
    fn new(credentials: Option<Credentials>, peer: &Peer) -> Self {
        let wire = Wire::default();
        let (socket, target) = (wire.clone(), target_of(peer));
        let conversation = Box::pin(async move {
            let connected = match credentials {
                Some(Credentials { user, password }) => {
                    Socks5Stream::connect_with_password_and_socket(socket, target, &user, &password)
                        .await
                }
                None => Socks5Stream::connect_with_socket(socket, target).await,
            };
            connected.map(drop)
        });
        Self { wire, conversation }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(usize, bool), ProxyError> {
        self.wire.lock().input.extend(bytes);
        let mut context = Context::from_waker(Waker::noop());
        let polled = self.conversation.as_mut().poll(&mut context);
        let left = std::mem::take(&mut self.wire.lock().input).len();
        match polled {
            Poll::Pending => Ok((bytes.len(), false)),
            Poll::Ready(Ok(())) => Ok((bytes.len() - left, true)),
            Poll::Ready(Err(error)) => Err(socks_error(&error)),
        }
    }
}

fn target_of(peer: &Peer) -> TargetAddr<'static> {
    match peer {
        // The scope of an address means nothing to another machine.
        Peer::Address(address) => TargetAddr::Ip(SocketAddr::new(address.ip(), address.port())),
        Peer::Name { host, port } => TargetAddr::Domain(host.clone().into(), *port),
    }
}

/// What a SOCKS5 proxy means (RFC 1928 section 6).
fn socks_error(error: &tokio_socks::Error) -> ProxyError {
    use tokio_socks::Error;
    let reason = match error {
        Error::AuthorizationRequired | Error::NoAcceptableAuthMethods => {
            return ProxyError::CredentialsWanted;
        }
        Error::PasswordAuthFailure(_) => return ProxyError::CredentialsRefused,
        Error::GeneralSocksServerFailure => "general failure (SOCKS5 reply 1)",
        Error::ConnectionNotAllowedByRuleset => "its rules do not allow it (SOCKS5 reply 2)",
        Error::NetworkUnreachable => "the network cannot be reached (SOCKS5 reply 3)",
        Error::HostUnreachable => "the host cannot be reached (SOCKS5 reply 4)",
        Error::ConnectionRefused => "nobody listens on that port (SOCKS5 reply 5)",
        Error::TtlExpired => "the host did not answer it (SOCKS5 reply 6)",
        Error::CommandNotSupported => "it does not connect (SOCKS5 reply 7)",
        Error::AddressTypeNotSupported => {
            "it does not take such an address, which may be IPv6 or a name (SOCKS5 reply 8)"
        }
        _ => return ProxyError::OtherLanguage("SOCKS5"),
    };
    ProxyError::Refused(reason.to_owned())
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Buffers> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncSocket for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let input = &mut self.lock().input;
        if input.is_empty() {
            // It is polled again when more has come.
            return Poll::Pending;
        }
        let length = input.len().min(buffer.len());
        buffer[..length].copy_from_slice(&input[..length]);
        input.drain(..length);
        Poll::Ready(Ok(length))
    }

    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.lock().output.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }
}

/// CONNECT (RFC 9110 section 9.3.6), with Basic credentials (RFC 7617) if there are any.
struct Http {
    request: Vec<u8>,
    /// The head of the answer, as far as it has come.
    head: Vec<u8>,
    secrets: Vec<String>,
}

impl Http {
    fn new(credentials: Option<&Credentials>, peer: &Peer) -> Self {
        let peer = target_of(peer);
        let mut request = format!("CONNECT {peer} HTTP/1.1\r\nHost: {peer}\r\n");
        let mut secrets = Vec::new();
        if let Some(Credentials { user, password }) = credentials {
            let encoded = STANDARD.encode(format!("{user}:{password}"));
            request += &format!("Proxy-Authorization: Basic {encoded}\r\n");
            secrets = vec![encoded, password.clone()];
        }
        request += "\r\n";
        Self {
            request: request.into_bytes(),
            head: Vec::new(),
            secrets,
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(usize, bool), ProxyError> {
        let other_language = ProxyError::OtherLanguage("HTTP");
        let (mut taken, mut before) = (0, self.head.len());
        self.head.extend(bytes);
        loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut answer = httparse::Response::new(&mut headers);
            let length = match answer.parse(&self.head) {
                Ok(httparse::Status::Complete(length)) => length,
                Ok(httparse::Status::Partial) if self.head.len() <= HEAD_BYTES => {
                    return Ok((bytes.len(), false));
                }
                _ => return Err(other_language),
            };
            let (code, reason) = (answer.code.unwrap_or(0), answer.reason.unwrap_or_default());
            match code {
                // An interim answer (RFC 9110 section 15.2): the final one is still to come.
                100..=199 => {
                    self.head.drain(..length);
                    taken += length - before;
                    before = 0;
                }
                200..=299 => return Ok((taken + length - before, true)),
                // Tinyproxy answers 401 to a password that is wrong.
                401 | 407 if self.secrets.is_empty() => return Err(ProxyError::CredentialsWanted),
                401 | 407 => return Err(ProxyError::CredentialsRefused),
                _ => return Err(ProxyError::Refused(self.shown(code, reason))),
            }
        }
    }

    /// The status line, without what a proxy may have put into it of the request.
    fn shown(&self, code: u16, reason: &str) -> String {
        let mut reason = reason.replace('\t', " ");
        let secrets = self.secrets.iter().filter(|secret| !secret.is_empty());
        secrets.for_each(|secret| reason = reason.replace(secret, "****"));
        let shown: String = reason.chars().take(REASON_CHARACTERS).collect();
        format!("{code} {shown}").trim_end().to_owned()
    }
}

/// As SOCKS5 can send it (RFC 1928 section 5).
const NAME_BYTES: usize = 255;
const HEADERS: usize = 100;
const HEAD_BYTES: usize = 16 * 1024;
const REASON_CHARACTERS: usize = 200;

#[cfg(test)]
mod tests {
    use super::{Negotiation, ProxyError};
    use crate::client::{Peer, Proxy};

    fn server() -> Peer {
        Peer::Address("127.0.0.1:21".parse().unwrap())
    }

    fn name(host: &str) -> Peer {
        Peer::new(host, 2121)
    }

    fn begin(proxy: &str, peer: &Peer) -> Negotiation {
        let proxy: Proxy = proxy.parse().unwrap();
        Negotiation::new(&proxy, peer).unwrap()
    }

    /// What is said to a proxy that says this, one answer after the other.
    #[track_caller]
    fn assert_talk(proxy: &str, peer: &Peer, talk: &[(&[u8], &[u8])]) {
        let mut negotiation = begin(proxy, peer);
        for (said, answer) in talk {
            assert_eq!(negotiation.take_output(), *said);
            assert!(!negotiation.is_over());
            assert_eq!(negotiation.receive(answer), Ok(answer.len()));
        }
        assert!(negotiation.is_over());
        assert!(negotiation.take_output().is_empty());
        assert_eq!(negotiation.receive(b"220 hi"), Ok(0));
    }

    #[test]
    fn socks5_is_asked_for_an_address_or_a_name_with_and_without_a_password() {
        let ready = b"\x05\0\0\x01\0\0\0\0\0\0";
        assert_talk(
            "socks5://h",
            &server(),
            &[
                (b"\x05\x01\0", b"\x05\0"),
                (b"\x05\x01\0\x01\x7f\0\0\x01\0\x15", ready),
            ],
        );
        assert_talk(
            "socks5h://u:pass@h",
            &name("ftp.example.net"),
            &[
                (b"\x05\x02\0\x02", b"\x05\x02"),
                (b"\x01\x01u\x04pass", b"\x01\0"),
                (b"\x05\x01\0\x03\x0fftp.example.net\x08\x49", ready),
            ],
        );
        let ready_by_name = b"\x05\0\0\x03\x02gw\x04\x38";
        assert_talk(
            "socks5://u:pass@h",
            &name("::1"),
            &[
                (b"\x05\x02\0\x02", b"\x05\0"),
                (
                    b"\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x08\x49",
                    ready_by_name,
                ),
            ],
        );
    }

    #[test]
    fn http_is_asked_to_connect() {
        assert_talk(
            "http://h",
            &name("ftp.example.net"),
            &[(
                b"CONNECT ftp.example.net:2121 HTTP/1.1\r\nHost: ftp.example.net:2121\r\n\r\n",
                b"HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n",
            )],
        );
        assert_talk(
            "http://u:p:w@h",
            &name("::1"),
            &[(
                b"CONNECT [::1]:2121 HTTP/1.1\r\nHost: [::1]:2121\r\nProxy-Authorization: Basic dTpwOnc=\r\n\r\n",
                b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 102 Working\r\n\r\nHTTP/1.1 204\r\n\r\n",
            )],
        );
    }

    /// The greeting may come in the same segment as the proxy's answer.
    #[test]
    fn what_comes_after_the_answer_is_the_servers_however_it_is_cut() {
        let socks = b"\x05\0\x05\0\0\x03\x02gw\x04\x38220 hi\r\n";
        let http = b"HTTP/1.1 103 Soon\r\nA: b\r\n\r\nHTTP/1.1 200 ok\r\nA: b\r\n\r\n220 hi\r\n";
        for (proxy, answer) in [("socks5h://h", &socks[..]), ("http://h", http)] {
            let greeting = answer.len() - b"220 hi\r\n".len();
            for length in 1..=answer.len() {
                let mut negotiation = begin(proxy, &server());
                let mut at = 0;
                while !negotiation.is_over() {
                    negotiation.take_output();
                    let piece = &answer[at..answer.len().min(at + length)];
                    at += negotiation.receive(piece).unwrap();
                }
                assert_eq!(at, greeting, "{proxy} in pieces of {length}");
            }
        }
    }

    #[track_caller]
    fn assert_refused(proxy: &str, answer: &[u8], expected: &ProxyError) {
        let answered = begin(proxy, &server()).receive(answer);
        assert_eq!(
            answered.as_ref(),
            Err(expected),
            "{}",
            answer.escape_ascii()
        );
    }

    #[test]
    fn a_refusal_says_what_the_proxy_meant() {
        let refused = |text: &str| ProxyError::Refused(text.to_owned());
        let other = ProxyError::OtherLanguage;
        for (proxy, answer, expected) in [
            (
                "socks5://h",
                &b"\x05\xff"[..],
                ProxyError::CredentialsWanted,
            ),
            ("socks5://h", b"\x05\x02", ProxyError::CredentialsWanted),
            (
                "socks5://u:p@h",
                b"\x05\x02\x01\x01",
                ProxyError::CredentialsRefused,
            ),
            (
                "socks5://h",
                b"\x05\0\x05\x02\0\x01\0\0\0\0\0\0",
                refused("its rules do not allow it (SOCKS5 reply 2)"),
            ),
            // Some cut it short.
            (
                "socks5://h",
                b"\x05\0\x05\x05\0\x01",
                refused("nobody listens on that port (SOCKS5 reply 5)"),
            ),
            ("socks5://h", b"220 hi\r\n", other("SOCKS5")),
            ("socks5://h", b"\x04\x5a", other("SOCKS5")),
            ("socks5://h", b"\x05\x01", other("SOCKS5")),
            ("socks5://h", b"\x05\0\x05\0\0\x09", other("SOCKS5")),
            (
                "socks5://h",
                b"HTTP/1.1 400 Bad Request\r\n\r\n",
                other("SOCKS5"),
            ),
            (
                "http://h",
                b"HTTP/1.1 407 Who?\r\n\r\n",
                ProxyError::CredentialsWanted,
            ),
            (
                "http://u:p@h",
                b"HTTP/1.1 407 Who?\r\n\r\n",
                ProxyError::CredentialsRefused,
            ),
            (
                "http://u:p@h",
                b"HTTP/1.0 401 Unauthorized\r\n\r\n",
                ProxyError::CredentialsRefused,
            ),
            (
                "http://h",
                b"HTTP/1.1 403 Filtered\r\nA: b\r\n\r\n<html>",
                refused("403 Filtered"),
            ),
            ("http://h", b"HTTP/1.1 302\r\n\r\n", refused("302")),
            ("http://h", b"220 hi\r\n", other("HTTP")),
            ("http://h", b"\x05\xff", other("HTTP")),
            (
                "http://h",
                b"HTTP/1.1 200 ok\r\na\0: b\r\n\r\n",
                other("HTTP"),
            ),
        ] {
            assert_refused(proxy, answer, &expected);
        }
    }

    #[test]
    fn an_answer_without_end_is_not_waited_for() {
        let mut negotiation = begin("http://h", &server());
        let line = b"A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n";
        let mut answered = negotiation.receive(b"HTTP/1.1 200 ok\r\n");
        for _ in 0..1000 {
            answered = answered.and_then(|_| negotiation.receive(line));
        }
        assert_eq!(answered, Err(ProxyError::OtherLanguage("HTTP")));
    }

    #[test]
    fn a_refusal_that_echoes_the_password_does_not_show_it() {
        let answer = b"HTTP/1.1 403 Basic dTpzZWNyZXQ= and secret\r\n\r\n";
        let expected = ProxyError::Refused("403 Basic **** and ****".to_owned());
        assert_refused("http://u:secret@h", answer, &expected);
        let negotiation = begin("http://u:secret@h", &server());
        assert!(!format!("{negotiation:?}").contains("secret"));
    }

    #[test]
    fn a_name_that_no_proxy_takes_is_not_sent() {
        let proxy: Proxy = "http://h".parse().unwrap();
        for host in [
            "m\u{fc}nchen.example",
            "a b",
            "a\r\nX: y",
            "fe80::1%eth0",
            "",
        ] {
            let refused = Negotiation::new(&proxy, &name(host));
            assert!(matches!(refused, Err(ProxyError::UnusableName)), "{host}");
        }
        let long = name(&"a".repeat(256));
        assert!(Negotiation::new(&proxy, &long).is_err());
        assert!(Negotiation::new(&proxy, &name(&"a".repeat(255))).is_ok());
    }
}
