//! The drawing: time, control connection, data connection.
//!
//! ```text
//!               control connection                      data connection
//! 12:01:03.120  → PASV
//!         +2ms  ← 227 Entering Passive Mode (127,0,0,…
//!         +3ms                                          · open to 127.0.0.1:2895
//! ```

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::event::Event;
use crate::client::Connection;
use crate::protocol::verbs::DataDirection;
use crate::shell::screen::painter::elapsed;

/// Draws events, in order.
pub(super) fn draw(events: &[&Event], columns: usize) -> Vec<String> {
    if events.is_empty() {
        return vec!["nothing has happened yet".to_owned()];
    }
    let form = Form::that_fits(columns);
    let mut lines = Vec::new();
    lines.extend(form.heading());
    let mut first = events[0];
    for (index, event) in events.iter().enumerate() {
        let begins = index == 0 || event.exchange != first.exchange;
        if begins {
            first = event;
        }
        let time = if begins {
            event.time_of_day.strftime("%H:%M:%S%.3f").to_string()
        } else {
            elapsed(event.instant.saturating_duration_since(first.instant))
        };
        lines.push(form.row(&time, event));
    }
    lines
}

/// How wide each part is, in columns of the terminal.
#[derive(Clone, Copy)]
enum Form {
    Two {
        control: usize,
        data: usize,
    },
    /// Too narrow for two: C or D tells which.
    One {
        text: usize,
    },
}

impl Form {
    fn that_fits(columns: usize) -> Self {
        if columns < TWO_COLUMNS {
            let text = columns.saturating_sub(TIME + 1 + CONNECTION + ARROW);
            return Self::One {
                text: text.max(NARROWEST),
            };
        }
        let rest = columns - TIME - GAP - ARROW - GAP - ARROW;
        let data = (rest * 2 / 5).min(WIDEST_DATA);
        Self::Two {
            control: rest - data,
            data,
        }
    }

    fn heading(self) -> Option<String> {
        let Self::Two { control, .. } = self else {
            return None;
        };
        let before = " ".repeat(TIME + GAP);
        let between = padded("control connection", ARROW + control + GAP);
        Some(format!("{before}{between}data connection"))
    }

    fn row(self, time: &str, event: &Event) -> String {
        let arrow = match event.direction {
            Some(DataDirection::Sent) => "→",
            Some(DataDirection::Received) => "←",
            None => "·",
        };
        let line = match (self, event.connection) {
            (Self::Two { control, .. }, Connection::Control) => {
                let text = shortened(&event.text, control);
                format!("{time:>TIME$}  {arrow} {text}")
            }
            (Self::Two { control, data }, Connection::Data) => {
                let before = " ".repeat(ARROW + control + GAP);
                let text = shortened(&event.text, data);
                format!("{time:>TIME$}  {before}{arrow} {text}")
            }
            (Self::One { text }, connection) => {
                let connection = match connection {
                    Connection::Control => 'C',
                    Connection::Data => 'D',
                };
                let text = shortened(&event.text, text);
                format!("{time:>TIME$} {connection} {arrow} {text}")
            }
        };
        line.trim_end().to_owned()
    }
}

/// The text, or its beginning and `…`, in at most so many columns. A tab would take any number of them.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    let text = text.replace('\t', " ");
    if text.width() <= columns {
        return text;
    }
    let mut shown = String::new();
    let mut taken = 1;
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken > columns {
            break;
        }
        shown.push(character);
    }
    shown + "…"
}

fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// `12:01:03.120`.
const TIME: usize = 12;
const GAP: usize = 2;
/// The arrow and a space after it.
const ARROW: usize = 2;
/// `C` or `D` and a space after it.
const CONNECTION: usize = 2;
const TWO_COLUMNS: usize = 64;
/// `open to [2001:db8:1234:5678::1]:65535`.
const WIDEST_DATA: usize = 38;
/// A terminal that is narrower still breaks the lines itself.
const NARROWEST: usize = 8;
