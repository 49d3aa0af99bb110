//! `--keep-going` lists every difference, and `--codes` heeds no texts.

use super::{LOGIN, Scripts};

/// Against the practice server: two texts, a code, data, and a transfer that is refused.
fn script() -> String {
    format!(
        "{LOGIN}C> NOOP\nS> 200 something else\nC> SIZE 1.TXT\nS> 550\nC> PASV\nS> 227\nC> RETR 1.TXT\nS> 150\n\
         D> I was {{no-eol}}\nS> 226\nC> PASV\nS> 227\nC> RETR missing\nS> 150\nS> 226\nC> PWD\nS> 257 \"{{path}}\"\n\
         C> CWD {{path}}\nS> 250\nC> NOOP\nS> 200\nC> QUIT\nS> 221\n"
    )
}

#[test]
fn all_differences_are_listed_in_one_run() {
    let scripts = Scripts::new(&[("x.ftp", &script())]);
    let finished = scripts
        .replay(&["--keep-going", "--report", "json", "x.ftp"])
        .run()
        .code(6);
    let said = &finished.stderr;
    for (line, what) in [
        (7, "different text after 200"),
        (9, "expected 550, actual 213"),
        (14, "data differs from what was expected"),
        (19, "expected 150, actual 550"),
        (22, "different text after 257"),
        (23, "not sent: {path} has no value"),
    ] {
        assert!(
            said.contains(&format!("x.ftp:{line}  {what}")),
            "{line}\n{said}"
        );
    }
    assert!(said.contains("→ QUIT"), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&finished.stdout).unwrap();
    let failure = &report["files"][0]["failure"];
    assert_eq!(failure["line"], 7);
    let others = failure["more"].as_array().unwrap();
    let lines: Vec<u64> = others.iter().filter_map(|it| it["line"].as_u64()).collect();
    assert_eq!(lines, [9, 14, 19, 22, 23]);
}

#[test]
fn a_run_without_differences_passes() {
    let scripts = Scripts::new(&[("x.ftp", &format!("{LOGIN}C> NOOP\nS> 200\n"))]);
    let _ = scripts.replay(&["--keep-going", "x.ftp"]).run().success();
}

#[test]
fn with_codes_alone_texts_are_not_compared_and_captures_are_still_taken() {
    let text = format!(
        "{LOGIN}C> TYPE I\nS> 200 something else\nC> FEAT\nS> 211-nothing\nS> 211 of it\nC> SIZE 1.TXT\nS> 213 {{size}}\n\
         C> REST {{size}}\nS> 350 Restarting at {{size}}. Send STORE or RETRIEVE.\nC> MDTM x\nS> 213 7\n"
    );
    let scripts = Scripts::new(&[("x.ftp", &text)]);
    let finished = scripts.replay(&["--codes", "x.ftp"]).run().code(6);
    assert!(
        finished
            .stderr
            .contains("x.ftp:16  expected 213, actual 550"),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.contains("→ REST 5"), "{}", finished.stderr);
    let _ = scripts
        .replay(&["--codes", "--update", "x.ftp"])
        .run()
        .code(2);
}
