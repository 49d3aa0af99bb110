//! `resume`: finishes a broken transfer with commands that the user sees, and checks that the file is whole.
//!
//! ```text
//! C> SIZE 1.TXT      S> 213 5        how much is there
//! C> RETR 1.TXT      D> I am         is it ours
//! C> APPE 1.TXT      D< zfive5       the rest
//! C> SIZE 1.TXT      S> 213 11       whole
//! ```

mod comparison;
mod digest;
mod download;
mod remote;
mod steps;
mod upload;

use std::io::{self, Read};

use crate::client::Destination;
use crate::client::Session;

pub use remote::SizeSource;

/// What the user asked for besides the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What is read back (`--verify`).
    pub verify: Verify,
    /// Where APPE is refused, use REST and STOR (`--via rest`).
    pub via_restart: bool,
    /// Go on although the data on the server cannot be read back (`--unverified`).
    pub accept_unverified: bool,
}

/// What is read back besides the 64 KiB that are compared before anything is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Everything, before and afterwards.
    Full,
    /// What lies around the place where an upload went on, or a hash of everything where FEAT listed one.
    #[default]
    Joint,
    /// Nothing: only the sizes are looked at afterwards.
    Size,
}

/// The local file of an upload, opened once: whatever is put in its place later is not read.
pub trait LocalSource {
    /// Its size in bytes when it was opened.
    fn size(&self) -> u64;

    /// Its bytes from `offset` on.
    fn read_from(&self, offset: u64) -> Box<dyn Read + Send>;

    /// Whether it is, as far as its size and time tell, what it was when it was opened, and still has its name.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn is_unchanged(&self) -> io::Result<bool>;
}

/// The local file of a download. It need not exist.
pub trait LocalTarget {
    /// Its size in bytes; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn size(&self) -> io::Result<Option<u64>>;

    /// Its bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn read_from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>>;

    /// Appends to it. `there` is what [`size`](Self::size) said: a file that did not exist is created when the
    /// first byte comes, and one that has another size by then is not touched.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn append(&self, there: Option<u64>) -> io::Result<Box<dyn Destination>>;

    /// Takes back the `appended` bytes after the first `there`, or the whole file if it was not there before. Returns
    /// false, and takes nothing, if the file has not exactly as many bytes as both together: something else wrote to it.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn cut_back(&self, there: Option<u64>, appended: u64) -> io::Result<bool>;
}

/// Hears what a resume found, and answers its one question.
pub trait Listener {
    /// Something was found.
    fn remark(&mut self, remark: &Remark);

    /// What is there cannot be compared: go on all the same?
    fn accepts_unverified(&mut self) -> bool;
}

