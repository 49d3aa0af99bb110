//! What is played, where, and how it ends.

use std::net::{Ipv4Addr, TcpListener};

use super::{LOGIN, Scripts};
#[cfg(unix)]
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::server_process::ReservedPort;
#[cfg(unix)]
use crate::support::terminal::Key;

#[test]
fn files_are_played_on_fresh_practice_servers_unless_a_target_stands_after_them() {
    let dele = format!("{LOGIN}C> DELE 1.TXT\nS> 250\n");
    let scripts = Scripts::new(&[("a.ftp", &dele), ("b.ftp", &dele)]);
    let _ = scripts.replay(&["a.ftp", "b.ftp"]).run().success();
    // On one server the second finds nothing to delete.
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let arguments = ["a.ftp", "b.ftp", &target, "--var", "password=A"];
    let finished = scripts.replay(&arguments).run().code(6);
    assert!(
        finished.stderr.contains("ok       a.ftp"),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("FAILED   b.ftp:7"),
        "{}",
        finished.stderr
    );
    assert!(!server.server_folder().join("1.TXT").exists());
}

#[test]
fn a_user_in_the_target_is_a_variable() {
    let text = "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\n";
    let scripts = Scripts::new(&[("a.ftp", text)]);
    let server = practice_server(&[]);
    let target = format!("ftp://A:A@{}", server.address());
    let _ = scripts.replay(&["a.ftp", &target]).run().success();
    let target = format!("ftp://B:A@{}", server.address());
    let _ = scripts.replay(&["a.ftp", &target]).run().code(6);
}

#[test]
fn variables_come_from_the_command_line_the_environment_and_the_header_in_this_order() {
    let text = "# var: name = header\nS> 220\nC> HELP {name}\nS> 502 No such verb here.\n";
    let scripts = Scripts::new(&[("a.ftp", text)]);
    let shown = |finished: &str, name: &str| {
        assert!(finished.contains(&format!("→ HELP {name}\n")), "{finished}");
    };
    shown(&scripts.replay(&["a.ftp"]).run().success().stderr, "header");
    let replay = || {
        scripts
            .replay(&["a.ftp"])
            .env("FTPSH_VAR_NAME", "environment")
    };
    shown(&replay().run().success().stderr, "environment");
    let line = replay().args(["--var", "name=line"]).run().success();
    shown(&line.stderr, "line");
}

