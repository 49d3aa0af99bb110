//! A reply together with what it answered, for whoever has to explain it.

use super::command::Command;
use super::reply::Reply;
use super::user_pi::Learnt;
use super::verb::Verb;

/// One reply, the command that it answered, and what had been learnt when that command was sent.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The command with its secret masked; `None` for the greeting and for a reply that nobody asked for.
    pub command: Option<Command>,
    /// Neither a command nor the greeting was owed it.
    pub unasked: bool,
    /// The reply, with echoes of secrets masked.
    pub reply: Reply,
    /// A 1yz had answered the same command before.
    pub begun: bool,
    /// What the server had acknowledged before the command went out.
    pub before: Learnt,
}

impl Answered {
    /// The verb that was answered; empty if there was no command.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.command
            .as_ref()
            .map_or_else(|| Verb::new(b""), Command::verb)
    }

    /// Whether the verb is one of these, given in upper case.
    #[must_use]
    pub fn is_to(&self, verbs: &[&str]) -> bool {
        let verb = self.verb();
        verbs.iter().any(|name| verb.is(name))
    }

    /// The argument of the command, without blanks around it; empty if there is none.
    #[must_use]
    pub fn argument(&self) -> &[u8] {
        let argument = self.command.as_ref().and_then(Command::argument);
        argument.unwrap_or_default().trim_ascii()
    }
}
