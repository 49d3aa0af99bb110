//! The Telnet commands that are two octets, IAC and their code (RFC 854, "Standard representation").

/// "Interpret as command": begins every Telnet command; doubled it is one octet of text.
pub const IAC: u8 = 255;
/// Interrupt Process.
pub const IP: u8 = 244;
/// Data Mark: where a Synch ends.
pub const DM: u8 = 242;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelnetCommand {
    /// Its name in RFC 854.
    pub name: &'static str,
    /// The octet behind IAC.
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

    /// The octets that go out.
    #[must_use]
    pub fn wire(&self) -> [u8; 2] {
        [IAC, self.code]
    }

    /// The commands that these octets are, and nothing else among them; `None` otherwise.
    #[must_use]
    pub fn read_all(octets: &[u8]) -> Option<Vec<&'static Self>> {
        octets
            .chunks(2)
            .map(|pair| match *pair {
                [IAC, code] => TELNET_COMMANDS.iter().find(|command| command.code == code),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{TELNET_COMMANDS, TelnetCommand};

    #[test]
    fn commands_are_found_by_name_and_read_back_from_their_octets() {
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
    fn octets_with_anything_else_among_them_are_no_commands() {
        for octets in [
            &b"\xff"[..],
            b"\xff\xffx",
            b"\xff\xf4a",
            b"NOOP",
            b"\xff\xfb",
        ] {
            assert_eq!(TelnetCommand::read_all(octets), None);
        }
        let names: Vec<&str> = TelnetCommand::read_all(b"\xff\xf4\xff\xf2")
            .unwrap()
            .iter()
            .map(|command| command.name)
            .collect();
        assert_eq!(names, ["IP", "DM"]);
    }
}
