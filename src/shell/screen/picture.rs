//! The picture of both connections: you, the server, what is open, and what has gone over each.
//!
//! ```text
//! ┌ you ┐                                                              ┌ server ┐
//! │     │ control connection: open, in the clear                       │        │
//! │     │ ─→ APPE 1.TXT                                                │        │
//! │     │ ←─ 226 Transfer complete.                                    │        │
//! │     │ data connection: closed by you                               │        │
//! │     │ ─→ 6 bytes                                                   │        │
//! └─────┘                                                              └────────┘
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use unicode_width::UnicodeWidthStr;

use super::timeline::{describe, shortened};
use crate::client::{Connection, Observation, TransferEnd, TransferResult};
use crate::protocol::verbs::DataDirection;
use crate::shell::charset::Charset;

/// What is drawn. It observes what the timeline observes; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    state: Arc<Mutex<State>>,
}

/// With which characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Box drawing.
    Drawn,
    /// For terminals that have no more.
    Ascii,
}

#[derive(Debug, Default)]
struct State {
    control: Control,
    tls: Option<String>,
    sent: String,
    received: String,
    data: String,
    data_tls: Option<String>,
    /// What it was before this side began to listen for a PORT that has not been answered.
    data_before_port: Option<String>,
    moved: Option<(DataDirection, u64)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Control {
    #[default]
    None,
    Open,
    Closed,
    ClosedByServer,
    Broken,
}

impl Picture {
    /// Takes what happened.
    pub(crate) fn note(&self, observation: &Observation, charset: Charset) {
        self.lock().take(observation, charset);
    }

    /// At most nine lines, none wider than `columns`. In a narrow terminal what is between the boxes is drawn alone.
    pub(crate) fn draw(&self, lines: Lines, columns: usize) -> Vec<String> {
        let state = self.lock();
        let label = if columns > WIDEST { " connection" } else { "" };
        let rows = state.rows(lines, label);
        if columns < NARROWEST {
            let rows = rows
                .iter()
                .map(|row| lines.cut(row, columns.saturating_sub(1)));
            return rows.collect();
        }
        let frame = Frame::new(lines, columns);
        let top = [frame.edge(true)];
        let rows = rows.iter().map(|row| frame.row(row));
        top.into_iter()
            .chain(rows)
            .chain([frame.edge(false)])
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, observation: &Observation, charset: Charset) {
        match observation {
            Observation::Connected { .. } => {
                *self = Self {
                    control: Control::Open,
                    ..Self::default()
                };
            }
            Observation::ControlSecured(secured) => self.tls = Some(secured.version.clone()),
            Observation::TlsEnded => self.tls = None,
            Observation::ControlClosed {
                asked,
                error,
                by_us,
                ..
            } => {
                self.control = match error {
                    _ if *asked || *by_us => Control::Closed,
                    None => Control::ClosedByServer,
                    Some(_) => Control::Broken,
                };
            }
            Observation::DataConnectionOpened { .. } => self.begin_data("open"),
            Observation::Listening { address } => {
                let before = std::mem::take(&mut self.data);
                let was_listening = before.starts_with(LISTENING);
                self.data_before_port = Some(if was_listening { String::new() } else { before });
                self.begin_data(&format!("{LISTENING}{}", address.port()));
            }
            // The earlier port stays open.
            Observation::NotListening { .. } => self.data_before_port = None,
            Observation::ReplyReceived { answered, .. }
                if answered.is_to(&["PORT", "EPRT", "LPRT"]) =>
            {
                self.end_listening(answered.reply.code.is_negative());
            }
            Observation::DataConnectionAccepted { .. } => {
                self.begin_data("open, made by the server")
            }
            Observation::DataConnectionFailed { .. } => self.begin_data("could not be opened"),
            Observation::ServerDidNotConnect { .. } => {
                self.begin_data("the server did not connect")
            }
            Observation::DataConnectionClosed { .. } => {
                "closed by the server".clone_into(&mut self.data)
            }
            Observation::NoDataConnection { .. } => self.begin_data(""),
            Observation::DataSecured(secured) => self.data_tls = Some(secured.version.clone()),
            Observation::TransferMoving(progress) => {
                "open, carrying data".clone_into(&mut self.data);
                self.moved = Some((progress.direction, progress.bytes));
            }
            Observation::TransferEnded(end) => self.end_data(end),
            _ => {}
        }
        if let Some((Connection::Control, Some(direction), text)) = describe(observation, charset) {
            match direction {
                DataDirection::Sent => self.sent = text,
                DataDirection::Received => self.received = text,
            }
        }
    }

    fn begin_data(&mut self, text: &str) {
        text.clone_into(&mut self.data);
        self.data_tls = None;
        self.moved = None;
    }

    /// After a PORT that was refused nothing listens, and a connection that was open before is open still.
    fn end_listening(&mut self, is_refused: bool) {
        let before = self.data_before_port.take();
        if let Some(before) = before.filter(|_| is_refused) {
            self.begin_data(&before);
        }
    }

