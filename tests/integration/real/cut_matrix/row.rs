//! What came of all cuts of one kind: a row of the table in docs/reliability.md.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::case::{Manner, Outcome, Verdict};
use super::spots::COUNT;
use super::{Setup, other_directives};
use crate::support::real_server::{Kind, Tls};
use crate::support::relay::Direction;

pub(super) struct Row {
    kind: Kind,
    setup: Setup,
    direction: Direction,
    tls: Tls,
    manner: Manner,
    cases: usize,
    whole: usize,
    told: usize,
    needless: usize,
    silent: usize,
    shortened: usize,
    words_taken: usize,
    /// What was said where something was told, and how often.
    reasons: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Row {
    pub(super) fn new(
        kind: Kind,
        setup: Setup,
        direction: Direction,
        tls: Tls,
        manner: Manner,
    ) -> Self {
        Self {
            kind,
            setup,
            direction,
            tls,
            manner,
            cases: 0,
            whole: 0,
            told: 0,
            needless: 0,
            silent: 0,
            shortened: 0,
            words_taken: 0,
            reasons: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Another one for each row, and the same in every run.
    pub(super) fn seed(&self) -> u64 {
        let digits = [
            self.setup as u64,
            self.kind as u64,
            self.direction as u64,
            self.tls as u64,
            self.manner as u64,
        ];
        digits.iter().fold(959, |seed, digit| seed * 10 + digit)
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        self.cases += 1;
        match outcome.verdict {
            Verdict::Whole => self.whole += 1,
            Verdict::Told { .. } => self.told += 1,
            Verdict::Needless => self.needless += 1,
            Verdict::Silent => self.silent += 1,
        }
        self.words_taken += usize::from(outcome.word_was_taken);
        self.shortened += usize::from(outcome.shortened);
        if outcome.verdict != Verdict::Whole {
            let reason = reason(&outcome);
            *self.reasons.entry(reason).or_default() += 1;
        }
        let is_failure = matches!(outcome.verdict, Verdict::Silent | Verdict::Needless);
        if is_failure || outcome.shortened {
            let verdict = outcome.verdict;
            let failure = format!("{}: {verdict:?} {}", self.name(), outcome.account);
            self.failures.push(failure);
        }
    }

    #[track_caller]
    pub(super) fn assert_nothing_was_lost_in_silence(&self) {
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n\n"));
        assert_eq!(self.whole + self.told, self.cases, "{}", self.name());
    }

    fn name(&self) -> String {
        self.words().join(", ")
    }

    fn words(&self) -> [&'static str; 4] {
        [
            match self.setup {
                Setup::Usual => self.kind.name(),
                Setup::Other => other_directives(self.kind).0,
            },
            match self.direction {
                Direction::ToServer => "upload",
                Direction::FromServer => "download",
            },
            match self.tls {
                Tls::None => "clear",
                Tls::Explicit | Tls::Implicit => "TLS",
            },
            match self.manner {
                Manner::DataReset => "data reset",
                Manner::DataClosed => "data closed",
                Manner::BothReset => "both reset",
                Manner::ServerKilled => "server killed",
            },
        ]
    }

    fn markdown(&self) -> String {
        let numbers = [
            self.cases,
            self.whole,
            self.told,
            self.needless,
            self.silent,
            self.shortened,
            self.words_taken,
        ];
        let mut line = format!("| {} |", self.words().join(" | "));
        for number in numbers {
            let _ = write!(line, " {number} |");
        }
        line
    }
}

/// The last line that it said, without the numbers that differ from case to case.
fn reason(outcome: &Outcome) -> String {
    let last = outcome.account.lines().last().unwrap_or_default().trim();
    let mut reason = String::new();
    for character in last.chars() {
        let shown = if character.is_ascii_digit() {
            'N'
        } else {
            character
        };
        if !(shown == 'N' && reason.ends_with('N')) {
            reason.push(shown);
        }
    }
    let more = match outcome.verdict {
        Verdict::Told {
            whole_when_repeated: true,
        } => "; whole when repeated",
        Verdict::Told {
            whole_when_repeated: false,
        } => "; never whole",
        _ => "",
    };
    format!("`{reason}`{more}")
}

/// Leaves rows and reasons where `tests/cut-matrix` finds them.
pub(super) fn keep(rows: &[Row]) {
    let Some(first) = rows.first().filter(|_| std::env::var_os(COUNT).is_some()) else {
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cut-matrix");
    let order = first.seed() / 10;
    let table: String = rows.iter().map(|row| row.markdown() + "\n").collect();
    let mut reasons = String::new();
    for row in rows {
        for (reason, count) in &row.reasons {
            let _ = writeln!(reasons, "* {}: {count} x {reason}", row.name());
        }
    }
    fs::create_dir_all(&folder).expect("the target folder is writable");
    fs::write(folder.join(format!("{order}.rows")), table).expect("it is writable");
    fs::write(folder.join(format!("{order}.reasons")), reasons).expect("it is writable");
}
