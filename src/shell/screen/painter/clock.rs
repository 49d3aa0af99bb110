//! When something happened: the time of day, and how long after the last command.

use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::client::Observation;

/// Keeps the time of the last command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    last_command: Option<Instant>,
}

/// One moment of a session.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Never goes back.
    pub(crate) instant: Instant,
    /// The local time.
    pub(crate) time_of_day: Zoned,
    /// Since the last command was sent, or since the connection was made; `None` for that itself.
    pub(crate) since_command: Option<Duration>,
}

impl Clock {
    /// Reads the clock for something that happens now.
    pub(crate) fn read(&mut self, observation: &Observation) -> Moment {
        let instant = Instant::now();
        let begins = matches!(
            observation,
            Observation::Connected { .. }
                | Observation::CommandSent { .. }
                | Observation::BytesSent(_)
                | Observation::AbortSent { .. }
        );
        if begins {
            self.last_command = Some(instant);
        }
        let since = self.last_command.filter(|_| !begins);
        Moment {
            instant,
            time_of_day: Zoned::now(),
            since_command: since.map(|last| instant - last),
        }
    }
}

impl Moment {
    /// `12:01:03    +2  `: milliseconds, whose unit has no room, or seconds once they are more than four digits.
    pub(super) fn column(&self) -> String {
        let since = self.since_command.map(elapsed).unwrap_or_default();
        let since = since.trim_end_matches("ms");
        format!("{} {since:>5}  ", self.time_of_day.strftime("%H:%M:%S"))
    }

    /// For the lines after the first.
    pub(super) fn empty_column() -> String {
        " ".repeat(COLUMN)
    }
}

/// `+2ms`, `+9999ms`, `+10s`: milliseconds, then seconds.
pub(crate) fn elapsed(duration: Duration) -> String {
    match duration.as_millis() {
        milliseconds @ ..10_000 => format!("+{milliseconds}ms"),
        _ => format!("+{}s", duration.as_secs()),
    }
}

/// A reply of 64 columns still fits a terminal of 80.
const COLUMN: usize = 16;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use jiff::Zoned;

    use super::{Moment, elapsed};

    #[test]
    fn short_times_are_milliseconds_and_long_ones_seconds() {
        for (milliseconds, text) in [
            (0, "+0ms"),
            (2, "+2ms"),
            (9_999, "+9999ms"),
            (10_000, "+10s"),
            (3_600_500, "+3600s"),
        ] {
            assert_eq!(elapsed(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn the_column_is_narrow_and_always_as_wide() {
        let column = |since_command| {
            let moment = Moment {
                instant: Instant::now(),
                time_of_day: "2026-11-22T12:01:03.120[UTC]".parse::<Zoned>().unwrap(),
                since_command,
            };
            moment.column()
        };
        assert_eq!(column(Some(Duration::from_millis(2))), "12:01:03    +2  ");
        assert_eq!(column(None), "12:01:03        ");
        assert_eq!(column(None).len(), Moment::empty_column().len());
    }
}
