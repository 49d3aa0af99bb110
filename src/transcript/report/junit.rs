//! The report as JUnit writes it: a test suite with a test case for each transcript.

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{FailureKind, FailureReport, FileReport, Report, Verdict};

type Xml = Writer<Vec<u8>>;

pub(super) fn written(report: &Report) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut xml, report).expect("a Vec takes any octets");
    let text = String::from_utf8(xml.into_inner()).expect("what was written is text");
    text + "\n"
}

fn write(xml: &mut Xml, report: &Report) -> io::Result<()> {
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
    let message = match report.line {
        Some(line) => format!("line {line}: {}", report.message),
        None => report.message.clone(),
    };
    let attributes = [("message", message.as_str()), ("type", report.kind.name())];
    let comparison = report.comparison();
    let element = xml.create_element(name).with_attributes(attributes);
    element.write_text_content(BytesText::new(&comparison))?;
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
