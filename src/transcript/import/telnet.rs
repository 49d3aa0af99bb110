//! The screen of telnet or nc: bare lines, and a second window for the data connection.
//!
//! ```text
//! $ telnet 127.0.0.1 21
//! Trying 127.0.0.1...
//! 220 ready
//! PASV
//! 227 Entering Passive Mode (127,0,0,1,11,79)
//! APPE 1.TXT
//! 150 go ahead
//! 226 done                        the second window may stand in between, or after it all
//! $ telnet 127.0.0.1 2895
//! zfive5
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::items::{CodedLine, Item, Items, looks_like_command};
use super::text::begins_with;
use crate::transcript::data::LineEnd;

pub(super) fn recognise(lines: &[&[u8]]) -> Vec<Item> {
    let mut screen = Screen {
        items: Items::default(),
        window: Window::Control,
        is_connecting: false,
        has_connected: false,
        is_refused_next: false,
        secret_is_asked: false,
    };
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).and_then(|next| CodedLine::of(next));
        screen.is_refused_next = next.is_some_and(|next| next.code.is_negative());
        screen.items.begin_line();
        screen.take(line);
        if let Some(reply) = CodedLine::of(line) {
            screen.secret_is_asked = matches!(reply.code.0, 331 | 332);
        }
    }
    screen.items.into_found()
}

struct Screen {
    items: Items,
    window: Window,
    /// The command that starts telnet was seen, and nothing of its dialogue.
    is_connecting: bool,
    has_connected: bool,
    /// The line after this one is a 4yz or a 5yz.
    is_refused_next: bool,
    /// A 331 or 332 came last: what follows may be a password after a misspelt verb.
    secret_is_asked: bool,
}

#[derive(Clone, Copy)]
enum Window {
    Control,
    /// That of a data connection, by its port.
    Data(u16),
    /// The same, pasted after what happened in the other window.
    DataApart(u16),
}

impl Screen {
    fn take(&mut self, line: &[u8]) {
        if let Some(started) = STARTED.captures(line) {
            let port = started
                .get(1)
                .and_then(|port| std::str::from_utf8(port.as_bytes()).ok());
            let port = port.and_then(|port| port.parse().ok());
            self.open_window(port.filter(|port| self.items.has_offered(*port)));
            self.is_connecting = true;
            return self.items.noise();
        }
        if begins_with(line, &CONNECTING) {
            // Without the command, the second connection is that for data.
            if self.has_connected && !self.is_connecting {
                self.open_window(self.items.last_offered_port());
            }
            self.is_connecting = true;
            return self.items.noise();
        }
        if begins_with(line, &CLOSED) {
            self.window = Window::Control;
            return self.items.noise();
        }
        if begins_with(line, &CHATTER) || PROMPT.is_match(line) || line == b"^]" {
            return self.items.noise();
        }
        self.is_connecting = false;
        self.has_connected = true;
        match self.window {
            Window::Control => self.take_control_line(line),
            Window::Data(port) => self.take_line_of_either(line, port),
            Window::DataApart(port) => self.take_data(line, port),
        }
    }

    fn open_window(&mut self, port: Option<u16>) {
        self.window = match port {
            None => Window::Control,
            Some(port) if self.items.has_used(port) => Window::DataApart(port),
            Some(port) => Window::Data(port),
        };
    }

    fn take_control_line(&mut self, line: &[u8]) {
        if self.items.reply_is_open() || CodedLine::of(line).is_some() {
            self.items.received(line);
        } else if line.trim_ascii().is_empty() {
            self.items.noise();
        } else if looks_like_command(line) || self.was_refused(line) {
            self.items.sent(line);
        } else {
            self.items.unknown();
        }
    }

    /// What the server refused was typed, even if it is not a known verb.
    fn was_refused(&self, line: &[u8]) -> bool {
        self.is_refused_next && !self.secret_is_asked && begins_with_word(line)
    }

    /// Both windows are read as one: what happened in the first one stands between the data.
    fn take_line_of_either(&mut self, line: &[u8], port: u16) {
        let moves_data = self.items.transfer().is_some();
        if moves_data && !self.items.reply_is_open() && CodedLine::of(line).is_none() {
            return self.take_data(line, port);
        }
        self.take_control_line(line);
        if moves_data && self.items.transfer().is_none() {
            self.window = Window::Control;
        }
    }

    fn take_data(&mut self, line: &[u8], port: u16) {
        match line.strip_suffix(b"^]") {
            Some(text) => self.items.data(text, LineEnd::None, Some(port)),
            None => self.items.data(line, LineEnd::CrLf, Some(port)),
        }
    }
}

fn begins_with_word(line: &[u8]) -> bool {
    let word = line.split(|byte| *byte == b' ').next();
    let word = word.unwrap_or_default();
    (1..=LONGEST_VERB).contains(&word.len()) && word.iter().all(u8::is_ascii_alphabetic)
}

const LONGEST_VERB: usize = 12;

/// `telnet HOST PORT` after any prompt.
static STARTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:.*[>$#%:]\s*)?(?:telnet|nc|ncat|netcat)(?:\.exe)?(?:\s+-\S+)*\s+[^\s.]\S*(?:[\s:]+(\d+))?\s*$")
        .expect("a constant expression")
});

/// Its own prompt, after its escape character.
static PROMPT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\S*telnet> ").expect("a constant expression"));

const CONNECTING: [&str; 2] = ["Trying ", "Connecting To "];
const CLOSED: [&str; 2] = ["Connection closed", "Connection to host lost"];
const CHATTER: [&str; 5] = [
    "Connected to ",
    "Escape character is",
    "Connection to ",
    "telnet: ",
    "Ncat: ",
];
