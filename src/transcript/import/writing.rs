//! A session as a transcript.

use super::log::masking::LogSecrets;
use super::session::{Session, ShownExchange};
use super::{Imported, Kind, Remark};
use crate::protocol::{Command, DataDirection, DataPort};
use crate::transcript::data::sent_line;
use crate::transcript::exchange::{Exchange, SentCommand};
use crate::transcript::expected_reply::ExpectedReply;
use crate::transcript::read_error::without_secret;
use crate::transcript::template::{Piece, Template, is_name};
use crate::transcript::{Line, LineKind, Transcript};

/// Writes it down; `lines` are those that it was read from.
pub(super) fn write(session: Session, kind: Kind, lines: &[&[u8]]) -> Imported {
    let mut writer = Writer::default();
    for exchange in &session.exchanges {
        writer.write_exchange(exchange, &session.secrets);
    }
    if let Some(line) = session.next_session {
        writer.note(line, NEXT_SESSION);
    }
    if let Some(line) = session.other_session {
        writer.note(line, OTHER_SESSIONS);
    }
    let head = head(kind, session.greeting.as_deref(), session.names.defaults());
    let show = |number: &usize| {
        let text = String::from_utf8_lossy(lines.get(number - 1).copied().unwrap_or_default());
        Remark {
            line: *number,
            text: session.secrets.masked(&text),
        }
    };
    Imported {
        transcript: Transcript {
            lines: head.into_iter().chain(writer.written).collect(),
        },
        kind,
        not_understood: session.unknown_lines.iter().map(show).collect(),
        notes: writer.notes,
    }
}

fn head(kind: Kind, greeting: Option<&[u8]>, defaults: &[DefaultValue]) -> Vec<Line> {
    let comment = |text: String| Line::new(LineKind::Comment, &text);
    let spelled = |bytes: &[u8]| Template::literal(bytes).to_string();
    let title = comment(format!("Imported from {}.", kind.title()));
    let server = greeting
        .map(<[u8]>::trim_ascii)
        .filter(|text| !text.is_empty());
    let server = server.map(|text| comment(format!("server: {}", spelled(text))));
    let variables = defaults.iter().map(|default| {
        comment(format!(
            "var: {} = {}",
            default.name,
            spelled(&default.value)
        ))
    });
    let mut head: Vec<Line> = std::iter::once(title)
        .chain(server)
        .chain(variables)
        .collect();
    head.push(Line::new(LineKind::Blank, ""));
    head
}

#[derive(Default)]
struct Writer {
    written: Vec<Line>,
    notes: Vec<Remark>,
}

impl Writer {
    fn write_exchange(&mut self, shown: &ShownExchange, secrets: &LogSecrets) {
        let exchange = &shown.exchange;
        if let Some(command) = &exchange.command {
            self.line(LineKind::Command, &command.to_string());
        }
        let (opening, others) = exchange.split_replies();
        let (before_abort, after_abort) = opening.split_at(match exchange.aborted {
            Some(line) => opening.partition_point(|reply| reply.lines.start <= line),
            None => opening.len(),
        });
        self.write_replies(before_abort);
        if exchange.aborted.is_some() {
            self.line(LineKind::Command, "ABOR");
        }
        self.write_replies(after_abort);
        self.write_data(shown, secrets);
        self.write_replies(others);
        if exchange.unanswered.is_some() {
            self.line(LineKind::Reply, "@unanswered");
        } else if !exchange.is_complete() {
            self.write_missing_replies(exchange);
        }
    }

    fn write_replies(&mut self, replies: &[ExpectedReply]) {
        for reply in replies {
            for line in reply.printed() {
                self.line(LineKind::Reply, &line);
            }
            let has_text = |line: &Vec<u8>| line.trim_ascii().len() > CODE_LENGTH;
            let is_more = reply.came.iter().any(has_text);
            for line in reply.came.iter().filter(|_| is_more) {
                let came = Line::new(LineKind::Reply, &Template::literal(line).to_string());
                self.line(LineKind::Comment, came.text());
            }
        }
    }

