//! Names that try to lead out of the folder, or to be something else than names.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::dialogues::greeted;
#[cfg(unix)]
use crate::dialogues::passive;
use crate::support::ftpsh::Ftpsh;

/// A name on the server, quoted for the line, and where it is to lie.
#[cfg(unix)]
const NAMES: [(&str, &str, &str); 10] = [
    ("../../x", "../../x", "x"),
    ("/etc/x", "/etc/x", "x"),
    ("..\\\\x", "..\\x", "x"),
    ("'C:\\x'", "C:\\x", "x"),
    ("'|touch pwned'", "|touch pwned", "|touch pwned"),
    ("-x", "-x", "-x"),
    ("-", "-", "-"),
    ("'a/~'", "a/~", "~"),
    ("'~root'", "~root", "~root"),
    ("'$(touch pwned)'", "$(touch pwned)", "$(touch pwned)"),
];

/// Everything below the folder.
fn files_below(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(folder)
        .expect("it is a folder")
        .map(|entry| entry.expect("it can be listed").path())
        .flat_map(|path| match path.is_dir() {
            true => files_below(&path),
            false => vec![path.to_str().expect("it is text").to_owned()],
        })
        .collect();
    files.sort();
    files
}

#[cfg(unix)]
#[test]
fn a_file_that_is_fetched_lies_in_this_folder_under_its_own_last_name() {
    for (typed, name, local) in NAMES {
        let above = TempDir::new().unwrap();
        let folder = above.path().join("a/b/c");
        fs::create_dir_all(&folder).unwrap();
        let script = greeted().expect("TYPE I").send("200 ok\r\n");
        let server = passive(script)
            .expect(format!("RETR {name}"))
            .send("150 here\r\n")
            .send_data("data")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let finished = Ftpsh::new()
            .current_dir(&folder)
            .arg(server.address().to_string())
            .args(["-c", &format!("get {typed}")])
            .run();
        let _ = server.finish();
        assert_eq!(finished.success().stdout, b"", "{name}");
        let expected = format!("{}/{local}", folder.display());
        assert_eq!(files_below(above.path()), [expected], "{name}");
    }
}

#[test]
fn a_remote_name_without_a_last_component_is_refused_and_nothing_is_sent() {
    for name in ["..", "a/..", "a/", "/", "."] {
        for line in ["get", "resume --get"] {
            let server = greeted().wait_for_client_close().start();
            let folder = TempDir::new().unwrap();
            let _ = Ftpsh::new()
                .current_dir(folder.path())
                .arg(server.address().to_string())
                .args(["-c", &format!("{line} {name}")])
                .run()
                .code(2);
            assert!(server.finish().lines.is_empty(), "{line} {name}");
            assert!(files_below(folder.path()).is_empty(), "{line} {name}");
        }
    }
}

#[test]
fn no_name_brings_in_a_second_command() {
    for line in [
        "quote -x RETR a\\r\\nDELE b",
        "quote -x RETR a\\nDELE b",
        "quote -x RETR a\\x0d\\x0aDELE b",
        "quote -x RETR a\\x00",
    ] {
        let script = greeted();
        let server = script.wait_for_client_close().start();
        let folder = TempDir::new().unwrap();
        let _ = Ftpsh::new()
            .current_dir(folder.path())
            .arg(server.address().to_string())
            .args(["-c", line])
            .run()
            .code(2);
        assert!(server.finish().lines.is_empty(), "{line}");
    }
}

#[test]
fn a_tab_in_a_name_is_seen_in_listings_tables_and_the_prompt_and_stays_a_tab_in_a_text() {
    let mut script = greeted();
    let list = "-rw-r--r-- 1 ftp ftp 5 Nov 22 06:50 a\tb\r\n";
    for (command, data) in [
        ("NLST", "a\tb\r\n"),
        ("LIST", list),
        ("LIST", list),
        ("RETR f", "one\ttwo\r\n"),
    ] {
        script = script
            .expect("PASV")
            .listen_data()
            .send_with_port("227 go (127,0,0,1,{p1},{p2})\r\n")
            .accept_data()
            .expect(command)
            .send("150 here\r\n")
            .send_data(data)
            .close_data()
            .send("226 done\r\n");
    }
    let server = script.wait_for_client_close().start();
    let home = TempDir::new().unwrap();
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal_of(60, 100);
    for (line, shown) in [
        ("NLST", "│ a\\x09b"),
        ("LIST", "06:50 a\\x09b"),
        ("table LIST", "  a\\x09b"),
        ("RETR f", "│ one"),
    ] {
        terminal.expect("ftp> ");
        terminal.send_line("PASV");
        terminal.expect("ftp ⇄> ");
        terminal.send_line(line);
        terminal.expect(shown);
        terminal.expect("226 done");
    }
    let screen = terminal.screen();
    assert!(!screen.contains("one\\x09two"), "{screen}");
}
