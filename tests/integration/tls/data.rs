//! Data connections under PROT P.

use crate::support::scripted_server::Script;
use crate::support::server_process::ReservedPort;
use crate::support::tls_server::TlsServer;

use super::{AGREE, Rig, agreed_on_both, leave, passive};

fn with(lines: &[&'static str]) -> Vec<&'static str> {
    [&AGREE[..], lines].concat()
}

#[test]
fn the_last_ticket_is_used_again_and_again() {
    let rig = Rig::new();
    // As ProFTPD does: two tickets on the control connection, none on resumed data connections.
    let control = TlsServer::tls13(&rig.certificate)
        .tickets(2)
        .lasting_tickets();
    let data = control.clone().tickets(0);
    let mut script = agreed_on_both(&control);
    let mut lines = AGREE.to_vec();
    for _ in 0..5 {
        script = passive(script).take_upload(&data);
        lines.extend(["PASV", "STOR f <<< 'octets'"]);
    }
    let server = script.wait_for_client_close().start();
    rig.run(&server, &lines).success();
    let heard = server.finish();
    assert_eq!(heard.data, [b"octets"; 5]);
    assert!(heard.secured_data.iter().all(|data| data.is_resumed));
    assert!(heard.secured_data.iter().all(|data| data.has_close_notify));
}

#[test]
fn another_certificate_on_the_data_connection_ends_with_4_and_not_a_byte_is_sent() {
    let rig = Rig::new();
    let other = TlsServer::new(&rig.authority.issue());
    let server = passive(agreed_on_both(&rig.server()))
        .expect("STOR f")
        .send("150 here\r\n")
        .be_refused_on_data(&other)
        .send("426 broken\r\n")
        .wait_for_client_close()
        .start();
    let lines = with(&["PASV", "STOR f <<< 'octets'"]);
    let lines = lines.iter().flat_map(|line| ["-c", line]);
    let finished = rig.ftpsh(&server).arg("--why").args(lines).run();
    let heard = server.finish();
    for said in ["a different certificate", "Cause   certificate-other\n"] {
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
    assert!(heard.secured_data.is_empty(), "{:?}", heard.secured_data);
    finished.code(4);
}

#[test]
fn a_download_without_close_notify_is_possibly_truncated_and_ends_with_4() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = passive(agreed_on_both(&tls))
        .expect("RETR f")
        .send("150 here\r\n")
        .secure_data(&tls)
        .send_data("half")
        .close_data_without_close_notify()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &with(&["PASV", "RETR f > -"])).code(4);
    let _ = server.finish();
    assert_eq!(finished.stdout, b"half");
    assert!(
        finished.stderr.contains("without a TLS close_notify"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_download_with_close_notify_is_whole() {
    let rig = Rig::new();
    let tls = rig.server();
    let large: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    let server = passive(agreed_on_both(&tls))
        .give_download(&tls, &large)
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &with(&["PASV", "RETR f > -"])).success();
    let _ = server.finish();
    assert!(finished.stdout == large);
}

/// The 150 of some servers comes only once the handshake is done.
#[test]
fn the_handshake_does_not_wait_for_the_150() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = passive(agreed_on_both(&tls))
        .expect("STOR f")
        .secure_data(&tls)
        .send("150 here\r\n")
        .read_data_to_end()
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &with(&["PASV", "STOR f <<< 'octets'"]))
        .success();
    assert_eq!(server.finish().data, [b"octets"]);
}

#[test]
fn prot_c_takes_data_connections_back_to_clear() {
    let rig = Rig::new();
    let tls = rig.server();
    let script = agreed_on_both(&tls).expect("PROT C").send("200 ok\r\n");
    let server = passive(script)
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &with(&["PROT C", "PASV", "STOR f <<< 'octets'"]))
        .success();
    assert_eq!(server.finish().data, [b"octets"]);
}

#[test]
fn prot_p_decides_for_a_connection_that_is_open_already() {
    let rig = Rig::new();
    let tls = rig.server();
    let script = super::agreed(&tls).expect("PBSZ 0").send("200 ok\r\n");
    let server = passive(script)
        .expect("PROT P")
        .send("200 ok\r\n")
        .give_download(&tls, "octets")
        .wait_for_client_close()
        .start();
    let lines = ["AUTH TLS", "PBSZ 0", "PASV", "PROT P", "RETR f > -"];
    let finished = rig.run(&server, &lines).success();
    assert_eq!(finished.stdout, b"octets");
    let _ = server.finish();
}

