//! Reports of a replay, for other programs. `docs/replay-reports.md` describes them.

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Serialize;

/// What became of all transcripts of a run, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// One for each transcript.
    pub(crate) files: Vec<FileReport>,
}

/// What became of one transcript. Its texts must hold nothing that could control a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileReport {
    /// As the user named it.
    pub(crate) name: String,
    /// How it went.
    pub(crate) verdict: Verdict,
    /// From the opening of the connection to its end.
    pub(crate) duration: Duration,
    /// Exchanges that went as expected, the greeting among them.
    pub(crate) exchanges: usize,
}

/// How a transcript went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything was as expected.
    Passed,
    /// It expects now what came, and did not before.
    Updated,
    /// The server lacks what the transcript requires.
    Skipped {
        /// What is lacking.
        reason: String,
    },
    /// It ended early.
    Failed(FailureReport),
}

/// Why a transcript ended early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FailureReport {
    /// Of which kind.
    pub(crate) kind: FailureKind,
    /// The transcript's line, counted from 1.
    pub(crate) line: Option<usize>,
    /// In a few words.
    pub(crate) message: String,
    /// What the transcript expects there, line by line.
    pub(crate) expected: Vec<String>,
    /// What came instead, line by line.
    pub(crate) actual: Vec<String>,
    /// What else failed, if the replay went on.
    pub(crate) more: Vec<FailureReport>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The server did something else than expected.
    #[default]
    Mismatch,
    /// No connection, or it was lost, or nothing came in time.
    Connection,
    /// The server broke the protocol.
    Protocol,
    /// TLS.
    Tls,
    /// A local file could not be read or written.
    File,
    /// The transcript cannot be read or sent: its text is wrong, or a variable has no value.
    Transcript,
    /// Ctrl-C.
    Interrupted,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON value.
    Json,
    /// XML as JUnit writes it.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
}

impl Report {
    /// The report as text, with a line end after it.
    pub(crate) fn written(&self, format: Format) -> String {
        match format {
            Format::Json => json(self),
            Format::Junit => junit(self),
            Format::Tap => tap(self),
        }
    }

    fn count(&self, is_counted: impl Fn(&Verdict) -> bool) -> usize {
        let verdicts = self.files.iter().map(|file| &file.verdict);
        verdicts.filter(|verdict| is_counted(verdict)).count()
    }
}

impl FailureKind {
    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Connection => "connection",
            Self::Protocol => "protocol",
            Self::Tls => "tls",
            Self::File => "file",
            Self::Transcript => "transcript",
            Self::Interrupted => "interrupted",
        }
    }
}

impl FailureReport {
    /// `expected` and `actual` under each other.
    fn comparison(&self) -> String {
        let others = self.more.iter().map(|other| {
            let comparison = other.comparison();
            format!("{}\n{comparison}", other.described())
        });
        self.own_comparison() + &others.collect::<String>()
    }

    /// With its line.
    fn described(&self) -> String {
        match self.line {
            Some(line) => format!("line {line}: {}", self.message),
            None => self.message.clone(),
        }
    }

    fn own_comparison(&self) -> String {
        let lines = |word: &str, lines: &[String]| {
            let lines = lines.iter().map(|line| format!("{word} {line}\n"));
            lines.collect::<String>()
        };
        lines("expected:", &self.expected) + &lines("actual:  ", &self.actual)
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    format: u8,
    passed: usize,
    updated: usize,
    skipped: usize,
    failed: usize,
    files: Vec<JsonFile<'a>>,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    name: &'a str,
    outcome: &'static str,
    seconds: f64,
    exchanges: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<JsonFailure<'a>>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    kind: &'static str,
    line: Option<usize>,
    message: &'a str,
    expected: &'a [String],
    actual: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<JsonFailure<'a>>,
}

fn json(report: &Report) -> String {
    let run = JsonReport {
        format: 1,
        passed: report.count(|verdict| *verdict == Verdict::Passed),
        updated: report.count(|verdict| *verdict == Verdict::Updated),
        skipped: report.count(|verdict| matches!(verdict, Verdict::Skipped { .. })),
        failed: report.count(|verdict| matches!(verdict, Verdict::Failed(_))),
        files: report.files.iter().map(json_file).collect(),
    };
    serde_json::to_string_pretty(&run).expect("texts and numbers can be written as JSON") + "\n"
}

fn json_file(file: &FileReport) -> JsonFile<'_> {
    let (outcome, reason, failure) = match &file.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Updated => ("updated", None, None),
        Verdict::Skipped { reason } => ("skipped", Some(reason.as_str()), None),
        Verdict::Failed(report) => ("failed", None, Some(json_failure(report))),
    };
    JsonFile {
        name: &file.name,
        outcome,
        seconds: file.duration.as_secs_f64(),
        exchanges: file.exchanges,
        reason,
        failure,
    }
}

