//! The upload half of `resume`.

use std::io::Read;

use crate::client::Outcome;
use crate::client::transfer::{DataSource, Form, Transfer};

use super::comparison::{Comparison, ComparisonState, Part, Verdict};
use super::digest::HashVerb;
use super::remote::{self, RemoteFile, SizeSource};
use super::steps::{Steps, line, refused_by_server};
use super::{
    JOINT_BYTES, LocalSource, Refusal, Remark, ResumeError, TAIL_BYTES, Verification, Verify,
};

/// Both ends of an upload.
struct Upload<'a, 'b> {
    steps: &'a mut Steps<'b>,
    local: &'a dyn LocalSource,
    name: &'a [u8],
    whole: u64,
    source: SizeSource,
}

/// What was checked of the bytes that are there.
#[derive(Clone, Copy, Default)]
struct CheckResult {
    compared: Option<(u64, u64)>,
    hash: Option<&'static str>,
}

/// How the server took APPE.
enum AppendResult {
    Sent(u64),
    Refused,
}

pub(super) fn run(
    steps: &mut Steps<'_>,
    local: &dyn LocalSource,
    name: &[u8],
) -> Result<Verification, ResumeError> {
    let (file, source) = remote::look(steps, name)?;
    if file == RemoteFile::Absent {
        remote::confirm_absence(steps, name)?;
    }
    let verification = Upload {
        steps,
        local,
        name,
        whole: local.size(),
        source,
    }
    .run(file)?;
    if local.is_unchanged()? {
        return Ok(verification);
    }
    Err(ResumeError::refused(
        Refusal::LocalChanged,
        format!(
            "the local file changed while it was sent, so the server's {} bytes may be a mixture. {}",
            verification.size,
            steps.so_far()
        ),
    ))
}

impl Upload<'_, '_> {
    fn run(&mut self, file: RemoteFile) -> Result<Verification, ResumeError> {
        let there = file.size();
        if there > self.whole {
            return Err(ResumeError::refused(
                Refusal::RemoteIsLonger,
                format!(
                    "the server's file is longer ({there} bytes) than the local one ({}). Nothing was sent",
                    self.whole
                ),
            ));
        }
        self.steps.remark(&match file {
            RemoteFile::Present(there) => Remark::Found {
                there,
                whole: self.whole,
            },
            RemoteFile::Absent => Remark::FoundNothing,
        });
        let checked = self.compare_with_server(there)?;
        if there == self.whole && file != RemoteFile::Absent {
            return Ok(self.verification(checked, 0));
        }
        match self.append(file)? {
            AppendResult::Sent(sent) => self.check(file, checked, sent),
            AppendResult::Refused => self.go_on_without_append(file, checked),
        }
    }

    /// Checks that the first `there` bytes of both files are the same, as far as was asked for.
    fn compare_with_server(&mut self, there: u64) -> Result<CheckResult, ResumeError> {
        if there == 0 {
            return Ok(CheckResult::default());
        }
        let hashed = self.compare_hash(there)?;
        if let Some(hash) = hashed.filter(|hash| hash.equal) {
            self.steps.remark(&Remark::HashIsEqual(hash.verb));
            return Ok(CheckResult {
                compared: Some((0, there - 1)),
                hash: Some(hash.verb),
            });
        }
        let is_all_wanted = self.steps.options.verify == Verify::Full || hashed.is_some();
        let tail = Part {
            from: if is_all_wanted {
                0
            } else {
                there.saturating_sub(TAIL_BYTES)
            },
            to: there,
            size: there,
        };
        if let Some(hash) = hashed {
            self.steps.remark(&Remark::HashDiffers(hash.verb));
        }
        match self.read_back(tail)? {
            Some((first, last)) => {
                if let Some(hash) = hashed {
                    return Err(ResumeError::refused(Refusal::HashDiffers, format!(
                        "the server's {} says that its {there} bytes differ from the local ones, yet they read \
                         the same. Nothing was sent",
                        hash.verb
                    )));
                }
                Ok(CheckResult {
                    compared: Some((first, last)),
                    hash: None,
                })
            }
            None if hashed.is_some() => Err(ResumeError::refused(Refusal::HashDiffers,
                "the server's hash says that its bytes are not the beginning of the local file, and they cannot be read \
                 back to find where. Nothing was sent"
                    .to_owned(),
            )),
            None => self.go_on_unverified(),
        }
    }

    fn go_on_unverified(&mut self) -> Result<CheckResult, ResumeError> {
        self.steps.remark(&Remark::Unreadable);
        if self.steps.accepts_unverified() {
            return Ok(CheckResult::default());
        }
        Err(ResumeError::refused(Refusal::Unreadable,
            "the data on the server cannot be read back, so it may not be the beginning of this file. Nothing was sent; \
             --unverified continues anyway"
                .to_owned(),
        ))
    }

