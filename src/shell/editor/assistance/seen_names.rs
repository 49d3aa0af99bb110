//! Names on the server, out of what went by: listings, 257 and MLST replies, and paths that the server has accepted.
//!
//! A name belongs to the directory in which it was seen. Which one that is, follows from the accepted CWD and CDUP; a
//! wrong guess (a symbolic link) costs a missing candidate and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::{Cancellation, Destination, Observation, Observer};
use crate::protocol::ledger::Assignment;
use crate::protocol::listing::{from_list_line, from_mlst_line};
use crate::protocol::{Command, Reply, Verb, verbs};

/// The names; clones share them.
#[derive(Clone, Debug, Default)]
pub struct SeenNames {
    seen: Arc<Mutex<SeenName>>,
}

#[derive(Debug, Default)]
struct SeenName {
    /// By the directory that was the working directory then, as far as it can be told.
    names: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>,
    count: usize,
    /// The working directory: absolute, or relative to where the login began.
    directory: Vec<u8>,
    /// Commands whose final reply has not come, oldest first.
    awaiting: Vec<(Verb, Vec<u8>)>,
    /// The path of an RNFR that was accepted.
    renamed: Option<Vec<u8>>,
}

impl SeenNames {
    /// The names that begin so and can be reached from the working directory, in order, at most `most`.
    #[must_use]
    pub fn beginning_with(&self, start: &[u8], most: usize) -> Vec<Vec<u8>> {
        let seen = self.lock();
        let Some(names) = seen.names.get(&seen.directory) else {
            return Vec::new();
        };
        let from_start = names.range(start.to_vec()..);
        let fitting = from_start.take_while(|name| name.starts_with(start));
        fitting.take(most).cloned().collect()
    }

    /// Forgets everything: another server has other names.
    pub fn clear(&self) {
        *self.lock() = SeenName::default();
    }

    /// Takes what a listing command brought.
    pub fn learn_listing(&self, command: &Command, bytes: &[u8]) {
        self.lock().learn_listing(command, bytes);
    }

    fn lock(&self) -> MutexGuard<'_, SeenName> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for SeenNames {
    fn observe(&mut self, observation: &Observation) {
        match observation {
            Observation::Connected { .. } => self.clear(),
            Observation::CommandSent { command, .. } => self.lock().await_reply(command),
            Observation::ReplyReceived {
                reply, assignment, ..
            } => self.lock().take_reply(reply, assignment),
            _ => {}
        }
    }
}

impl SeenName {
    fn await_reply(&mut self, command: &Command) {
        if self.awaiting.len() == MAX_AWAITED {
            self.awaiting.remove(0);
        }
        if command.secret_places().is_empty() {
            let argument = command.argument().unwrap_or_default();
            self.awaiting.push((command.verb(), argument.to_vec()));
        }
    }

    fn take_reply(&mut self, reply: &Reply, assignment: &Assignment) {
        let Some(verb) = &assignment.verb else { return };
        if reply.code.is_preliminary() {
            return;
        }
        let Some(at) = self.awaiting.iter().position(|(known, _)| known == verb) else {
            return;
        };
        let (verb, argument) = self.awaiting.remove(at);
        if !reply.code.is_negative() {
            self.learn(&verb, argument, reply);
        }
    }

    fn learn(&mut self, verb: &Verb, path: Vec<u8>, reply: &Reply) {
        if let Some(name) = reply.quoted_path() {
            self.add(name);
        }
        match verb.as_bytes() {
            b"CWD" | b"XCWD" => {
                self.add(path.clone());
                self.directory = below(&self.directory, &path);
            }
            b"CDUP" | b"XCUP" => self.directory = below(&self.directory, b".."),
            b"REIN" => *self = Self::default(),
            b"DELE" | b"RMD" | b"XRMD" => self.remove(&path),
            b"RNFR" => self.renamed = Some(path),
            b"RNTO" => {
                if let Some(renamed) = self.renamed.take() {
                    self.remove(&renamed);
                }
                self.add(path);
            }
            b"MLST" => {
                reply.lines.iter().for_each(|line| self.add_fact_line(line));
                self.add(path);
            }
            b"STAT" => reply.lines.iter().for_each(|line| {
                self.add_listed(&path, line);
            }),
            _ if takes_one_path(verb) && !path.starts_with(b"-") => self.add(path),
            _ => {}
        }
    }

    fn learn_listing(&mut self, command: &Command, bytes: &[u8]) {
        let folder = command.argument().unwrap_or_default();
        let lines = bytes.split(|&byte| byte == b'\n');
        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        match command.verb().as_bytes() {
            b"LIST" => lines.for_each(|line| self.add_listed(folder, line)),
            b"NLST" => lines.for_each(|line| self.add_below(folder, line)),
            b"MLSD" => lines
                .filter_map(name_of_facts)
                .for_each(|name| self.add_below(folder, name)),
            _ => {}
        }
    }

