//! `[host.NAME]`: where, who, which settings, and the first lines.

use super::spoken_to_by_nobody;
use crate::support::certificates::Authority;
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;
use crate::support::terminal::{Key, Terminal};
use crate::support::tls_server::TlsServer;

fn shell(home: &Home) -> Ftpsh {
    Ftpsh::new().home(home.path())
}

/// At the prompt of a shell that is not connected.
fn at_prompt(home: &Home) -> Terminal {
    let mut terminal = shell(home).terminal();
    terminal.expect("ftp> ");
    terminal
}

#[test]
fn a_name_wins_over_a_host_of_that_name() {
    let home = Home::new();
    let server = spoken_to_by_nobody().start();
    home.configure(&format!(
        "[host.localhost]\ntarget = '{}'\n",
        server.address()
    ));
    let finished = shell(&home).arg("localhost").run().success();
    let said = format!("connected to localhost ({})\n", server.address());
    assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    let _ = server.finish();
}

#[test]
fn the_settings_of_a_host_hold_until_another_is_opened() {
    let home = Home::new();
    let (first, second) = (practice_server(&[]), practice_server(&[]));
    home.configure(&format!(
        "[set]\nabort = 'plain'\n\
         [host.first]\ntarget = '{}'\nset = {{ ascii = 'raw', abort = 'synch', pager = false }}\n\
         startup = ['set time on']\n",
        first.address()
    ));
    let lines = format!(
        "set ascii\nopen first\nset ascii\nset abort\nset time\nclose\nopen\nset ascii\nset gutter off\nset pager off\nclose\n\
         open {}\nset ascii\nset abort\nset time\nset gutter\nset pager\n",
        second.address()
    );
    let finished = shell(&home).stdin(lines).run().success();
    let shown = finished.stdout_text() + &finished.stderr;
    let values = shown.lines().filter_map(|line| line.split_once(" (or "));
    let values: Vec<String> = values
        .map(|(value, _)| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let wanted = [
        "ascii convert",
        "ascii raw",
        "abort synch",
        "time on",
        "ascii raw",
        "ascii convert",
        "abort plain",
        "time off",
        "gutter off",
        "pager off",
    ];
    assert_eq!(values, wanted, "{shown}");
}

#[test]
fn what_the_command_line_sets_is_stronger_than_a_host() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = '{}'\ntls = 'require'\nset = {{ ascii = 'raw' }}\n",
        server.address()
    ));
    let finished = shell(&home)
        .args(["--tls", "off", "--set", "ascii=convert", "work"])
        .args(["-c", "set ascii", "-c", "set tls"])
        .run()
        .success();
    let shown = finished.stdout_text() + &finished.stderr;
    assert!(shown.contains("ascii            convert"), "{shown}");
    assert!(shown.contains("tls              off"), "{shown}");
    assert!(!shown.contains("→ AUTH TLS"), "{shown}");
}

#[test]
fn the_route_of_the_command_line_is_stronger_than_that_of_a_host() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = '{}'\n\
         set = {{ proxy = 'socks5://127.0.0.1:1', source = '192.0.2.1', ip = '6' }}\n",
        server.address()
    ));
    let _ = shell(&home)
        .args(["--proxy", "", "--source", "127.0.0.1", "--ipv4", "work"])
        .args(["-c", "NOOP"])
        .run()
        .success();
}

#[test]
fn a_host_brings_its_own_certificates_and_the_next_target_has_the_old_ones() {
    let home = Home::new();
    let authority = Authority::new();
    let tls = TlsServer::new(&authority.issue());
    std::fs::create_dir_all(home.configuration().parent().unwrap()).unwrap();
    std::fs::copy(
        authority.file(),
        home.configuration().with_file_name("ca.pem"),
    )
    .unwrap();
    let script = || {
        Script::new()
            .send("220 hi\r\n")
            .expect("AUTH TLS")
            .send("234 go\r\n")
    };
    let trusted = script()
        .secure_control(&tls)
        .expect("PBSZ 0")
        .send("200 ok\r\n")
        .expect("PROT P")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    home.configure(&format!(
        "[host.work]\ntarget = '{}'\ntls = 'require'\nca = 'ca.pem'\n",
        trusted.address()
    ));
    let unknown = script()
        .secure_control(&tls)
        .wait_for_client_close()
        .start();
    let lines = format!(
        "open work\ntls\nclose\nset tls require\nopen {}\n",
        unknown.address()
    );
    let finished = shell(&home).stdin(lines).run().code(4);
    let shown = finished.stdout_text() + &finished.stderr;
    assert!(shown.contains("certificate         verified"), "{shown}");
    let _ = trusted.finish();
    assert_eq!(unknown.finish().lines, ["AUTH TLS"]);
}

#[test]
fn a_certificate_file_that_is_not_there_is_named_before_anybody_is_called() {
    let home = Home::new();
    home.configure("[host.work]\ntarget = '127.0.0.1:1'\nca = 'none.pem'\n");
    let finished = shell(&home).arg("work").run().code(2);
    assert!(
        finished.stderr.contains("[host.work] ca: "),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.contains("none.pem"), "{}", finished.stderr);
}