    fn compare_hash(&self, size: u64) -> Result<Option<Hashed>, ResumeError> {
        let Some(known) = HashVerb::among(&self.steps.learnt()?.features) else {
            return Ok(None);
        };
        let outcome = self.steps.command(line(known.verb, self.name))?;
        let Some(theirs) = outcome
            .reply
            .filter(|reply| reply.code.is_positive())
            .and_then(|reply| known.in_reply(&reply))
        else {
            return Ok(None);
        };
        let ours = known.of(self.local.read_from(0), size)?;
        Ok(Some(Hashed {
            verb: known.verb,
            equal: ours == theirs,
        }))
    }

    /// Reads a part of the server's file back and compares it; `None` if it cannot be read.
    fn read_back(&mut self, mut part: Part) -> Result<Option<(u64, u64)>, ResumeError> {
        let local = |offset| Ok(self.local.read_from(offset));
        part.from = self.steps.unmistakable(part.from, part.to, local)?;
        let Some((part, compared)) = self.compare_part(part)? else {
            return Ok(None);
        };
        let (first, last) = match compared.verdict(part) {
            Verdict::SameFrom(first) => (first, part.to - 1),
            verdict => return Err(self.not_the_same(verdict, part, compared.received)),
        };
        if first != part.from {
            self.steps.remark(&Remark::RestartIsIgnored);
        }
        self.steps.remark(&Remark::ComparisonState { first, last });
        Ok(Some((first, last)))
    }

    /// Holds a part of the server's file against the local one, from 0 if REST is refused; `None` if it cannot be read.
    fn compare_part(
        &mut self,
        mut part: Part,
    ) -> Result<Option<(Part, ComparisonState)>, ResumeError> {
        self.steps.open_data_connection()?;
        if !self.steps.restart_at(part.from)? {
            self.steps.remark(&Remark::RestartIsIgnored);
            part.from = 0;
        }
        let (comparison, seen) = Comparison::new(part, |offset| self.local.read_from(offset));
        let transfer = Transfer::Receive(Box::new(comparison), Form::Exact);
        let outcome = self
            .steps
            .data_command(line("RETR", self.name), Some(transfer));
        let compared = seen.compared();
        // A comparison that ended itself looks like a failure of ours; what it saw is what counts.
        match outcome {
            Ok(outcome) if !outcome.begun && compared.received == 0 => return Ok(None),
            Err(error) if !compared.is_decided(part.to) => return Err(error),
            Ok(_) | Err(_) => {}
        }
        Ok(Some((part, compared)))
    }

    fn not_the_same(&self, verdict: Verdict, part: Part, received: u64) -> ResumeError {
        let so_far = self.steps.so_far();
        let (reason, text) = match verdict {
            Verdict::DiffersAt(offset) => (
                Refusal::Differs,
                format!(
                    "the server's file differs from the local one at byte {offset} (counted from 0{}). {so_far}",
                    match part.from {
                        0 => String::new(),
                        from => format!("; nothing before byte {from} was looked at"),
                    }
                ),
            ),
            Verdict::HasGrown => (
                Refusal::StillWritten,
                format!(
                    "the server's file had {} bytes, but more came back: an earlier transfer may still be writing. {so_far}; try \
                 again in a minute",
                    part.size
                ),
            ),
            Verdict::SameFrom(_) | Verdict::EndedEarly => (
                Refusal::NotCompared,
                format!(
                    "expected {} bytes back and got {received}, so what is there could not be compared. {so_far}",
                    part.to - part.from
                ),
            ),
        };
        ResumeError::refused(reason, text)
    }

    /// The rest of the file after what is there.
    fn append(&mut self, file: RemoteFile) -> Result<AppendResult, ResumeError> {
        self.ready_to_write(file)?;
        self.steps.clear_restart()?;
        let outcome = self.send("APPE", file.size())?;
        if is_not_there(&outcome) {
            self.steps.remark(&Remark::AppendIsRefused);
            return Ok(AppendResult::Refused);
        }
        Ok(AppendResult::Sent(self.sent(&outcome, "APPE")?))
    }

    /// A data connection first, then the size once more: the last thing before the command that writes.
    fn ready_to_write(&mut self, file: RemoteFile) -> Result<(), ResumeError> {
        let now = if self.source == SizeSource::List {
            let now = remote::look_again(self.steps, self.name, self.source)?;
            self.steps.open_data_connection()?;
            now
        } else {
            self.steps.open_data_connection()?;
            remote::look_again(self.steps, self.name, self.source)?
        };
        if now == file {
            return Ok(());
        }
        Err(ResumeError::refused(
            Refusal::StillWritten,
            format!(
                "the server's file had {} bytes and has {} now: an earlier transfer may still be writing. Nothing was sent; \
             try again in a minute",
                file.size(),
                now.size()
            ),
        ))
    }

