//! The report as JUnit writes it: a test case for each check.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::doctor::report::{Evidence, Finding, Report, Verdict};
use crate::protocol::hidden::visible;

/// The report as XML, with a line end after it. A finding as bad as `limit` or worse is a failure.
#[must_use]
pub fn write(report: &Report, limit: Verdict) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write_suites(&mut xml, report, limit).expect("a Vec takes any bytes");
    let text = String::from_utf8(xml.into_inner()).expect("what was written is text");
    text + "\n"
}

type Xml = Writer<Vec<u8>>;

fn write_suites(xml: &mut Xml, report: &Report, limit: Verdict) -> io::Result<()> {
    let count = |is_counted: &dyn Fn(Verdict) -> bool| {
        let verdicts = report.findings.iter().map(|finding| finding.verdict);
        verdicts.filter(|it| is_counted(*it)).count().to_string()
    };
    let attributes = [
        (
            "name",
            visible(&format!("ftpsh doctor {}", report.target.name())),
        ),
        ("tests", report.findings.len().to_string()),
        (
            "failures",
            count(&|verdict| verdict.is_judged() && verdict >= limit),
        ),
        ("errors", "0".to_owned()),
        ("skipped", count(&|verdict| !verdict.is_judged())),
        ("time", seconds(report.ms)),
    ];
    let attributes = attributes
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .write_inner_content(|xml| {
            let suite = xml.create_element("testsuite").with_attributes(attributes);
            suite.write_inner_content(|xml| {
                let mut findings = report.findings.iter();
                findings.try_for_each(|finding| write_case(xml, finding, limit))?;
                write_end(xml, report)
            })?;
            Ok(())
        })?;
    Ok(())
}

fn write_case(xml: &mut Xml, finding: &Finding, limit: Verdict) -> io::Result<()> {
    let class = format!("ftpsh.doctor.{}", finding.group.word());
    let (id, time) = (visible(&finding.id), seconds(finding.ms));
    let case = xml.create_element("testcase").with_attributes([
        ("classname", class.as_str()),
        ("name", id.as_str()),
        ("time", time.as_str()),
    ]);
    if finding.verdict == Verdict::Ok {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|xml| write_outcome(xml, finding, limit))?;
    Ok(())
}

fn write_outcome(xml: &mut Xml, finding: &Finding, limit: Verdict) -> io::Result<()> {
    let word = finding.verdict.word();
    if !finding.verdict.is_judged() {
        let message = visible(&format!("{word}: {}", finding.because));
        let skipped = xml.create_element("skipped");
        skipped
            .with_attribute(("message", message.as_str()))
            .write_empty()?;
        return Ok(());
    }
    let title = visible(&finding.title);
    if finding.verdict >= limit {
        let text = described(finding);
        let failure = xml.create_element("failure");
        let failure = failure.with_attributes([("message", title.as_str()), ("type", word)]);
        failure.write_text_content(BytesText::new(&text))?;
        return Ok(());
    }
    let text = format!("{word}: {title}\n{}", described(finding));
    xml.create_element("system-out")
        .write_text_content(BytesText::new(&text))?;
    Ok(())
}

/// What a reader of the failure needs, a line for each thing.
fn described(finding: &Finding) -> String {
    let mut lines: Vec<String> = finding.because.lines().map(visible).collect();
    lines.extend(
        finding
            .source
            .as_ref()
            .map(|it| format!("source: {}", visible(it))),
    );
    lines.extend(
        finding
            .fix
            .as_ref()
            .map(|it| format!("set right by: {}", visible(it))),
    );
    lines.extend(finding.evidence.iter().map(|line| match line {
        Evidence::Sent(text) => format!("> {}", visible(text)),
        Evidence::Received(text) => format!("< {}", visible(text)),
        Evidence::Happened(text) => format!("  {}", visible(text)),
    }));
    lines.join("\n")
}

/// What belongs to no check.
fn write_end(xml: &mut Xml, report: &Report) -> io::Result<()> {
    let cut_short = report
        .cut_short
        .iter()
        .map(|it| format!("cut short: {}", visible(it)));
    let left = report.left_behind.iter();
    let left = left.map(|remains| remains.in_words(visible));
    let lines: Vec<String> = cut_short.chain(left).collect();
    if !lines.is_empty() {
        let text = lines.join("\n");
        xml.create_element("system-err")
            .write_text_content(BytesText::new(&text))?;
    }
    Ok(())
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;
    use quick_xml::{Reader, XmlVersion};

    use super::write;
    use crate::doctor::forms::samples::{HOSTILE, report};
    use crate::doctor::report::{Report, Verdict};
    use crate::protocol::hidden::{is_hidden, visible};

    #[test]
    fn there_is_a_case_for_each_check_and_a_failure_for_what_is_bad() {
        let text = write(&report(), Verdict::Bad);
        let expected = r#"  <testsuite name="ftpsh doctor ftp.example.com port 2121" tests="6" failures="1" errors="0" skipped="2" time="6.100">"#;
        assert!(text.contains(expected), "{text}");
        let expected = r#"    <testcase classname="ftpsh.doctor.tls" name="close-notify-upload" time="0.005">
      <failure message="what close-notify-upload says" type="bad">because of close-notify-upload
source: RFC 4217 section 12.7</failure>
    </testcase>
    <testcase classname="ftpsh.doctor.by-the-book" name="quit" time="0.005"/>
"#;
        assert!(text.contains(expected), "{text}");
        let expected = r#"<skipped message="skipped: it looks like an attack: --hard allows it"/>"#;
        assert!(text.contains(expected), "{text}");
        assert!(
            text.contains(r#"<skipped message="unknown: because of list-form"/>"#),
            "{text}"
        );
        assert!(
            text.contains("<system-out>warn: the 227 names 10.0.0.5"),
            "{text}"
        );
        assert!(
            text.contains("<system-err>cut short: the budget of 60 s is spent\n/ftpsh-doctor-a1/"),
            "{text}"
        );
    }

    #[test]
    fn a_warning_is_a_failure_where_that_is_asked_for() {
        let text = write(&report(), Verdict::Warn);
        assert!(text.contains("failures=\"2\""), "{text}");
        let expected =
            r#"<failure message="the 227 names 10.0.0.5, which is private" type="warn">"#;
        assert!(text.contains(expected), "{text}");
        assert!(
            text.contains("\nset right by: MasqueradeAddress PUBLIC-ADDRESS\n&gt; PASV\n&lt; 227 "),
            "{text}"
        );
    }

    #[test]
    fn whatever_a_server_says_it_is_xml_and_says_what_came() {
        let text = write(&report(), Verdict::Warn);
        assert!(
            !text.chars().any(|it| it != '\n' && is_hidden(it)),
            "{text}"
        );
        let mut reader = Reader::from_str(&text);
        let mut words = String::new();
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Text(text) => words += &text.xml_content(XmlVersion::Implicit1_0),
                Event::GeneralRef(name) => {
                    words += match name.as_ref() {
                        "lt" => "<",
                        "gt" => ">",
                        "amp" => "&",
                        other => panic!("{other}"),
                    }
                }
                Event::Start(element) | Event::Empty(element) => {
                    elements.push(element.name().as_ref().to_owned())
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(words.contains(&visible(HOSTILE)), "{words}");
        let cases = elements.iter().filter(|name| *name == "testcase");
        assert_eq!(cases.count(), 6);
    }

    #[test]
    fn a_report_without_findings_is_a_suite_without_cases() {
        let text = write(&Report::default(), Verdict::Bad);
        assert!(text.contains("tests=\"0\" failures=\"0\""), "{text}");
    }
}
