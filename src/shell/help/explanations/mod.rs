//! What a reply means here and now, and what to type next.
//!
//! One list of cases serves both the hint that follows a reply and the built-in `why`. A case looks at the command, the
//! reply, what the server had acknowledged before, and the circumstances on this side, and at nothing else.
//!
//! ```text
//! SIZE 1.TXT
//! 550 SIZE not allowed in ASCII mode
//!   next: TYPE I, then SIZE 1.TXT
//! ```

mod aborts;
mod data;
mod files;
mod login;
mod misspelt;
mod sequence;
mod syntax;
mod tls;

use crate::client::Status;
use crate::protocol::parameters::ProtectionLevel;
use crate::protocol::user_pi::Learnt;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command, verbs};
use crate::shell::charset::Charset;
use crate::shell::config::settings::{Abort, Settings};

/// What one case has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// Why the server answered so, in whole sentences.
    pub(crate) cause: String,
    /// What to type next; may be empty.
    pub(crate) next: String,
    /// The one line to say without being asked.
    pub(crate) hint: Option<String>,
}

/// What no reply tells: how the connections stand, and what the user has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// The control connection is open.
    pub(crate) is_connected: bool,
    /// It is under TLS.
    pub(crate) is_under_tls: bool,
    /// Both connections go through a proxy.
    pub(crate) is_proxied: bool,
    /// `set tls-resume`.
    pub(crate) resumes_tls: bool,
    /// `set tls-close-notify`.
    pub(crate) sends_close_notify: bool,
    /// Ctrl-C's ABOR, after Telnet's Synch, has had no answer.
    pub(crate) abort_is_unanswered: bool,
    /// `set charset`.
    pub(crate) charset: Charset,
}

impl Circumstances {
    /// Those of now.
    pub(crate) fn of(status: &Status, settings: &Settings) -> Self {
        Self {
            is_connected: status.connected,
            is_under_tls: status.control_tls.is_some(),
            is_proxied: status.is_proxied,
            resumes_tls: settings.tls_resume,
            sends_close_notify: settings.tls_close_notify,
            abort_is_unanswered: status.abort_unanswered,
            charset: settings.charset(),
        }
    }
}

/// One thing that happens to users of FTP. In its texts, `{}` stands for the command that was answered.
struct Case {
    fits: fn(&Answered, Circumstances) -> bool,
    cause: &'static str,
    next: &'static str,
    hint: &'static str,
}

/// Everything that fits, the most likely first.
pub(crate) fn all(answered: &Answered, circumstances: Circumstances) -> Vec<Explanation> {
    let command = shown_command(answered, circumstances.charset);
    let written = CASES.iter().copied().flatten();
    let fitting = written.filter(|case| (case.fits)(answered, circumstances));
    misspelt::explain(answered, circumstances.charset)
        .into_iter()
        .chain(syntax::usage(answered))
        .chain(fitting.map(|case| case.explanation(&command)))
        .collect()
}

/// The one line that may follow the reply.
pub(crate) fn hint(answered: &Answered, circumstances: Circumstances) -> Option<String> {
    all(answered, circumstances)
        .into_iter()
        .find_map(|explanation| explanation.hint)
}

/// Verbs that a word without help may have been meant for.
pub(crate) fn meant(word: &str) -> Option<String> {
    misspelt::nearest(&word.to_ascii_uppercase())
}

/// What a word of other clients is here, as the end of a sentence that begins with it.
pub(crate) fn elsewhere(word: &str) -> Option<String> {
    misspelt::elsewhere(word)
}

/// The line that may go before a command is sent.
pub(crate) fn warning(command: &Command, known: &Learnt) -> Option<String> {
    let marker = known.pending_restart?;
    command.verb().is("APPE").then(|| {
        format!(
            "REST {} is pending, so APPE may write there: REST 0 clears it",
            marker.0
        )
    })
}

/// Whether a command's data would go in the clear although the control connection does not, and nobody has asked for
/// that with PROT C.
pub(crate) fn sends_data_in_clear(
    command: &Command,
    known: &Learnt,
    circumstances: Circumstances,
) -> bool {
    circumstances.is_connected
        && circumstances.is_under_tls
        && known.logged_in
        && known.parameters.protection.is_none()
        && data_direction(command).is_some()
}

/// Whether Ctrl-C during this command would send an ABOR that this server swallows.
pub(crate) fn cannot_be_aborted(command: &Command, known: &Learnt, settings: &Settings) -> bool {
    known.ignores_abort_after_synch
        && settings.abort == Abort::Synch
        && data_direction(command).is_some()
}

/// What is said of such a server.
pub(crate) const IGNORED_ABORT: &str = "this server may ignore an ABOR that follows a Telnet Synch, which is how Ctrl-C sends it: \
     `set abort plain` before a long transfer";

/// What is said of such data.
pub(crate) const DATA_IN_CLEAR: &str =
    "the data goes in the clear, though the commands do not: PBSZ 0 and PROT P put it under TLS";

/// The command as it may be shown. Somebody who was asked for a password may have typed it without PASS.
pub(crate) fn shown_command(answered: &Answered, charset: Charset) -> String {
    match &answered.command {
        None => String::new(),
        Some(_) if may_be_secret(answered) => "that line".to_owned(),
        Some(command) => short(charset.escape(&command.masked()).trim_end()),
    }
}

/// A line that is repeated in another must leave room for it.
fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST_REPEATED {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_REPEATED).collect();
    format!("{kept}...")
}

const LONGEST_REPEATED: usize = 40;

fn may_be_secret(answered: &Answered) -> bool {
    answered.before.secret_is_asked && verbs::entry(&answered.verb()).is_none()
}

impl Case {
    fn explanation(&self, command: &str) -> Explanation {
        let filled = |text: &str| text.replace("{}", command);
        Explanation {
            cause: filled(self.cause),
            next: filled(self.next),
            hint: (!self.hint.is_empty()).then(|| filled(self.hint)),
        }
    }
}

/// In the order in which they are likely.
const CASES: &[&[Case]] = &[
    aborts::CASES,
    login::CASES,
    tls::CASES,
    sequence::CASES,
    data::CASES,
    files::CASES,
    syntax::CASES,
];

fn has_code(answered: &Answered, codes: &[u16]) -> bool {
    codes.contains(&answered.reply.code.0)
}

fn is_refused(answered: &Answered) -> bool {
    answered.reply.code.is_negative()
}

/// The TYPE that was accepted last may change bytes.
fn is_in_type_a(answered: &Answered) -> bool {
    !answered.before.parameters.effective_type().keeps_bytes()
}

/// PROT P was accepted before it.
fn is_private(answered: &Answered) -> bool {
    answered.before.parameters.effective_protection() == ProtectionLevel::Private
}

fn moves_data(answered: &Answered) -> bool {
    verbs::entry(&answered.verb()).is_some_and(|entry| entry.data.is_some())
}

#[cfg(test)]
mod tests;