    fn send(&mut self, verb: &str, from: u64) -> Result<Outcome, ResumeError> {
        let left = self.whole - from;
        let rest = self.local.read_from(from).take(left);
        self.steps.set_known(format!(
            "{verb} was sent, and how much of the {left} bytes arrived is not known"
        ));
        let transfer = Transfer::Send(DataSource::new(rest), Form::Exact, Some(left));
        self.steps
            .data_command(line(verb, self.name), Some(transfer))
    }

    /// How many bytes went out; an upload that broke is an error that says how far it came.
    fn sent(&mut self, outcome: &Outcome, verb: &str) -> Result<u64, ResumeError> {
        let Some(transfer) = outcome.transfer.as_ref().filter(|_| outcome.begun) else {
            return Err(refused_by_server(verb, outcome));
        };
        let sent = transfer.bytes;
        self.steps.set_sent(sent);
        if transfer.is_whole()
            && outcome
                .reply
                .as_ref()
                .is_none_or(|reply| reply.code.is_positive())
        {
            return Ok(sent);
        }
        self.steps.set_known(format!("{sent} bytes were sent"));
        let there = remote::look_again(self.steps, self.name, self.source);
        Err(ResumeError::refused(
            Refusal::BrokeOff,
            match there {
                Ok(file) => format!(
                    "the upload broke after {sent} bytes; the server's file has {} of {} now. The same command goes on \
                 from there",
                    file.size(),
                    self.whole
                ),
                Err(error @ (ResumeError::Lost { .. } | ResumeError::Interrupted { .. })) => {
                    return Err(error);
                }
                Err(_) => {
                    format!(
                        "the upload broke after {sent} bytes. The same command goes on from there"
                    )
                }
            },
        ))
    }

    fn check(
        &mut self,
        was: RemoteFile,
        checked: CheckResult,
        sent: u64,
    ) -> Result<Verification, ResumeError> {
        self.steps
            .set_known(format!("{sent} bytes were sent and not checked"));
        let (size, source) = remote::size_after(self.steps, self.name, self.source, was)?;
        self.source = source;
        if size == self.whole {
            let checked = self.compare_afterwards(was.size(), JOINT_BYTES, checked)?;
            return Ok(self.verification(checked, sent));
        }
        self.check_other_than_before(was.size(), size, sent)?;
        if was.size() > 0 && size == sent {
            self.check_overwritten(was.size(), size)?;
            self.steps.remark(&Remark::AppendWasStore);
            return self.store_whole();
        }
        Err(self.wrong_size(size, sent))
    }

    fn store_whole(&mut self) -> Result<Verification, ResumeError> {
        self.steps.open_data_connection()?;
        self.steps.clear_restart()?;
        let outcome = self.send("STOR", 0)?;
        let sent = self.sent(&outcome, "STOR")?;
        let size = remote::look_again(self.steps, self.name, self.source)?.size();
        if size != self.whole {
            return Err(self.wrong_size(size, sent));
        }
        let checked = self.compare_afterwards(0, 0, CheckResult::default())?;
        Ok(self.verification(checked, sent))
    }

    fn go_on_without_append(
        &mut self,
        file: RemoteFile,
        checked: CheckResult,
    ) -> Result<Verification, ResumeError> {
        match file {
            RemoteFile::Absent => {
                self.ready_to_write(file)?;
                self.steps.clear_restart()?;
                let outcome = self.send("STOR", 0)?;
                let sent = self.sent(&outcome, "STOR")?;
                self.check(file, checked, sent)
            }
            RemoteFile::Present(_) if !self.steps.options.via_restart => Err(ResumeError::refused(
                Refusal::NoAppend,
                "the server has no APPE. Nothing was sent; --via rest tries REST and STOR instead"
                    .to_owned(),
            )),
            RemoteFile::Present(there) => self.store_at(there, checked),
        }
    }

    /// REST + STOR, and a look at the bytes before the marker: one server fills them with zeros.
    fn store_at(&mut self, there: u64, checked: CheckResult) -> Result<Verification, ResumeError> {
        let file = RemoteFile::Present(there);
        self.ready_to_write(file)?;
        if !self.steps.restart_at(there)? {
            return Err(ResumeError::refused(
                Refusal::NoRestart,
                format!(
                    "the server has neither APPE nor REST, so the upload cannot be resumed. Nothing was sent; {WAY_ON}"
                ),
            ));
        }
        let outcome = self.send("STOR", there)?;
        let sent = self.sent(&outcome, "STOR")?;
        let size = remote::look_again(self.steps, self.name, self.source)?.size();
        if size != self.whole {
            self.check_other_than_before(there, size, sent)?;
            if size == sent {
                self.check_overwritten(there, size)?;
                self.steps.remark(&Remark::StoreIgnoredRestart);
                return self.store_whole();
            }
            return Err(self.wrong_size(size, sent));
        }
        let checked = self.compare_afterwards(there, TAIL_BYTES, checked)?;
        Ok(self.verification(checked, sent))
    }

