//! A session as a transcript.

use super::session::{Exchange, Session};
use super::variables::{DefaultValue, VariableNames};
use super::{Imported, Kind, Remark};
use crate::protocol::{Command, DataDirection, DataPort};
use crate::transcript::data::sent_line;
use crate::transcript::expected_reply::ExpectedReply;
use crate::transcript::read_error::without_secret;
use crate::transcript::template::{Piece, Template};
use crate::transcript::{Line, LineKind, Transcript};

/// Writes it down; `lines` are those that it was read from.
pub(super) fn write(session: Session, kind: Kind, lines: &[&[u8]]) -> Imported {
    let mut writer = Writer::default();
    for exchange in &session.exchanges {
        writer.write_exchange(exchange);
    }
    if let Some(line) = session.next_session {
        writer.note(line, NEXT_SESSION);
    }
    let head = head(kind, session.greeting.as_deref(), writer.names.defaults());
    let show = |number: &usize| {
        let text = String::from_utf8_lossy(lines.get(number - 1).copied().unwrap_or_default());
        Remark {
            line: *number,
            text: without_secret(&text),
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
    let spelled = |octets: &[u8]| Template::literal(octets).to_string();
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
    names: VariableNames,
    notes: Vec<Remark>,
}

impl Writer {
    fn write_exchange(&mut self, exchange: &Exchange) {
        if let Some(command) = &exchange.command {
            let text = self.command(command);
            self.line(LineKind::Command, &text);
        }
        let before_data = exchange
            .replies
            .iter()
            .take_while(|code| code.is_preliminary())
            .count();
        for at in 0..=exchange.replies.len() {
            if exchange.aborted == Some(at) {
                self.line(LineKind::Command, "ABOR");
            }
            if at == before_data {
                self.write_data(exchange);
            }
            if let Some(code) = exchange.replies.get(at) {
                for line in ExpectedReply::of_code(*code).printed() {
                    self.line(LineKind::Reply, &line);
                }
            }
        }
        if !exchange.is_complete() {
            self.write_missing_replies(exchange);
        }
    }

    fn write_data(&mut self, exchange: &Exchange) {
        match exchange.direction() {
            Some(DataDirection::Sent)
                if exchange.data.is_empty()
                    && (exchange.has_begun() || !exchange.is_complete()) =>
            {
                self.note(exchange.line, NO_DATA);
            }
            Some(DataDirection::Sent) => {
                for (at, data) in exchange.data.iter().enumerate() {
                    let is_last = at + 1 == exchange.data.len();
                    self.line(
                        LineKind::DataSent,
                        &sent_line(&data.text, data.end, is_last),
                    );
                }
            }
            Some(DataDirection::Received) | None => {
                for data in &exchange.data {
                    let text = Template::literal(&data.text).to_string();
                    let text = format!("received: {}", without_secret(&text));
                    self.line(LineKind::Comment, &text);
                }
            }
        }
    }

    fn write_missing_replies(&mut self, exchange: &Exchange) {
        let verb = exchange.command.as_ref().map(Command::verb);
        let is = |name| verb.as_ref().is_some_and(|verb| verb.is(name));
        let (note, replies): (_, &[&str]) = if verb.is_none() {
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

    /// The command as it was, with variables for who logs in and for this side's ports.
    fn command(&mut self, command: &Command) -> String {
        let (verb, argument) = (command.verb(), command.argument().unwrap_or_default());
        let spelled_verb = || Template::literal(&command.line()[..verb.as_bytes().len()]);
        if verb.is("PORT") && DataPort::from_port_argument(argument).is_ok() {
            return format!("{} {{listen}}", spelled_verb());
        }
        if verb.is("EPRT")
            && let Ok(port) = DataPort::from_eprt_argument(argument)
        {
            // A replay opens ports of IPv4 for PORT alone.
            let is_4 = port.host.is_some_and(|host| host.is_ipv4());
            return if is_4 {
                "PORT {listen}".to_owned()
            } else {
                format!("{} {{listen}}", spelled_verb())
            };
        }
        match self.names.name_in(command) {
            Some((before, name)) => Template::literal(before)
                .and(Piece::Variable(name))
                .to_string(),
            None => Template::literal(command.line()).to_string(),
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

const NO_GREETING: &str = "no greeting is shown: 220 is assumed";
const NO_REPLY: &str = "no reply is shown: success is assumed";
const NO_DATA: &str = "the data that were sent are not shown: as it stands, none are. Put `D< @file NAME` here to send a file";
const NEXT_SESSION: &str =
    "another session begins here: this line and all that follow are left out";
