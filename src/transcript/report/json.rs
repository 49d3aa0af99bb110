//! The report as JSON.

use serde::Serialize;

use super::{FailureReport, FileReport, Report, Verdict};

#[derive(Serialize)]
struct Run<'a> {
    format: u8,
    passed: usize,
    updated: usize,
    skipped: usize,
    failed: usize,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    outcome: &'static str,
    seconds: f64,
    exchanges: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'static str,
    line: Option<usize>,
    message: &'a str,
    expected: &'a [String],
    actual: &'a [String],
}

pub(super) fn written(report: &Report) -> String {
    let run = Run {
        format: 1,
        passed: report.count(|verdict| *verdict == Verdict::Passed),
        updated: report.count(|verdict| *verdict == Verdict::Updated),
        skipped: report.count(|verdict| matches!(verdict, Verdict::Skipped { .. })),
        failed: report.count(|verdict| matches!(verdict, Verdict::Failed(_))),
        files: report.files.iter().map(file).collect(),
    };
    serde_json::to_string_pretty(&run).expect("texts and numbers can be written as JSON") + "\n"
}

fn file(file: &FileReport) -> File<'_> {
    let (outcome, reason, failure) = match &file.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Updated => ("updated", None, None),
        Verdict::Skipped { reason } => ("skipped", Some(reason.as_str()), None),
        Verdict::Failed(report) => ("failed", None, Some(failure(report))),
    };
    File {
        name: &file.name,
        outcome,
        seconds: file.duration.as_secs_f64(),
        exchanges: file.exchanges,
        reason,
        failure,
    }
}

fn failure(report: &FailureReport) -> Failure<'_> {
    Failure {
        kind: report.kind.name(),
        line: report.line,
        message: &report.message,
        expected: &report.expected,
        actual: &report.actual,
    }
}
