//! One connection under TLS: what the peer sent goes in, plain bytes and what is to be sent come out.

use std::sync::Arc;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::CertificateDer;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError,
    UnbufferedStatus, WriteTraffic,
};
use rustls::{AlertDescription, HandshakeKind};

use super::certificate::Certificate;
use super::client::TlsVersion;
use super::client_hello::ClientHello;
use super::failure::TlsFailure;
use super::identity::{CertificateChooser, ShownCertificate};
use super::input::RecordInput;
use super::protocol::{alert_name, cipher_suite_name, group_name};
use super::record_layer::{Received, RecordLayer};
use super::server_hello::{FirstAnswer, ServerHello};
use super::trust::Trust;

/// The TLS side of one control or data connection.
pub struct TlsConnection {
    state: State,
    terms: Terms,
    input: RecordInput,
    /// What came first, until the handshake is over: it may hold a version that rustls does not name.
    first: Vec<u8>,
    plain: Vec<u8>,
    output: Vec<u8>,
    is_open: bool,
    /// The peer has said something under TLS.
    has_heard: bool,
    closed_by_peer: bool,
}

enum State {
    Library(Box<UnbufferedClientConnection>),
    Records(Box<RecordLayer>),
    /// The first answer to a ClientHello of our own is all that is wanted.
    Probe,
    Failed,
}

/// What holds for one connection.
#[derive(Clone)]
pub(super) struct Terms {
    /// Why a data connection's certificate is believed, which is the control connection's; `None` for that.
    pub(super) trust: Option<Trust>,
    pub(super) says_close_notify: bool,
    pub(super) newest: TlsVersion,
    pub(super) chooser: Arc<CertificateChooser>,
}

/// What a handshake agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secured {
    /// As `TLS 1.3`.
    pub version: String,
    /// By its name in the registry.
    pub cipher_suite: String,
    /// The group of the key exchange by its name in the registry, as `x25519`; `None` where there was no exchange.
    pub group: Option<String>,
    /// What the server signed the handshake of the control connection with, by its name in the registry.
    pub signature: Option<String>,
    /// What this side showed to the server of the control connection, if that asked.
    pub shown: Option<ShownCertificate>,
    /// The name that the certificate was checked for on the control connection, if it is not the host's.
    pub name: Option<String>,
    /// An earlier session was resumed.
    pub resumed: bool,
    /// The server's certificate, then those of its issuers as far as it sent them.
    pub chain: Vec<Certificate>,
    /// Why the certificate is believed.
    pub trust: Trust,
}

/// What a handshake agreed on, before anybody has judged the certificate.
pub(super) struct HandshakeResult {
    pub(super) version: String,
    pub(super) cipher_suite: String,
    pub(super) group: Option<String>,
    pub(super) resumed: bool,
    pub(super) chain: Vec<CertificateDer<'static>>,
}

impl HandshakeResult {
    fn of(connection: &UnbufferedClientConnection) -> Self {
        Self {
            version: match connection.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
                other => format!("{other:?}"),
            },
            cipher_suite: connection
                .negotiated_cipher_suite()
                .map(|suite| cipher_suite_name(suite.suite()))
                .unwrap_or_default(),
            group: connection
                .negotiated_key_exchange_group()
                .map(|group| group_name(group.name())),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            chain: connection.peer_certificates().unwrap_or_default().to_vec(),
        }
    }

    pub(super) fn into_secured(self, trust: Trust) -> Secured {
        Secured {
            version: self.version,
            cipher_suite: self.cipher_suite,
            group: self.group,
            signature: None,
            shown: None,
            name: None,
            resumed: self.resumed,
            chain: self.chain.iter().map(Certificate::read).collect(),
            trust,
        }
    }
}

enum Write<'a> {
    Nothing,
    Plain(&'a [u8]),
    CloseNotify,
}

impl TlsConnection {
    pub(super) fn begin(
        connection: UnbufferedClientConnection,
        terms: Terms,
    ) -> Result<Self, TlsFailure> {
        let mut begun = Self::new(State::Library(Box::new(connection)), terms);
        begun.advance(Write::Nothing)?;
        Ok(begun)
    }

