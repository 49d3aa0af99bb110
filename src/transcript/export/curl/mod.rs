//! The nearest command lines of curl, as a shell script.
//!
//! curl logs in, changes TYPE and opens data connections by itself, one transfer at a time. So each transfer of the
//! transcript is a command line, what was sent before it stands in `-Q`, and what curl cannot do in comments.

mod command_line;

use super::shell_words::word;
use crate::protocol::{Command, DataDirection, Verb};
use crate::transcript::Dialogue;
use crate::transcript::data::ExpectedData;
use crate::transcript::dialogue::{DataContent, ExpectedCommand, ExpectedExchange};
use crate::transcript::template::{Piece, Template};
use command_line::{CommandLine, Connection, Login};

pub(super) fn write(dialogue: &Dialogue) -> String {
    let mut script = Script::of(dialogue);
    for exchange in &dialogue.exchanges {
        match &exchange.command {
            None => {}
            Some(ExpectedCommand::Listen("PORT")) => script.connection = Connection::Port,
            Some(ExpectedCommand::Listen(_)) => script.connection = Connection::ExtendedPort,
            Some(ExpectedCommand::Line(line)) => script.take(exchange, &script.resolved(line)),
        }
    }
    script.end()
}

struct Script<'a> {
    dialogue: &'a Dialogue,
    login: Login,
    connection: Connection,
    is_ascii: bool,
    restart: Option<String>,
    /// Options for what every login has to send again.
    lasting: Vec<String>,
    /// Options for what was sent since the last transfer.
    quotes: Vec<String>,
    /// The last transfer; what follows may still join it.
    transfer: Option<CommandLine>,
    written: String,
}

impl<'a> Script<'a> {
    fn of(dialogue: &'a Dialogue) -> Self {
        let is_implicit = dialogue.headers.implicit_tls;
        Self {
            dialogue,
            login: Login {
                scheme: if is_implicit { "ftps" } else { "ftp" },
                user: None,
                password: None,
                options: Vec::new(),
            },
            connection: Connection::Extended,
            // RFC 959 section 3.1.1.1.
            is_ascii: true,
            restart: None,
            lasting: Vec::new(),
            quotes: Vec::new(),
            transfer: None,
            written: HEAD.to_owned(),
        }
    }

    /// Defaults in the place of variables, unless they are secrets.
    fn resolved(&self, template: &Template) -> Template {
        let resolve = |piece: &Piece| match piece {
            Piece::Variable(name) if !self.dialogue.is_secret(name) => {
                let default = self.dialogue.headers.defaults.value(name);
                default.map_or_else(|| piece.clone(), |value| Piece::Literal(value.to_vec()))
            }
            piece => piece.clone(),
        };
        let pieces = template.pieces().iter().map(resolve);
        pieces.fold(Template::default(), Template::and)
    }

    fn take(&mut self, exchange: &ExpectedExchange, line: &Template) {
        let (verb, argument) = parts(line);
        let Some(whole) = word(line) else {
            return self.cannot("octets that cannot be seen", line);
        };
        if let Some(direction) = exchange.direction() {
            return self.take_transfer(exchange, line, direction);
        }
        let argument = argument.and_then(|argument| word(&argument));
        let argument = argument.unwrap_or_default();
        match verb.as_bytes() {
            b"USER" => self.login.user = Some(argument),
            b"PASS" => self.login.password = Some(argument),
            b"ACCT" => self.login.options.push(format!("--ftp-account {argument}")),
            b"AUTH" => self.login.options.push("--ssl-reqd".to_owned()),
            b"PROT" => self.take_protection(&argument),
            b"CCC" => self.login.options.push("--ftp-ssl-ccc".to_owned()),
            b"TYPE" if is_any_of(&argument, &["A", "I"]) => {
                self.is_ascii = is_any_of(&argument, &["A"]);
            }
            b"PASV" => self.connection = Connection::Passive,
            b"EPSV" => self.connection = Connection::Extended,
            b"PORT" => self.connection = Connection::Port,
            b"EPRT" => self.connection = Connection::ExtendedPort,
            b"REST" => self.restart = Some(argument),
            b"PBSZ" | b"PWD" | b"QUIT" => {}
            b"ABOR" | b"ADAT" => self.cannot("this command", line),
            _ => self.take_quote(exchange, &verb, &whole),
        }
    }

    fn take_protection(&mut self, level: &str) {
        if is_any_of(level, &["C"]) {
            let options = &mut self.login.options;
            options.retain(|option| option != "--ssl-reqd");
            options.push("--ftp-ssl-control".to_owned());
        }
    }

