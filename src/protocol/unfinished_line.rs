//! What was sent behind the last line end: the beginning of the line that the server will read next.

use super::command::Command;
use super::telnet::{Filtered, TelnetFilter};

/// Octets that were sent as they are, without the Telnet commands among them.
#[derive(Debug, Default)]
pub(super) struct UnfinishedLine {
    text: Vec<u8>,
    telnet: TelnetFilter,
}

impl UnfinishedLine {
    /// Takes the next octets; returns the lines that they end, as far as a command can hold them.
    pub(super) fn take(&mut self, octets: &[u8]) -> Vec<Command> {
        let mut commands = Vec::new();
        for &octet in octets {
            match self.telnet.take(octet) {
                Filtered::Text(b'\n') => commands.extend(self.end_line()),
                Filtered::Text(octet) => self.text.push(octet),
                Filtered::UndoubledIac(octet) => self.text.extend([255, octet]),
                Filtered::Nothing | Filtered::Command(_) => {}
            }
        }
        commands
    }

    /// This beginning and the command behind it, as one line.
    pub(super) fn completed(&self, command: &Command) -> Command {
        let line = [&self.text, command.line()].concat();
        // A CR or NUL in the beginning makes it a line that no table knows.
        Command::new(line).unwrap_or_else(|_| command.clone())
    }

    pub(super) fn is_begun(&self) -> bool {
        !self.text.is_empty() || self.telnet.held_octets() > 0
    }

    fn end_line(&mut self) -> Option<Command> {
        let line = std::mem::take(&mut self.text);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        Command::new(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::UnfinishedLine;
    use crate::protocol::Command;

    #[test]
    fn lines_are_put_together_from_pieces() {
        let mut line = UnfinishedLine::default();
        let mut take = |octets: &[u8]| -> Vec<String> {
            let commands = line.take(octets);
            let lines = commands.iter().map(|command| command.line().escape_ascii());
            lines.map(|line| line.to_string()).collect()
        };
        let none: [&str; 0] = [];
        assert_eq!(take(b"\xff\xf4NO"), none);
        assert_eq!(take(b"OP\r"), none);
        assert_eq!(take(b"\nPASS x\r\nSTAT\nSI"), ["NOOP", "PASS x", "STAT"]);
        assert!(line.is_begun());
        let command = Command::new("ZE f").unwrap();
        assert_eq!(line.completed(&command).line(), b"SIZE f");
    }

    #[test]
    fn a_line_that_no_command_can_hold_is_none() {
        let mut line = UnfinishedLine::default();
        assert!(line.take(b"a\0b\r\na\rb\r\n").is_empty());
        assert!(!line.is_begun());
        assert!(line.take(b"\xff").is_empty() && line.is_begun());
    }
}
