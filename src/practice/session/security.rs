//! AUTH, PBSZ, PROT, CCC and REIN: what is under TLS (RFC 4217).

use super::super::data_security::{DataSecurity, HANDSHAKE_LIMIT};
use super::super::faults::Fault;
use super::login::Login;
use super::{Flow, Session, State};
use crate::practice::loopback::LoopbackConnection;
use crate::practice::loopback::tls::SecuredSession;

const AGREED: &[u8] = b"AUTH command ok; expecting TLS negotiation.";
/// What `inject-after-auth` adds; a client that believes it takes itself for logged in.
const INJECTED: &[u8] = b"230 This was sent in clear, behind the 234.";

/// What the client has asked for since its AUTH; the connections themselves know whether they are under TLS.
#[derive(Debug, Default)]
pub(super) struct Security {
    /// Since the last AUTH, CCC or not.
    session: Option<SecuredSession>,
    /// PBSZ has been given, without which there is no PROT.
    has_buffer_size: bool,
    are_data_private: bool,
}

impl Session {
    pub(super) fn auth(&mut self, mechanism: &[u8]) -> Flow {
        match mechanism.trim_ascii().to_ascii_uppercase().as_slice() {
            b"TLS" | b"SSL" if self.lines.connection().is_secured() => {
                self.reply(503, "The control connection is under TLS already.");
                Flow::Continue
            }
            b"TLS" | b"SSL" => self.secure_control(),
            b"" => {
                self.reply(501, "A mechanism is needed.");
                Flow::Continue
            }
            _ => {
                self.reply(504, "AUTH TLS and AUTH SSL are implemented.");
                Flow::Continue
            }
        }
    }

    pub(super) fn pbsz(&mut self, size: &[u8]) {
        if !self.lines.connection().is_secured() {
            return self.reply(503, "AUTH TLS first.");
        }
        let is_number = !size.is_empty() && size.iter().all(u8::is_ascii_digit);
        if !is_number {
            return self.reply(501, "PBSZ needs a number.");
        }
        self.security.has_buffer_size = true;
        self.reply(200, "PBSZ=0");
    }

    pub(super) fn prot(&mut self, level: &[u8]) {
        // RFC 4217 section 5: not after CCC either.
        if !self.lines.connection().is_secured() {
            return self.reply(503, "AUTH TLS first.");
        }
        if !self.security.has_buffer_size {
            return self.reply(503, "PBSZ 0 first.");
        }
        match level.to_ascii_uppercase().as_slice() {
            b"C" => {
                self.security.are_data_private = false;
                self.reply(200, "Data connections are in clear.");
            }
            b"P" => {
                self.security.are_data_private = true;
                self.reply(200, "Data connections are under TLS.");
            }
            b"S" | b"E" => self.reply(536, "PROT C and P are implemented."),
            _ => self.reply(504, "PROT C and P are implemented."),
        }
    }

    pub(super) fn ccc(&mut self) -> Flow {
        if !self.lines.connection().is_secured() {
            self.reply(533, "The control connection is in clear already.");
            return Flow::Continue;
        }
        self.reply(200, "The control connection is in clear from here.");
        self.clear_control()
    }

    pub(super) fn rein(&mut self) -> Flow {
        self.login = Login::default();
        self.state = State::default();
        self.security = Security::default();
        // RFC 4217 section 13: under TLS still.
        self.reply(220, "Service ready for new user.");
        self.clear_control()
    }

    /// How the next data connection is to be secured; `None` for one in clear.
    pub(super) fn data_security(&self) -> Option<DataSecurity> {
        let session = self.security.session?;
        self.security.are_data_private.then(|| DataSecurity {
            tls: self.service.data_tls.clone(),
            session,
            must_resume: self.service.has(&Fault::RequireReuse),
        })
    }

    fn secure_control(&mut self) -> Flow {
        if self.service.has(&Fault::InjectAfterAuth) {
            self.replies.send_with_another(234, AGREED, INJECTED);
        } else {
            self.reply(234, AGREED);
        }
        // What came in clear behind the AUTH may be anybody's: it must not be obeyed under TLS.
        self.lines.forget_received();
        self.queue.clear();
        let session = self.service.tls.new_session();
        let connection = self.lines.connection();
        if connection
            .secure(&self.service.tls, session, HANDSHAKE_LIMIT)
            .is_err()
        {
            return Flow::End;
        }
        // RFC 4217 section 4.2: almost as if there had been a REIN.
        self.login = Login::default();
        self.state = State::default();
        self.security = Security {
            session: Some(session),
            ..Security::default()
        };
        Flow::Continue
    }

    fn clear_control(&mut self) -> Flow {
        match self.lines.connection().clear(HANDSHAKE_LIMIT) {
            Ok(()) => Flow::Continue,
            Err(_) => Flow::End,
        }
    }
}

impl Security {
    /// A line of STAT.
    pub(super) fn described(&self, control: &LoopbackConnection) -> String {
        let words = |is_secured: bool| if is_secured { "under TLS" } else { "in clear" };
        format!(
            "Control connection {}, data connections {}",
            words(control.is_secured()),
            words(self.are_data_private)
        )
    }
}
