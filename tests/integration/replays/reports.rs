//! `--report`, as other programs read it.

use super::{LOGIN, Scripts};

fn scripts() -> Scripts {
    let wrong = format!("{LOGIN}C> NOOP\nS> 500 <&>\n");
    let skipped = format!("# requires: NOSUCH\n{LOGIN}");
    Scripts::new(&[("a.ftp", LOGIN), ("b.ftp", &wrong), ("c.ftp", &skipped)])
}

#[test]
fn one_run_writes_several_reports() {
    let scripts = scripts();
    let arguments = [
        "a.ftp",
        "b.ftp",
        "c.ftp",
        "--report",
        "tap",
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
    ];
    let finished = scripts.replay(&arguments).run().code(6);
    let tap = finished.stdout_text();
    let lines: Vec<&str> = tap.lines().collect();
    assert_eq!(
        lines[..4],
        ["TAP version 14", "1..3", "ok 1 - a.ftp", "not ok 2 - b.ftp"]
    );
    assert!(tap.contains("  line: 7\n"), "{tap}");
    let json: serde_json::Value = serde_json::from_str(&scripts.read("r.json")).unwrap();
    let outcomes: Vec<&str> = json["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["passed", "failed", "skipped"]);
    assert_eq!(json["files"][1]["failure"]["expected"][0], "500 <&>");
    assert_eq!(
        json["files"][1]["failure"]["actual"][0],
        "200 Command okay."
    );
    let exchanges = |at: usize| json["files"][at]["exchanges"].as_u64();
    assert_eq!(
        [exchanges(0), exchanges(1), exchanges(2)],
        [Some(3), Some(3), Some(1)]
    );
    let xml = scripts.read("r.xml");
    assert!(
        xml.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""),
        "{xml}"
    );
    assert!(xml.contains("500 &lt;&amp;&gt;"), "{xml}");
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_anything_is_sent() {
    let scripts = scripts();
    let finished = scripts
        .replay(&["a.ftp", "--report", "json=no/r.json"])
        .run()
        .code(7);
    assert!(finished.stderr.contains("no/r.json"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("USER"), "{}", finished.stderr);
}

#[test]
fn a_kind_that_is_none_is_a_usage_error_with_a_way_out() {
    for report in ["html", "json=", "=x"] {
        let finished = scripts()
            .replay(&["a.ftp", "--report", report])
            .run()
            .code(2);
        assert!(finished.stderr.contains("junit"), "{}", finished.stderr);
    }
}
