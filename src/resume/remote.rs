//! How large the server's file is: SIZE, else MLST, else LIST.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::transfer::{Form, Transfer, TransferEnd};
use crate::client::{Destination, KeptBytes};
use crate::protocol::listing::{ListedEntry, find_in_list, from_mlst_line};
use crate::protocol::reply::ReplyCode;

use super::steps::{Steps, line, number_in};
use super::{Refusal, ResumeError};

/// Where a size comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeSource {
    /// SIZE (RFC 3659 section 4).
    Size,
    /// MLST (RFC 3659 section 7).
    Mlst,
    /// LIST, in Unix or DOS form.
    List,
}

impl SizeSource {
    fn verb(self) -> &'static str {
        match self {
            Self::Size => "SIZE",
            Self::Mlst => "MLST",
            Self::List => "LIST",
        }
    }
}

/// What one way of asking for a size brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It is there and has so many bytes.
    Size(u64),
    /// A 213, so it is there.
    UnreadableSize,
    /// 550, which may also mean that it must not be seen.
    NoSuchFile,
    /// Refused in another way, or not understood.
    Nothing,
}

/// The server's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RemoteFile {
    /// It is there and has so many bytes.
    Present(u64),
    /// The server says that there is no such name.
    Absent,
}

impl RemoteFile {
    pub(super) fn size(self) -> u64 {
        match self {
            Self::Present(size) => size,
            Self::Absent => 0,
        }
    }
}

/// Looks with SIZE, then MLST, then LIST, and says which of them answered.
pub(super) fn look(
    steps: &Steps<'_>,
    name: &[u8],
) -> Result<(RemoteFile, SizeSource), ResumeError> {
    let by_size = ask_size(steps, name)?;
    if let Answer::Size(size) = by_size {
        return Ok((RemoteFile::Present(size), SizeSource::Size));
    }
    let by_mlst = ask_mlst(steps, name)?;
    if let Answer::Size(size) = by_mlst {
        return Ok((RemoteFile::Present(size), SizeSource::Mlst));
    }
    let by_both = (by_size, by_mlst) == (Answer::NoSuchFile, Answer::NoSuchFile);
    let by_list = match by_both {
        true => Answer::NoSuchFile,
        false => ask_list(steps, name)?,
    };
    match (by_size, by_mlst, by_list) {
        (_, _, Answer::Size(size)) => Ok((RemoteFile::Present(size), SizeSource::List)),
        // It is there, so nothing that follows may make it absent.
        (Answer::UnreadableSize, ..) => Err(no_size(
            steps,
            "SIZE was answered with 213, and its number cannot be read",
        )),
        (Answer::NoSuchFile, ..) => Ok((RemoteFile::Absent, SizeSource::Size)),
        (_, Answer::NoSuchFile, _) => Ok((RemoteFile::Absent, SizeSource::Mlst)),
        (_, _, Answer::NoSuchFile) => Ok((RemoteFile::Absent, SizeSource::List)),
        _ => Err(no_size(steps, "SIZE, MLST and LIST do not tell it")),
    }
}

/// The end of a download whose file is not there. A server may refuse LIST for another reason, simple-ftpd does in TYPE I.
pub(super) fn absent(steps: &Steps<'_>, source: SizeSource) -> ResumeError {
    match source {
        SizeSource::List => no_size(
            steps,
            "SIZE and MLST do not tell it, and LIST does not show the file",
        ),
        SizeSource::Size | SizeSource::Mlst => ResumeError::refused(
            Refusal::Absent,
            "there is no such file on the server".to_owned(),
        ),
    }
}

/// Checks that a file that SIZE, MLST or LIST calls absent is not merely hidden: it cannot be read, and its folder does
/// not list it. A server's words are not evidence, since many say `No such file` of one that may not be read.
pub(super) fn confirm_absence(steps: &Steps<'_>, name: &[u8]) -> Result<(), ResumeError> {
    let doubt = |reason: &str| {
        let reason = format!("it seems not to be there, but {reason}");
        Err(no_size(steps, &reason))
    };
    steps.open_data_connection()?;
    let byte = FirstByte::default();
    let destination = Box::new(byte.clone());
    let outcome = steps.data_command(
        line("RETR", name),
        Some(Transfer::Receive(destination, Form::Exact)),
    )?;
    if byte.has_come() || !matches!(outcome.code(), 550 | 551) {
        return doubt("RETR does not say so");
    }
    let folder = folder_of(name);
    if folder.starts_with(b"-") {
        return doubt("LIST would read the name of its folder as options");
    }
    if last_component(name).starts_with(b".") {
        return doubt("LIST leaves names out that begin with a dot");
    }
    match is_listed(steps, name, folder)? {
        Some(false) => Ok(()),
        Some(true) => doubt("its folder lists it"),
        None => doubt("its folder cannot be listed"),
    }
}

