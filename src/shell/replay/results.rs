//! What the screen shows of a run: the dialogue of one transcript, or a line for each of many.

use std::time::Instant;

use super::plan::Script;
use super::player::Player;
use super::script_failure::ScriptFailure;
use crate::shell::exit::{Exit, Tally};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};
use crate::transcript::report::{FileReport, Report, Verdict};

/// Shows results in order, and keeps them for reports.
pub(super) struct Results<'a> {
    painter: &'a Painter,
    is_single: bool,
    stops: bool,
    begun: Instant,
    report: Report,
    tally: Tally,
}

/// Names a transcript before its dialogue, where there are several.
pub(super) fn announce(player: &Player<'_>, script: &Script) {
    if let (true, Script::File(path), true) =
        (player.shows_dialogue, script, player.plan.scripts.len() > 1)
    {
        let name = escape(path.as_os_str().as_encoded_bytes());
        player.painter.say(Tone::Note, &format!("{name}:"));
    }
}

impl<'a> Results<'a> {
    pub(super) fn new(painter: &'a Painter, is_single: bool, stops: bool) -> Self {
        Self {
            painter,
            is_single,
            stops,
            begun: Instant::now(),
            report: Report::default(),
            tally: Tally::default(),
        }
    }

    /// Shows one result; `false` if the run ends here.
    pub(super) fn add(&mut self, report: FileReport, failure: Option<&ScriptFailure>) -> bool {
        let exchanges = count(report.exchanges as u64, "exchange");
        let seconds = report.duration.as_secs_f64();
        let (tone, word, text) = match &report.verdict {
            Verdict::Passed => (Tone::Success, "ok", format!("{exchanges}, {seconds:.2} s")),
            Verdict::Updated => (Tone::Warning, "updated", exchanges),
            Verdict::Skipped { reason } => (Tone::Hint, "skipped", reason.clone()),
            Verdict::Failed(failure) => (Tone::Error, "FAILED", failure.message.clone()),
        };
        let place = failure.map(place).unwrap_or_default();
        let name = &report.name;
        self.painter
            .verdict(tone, word, &format!("{name}{place}  {text}"));
        if let Some(failure) = failure {
            self.show(failure);
            for other in &failure.more {
                let (place, message) = (self::place(other), &other.report.message);
                self.painter
                    .verdict(Tone::Error, "", &format!("{name}{place}  {message}"));
                self.show(other);
            }
        }
        let exit = failure.map_or(Exit::Done, ScriptFailure::exit);
        self.tally.count(exit);
        self.report.files.push(report);
        exit == Exit::Done || !(self.stops || exit == Exit::Interrupted)
    }

    fn show(&self, failure: &ScriptFailure) {
        let report = &failure.report;
        self.painter
            .difference(&failure.excerpt, &report.expected, &report.actual);
    }

    /// The last line, where there are several transcripts.
    pub(super) fn end(self) -> (Report, Exit) {
        let exit = self.tally.exit();
        if !self.is_single {
            let files = &self.report.files;
            let of = |is_counted: fn(&Verdict) -> bool| {
                files
                    .iter()
                    .filter(|file| is_counted(&file.verdict))
                    .count()
            };
            let counts = [
                (of(|verdict| *verdict == Verdict::Passed), "ok"),
                (of(|verdict| *verdict == Verdict::Updated), "updated"),
                (
                    of(|verdict| matches!(verdict, Verdict::Skipped { .. })),
                    "skipped",
                ),
                (
                    of(|verdict| matches!(verdict, Verdict::Failed(_))),
                    "failed",
                ),
            ];
            let counts = counts.iter().filter(|(count, _)| *count > 0);
            let counts: Vec<String> = counts
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            let transcripts = count(files.len() as u64, "transcript");
            let seconds = self.begun.elapsed().as_secs_f64();
            let text = format!("{transcripts}: {}, {seconds:.2} s", counts.join(", "));
            let tone = if exit == Exit::Done {
                Tone::Success
            } else {
                Tone::Note
            };
            self.painter.say(tone, &text);
        }
        (self.report, exit)
    }
}

fn place(failure: &ScriptFailure) -> String {
    let number = |number: Option<usize>| number.map(|at| format!(":{at}")).unwrap_or_default();
    number(failure.report.line) + &number(failure.column)
}
