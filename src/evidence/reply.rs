//! What a reply means: the server's words first, then the state of the session.

use super::explanation::Explanation;
use super::facts;
use super::fragment;
use super::rules::{self, Circumstances};
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command};

/// What is wrong with a transfer that was accepted, if the server says it.
pub(crate) fn reservation(answered: &Answered) -> Option<&'static str> {
    let moved_data = |command: &Command| data_direction(command).is_some();
    let is_accepted = answered.reply.code.is_positive();
    let command = answered.command.as_ref();
    command.filter(|it| is_accepted && moved_data(it))?;
    fragment::cause_of(answered).filter(|cause| *cause == CHANGED_BYTES)
}

/// A transfer went well, and the copy is another file.
pub(crate) const CHANGED_BYTES: &str = "type-a-changed-bytes";

/// Everything that fits, the most likely first; `command` is the command as it may be shown.
pub(crate) fn explain<'a>(
    answered: &'a Answered,
    now: Circumstances,
    command: &'a str,
) -> impl Iterator<Item = Explanation> + 'a {
    let in_words = fragment::cause_of(answered).map(move |cause| match cause {
        // What the server wants was forbidden here.
        "tls-session-reuse-required" if !now.resumes_tls => "tls-resume-off",
        // These servers say so of a port that nobody came to, too.
        "no-data-port" if answered.before.data_port.is_some() => "data-port-lost",
        "port-refused" | "data-peer-refused" if rules::names_other_address(answered, now) => {
            "port-of-other-address"
        }
        cause => cause,
    });
    let in_words = in_words.map(move |cause| Explanation {
        // The words of some servers tell no more than the code does.
        is_in_servers_words: !GUESSES.contains(&cause),
        ..Explanation::of(cause, &facts::of_answered(answered, command))
    });
    let from_words = in_words.as_ref().map(|it| it.id);
    let from_state = rules::all(answered, now, command);
    let is_guess = move |it: &Explanation| from_words.is_some() && GUESSES.contains(&it.id);
    let from_state = from_state.filter(move |it| Some(it.id) != from_words && !is_guess(it));
    in_words.into_iter().chain(from_state)
}

/// What may be meant where a server says no more than that it will not.
const GUESSES: &[&str] = &[
    "name-not-found",
    "folder-not-made",
    "folder-not-removed",
    "file-not-deleted",
    "not-writable",
    "verb-missing",
    "port-refused",
    "port-of-other-address",
    "pasv-refused",
    "epsv-refused",
];
