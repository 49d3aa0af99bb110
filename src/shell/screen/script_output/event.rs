//! One event of a script as a line of JSON. `docs/json.md` describes them.

use serde::Serialize;

use crate::protocol::hidden::visible_json;
use crate::protocol::verbs::DataDirection;

/// What happened; the names of its variants and fields are the interface.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Event {
    /// The control connection is open.
    Connected {
        host: String,
        port: u16,
        /// The proxy in between, without its password.
        proxy: Option<String>,
    },
    /// A command went out.
    Sent {
        line: String,
        /// `None` for bytes that are no line of a command.
        verb: Option<String>,
    },
    /// A reply came.
    Reply {
        code: u16,
        lines: Vec<String>,
        /// How many bytes more the server sent, which were not kept.
        #[serde(skip_serializing_if = "is_none")]
        dropped_bytes: u64,
        /// Of the command that it answers; `None` for the greeting, and where it answers none.
        verb: Option<String>,
        /// Since that command went out, or since the connection was made.
        ms: Option<u64>,
    },
    /// A data connection is open.
    DataOpened {
        mode: DataMode,
        host: String,
        port: u16,
    },
    /// The data of a transfer have ended on this side.
    Transfer {
        direction: Direction,
        bytes: u64,
        file: Option<String>,
        tls: bool,
        result: &'static str,
    },
    /// Something did not work.
    Problem { cause: &'static str, text: String },
    /// The run is over.
    End { exit: u8 },
}

fn is_none(bytes: &u64) -> bool {
    *bytes == 0
}

/// Who connected.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DataMode {
    Passive,
    Active,
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
    Received,
    Sent,
}

impl From<DataDirection> for Direction {
    fn from(direction: DataDirection) -> Self {
        match direction {
            DataDirection::Received => Self::Received,
            DataDirection::Sent => Self::Sent,
        }
    }
}

#[derive(Serialize)]
struct Versioned<'a> {
    v: u32,
    #[serde(flatten)]
    event: &'a Event,
}

impl Event {
    /// The event as one line, with its line end. What could control a terminal is written by its number.
    pub(super) fn line(&self) -> String {
        let versioned = Versioned {
            v: VERSION,
            event: self,
        };
        json_line(&versioned)
    }
}

/// A value as one line of JSON, with its line end. What could control a terminal is written by its number.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value)
        .expect("names, numbers and strings are always written as JSON");
    visible_json(&text) + "\n"
}

/// It changes when a field changes its meaning or goes; others may be added.
const VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn an_event_is_one_line_of_json_that_begins_with_its_version_and_kind() {
        let event = Event::End { exit: 130 };
        assert_eq!(event.line(), "{\"v\":1,\"event\":\"end\",\"exit\":130}\n");
    }
}
