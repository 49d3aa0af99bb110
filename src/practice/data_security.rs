//! TLS on a data connection (RFC 4217 section 9).

use std::time::Duration;

use crate::practice::loopback::LoopbackConnection;
use crate::practice::loopback::tls::{Handshake, LoopbackTls, SecuredSession};

/// How long a client's handshake may take.
pub(super) const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// How a data connection is to be secured.
#[derive(Debug)]
pub(super) struct DataSecurity {
    pub(super) tls: LoopbackTls,
    /// That of the control connection.
    pub(super) session: SecuredSession,
    /// Whether it must resume that session.
    pub(super) must_resume: bool,
}

/// Why a data connection under TLS was given up: 522.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecurityRefusal {
    /// One of the two sides gave the handshake up.
    HandsNotShaken,
    /// `require-reuse`: it did not resume the session of the control connection.
    NotResumed,
}

impl DataSecurity {
    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// [`SecurityRefusal`].
    pub(super) fn apply(&self, data: &LoopbackConnection) -> Result<(), SecurityRefusal> {
        let handshake = data
            .secure(&self.tls, self.session, HANDSHAKE_LIMIT)
            .and_then(|handshake| data.limit_reads(None).map(|()| handshake));
        match handshake {
            Err(_) => Err(SecurityRefusal::HandsNotShaken),
            Ok(Handshake::Full) if self.must_resume => Err(SecurityRefusal::NotResumed),
            Ok(Handshake::Full | Handshake::Resumed) => Ok(()),
        }
    }
}

impl SecurityRefusal {
    /// The text of the 522.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::HandsNotShaken => "The TLS handshake on the data connection failed.",
            Self::NotResumed => {
                "The data connection must resume the TLS session of the control connection."
            }
        }
    }
}