    fn write_data(
        &mut self,
        ShownExchange { exchange, data }: &ShownExchange,
        secrets: &LogSecrets,
    ) {
        match exchange.direction() {
            Some(DataDirection::Sent)
                if data.is_empty() && (exchange.has_begun() || !exchange.is_complete()) =>
            {
                self.note(exchange.line, NO_DATA);
            }
            Some(DataDirection::Sent) => {
                for (at, line) in data.iter().enumerate() {
                    let is_last = at + 1 == data.len();
                    let line = sent_line(&line.text, line.end, is_last);
                    self.line(LineKind::DataSent, &line);
                }
            }
            Some(DataDirection::Received) | None => {
                for line in data {
                    let text = Template::literal(&secrets.all().masked(&line.text)).to_string();
                    let text = format!("received: {}", without_secret(&text));
                    self.line(LineKind::Comment, &text);
                }
            }
        }
    }

    fn write_missing_replies(&mut self, exchange: &Exchange) {
        let verb = exchange.verb();
        let is = |name| verb.is(name);
        let (note, replies): (_, &[&str]) = if exchange.command.is_none() {
            (NO_GREETING, &["220"])
        } else if exchange.direction().is_some() && !exchange.has_begun() {
            (NO_REPLY, &["1yz", "2yz"])
        } else if is("USER") || is("RNFR") || is("REST") {
            (NO_REPLY, &["3yz"])
        } else {
            (NO_REPLY, &["2yz"])
        };
        self.note(exchange.line, note);
        for reply in replies {
            self.line(LineKind::Reply, reply);
        }
    }

    fn line(&mut self, kind: LineKind, text: &str) {
        self.written.push(Line::new(kind, text));
    }

    fn note(&mut self, line: usize, text: &str) {
        self.line(LineKind::Comment, text);
        let text = text.to_owned();
        self.notes.push(Remark { line, text });
    }
}

const CODE_LENGTH: usize = 3;
const NO_GREETING: &str = "no greeting is shown: 220 is assumed";
const NO_REPLY: &str = "no reply is shown: success is assumed";
const NO_DATA: &str =
    "the data that was sent is not shown, so none is sent. Put `D< @file NAME` here to send a file";
const NEXT_SESSION: &str =
    "another session begins here: this line and all that follow are left out";

const OTHER_SESSIONS: &str = "here and elsewhere are lines of other sessions: they are left out";

/// Names of variables, as they come up.
#[derive(Default)]
pub(super) struct VariableNames {
    known: Vec<Known>,
    /// The last user, which distinguishes passwords.
    user: Vec<u8>,
    defaults: Vec<DefaultValue>,
}

/// The value of a variable that is not given otherwise. It is not a secret.
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
    /// What repeats a secret elsewhere is masked.
    pub(super) fn sent(&mut self, command: &Command, secrets: &LogSecrets) -> SentCommand {
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
        SentCommand::Line(match self.name_in(command, secrets) {
            Some((before, name)) => Template::literal(before).and(Piece::Variable(name)),
            None => Template::literal(command.without_echoes(secrets.all()).line()),
        })
    }

    /// What stands in front of the argument that a variable takes the place of, and its name.
    fn name_in<'a>(
        &mut self,
        command: &'a Command,
        secrets: &LogSecrets,
    ) -> Option<(&'a [u8], String)> {
        let (family, argument) = match command.secret() {
            // A variable would be shown where no verb tells that it is a secret.
            _ if command.is_secret() => return None,
            Some(secret) => (secret_family(command), secret),
            None if command.verb().is("USER") => ("user", command.argument()?),
            None => return None,
        };
        let before = &command.line()[..command.line().len() - argument.len()];
        let value = argument.trim_ascii();
        if value.is_empty() {
            // Blanks alone are not a secret.
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
        let may_be_shown = !(family == "user" && secrets.may_be_password(value));
        Some((before, self.name_of(family, value, may_be_shown)))
    }

    fn name_of(&mut self, family: &'static str, value: &[u8], may_be_shown: bool) -> String {
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
        let is_public = family == "user" || (family == "password" && is_public(value, &user));
        if may_be_shown && is_public {
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

/// Anybody may log in as anonymous, and a password that is the name of the user protects nothing.
fn is_public(password: &[u8], user: &[u8]) -> bool {
    let is_open = [&b"anonymous"[..], b"ftp"]
        .iter()
        .any(|open| user.eq_ignore_ascii_case(open));
    let is_masked = password
        .iter()
        .all(|byte| matches!(byte, b'*' | b'X' | b'x'));
    password == user || (is_open && !is_masked)
}

/// `{name}`, which stands for a variable already.
fn placeholder(value: &[u8]) -> Option<String> {
    let name = value.strip_prefix(b"{")?.strip_suffix(b"}")?;
    let name = std::str::from_utf8(name).ok()?;
    is_name(name).then(|| name.to_owned())
}