    /// The size is right: reads back what was asked for, with `before` bytes of the `there` that an upload went on
    /// after, since some servers fill them with zeros.
    fn compare_afterwards(
        &mut self,
        there: u64,
        before: u64,
        checked: CheckResult,
    ) -> Result<CheckResult, ResumeError> {
        let wanted = match self.steps.options.verify {
            Verify::Full if self.whole > 0 => 0..self.whole,
            Verify::Joint if there > 0 => {
                there.saturating_sub(before)..self.whole.min(there + JOINT_BYTES)
            }
            Verify::Full | Verify::Joint | Verify::Size => return Ok(checked),
        };
        self.steps.set_known(format!(
            "the server's file has its {} bytes, and what they are was not compared",
            self.whole
        ));
        let hashed = self.compare_hash(self.whole)?;
        if let Some(hash) = hashed.filter(|hash| hash.equal) {
            self.steps.remark(&Remark::HashIsEqual(hash.verb));
            return Ok(CheckResult {
                compared: Some((0, self.whole - 1)),
                hash: Some(hash.verb),
            });
        }
        let part = match hashed {
            Some(hash) => {
                self.steps.remark(&Remark::HashDiffers(hash.verb));
                0..self.whole
            }
            None => wanted,
        };
        let part = Part {
            from: part.start,
            to: part.end,
            size: self.whole,
        };
        match self.read_back(part)? {
            Some(compared) => Ok(CheckResult {
                compared: Some(compared),
                hash: None,
            }),
            // Nothing was compared before the upload either, and the user accepted that.
            None if self.steps.options.verify == Verify::Joint && checked.compared.is_none() => {
                self.steps.remark(&Remark::Unreadable);
                Ok(checked)
            }
            None => Err(sent_but_unseen()),
        }
    }

    fn verification(&self, checked: CheckResult, moved: u64) -> Verification {
        Verification {
            size: self.whole,
            compared: checked.compared,
            hash: checked.hash,
            moved,
            download: false,
            size_source: self.source,
        }
    }

    /// Where as much was sent as was there before, the same size says nothing.
    fn check_other_than_before(&self, was: u64, size: u64, sent: u64) -> Result<(), ResumeError> {
        if was == 0 || size != was || sent != was {
            return Ok(());
        }
        Err(ResumeError::refused(
            Refusal::WrongSize,
            format!(
                "{sent} bytes were sent, and the server's file has {size} bytes where it should have {}. It had {was} \
             before: either nothing was written, or it was overwritten with what was sent",
                self.whole
            ),
        ))
    }

    /// The size is that of what was sent; but if the file still begins as before, a part of that was lost on the way,
    /// and to store it anew could only lose more.
    fn check_overwritten(&mut self, was: u64, size: u64) -> Result<(), ResumeError> {
        let part = Part {
            from: 0,
            to: was.min(size).min(JOINT_BYTES),
            size,
        };
        let compared = self.compare_part(part)?;
        let begins_as_before = compared
            .is_some_and(|(part, compared)| matches!(compared.verdict(part), Verdict::SameFrom(0)));
        if !begins_as_before {
            return Ok(());
        }
        Err(ResumeError::refused(
            Refusal::BrokeOff,
            format!(
                "{} bytes were sent, and the server's file still begins as before and has {size} bytes of {}. The same command \
             goes on from there",
                self.whole - was,
                self.whole
            ),
        ))
    }

    fn wrong_size(&self, size: u64, sent: u64) -> ResumeError {
        ResumeError::refused(
            Refusal::WrongSize,
            format!(
                "{sent} bytes were sent, and the server's file has {size} bytes where it should have {}: something else may have \
             written to it too. {WAY_ON}",
                self.whole
            ),
        )
    }
}

#[derive(Clone, Copy)]
struct Hashed {
    verb: &'static str,
    equal: bool,
}

fn sent_but_unseen() -> ResumeError {
    ResumeError::refused(
        Refusal::NotCompared,
        "everything was sent and the size is right, but the file cannot be read back to compare it"
            .to_owned(),
    )
}

/// The replies by which servers say that they have no APPE.
fn is_not_there(outcome: &Outcome) -> bool {
    matches!(outcome.code(), 202 | 500 | 502 | 504) && !outcome.begun
}

pub(super) const WAY_ON: &str = "`put` sends the whole file in its place";
