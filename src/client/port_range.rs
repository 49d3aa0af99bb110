//! The ports that active mode may listen on.

use std::str::FromStr;

/// Ports from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    first: u16,
    last: u16,
}

/// Why a text is not a range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPortRange {
    /// Neither `FIRST-LAST` nor one port.
    #[error("write FIRST-LAST or one port, from 1 to 65535")]
    Unreadable,
    /// There is none in between.
    #[error("FIRST must not be greater than LAST")]
    Reversed,
}

impl PortRange {
    /// Whether the port is one of them.
    #[must_use]
    pub fn includes(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Each of them once, beginning somewhere in the range. A server's port 20 cannot connect again, for a minute, to a
    /// port that it has just used, so neighbours in time should not begin at the same place.
    pub(crate) fn beginning_at(self, place: u64) -> impl Iterator<Item = u16> {
        let count = u64::from(self.last - self.first) + 1;
        let after = u16::try_from(place % count).unwrap_or_default();
        let middle = self.first + after;
        (middle..=self.last).chain(self.first..middle)
    }
}

impl FromStr for PortRange {
    type Err = NotAPortRange;

    fn from_str(text: &str) -> Result<Self, NotAPortRange> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse().map_err(|_| NotAPortRange::Unreadable);
        match (port(first)?, port(last)?) {
            (0, _) | (_, 0) => Err(NotAPortRange::Unreadable),
            (first, last) if first > last => Err(NotAPortRange::Reversed),
            (first, last) => Ok(Self { first, last }),
        }
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAPortRange, PortRange};

    #[test]
    fn a_range_is_two_ports_in_order() {
        for text in ["1-65535", "40000-40009", "40000 - 40009", "5-5"] {
            let range: PortRange = text.parse().expect(text);
            assert_eq!(range.to_string(), text.replace(' ', ""));
        }
        let range: PortRange = "40000".parse().unwrap();
        assert_eq!(range.to_string(), "40000-40000");
        assert_eq!("9-5".parse::<PortRange>(), Err(NotAPortRange::Reversed));
        for text in [
            "", "-", "0", "0-9", "9-5", "9-0", "1-65536", "a-b", "-1-5", "1-2-3", "1–2",
        ] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_port_is_tried_once_wherever_it_begins() {
        let ports = |range: &str, place| {
            let range: PortRange = range.parse().unwrap();
            range.beginning_at(place).collect::<Vec<_>>()
        };
        assert_eq!(ports("7-10", 0), [7, 8, 9, 10]);
        assert_eq!(ports("7-10", 6), [9, 10, 7, 8]);
        assert_eq!(ports("9-9", u64::MAX), [9]);
        assert_eq!(ports("1-65535", 65_534)[0], 65_535);
        assert_eq!(ports("1-65535", 12_345).len(), 65_535);
        assert_eq!(ports("65534-65535", 1), [65_535, 65_534]);
    }
}