#[test]
fn a_variable_without_a_value_is_an_error_before_anything_is_sent() {
    let scripts = Scripts::new(&[("a.ftp", "S> 220\nC> CWD {folder}\nS> 250\n")]);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let target = listener.local_addr().unwrap().to_string();
    let finished = scripts.replay(&["a.ftp", &target]).run().code(2);
    for words in ["a.ftp:2", "--var folder=", "FTPSH_VAR_FOLDER"] {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
    assert!(listener.accept().is_err(), "it connected");
}

#[test]
fn a_server_that_lacks_what_is_required_is_not_tried() {
    let text = format!("# requires: REST STREAM\n# requires: MLST\n{LOGIN}");
    let scripts = Scripts::new(&[("a.ftp", &text)]);
    let finished = scripts.replay(&["a.ftp"]).run().success();
    assert!(finished.stderr.contains("→ FEAT"), "{}", finished.stderr);
    assert!(finished.stderr.contains("ok "), "{}", finished.stderr);
    let finished = scripts
        .replay(&["a.ftp", "--fault", "no-mlst"])
        .run()
        .success();
    assert!(
        finished.stderr.contains("skipped  a.ftp"),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("does not list MLST"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("USER"), "{}", finished.stderr);
}

#[test]
fn feat_is_not_sent_unless_something_is_required() {
    let scripts = Scripts::new(&[("a.ftp", LOGIN)]);
    let finished = scripts.replay(&["a.ftp"]).run().success();
    assert!(!finished.stderr.contains("FEAT"), "{}", finished.stderr);
}

#[test]
fn many_files_have_a_line_each_and_show_their_dialogues_when_asked_to() {
    let scripts = Scripts::new(&[("a.ftp", LOGIN), ("b.ftp", LOGIN)]);
    let finished = scripts.replay(&["a.ftp", "b.ftp"]).run().success();
    assert_eq!(finished.stderr.lines().count(), 3, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("2 transcripts: 2 ok"),
        "{}",
        finished.stderr
    );
    let finished = scripts
        .replay(&["a.ftp", "b.ftp", "--verbose"])
        .run()
        .success();
    assert_eq!(finished.stderr.matches("→ USER A").count(), 2);
}

#[test]
fn the_exit_code_is_that_of_the_first_failure_unless_a_connection_was_lost() {
    let wrong = "S> 221\n";
    let scripts = Scripts::new(&[("wrong.ftp", wrong), ("ok.ftp", LOGIN), ("bad.ftp", "x")]);
    let _ = scripts
        .replay(&["ok.ftp", "wrong.ftp", "bad.ftp"])
        .run()
        .code(6);
    let _ = scripts.replay(&["bad.ftp", "wrong.ftp"]).run().code(2);
    let _ = scripts.replay(&["nosuch.ftp", "wrong.ftp"]).run().code(7);
    let unused = ReservedPort::on_loopback();
    let address = unused.address.to_string();
    let arguments = ["bad.ftp", "ok.ftp", &address, "--var", "password=A"];
    let _ = scripts.replay(&arguments).run().code(3);
}

#[cfg(unix)]
#[test]
fn control_c_ends_the_run_and_leaves_no_folder_behind() {
    let text = format!("{LOGIN}C> MKD begun\nS> 257\nC> NOOP\nS> 200\n");
    let scripts = Scripts::new(&[("a.ftp", &text), ("b.ftp", &text)]);
    let home = Home::new();
    let folder = home.path().join("temporary");
    let servers = || std::fs::read_dir(&folder).into_iter().flatten().flatten();
    for (jobs, files) in [
        ("1", &["a.ftp"][..]),
        ("1", &["a.ftp", "b.ftp"]),
        ("2", &["a.ftp", "b.ftp"]),
    ] {
        let arguments = ["--practice", "--fault", "silent=NOOP", "--jobs", jobs];
        let replay = scripts.replay(&arguments).args(files).home(home.path());
        let terminal = replay.terminal();
        let deadline = std::time::Instant::now() + crate::support::DEADLINE;
        while !servers().any(|server| server.path().join("server/begun").exists()) {
            assert!(
                std::time::Instant::now() < deadline,
                "{}",
                terminal.screen()
            );
            // Nothing tells when a folder appears.
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        terminal.send_key(Key::CtrlC);
        assert_eq!(
            terminal.wait_exit(),
            130,
            "{jobs} {files:?}\n{}",
            terminal.screen()
        );
        assert_eq!(servers().count(), 0, "{jobs} {files:?}");
    }
}

#[test]
fn the_practice_servers_own_password_is_stronger_than_the_environment() {
    let scripts = Scripts::new(&[("x.ftp", &LOGIN.replace("USER A", "USER {user}"))]);
    let replay = || {
        scripts
            .replay(&["x.ftp"])
            .env("FTPSH_VAR_USER", "tester")
            .env("FTPSH_VAR_PASSWORD", "of another server")
    };
    let _ = replay().run().success();
    let _ = replay().args(["--var", "password=wrong"]).run().code(6);
}

#[test]
fn a_file_that_is_missing_is_noticed_before_the_first_line_is_sent() {
    let server = practice_server(&[]);
    let text = format!("{LOGIN}C> PASV\nS> 227\nC> STOR f\nS> 150\nD< @file missing\nS> 226\n");
    let scripts = Scripts::new(&[("x.ftp", &text)]);
    let address = server.address().to_string();
    let arguments = ["x.ftp", &address, "--var", "password=A"];
    let finished = scripts.replay(&arguments).run().code(7);
    assert!(finished.stderr.contains("x.ftp:10"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("220"), "{}", finished.stderr);
}