#[test]
fn startup_lines_stop_at_the_first_that_fails() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\n\
         startup = ['MKD one', 'CWD nowhere', 'MKD two', 'MKD three']\n",
        server.address()
    ));
    let finished = shell(&home).args(["work", "-c", "MKD four"]).run().code(1);
    assert!(
        finished
            .stderr
            .contains("2 startup lines of the host did not run"),
        "{}",
        finished.stderr
    );
    let made =
        ["one", "two", "three", "four"].map(|name| server.server_folder().join(name).is_dir());
    assert_eq!(made, [true, false, false, true]);
}

#[test]
fn startup_lines_are_any_lines_but_open_nothing() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\n\
         startup = ['set gutter off', 'TYPE I', 'PASV', \"STOR new <<< 'hello'\", 'get new copy', 'close', 'open work']\n",
        server.address()
    ));
    let finished = shell(&home).args(["work", "-c", "NOOP"]).run().code(2);
    assert!(
        finished.stderr.contains("cannot open another connection"),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("\n→ STOR new\n"),
        "{}",
        finished.stderr
    );
    let read = |path: std::path::PathBuf| std::fs::read(path).unwrap();
    assert_eq!(read(server.server_folder().join("new")), b"hello");
    assert_eq!(read(home.path().join("copy")), b"hello");
}

#[test]
fn startup_lines_are_shown_at_a_terminal_and_not_kept_in_the_history() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\nstartup = ['PWD']\n",
        server.address()
    ));
    let mut terminal = at_prompt(&home);
    terminal.send_line("open work");
    terminal.expect("→ PWD");
    terminal.expect("\n257 ");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(home.history(), ["open work"]);
}

#[test]
fn open_again_opens_the_host_again() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\nstartup = ['CWD in']\n",
        server.address()
    ));
    std::fs::create_dir(server.server_folder().join("in")).unwrap();
    let _ = shell(&home)
        .stdin("open work\nclose\nopen\nMKD here\n")
        .run()
        .success();
    assert!(server.server_folder().join("in/here").is_dir());
}

#[test]
fn names_are_completed_and_hinted_after_open() {
    let home = Home::new();
    home.configure("[host.work]\ntarget = '127.0.0.1:1'\n[host.home]\n");
    let terminal = at_prompt(&home);
    terminal.send("open ");
    terminal.wait_for("home | work | TARGET");
    terminal.send("wo\t");
    terminal.wait_for_screen("the whole name", |screen| screen.contains("ftp> open work"));
}

#[test]
fn a_recording_and_a_replay_take_a_name() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\n",
        server.address()
    ));
    let _ = shell(&home)
        .args([
            "record",
            "session.ftp",
            "work",
            "-c",
            "MKD in",
            "-c",
            "RMD in",
        ])
        .run()
        .success();
    let text = std::fs::read_to_string(home.path().join("session.ftp")).unwrap();
    assert!(text.contains("C> PASS {password}\n"), "{text}");
    let finished = shell(&home)
        .args(["replay", "session.ftp", "work"])
        .run()
        .success();
    let said = format!("connected to work ({})", server.address());
    assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    // What is given is stronger, and no command runs for it.
    let wrong = shell(&home)
        .args(["replay", "session.ftp", "work"])
        .env("FTPSH_VAR_PASSWORD", "wrong")
        .run()
        .code(6);
    assert!(wrong.stderr.contains("530"), "{}", wrong.stderr);
}

#[test]
fn after_a_host_that_cannot_be_entered_open_alone_keeps_the_settings_of_the_last_one() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.safe]\ntarget = 'ftp://A@{0}'\npassword-command = 'echo A'\ntls = 'require'\n\
         [host.badca]\ntarget = '{0}'\nca = 'none.pem'\n",
        server.address()
    ));
    let mut terminal = at_prompt(&home);
    terminal.send_line("open safe");
    terminal.expect("or no? ");
    terminal.send_line("no");
    terminal.expect("ftp> ");
    terminal.send_line("open badca");
    terminal.expect("[host.badca] ca: ");
    terminal.expect("ftp> ");
    terminal.send_line("open");
    terminal.expect("→ AUTH TLS");
    terminal.expect("or no? ");
    let screen = terminal.screen();
    assert!(!screen.contains("USER"), "{screen}");
    assert!(!screen.contains("PASS"), "{screen}");
}

#[test]
fn startup_lines_end_with_exit() {
    let home = Home::new();
    let server = practice_server(&[]);
    for end in ["exit", "bye", "quit"] {
        home.configure(&format!(
            "[host.work]\ntarget = 'ftp://A@{}'\npassword-command = 'echo A'\n\
             startup = ['MKD {end}', '{end}', '!echo ran > ran']\n",
            server.address()
        ));
        let _ = shell(&home).args(["work", "-c", "!echo"]).run().success();
        assert!(server.server_folder().join(end).is_dir(), "{end}");
        assert!(!home.path().join("ran").exists(), "{end}");
    }
}

#[test]
fn what_the_command_line_sets_is_stronger_than_a_startup_line() {
    let home = Home::new();
    let server = practice_server(&[]);
    home.configure(&format!(
        "[host.work]\ntarget = '{}'\nstartup = ['set rate 8k', 'set time on']\n",
        server.address()
    ));
    let finished = shell(&home)
        .args([
            "--set", "rate=2k", "work", "-c", "set rate", "-c", "set time",
        ])
        .run()
        .success();
    let shown = finished.stdout_text() + &finished.stderr;
    assert!(shown.contains("rate             2k"), "{shown}");
    assert!(shown.contains("time             on"), "{shown}");
    assert!(shown.contains("the command line says 2k"), "{shown}");
}
