//! The names that stand for who logs in.

use crate::protocol::{Command, DataPort};
use crate::transcript::exchange::SentCommand;
use crate::transcript::template::{Piece, Template};
use crate::transcript::variables::is_name;

/// Names of variables, as they come up.
#[derive(Default)]
pub(super) struct VariableNames {
    known: Vec<Known>,
    /// The last user, by whom passwords are told apart.
    user: Vec<u8>,
    defaults: Vec<DefaultValue>,
}

/// What a variable is unless somebody says otherwise. It is not a secret.
pub(super) struct DefaultValue {
    pub(super) name: String,
    pub(super) value: Vec<u8>,
}

struct Known {
    family: &'static str,
    user: Vec<u8>,
    value: Vec<u8>,
    name: String,
}

impl VariableNames {
    pub(super) fn defaults(&self) -> &[DefaultValue] {
        &self.defaults
    }

    /// The command as it was, with variables for who logs in and for this side's ports.
    pub(super) fn sent(&mut self, command: &Command) -> SentCommand {
        let (verb, argument) = (command.verb(), command.argument().unwrap_or_default());
        let listen = || {
            let verb = &command.line()[..verb.as_bytes().len()];
            SentCommand::Listen(Template::literal(verb).to_string())
        };
        if verb.is("PORT") && DataPort::from_port_argument(argument).is_ok() {
            return listen();
        }
        if verb.is("EPRT")
            && let Ok(port) = DataPort::from_eprt_argument(argument)
        {
            // A replay opens ports of IPv4 for PORT alone.
            let is_ipv4 = port.host.is_some_and(|host| host.is_ipv4());
            return if is_ipv4 {
                SentCommand::Listen("PORT".to_owned())
            } else {
                listen()
            };
        }
        SentCommand::Line(match self.name_in(command) {
            Some((before, name)) => Template::literal(before).and(Piece::Variable(name)),
            None => Template::literal(command.line()),
        })
    }

    /// What stands in front of the argument that a variable takes the place of, and its name.
    fn name_in<'a>(&mut self, command: &'a Command) -> Option<(&'a [u8], String)> {
        let (family, argument) = match command.secret() {
            Some(secret) => (secret_family(command), secret),
            None if command.verb().is("USER") => ("user", command.argument()?),
            None => return None,
        };
        let before = &command.line()[..command.line().len() - argument.len()];
        let value = argument.trim_ascii();
        if value.is_empty() {
            // A secret of blanks alone is none that anybody has.
            return (family != "user").then(|| (before, family.to_owned()));
        }
        // A secret must not have the name of what is shown.
        let is_own = |name: &String| name.starts_with("user") == (family == "user");
        if let Some(name) = placeholder(value).filter(is_own) {
            return Some((before, name));
        }
        if family == "user" {
            self.user = value.to_vec();
        }
        Some((before, self.name_of(family, value)))
    }

    fn name_of(&mut self, family: &'static str, value: &[u8]) -> String {
        let user = if family == "user" {
            Vec::new()
        } else {
            self.user.clone()
        };
        let is_same =
            |known: &&Known| known.family == family && known.user == user && known.value == value;
        if let Some(known) = self.known.iter().find(is_same) {
            return known.name.clone();
        }
        let others = self.known.iter().filter(|known| known.family == family);
        let name = match others.count() {
            0 => family.to_owned(),
            others => format!("{family}_{}", others + 1),
        };
        if family == "user" || (family == "password" && is_no_secret(value, &user)) {
            let (name, value) = (name.clone(), value.to_vec());
            self.defaults.push(DefaultValue { name, value });
        }
        self.known.push(Known {
            family,
            user,
            value: value.to_vec(),
            name: name.clone(),
        });
        name
    }
}

fn secret_family(command: &Command) -> &'static str {
    let mut words = command.line().split(u8::is_ascii_whitespace);
    let verb = words.find(|word| !word.is_empty()).unwrap_or_default();
    if verb.eq_ignore_ascii_case(b"ACCT") {
        "account"
    } else if verb.eq_ignore_ascii_case(b"ADAT") {
        "adat"
    } else {
        "password"
    }
}

/// Anybody may log in as anonymous, and whoever takes the name of the user for a password guards nothing with it.
fn is_no_secret(password: &[u8], user: &[u8]) -> bool {
    let is_open = [&b"anonymous"[..], b"ftp"]
        .iter()
        .any(|open| user.eq_ignore_ascii_case(open));
    let is_masked = password
        .iter()
        .all(|octet| matches!(octet, b'*' | b'X' | b'x'));
    password == user || (is_open && !is_masked)
}

/// `{name}`, which stands for a variable already.
fn placeholder(value: &[u8]) -> Option<String> {
    let name = value.strip_prefix(b"{")?.strip_suffix(b"}")?;
    let name = std::str::from_utf8(name).ok()?;
    is_name(name).then(|| name.to_owned())
}
