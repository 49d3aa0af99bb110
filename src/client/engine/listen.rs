//! Active mode: the port that a PORT or EPRT names is open before the line is sent.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::Sender;

use crate::client::exchange::{News, Outcome};
use crate::client::net::DataListener;
use crate::client::observation::{Observation, Origin};
use crate::protocol::Command;
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::EntryId;

use super::Engine;

impl Engine {
    /// A PORT or EPRT with an address of this machine makes this side listen on exactly that port. Any other is sent as
    /// typed, and it is said that nobody listens here.
    pub(super) fn listen_for(&mut self, command: &Command, entry: EntryId) {
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        let named = if verb.is("PORT") {
            DataPort::from_port_argument(argument)
        } else if verb.is("EPRT") {
            DataPort::from_eprt_argument(argument)
        } else {
            return;
        };
        // A line that cannot be read is the server's to refuse.
        let Some((host, port)) = named.ok().and_then(|named| Some((named.host?, named.port)))
        else {
            return;
        };
        let own = self.control.local_address();
        let address = own.map_or(SocketAddr::new(host, port), |own| scoped(host, port, own));
        if let Err(error) = self.open_port(address, entry) {
            self.observe(&Observation::NotListening {
                address,
                error: &error,
            });
        }
    }

    /// A PORT that was refused brings nobody. One that was accepted replaces what a PASV offered before.
    pub(super) fn take_answer_to_port(&mut self, entry: EntryId, is_refused: bool) {
        if is_refused {
            self.data
                .listening
                .take_if(|listening| listening.asked_by == entry);
        } else if let Some(listening) = &self.data.listening
            && listening.asked_by == entry
        {
            // Where the server has connected already, its connection has taken the place of the old one.
            self.data.open = None;
        }
    }

    fn open_port(&mut self, address: SocketAddr, entry: EntryId) -> io::Result<()> {
        // None of these is an address that a server could connect to.
        let ip = address.ip();
        let is_broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
        if ip.is_unspecified() || ip.is_multicast() || is_broadcast {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        }
        // Whoever comes for an earlier PORT of the same port comes for nothing: pyftpdlib connects again for each.
        self.data
            .listening
            .take_if(|listening| listening.address == address);
        // `listen` has opened its port already.
        let opened = self
            .data
            .reserved
            .take_if(|listener| listener.address() == address);
        let listener = opened.map_or_else(|| DataListener::bind(address), Ok)?;
        let server = (!self.settings.accept_any_peer).then(|| self.control.peer().ip());
        let shared = self.shared.clone();
        self.data.listen(listener, server, entry, shared)?;
        self.observe(&Observation::Listening { address });
        Ok(())
    }

    /// `listen`: a free port on the control connection's own address, told by PORT on IPv4 and EPRT on IPv6.
    pub(super) fn listen_anywhere(&mut self, origin: Origin, news: Sender<News>) {
        match self.reserve_port() {
            Ok(command) => {
                self.begin(&command, origin, None, false, news);
                self.data.reserved = None;
            }
            Err(error) => {
                self.observe(&Observation::NobodyConnected {
                    port: None,
                    error: Some(&error),
                });
                // The one who waits may have gone.
                let _ = news.send(News::Settled(Outcome::without_data_connection()));
            }
        }
    }

    fn reserve_port(&mut self) -> io::Result<Command> {
        let own = self.control.local_address()?;
        let listener = DataListener::bind(scoped(own.ip().to_canonical(), 0, own))?;
        let address = listener.address();
        self.data.reserved = Some(listener);
        let line = match address {
            SocketAddr::V4(address) => {
                format!("PORT {}", DataPort::port_argument(address))
            }
            SocketAddr::V6(_) => format!("EPRT {}", DataPort::eprt_argument(address)),
        };
        Command::new(line).map_err(|illegal| io::Error::other(illegal.to_string()))
    }
}

/// A link-local address means nothing without its scope, which PORT and EPRT do not name: it is that of the control
/// connection.
fn scoped(host: IpAddr, port: u16, own: SocketAddr) -> SocketAddr {
    let mut address = SocketAddr::new(host, port);
    if let (SocketAddr::V6(address), SocketAddr::V6(own)) = (&mut address, own)
        && address.ip() == own.ip()
    {
        address.set_scope_id(own.scope_id());
    }
    address
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::scoped;

    #[test]
    fn the_own_address_is_listened_on_in_the_scope_of_the_control_connection() {
        for (named, own, listened_on) in [
            ("[fe80::1]:2121", "[fe80::1%4]:40000", "[fe80::1%4]:2121"),
            ("[fe80::2]:2121", "[fe80::1%4]:40000", "[fe80::2]:2121"),
            ("[::1]:2121", "[::1]:40000", "[::1]:2121"),
            ("127.0.0.1:2121", "127.0.0.1:40000", "127.0.0.1:2121"),
            ("127.0.0.1:2121", "[::1]:40000", "127.0.0.1:2121"),
        ] {
            let read = |text: &str| text.parse::<SocketAddr>().expect("an address");
            let named = read(named);
            let address = scoped(named.ip(), named.port(), read(own));
            assert_eq!(address, read(listened_on));
        }
    }
}
