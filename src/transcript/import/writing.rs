//! A session as a transcript.

use super::session::{Session, ShownExchange};
use super::variables::DefaultValue;
use super::{Imported, Kind, Remark};
use crate::protocol::DataDirection;
use crate::transcript::data::sent_line;
use crate::transcript::exchange::Exchange;
use crate::transcript::expected_reply::ExpectedReply;
use crate::transcript::read_error::without_secret;
use crate::transcript::template::Template;
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
    let head = head(kind, session.greeting.as_deref(), session.names.defaults());
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
    notes: Vec<Remark>,
}

impl Writer {
    fn write_exchange(&mut self, shown: &ShownExchange) {
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
        self.write_data(shown);
        self.write_replies(others);
        if !exchange.is_complete() {
            self.write_missing_replies(exchange);
        }
    }

    fn write_replies(&mut self, replies: &[ExpectedReply]) {
        for line in replies.iter().flat_map(ExpectedReply::printed) {
            self.line(LineKind::Reply, &line);
        }
    }

    fn write_data(&mut self, ShownExchange { exchange, data }: &ShownExchange) {
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
                    let text = Template::literal(&line.text).to_string();
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

const NO_GREETING: &str = "no greeting is shown: 220 is assumed";
const NO_REPLY: &str = "no reply is shown: success is assumed";
const NO_DATA: &str = "the data that were sent are not shown: as it stands, none are. Put `D< @file NAME` here to send a file";
const NEXT_SESSION: &str =
    "another session begins here: this line and all that follow are left out";
