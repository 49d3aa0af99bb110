//! The steps that scripts are made of.

use std::net::SocketAddr;
use std::sync::Arc;

use super::scripted_server::Gate;
use super::tls_records::Record;
use super::tls_server::TlsServer;

/// One thing to do.
pub(super) enum Step {
    Send(Vec<u8>),
    SendWithPort(String),
    Expect(Vec<u8>),
    ExpectBytes(Vec<u8>),
    TakeRecord,
    ListenData,
    AcceptData,
    DialData(Option<SocketAddr>),
    SendData(Vec<u8>),
    ReadData(usize),
    ReadDataToEnd,
    CloseData,
    EndData,
    CloseDataWithoutCloseNotify,
    ResetData,
    SecureControl(Box<TlsServer>),
    SecureData(Box<TlsServer>),
    BeRefusedOnControl(Box<TlsServer>),
    BeRefusedOnData(Box<TlsServer>),
    ClearControl(Vec<u8>),
    SendInClear(Vec<u8>, Vec<u8>),
    EndDataAndSendInClear(Vec<u8>),
    UpdateKeys(usize),
    FloodControl(Record),
    FloodData(Record),
    Close,
    Reset,
    WaitForClientClose,
    Accept,
    PauseUntil(Arc<Gate>),
    Open(Arc<Gate>),
}

impl Step {
    /// As a failed script tells it.
    pub(super) fn describe(&self) -> String {
        let shown = |verb: &str, bytes: &[u8]| format!("{verb} \"{}\"", bytes.escape_ascii());
        match self {
            Self::Send(bytes) => shown("send", bytes),
            Self::SendWithPort(text) => shown("send", text.as_bytes()),
            Self::Expect(line) => shown("expect the line", line),
            Self::ExpectBytes(bytes) => shown("expect", bytes),
            Self::TakeRecord => "take a record of TLS".to_owned(),
            Self::ListenData => "listen for data".to_owned(),
            Self::AcceptData => "accept the data connection".to_owned(),
            Self::DialData(_) => "dial the data connection".to_owned(),
            Self::SendData(bytes) => format!("send {} bytes of data", bytes.len()),
            Self::ReadData(count) => format!("read {count} bytes of data"),
            Self::ReadDataToEnd => "read the data to their end".to_owned(),
            Self::CloseData => "close the data connection".to_owned(),
            Self::EndData => "end our side of the data connection".to_owned(),
            Self::CloseDataWithoutCloseNotify => {
                "close the data connection without a close_notify".to_owned()
            }
            Self::SecureControl(_) => "shake hands on the control connection".to_owned(),
            Self::SecureData(_) => "shake hands on the data connection".to_owned(),
            Self::BeRefusedOnControl(_) => "be refused on the control connection".to_owned(),
            Self::BeRefusedOnData(_) => "be refused on the data connection".to_owned(),
            Self::ClearControl(bytes) => shown("end TLS on the control connection and send", bytes),
            Self::SendInClear(_, bytes) => shown("send in the clear under TLS", bytes),
            Self::EndDataAndSendInClear(bytes) => {
                format!("end the data and send {} bytes in the clear", bytes.len())
            }
            Self::UpdateKeys(count) => format!("change the keys {count} times"),
            Self::FloodControl(_) => "flood the control connection with records".to_owned(),
            Self::FloodData(_) => "flood the data connection with records".to_owned(),
            Self::ResetData => "reset the data connection".to_owned(),
            Self::Close => "close the control connection".to_owned(),
            Self::Reset => "reset the control connection".to_owned(),
            Self::WaitForClientClose => "wait for the client to close".to_owned(),
            Self::Accept => "accept another control connection".to_owned(),
            Self::PauseUntil(_) => "pause until the gate is open".to_owned(),
            Self::Open(_) => "open the gate".to_owned(),
        }
    }
}