    fn end_data(&mut self, end: &TransferEnd) {
        let text = match (&end.result, end.direction) {
            (TransferResult::Refused, _) => "open, nothing has gone over it",
            (TransferResult::NeverConnected, _) => "the server did not connect",
            (TransferResult::Ended, DataDirection::Sent) => "closed by you",
            (TransferResult::Ended | TransferResult::StoppedByServer, _) => "closed by the server",
            (
                TransferResult::Aborted
                | TransferResult::ReaderClosed
                | TransferResult::LocalFailed(_),
                _,
            ) => "broken off by you",
            _ => "broken",
        };
        text.clone_into(&mut self.data);
        self.moved = Some((end.direction, end.bytes));
    }

    fn rows(&self, lines: Lines, label: &str) -> Vec<String> {
        let control = match self.control {
            Control::None => "none",
            Control::Open => "open",
            Control::Closed => "closed",
            Control::ClosedByServer => "closed by the server",
            Control::Broken => "broken",
        };
        let mut rows = vec![format!("control{label}: {control}{}", self.security())];
        let texts = [
            (DataDirection::Sent, &self.sent),
            (DataDirection::Received, &self.received),
        ];
        for (direction, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            rows.push(format!("{} {text}", lines.arrow(*direction)));
        }
        let data = if self.data.is_empty() {
            "none"
        } else {
            &self.data
        };
        let tls = self
            .data_tls
            .as_ref()
            .map_or(String::new(), |tls| format!(", {tls}"));
        rows.push(format!("data{label}: {data}{tls}"));
        if let Some((direction, bytes)) = self.moved {
            let unit = if bytes == 1 { "byte" } else { "bytes" };
            rows.push(format!("{} {bytes} {unit}", lines.arrow(direction)));
        }
        rows
    }

    fn security(&self) -> String {
        match (&self.tls, self.control) {
            (_, Control::None) => String::new(),
            (Some(version), _) => format!(", {version}"),
            (None, Control::Open) => ", in the clear".to_owned(),
            (None, _) => String::new(),
        }
    }
}

impl Lines {
    fn arrow(self, direction: DataDirection) -> &'static str {
        match (self, direction) {
            (Self::Drawn, DataDirection::Sent) => "─→",
            (Self::Drawn, DataDirection::Received) => "←─",
            (Self::Ascii, DataDirection::Sent) => "->",
            (Self::Ascii, DataDirection::Received) => "<-",
        }
    }

    /// The text, or as much of it as fits.
    fn cut(self, text: &str, columns: usize) -> String {
        let text = shortened(text, columns);
        match self {
            Self::Drawn => text,
            Self::Ascii => text.replace('…', "."),
        }
    }
}

/// The two boxes, and what is between them.
struct Frame {
    lines: Lines,
    /// Columns between the boxes.
    between: usize,
}

impl Frame {
    fn new(lines: Lines, columns: usize) -> Self {
        Self {
            lines,
            between: columns.min(WIDEST) - YOU.len() - SERVER.len() - 4,
        }
    }

    fn edge(&self, is_top: bool) -> String {
        let [left, right, line] = match (self.lines, is_top) {
            (Lines::Ascii, _) => ['+', '+', '-'],
            (Lines::Drawn, true) => ['┌', '┐', '─'],
            (Lines::Drawn, false) => ['└', '┘', '─'],
        };
        let side = |name: &str| {
            let inside = match is_top {
                true => name.to_owned(),
                false => line.to_string().repeat(name.len()),
            };
            format!("{left}{inside}{right}")
        };
        format!("{}{}{}", side(YOU), " ".repeat(self.between), side(SERVER))
    }

    fn row(&self, text: &str) -> String {
        let bar = match self.lines {
            Lines::Drawn => '│',
            Lines::Ascii => '|',
        };
        let text = self.lines.cut(text, self.between - 2);
        let missing = " ".repeat((self.between - 1).saturating_sub(text.width()));
        let (you, server) = (" ".repeat(YOU.len()), " ".repeat(SERVER.len()));
        format!("{bar}{you}{bar} {text}{missing}{bar}{server}{bar}")
    }
}

