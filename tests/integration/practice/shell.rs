//! The shell that `ftpsh practice` opens under TLS. The server's side of it is seen on its disk, or in what it refuses.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::certificates::Authority;
use crate::support::ftpsh::Ftpsh;

const SECURED: [&str; 4] = ["AUTH TLS", "login A A", "PBSZ 0", "PROT P"];

/// `ftpsh practice`, that asks for TLS, logs in and runs these lines.
fn practising(arguments: &[&str], lines: &[&str]) -> Ftpsh {
    let lines = SECURED.iter().chain(lines).flat_map(|line| ["-c", line]);
    Ftpsh::new()
        .args(["practice", "--stop", "--timeout", "10"])
        .args(arguments)
        .args(lines)
}

/// What is served by the one practice server that was kept in this home.
fn kept_file(home: &TempDir, name: &str) -> PathBuf {
    let temporary = fs::read_dir(home.path().join("temporary")).expect("its home");
    temporary
        .map(|entry| entry.expect("it can be listed").path().join("server"))
        .find(|server| server.is_dir())
        .expect("the folder is kept")
        .join(name)
}

#[test]
fn its_certificate_is_trusted_and_its_sessions_are_resumed() {
    let home = TempDir::new().unwrap();
    let lines = [
        "TYPE I",
        "PASV",
        "LIST",
        "EPSV",
        "APPE 1.TXT <<< 'zfive5'",
        "PASV",
        "STOR new <<< 'under TLS'",
        "CCC",
        "PASV",
        "STOR later <<< 'in the clear no more'",
        "QUIT",
    ];
    let arguments = ["--keep", "--fault", "require-reuse"];
    let finished = practising(&arguments, &lines).home(home.path()).run();
    let finished = finished.success();
    assert!(finished.stdout_text().contains("1.TXT"), "{finished:?}");
    let kept = |name| fs::read_to_string(kept_file(&home, name)).unwrap();
    assert_eq!(kept("1.TXT"), "I am zfive5");
    assert_eq!(kept("new"), "under TLS");
    assert_eq!(kept("later"), "in the clear no more");
}

#[test]
fn with_ca_only_those_certificates_are_trusted() {
    let authority = Authority::new();
    let file = authority.file();
    let file = file.to_str().unwrap();
    let finished = practising(&["--ca", file], &["QUIT"]).run().code(4);
    assert!(!finished.stderr.contains("USER"), "{}", finished.stderr);
}

/// A blank at the end of a text is seen as one, since the line goes on after it.
#[test]
fn the_opening_screen_says_what_to_do_where_and_with_what() {
    let mut terminal = Ftpsh::new().arg("practice").terminal();
    terminal.expect("220 ");
    terminal.expect("ftp> ");
    let screen = terminal.screen();
    for said in [
        "1.TXT holds \"I am \" (5 bytes)",
        "1.TXT holds \"I am zfive5\" (11 bytes)",
        "Type the commands that send the rest",
        "`help` lists",
    ] {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    assert_eq!(screen.matches("127.0.0.1:").count(), 1, "{screen}");
}

#[test]
fn at_the_prompt_no_question_is_asked_about_the_certificate() {
    let mut terminal = Ftpsh::new().arg("practice").terminal();
    terminal.expect("220 ");
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("certificate verified");
    terminal.expect("ftps> ");
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw_output()).contains("trust it"));
}

/// A handshake that is completed before the certificate is compared would let the server open the file, which empties
/// it.
#[test]
fn another_data_certificate_leaves_the_servers_file_as_it_was() {
    for version in ["set tls-max 1.2", "set tls-max 1.3"] {
        let home = TempDir::new().unwrap();
        let arguments = ["--keep", "--fault", "other-data-certificate"];
        let lines = ["PASV", "STOR 1.TXT <<< 'secret'"];
        practising(&[&arguments[..], &["-c", version]].concat(), &lines)
            .home(home.path())
            .run()
            .code(4);
        let content = fs::read_to_string(kept_file(&home, "1.TXT")).unwrap();
        assert_eq!(content, "I am ", "{version}");
    }
}

#[test]
fn what_is_recorded_and_traced_is_there_afterwards() {
    let home = TempDir::new().unwrap();
    let started = home.path().join("started");
    fs::create_dir(&started).unwrap();
    let aside = home.path().join("aside");
    fs::create_dir(&aside).unwrap();
    let lcd = format!("lcd '{}'", aside.display());
    let run = |arguments: &[&str], lines: &[&str]| {
        let lines = lines.iter().flat_map(|line| ["-c", line]);
        let program = Ftpsh::new().home(home.path()).current_dir(&started);
        let program = program.arg("practice").args(arguments).args(lines);
        program.run().success()
    };
    let finished = run(
        &[],
        &["record session.ftp", "trace all.trace", "NOOP", "QUIT"],
    );
    assert!(started.join("session.ftp").is_file(), "{finished:?}");
    assert!(started.join("all.trace").is_file(), "{finished:?}");
    for name in ["session.ftp", "all.trace"] {
        let path = started.join(name).canonicalize().unwrap();
        let said = path.to_str().unwrap();
        assert!(finished.stderr.contains(said), "{said}\n{finished:?}");
    }
    // Where the user has gone elsewhere, files go there; and what is kept stays.
    run(&[], &[&lcd, "record other.ftp", "QUIT"]);
    assert!(aside.join("other.ftp").is_file());
    run(&["--keep"], &["record kept.ftp", "QUIT"]);
    assert!(!started.join("kept.ftp").exists());
}
