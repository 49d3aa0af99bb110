//! Values that a recording names, so that it plays on another server: the user, and what a reply said and a later
//! command repeats.
//!
//! ```text
//! # var: user = tester
//! C> USER {user}
//! C> PWD
//! S> 257 "{path}"[..]      was `S> 257` until the next line
//! C> CWD {path}/sub
//! ```

use crate::protocol::{Command, Reply, ReplyCode, Verb};
use crate::transcript::template::{Piece, Template};

/// What was said so far.
#[derive(Default)]
pub(super) struct Values {
    users: Vec<Vec<u8>>,
    said: Vec<SaidValue>,
    /// How many values of each kind have a name.
    named: [usize; Kind::ALL.len()],
}

/// A value in a reply.
struct SaidValue {
    kind: Kind,
    value: Vec<u8>,
    /// Where its reply's line ends in the recording, before the line end; in bytes.
    at: u64,
    name: Option<String>,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 213 to SIZE.
    Size,
    /// 213 to MDTM.
    Time,
    /// 257.
    Path,
}

/// A command that repeats what a reply said.
pub(super) struct Repetition {
    /// The command, with the value's name in it.
    pub(super) template: Template,
    /// What has to be inserted into the reply's line for that, and where.
    pub(super) capture: Option<(u64, String)>,
    said: usize,
    name: String,
}

impl Values {
    /// The name of the user that this USER command names; `Err` holds the name and the header for one that has none yet.
    pub(super) fn name_of_user(&self, user: &[u8]) -> Result<String, (String, String)> {
        let known = self.users.iter().position(|known| known == user);
        let name = numbered("user", known.unwrap_or(self.users.len()) + 1);
        match known {
            Some(_) => Ok(name),
            None => Err((name.clone(), header(&name, user))),
        }
    }

    /// From now on this user has a name.
    pub(super) fn take_user(&mut self, user: &[u8]) {
        self.users.push(user.to_vec());
    }

    /// The headers of all users that have a name.
    pub(super) fn headers(&self) -> String {
        let users = self.users.iter().enumerate();
        users
            .map(|(at, user)| header(&numbered("user", at + 1), user))
            .collect()
    }

    /// Takes a reply whose code alone is expected, in the line that ends here.
    pub(super) fn take_reply(&mut self, reply: &Reply, verb: &Verb, at: u64) {
        let Some((kind, value)) = Kind::said(reply, verb) else {
            return;
        };
        self.said.push(SaidValue {
            kind,
            value,
            at,
            name: None,
        });
    }

    /// What the last reply said that this command repeats, if any did.
    pub(super) fn repeated_by(&self, command: &Command) -> Option<Repetition> {
        let mut said = self.said.iter().enumerate().rev();
        let (index, (value, length)) = said.find_map(|(index, value)| {
            let length = value.kind.is_repeated_by(command, &value.value)?;
            Some((index, (value, length)))
        })?;
        let argument = command.argument()?;
        let start = command.line().len() - argument.len();
        let kind = value.kind;
        let name = match &value.name {
            Some(name) => name.clone(),
            None => numbered(kind.name(), self.named[kind as usize] + 1),
        };
        let template = Template::literal(&command.line()[..start])
            .and(Piece::Variable(name.clone()))
            .and(Piece::Literal(argument[length..].to_vec()));
        let capture = (value.name.is_none()).then(|| (value.at, kind.capture(&name)));
        Some(Repetition {
            template,
            capture,
            said: index,
            name,
        })
    }

    /// From now on this value has its name.
    pub(super) fn take_repetition(&mut self, repetition: Repetition) -> Template {
        if let Some(said) = self.said.get_mut(repetition.said)
            && said.name.is_none()
        {
            self.named[said.kind as usize] += 1;
            said.name = Some(repetition.name);
        }
        repetition.template
    }

    /// So many bytes were inserted there.
    pub(super) fn shift(&mut self, from: u64, by: u64) {
        let later = self.said.iter_mut().filter(|said| said.at > from);
        later.for_each(|said| said.at += by);
    }

    /// The replies so far cannot be changed any more.
    pub(super) fn forget_replies(&mut self) {
        self.said.clear();
    }
}

impl Kind {
    const ALL: [Self; 3] = [Self::Size, Self::Time, Self::Path];

    fn said(reply: &Reply, verb: &Verb) -> Option<(Self, Vec<u8>)> {
        let [line] = reply.lines.as_slice() else {
            return None;
        };
        let text = line.get(4..)?;
        let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        match reply.code {
            ReplyCode(213) if verb.is("SIZE") && is_number => Some((Self::Size, text.to_vec())),
            ReplyCode(213) if verb.is("MDTM") && is_number => Some((Self::Time, text.to_vec())),
            ReplyCode(257) => {
                let path = reply.quoted_path().filter(|path| !path.is_empty())?;
                text.starts_with(b"\"").then_some((Self::Path, path))
            }
            _ => None,
        }
    }

    /// How much of the command's argument is this value, where it is: a number may stand there for itself.
    fn is_repeated_by(self, command: &Command, value: &[u8]) -> Option<usize> {
        let rest = command.argument()?.strip_prefix(value)?;
        let verb = command.verb();
        let is_repeated = match self {
            Self::Size => {
                let verbs = ["REST", "ALLO"];
                verbs.iter().any(|it| verb.is(it)) && rest.is_empty() && value != b"0"
            }
            Self::Time => ["MFMT", "MDTM"].iter().any(|it| verb.is(it)) && rest.starts_with(b" "),
            Self::Path => {
                let is_root = value == b"/";
                rest.is_empty() || (rest.starts_with(b"/") && !is_root)
            }
        };
        is_repeated.then_some(value.len())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Time => "time",
            Self::Path => "path",
        }
    }

    /// What stands after the code where the value is to be captured.
    fn capture(self, name: &str) -> String {
        match self {
            Self::Size | Self::Time => format!(" {{{name}}}"),
            Self::Path => format!(" \"{{{name}}}\"[..]"),
        }
    }
}

/// `name` for the first, `name_2` for the second.
pub(super) fn numbered(name: &str, number: usize) -> String {
    match number {
        0 | 1 => name.to_owned(),
        _ => format!("{name}_{number}"),
    }
}

fn header(name: &str, value: &[u8]) -> String {
    format!("# var: {name} = {}\n", Template::literal(value))
}
