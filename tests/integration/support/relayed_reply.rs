//! The replies that a relay must understand: offers of a data port, and the agreement to TLS.

/// One line of a reply, in the eyes of a relay.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RelayedReply {
    /// A 227 or 229.
    Offer(Offer),
    /// A 234: nothing after it can be read.
    TlsAgreed,
    Other,
}

/// An offered port, and where it stands in the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) port: u16,
    before: Vec<u8>,
    after: Vec<u8>,
    is_extended: bool,
}

impl Offer {
    /// The line with another port.
    pub(super) fn with_port(&self, port: u16) -> Vec<u8> {
        let port = if self.is_extended {
            port.to_string()
        } else {
            format!("{},{}", port / 256, port % 256)
        };
        [&self.before, port.as_bytes(), &self.after].concat()
    }
}

pub(super) fn read_reply_line(line: &[u8]) -> RelayedReply {
    let separators = match line.get(..4) {
        Some(b"227 ") => 1,
        Some(b"229 ") => 0,
        Some(b"234 ") => return RelayedReply::TlsAgreed,
        _ => return RelayedReply::Other,
    };
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(end) = line.iter().rposition(is_digit).filter(|&end| end > 3) else {
        return RelayedReply::Other;
    };
    let mut commas = 0;
    let start = line[..=end].iter().rposition(|byte| match byte {
        b',' if commas < separators => {
            commas += 1;
            false
        }
        byte => !byte.is_ascii_digit(),
    });
    let start = start.map_or(0, |before| before + 1);
    let text = String::from_utf8_lossy(&line[start..=end]);
    let numbers: Vec<u16> = text
        .split(',')
        .filter_map(|n| n.parse::<u16>().ok())
        .collect();
    let port = match numbers[..] {
        [port] => port,
        [high @ 0..=255, low @ 0..=255] => high * 256 + low,
        _ => return RelayedReply::Other,
    };
    RelayedReply::Offer(Offer {
        port,
        before: line[..start].to_vec(),
        after: line[end + 1..].to_vec(),
        is_extended: separators == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::{RelayedReply, read_reply_line};

    #[test]
    fn only_the_port_of_an_offer_is_changed() {
        let cases = [
            (
                "227 Entering Passive Mode (127,0,0,1,11,79).\r\n",
                2895,
                "227 Entering Passive Mode (127,0,0,1,1,2).\r\n",
            ),
            ("227 127,0,0,1,255,0\r\n", 65280, "227 127,0,0,1,1,2\r\n"),
            (
                "229 Extended Passive mode OK (|||40000|)\r\n",
                40000,
                "229 Extended Passive mode OK (|||258|)\r\n",
            ),
        ];
        for (line, port, changed) in cases {
            let RelayedReply::Offer(offer) = read_reply_line(line.as_bytes()) else {
                panic!("{line:?} is an offer");
            };
            assert_eq!(offer.port, port);
            assert_eq!(offer.with_port(258), changed.as_bytes());
        }
    }

    #[test]
    fn other_replies_pass() {
        for line in [
            "227-(1,2,3,4,5,6)\r\n",
            "226 done\r\n",
            "227 no port\r\n",
            "22",
            "",
        ] {
            assert_eq!(
                read_reply_line(line.as_bytes()),
                RelayedReply::Other,
                "{line:?}"
            );
        }
        assert_eq!(read_reply_line(b"234 go on\r\n"), RelayedReply::TlsAgreed);
    }
}