const LISTENING: &str = "none, you listen on port ";
const YOU: &str = " you ";
const SERVER: &str = " server ";
/// Of the boxes.
const NARROWEST: usize = 60;
/// One column less than a terminal of 80: nothing may wrap.
const WIDEST: usize = 79;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::{Lines, Picture, WIDEST};
    use crate::client::{Observation, Origin, TransferEnd, TransferResult};
    use crate::protocol::Command;
    use crate::protocol::user_pi::{Event, UserPi};
    use crate::protocol::verbs::DataDirection;
    use crate::shell::charset::Charset;

    fn noted(observations: &[Observation]) -> Picture {
        let picture = Picture::default();
        for observation in observations {
            picture.note(observation, Charset::default());
        }
        picture
    }

    fn sent(line: &str) -> Observation {
        Observation::CommandSent {
            command: Command::new(line).unwrap(),
            origin: Origin::Typed,
        }
    }

    fn uploaded(bytes: u64) -> Observation {
        Observation::TransferEnded(TransferEnd {
            direction: DataDirection::Sent,
            bytes,
            expected: None,
            acknowledged: None,
            line_ends: 0,
            ended_short_of: None,
            result: TransferResult::Ended,
        })
    }

    #[test]
    fn both_connections_are_drawn_with_what_went_over_them() {
        let picture = noted(&[sent("APPE 1.TXT"), uploaded(6)]);
        let drawn = picture.draw(Lines::Drawn, 80);
        let expected = [
            "┌ you ┐                                                              ┌ server ┐",
            "│     │ control connection: none                                     │        │",
            "│     │ ─→ APPE 1.TXT                                                │        │",
            "│     │ data connection: closed by you                               │        │",
            "│     │ ─→ 6 bytes                                                   │        │",
            "└─────┘                                                              └────────┘",
        ];
        assert_eq!(drawn, expected);
        let ascii = picture.draw(Lines::Ascii, 60).join("\n");
        assert!(
            ascii.is_ascii() && ascii.contains("| -> 6 bytes"),
            "{ascii}"
        );
    }

    #[test]
    fn at_40_columns_each_state_is_legible_without_the_boxes() {
        let address: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        let picture = noted(&[
            sent("PORT 127,0,0,1,195,80"),
            Observation::Listening { address },
        ]);
        let expected = [
            "control: none",
            "─→ PORT 127,0,0,1,195,80",
            "data: none, you listen on port 50000",
        ];
        assert_eq!(picture.draw(Lines::Drawn, 40), expected);
        let drawn = noted(&[sent("APPE 1.TXT"), uploaded(6)]).draw(Lines::Ascii, 40);
        assert_eq!(
            drawn[1..],
            ["-> APPE 1.TXT", "data: closed by you", "-> 6 bytes"]
        );
    }

    #[test]
    fn after_a_port_that_was_refused_nothing_listens() {
        let listening = |port: u16| Observation::Listening {
            address: ([127, 0, 0, 1], port).into(),
        };
        let state = |observations: &[Observation]| {
            let drawn = noted(observations).draw(Lines::Ascii, 40);
            let last = drawn.last().unwrap();
            last.strip_prefix("data: ").unwrap().to_owned()
        };
        let (accepted, refused) = (|| answered_port("200 ok"), || answered_port("500 no"));
        let first = || listening(1023);
        assert_eq!(state(&[first(), refused()]), "none");
        assert_eq!(
            state(&[first(), accepted(), listening(1022), refused()]),
            "none"
        );
        assert_eq!(
            state(&[first(), accepted()]),
            "none, you listen on port 1023"
        );
        // The port of the second one was somebody else's.
        let not_ours = Observation::NotListening {
            address: ([127, 0, 0, 1], 80).into(),
            error: std::io::ErrorKind::AddrInUse.into(),
        };
        assert_eq!(
            state(&[first(), accepted(), not_ours, refused()]),
            "none, you listen on port 1023"
        );
    }

    fn answered_port(line: &str) -> Observation {
        let (mut pi, _) = UserPi::new();
        pi.receive(b"220 ready\r\n");
        pi.send(&Command::new("PORT 127,0,0,1,3,255").unwrap());
        pi.receive(format!("{line}\r\n").as_bytes());
        let mut last = None;
        while let Some(event) = pi.next_event() {
            if let Event::ReplyReceived {
                reply,
                assignment,
                answered,
            } = event
            {
                last = Some(Observation::ReplyReceived {
                    reply,
                    assignment,
                    awaited: true,
                    answered,
                });
            }
        }
        last.unwrap()
    }

    #[test]
    fn no_line_is_too_wide_and_no_password_is_shown() {
        let address: SocketAddr = "127.0.0.1:5001".parse().unwrap();
        let long = format!("RETR {}", "日本".repeat(60));
        let observations = [sent(&long), Observation::Listening { address }];
        for columns in [1, 40, 59, 60, 80, 200] {
            for lines in noted(&observations).draw(Lines::Drawn, columns) {
                let width = unicode_width::UnicodeWidthStr::width(lines.as_str());
                assert!(width <= columns.min(WIDEST), "{columns}: {lines}");
            }
        }
        let drawn = noted(&[sent("PASS hunter2")])
            .draw(Lines::Drawn, 80)
            .join("\n");
        assert!(
            drawn.contains("PASS ****") && !drawn.contains("hunter2"),
            "{drawn}"
        );
        assert!(noted(&observations).draw(Lines::Drawn, 80).len() <= 9);
    }
}