/// Whether its folder lists the name; `None` if the folder could not be listed to the end.
fn is_listed(steps: &Steps<'_>, name: &[u8], folder: &[u8]) -> Result<Option<bool>, ResumeError> {
    let list = match folder {
        b"" => b"LIST".to_vec(),
        folder => line("LIST", folder),
    };
    let list = || {
        let listing = NameInListing::new(name);
        let destination = Box::new(listing.clone());
        let transfer = Transfer::Receive(destination, Form::Exact);
        let outcome = steps.data_command(&list, Some(transfer))?;
        Ok::<_, ResumeError>((outcome, listing))
    };
    steps.open_data_connection()?;
    let (mut outcome, mut listing) = list()?;
    // These close their port when they refuse RETR and say so to the next command; a relay may hold ours open.
    if matches!(
        outcome.code(),
        PROFTPD_LOST_PORT | FTP_SRV_LOST_PORT | GRIDFTP_LOST_PORT
    ) {
        steps.open_another_data_connection()?;
        (outcome, listing) = list()?;
    }
    let is_whole = outcome.transfer.as_ref().is_some_and(TransferEnd::is_whole);
    Ok((outcome.is_positive() && is_whole).then(|| listing.is_found()))
}

/// Looks again in the way that answered before.
pub(super) fn look_again(
    steps: &Steps<'_>,
    name: &[u8],
    source: SizeSource,
) -> Result<RemoteFile, ResumeError> {
    let answer = match source {
        SizeSource::Size => ask_size(steps, name)?,
        SizeSource::Mlst => ask_mlst(steps, name)?,
        SizeSource::List => ask_list(steps, name)?,
    };
    match answer {
        Answer::Size(size) => Ok(RemoteFile::Present(size)),
        Answer::NoSuchFile => Ok(RemoteFile::Absent),
        Answer::UnreadableSize | Answer::Nothing => Err(no_size(
            steps,
            &format!("{} told it before and does not now", source.verb()),
        )),
    }
}

/// The size of a file that should be there now, in whichever way answers.
pub(super) fn size_after(
    steps: &Steps<'_>,
    name: &[u8],
    source: SizeSource,
    was: RemoteFile,
) -> Result<(u64, SizeSource), ResumeError> {
    let (file, source) = match was {
        RemoteFile::Present(_) => (look_again(steps, name, source)?, source),
        RemoteFile::Absent => look(steps, name)?,
    };
    Ok((file.size(), source))
}

fn ask_size(steps: &Steps<'_>, name: &[u8]) -> Result<Answer, ResumeError> {
    let outcome = steps.command(line("SIZE", name))?;
    let Some(reply) = outcome.reply else {
        return Ok(Answer::Nothing);
    };
    Ok(match reply.code {
        ReplyCode(213) => number_in(&reply).map_or(Answer::UnreadableSize, Answer::Size),
        ReplyCode(550) => Answer::NoSuchFile,
        _ => Answer::Nothing,
    })
}

fn ask_mlst(steps: &Steps<'_>, name: &[u8]) -> Result<Answer, ResumeError> {
    let outcome = steps.command(line("MLST", name))?;
    let Some(reply) = outcome.reply else {
        return Ok(Answer::Nothing);
    };
    match reply.code {
        ReplyCode(250) => {}
        ReplyCode(550) => return Ok(Answer::NoSuchFile),
        _ => return Ok(Answer::Nothing),
    }
    // The entry stands between the first line and the last (RFC 3659 section 7.2); Pure-FTPd indents it, some
    // servers prefix it with the code.
    let body = reply
        .lines
        .iter()
        .skip(1)
        .take(reply.lines.len().saturating_sub(2));
    let entry = body
        .map(|line| line.strip_prefix(b"250-").unwrap_or(line))
        .find_map(from_mlst_line);
    entry.map_or(Ok(Answer::Nothing), |entry| size_of(steps, entry, name))
}

