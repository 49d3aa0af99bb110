//! `trace` under TLS: the bytes as they are outside it, and marked.

use super::lines;
use crate::support::certificates::Authority;
use crate::support::scripted_server::Script;
use crate::support::tls_server::TlsServer;

const PASSIVE: &str = "227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n";

#[test]
fn what_travels_inside_tls_is_shown_as_it_is_outside_and_marked() {
    let authority = Authority::new();
    let certificate = authority.issue();
    for tls in [
        TlsServer::tls12(&certificate),
        TlsServer::tls13(&certificate),
    ] {
        let server = Script::new()
            .send("220 ready\r\n")
            .expect("AUTH TLS")
            .send("234 go on\r\n")
            .secure_control(&tls)
            .expect("PASS hunter2")
            .send("500 PASS hunter2?\r\n")
            .expect("PROT P")
            .send("200 private\r\n")
            .expect("PASV")
            .listen_data()
            .send_with_port(PASSIVE)
            .accept_data()
            .expect("RETR f")
            .secure_data(&tls)
            .send("150 here\r\n")
            .send_data("I am ")
            .close_data()
            .send("226 done\r\n")
            .expect("PASV")
            .listen_data()
            .send_with_port(PASSIVE)
            .accept_data()
            .expect("STOR g")
            .secure_data(&tls)
            .send("150 here\r\n")
            .read_data_to_end()
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let script = [
            "trace on",
            "AUTH TLS",
            "PASS hunter2",
            "PROT P",
            "PASV",
            "RETR f > f",
            "PASV",
            "STOR g <<< 'octets'",
        ];
        let finished = lines(server.address(), &script)
            .args(["--ca".as_ref(), authority.file().as_os_str()])
            .run()
            .code(1);
        let heard = server.finish();
        assert_eq!(heard.in_clear, b"AUTH TLS\r\n");
        assert_eq!(heard.data.last().unwrap(), b"octets");
        let shown: Vec<&str> = finished.stderr.lines().collect();
        for line in [
            "  C→ AUTH TLS\\r\\n",
            "  C← 234 go on\\r\\n",
            "  TLS C→ PASS ****\\r\\n",
            "  TLS C← 500 PASS ****?\\r\\n",
            "  TLS C→ RETR f\\r\\n",
            "  TLS D← I am ",
            "  TLS D→ octets",
        ] {
            assert!(shown.contains(&line), "{line} in {}", finished.stderr);
        }
        assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
    }
}

#[test]
fn after_ccc_the_mark_is_gone() {
    let authority = Authority::new();
    let tls = TlsServer::tls13(&authority.issue());
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("AUTH TLS")
        .send("234 go on\r\n")
        .secure_control(&tls)
        .expect("CCC")
        .send("200 in the clear\r\n")
        .clear_control("")
        .expect("NOOP")
        .send("200 fine\r\n")
        .wait_for_client_close()
        .start();
    let script = ["trace on", "AUTH TLS", "CCC", "NOOP"];
    let finished = lines(server.address(), &script)
        .args(["--ca".as_ref(), authority.file().as_os_str()])
        .run()
        .success();
    server.finish();
    let trace: Vec<&str> = finished
        .stderr
        .lines()
        .filter(|line| line.contains("C→") || line.contains("C←"))
        .collect();
    assert_eq!(
        trace[2..],
        [
            "  TLS C→ CCC\\r\\n",
            "  TLS C← 200 in the clear\\r\\n",
            "  C→ NOOP\\r\\n",
            "  C← 200 fine\\r\\n",
        ]
    );
}
