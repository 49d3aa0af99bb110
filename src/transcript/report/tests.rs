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
    let json: serde_json::Value = serde_json::from_str(&report().written(Format::Json)).unwrap();
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
    assert!(text.contains("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"7.500\""));
    assert!(text.contains("message=\"line 9: expected 213, actual 550\""));
    assert!(text.contains("&lt;5&gt; &amp;"));
}

#[test]
fn tap_has_a_plan_and_a_point_for_each_file() {
    let text = report().written(Format::Tap);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["TAP version 14", "1..5", "ok 1 - a.ftp"]);
    assert_eq!(lines[3], "not ok 2 - b\\#1.ftp");
    assert_eq!(lines[4], "  ---");
    assert!(text.contains("  expected: [\"213 <5> & \\\"x\\\"\"]\n"));
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
