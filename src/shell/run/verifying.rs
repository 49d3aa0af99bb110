//! `set verify on`: what SIZE says after an upload. A 226 does not say how much has arrived: where somebody between here
//! and the server closed the data connection in order, the server takes what came for the whole.
//!
//! ```text
//! ftp ⇄> STOR f < f
//! 150 Ok to send data.
//!   11 bytes sent, data connection closed
//! 226 Transfer complete.
//! → SIZE f
//! 213 11
//!   SIZE agrees: 11 bytes
//! ```

use super::shell::Shell;
use crate::client::{Origin, Outcome, Status};
use crate::evidence::event::Event;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, FileStructure, TransferMode};
use crate::shell::exit::Exit;
use crate::shell::screen::painter::Tone;

/// An upload whose size is looked at afterwards.
pub(super) struct VerifiedUpload {
    /// SIZE of the same name.
    size: Command,
    before: Before,
}

/// What the file holds before the first byte that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Bytes(u64),
    /// An APPE of a file whose SIZE was refused: it may not exist.
    Unknown,
}

/// What a SIZE means for the bytes that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Agrees,
    /// The file should hold so many bytes.
    Differs(u64),
    /// What was there before is not known.
    Unknown,
}

impl Before {
    fn compare(self, sent: u64, size: u64) -> Finding {
        match self {
            Self::Bytes(before) if before.checked_add(sent) == Some(size) => Finding::Agrees,
            Self::Bytes(before) => Finding::Differs(before.saturating_add(sent)),
            Self::Unknown if size == sent => Finding::Agrees,
            Self::Unknown if size < sent => Finding::Differs(sent),
            Self::Unknown => Finding::Unknown,
        }
    }
}

/// Whether the bytes that are sent are those that the server's file holds.
fn can_compare(status: &Status) -> bool {
    let parameters = &status.learnt.parameters;
    parameters.effective_type().keeps_bytes()
        && parameters.effective_mode() == TransferMode::Stream
        && parameters.effective_structure() == FileStructure::File
}

fn is_upload(command: &Command) -> bool {
    data_direction(command) == Some(DataDirection::Sent)
}

impl Shell {
    /// Whether an upload that is left alone could not be looked at afterwards, as it should.
    pub(super) fn must_await(&self, command: &Command) -> bool {
        self.settings.verify && is_upload(command)
    }

    /// What is needed to check this command afterwards, if it is an upload and that is wanted. An APPE needs the size
    /// before it.
    pub(super) fn prepare_to_verify(
        &mut self,
        command: &Command,
    ) -> Result<Option<VerifiedUpload>, Exit> {
        let Some(status) = self
            .connection
            .status()
            .filter(|_| self.must_await(command))
        else {
            return Ok(None);
        };
        let name = command.argument().unwrap_or_default();
        let names_file = !command.verb().is("STOU") && !name.is_empty();
        let Some(size) = names_file
            .then(|| Command::new([b"SIZE ", name].concat()).ok())
            .flatten()
            .filter(|_| can_compare(status))
        else {
            self.painter.say(Tone::Warning, UNCHECKED);
            return Ok(None);
        };
        let before = match status.learnt.bytes_before_upload(command) {
            Some(bytes) => Before::Bytes(bytes),
            // A REST must stay the last command before it.
            None if status.learnt.pending_restart.is_some() => Before::Unknown,
            None => self
                .ask_size(size.clone())?
                .map_or(Before::Unknown, Before::Bytes),
        };
        Ok(Some(VerifiedUpload { size, before }))
    }

    /// What an upload means for a script, once SIZE has been asked where that is wanted.
    pub(super) fn finish_upload(
        &mut self,
        command: &Command,
        outcome: Result<Outcome, Exit>,
        upload: Option<VerifiedUpload>,
    ) -> Exit {
        let sent = outcome.as_ref().ok().and_then(|outcome| {
            let transfer = outcome.transfer.as_ref()?;
            transfer.is_whole_upload().then_some(transfer.bytes)
        });
        let exit = self.finish(outcome);
        let Some(sent) = sent.filter(|_| exit == Exit::Done) else {
            return exit;
        };
        match upload {
            Some(upload) => self.verify(upload, sent).unwrap_or_else(|exit| exit),
            None => {
                if !self.settings.verify {
                    self.hints.offer_to_verify(command, &self.settings);
                }
                exit
            }
        }
    }

    fn verify(&mut self, upload: VerifiedUpload, sent: u64) -> Result<Exit, Exit> {
        let Some(size) = self.ask_size(upload.size)? else {
            let text = format!(
                "{sent} bytes were sent, and no SIZE says how many the server has: the upload is not checked"
            );
            return Ok(self.fail_verification(&text));
        };
        match upload.before.compare(sent, size) {
            Finding::Agrees => {
                let text = format!("SIZE agrees: {size} bytes");
                self.painter.say(Tone::Note, &text);
                Ok(Exit::Done)
            }
            Finding::Differs(expected) => {
                let text = format!(
                    "SIZE says {size} bytes, and {expected} should be there: the upload has not arrived as it was sent, though the \
                     server accepted it. `resume` compares both files and sends the rest"
                );
                Ok(self.fail_verification(&text))
            }
            Finding::Unknown => {
                let text = format!(
                    "SIZE says {size} bytes, {sent} of them sent now; how many were there before is not known, so the upload is not \
                     checked"
                );
                Ok(self.fail_verification(&text))
            }
        }
    }

    fn fail_verification(&self, text: &str) -> Exit {
        let event = Event::new("upload-not-verified").with("error", format!(": {text}"));
        self.painter.problems().judge(event);
        self.painter.say(Tone::Error, text);
        Exit::Resume
    }

    /// Sends SIZE, shown. A lost connection ends the run as ever.
    fn ask_size(&mut self, size: Command) -> Result<Option<u64>, Exit> {
        let outcome = self.perform(size, Origin::Shown)?;
        let exit = Exit::of(&outcome);
        if exit.ends_the_run() {
            return Err(exit);
        }
        Ok(outcome.reply.and_then(|reply| reply.size()))
    }
}

const UNCHECKED: &str = "this upload is not checked: SIZE can be compared after STOR and APPE in TYPE I, MODE S and STRU F only";
/// Why an upload is not put in the background.
pub(super) const AWAITED: &str = "with `set verify on`, SIZE follows an upload at once, so it cannot run in the background: leave out the \
&, or `set verify off` first";

#[cfg(test)]
mod tests {
    use super::{Before, Finding};

    #[test]
    fn a_size_agrees_only_where_it_is_what_was_there_and_what_was_sent() {
        for (before, sent, size, finding) in [
            (Before::Bytes(0), 11, 11, Finding::Agrees),
            (Before::Bytes(0), 11, 5, Finding::Differs(11)),
            (Before::Bytes(0), 11, 12, Finding::Differs(11)),
            (Before::Bytes(5), 6, 11, Finding::Agrees),
            (Before::Bytes(5), 6, 6, Finding::Differs(11)),
            (
                Before::Bytes(u64::MAX),
                1,
                u64::MAX,
                Finding::Differs(u64::MAX),
            ),
            (Before::Unknown, 6, 6, Finding::Agrees),
            (Before::Unknown, 6, 5, Finding::Differs(6)),
            (Before::Unknown, 6, 11, Finding::Unknown),
        ] {
            assert_eq!(
                before.compare(sent, size),
                finding,
                "{before:?}, {sent}, {size}"
            );
        }
    }
}
