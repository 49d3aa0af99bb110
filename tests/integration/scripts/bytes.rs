//! What is typed is what is sent.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::Script;

const LINES: [&[u8]; 16] = [
    b"NOOP",
    b"noop ",
    b"  NOOP  x",
    b"\tNOOP",
    b" ",
    b"XYZZY a  b ",
    b"CWD caf\xe9",
    b"CWD \xff\xff\xfe",
    b"CWD \xff\xf4",
    b"SIZE \xc3\xa9 \xf0\x9f\x91\x8d",
    b"CWD a > b",
    b"SITE x | y",
    b"MKD 'a \"b",
    b"CWD a\\b\x1b[31m\x07\x7f",
    b"QUIT me",
    b"HELP",
];

#[test]
fn lines_are_bytes_and_go_out_as_typed() {
    let mut script = Script::new().send("220 hi\r\n");
    for line in LINES {
        script = script.expect(line).send("200 ok\r\n");
    }
    let quoted: [(&[u8], &[u8]); 8] = [
        (b"quote LIST > f", b"LIST > f"),
        (b"quote ls", b"ls"),
        (b"quote  NOOP", b" NOOP"),
        (b"quote", b""),
        (b"quote \xe9\xff", b"\xe9\xff"),
        (b"quote -x CWD \\xe9\\xFF\\\\x", b"CWD \xe9\xff\\x"),
        (b"quote !x", b"!x"),
        (b"cd 'a  b'", b"CWD a  b"),
    ];
    for (_, line) in quoted {
        let data = line.starts_with(b"LIST");
        let reply = if data {
            "425 no data\r\n"
        } else {
            "200 ok\r\n"
        };
        script = script.expect(line).send(reply);
    }
    let server = script.wait_for_client_close().start();
    let typed = LINES.into_iter().chain(quoted.map(|(typed, _)| typed));
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin(typed.collect::<Vec<_>>().join(&b'\n'))
        .run();
    let _ = server.finish();
    assert_eq!(finished.status, 1, "{}", finished.stderr);
}

#[cfg(unix)]
#[test]
fn lines_of_the_command_line_are_bytes_too() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let server = Script::new()
        .send("220 hi\r\n")
        .expect(b"CWD caf\xe9\xff")
        .send("250 ok\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .arg(server.address().to_string())
        .arg("-c")
        .arg(OsStr::from_bytes(b"CWD caf\xe9\xff"))
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn lines_that_end_with_crlf_or_with_the_input_are_lines() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .expect("PWD")
        .send("257 \"/\"\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin("NOOP\r\n\r\n\nPWD")
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn each_line_is_sent_in_one_write() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut control, _) = listener.accept().unwrap();
        control.set_nodelay(true).unwrap();
        control
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        control.write_all(b"220 hi\r\n").unwrap();
        let mut reads = Vec::new();
        let mut buffer = [0; 8192];
        // Whoever writes the line end apart is found out at the latest in one of these reads.
        while let Ok(count @ 1..) = control.read(&mut buffer) {
            reads.push(buffer[..count].to_vec());
            control.write_all(b"200 ok\r\n").unwrap();
        }
        reads
    });
    let long = [b"SITE ".to_vec(), vec![b'x'; 3000]].concat();
    let lines: Vec<Vec<u8>> = (0..40).map(|_| long.clone()).collect();
    let _ = Ftpsh::new()
        .arg(address.to_string())
        .stdin(lines.join(&b'\n'))
        .run()
        .success();
    let reads = server.join().unwrap();
    assert_eq!(reads.len(), 40);
    assert!(
        reads
            .iter()
            .all(|read| *read == [&long[..], b"\r\n"].concat())
    );
}