fn json_failure(report: &FailureReport) -> JsonFailure<'_> {
    JsonFailure {
        kind: report.kind.name(),
        line: report.line,
        message: &report.message,
        expected: &report.expected,
        actual: &report.actual,
        more: report.more.iter().map(json_failure).collect(),
    }
}

type Xml = Writer<Vec<u8>>;

fn junit(report: &Report) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write_report(&mut xml, report).expect("a Vec takes any bytes");
    let text = String::from_utf8(xml.into_inner()).expect("what was written is text");
    text + "\n"
}

fn write_report(xml: &mut Xml, report: &Report) -> io::Result<()> {
    let is_failure = |verdict: &Verdict| matches!(verdict, Verdict::Failed(report) if report.kind == FailureKind::Mismatch);
    let is_error =
        |verdict: &Verdict| matches!(verdict, Verdict::Failed(_)) && !is_failure(verdict);
    let skipped = report.count(|verdict| matches!(verdict, Verdict::Skipped { .. }));
    let duration = report.files.iter().map(|file| file.duration).sum();
    let counts = [
        ("name", "ftpsh replay".to_owned()),
        ("tests", report.files.len().to_string()),
        ("failures", report.count(is_failure).to_string()),
        ("errors", report.count(is_error).to_string()),
        ("skipped", skipped.to_string()),
        ("time", seconds(duration)),
    ];
    let counts = || counts.iter().map(|(name, value)| (*name, value.as_str()));
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .write_inner_content(|xml| {
            let suite = xml.create_element("testsuite").with_attributes(counts());
            suite.write_inner_content(|xml| {
                report
                    .files
                    .iter()
                    .try_for_each(|file| write_file(xml, file))
            })?;
            Ok(())
        })?;
    Ok(())
}

fn write_file(xml: &mut Xml, file: &FileReport) -> io::Result<()> {
    let time = seconds(file.duration);
    let case = xml.create_element("testcase").with_attributes([
        ("classname", "ftpsh.replay"),
        ("name", file.name.as_str()),
        ("time", time.as_str()),
    ]);
    match &file.verdict {
        Verdict::Passed | Verdict::Updated => case.write_empty()?,
        Verdict::Skipped { reason } => case.write_inner_content(|xml| {
            let skipped = xml.create_element("skipped");
            skipped
                .with_attribute(("message", reason.as_str()))
                .write_empty()?;
            Ok(())
        })?,
        Verdict::Failed(report) => case.write_inner_content(|xml| write_failure(xml, report))?,
    };
    Ok(())
}