    fn take_quote(&mut self, exchange: &ExpectedExchange, verb: &Verb, whole: &str) {
        let may_fail = exchange
            .replies
            .iter()
            .any(|reply| reply.code.is_negative());
        // Behind an asterisk, curl goes on when it is refused.
        let asterisk = if may_fail { "'*'" } else { "" };
        let option = format!("-Q {asterisk}{whole}");
        if LASTING.iter().any(|lasting| verb.is(lasting)) {
            self.lasting.push(option.clone());
        }
        self.quotes.push(option);
    }

    fn take_transfer(
        &mut self,
        exchange: &ExpectedExchange,
        line: &Template,
        direction: DataDirection,
    ) {
        self.begin_next_login();
        self.tell_what_is_lost(exchange, line);
        let (verb, argument) = parts(line);
        if verb.is("STOU") {
            return self.cannot("this command", line);
        }
        let mut transfer = CommandLine {
            source: None,
            options: std::mem::take(&mut self.quotes),
            path: None,
        };
        let restart = self.restart.take();
        match direction {
            DataDirection::Sent => {
                transfer.path = argument;
                if verb.is("APPE") {
                    transfer.options.push("-a".to_owned());
                }
                if restart.is_some() {
                    self.cannot("REST in front of", line);
                }
                transfer.upload(exchange, |template| self.resolved(template));
            }
            DataDirection::Received if verb.is("RETR") => {
                transfer.path = argument;
                let offset = restart.map(|offset| format!("-C {offset}"));
                transfer.options.extend(offset);
            }
            DataDirection::Received if verb.is("LIST") && argument.is_none() => {}
            DataDirection::Received => {
                let whole = word(line).unwrap_or_default();
                transfer.options.push(format!("-X {whole}"));
            }
        }
        if self.is_ascii && transfer.path.is_some() {
            transfer.options.push("-B".to_owned());
        }
        let connection = self.connection.options().iter();
        transfer
            .options
            .extend(connection.map(|option| (*option).to_owned()));
        self.transfer = Some(transfer);
    }

    fn tell_what_is_lost(&mut self, exchange: &ExpectedExchange, line: &Template) {
        if exchange.aborted.is_some() {
            self.cannot("ABOR in the middle of", line);
        }
        let content = exchange.data.as_ref().map(|data| &data.content);
        if let Some(DataContent::Received(ExpectedData::Cut(_))) = content {
            self.cannot("its end in the middle of", line);
        }
    }

    fn cannot(&mut self, what: &str, line: &Template) {
        let beginning = Command::new(line.literal_beginning());
        let shown = beginning.map_or(String::new(), |command| {
            command.masked().escape_ascii().to_string()
        });
        let comment = format!("# curl cannot send {what}: {}\n", shown.trim_end());
        self.written.push_str(&comment);
    }

    /// Writes the last transfer; the next one logs in anew, and what lasts is sent again.
    fn begin_next_login(&mut self) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        self.written.push_str(&transfer.written(&self.login));
        let since = std::mem::take(&mut self.quotes).into_iter();
        let others = since.filter(|option| !self.lasting.contains(option));
        self.quotes = self.lasting.iter().cloned().chain(others).collect();
    }

    fn end(mut self) -> String {
        let quotes = std::mem::take(&mut self.quotes);
        let transfer = match self.transfer.take() {
            Some(mut transfer) => {
                // Behind a hyphen, curl sends it after the transfer.
                let behind = |option: String| option.replacen("-Q ", "-Q -", 1);
                transfer.options.extend(quotes.into_iter().map(behind));
                transfer
            }
            None => CommandLine {
                source: None,
                options: quotes.into_iter().chain(["--head".to_owned()]).collect(),
                path: None,
            },
        };
        self.written.push_str(&transfer.written(&self.login));
        self.written
    }
}

/// The verb, and what stands behind it.
fn parts(line: &Template) -> (Verb, Option<Template>) {
    let beginning = line.literal_beginning();
    let Some(end) = beginning.iter().position(|octet| *octet == b' ') else {
        return (Verb::new(beginning), None);
    };
    let first = Template::literal(&beginning[end + 1..]);
    // The beginning is a piece of its own.
    let others = line.pieces().iter().skip(1).cloned();
    let argument = others.fold(first, Template::and);
    (Verb::new(&beginning[..end]), Some(argument))
}

fn is_any_of(argument: &str, choices: &[&str]) -> bool {
    choices
        .iter()
        .any(|choice| argument.eq_ignore_ascii_case(choice))
}

/// They hold until the end of a login.
const LASTING: [&str; 9] = [
    "CWD", "XCWD", "CDUP", "XCUP", "MODE", "STRU", "OPTS", "HOST", "LANG",
];

const HEAD: &str = "\
#!/bin/sh
# The nearest that curl comes to a dialogue. It compares no replies. Each command
# line is a login of its own; PWD, EPSV, TYPE, SIZE and QUIT are sent where curl
# wants to. FTP_HOST is HOST or HOST:PORT. Secrets are taken from the environment,
# FTPSH_VAR_PASSWORD and the like, and others can see them while curl runs.
";
