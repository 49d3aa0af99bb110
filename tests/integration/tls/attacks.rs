//! What somebody in between, or a careless moment, must not be able to do.

use crate::support::certificates::{Authority, ServerCertificate};
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::Key;
use crate::support::tls_server::TlsServer;

use super::{AGREE, Rig, agreed, agreed_on_both, leave, passive};

#[test]
fn a_friendly_reply_that_agrees_on_nothing_does_not_pass_for_tls() {
    let rig = Rig::new();
    for reply in [
        "200 ok",
        "232 ok",
        "250 ok",
        "334 more",
        "150 wait\r\n200 ok",
    ] {
        let server = Script::new()
            .send("220 hi\r\n")
            .expect("AUTH TLS")
            .send(format!("{reply}\r\n"))
            .wait_for_client_close()
            .start();
        let url = format!("ftp://me:topsecret@{}", server.address());
        rig.ftpsh_at(&url)
            .args(["--tls", "require", "-c", "PWD"])
            .run()
            .code(4);
        assert_eq!(server.finish().lines, ["AUTH TLS"], "{reply}");
    }
}

#[test]
fn a_prot_p_that_is_only_tolerated_does_not_pass_for_protection() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("PBSZ 0")
        .send("200 ok\r\n")
        .expect("PROT P")
        .send("334 more\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://me:topsecret@{}", server.address());
    rig.ftpsh_at(&url)
        .args(["--tls", "require", "-c", "PWD"])
        .run()
        .code(4);
    assert_eq!(server.finish().lines, AGREE);
}

#[test]
fn control_c_while_tls_is_asked_for_leaves_no_connection_behind() {
    let rig = Rig::new();
    let gate = Gate::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .open(&gate)
        .wait_for_client_close()
        .start();
    let ftpsh = crate::support::ftpsh::Ftpsh::new().home(rig.home.path());
    let mut terminal = ftpsh.terminal();
    terminal.expect("(closed) ftp> ");
    terminal.send_line("set tls require");
    terminal.send_line(&format!("open ftp://me@{}", server.address()));
    gate.wait();
    terminal.expect("→ AUTH TLS");
    terminal.send_key(Key::CtrlC);
    terminal.expect("(closed) ftp> ");
    terminal.send_line("exit");
    terminal.wait_exit();
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
}

#[test]
fn a_234_that_comes_after_control_c_still_begins_tls_and_what_is_typed_goes_through_it() {
    let rig = Rig::new();
    let (asked, late) = (Gate::new(), Gate::new());
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .open(&asked)
        .pause_until(&late)
        .send("234 go ahead\r\n")
        .secure_control(&rig.server())
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    asked.wait();
    terminal.send_key(Key::CtrlC);
    terminal.expect("the reply is still outstanding");
    late.open();
    terminal.expect("234 go ahead");
    terminal.expect("certificate verified");
    terminal.send_line("NOOP");
    terminal.expect("200 ok");
    terminal.expect("ftps> ");
    leave(terminal);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
}

#[test]
fn a_234_inside_tls_ends_the_session_instead_of_making_it_deaf() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("AUTH TLS")
        .send("234 once more\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &["AUTH TLS", "AUTH TLS", "NOOP"]).code(4);
    assert_eq!(server.finish().lines, ["AUTH TLS", "AUTH TLS"]);
}

#[test]
fn what_comes_in_clear_after_an_unexpected_close_notify_is_not_believed() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("USER me")
        .clear_control("230 you are in\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "USER me", "PWD"]).code(3);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
    assert!(!finished.stderr.contains("230"), "{}", finished.stderr);
}

#[test]
fn a_prot_p_without_tls_lets_no_data_go_in_clear() {
    let rig = Rig::new();
    let script = Script::new()
        .send("220 hi\r\n")
        .expect("PROT P")
        .send("200 ok\r\n");
    let server = passive(script)
        .expect("STOR f")
        .send("150 here\r\n")
        .send("426 nothing came\r\n")
        .wait_for_client_close()
        .start();
    let lines = ["PROT P", "PASV", "STOR f <<< 'topsecret'"];
    let finished = rig.run(&server, &lines);
    let heard = server.finish();
    assert_eq!(finished.status, 4, "{}", finished.stderr);
    assert!(heard.data.iter().all(Vec::is_empty), "{:?}", heard.data);
}

#[test]
fn a_certificate_that_is_trusted_always_binds_the_same_session_too() {
    let rig = Rig::new();
    let first = TlsServer::new(&ServerCertificate::self_signed());
    let second = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&first)
        .expect("CCC")
        .send("200 ok\r\n")
        .clear_control("")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&second)
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: always, once, or no?");
    // Not one of the words: asked again.
    terminal.send_line("y");
    terminal.expect("trust it: always, once, or no?");
    terminal.send_line("always");
    terminal.expect("ftps> ");
    terminal.send_line("CCC");
    terminal.expect("in the clear again");
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("CHANGED");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("exit");
    terminal.wait_exit();
    let _ = server.finish();
}

#[test]
fn every_reason_against_a_certificate_is_given() {
    let rig = Rig::new();
    let expired = Authority::new().issue_expired();
    let server = agreed(&TlsServer::new(&expired))
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS"]).code(4);
    let _ = server.finish();
    let said = &finished.stderr;
    assert!(said.contains("it expired on 2001-"), "{said}");
    assert!(said.contains("does not chain to a trusted root"), "{said}");
}

#[test]
fn a_data_connection_that_has_begun_tls_is_not_used_in_clear() {
    let rig = Rig::new();
    let tls = rig.server();
    let script = passive(agreed_on_both(&tls))
        .expect("STOR missing")
        .send("550 no\r\n")
        .expect("PROT C")
        .send("200 ok\r\n")
        .expect("RETR f")
        .send("425 no data connection\r\n")
        .wait_for_client_close();
    let server = script.start();
    let lines = [
        &AGREE[..],
        &["PASV", "STOR missing <<< 'x'", "PROT C", "RETR f > -"],
    ]
    .concat();
    let finished = rig.run(&server, &lines).code(1);
    let _ = server.finish();
    assert!(
        finished.stderr.contains("no data connection is open"),
        "{}",
        finished.stderr
    );
}