fn write_failure(xml: &mut Xml, report: &FailureReport) -> io::Result<()> {
    let name = match report.kind {
        FailureKind::Mismatch => "failure",
        _ => "error",
    };
    let message = report.described();
    let attributes = [("message", message.as_str()), ("type", report.kind.name())];
    let comparison = report.comparison();
    let element = xml.create_element(name).with_attributes(attributes);
    element.write_text_content(BytesText::new(&comparison))?;
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

fn tap(report: &Report) -> String {
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
    if !failure.more.is_empty() {
        let more: Vec<String> = failure.more.iter().map(FailureReport::described).collect();
        lines.push(format!("more: {}", value(more.into())));
    }
    let block: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("  ---\n{block}  ...\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::{FailureKind, FailureReport, FileReport, Format, Report, Verdict};

    fn report() -> Report {
        let mismatch = FailureReport {
            kind: FailureKind::Mismatch,
            line: Some(9),
            message: "expected 213, actual 550".to_owned(),
            expected: vec!["213 <5> & \"x\"".to_owned()],
            actual: vec!["550 ]]> no".to_owned()],
            more: vec![FailureReport {
                line: Some(12),
                message: "no reply came".to_owned(),
                ..FailureReport::default()
            }],
        };
        let lost = FailureReport {
            kind: FailureKind::Connection,
            message: "nobody there".to_owned(),
            ..FailureReport::default()
        };
        let skipped = Verdict::Skipped {
            reason: "no MLST".to_owned(),
        };
        let verdicts = [
            ("a.ftp", Verdict::Passed),
            ("b#1.ftp", Verdict::Failed(mismatch)),
            ("c.ftp", skipped),
            ("d.ftp", Verdict::Failed(lost)),
            ("e.ftp", Verdict::Updated),
        ];
        let file = |(name, verdict): (&str, Verdict)| FileReport {
            name: name.to_owned(),
            verdict,
            duration: Duration::from_millis(1500),
            exchanges: 3,
        };
        Report {
            files: verdicts.into_iter().map(file).collect(),
        }
    }

    #[test]
    fn json_has_counts_and_files() {
        let json: serde_json::Value =
            serde_json::from_str(&report().written(Format::Json)).unwrap();
        assert_eq!(json["format"], 1);
        for (name, count) in [("passed", 1), ("updated", 1), ("skipped", 1), ("failed", 2)] {
            assert_eq!(json[name], count, "{name}");
        }
        let files = json["files"].as_array().unwrap();
        assert_eq!(files.len(), 5);
        assert_eq!(files[0]["outcome"], "passed");
        assert_eq!(files[0]["seconds"], 1.5);
        assert_eq!(files[1]["failure"]["line"], 9);
        assert_eq!(files[1]["failure"]["kind"], "mismatch");
        assert_eq!(files[1]["failure"]["actual"][0], "550 ]]> no");
        assert_eq!(files[1]["failure"]["more"][0]["line"], 12);
        assert_eq!(files[2]["reason"], "no MLST");
        assert!(files[3]["failure"]["line"].is_null());
    }

    #[test]
    fn junit_is_xml_with_a_case_for_each_file() {
        let text = report().written(Format::Junit);
        let mut reader = Reader::from_str(&text);
        let mut opened = Vec::new();
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) => {
                    depth += 1;
                    opened.push(element.name().as_ref().to_owned());
                }
                Event::Empty(element) => {
                    opened.push(element.name().as_ref().to_owned());
                }
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        let count = |name: &str| opened.iter().filter(|opened| *opened == name).count();
        for (name, expected) in [
            ("testcase", 5),
            ("failure", 1),
            ("error", 1),
            ("skipped", 1),
        ] {
            assert_eq!(count(name), expected, "{text}");
        }
        assert!(
            text.contains("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"7.500\"")
        );
        assert!(text.contains("message=\"line 9: expected 213, actual 550\""));
        assert!(text.contains("&lt;5&gt; &amp;"));
        assert!(text.contains("line 12: no reply came"));
    }

    #[test]
    fn tap_has_a_plan_and_a_point_for_each_file() {
        let text = report().written(Format::Tap);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["TAP version 14", "1..5", "ok 1 - a.ftp"]);
        assert_eq!(lines[3], "not ok 2 - b\\#1.ftp");
        assert_eq!(lines[4], "  ---");
        assert!(text.contains("  expected: [\"213 <5> & \\\"x\\\"\"]\n"));
        assert!(text.contains("  more: [\"line 12: no reply came\"]\n"));
        assert!(text.contains("ok 3 - c.ftp # SKIP no MLST\n"));
        assert!(text.ends_with("ok 5 - e.ftp\n"));
    }

    #[test]
    fn a_run_without_files_is_a_report_too() {
        assert_eq!(
            Report::default().written(Format::Tap),
            "TAP version 14\n1..0\n"
        );
        assert!(
            Report::default()
                .written(Format::Junit)
                .contains("tests=\"0\"")
        );
    }
}