    /// Says hello and no more: the answer comes as [`TlsFailure::Probed`].
    pub(super) fn probe(hello: &ClientHello<'_>, terms: Terms) -> Self {
        let mut begun = Self::new(State::Probe, terms);
        begun.output = hello.to_bytes();
        begun
    }

    fn new(state: State, terms: Terms) -> Self {
        Self {
            state,
            terms,
            input: RecordInput::default(),
            first: Vec::new(),
            plain: Vec::new(),
            output: Vec::new(),
            is_open: false,
            has_heard: false,
            closed_by_peer: false,
        }
    }

    /// Takes bytes of the peer.
    ///
    /// # Errors
    ///
    /// [`TlsFailure`]: what came is not TLS, or breaks its rules. [`TlsConnection::take_output`] may hold the alert
    /// that tells the peer.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), TlsFailure> {
        if !self.is_open && self.first.len() < FIRST_BYTES {
            self.first.extend_from_slice(bytes);
        }
        if let State::Probe = self.state {
            return match FirstAnswer::read(&self.first) {
                Some(answer) => Err(TlsFailure::Probed(answer)),
                None if self.first.len() < FIRST_BYTES => Ok(()),
                None => Err(TlsFailure::Probed(FirstAnswer::Unreadable)),
            };
        }
        let is_in_handshake = !self.is_open;
        let received = self.receive_records(bytes);
        self.has_heard |= !self.plain.is_empty();
        received.map_err(|failure| match failure {
            TlsFailure::Protocol(error) => self.explain(error, is_in_handshake),
            failure => failure,
        })
    }

    /// What the peer has against this side, if an alert says so or leaves no doubt.
    fn explain(&self, error: rustls::Error, is_in_handshake: bool) -> TlsFailure {
        if let rustls::Error::AlertReceived(alert) = error
            && let Some(failure) = self.objection(alert)
        {
            return failure;
        }
        if is_in_handshake {
            self.explain_version(error)
        } else {
            error.into()
        }
    }

    /// What the peer has against the certificate of this side, or against there being none. In TLS 1.3 it says so only
    /// when this side takes the handshake for done (RFC 8446 section 4.4.2.4).
    fn objection(&self, alert: AlertDescription) -> Option<TlsFailure> {
        let is_control = self.terms.trust.is_none();
        let shown = self.terms.chooser.shown();
        match (alert, shown) {
            (AlertDescription::CertificateRequired, shown) => Some(TlsFailure::CertificateWanted {
                is_unfit: shown == ShownCertificate::Unfit,
                is_said: true,
            }),
            (
                AlertDescription::HandshakeFailure
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::AccessDenied,
                shown @ (ShownCertificate::None | ShownCertificate::Unfit),
            ) if is_control && !self.has_heard => Some(TlsFailure::CertificateWanted {
                is_unfit: shown == ShownCertificate::Unfit,
                is_said: true,
            }),
            (
                AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied,
                ShownCertificate::Shown(subject),
            ) => Some(TlsFailure::CertificateRefused {
                subject,
                alert: Some(alert_name(alert)),
            }),
            _ => None,
        }
    }

    /// Why the peer may have ended the control connection without a word: right after it asked for a certificate.
    #[must_use]
    pub fn silent_objection(&self) -> Option<TlsFailure> {
        if self.terms.trust.is_some() || self.has_heard {
            return None;
        }
        match self.terms.chooser.shown() {
            ShownCertificate::NotAsked => None,
            shown @ (ShownCertificate::None | ShownCertificate::Unfit) => {
                Some(TlsFailure::CertificateWanted {
                    is_unfit: shown == ShownCertificate::Unfit,
                    is_said: false,
                })
            }
            ShownCertificate::Shown(subject) => Some(TlsFailure::CertificateRefused {
                subject,
                alert: None,
            }),
        }
    }

    /// What has ended the handshake, if it was the version.
    fn explain_version(&self, error: rustls::Error) -> TlsFailure {
        match FirstAnswer::read(&self.first) {
            Some(FirstAnswer::Hello(ServerHello {
                version: Ok(version),
                ..
            })) if !version.is_spoken() => TlsFailure::TooOld { version },
            _ if error == rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
                TlsFailure::NoCommonVersion {
                    newest: self.terms.newest,
                }
            }
            _ => error.into(),
        }
    }

    fn receive_records(&mut self, bytes: &[u8]) -> Result<(), TlsFailure> {
        self.input.push(bytes);
        if self.closed_by_peer {
            return Ok(());
        }
        self.refuse_clear()?;
        self.advance(Write::Nothing)?;
        if self.closed_by_peer {
            return Ok(());
        }
        // They may stand after records, and nothing may follow that would bring them to light.
        self.refuse_clear()
    }

    fn refuse_clear(&mut self) -> Result<(), TlsFailure> {
        if !self.input.is_in_clear() {
            return Ok(());
        }
        self.state = State::Failed;
        let bytes = self.input.take_rest();
        Err(TlsFailure::InClear { bytes })
    }

    /// Encrypts bytes; they are ready in [`TlsConnection::take_output`].
    ///
    /// # Errors
    ///
    /// [`TlsFailure`], after which nothing more can be sent.
    pub fn encrypt(&mut self, plain: &[u8]) -> Result<(), TlsFailure> {
        self.advance(Write::Plain(plain))
    }

    /// Says that nothing more will be sent (RFC 8446 section 6.1), unless the user wants it left out.
    ///
    /// # Errors
    ///
    /// [`TlsFailure`]: the connection had failed before.
    pub fn close(&mut self) -> Result<(), TlsFailure> {
        if !self.terms.says_close_notify || !self.is_open {
            return Ok(());
        }
        self.advance(Write::CloseNotify)
    }

    /// What is to be written to the socket.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// What the peer said.
    pub fn take_plain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.plain)
    }

    /// The handshake is over.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// The peer said that it will send nothing more.
    #[must_use]
    pub fn is_closed_by_peer(&self) -> bool {
        self.closed_by_peer
    }

    /// Bytes that came after the peer's close_notify, in the clear (RFC 4217 section 5, CCC).
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.input.take_rest()
    }

    /// What was agreed on with a data connection whose handshake is over.
    ///
    /// # Errors
    ///
    /// [`TlsFailure::HandshakeCut`]: it is not over, or this is not a data connection.
    pub fn secured(&mut self) -> Result<Secured, TlsFailure> {
        let trust = self.terms.trust.clone().ok_or(TlsFailure::HandshakeCut)?;
        Ok(self.conclude()?.into_secured(trust))
    }

    /// The server's certificate and those of its issuers, until the connection is used.
    pub(super) fn chain(&self) -> Vec<CertificateDer<'static>> {
        match &self.state {
            State::Library(connection) => {
                connection.peer_certificates().unwrap_or_default().to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// What was agreed on, once the handshake is over.
    pub(super) fn conclude(&mut self) -> Result<HandshakeResult, TlsFailure> {
        let State::Library(connection) = &self.state else {
            return Err(TlsFailure::HandshakeCut);
        };
        let agreed = HandshakeResult::of(connection);
        if self.terms.trust.is_none() && is_tls_1_3(connection) {
            let state = std::mem::replace(&mut self.state, State::Failed);
            let State::Library(connection) = state else {
                return Err(TlsFailure::HandshakeCut);
            };
            self.state = State::Records(Box::new(RecordLayer::take_over(*connection)?));
            self.advance(Write::Nothing)?;
        }
        Ok(agreed)
    }

    /// Makes the session ready to be resumed by one more connection.
    pub(super) fn lend_session(&mut self) -> Result<(), TlsFailure> {
        if let State::Records(records) = &mut self.state {
            records.renew_ticket()?;
        }
        Ok(())
    }

    fn advance(&mut self, write: Write<'_>) -> Result<(), TlsFailure> {
        let result = match &self.state {
            State::Library(_) => self.advance_library(write),
            State::Records(_) => self.advance_records(&write),
            State::Probe | State::Failed => Err(TlsFailure::HandshakeCut),
        };
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    fn advance_library(&mut self, mut write: Write<'_>) -> Result<(), TlsFailure> {
        let is_control = self.terms.trust.is_none();
        let State::Library(connection) = &mut self.state else {
            return Ok(());
        };
        loop {
            let UnbufferedStatus { discard, state } =
                connection.process_tls_records(self.input.shown());
            let mut wants_input = false;
            match state {
                Err(error) => {
                    self.input.take(discard);
                    take_alert(connection, &mut self.input, &mut self.output);
                    return Err(error.into());
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    encode(&mut data, &mut self.output);
                }
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        self.plain.extend_from_slice(record?.payload);
                    }
                }
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    self.is_open = true;
                    if let Write::Nothing = write {
                        wants_input = true;
                    } else {
                        put(&mut traffic, &write, &mut self.output)?;
                        write = Write::Nothing;
                    }
                }
                Ok(ConnectionState::PeerClosed) => self.closed_by_peer = true,
                // A server is never asked for early data.
                Ok(_) => wants_input = true,
            }
            self.input.take(discard);
            // What comes after the handshake of a control connection is for its own record layer.
            let is_concluded = is_control && self.is_open && is_tls_1_3(connection);
            let may_read = !is_concluded && !self.closed_by_peer;
            if wants_input && !(may_read && self.input.show_next()) {
                return Ok(());
            }
        }
    }

    fn advance_records(&mut self, write: &Write<'_>) -> Result<(), TlsFailure> {
        let State::Records(records) = &mut self.state else {
            return Ok(());
        };
        match write {
            Write::Nothing => {}
            Write::Plain(plain) => self.output.extend(records.encrypt(plain)?),
            Write::CloseNotify => self.output.extend(records.close_notify()?),
        }
        while !self.closed_by_peer && self.input.show_next() {
            let record = self.input.shown();
            let length = record.len();
            match records.receive(record)? {
                Received::Plain(bytes) => self.plain.extend(bytes),
                Received::CloseNotify => self.closed_by_peer = true,
                Received::Internal => {}
            }
            self.input.take(length);
        }
        self.output.extend(records.answer()?);
        Ok(())
    }
}

