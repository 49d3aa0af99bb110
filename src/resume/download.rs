//! The download half of `resume`: the tail that is there comes again along with the rest, and is compared with it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::Destination;
use crate::client::transfer::{Form, Transfer};

use super::comparison::LocalReference;
use super::remote::{self, RemoteFile};
use super::steps::{Steps, line, refused_by_server};
use super::{LocalTarget, Refusal, Remark, ResumeError, TAIL_BYTES, Verification, Verify};

/// What came so far.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    received: u64,
    appended: u64,
    /// Bytes of the overlap that have not come.
    uncompared: u64,
    differs_at: Option<u64>,
    /// The data began at 0: REST was not sent or not accepted, or something differed and matched from 0.
    ignored_restart: bool,
    too_much: bool,
}

pub(super) fn run(
    steps: &mut Steps<'_>,
    name: &[u8],
    local: &dyn LocalTarget,
) -> Result<Verification, ResumeError> {
    let (file, size_source) = remote::look(steps, name)?;
    let RemoteFile::Present(whole) = file else {
        return Err(remote::absent(steps, size_source));
    };
    let present = local.size()?;
    let there = present.unwrap_or(0);
    if there > whole {
        return Err(ResumeError::refused(
            Refusal::LocalIsLonger,
            format!(
                "the local file is longer ({there} bytes) than the server's ({whole}). Nothing was written"
            ),
        ));
    }
    steps.remark(&match present {
        Some(there) => Remark::Found { there, whole },
        None => Remark::FoundNothing,
    });
    let tail = match steps.options.verify {
        Verify::Full => 0,
        Verify::Joint | Verify::Size => there.saturating_sub(TAIL_BYTES),
    };
    let from = steps.unmistakable(tail, there, |offset| local.read_from(offset))?;
    let progress = receive(steps, name, local, from, present, whole)?;
    judge(steps, local, progress, there, whole)?;
    let (size, _) = remote::size_after(steps, name, size_source, file)?;
    if size != whole {
        return Err(ResumeError::refused(
            Refusal::RemoteChanged,
            format!(
                "the server's file had {whole} bytes and has {size} now; what was received may be a mixture of both"
            ),
        ));
    }
    let first = if progress.ignored_restart { 0 } else { from };
    let compared = (there > 0).then(|| (first, there - 1));
    if let Some((first, last)) = compared {
        steps.remark(&Remark::ComparisonState { first, last });
    }
    Ok(Verification {
        size: whole,
        compared,
        hash: None,
        moved: progress.appended,
        download: true,
        size_source,
    })
}

fn receive(
    steps: &mut Steps<'_>,
    name: &[u8],
    local: &dyn LocalTarget,
    from: u64,
    present: Option<u64>,
    whole: u64,
) -> Result<Progress, ResumeError> {
    let there = present.unwrap_or(0);
    steps.open_data_connection()?;
    let mut from = from;
    if !steps.restart_at(from)? {
        if from == 0 {
            return Err(ResumeError::refused(Refusal::PendingRestart,
                "a REST is still pending and the server refuses REST 0. Nothing was received; log in again and try \
                 again"
                    .to_owned(),
            ));
        }
        steps.remark(&Remark::RestartIsIgnored);
        from = 0;
    }
    let progress = Arc::new(Mutex::new(Progress {
        uncompared: there - from,
        ignored_restart: from == 0,
        ..Progress::default()
    }));
    let destination = OverlapThenAppend {
        at_marker: LocalReference::new(local.read_from(from)?, from, there),
        at_start: LocalReference::new(local.read_from(0)?, 0, there),
        target: local.append(present)?,
        missing: whole - there,
        progress: Arc::clone(&progress),
    };
    steps.set_known(format!("the local file has at least {there} bytes"));
    let transfer = Transfer::Receive(Box::new(destination), Form::Exact);
    let outcome = steps.data_command(line("RETR", name), Some(transfer));
    let progress = *lock(&progress);
    if let Some(offset) = progress.differs_at {
        return Err(ResumeError::refused(
            Refusal::Differs,
            format!(
                "the local file differs from the server's at byte {offset} (counted from 0), so it is not the beginning of that file. \
             Nothing was written"
            ),
        ));
    }
    if progress.too_much {
        return Err(too_much(local, present, progress.appended, whole));
    }
    let outcome = outcome?;
    if !outcome.begun && progress.received == 0 {
        return Err(refused_by_server("RETR", &outcome));
    }
    Ok(progress)
}