/// Something that a resume found on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// So much is there.
    Found {
        /// Bytes at the receiving end.
        there: u64,
        /// Bytes of the whole file.
        whole: u64,
    },
    /// There is no such file at the receiving end.
    FoundNothing,
    /// These bytes, counted from 0, last one included, are the same at both ends.
    ComparisonState {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// What would be read back is the same as the beginning of the file, so everything is.
    Repeats,
    /// The server's hash of what is there is the same as ours.
    HashIsEqual(&'static str),
    /// The server's hash differs; what is there is read back to find where.
    HashDiffers(&'static str),
    /// The server sends the whole file although it accepted REST, or refuses REST.
    RestartIsIgnored,
    /// What is there cannot be read back.
    Unreadable,
    /// APPE is not there; another way is taken.
    AppendIsRefused,
    /// APPE overwrote the file, as STOR does; the whole file is stored.
    AppendWasStore,
    /// STOR began at 0 although REST was accepted; the whole file is stored.
    StoreIgnoredRestart,
    /// A TYPE, MODE or STRU could not be put back.
    NotPutBack(&'static str),
}

/// What was checked when a resume succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Size at both ends, in bytes.
    pub size: u64,
    /// The bytes that were read back or hashed, first and last counted from 0; `None` if none were.
    pub compared: Option<(u64, u64)>,
    /// The verb whose hash took the place of reading back.
    pub hash: Option<&'static str>,
    /// Bytes sent (or received) by this resume, beyond those compared.
    pub moved: u64,
    /// The data went the other way.
    pub download: bool,
    /// Where the size at the server comes from.
    pub size_source: SizeSource,
}

/// Why a resume did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// It would be wrong, or cannot be checked to be right, to go on.
    #[error("{text}")]
    Refused {
        /// Which of the ways to stop it is.
        reason: Refusal,
        /// The sizes or the place, and what is known of both files.
        text: String,
    },
    /// The local file.
    #[error("{0}")]
    Local(#[from] io::Error),
    /// The local file, while its data moved: its own words.
    #[error("{0}")]
    LocalTransfer(String),
    /// The control connection ended.
    #[error(
        "the connection was lost: {known}. After `open` and a login, the same command goes on from there"
    )]
    Lost {
        /// What is known of the transfer.
        known: String,
    },
    /// Nothing came in time.
    #[error("no answer in time: {known}. The same command goes on from there")]
    TimedOut {
        /// What is known of the transfer.
        known: String,
    },
    /// Ctrl-C.
    #[error("interrupted: {known}. The same command goes on from there")]
    Interrupted {
        /// What is known of the transfer.
        known: String,
    },
}

/// The ways in which a resume stops by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server's file has more bytes than the local one, which it should be the beginning of.
    RemoteIsLonger,
    /// The local file has more bytes than the server's, which it should be the beginning of.
    LocalIsLonger,
    /// What is there is not the beginning of the file.
    Differs,
    /// The server's hash says so, and what was read back does not.
    HashDiffers,
    /// What is there cannot be read back.
    Unreadable,
    /// What is there, or what has just been sent, could not be compared.
    NotCompared,
    /// The server's file grows while nobody here sends anything.
    StillWritten,
    /// The local file changed meanwhile.
    LocalChanged,
    /// The server's file changed meanwhile.
    RemoteChanged,
    /// The data ended early.
    BrokeOff,
    /// The size afterwards is not what was there and what was sent.
    WrongSize,
    /// There is no APPE.
    NoAppend,
    /// There is neither APPE nor REST.
    NoRestart,
    /// A REST is pending and cannot be cleared.
    PendingRestart,
    /// There is no such file on the server.
    Absent,
    /// The name is that of a directory.
    Folder,
    /// Neither SIZE nor MLST nor LIST tells the size.
    SizeUnknown,
    /// A byte in the name that no command may hold.
    NameNotSendable,
    /// The server refused a step without which there is no resume.
    RefusedByServer,
}

impl ResumeError {
    fn refused(reason: Refusal, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Refused { reason, text }
    }
}

/// Uploads what the server's file lacks.
///
/// # Errors
///
/// [`ResumeError`]; TYPE, MODE and STRU are put back in any case.
pub fn upload(
    session: &Session,
    local: &dyn LocalSource,
    remote: &[u8],
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Verification, ResumeError> {
    steps::Steps::new(session, options, listener, upload::WAY_ON)
        .with_image_type(|steps| upload::run(steps, local, remote))
}

/// Downloads what the local file lacks.
///
/// # Errors
///
/// [`ResumeError`]; TYPE, MODE and STRU are put back in any case.
pub fn download(
    session: &Session,
    remote: &[u8],
    local: &dyn LocalTarget,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Verification, ResumeError> {
    steps::Steps::new(session, options, listener, download::WAY_ON)
        .with_image_type(|steps| download::run(steps, remote, local))
}

/// How much of what is there is read back unless all of it is wanted.
const TAIL_BYTES: u64 = 64 * 1024;

/// How much is read back on either side of the place where an upload went on.
const JOINT_BYTES: u64 = 32 * 1024;