impl std::fmt::Debug for TlsConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsConnection").finish_non_exhaustive()
    }
}

fn is_tls_1_3(connection: &UnbufferedClientConnection) -> bool {
    connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3)
}

fn put(
    traffic: &mut WriteTraffic<'_, ClientConnectionData>,
    write: &Write<'_>,
    output: &mut Vec<u8>,
) -> Result<(), TlsFailure> {
    let mut exhausted = false;
    append(output, |room| {
        let put = match write {
            Write::Nothing => return Ok(0),
            Write::Plain(plain) => traffic.encrypt(plain, room),
            Write::CloseNotify => traffic.queue_close_notify(room),
        };
        put.map_err(|error| match error {
            EncryptError::InsufficientSize(size) => Some(size),
            EncryptError::EncryptExhausted => {
                exhausted = true;
                None
            }
        })
    });
    if exhausted {
        return Err(TlsFailure::Protocol(rustls::Error::EncryptError));
    }
    Ok(())
}

/// Lets `fill` write after the end of `output`, with as much room as it asks for; `None` is an error that more room
/// does not heal.
fn append(
    output: &mut Vec<u8>,
    mut fill: impl FnMut(&mut [u8]) -> Result<usize, Option<InsufficientSizeError>>,
) {
    let end = output.len();
    let mut room = 0;
    loop {
        output.resize(end + room, 0);
        match fill(&mut output[end..]) {
            Ok(length) => return output.truncate(end + length),
            Err(Some(size)) if size.required_size > room => room = size.required_size,
            Err(_) => return output.truncate(end),
        }
    }
}

/// The alert that rustls has for the peer after an error. It is asked once: it would go on with the bytes that it has
/// refused already, and panic.
fn take_alert(
    connection: &mut UnbufferedClientConnection,
    input: &mut RecordInput,
    output: &mut Vec<u8>,
) {
    let UnbufferedStatus { state, .. } = connection.process_tls_records(input.shown());
    if let Ok(ConnectionState::EncodeTlsData(mut data)) = state {
        encode(&mut data, output);
    }
}

fn encode(data: &mut EncodeTlsData<'_, ClientConnectionData>, output: &mut Vec<u8>) {
    append(output, |room| match data.encode(room) {
        Ok(length) => Ok(length),
        Err(EncodeError::InsufficientSize(size)) => Err(Some(size)),
        Err(EncodeError::AlreadyEncoded) => Err(None),
    });
}

/// More than any ServerHello has, with the record around it.
const FIRST_BYTES: usize = 32 * 1024;
