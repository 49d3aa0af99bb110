//! What the state of a session says about a reply: each rule looks at the command, the reply, what the server had
//! acknowledged before, and the circumstances on this side, and at nothing else.

mod aborts;
mod data;
mod files;
mod login;
mod misspelt;
mod sequence;
mod spelling;
mod syntax;
mod tls;

use std::net::IpAddr;

use super::explanation::Explanation;
use super::facts;
use crate::protocol::parameters::ProtectionLevel;
use crate::protocol::user_pi::Learnt;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command, verbs};

/// What no reply tells: how the connections stand, and what the user has set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The control connection is open.
    pub(crate) is_connected: bool,
    /// It is under TLS.
    pub(crate) is_under_tls: bool,
    /// The address from which the server sees this side, if it is known.
    pub(crate) seen_from: Option<IpAddr>,
    /// Both connections go through a proxy.
    pub(crate) is_proxied: bool,
    /// No connection to the port that was offered last is open.
    pub(crate) lacks_data_connection: bool,
    /// `set tls-resume`.
    pub(crate) resumes_tls: bool,
    /// `set tls-close-notify`.
    pub(crate) sends_close_notify: bool,
    /// Ctrl-C's ABOR, after Telnet's Synch, has had no answer.
    pub(crate) abort_is_unanswered: bool,
    /// The name of a built-in, for a word that is one.
    pub(crate) builtin: fn(&str) -> Option<&'static str>,
}

impl Circumstances {
    /// Without a connection, and with every setting as it is at first.
    pub(crate) fn at_first(builtin: fn(&str) -> Option<&'static str>) -> Self {
        Self {
            is_connected: false,
            is_under_tls: false,
            seen_from: None,
            is_proxied: false,
            lacks_data_connection: false,
            resumes_tls: true,
            sends_close_notify: true,
            abort_is_unanswered: false,
            builtin,
        }
    }
}

/// One thing that happens to users of FTP, and the cause that it is.
struct Rule {
    fits: fn(&Answered, Circumstances) -> bool,
    cause: &'static str,
}

/// Everything that fits, the most likely first; `command` is the command as it may be shown.
pub(crate) fn all<'a>(
    answered: &'a Answered,
    now: Circumstances,
    command: &'a str,
) -> impl Iterator<Item = Explanation> + 'a {
    let rules = RULES.iter().copied().flatten();
    let fitting = rules.filter(move |rule| (rule.fits)(answered, now));
    let facts = facts::of_answered(answered, command);
    misspelt::explain(answered, now, command)
        .into_iter()
        .chain(syntax::usage(answered))
        .chain(fitting.map(move |rule| Explanation::of(rule.cause, &facts)))
}

/// Verbs and the built-in that an unknown word may have been meant for.
pub(crate) fn meant(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<String> {
    misspelt::meant(word, builtin)
}

pub(crate) use data::{list_refused, ways_left};
pub(super) use data::{names_other_address, ways_without};
pub(crate) use misspelt::elsewhere;
pub(crate) use spelling::is_in_feat;

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

/// Whether this server would swallow the ABOR that follows a Telnet Synch during this command.
pub(crate) fn swallows_abort(command: &Command, known: &Learnt) -> bool {
    let is_transfer = known.data_port.is_some() && data_direction(command).is_some();
    known.ignores_abort_after_synch && is_transfer
}

/// What is said of such a server.
pub(crate) const IGNORED_ABORT: &str = "this server may ignore an ABOR that follows a Telnet Synch, which is how Ctrl-C sends it: \
     `set abort plain` before a long transfer";

/// What is said of such data.
pub(crate) const DATA_IN_CLEAR: &str =
    "the data goes in the clear, though the commands do not: PBSZ 0 and PROT P put it under TLS";

/// Somebody who was asked for a password may have typed it without PASS.
pub(crate) fn may_be_secret(answered: &Answered) -> bool {
    answered.before.secret_is_asked && verbs::entry(&answered.verb()).is_none()
}

/// In the order in which they are likely.
const RULES: &[&[Rule]] = &[
    aborts::RULES,
    spelling::RULES,
    login::RULES,
    tls::RULES,
    sequence::RULES,
    data::RULES,
    files::RULES,
    syntax::RULES,
];

fn has_code(answered: &Answered, codes: &[u16]) -> bool {
    codes.contains(&answered.reply.code.0)
}

/// The command was refused, and the session goes on.
fn is_refused(answered: &Answered) -> bool {
    answered.reply.code.is_negative() && !has_code(answered, &[421])
}

/// It greets with a 4yz or 5yz.
pub(super) fn is_refused_greeting(answered: &Answered) -> bool {
    let is_greeting = answered.command.is_none() && !answered.unexpected;
    is_greeting && answered.reply.code.is_negative()
}

/// The server does not say that it lacks the verb altogether.
fn is_implemented(answered: &Answered) -> bool {
    !has_code(answered, &[502])
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
