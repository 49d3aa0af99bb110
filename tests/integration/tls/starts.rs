//! How TLS begins: by AUTH, at once, not at all.

use crate::support::scripted_server::Script;

use super::{Rig, agreed, agreed_on_both, leave};

#[test]
fn bytes_after_the_234_end_the_session_with_4_and_are_never_read() {
    let rig = Rig::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n230 you are in\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "PWD"]).code(4);
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
    assert!(
        finished.stderr.contains("in the clear"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("230"), "{}", finished.stderr);
}

#[test]
fn bytes_in_clear_where_the_handshake_belongs_end_the_session_with_4() {
    let rig = Rig::new();
    let gate = crate::support::scripted_server::Gate::new();
    let server = agreed_and_offered()
        .open(&gate)
        .send("230 you are in\r\n")
        .reset()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "PWD"]).code(4);
    gate.wait();
    let _ = server.finish();
    assert!(
        finished.stderr.contains("does not speak TLS"),
        "{}",
        finished.stderr
    );
}

/// AUTH TLS is accepted, and the first bytes of the client's handshake have come.
fn agreed_and_offered() -> Script {
    Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .expect_bytes(b"\x16\x03\x01")
}

#[test]
fn a_server_that_takes_the_handshake_for_a_command_is_worth_another_try() {
    let rig = Rig::new();
    let server = agreed_and_offered().send("500 what?\r\n").reset().start();
    let finished = rig.run(&server, &["AUTH TLS", "PWD"]).code(4);
    let _ = server.finish();
    let said = finished.stderr;
    assert!(said.contains("AUTH TLS once more may do"), "{said}");
}

#[test]
fn a_server_that_ends_the_connection_in_the_handshake_is_a_failure_of_tls() {
    let rig = Rig::new();
    let server = agreed_and_offered().reset().start();
    rig.run(&server, &["AUTH TLS", "PWD"]).code(4);
    let _ = server.finish();
}

#[test]
fn a_refused_auth_leaves_the_session_in_clear() {
    let rig = Rig::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("502 no\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &["AUTH TLS", "NOOP"]).code(1);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\nNOOP\r\n");
}

#[test]
fn what_was_learnt_in_clear_is_forgotten() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("TYPE I")
        .send("200 ok\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&tls);
    let server = super::passive(server)
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    std::fs::write(rig.path("lines"), "a\nb\n").unwrap();
    let store = format!("STOR f < {}", rig.path("lines").display());
    rig.run(&server, &["TYPE I", "AUTH TLS", "PASV", &store])
        .success();
    // TYPE A again, so the line ends are converted.
    assert_eq!(server.finish().data, [b"a\r\nb\r\n"]);
}

#[test]
fn tls_require_sends_the_three_lines_before_the_login_and_shows_them() {
    let rig = Rig::new();
    let server = agreed_on_both(&rig.server())
        .expect("USER me")
        .send("230 ok\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://me@{}", server.address());
    let finished = rig
        .ftpsh_at(&url)
        .args(["--tls", "require", "-c", "tls"])
        .run()
        .success();
    let heard = server.finish();
    assert_eq!(heard.in_clear, b"AUTH TLS\r\n");
    assert_eq!(heard.lines, ["AUTH TLS", "PBSZ 0", "PROT P", "USER me"]);
    for line in ["→ AUTH TLS", "→ PBSZ 0", "→ PROT P"] {
        assert!(finished.stderr.contains(line), "{}", finished.stderr);
    }
}

#[test]
fn tls_require_closes_the_connection_if_tls_is_refused() {
    let rig = Rig::new();
    for refused in [1, 2, 3] {
        let mut script = Script::new().send("220 hi\r\n").expect("AUTH TLS");
        script = if refused == 1 {
            script.send("534 no\r\n")
        } else {
            script.send("234 ok\r\n").secure_control(&rig.server())
        };
        for (place, line) in [(2, "PBSZ 0"), (3, "PROT P")] {
            if refused >= place {
                let reply = if refused == place {
                    "536 no\r\n"
                } else {
                    "200 ok\r\n"
                };
                script = script.expect(line).send(reply);
            }
        }
        let server = script.wait_for_client_close().start();
        let url = format!("ftp://me@{}", server.address());
        rig.ftpsh_at(&url)
            .args(["--tls", "require", "-c", "PWD"])
            .run()
            .code(4);
        assert_eq!(server.finish().lines.len(), refused);
    }
}

#[test]
fn implicit_tls_begins_before_the_greeting() {
    let rig = Rig::new();
    for by_url in [true, false] {
        let server = Script::new()
            .secure_control(&rig.server())
            .send("220 hi\r\n")
            .expect("PBSZ 0")
            .send("200 ok\r\n")
            .expect("PROT P")
            .send("200 ok\r\n")
            .expect("NOOP")
            .send("200 ok\r\n")
            .wait_for_client_close()
            .start();
        let target = server.address().to_string();
        let ftpsh = if by_url {
            rig.ftpsh_at(&format!("ftps://{target}"))
        } else {
            rig.ftpsh_at(&target).args(["--tls", "implicit"])
        };
        ftpsh.args(["-c", "NOOP"]).run().success();
        let heard = server.finish();
        assert_eq!(heard.lines, ["PBSZ 0", "PROT P", "NOOP"]);
        assert!(heard.in_clear.is_empty());
    }
}

#[test]
fn a_port_that_answers_implicit_tls_in_clear_is_told_with_the_way_out() {
    let rig = Rig::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect_bytes(b"\x16\x03\x01")
        .reset()
        .start();
    let url = format!("ftps://{}", server.address());
    let finished = rig.ftpsh_at(&url).args(["-c", "NOOP"]).run().code(4);
    let _ = server.finish();
    assert!(finished.stderr.contains("220 hi"), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("--tls require"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_port_that_says_nothing_may_want_implicit_tls() {
    let rig = Rig::new();
    let server = Script::new().wait_for_client_close().start();
    let finished = crate::support::ftpsh::Ftpsh::new()
        .args(["--timeout", "1"])
        .arg(server.address().to_string())
        .args(["-c", "NOOP"])
        .run()
        .code(3);
    let _ = server.finish();
    assert!(finished.stderr.contains("ftps://"), "{}", finished.stderr);
    drop(rig);
}

#[test]
fn the_prompt_shows_that_the_control_connection_is_encrypted() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = agreed(&tls)
        .expect("CCC")
        .send("200 ok\r\n")
        .clear_control("")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("certificate verified");
    terminal.expect("ftps> ");
    terminal.send_line("CCC");
    terminal.expect("in the clear again");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200 ok");
    leave(terminal);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\nNOOP\r\n");
}
