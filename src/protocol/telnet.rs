//! Telnet on the control connection (RFC 854; RFC 959 section 3.1): the commands that may be sent, and the filter that
//! takes them out of what is received.
//!
//! Commands are reported and never answered: RFC 1123 section 4.1.2.12 lets a user-FTP refuse nothing and
//! negotiate nothing.

/// "Interpret as command": begins every Telnet command; doubled it is one byte of text.
pub(crate) const IAC: u8 = 255;
/// Interrupt Process.
pub(crate) const IP: u8 = 244;
/// Data Mark: where a Synch ends.
pub(crate) const DM: u8 = 242;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelnetCommand {
    /// Its name in RFC 854.
    pub name: &'static str,
    /// The byte after IAC.
    pub code: u8,
    /// What RFC 854 calls it in words.
    pub meaning: &'static str,
}

/// Those that stand alone. Option negotiation is not here: neither side of FTP negotiates (RFC 1123 section 4.1.2.12).
pub const TELNET_COMMANDS: &[TelnetCommand] = &[
    row("NOP", 241, "No Operation"),
    row("DM", DM, "Data Mark"),
    row("BRK", 243, "Break"),
    row("IP", IP, "Interrupt Process"),
    row("AO", 245, "Abort Output"),
    row("AYT", 246, "Are You There"),
    row("EC", 247, "Erase Character"),
    row("EL", 248, "Erase Line"),
    row("GA", 249, "Go Ahead"),
];

const fn row(name: &'static str, code: u8, meaning: &'static str) -> TelnetCommand {
    TelnetCommand {
        name,
        code,
        meaning,
    }
}

impl TelnetCommand {
    /// The command of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TELNET_COMMANDS
            .iter()
            .find(|command| command.name.eq_ignore_ascii_case(name))
    }

    /// The bytes that go out.
    #[must_use]
    pub fn wire(&self) -> [u8; 2] {
        [IAC, self.code]
    }

    /// The commands that these bytes are, and nothing else among them; `None` otherwise.
    #[must_use]
    pub fn read_all(bytes: &[u8]) -> Option<Vec<&'static Self>> {
        bytes
            .chunks(2)
            .map(|pair| match *pair {
                [IAC, code] => TELNET_COMMANDS.iter().find(|command| command.code == code),
                _ => None,
            })
            .collect()
    }
}

const SUBNEGOTIATION_BEGINS: u8 = 250;
const SUBNEGOTIATION_ENDS: u8 = 240;
const WILL: u8 = 251;
const DONT: u8 = 254;
/// Smaller bytes are not Telnet commands (RFC 854).
const FIRST_COMMAND: u8 = SUBNEGOTIATION_ENDS;

/// Bytes of an unfinished subnegotiation that are held back; at this length it is reported as it is.
pub(super) const SUBNEGOTIATION_LIMIT: usize = 1024;

/// Takes the received bytes one by one and says what each of them completes.
#[derive(Debug, Default)]
pub(super) struct TelnetFilter {
    unfinished: Vec<u8>,
}

/// What one received byte completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filtered {
    /// Nothing yet: the byte belongs to an unfinished command.
    Nothing,
    /// One byte of text.
    Text(u8),
    /// Two bytes of text: 255, which the server did not double, and this one.
    UndoubledIac(u8),
    /// A whole Telnet command, from its IAC on.
    Command(Vec<u8>),
}

impl TelnetFilter {
    /// Takes the next byte.
    pub(super) fn take(&mut self, byte: u8) -> Filtered {
        match self.unfinished[..] {
            [] if byte == IAC => self.hold(byte),
            [] => Filtered::Text(byte),
            [_] => self.take_command_code(byte),
            [_, SUBNEGOTIATION_BEGINS, ..] => self.take_subnegotiation(byte),
            _ => self.complete(byte),
        }
    }

    /// Bytes of a command that is not whole yet.
    pub(super) fn held_bytes(&self) -> usize {
        self.unfinished.len()
    }

