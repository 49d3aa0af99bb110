//! Data in and out of scripts.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;

const BYTES: &[u8] = b"one\r\ntwo\nthree\r\0\xff\xfe\x1b[31m\n\n";

#[test]
fn with_c_standard_input_is_for_data_only() {
    let server = practice_server(&[]);
    let target = format!("ftp://A:A@{}", server.address());
    let finished = Ftpsh::new()
        .args(["-c", "TYPE I", "-c", "PASV", "-c", "STOR sent < -", &target])
        .stdin(BYTES)
        .run()
        .success();
    let sent = fs::read(server.server_folder().join("sent")).unwrap();
    assert_eq!(sent, BYTES);
    assert_eq!(finished.stdout, b"");
    let _ = Ftpsh::new()
        .args(["-c", "NOOP", &target])
        .stdin("MKD no-line\n")
        .run()
        .success();
    assert!(!server.server_folder().join("no-line").exists());
}

#[test]
fn in_a_pipe_the_rest_of_standard_input_is_sent_raw() {
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin([b"TYPE I\nPASV\nSTOR sent < -\n", BYTES].concat())
        .run()
        .success();
    let sent = fs::read(server.server_folder().join("sent")).unwrap();
    assert_eq!(sent, BYTES);
}

#[test]
fn texts_and_here_documents_are_sent_exactly() {
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(
            "TYPE I\nPASV\nAPPE 1.TXT <<< 'zfive5'\nPASV\nSTOR text <<< 'a  > b | c'\n\
             PASV\nSTOR here <<END\nQUIT\n  ENDE\n\n$HOME 'x\nEND\nPASV\nSTOR empty <<<''\nPASV\nSTOR none << E\nE\nMKD on\n",
        )
        .run()
        .code(2);
    let read = |name: &str| fs::read_to_string(server.server_folder().join(name));
    assert_eq!(read("1.TXT").unwrap(), "I am zfive5");
    assert_eq!(read("text").unwrap(), "a  > b | c");
    assert_eq!(read("here").unwrap(), "QUIT\n  ENDE\n\n$HOME 'x\n");
    assert_eq!(read("none").unwrap(), "");
    assert!(server.server_folder().join("on").is_dir());
}

#[test]
fn the_tail_of_a_file_is_sent_from_the_byte_that_is_named_and_a_whole_one_is_refused() {
    let server = practice_server(&[]);
    let home = Home::new();
    fs::write(home.path().join("1.TXT"), "I am zfive5").unwrap();
    fs::write(home.path().join("lines"), "a\nb\nc\n").unwrap();
    let run = |lines: &str, code: i32| {
        let target = format!("ftp://A:A@{}", server.address());
        let run = Ftpsh::new()
            .current_dir(home.path())
            .arg(target)
            .stdin(lines)
            .run();
        run.code(code).stderr
    };
    let said = run("PASV\nAPPE 1.TXT < 1.TXT +5\n", 0);
    let there = || fs::read_to_string(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(there(), "I am zfive5");
    assert!(
        said.contains("6 of 11 bytes are to be sent, from byte 5 on"),
        "{said}"
    );
    assert!(said.contains("6 bytes sent"), "{said}");
    let said = run("PASV\nAPPE 1.TXT < 1.TXT +11\n", 2);
    assert!(
        said.contains("1.TXT has 11 bytes, so nothing is left"),
        "{said}"
    );
    let said = run("PASV\nAPPE 1.TXT < lines +2\n", 2);
    assert!(said.contains("type TYPE I first"), "{said}");
    assert_eq!(there(), "I am zfive5");
    let _ = run("TYPE I\nPASV\nAPPE 1.TXT < lines +2\n", 0);
    assert_eq!(there(), "I am zfive5b\nc\n");
}

#[cfg(unix)]
#[test]
fn received_data_go_where_the_redirection_says() {
    let home = Home::new();
    let server = practice_server(&[]);
    fs::write(server.server_folder().join("octets"), BYTES).unwrap();
    fs::write(server.server_folder().join("a > b"), "odd").unwrap();
    fs::write(home.path().join("replaced"), "much longer than what comes").unwrap();
    fs::write(home.path().join("kept"), "kept").unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(
            "TYPE I\nPASV\nRETR octets > octets\nPASV\nRETR 1.TXT > replaced\n\
             PASV\nRETR 1.TXT >> kept\nPASV\nRETR 1.TXT | tr a-z A-Z > 'piped to'\n\
             PASV\nRETR 1.TXT > ~/at-home\nPASV\nRETR a > b > odd\nPASV\nRETR octets > -\n\
             PASV\nRETR 1.TXT\nRETR nosuch > refused\nRETR nosuch > kept\nRETR nosuch >> refused\n",
        )
        .run()
        .code(1);
    let read = |name: &str| fs::read(home.path().join(name)).unwrap();
    assert_eq!(read("octets"), BYTES);
    assert_eq!(read("replaced"), b"I am ");
    assert_eq!(read("kept"), b"keptI am ");
    assert_eq!(read("piped to"), b"I AM ");
    assert_eq!(read("at-home"), b"I am ");
    assert_eq!(read("odd"), b"odd");
    assert_eq!(finished.stdout, [BYTES, b"I am "].concat());
    assert!(!home.path().join("refused").exists());
}

#[cfg(unix)]
#[test]
fn a_local_command_that_stops_early_ends_the_transfer_without_a_failure() {
    let server = practice_server(&[]);
    fs::write(server.server_folder().join("big"), "line\n".repeat(200_000)).unwrap();
    let finished = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("PASV\nRETR big | head -n 1\nMKD on\n")
        .run()
        .success();
    assert_eq!(finished.stdout_text(), "line\n");
    assert!(server.server_folder().join("on").is_dir());
}

#[test]
fn a_local_file_is_sent_and_a_folder_is_changed_by_lcd() {
    let home = Home::new();
    let server = practice_server(&[]);
    fs::create_dir(home.path().join("sub")).unwrap();
    fs::write(home.path().join("sub/octets"), BYTES).unwrap();
    fs::write(home.path().join("sub/with space"), "I am zfive5").unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(
            "lcd sub\nTYPE I\nPASV\nSTOR octets < octets\nPASV\nSTOR spaced < 'with space'\n\
             lcd\nPASV\nAPPE twice < sub/octets\nPASV\nAPPE twice < ~/sub/octets\n!echo here\n",
        )
        .run()
        .success();
    let read = |name: &str| fs::read(server.server_folder().join(name)).unwrap();
    assert_eq!(read("octets"), BYTES);
    assert_eq!(read("spaced"), b"I am zfive5");
    assert_eq!(read("twice"), BYTES.repeat(2));
    assert_eq!(finished.stdout_text().trim_end(), "here");
}