/// The command was refused before its 1yz: the handshake that it began serves the next one.
#[test]
fn a_handshake_that_a_refused_command_began_serves_the_next() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = passive(agreed_on_both(&tls))
        .expect("RETR missing")
        .send("550 no\r\n")
        .give_download(&tls, "octets")
        .wait_for_client_close()
        .start();
    let lines = with(&["PASV", "RETR missing > -", "RETR f > -"]);
    let finished = rig.run(&server, &lines).code(1);
    assert_eq!(finished.stdout, b"octets");
    let _ = server.finish();
}

#[test]
fn in_active_mode_this_side_stays_the_client_of_tls() {
    let rig = Rig::new();
    let tls = rig.server();
    let reserved = ReservedPort::on_loopback();
    let [high, low] = reserved.address.port().to_be_bytes();
    let line = format!("PORT 127,0,0,1,{high},{low}");
    let server = agreed_on_both(&tls)
        .expect(&line)
        .send("200 ok\r\n")
        .expect("STOR f")
        .send("150 here\r\n")
        .dial_data_at(reserved.address)
        .secure_data(&tls)
        .read_data_to_end()
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let lines = [&AGREE[..], &[&line, "STOR f <<< 'octets'"]].concat();
    rig.run(&server, &lines).success();
    let heard = server.finish();
    assert_eq!(heard.data, [b"octets"]);
    assert!(heard.secured_data[0].is_resumed);
}

/// Under TLS the Telnet Synch does not exist (RFC 4217 section 14).
#[test]
fn ctrl_c_sends_a_plain_abor_under_tls() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = passive(agreed_on_both(&tls))
        .expect("RETR f")
        .send("150 here\r\n")
        .secure_data(&tls)
        .send_data("first\r\n")
        .expect("ABOR")
        .send("426 aborted\r\n226 closing\r\n")
        .close_data()
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).args(["--tls", "require"]).terminal();
    terminal.expect("ftps> ");
    terminal.send_line("PASV");
    terminal.expect("ftps ⇄> ");
    terminal.send_line("RETR f");
    terminal.expect("first");
    terminal.send_key(crate::support::terminal::Key::CtrlC);
    terminal.expect("226 closing");
    terminal.expect("ftps> ");
    leave(terminal);
    let heard = server.finish();
    assert_eq!(heard.in_clear, b"AUTH TLS\r\n");
    assert!(heard.lines.iter().any(|line| line == "ABOR"));
}

#[test]
fn typed_data_wait_for_the_handshake() {
    let rig = Rig::new();
    let tls = rig.server();
    let gate = crate::support::scripted_server::Gate::new();
    let script: Script = passive(agreed_on_both(&tls));
    let server = script
        .expect("STOR f")
        .send("150 here\r\n")
        .pause_until(&gate)
        .secure_data(&tls)
        .read_data_to_end()
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).args(["--tls", "require"]).terminal();
    terminal.expect("ftps> ");
    terminal.send_line("PASV");
    terminal.expect("ftps ⇄> ");
    terminal.send_line("STOR f");
    terminal.expect("150 here");
    assert!(
        !terminal.screen().contains("data> "),
        "{}",
        terminal.screen()
    );
    gate.open();
    terminal.expect("data> ");
    terminal.send("octets");
    terminal.send_key(crate::support::terminal::Key::CtrlD);
    terminal.expect("226 done");
    terminal.expect("ftps> ");
    leave(terminal);
    assert_eq!(server.finish().data, [b"octets"]);
}

/// The tickets of the handshake are still unread, and hide the end behind them.
#[test]
fn a_connection_that_is_closed_after_its_transfer_was_refused_is_told_at_the_prompt() {
    let rig = Rig::new();
    let tls = rig.server();
    let gate = crate::support::scripted_server::Gate::new();
    let server = passive(agreed_on_both(&tls))
        .expect("RETR f")
        .secure_data(&tls)
        .send("550 no such file\r\n")
        .pause_until(&gate)
        .close_data()
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).args(["--tls", "require"]).terminal();
    terminal.expect("ftps> ");
    terminal.send_line("PASV");
    terminal.expect("ftps ⇄> ");
    terminal.send_line("RETR f > f");
    terminal.expect("550 no such file");
    terminal.expect("ftps ⇄> ");
    gate.open();
    terminal.expect("the server closed the data connection");
    terminal.send_line("NOOP");
    terminal.expect("200 noop");
    terminal.expect("ftps> ");
    leave(terminal);
    let _ = server.finish();
}
