//! TYPE, MODE, STRU, REST, PORT, EPRT, PASV, EPSV: how the next transfer is to be.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::super::data_port::{self, DataPort, PortRefusal};
use super::super::faults::Fault;
use super::Session;
use crate::practice::loopback::LoopbackListener;

/// What `pasv-foreign-address` puts into the 227; nothing is ever sent there by the server.
const FOREIGN_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 9, 9, 9);

impl Session {
    pub(super) fn set_type(&mut self, argument: &[u8]) {
        match argument.trim_ascii().to_ascii_uppercase().as_slice() {
            b"A" | b"A N" => {
                self.state.is_ascii = true;
                self.reply(200, "Type set to A.");
            }
            b"I" | b"L 8" => {
                self.state.is_ascii = false;
                self.reply(200, "Type set to I.");
            }
            b"" => self.reply(501, "A type is needed."),
            _ => self.reply(504, "TYPE A, A N, I and L 8 are implemented."),
        }
    }

    pub(super) fn mode(&self, argument: &[u8]) {
        self.only(argument, b"S", "Mode set to S.", "MODE S is implemented.");
    }

    pub(super) fn stru(&self, argument: &[u8]) {
        self.only(
            argument,
            b"F",
            "Structure set to F.",
            "STRU F is implemented.",
        );
    }

    pub(super) fn rest(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoRest) {
            return self.reply(502, "REST is not implemented.");
        }
        if self.state.is_ascii {
            return self.reply(501, "REST needs TYPE I.");
        }
        let marker = std::str::from_utf8(argument.trim_ascii())
            .ok()
            .filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u64>().ok());
        match marker {
            Some(marker) => {
                // REST 0 clears: an APPE behind it appends.
                self.state.restart_marker = Some(marker).filter(|&marker| marker > 0);
                self.reply(350, format!("Restarting at {marker}. Send STOR or RETR."));
            }
            None => self.reply(501, "REST needs a number of octets."),
        }
    }

    pub(super) fn port(&mut self, argument: &[u8]) {
        let address = data_port::read_port(argument, self.client);
        self.set_active("PORT", address);
    }

    pub(super) fn eprt(&mut self, argument: &[u8]) {
        let address = data_port::read_eprt(argument, self.client);
        self.set_active("EPRT", address);
    }

    pub(super) fn pasv(&mut self) {
        if self.is_refused_by_epsv_all() {
            return;
        }
        let Some(port) = self.listen() else {
            return;
        };
        let address = if self.service.has(&Fault::PasvForeignAddress) {
            FOREIGN_ADDRESS
        } else {
            self.own_address
        };
        let numbers = data_port::six_numbers(address, port);
        if self.service.has(&Fault::PasvNoParentheses) {
            self.reply(227, format!("Entering Passive Mode {numbers}"));
        } else {
            self.reply(227, format!("Entering Passive Mode ({numbers})"));
        }
    }

    pub(super) fn epsv(&mut self, argument: &[u8]) {
        match argument.trim_ascii().to_ascii_uppercase().as_slice() {
            b"ALL" => {
                self.state.only_epsv = true;
                self.reply(200, "EPSV ALL: only EPSV from now on.");
            }
            b"" | b"1" => {
                if let Some(port) = self.listen() {
                    self.reply(229, format!("Entering Extended Passive Mode (|||{port}|)"));
                }
            }
            _ => self.reply(522, "Network protocol not supported, use (1)"),
        }
    }

    /// A port of our own for the next data connection; the one before it is closed.
    fn listen(&mut self) -> Option<u16> {
        match self.listen_quietly() {
            Ok(port) => Some(port),
            Err(_) => {
                self.reply(425, "Cannot listen.");
                None
            }
        }
    }

    /// The same without a reply.
    pub(super) fn listen_quietly(&mut self) -> io::Result<u16> {
        let listener = LoopbackListener::on(IpAddr::V4(self.own_address))?;
        let port = listener.address()?.port();
        self.state.data_port = Some(DataPort::Passive(listener));
        Ok(port)
    }

    fn set_active(&mut self, verb: &str, address: Result<SocketAddr, PortRefusal>) {
        if self.is_refused_by_epsv_all() {
            return;
        }
        match address {
            Ok(address) => {
                self.state.data_port = Some(DataPort::Active(address));
                self.reply(200, format!("{verb} command successful."));
            }
            Err(PortRefusal::Unreadable) => self.reply(501, "The address cannot be read."),
            Err(PortRefusal::Foreign) => {
                self.reply(500, "Only your own address, and no port below 1024.");
            }
            Err(PortRefusal::OtherProtocol) => {
                self.reply(522, "Network protocol not supported, use (1)");
            }
        }
    }

    fn is_refused_by_epsv_all(&self) -> bool {
        if self.state.only_epsv {
            self.reply(501, "Refused after EPSV ALL.");
        }
        self.state.only_epsv
    }

    fn only(&self, argument: &[u8], value: &[u8], done: &str, other: &str) {
        match argument.trim_ascii() {
            b"" => self.reply(501, "A value is needed."),
            given if given.eq_ignore_ascii_case(value) => self.reply(200, done),
            _ => self.reply(504, other),
        }
    }
}