fn ask_list(steps: &Steps<'_>, name: &[u8]) -> Result<Answer, ResumeError> {
    if name.starts_with(b"-") {
        return Err(no_size(
            steps,
            "SIZE and MLST are refused, and LIST would read that name as options",
        ));
    }
    steps.open_data_connection()?;
    let listing = KeptBytes::at_most(KEPT_BYTES);
    let destination = Box::new(listing.clone());
    let outcome = steps.data_command(
        line("LIST", name),
        Some(Transfer::Receive(destination, Form::Exact)),
    )?;
    // ProFTPD answers 450 for a name that is not there, others 451 or 550; some send an empty listing, or say
    // `f: No such file` in it.
    if matches!(outcome.code(), 450 | 451 | 550) {
        return Ok(Answer::NoSuchFile);
    }
    if !outcome.is_positive() {
        return Ok(Answer::Nothing);
    }
    let entry = find_in_list(&listing.bytes(), name);
    entry.map_or(Ok(Answer::NoSuchFile), |entry| size_of(steps, entry, name))
}

fn size_of(steps: &Steps<'_>, entry: ListedEntry, name: &[u8]) -> Result<Answer, ResumeError> {
    match entry {
        ListedEntry::File(size) => Ok(Answer::Size(size)),
        ListedEntry::Directory => Err(ResumeError::refused(
            Refusal::Folder,
            format!("{} is a directory on the server", name.escape_ascii()),
        )),
        ListedEntry::Other => Err(no_size(steps, "it is not a regular file on the server")),
    }
}

fn no_size(steps: &Steps<'_>, reason: &str) -> ResumeError {
    ResumeError::refused(
        Refusal::SizeUnknown,
        format!(
            "the size of the file on the server cannot be determined: {reason}. {}; {}",
            steps.so_far(),
            steps.way_on()
        ),
    )
}

/// What stands before the last component, as LIST takes it.
fn folder_of(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&byte| byte == b'/') {
        Some(0) => b"/",
        Some(slash) => &name[..slash],
        None => b"",
    }
}

fn last_component(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| byte == b'/').next().unwrap_or(name)
}

fn without_marks(mut line: &[u8]) -> &[u8] {
    while let [
        rest @ ..,
        b' ' | b'"' | b'\'' | b'*' | b'@' | b'=' | b'|' | b'/',
    ] = line
    {
        line = rest;
    }
    line
}

/// A destination that takes nothing: it ends the transfer at the first byte.
#[derive(Clone, Default)]
struct FirstByte(Arc<AtomicBool>);

impl FirstByte {
    fn has_come(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Destination for FirstByte {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<()> {
        self.0.store(true, Ordering::Release);
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }
}

/// A destination that looks for a line which ends with a name, whatever the form of the listing.
#[derive(Clone)]
struct NameInListing(Arc<Mutex<NameSearch>>);

struct NameSearch {
    name: Vec<u8>,
    line: Vec<u8>,
    is_found: bool,
}

impl NameInListing {
    fn new(name: &[u8]) -> Self {
        Self(Arc::new(Mutex::new(NameSearch {
            name: last_component(name).to_ascii_lowercase(),
            line: Vec::new(),
            is_found: false,
        })))
    }

    fn search(&self) -> MutexGuard<'_, NameSearch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_found(&self) -> bool {
        self.search().is_found
    }
}

impl NameSearch {
    fn take(&mut self, byte: u8) {
        match byte {
            b'\r' | b'\n' => self.end_line(),
            // A line that is not an entry of any listing may hide the name.
            _ if self.line.len() == KEPT_BYTES => self.is_found = true,
            _ => self.line.push(byte),
        }
    }

    /// In any case, in quotes or not; it may be followed by a mark of `ls -F`, by a version (`;1`), or by the target of
    /// a symbolic link.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line).to_ascii_lowercase();
        let name = &*self.name;
        let stands_alone =
            |before: &[u8]| matches!(before, [] | [.., b' ' | b'/' | b'\t' | b'"' | b'\'']);
        let ends_with_name = |line: &[u8]| line.strip_suffix(name).is_some_and(stands_alone);
        let version = line.iter().rposition(|&byte| byte == b';');
        let unversioned = version.map(|at| &line[..at]);
        self.is_found |= ends_with_name(&line)
            || ends_with_name(without_marks(&line))
            || unversioned.is_some_and(ends_with_name);
        let link = [b" ", name, b" -> "].concat();
        self.is_found |= line.windows(link.len()).any(|part| part == link);
    }
}

impl Destination for NameInListing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut search = self.search();
        bytes.iter().for_each(|&byte| search.take(byte));
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        self.search().end_line();
        Ok(())
    }
}

/// What LIST is answered where the data connection is gone.
const PROFTPD_LOST_PORT: u16 = 425;
const FTP_SRV_LOST_PORT: u16 = 451;
const GRIDFTP_LOST_PORT: u16 = 500;

/// The listing of one name is a line; of a folder, its beginning shows what it is.
const KEPT_BYTES: usize = 64 * 1024;
