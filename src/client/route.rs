//! How connections leave this machine.

use std::net::{IpAddr, SocketAddr};

use super::Proxy;

/// From which address, over which family, through which proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The local address that connections leave from; `None` leaves the choice to the system.
    pub source: Option<IpAddr>,
    /// Which addresses are tried, of the server where this side looks it up, else of the proxy.
    pub family: AddressFamily,
    /// The proxy that both connections go through.
    pub proxy: Option<Proxy>,
}

/// Which addresses of a host are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressFamily {
    /// All, in the order of the resolver.
    #[default]
    Any,
    /// Those of IPv4.
    V4,
    /// Those of IPv6.
    V6,
}

impl AddressFamily {
    /// That of an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Whether an address belongs to it.
    pub(crate) fn includes(self, address: SocketAddr) -> bool {
        self == Self::Any || self == Self::of(address.ip())
    }

    /// The part that both have in common; `None` if there is none.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, family) | (family, Self::Any) => Some(family),
            (one, other) => (one == other).then_some(one),
        }
    }
}

impl std::fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Any => "IP",
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}