    /// Gives up the unfinished command, at the end of the connection.
    pub(super) fn take_unfinished(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unfinished)
    }

    fn take_command_code(&mut self, byte: u8) -> Filtered {
        match byte {
            IAC => {
                self.unfinished.clear();
                Filtered::Text(IAC)
            }
            SUBNEGOTIATION_BEGINS | WILL..=DONT => self.hold(byte),
            FIRST_COMMAND.. => self.complete(byte),
            // ProFTPD and Pure-FTPd send 255 in a name once, not twice.
            _ => {
                self.unfinished.clear();
                Filtered::UndoubledIac(byte)
            }
        }
    }

    fn take_subnegotiation(&mut self, byte: u8) -> Filtered {
        let length = self.unfinished.len() + 1;
        if self.ends_subnegotiation(byte) || length >= SUBNEGOTIATION_LIMIT {
            self.complete(byte)
        } else {
            self.hold(byte)
        }
    }

    /// IAC SE ends it, unless that IAC is itself the second half of a doubled one.
    fn ends_subnegotiation(&self, byte: u8) -> bool {
        let iacs = self.unfinished[2..]
            .iter()
            .rev()
            .take_while(|&&held| held == IAC)
            .count();
        byte == SUBNEGOTIATION_ENDS && iacs % 2 == 1
    }

    fn hold(&mut self, byte: u8) -> Filtered {
        self.unfinished.push(byte);
        Filtered::Nothing
    }

    fn complete(&mut self, byte: u8) -> Filtered {
        self.unfinished.push(byte);
        Filtered::Command(self.take_unfinished())
    }
}

#[cfg(test)]
mod tests {
    use super::{Filtered, SUBNEGOTIATION_LIMIT, TELNET_COMMANDS, TelnetCommand, TelnetFilter};

    #[test]
    fn commands_are_found_by_name_and_read_back_from_their_bytes() {
        for command in TELNET_COMMANDS {
            let lower_case = command.name.to_lowercase();
            assert_eq!(TelnetCommand::named(&lower_case), Some(command));
            assert_eq!(
                TelnetCommand::read_all(&command.wire()),
                Some(vec![command])
            );
        }
        assert_eq!(TelnetCommand::named("will"), None);
    }

    #[test]
    fn bytes_with_anything_else_among_them_are_not_commands() {
        for bytes in [
            &b"\xff"[..],
            b"\xff\xffx",
            b"\xff\xf4a",
            b"NOOP",
            b"\xff\xfb",
        ] {
            assert_eq!(TelnetCommand::read_all(bytes), None);
        }
        let names: Vec<&str> = TelnetCommand::read_all(b"\xff\xf4\xff\xf2")
            .unwrap()
            .iter()
            .map(|command| command.name)
            .collect();
        assert_eq!(names, ["IP", "DM"]);
    }

    type Commands<'a> = &'a [&'a [u8]];

    fn filter(bytes: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut telnet = TelnetFilter::default();
        let (mut text, mut commands) = (Vec::new(), Vec::new());
        for &byte in bytes {
            match telnet.take(byte) {
                Filtered::Nothing => {}
                Filtered::Text(byte) => text.push(byte),
                Filtered::UndoubledIac(byte) => text.extend([255, byte]),
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
        for (bytes, text, commands) in table {
            let (seen_text, seen_commands) = filter(bytes);
            assert_eq!(seen_text, *text, "{}", bytes.escape_ascii());
            assert_eq!(seen_commands, *commands, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_subnegotiation_that_never_ends_is_given_up() {
        let bytes = [b"\xff\xfa".as_slice(), &[b'x'; SUBNEGOTIATION_LIMIT]].concat();
        let (text, commands) = filter(&bytes);
        assert_eq!(commands.len(), 1);
        assert_eq!(commands[0].len(), SUBNEGOTIATION_LIMIT);
        assert_eq!(text, b"xx");
    }
}
