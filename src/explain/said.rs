//! What a client says in its own words, where no reply tells what went wrong.

use std::sync::LazyLock;

use crate::evidence::fragment::has_parts;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has come from the server.
    Connecting,
    /// The connection was made, and no greeting came.
    Connected,
    /// A 234 to AUTH came, and nothing since.
    Handshake,
    /// A port was offered, and no transfer was asked for.
    Passive,
    /// A transfer over that port was asked for, and no 1yz came.
    Asked,
    /// PORT or EPRT was accepted, and no transfer has begun.
    Active,
    /// A 1yz came.
    Transfer,
    /// The data of a transfer have moved, and its final reply has not come.
    Ended,
    /// A command waits for its reply.
    Waiting,
    /// None does.
    Idle,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Handshake => "handshake",
            Self::Passive => "passive",
            Self::Asked => "asked",
            Self::Active => "active",
            Self::Transfer => "transfer",
            Self::Ended => "ended",
            Self::Waiting => "waiting",
            Self::Idle => "idle",
        }
    }

    /// Where else the same words mean the same: whoever waits for data waits for a reply too.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let waits = matches!(
            self,
            Self::Passive | Self::Asked | Self::Active | Self::Transfer | Self::Ended
        );
        let more = match self {
            Self::Connected => Some(Self::Connecting.name()),
            _ => waits.then(|| Self::Waiting.name()),
        };
        [self.name(), "any"].into_iter().chain(more)
    }
}

/// The cause that these words name; `None` if they are no problem.
pub(super) fn cause_of(line: &[u8], stage: Stage) -> Option<&'static str> {
    let text = String::from_utf8_lossy(line).to_ascii_lowercase();
    let is_now = |row: &Row| stage.names().any(|name| name == row.when);
    let mut rows = ROWS.iter();
    let (row, _) = rows.find(|(row, words)| is_now(row) && has_parts(&text, words))?;
    Some(row.cause).filter(|cause| *cause != NO_PROBLEM)
}

#[derive(Clone, Copy, Debug)]
struct Row {
    when: &'static str,
    text: &'static str,
    cause: &'static str,
}

/// The rows in their order; of what cannot be read, the number of the line.
fn read(table: &'static str) -> impl Iterator<Item = Result<Row, usize>> {
    let lines = table.lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(number, line)| {
        let mut fields = line.split(" | ").map(str::trim);
        let mut field = || fields.next().filter(|it| !it.is_empty()).ok_or(number + 1);
        Ok(Row {
            when: field()?,
            text: field()?,
            cause: field()?,
        })
    })
}

/// The rows, and their texts in lower case.
static ROWS: LazyLock<Vec<(Row, String)>> = LazyLock::new(|| {
    let rows = with_each_text(read(TABLE).filter_map(Result::ok).collect());
    let in_lower_case = |row: Row| (row, row.text.to_ascii_lowercase());
    rows.into_iter().map(in_lower_case).collect()
});

/// A row whose text is the name of several, once for each.
fn with_each_text(rows: Vec<Row>) -> Vec<Row> {
    let (names, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.when == "=");
    let texts = |row: Row| -> Vec<Row> {
        let own = names.iter().filter(|name| name.cause == row.text);
        let each: Vec<Row> = own
            .map(|name| Row {
                text: name.text,
                ..row
            })
            .collect();
        if each.is_empty() { vec![row] } else { each }
    };
    rows.into_iter().flat_map(texts).collect()
}

const TABLE: &str = include_str!("said.table");
const NO_PROBLEM: &str = "-";
/// In the place of a cause: all data of a transfer have moved.
pub(super) const DATA_ENDED: &str = "data-ended";
/// A client says that it has failed, and not of what.
pub(super) const CLIENT_FAILED: &str = "client-failed";

#[cfg(test)]
mod tests {
    use super::{
        CLIENT_FAILED, DATA_ENDED, NO_PROBLEM, Stage, TABLE, cause_of, read, with_each_text,
    };
    use crate::evidence::cause::Cause;

    const STAGES: [Stage; 10] = [
        Stage::Connecting,
        Stage::Connected,
        Stage::Handshake,
        Stage::Passive,
        Stage::Asked,
        Stage::Active,
        Stage::Transfer,
        Stage::Ended,
        Stage::Waiting,
        Stage::Idle,
    ];

    #[test]
    fn every_row_of_the_table_can_be_read_and_is_found_by_its_words() {
        let rows: Result<Vec<_>, usize> = read(TABLE).collect();
        let rows = rows.unwrap_or_else(|line| panic!("src/explain/said.table:{line}"));
        for row in with_each_text(rows) {
            if [NO_PROBLEM, DATA_ENDED].contains(&row.cause) {
                continue;
            }
            assert!(Cause::find(row.cause).is_some(), "{row:?}");
            let stages = STAGES
                .iter()
                .filter(|it| row.when == "any" || it.name() == row.when);
            let line = format!("Error: {}!", row.text.replace(" ... ", " and then "));
            let mut found = stages.map(|stage| cause_of(line.as_bytes(), *stage));
            assert!(found.any(|cause| cause == Some(row.cause)), "{row:?}");
        }
    }

    #[test]
    fn whoever_has_waited_for_a_data_port_is_understood() {
        for line in [
            "* ipv4 connect timeout after 2898ms, move on!",
            "curl: (28) Connection time-out",
            "curl: (28) Timeout was reached",
            "**** Timeout - reconnecting",
            "socket.timeout: timed out",
            "TimeoutError: [Errno 110] Connection timed out",
            "TimeoutError: [WinError 10060] the connected party did not properly respond",
            "asyncio.exceptions.TimeoutError",
            "dial tcp 192.0.2.1:4100: i/o timeout",
            "Error: Timeout (data socket)",
            "Error: Timed out while making data connection",
            "Error: connect ETIMEDOUT 192.0.2.1:4100",
            "Net::OpenTimeout: execution expired",
            "java.net.SocketTimeoutException: connect timed out",
        ] {
            let cause = cause_of(line.as_bytes(), Stage::Passive);
            assert_eq!(cause, Some("data-port-silent"), "{line}");
        }
    }

    #[test]
    fn the_same_words_mean_what_the_session_says() {
        let line = b"Error: Connection timed out after 20 seconds of inactivity";
        for (stage, cause) in [
            (Stage::Connecting, Some("connect-failed")),
            (Stage::Connected, Some("no-greeting")),
            (Stage::Handshake, Some("tls-silent")),
            (Stage::Passive, Some("data-port-silent")),
            (Stage::Asked, Some("data-port-silent")),
            (Stage::Active, Some("active-not-connected")),
            (Stage::Transfer, Some("data-silent")),
            (Stage::Ended, Some("no-final-reply")),
            (Stage::Waiting, Some("no-reply")),
            (Stage::Idle, Some(CLIENT_FAILED)),
        ] {
            assert_eq!(cause_of(line, stage), cause, "{stage:?}");
        }
    }
}
