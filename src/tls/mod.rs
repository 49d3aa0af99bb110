//! TLS as values: bytes of the socket in, plain bytes out, and no socket anywhere (RFC 4217).
//!
//! One [`TlsClient`] serves a control connection and all its data connections, so that these can resume its session:
//!
//! ```text
//! 234 --> TlsClient --> TlsConnection of the control connection
//!             |                      | its session
//!             +------> TlsConnection of each data connection under PROT P
//! ```

mod certificate;
mod client;
mod client_hello;
mod connection;
mod failure;
mod identity;
mod input;
mod protocol;
mod record_layer;
mod server_hello;
mod trust;

pub use certificate::{Certificate, Fingerprint};
pub use client::{NotSendable, SentName, TlsClient, TlsSettings, TlsVersion, TrustDecision};
pub use connection::{Secured, TlsConnection};
pub use failure::TlsFailure;
pub use identity::{ClientIdentity, ClientKey, IdentityError, ShownCertificate};
pub(crate) use input::RecordInput;
pub use protocol::ProtocolVersion;
pub use server_hello::{FirstAnswer, ServerHello};
pub use trust::{Examination, Objection, Roots, RootsError, Trust, Verdict};

#[cfg(test)]
mod tests;
