//! The report as TAP, version 14: a test point for each transcript.

use super::{FailureReport, Report, Verdict};

pub(super) fn written(report: &Report) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", report.files.len());
    for (index, file) in report.files.iter().enumerate() {
        let number = index + 1;
        let name = described(&file.name);
        text.push_str(&match &file.verdict {
            Verdict::Passed | Verdict::Updated => format!("ok {number} - {name}\n"),
            Verdict::Skipped { reason } => {
                format!("ok {number} - {name} # SKIP {}\n", described(reason))
            }
            Verdict::Failed(failure) => {
                format!("not ok {number} - {name}\n{}", diagnostics(failure))
            }
        });
    }
    text
}

/// `#` would begin a directive, and a backslash an escape.
fn described(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// A block of YAML; JSON's texts and lists are YAML too.
fn diagnostics(failure: &FailureReport) -> String {
    let value = |value: serde_json::Value| value.to_string();
    let mut lines = vec![
        format!("kind: {}", failure.kind.name()),
        format!("message: {}", value(failure.message.as_str().into())),
    ];
    lines.extend(failure.line.map(|line| format!("line: {line}")));
    if !(failure.expected.is_empty() && failure.actual.is_empty()) {
        lines.push(format!(
            "expected: {}",
            value(failure.expected.clone().into())
        ));
        lines.push(format!("actual: {}", value(failure.actual.clone().into())));
    }
    let block: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("  ---\n{block}  ...\n")
}
