//! Separates Telnet commands from the text of the control connection (RFC 854; RFC 959 section 3.1).
//!
//! Commands are reported and never answered: RFC 1123 section 4.1.2.12 lets a user-FTP refuse nothing and
//! negotiate nothing.

use super::telnet_commands::IAC;

const SUBNEGOTIATION_BEGINS: u8 = 250;
const SUBNEGOTIATION_ENDS: u8 = 240;
const WILL: u8 = 251;
const DONT: u8 = 254;
/// Smaller octets are no Telnet commands (RFC 854).
const FIRST_COMMAND: u8 = SUBNEGOTIATION_ENDS;

/// Octets of an unfinished subnegotiation that are held back; at this length it is reported as it stands.
pub(super) const SUBNEGOTIATION_LIMIT: usize = 1024;

/// Takes the received octets one by one and says what each of them completes.
#[derive(Debug, Default)]
pub(super) struct TelnetFilter {
    unfinished: Vec<u8>,
}

/// What one received octet completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filtered {
    /// Nothing yet: the octet belongs to an unfinished command.
    Nothing,
    /// One octet of text.
    Text(u8),
    /// Two octets of text: 255, which the server did not double, and this one.
    UndoubledIac(u8),
    /// A whole Telnet command, from its IAC on.
    Command(Vec<u8>),
}

impl TelnetFilter {
    /// Takes the next octet.
    pub(super) fn take(&mut self, octet: u8) -> Filtered {
        match self.unfinished[..] {
            [] if octet == IAC => self.hold(octet),
            [] => Filtered::Text(octet),
            [_] => self.take_command_code(octet),
            [_, SUBNEGOTIATION_BEGINS, ..] => self.take_subnegotiation(octet),
            _ => self.complete(octet),
        }
    }

    /// Octets of a command that is not whole yet.
    pub(super) fn held_octets(&self) -> usize {
        self.unfinished.len()
    }

    /// Gives up the unfinished command, at the end of the connection.
    pub(super) fn take_unfinished(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unfinished)
    }

    fn take_command_code(&mut self, octet: u8) -> Filtered {
        match octet {
            IAC => {
                self.unfinished.clear();
                Filtered::Text(IAC)
            }
            SUBNEGOTIATION_BEGINS | WILL..=DONT => self.hold(octet),
            FIRST_COMMAND.. => self.complete(octet),
            // ProFTPD and Pure-FTPd send 255 in a name once, not twice.
            _ => {
                self.unfinished.clear();
                Filtered::UndoubledIac(octet)
            }
        }
    }

    fn take_subnegotiation(&mut self, octet: u8) -> Filtered {
        let length = self.unfinished.len() + 1;
        if self.ends_subnegotiation(octet) || length >= SUBNEGOTIATION_LIMIT {
            self.complete(octet)
        } else {
            self.hold(octet)
        }
    }

    /// IAC SE ends it, unless that IAC is itself the second half of a doubled one.
    fn ends_subnegotiation(&self, octet: u8) -> bool {
        let iacs = self.unfinished[2..]
            .iter()
            .rev()
            .take_while(|&&held| held == IAC)
            .count();
        octet == SUBNEGOTIATION_ENDS && iacs % 2 == 1
    }

    fn hold(&mut self, octet: u8) -> Filtered {
        self.unfinished.push(octet);
        Filtered::Nothing
    }

    fn complete(&mut self, octet: u8) -> Filtered {
        self.unfinished.push(octet);
        Filtered::Command(self.take_unfinished())
    }
}

#[cfg(test)]
mod tests {
    use super::{Filtered, SUBNEGOTIATION_LIMIT, TelnetFilter};

    type Commands<'a> = &'a [&'a [u8]];

    fn filter(octets: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut telnet = TelnetFilter::default();
        let (mut text, mut commands) = (Vec::new(), Vec::new());
        for &octet in octets {
            match telnet.take(octet) {
                Filtered::Nothing => {}
                Filtered::Text(octet) => text.push(octet),
                Filtered::UndoubledIac(octet) => text.extend([255, octet]),
                Filtered::Command(command) => commands.push(command),
            }
        }
        (text, commands)
    }

    #[test]
    fn commands_are_separated_from_text() {
        let table: &[(&[u8], &[u8], Commands)] = &[
            (b"a\xff\xf1b", b"ab", &[b"\xff\xf1"]),
            (b"\xff\xfc\x01x", b"x", &[b"\xff\xfc\x01"]),
            (b"\xff\xfe\xffx", b"x", &[b"\xff\xfe\xff"]),
            (b"a\xff\xffb", b"a\xffb", &[]),
            (b"a\xffb", b"a\xffb", &[]),
            (
                b"\xff\xfa\x18\x01\xff\xf0x",
                b"x",
                &[b"\xff\xfa\x18\x01\xff\xf0"],
            ),
            (
                b"\xff\xfa\x18\xff\xff\xf0\xff\xf0x",
                b"x",
                &[b"\xff\xfa\x18\xff\xff\xf0\xff\xf0"],
            ),
        ];
        for (octets, text, commands) in table {
            let (seen_text, seen_commands) = filter(octets);
            assert_eq!(seen_text, *text, "{}", octets.escape_ascii());
            assert_eq!(seen_commands, *commands, "{}", octets.escape_ascii());
        }
    }

    #[test]
    fn a_subnegotiation_that_never_ends_is_given_up() {
        let octets = [b"\xff\xfa".as_slice(), &[b'x'; SUBNEGOTIATION_LIMIT]].concat();
        let (text, commands) = filter(&octets);
        assert_eq!(commands.len(), 1);
        assert_eq!(commands[0].len(), SUBNEGOTIATION_LIMIT);
        assert_eq!(text, b"xx");
    }
}