/// Holds the local size against the server's once the data has ended.
fn judge(
    steps: &mut Steps<'_>,
    local: &dyn LocalTarget,
    progress: Progress,
    there: u64,
    whole: u64,
) -> Result<(), ResumeError> {
    let size = local.size()?.unwrap_or(0);
    if size == whole && there + progress.appended == whole && progress.uncompared == 0 {
        return Ok(());
    }
    if size != there + progress.appended {
        return Err(written_by_something_else(there + progress.appended, size));
    }
    steps.set_known(format!("the local file has {size} of {whole} bytes"));
    // A lost control connection is found out here, and says so itself.
    steps.check_connected()?;
    let text = match progress.uncompared {
        0 => format!(
            "the download ended early: the local file has {size} of {whole} bytes. The same command goes on from there"
        ),
        uncompared => format!(
            "the download ended early: {uncompared} of the local file's {size} bytes were not compared, and nothing was \
             written. The same command compares them again"
        ),
    };
    Err(ResumeError::refused(Refusal::BrokeOff, text))
}

/// More came than the file has, so what was appended is not its rest and is taken away again.
fn too_much(
    local: &dyn LocalTarget,
    present: Option<u64>,
    appended: u64,
    whole: u64,
) -> ResumeError {
    let undone = match present {
        Some(there) => format!("the local file was put back to its {there} bytes"),
        None => "nothing of it was kept".to_owned(),
    };
    match local.cut_back(present, appended) {
        Ok(true) => ResumeError::refused(
            Refusal::RemoteChanged,
            format!(
                "more came than the {whole} bytes that the server's file should have; {undone}"
            ),
        ),
        Ok(false) => match local.size() {
            Ok(size) => {
                written_by_something_else(present.unwrap_or(0) + appended, size.unwrap_or(0))
            }
            Err(error) => ResumeError::Local(error),
        },
        Err(error) => ResumeError::Local(error),
    }
}

fn written_by_something_else(expected: u64, size: u64) -> ResumeError {
    ResumeError::refused(
        Refusal::LocalChanged,
        format!(
            "something else wrote to the local file: it should have {expected} bytes and has {size}. Nothing of it was cut"
        ),
    )
}

/// Compares the overlap with the local file, then appends; writes nothing unless the overlap was the same.
struct OverlapThenAppend {
    at_marker: LocalReference,
    at_start: LocalReference,
    target: Box<dyn Destination>,
    /// Bytes that the local file lacks.
    missing: u64,
    progress: Arc<Mutex<Progress>>,
}

impl Destination for OverlapThenAppend {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        lock(&self.progress).received += bytes.len() as u64;
        let new = self.rest_after_overlap(bytes)?;
        if new.is_empty() {
            return Ok(());
        }
        if lock(&self.progress).appended + new.len() as u64 > self.missing {
            lock(&self.progress).too_much = true;
            return Err(io::Error::other("more bytes came than the file has"));
        }
        self.target.write(new)?;
        lock(&self.progress).appended += new.len() as u64;
        Ok(())
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        self.target.end(accepted)
    }
}

impl OverlapThenAppend {
    /// The part of `bytes` past the end of the local file. As long as nothing differs the server is taken to have begun
    /// at the marker; when something does, to have begun at 0; when that differs too, it is another file.
    fn rest_after_overlap<'a>(&mut self, bytes: &'a [u8]) -> io::Result<&'a [u8]> {
        let marker_left = self.at_marker.remaining();
        let start_left = self.at_start.remaining();
        self.at_marker.compare(bytes)?;
        self.at_start.compare(bytes)?;
        let mut progress = lock(&self.progress);
        let (left, compared) = match (self.at_marker.differs_at(), self.at_start.differs_at()) {
            (None, _) => (marker_left, &self.at_marker),
            (Some(_), None) => {
                progress.ignored_restart = true;
                (start_left, &self.at_start)
            }
            (Some(offset), Some(_)) => {
                progress.differs_at = Some(offset);
                return Err(io::Error::other("the overlap differs"));
            }
        };
        progress.uncompared = compared.remaining();
        let left = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        Ok(&bytes[left..])
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) const WAY_ON: &str = "`RETR NAME > FILE` fetches the whole file";
