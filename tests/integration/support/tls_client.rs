//! As little of an FTP client under TLS as the tests of servers need.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};

use super::plain_client::dial;
use super::tls_stream::{TlsStream, invalid};

/// How a client does TLS. Clones share the sessions that may be resumed.
#[derive(Clone)]
pub(crate) struct TlsClient {
    config: ClientConfig,
}

/// A client on a control connection, in the clear until `AUTH TLS`.
pub(crate) struct SecureClient {
    control: Control,
    /// Received, and not yet read as a line.
    received: Vec<u8>,
    address: SocketAddr,
    tls: TlsClient,
}

enum Control {
    Clear(TcpStream),
    Secured(Box<TlsStream<ClientConnection>>),
    Lost,
}

impl TlsClient {
    /// TLS 1.2 and 1.3; trusts the certificate in this file of PEM only.
    pub(crate) fn trusting(file: impl AsRef<Path>) -> Self {
        Self::of(&[&TLS12, &TLS13], file.as_ref())
    }

    /// The same with TLS 1.2 only.
    pub(crate) fn tls12_trusting(file: impl AsRef<Path>) -> Self {
        Self::of(&[&TLS12], file.as_ref())
    }

    /// The same with TLS 1.3 only.
    pub(crate) fn tls13_trusting(file: impl AsRef<Path>) -> Self {
        Self::of(&[&TLS13], file.as_ref())
    }

    /// Resumes nothing.
    pub(crate) fn forgetful(mut self) -> Self {
        self.config.resumption = Resumption::disabled();
        self
    }

    /// Shakes hands with the server called `localhost`.
    pub(crate) fn secure(&self, stream: TcpStream) -> io::Result<TlsStream<ClientConnection>> {
        let name = ServerName::try_from("localhost").expect("it is a name");
        let connection = ClientConnection::new(Arc::new(self.config.clone()), name);
        TlsStream::shake_hands(stream, connection.map_err(invalid)?, Vec::new())
    }

    fn of(versions: &[&'static SupportedProtocolVersion], file: &Path) -> Self {
        let certificate = CertificateDer::from_pem_file(file).expect("the file is PEM");
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("it is a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("the provider has them")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { config }
    }
}

impl SecureClient {
    /// Connects, reads the greeting and secures the control connection.
    #[track_caller]
    pub(crate) fn connect(address: SocketAddr, tls: &TlsClient) -> Self {
        let mut client = Self::connect_in_clear(address, tls);
        client.auth_tls();
        client
    }

    /// Secures the connection before the greeting, and reads that.
    #[track_caller]
    pub(crate) fn connect_implicitly(address: SocketAddr, tls: &TlsClient) -> Self {
        let mut client = Self::new(address, tls);
        client.shake_hands().expect("hands are shaken");
        assert_eq!(client.reply().0, 220);
        client
    }

    /// Connects and reads the greeting.
    #[track_caller]
    pub(crate) fn connect_in_clear(address: SocketAddr, tls: &TlsClient) -> Self {
        let mut client = Self::new(address, tls);
        assert_eq!(client.reply().0, 220);
        client
    }

    #[track_caller]
    pub(crate) fn auth_tls(&mut self) {
        assert_eq!(self.command("AUTH TLS").0, 234);
        self.shake_hands().expect("hands are shaken");
    }

    /// The handshake after a 234.
    pub(crate) fn shake_hands(&mut self) -> io::Result<()> {
        assert!(self.received.is_empty(), "{:?} in the clear", self.received);
        if let Control::Clear(stream) = std::mem::replace(&mut self.control, Control::Lost) {
            self.control = Control::Secured(Box::new(self.tls.secure(stream)?));
        }
        Ok(())
    }

    /// Logs in, and asks for TYPE I and for data connections under TLS.
    #[track_caller]
    pub(crate) fn log_in(&mut self, user: &str, password: &str) {
        assert_eq!(self.command(&format!("USER {user}")).0, 331);
        assert_eq!(self.command(&format!("PASS {password}")).0, 230);
        assert_eq!(self.command("TYPE I").0, 200);
        assert_eq!(self.command("PBSZ 0").0, 200);
        assert_eq!(self.command("PROT P").0, 200);
    }

    /// Sends one line and reads one reply: its code and its whole text.
    #[track_caller]
    pub(crate) fn command(&mut self, line: &str) -> (u16, String) {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let sent = match &mut self.control {
            Control::Clear(stream) => stream.write_all(bytes),
            Control::Secured(stream) => stream.write_all(bytes),
            Control::Lost => panic!("the handshake has failed"),
        };
        sent.expect("the control connection takes bytes");
    }

    /// The next reply: its code and its whole text.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> (u16, String) {
        let mut text = String::new();
        loop {
            let line = self.line();
            text.push_str(&line);
            let code = line.split_once(' ').map(|(word, _)| word.parse());
            if let Some(Ok(code)) = code {
                return (code, text);
            }
        }
    }

    /// Waits for the end of the control connection: what came before, and whether it ended with a close_notify.
    pub(crate) fn end(&mut self) -> (Vec<u8>, bool) {
        let mut rest = std::mem::take(&mut self.received);
        let ended = match &mut self.control {
            Control::Clear(stream) => stream.read_to_end(&mut rest),
            Control::Secured(stream) => stream.read_to_end(&mut rest),
            Control::Lost => Ok(0),
        };
        (rest, ended.is_ok())
    }

    /// After the reply to CCC or REIN: both close_notify, then bytes in the clear in the same write as ours.
    pub(crate) fn continue_in_clear(&mut self, bytes: &[u8]) {
        if let Control::Secured(mut stream) = std::mem::replace(&mut self.control, Control::Lost) {
            stream.send_close_notify(bytes).expect("it is open");
            let (stream, received) = stream.into_clear().expect("the server's close_notify");
            self.control = Control::Clear(stream);
            self.received.extend(received);
        }
    }

    /// A data connection to the port that PASV offers, still in the clear.
    #[track_caller]
    pub(crate) fn passive(&mut self) -> TcpStream {
        let (_, text) = self.command("PASV");
        let numbers: Vec<u16> = text[4..]
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse::<u16>().ok())
            .collect();
        let [.., high, low] = numbers[..] else {
            panic!("no port in {text:?}");
        };
        dial(SocketAddr::new(self.address.ip(), high * 256 + low))
    }

