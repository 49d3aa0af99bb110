//! Whom a connection is made to.

use std::net::{IpAddr, SocketAddr};

/// An address, or a name that only the proxy looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address.
    Address(SocketAddr),
    /// A name, for a proxy that looks it up.
    Name {
        /// The host as the user named it.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Peer {
    /// The host as it stands: an address, or a name that is not looked up here.
    pub(crate) fn new(host: &str, port: u16) -> Self {
        match host.parse() {
            Ok(ip) => Self::Address(SocketAddr::new(ip, port)),
            Err(_) => Self::Name {
                host: host.to_owned(),
                port,
            },
        }
    }

    /// The address, where it is known.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(address.ip()),
            Self::Name { .. } => None,
        }
    }

    /// Whether it is known to be an IPv6 address.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_ipv6())
    }

    /// Another port of the same host.
    pub(crate) fn at_port(&self, port: u16) -> Self {
        let mut peer = self.clone();
        match &mut peer {
            Self::Address(address) => address.set_port(port),
            Self::Name { port: own, .. } => *own = port,
        }
        peer
    }

    /// The same port of another address.
    pub(crate) fn at_ip(&self, ip: IpAddr) -> Self {
        match self {
            Self::Address(address) => {
                let mut address = *address;
                address.set_ip(ip);
                Self::Address(address)
            }
            Self::Name { port, .. } => Self::Address(SocketAddr::new(ip, *port)),
        }
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

/// `HOST:PORT`, an IPv6 address in brackets.
impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}
