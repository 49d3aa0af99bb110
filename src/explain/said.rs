//! What a client says in its own words, where no reply tells what went wrong.

use crate::evidence::fragment::has_parts;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has come from the server.
    Connecting,
    /// A 234 to AUTH came, and nothing since.
    Handshake,
    /// A port was offered, and no transfer has begun.
    Passive,
    /// PORT or EPRT was accepted, and no transfer has begun.
    Active,
    /// A 1yz came.
    Transfer,
    /// A command waits for its reply.
    Waiting,
    /// None does.
    Idle,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Handshake => "handshake",
            Self::Passive => "passive",
            Self::Active => "active",
            Self::Transfer => "transfer",
            Self::Waiting => "waiting",
            Self::Idle => "idle",
        }
    }

    /// Where else the same words mean the same: whoever waits for data waits for a reply too.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let waits = matches!(self, Self::Passive | Self::Active | Self::Transfer);
        let more = waits.then(|| Self::Waiting.name());
        [self.name(), "any"].into_iter().chain(more)
    }
}

/// The cause that these words name.
pub(super) fn cause_of(line: &[u8], stage: Stage) -> Option<&'static str> {
    let text = String::from_utf8_lossy(line).to_ascii_lowercase();
    let mut rows = read(TABLE).filter_map(Result::ok);
    let is_now = |row: &Row| stage.names().any(|name| name == row.when);
    let row = rows.find(|row| is_now(row) && has_parts(&text, &row.text.to_ascii_lowercase()))?;
    Some(row.cause)
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

const TABLE: &str = include_str!("said.table");

#[cfg(test)]
mod tests {
    use super::{Stage, TABLE, cause_of, read};
    use crate::evidence::cause::Cause;

    const STAGES: [Stage; 7] = [
        Stage::Connecting,
        Stage::Handshake,
        Stage::Passive,
        Stage::Active,
        Stage::Transfer,
        Stage::Waiting,
        Stage::Idle,
    ];

    #[test]
    fn every_row_of_the_table_can_be_read_and_is_found_by_its_words() {
        let rows: Result<Vec<_>, usize> = read(TABLE).collect();
        let rows = rows.unwrap_or_else(|line| panic!("src/explain/said.table:{line}"));
        for row in rows {
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
    fn the_same_words_mean_what_the_session_says() {
        let line = b"Error: Connection timed out after 20 seconds of inactivity";
        for (stage, cause) in [
            (Stage::Connecting, Some("connect-failed")),
            (Stage::Handshake, Some("tls-silent")),
            (Stage::Passive, Some("data-port-silent")),
            (Stage::Active, Some("active-not-connected")),
            (Stage::Transfer, Some("data-silent")),
            (Stage::Waiting, Some("no-reply")),
            (Stage::Idle, None),
        ] {
            assert_eq!(cause_of(line, stage), cause, "{stage:?}");
        }
    }
}