    /// Sends a transfer command and makes its data connection, under TLS; the reply was 125 or 150.
    #[track_caller]
    pub(crate) fn transfer(&mut self, command: &str) -> TlsStream<ClientConnection> {
        let stream = self.passive();
        self.send(format!("{command}\r\n").as_bytes());
        // Some servers say 150 only once hands are shaken.
        let data = self.tls.secure(stream).expect("hands are shaken");
        assert!(matches!(self.reply().0, 125 | 150));
        data
    }

    /// Stores bytes; whether the data connection resumed a session.
    #[track_caller]
    pub(crate) fn store(&mut self, command: &str, content: &[u8]) -> bool {
        let mut data = self.transfer(command);
        data.write_all(content).expect("the server takes the data");
        data.end_sending().expect("the connection is open");
        // What the server still has to say, tickets and its close_notify; some say nothing.
        let _ = data.read_to_end(&mut Vec::new());
        assert_eq!(self.reply().0, 226);
        data.is_resumed()
    }

    /// The bytes of a file; whether the data connection resumed a session.
    #[track_caller]
    pub(crate) fn retrieve(&mut self, name: &str) -> (Vec<u8>, bool) {
        let mut data = self.transfer(&format!("RETR {name}"));
        let mut content = Vec::new();
        data.read_to_end(&mut content)
            .expect("the data ends with a close_notify");
        // Some servers have closed both directions by now.
        let _ = data.end_sending();
        let is_resumed = data.is_resumed();
        drop(data);
        assert_eq!(self.reply().0, 226);
        (content, is_resumed)
    }

    #[track_caller]
    fn new(address: SocketAddr, tls: &TlsClient) -> Self {
        Self {
            control: Control::Clear(dial(address)),
            received: Vec::new(),
            address,
            tls: tls.clone(),
        }
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return String::from_utf8_lossy(&line).into_owned();
            }
            let mut buffer = [0; 1024];
            let count = match &mut self.control {
                Control::Clear(stream) => stream.read(&mut buffer),
                Control::Secured(stream) => stream.read(&mut buffer),
                Control::Lost => panic!("the handshake has failed"),
            };
            match count.expect("a reply comes in time") {
                0 => panic!("the control connection ended in front of a reply"),
                count => self.received.extend(&buffer[..count]),
            }
        }
    }
}
