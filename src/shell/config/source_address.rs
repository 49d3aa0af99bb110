//! `set source ADDRESS` and `--source`: the address of this machine that connections leave from.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::setting::WrongValue;

/// An address that one machine can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SourceAddress(pub(crate) IpAddr);

/// Not an address, or one that no machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give an IP address of this machine, as in 192.0.2.7 or 2001:db8::7")]
pub(crate) struct NotSourceAddress;

impl FromStr for SourceAddress {
    type Err = NotSourceAddress;

    fn from_str(text: &str) -> Result<Self, NotSourceAddress> {
        let address: IpAddr = text.parse().map_err(|_| NotSourceAddress)?;
        // A socket that is bound to one of these leaves from wherever the system likes.
        let is_unicast = match address.to_canonical() {
            IpAddr::V4(v4) => !v4.is_unspecified() && !v4.is_multicast() && !v4.is_broadcast(),
            IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast(),
        };
        is_unicast.then_some(Self(address)).ok_or(NotSourceAddress)
    }
}

impl From<NotSourceAddress> for WrongValue {
    fn from(_: NotSourceAddress) -> Self {
        Self::Unknown
    }
}

impl fmt::Display for SourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::SourceAddress;

    #[test]
    fn only_an_address_that_one_machine_can_have_is_taken() {
        for text in [
            "127.0.0.1",
            "192.0.2.255",
            "::1",
            "fe80::1",
            "::ffff:127.0.0.1",
        ] {
            let read: SourceAddress = text.parse().expect(text);
            assert_eq!(read.to_string(), text);
        }
        for text in [
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "0.0.0.0",
            "::",
            "ff02::1",
            "::ffff:224.0.0.1",
            "localhost",
            "127.0.0.1:21",
            "",
        ] {
            assert!(text.parse::<SourceAddress>().is_err(), "{text}");
        }
    }
}
