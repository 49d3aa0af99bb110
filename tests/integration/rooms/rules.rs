//! The rules, each with the files that it does not bind.

use super::paths::paths;
use super::source::{code_only, is_word, tokens};

/// A room, and the rooms to its left.
const ROOMS: [(&str, &[&str]); 6] = [
    ("protocol", &[]),
    ("net", &["protocol"]),
    ("session", &["protocol", "net"]),
    ("transcript", &["protocol", "net", "session"]),
    ("practice", &["protocol", "net"]),
    (
        "shell",
        &["protocol", "net", "session", "transcript", "practice"],
    ),
];
const LONGEST_FILE: usize = 500;
/// Nothing but a table each.
const TABLES: [&str; 2] = ["protocol/verbs.rs", "protocol/reply_codes.rs"];

const SOCKETS: [&str; 7] = [
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "socket2",
    "mio",
    "rustls",
    "rcgen",
];
const PRINTERS: [&str; 4] = ["print", "println", "eprint", "eprintln"];
const UNFINISHED: [&str; 3] = ["dbg", "todo", "unimplemented"];
const REMINDERS: [&str; 2] = ["FIXME", "XXX"];

struct File<'a> {
    /// Relative to src, with slashes.
    name: &'a str,
    complaints: Vec<String>,
}

/// What is wrong with a file: its name relative to src, and its text.
pub(super) fn complaints(name: &str, text: &str) -> Vec<String> {
    let mut file = File {
        name,
        complaints: Vec::new(),
    };
    let code = code_only(text);
    let (code, tests) = if file.is_tests() {
        ("", code.as_str())
    } else {
        code.split_at(start_of_tests(&code))
    };
    let (code, tests) = (tokens(code), tokens(tests));
    file.check_imports(&code, file.depth());
    let depth_of_tests = file.depth() + usize::from(!file.is_tests());
    file.check_imports(&tests, depth_of_tests);
    file.check_what_is_touched(&code);
    file.check_finished(&code);
    file.check_finished(&tests);
    file.check_text(text);
    file.complaints
}

impl File<'_> {
    fn complain(&mut self, what: impl std::fmt::Display) {
        self.complaints.push(format!("src/{}: {what}", self.name));
    }

    /// The first folder, or the file itself at the top.
    fn room(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or(self.name);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_top(&self) -> bool {
        matches!(self.name, "lib.rs" | "main.rs")
    }

    fn is_tests(&self) -> bool {
        self.name.ends_with("/tests.rs") || self.name.contains("/tests/")
    }

    /// `shell/painter.rs` and all in `shell/painter/` are part of `shell/painter`.
    fn is_part_of(&self, module: &str) -> bool {
        self.name
            .strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".rs"))
    }

    /// How many modules this one lies under the crate.
    fn depth(&self) -> usize {
        if self.is_top() {
            return 0;
        }
        let depth = self.name.split('/').count();
        if self.name.ends_with("/mod.rs") {
            depth - 1
        } else {
            depth
        }
    }

    fn check_imports(&mut self, tokens: &[&str], depth: usize) {
        let room = self.room().to_owned();
        let left = ROOMS.iter().find(|(name, _)| *name == room);
        if left.is_none() && !self.is_top() {
            self.complain("unknown room");
        }
        for path in paths(tokens) {
            if path.last() == Some(&"*") {
                self.complain(format!("glob import of {}", path.join("::")));
            }
            let (Some(imported), Some((_, left))) = (below_crate(&path, depth), left) else {
                continue;
            };
            if !ROOMS.iter().any(|(name, _)| *name == imported) {
                self.complain(format!("{imported} is no room: import it from its own"));
            } else if imported != room && !left.contains(&imported) {
                self.complain(format!("{room} may not import {imported}"));
            }
        }
    }

    fn check_what_is_touched(&mut self, tokens: &[&str]) {
        let room = self.room().to_owned();
        let room = room.as_str();
        for (at, &token) in tokens.iter().enumerate() {
            let is_macro = tokens.get(at + 1) == Some(&"!");
            if SOCKETS.contains(&token) && room != "net" {
                self.complain(format!("{token} belongs to net"));
            }
            if token == "rustyline" && !self.is_part_of("shell/editor") {
                self.complain("rustyline belongs to shell/editor");
            }
            if PRINTERS.contains(&token) && is_macro && !self.is_part_of("shell/painter") {
                self.complain(format!("{token}! belongs to shell/painter"));
            }
            if matches!(token, "IsTerminal" | "is_terminal") && room != "shell" {
                self.complain(format!("{token} belongs to shell"));
            }
            self.check_streams(&tokens[at..]);
            if token == "tempfile" && matches!(room, "protocol" | "net" | "session") {
                self.complain(format!("tempfile is not for {room}"));
            }
        }
        for path in paths(tokens) {
            let ends_with = |end: &[&str]| path.windows(2).any(|pair| pair == end);
            for clock in ["Instant", "SystemTime"] {
                if ends_with(&[clock, "now"]) && room == "protocol" {
                    self.complain(format!("{clock}::now is not for protocol"));
                }
            }
            if path.starts_with(&["std", "fs"]) && matches!(room, "protocol" | "net" | "session") {
                self.complain(format!("std::fs is not for {room}"));
            }
            if path.starts_with(&["std", "env"]) && !matches!(room, "shell" | "main") {
                self.complain("std::env belongs to shell and main");
            }
        }
    }

    /// `stdout()` and `stderr()` are the painter's; the shell may ask whether they are terminals.
    fn check_streams(&mut self, tokens: &[&str]) {
        let [stream @ ("stdout" | "stderr"), "(", ")", rest @ ..] = tokens else {
            return;
        };
        let is_query = self.room() == "shell" && rest.starts_with(&[".", "is_terminal"]);
        if !is_query && !self.is_part_of("shell/painter") {
            self.complain(format!("{stream}() belongs to shell/painter"));
        }
    }

    fn check_finished(&mut self, tokens: &[&str]) {
        for pair in tokens.windows(2) {
            if UNFINISHED.contains(&pair[0]) && pair[1] == "!" {
                self.complain(format!("{}! is not for a finished file", pair[0]));
            }
        }
        if tokens.contains(&"unsafe") {
            self.complain("unsafe");
        }
    }

    fn check_text(&mut self, text: &str) {
        for reminder in REMINDERS {
            if text.split(|c| !is_word(c)).any(|word| word == reminder) {
                self.complain(reminder);
            }
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE && !TABLES.contains(&self.name) {
            self.complain(format!("{lines} lines; {LONGEST_FILE} are enough"));
        }
    }
}

/// Where `#[cfg(test)] mod tests` begins, or the end.
fn start_of_tests(code: &str) -> usize {
    code.match_indices("#[cfg(test)]")
        .find(|(at, marker)| tokens(&code[at + marker.len()..]).starts_with(&["mod", "tests"]))
        .map_or(code.len(), |(at, _)| at)
}

/// The name directly under the crate that the path leads to.
fn below_crate<'a>(path: &[&'a str], depth: usize) -> Option<&'a str> {
    let ups = path.iter().take_while(|&&name| name == "super").count();
    match path {
        ["crate" | "ftpsh", name, ..] => Some(name),
        _ if ups > 0 && ups >= depth => path.get(ups).copied(),
        _ => None,
    }
}
