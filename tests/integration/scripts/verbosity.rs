//! `--quiet` and `--verbose`: less than the dialogue, and more.

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

/// A script on the practice server.
fn run(options: &[&str], lines: &[&str]) -> Ftpsh {
    Ftpsh::new()
        .arg("practice")
        .args(options)
        .args(lines.iter().flat_map(|line| ["-c", line]))
}

const DOWNLOAD: [&str; 5] = ["login A A", "TYPE I", "SIZE 1.TXT", "PASV", "RETR 1.TXT"];

#[test]
fn a_quiet_script_that_goes_well_shows_its_data_alone() {
    for quiet in ["-q", "--quiet"] {
        let finished = run(&[quiet], &DOWNLOAD).run().success();
        assert_eq!(finished.stderr, "");
        assert_eq!(finished.stdout, b"I am ");
    }
    let loud = run(&[], &DOWNLOAD).run().success();
    assert!(
        loud.stderr.contains("→ RETR 1.TXT\n150 "),
        "{}",
        loud.stderr
    );
    assert_eq!(loud.stdout, b"I am ");
}

#[test]
fn a_quiet_script_shows_what_was_refused_and_why_and_no_secret() {
    let lines = [
        "login A wrong",
        "login A A",
        "SIZE 1.TXT",
        "XYZZY",
        "PWD",
        "LIST > f",
    ];
    let said = run(&["-q"], &lines).run().code(1).stderr;
    let lines: Vec<&str> = said.lines().collect();
    let [pass, refusal, unknown, what, list, last, why] = lines[..] else {
        panic!("{said}");
    };
    assert!(why.contains("type PASV first"), "{said}");
    assert_eq!((pass, &refusal[..4]), ("→ PASS ****", "530 "));
    assert_eq!((unknown, &what[..4]), ("→ XYZZY", "500 "));
    assert_eq!((list, &last[..4]), ("→ LIST", "425 "));
}

#[test]
fn a_quiet_script_shows_errors_of_this_side_and_what_is_not_certain() {
    let said = run(&["-q"], &["login A A", "STOR f < missing", "set colour on"]);
    let said = said.run().code(7).stderr;
    assert!(
        said.contains("missing: ") && said.contains("there is no setting colour"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 2, "{said}");
    let options = ["-q", "--fault", "cut-after=2"];
    let said = run(&options, &DOWNLOAD).run().code(3).stderr;
    assert!(said.contains("ftpsh: "), "{said}");
    assert!(!said.contains("→ PASV") && !said.contains("227 "), "{said}");
}

#[test]
fn what_was_asked_for_is_shown_though_it_is_quiet() {
    let said = run(&["-q"], &["set time", "help NOOP"])
        .run()
        .success()
        .stderr;
    assert!(said.starts_with("time ") && said.contains("NOOP"), "{said}");
}

#[test]
fn a_prompt_cannot_be_quiet() {
    let server = practice_server(&[]);
    let terminal = Ftpsh::new()
        .arg("-q")
        .arg(server.address().to_string())
        .terminal();
    assert_eq!(terminal.wait_exit(), 2);
    terminal.wait_for("--quiet is for scripts");
}

#[test]
fn a_quiet_replay_shows_what_failed_alone() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("a.ftp"), "S> 220\nC> NOOP\nS> 200\n").unwrap();
    std::fs::write(folder.path().join("b.ftp"), "S> 220\nC> NOOP\nS> 213\n").unwrap();
    let replay = |files: &[&str]| {
        let binary = Ftpsh::new().current_dir(folder.path());
        binary.args(["replay", "-q"]).args(files).run()
    };
    assert_eq!(replay(&["a.ftp"]).success().stderr, "");
    assert_eq!(replay(&["a.ftp", "a.ftp"]).success().stderr, "");
    let said = replay(&["a.ftp", "b.ftp"]).code(6).stderr;
    assert!(
        said.contains("b.ftp:3") && said.contains("expected  213"),
        "{said}"
    );
    assert!(!said.contains("a.ftp") && !said.contains("→"), "{said}");
}

#[test]
fn a_verbose_script_shows_times_and_certificates() {
    let lines = ["AUTH TLS", "NOOP"];
    for verbose in ["-v", "--verbose"] {
        let said = run(&[verbose], &lines).run().success().stderr;
        let sent = said
            .lines()
            .find(|line| line.ends_with("→ NOOP"))
            .expect("it was sent");
        let time: Vec<&str> = sent
            .split_whitespace()
            .next()
            .expect("a time")
            .split(':')
            .collect();
        let is_time = time.len() == 3 && time.iter().all(|part| part.parse::<u8>().is_ok());
        assert!(is_time, "{sent}");
        assert_eq!(said.matches("subject").count(), 1, "{said}");
        assert!(said.find("SHA-256") < said.find("→ NOOP"), "{said}");
    }
    let said = run(&[], &lines).run().success().stderr;
    assert!(
        said.contains("\n→ NOOP\n") && !said.contains("subject"),
        "{said}"
    );
    let said = run(&["-v", "--set", "time=off"], &lines)
        .run()
        .success()
        .stderr;
    assert!(
        said.contains("\n→ NOOP\n") && said.contains("subject"),
        "{said}"
    );
}

#[test]
fn what_contradicts_itself_is_refused() {
    for options in [
        &["-q", "-v"][..],
        &["replay", "article", "--verbose", "--jobs", "2"],
    ] {
        let said = Ftpsh::new().args(options).run().code(2).stderr;
        assert!(said.contains("cannot be used with"), "{said}");
    }
    let version = Ftpsh::new().arg("-V").run().success();
    assert!(version.stdout_text().starts_with("ftpsh "));
}

#[cfg(unix)]
#[test]
fn quiet_does_not_show_the_refusal_that_an_early_end_on_this_side_brings() {
    let server = practice_server(&[]);
    std::fs::write(server.server_folder().join("big"), vec![b'x'; 30_000_000]).unwrap();
    let finished = Ftpsh::new()
        .args([
            "-q",
            "-c",
            "TYPE I",
            "-c",
            "PASV",
            "-c",
            "RETR big | head -c 1",
        ])
        .arg(format!("ftp://A:A@{}", server.address()))
        .run()
        .success();
    assert_eq!(finished.stderr, "");
    let finished = Ftpsh::new()
        .args(["-q", "-c", "RETR big"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .run()
        .code(1);
    assert!(finished.stderr.contains("425 "), "{}", finished.stderr);
}
