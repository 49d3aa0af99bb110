//! Lines that are refused: the server hears nothing of them.

use std::fs;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

/// Runs one line of a script on a server that complains when it hears anything.
fn run_unheard(home: &Home, line: &[u8]) -> Finished {
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .home(home.path())
        .telling_events()
        .arg(server.address().to_string())
        .stdin([line, b"\n"].concat())
        .run();
    let _ = server.finish();
    finished
}

#[track_caller]
fn assert_refused(home: &Home, table: &[(&str, i32, &str)]) {
    for (line, code, way_out) in table {
        let finished = run_unheard(home, line.as_bytes());
        let said = &finished.stderr;
        assert_eq!(finished.status, *code, "{line:?}: {said}");
        let refusals: Vec<&str> = said
            .lines()
            .filter(|line| line.starts_with("ftpsh: "))
            .collect();
        assert_eq!(refusals.len(), 1, "{line:?}: {said}");
        assert!(refusals[0].contains(way_out), "{line:?}: {said}");
    }
}

#[test]
fn a_line_that_could_hide_a_second_command_is_not_sent() {
    assert_refused(
        &Home::new(),
        &[
            ("NO\rOP", 2, "byte 2 of the line is CR"),
            ("NOOP\0", 2, "byte 4 of the line is NUL"),
            ("quote -x NOOP\\x0d\\x0aDELE f", 2, "CR"),
            ("quote -x NOOP\\x0aDELE f", 2, "LF"),
            ("quote -x NOOP\\x00", 2, "NUL"),
            ("RETR f\r > f", 2, "CR"),
            ("cd 'a\rDELE b'", 2, "CR"),
        ],
    );
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["-c", "NOOP\nDELE f"])
        .arg(server.address().to_string())
        .run()
        .code(2);
    let _ = server.finish();
    assert!(finished.stderr.contains("is LF"), "{}", finished.stderr);
}

#[test]
fn redirections_that_lead_nowhere_are_refused_before_anything_is_sent() {
    let home = Home::new();
    assert_refused(
        &home,
        &[
            ("RETR f >", 2, "needs a file"),
            ("RETR f >>", 2, "needs a file"),
            ("RETR f > ''", 2, "needs a file"),
            ("LIST |", 2, "needs a local command"),
            ("RETR f | wc -c &", 2, "leave out the &"),
            ("STOR f <", 2, "needs a file"),
            ("APPE f <<<", 2, "needs a text"),
            ("STOR f <<", 2, "needs a word"),
            ("STOR f > file", 2, "sends data"),
            ("APPE f | cat", 2, "sends data"),
            ("RETR f < file", 2, "receives data"),
            ("LIST <<< 'x'", 2, "receives data"),
            ("STOR f", 2, "add < file"),
            ("stou", 2, "add < file"),
            ("quote APPE f < x", 2, "add < file"),
            ("STOR f < nosuch", 7, "nosuch"),
            ("STOR f < .", 7, "folder"),
            ("RETR f > no/such/folder/f", 7, "no/such/folder/f"),
            ("RETR f >> no/such/folder/f", 7, "no/such/folder/f"),
            ("RETR f > .", 7, "."),
            ("STOR f <<END\nx", 2, "END"),
        ],
    );
    assert!(!home.path().join("file").exists());
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_refused_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt;

    let home = Home::new();
    let file = home.path().join("locked");
    fs::write(&file, "text").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_ok() {
        // The superuser may read everything.
        return;
    }
    let table = [
        ("STOR f < locked", 7, "locked"),
        ("RETR f > locked", 7, "locked"),
    ];
    assert_refused(&home, &table);
}

#[test]
fn a_file_that_is_not_text_is_refused_in_type_a_and_the_way_out_works() {
    let home = Home::new();
    let content = [&b"text\n".repeat(900)[..], b"\0\n"].concat();
    fs::write(home.path().join("binary"), &content).unwrap();
    assert_refused(&home, &[("STOR f < binary", 2, "type TYPE I first")]);
    let server = practice_server(&[]);
    let stored = server.server_folder().join("f");
    for way_out in ["TYPE I", "set ascii raw"] {
        let _ = Ftpsh::new()
            .home(home.path())
            .arg(format!("ftp://A:A@{}", server.address()))
            .stdin(format!("{way_out}\nPASV\nSTOR f < binary\n"))
            .run()
            .success();
        // The practice server turns the CRLF of its own TYPE A into LF, and there is none.
        assert_eq!(fs::read(&stored).unwrap(), content, "{way_out}");
        fs::remove_file(&stored).unwrap();
    }
}

#[test]
fn builtins_and_aliases_that_are_called_wrongly_send_nothing() {
    let home = Home::new();
    fs::write(home.path().join("there"), "kept").unwrap();
    assert_refused(
        &home,
        &[
            ("set colour on", 2, "the settings are"),
            ("set ascii maybe", 2, "convert or raw"),
            ("set a b c", 2, "settings are"),
            ("set ascii raw raw", 2, "convert or raw"),
            ("help nonsense", 2, "`help` lists"),
            ("open", 2, "still connected"),
            ("open 127.0.0.1", 2, "still connected"),
            ("open gopher://127.0.0.1", 2, "write ftp://"),
            ("open a b c", 2, "usage: open"),
            ("login", 2, "usage: login"),
            ("login a b c", 2, "usage: login"),
            ("lcd no/such", 7, "no/such"),
            ("lpwd x", 2, "usage: lpwd"),
            ("close x", 2, "usage: close"),
            ("unalias nosuch", 2, "nosuch"),
            ("alias nosuch", 2, "nosuch"),
            ("alias size 'SIZE $1'", 2, "another name"),
            ("cd", 2, "cd FOLDER"),
            ("mv a", 2, "mv FROM TO"),
            ("rm a b", 2, "put a name with spaces in quotes"),
            ("get 'a", 2, "quote is left open"),
            ("get there", 7, "resume --get"),
            ("get dir/there", 7, "resume --get"),
            ("put nosuch", 7, "nosuch"),
            ("resume", 2, "LOCAL [REMOTE]"),
            ("resume nosuch", 7, "nosuch"),
            ("quote -x \\xZZ", 2, "\\xE9"),
        ],
    );
    assert_eq!(fs::read(home.path().join("there")).unwrap(), b"kept");
}

#[test]
fn raw_commands_while_not_connected_are_refused() {
    for line in [
        "NOOP",
        "quote NOOP",
        "LIST > f",
        "ls",
        "login a b",
        "resync",
        "close",
    ] {
        let home = Home::new();
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["-c", line])
            .run()
            .code(3);
        let said = finished.stderr;
        assert!(said.contains("`open HOST` connects"), "{line}: {said}");
        assert_eq!(said.lines().count(), 1, "{line}: {said}");
        assert!(!home.path().join("f").exists());
    }
}