    /// A line of LIST; a symbolic link shows where it leads.
    fn add_listed(&mut self, folder: &[u8], line: &[u8]) {
        if let Some((_, name)) = from_list_line(line) {
            let is_link = line.starts_with(b"l");
            let arrow = name.windows(4).position(|window| window == b" -> ");
            let name = &name[..arrow.filter(|_| is_link).unwrap_or(name.len())];
            self.add_below(folder, name);
        }
    }

    fn add_fact_line(&mut self, line: &[u8]) {
        if line.starts_with(b" ")
            && let Some(name) = name_of_facts(line.trim_ascii_start())
        {
            self.add(name.to_vec());
        }
    }

    /// A name as the listing of `folder` shows it: some servers put the folder before it, most do not.
    fn add_below(&mut self, folder: &[u8], name: &[u8]) {
        let folder = without_options(folder);
        let is_pattern = folder.iter().any(|byte| b"*?[".contains(byte));
        let is_file_itself = name == folder;
        if name.is_empty() {
            return;
        }
        if is_pattern || is_file_itself || name.contains(&b'/') || folder.is_empty() {
            self.add(name.to_vec());
        } else {
            self.add(joined(folder, name));
        }
    }

    fn add(&mut self, name: Vec<u8>) {
        let is_name = !matches!(name.as_slice(), b"" | b"." | b"..") && !name.ends_with(b"/.");
        if !is_name || name.ends_with(b"/..") || self.count >= MAX_NAMES {
            return;
        }
        let names = self.names.entry(self.directory.clone()).or_default();
        self.count += usize::from(names.insert(name));
    }

    fn remove(&mut self, name: &[u8]) {
        if let Some(names) = self.names.get_mut(&self.directory) {
            self.count -= usize::from(names.remove(name));
        }
    }
}

/// Hands received data on, and lets the names in them be learnt.
pub struct LearningDestination {
    inner: Box<dyn Destination>,
    names: SeenNames,
    command: Command,
    bytes: Vec<u8>,
}

impl LearningDestination {
    /// Learns from the data of a command that lists names; those of any other are handed on untouched.
    #[must_use]
    pub fn around(
        inner: Box<dyn Destination>,
        command: &Command,
        names: &SeenNames,
    ) -> Box<dyn Destination> {
        let verb = command.verb();
        if !["LIST", "NLST", "MLSD"].iter().any(|name| verb.is(name)) {
            return inner;
        }
        Box::new(Self {
            inner,
            names: names.clone(),
            command: command.clone(),
            bytes: Vec::new(),
        })
    }
}

impl Destination for LearningDestination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = MAX_BYTES.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.inner.write(bytes)
    }

    fn is_screen(&self) -> bool {
        self.inner.is_screen()
    }

    fn cancellation(&self) -> Option<Cancellation> {
        self.inner.cancellation()
    }

    fn is_prompt(&self) -> bool {
        self.inner.is_prompt()
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        self.names.learn_listing(&self.command, &bytes);
        self.inner.end(accepted)
    }
}

/// What follows the facts; the directory itself and the one above it do not count.
fn name_of_facts(line: &[u8]) -> Option<&[u8]> {
    from_mlst_line(line)?;
    let space = line.iter().position(|&byte| byte == b' ')?;
    let facts = line[..space].to_ascii_lowercase();
    let is_itself = facts
        .split(|&byte| byte == b';')
        .any(|fact| matches!(fact, b"type=cdir" | b"type=pdir"));
    (!is_itself).then_some(&line[space + 1..])
}

/// `-la path` is what servers hand to ls.
fn without_options(folder: &[u8]) -> &[u8] {
    let mut folder = folder;
    while folder.starts_with(b"-") {
        let end = folder.iter().position(|&byte| byte == b' ');
        folder = end.map_or(&[], |end| &folder[end + 1..]);
    }
    folder
}

fn takes_one_path(verb: &Verb) -> bool {
    verbs::entry(verb).is_some_and(|entry| {
        let place = entry.syntax.split_once(' ').map(|(_, place)| place);
        matches!(place, Some("<path>" | "[<path>]"))
    })
}

/// Where a CWD leads.
fn below(directory: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let is_unknown = directory.is_empty() || directory.ends_with(b"..");
    if path == b".." && !is_unknown {
        let slash = directory.iter().rposition(|&byte| byte == b'/');
        return directory[..slash.unwrap_or(0)].to_vec();
    }
    joined(directory, path)
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if folder.is_empty() || folder.ends_with(b"/") {
        b""
    } else {
        b"/"
    };
    [folder, slash, name].concat()
}

const MAX_AWAITED: usize = 64;
/// A server that sends names without end must not fill the memory.
const MAX_NAMES: usize = 50_000;
const MAX_BYTES: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests;
