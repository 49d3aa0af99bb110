//! How large the server's file is: SIZE, else MLST, else LIST.

use crate::client::KeptBytes;
use crate::client::transfer::{Form, Transfer};
use crate::protocol::listing::{ListedEntry, find_in_list, from_mlst_line};
use crate::protocol::reply::ReplyCode;

use super::ResumeError;
use super::steps::{Steps, line, number_in};

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
    if let Some(size) = ask_size(steps, name)? {
        return Ok((RemoteFile::Present(size), SizeSource::Size));
    }
    if let Some(entry) = ask_mlst(steps, name)? {
        return Ok((present(steps, entry, name)?, SizeSource::Mlst));
    }
    Ok((ask_list(steps, name)?, SizeSource::List))
}

/// Looks again in the way that answered before. For an absent file SIZE is asked too: it may have come into being.
pub(super) fn look_again(
    steps: &Steps<'_>,
    name: &[u8],
    source: SizeSource,
) -> Result<RemoteFile, ResumeError> {
    match source {
        SizeSource::Size => ask_size(steps, name)?
            .map(RemoteFile::Present)
            .ok_or_else(|| no_size(steps, "SIZE was answered before and is refused now")),
        SizeSource::Mlst => {
            let entry = ask_mlst(steps, name)?;
            present(
                steps,
                entry
                    .ok_or_else(|| no_size(steps, "MLST was answered before and is refused now"))?,
                name,
            )
        }
        SizeSource::List => ask_list(steps, name),
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

fn ask_size(steps: &Steps<'_>, name: &[u8]) -> Result<Option<u64>, ResumeError> {
    let outcome = steps.command(line("SIZE", name))?;
    let Some(reply) = outcome.reply.filter(|reply| reply.code == ReplyCode(213)) else {
        return Ok(None);
    };
    // A 213 says that the file is there; MLST or LIST must not make it absent after that.
    number_in(&reply).map(Some).ok_or_else(|| {
        no_size(
            steps,
            "SIZE was answered with 213, and its number cannot be read",
        )
    })
}

fn ask_mlst(steps: &Steps<'_>, name: &[u8]) -> Result<Option<ListedEntry>, ResumeError> {
    let outcome = steps.command(line("MLST", name))?;
    let Some(reply) = outcome.reply.filter(|reply| reply.code == ReplyCode(250)) else {
        return Ok(None);
    };
    // The entry stands between the first line and the last (RFC 3659 section 7.2); Pure-FTPd indents it, some
    // servers prefix it with the code.
    let body = reply
        .lines
        .iter()
        .skip(1)
        .take(reply.lines.len().saturating_sub(2));
    Ok(body
        .map(|line| line.strip_prefix(b"250-").unwrap_or(line))
        .find_map(from_mlst_line))
}

fn ask_list(steps: &Steps<'_>, name: &[u8]) -> Result<RemoteFile, ResumeError> {
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
    // ProFTPD answers 450 for a name that is not there, others 550; some send an empty listing.
    if matches!(outcome.code(), 450 | 550) {
        return Ok(RemoteFile::Absent);
    }
    if !outcome.is_positive() {
        return Err(no_size(steps, "SIZE, MLST and LIST are all refused"));
    }
    let listing = listing.bytes();
    if listing.trim_ascii().is_empty() {
        return Ok(RemoteFile::Absent);
    }
    match find_in_list(&listing, name) {
        Some(entry) => present(steps, entry, name),
        None => Err(no_size(
            steps,
            "SIZE and MLST are refused, and the LIST cannot be read",
        )),
    }
}

fn present(steps: &Steps<'_>, entry: ListedEntry, name: &[u8]) -> Result<RemoteFile, ResumeError> {
    match entry {
        ListedEntry::File(size) => Ok(RemoteFile::Present(size)),
        ListedEntry::Directory => Err(ResumeError::Refused(format!(
            "{} is a directory on the server",
            name.escape_ascii()
        ))),
        ListedEntry::Other => Err(no_size(steps, "it is not a regular file on the server")),
    }
}

fn no_size(steps: &Steps<'_>, reason: &str) -> ResumeError {
    ResumeError::Refused(format!(
        "the size of the file on the server cannot be determined: {reason}. {}",
        steps.so_far()
    ))
}

/// The listing of one name is a line; of a folder, its beginning shows what it is.
const KEPT_BYTES: usize = 64 * 1024;
