//! What Ctrl-C means: first ABOR, then the data connection, then the prompt.

use std::io;

use crate::client::exchange::Ending;
use crate::client::observation::Observation;
use crate::client::transfer::TransferResult;
use crate::protocol::Command;
use crate::protocol::telnet_commands::{DM, IAC, IP};
use crate::protocol::verbs::DataDirection;
use crate::tls::TlsFailure;

use super::Engine;

impl Engine {
    pub(super) fn interrupt(&mut self) {
        let in_background = self.transfers_in_background();
        let Some(transfer) = self.transfer.as_mut().filter(|_| !in_background) else {
            return self.interrupt_waiting();
        };
        transfer.interrupts += 1;
        match transfer.interrupts {
            1 => {
                let nothing_to_read =
                    transfer.direction() == DataDirection::Sent || transfer.connection.is_none();
                if nothing_to_read {
                    transfer.drop_connection(TransferResult::Aborted);
                }
                self.send_abort();
            }
            2 => transfer.drop_connection(TransferResult::Aborted),
            _ => self.settle_as(Ending::Interrupted),
        }
    }

    /// The data have ended on this side and the final reply is owed: what was sent may still be on its way, so the
    /// first Ctrl-C aborts that too.
    fn interrupt_waiting(&mut self) {
        if self.protection.is_in_handshake() {
            // In the middle of a handshake there is no connection to go on with.
            return self.fail_tls(&TlsFailure::Interrupted);
        }
        if self.waiting.is_none() {
            self.interrupted = true;
            return;
        }
        let Some(waiting) = self
            .waiting
            .as_mut()
            .filter(|waiting| waiting.awaits_end_of_transfer())
        else {
            return self.settle_as(Ending::Interrupted);
        };
        waiting.aborted = true;
        self.data.reset_sent();
        self.send_abort();
    }

    fn send_abort(&mut self) {
        if !self.connected {
            return;
        }
        let Ok(command) = Command::new("ABOR") else {
            return;
        };
        // TLS knows no urgent octets (RFC 4217 section 14).
        let synch = !self.settings.plain_abort && !self.protection.is_on();
        self.pi.send(&command);
        self.observe(&Observation::AbortSent { synch });
        let sent = if synch {
            self.send_synch(&command)
        } else {
            self.write_control(&command.wire())
        };
        if let Err(error) = sent {
            self.end_control(Some(&error));
        }
    }

    /// IP and Synch (RFC 854, RFC 959 section 4.1.3), with IAC as the urgent octet: vsftpd knows exactly this form,
    /// and a server that drops urgent octets is left with a line that it can still read.
    fn send_synch(&mut self, command: &Command) -> io::Result<()> {
        self.write_in_clear(&[IAC, IP])?;
        self.write_urgent(&[IAC])?;
        self.write_in_clear(&[&[DM][..], &command.wire()].concat())
    }
}
