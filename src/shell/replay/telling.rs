//! What the screen shows of a run: the dialogue of one transcript, or a line for each of many.

use std::time::Instant;

use super::plan::Script;
use super::played::Told;
use super::stage::Stage;
use crate::shell::exit::{Exit, Tally};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};
use crate::transcript::report::{FileReport, Report, Verdict};

/// Tells results in order, and keeps them for reports.
pub(super) struct Telling<'a> {
    painter: &'a Painter,
    is_single: bool,
    stops: bool,
    begun: Instant,
    report: Report,
    tally: Tally,
}

/// Names a transcript before its dialogue, where there are several.
pub(super) fn announce(stage: &Stage<'_>, script: &Script) {
    if let (true, Script::File(path), true) =
        (stage.shows_dialogue, script, stage.plan.scripts.len() > 1)
    {
        let name = escape(path.as_os_str().as_encoded_bytes());
        stage.painter.say(Tone::Note, &format!("{name}:"));
    }
}

impl<'a> Telling<'a> {
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

    /// Tells one result; `false` if the run ends here.
    pub(super) fn tell(&mut self, report: FileReport, told: Option<&Told>) -> bool {
        let exchanges = count(report.exchanges as u64, "exchange");
        let seconds = report.duration.as_secs_f64();
        let (tone, word, text) = match &report.verdict {
            Verdict::Passed => (Tone::Success, "ok", format!("{exchanges}, {seconds:.2} s")),
            Verdict::Updated => (Tone::Warning, "updated", exchanges),
            Verdict::Skipped { reason } => (Tone::Hint, "skipped", reason.clone()),
            Verdict::Failed(failure) => (Tone::Error, "FAILED", failure.message.clone()),
        };
        let place = told.map(place).unwrap_or_default();
        let name = &report.name;
        self.painter
            .verdict(tone, word, &format!("{name}{place}  {text}"));
        if let Some(told) = told {
            self.painter
                .difference(&told.excerpt, &told.report.expected, &told.report.actual);
        }
        let exit = told.map_or(Exit::Done, Told::exit);
        self.tally.count(exit);
        self.report.files.push(report);
        exit == Exit::Done || !(self.stops || exit == Exit::Interrupted)
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

fn place(told: &Told) -> String {
    let number = |number: Option<usize>| number.map(|at| format!(":{at}")).unwrap_or_default();
    number(told.report.line) + &number(told.column)
}
