//! What is said of TLS: hints, `why` and `tls`.

use crate::support::certificates::ServerCertificate;
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Script;
use crate::support::terminal::Terminal;
use crate::support::tls_server::TlsServer;

use super::{Rig, agreed};

/// The shell of `ftpsh practice`, under TLS and logged in.
fn practising(home: &Home, arguments: &[&str]) -> Terminal {
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg("practice")
        .args(arguments)
        .terminal_of(80, 110);
    for (line, then) in [
        ("AUTH TLS", "certificate verified"),
        ("login A A", "\n230 "),
    ] {
        terminal.expect("> ");
        terminal.send_line(line);
        terminal.expect(then);
    }
    terminal
}

#[test]
fn data_in_clear_under_tls_are_told_of_once() {
    let home = Home::new();
    let mut terminal = practising(&home, &[]);
    for _ in 0..2 {
        terminal.expect("ftps> ");
        terminal.send_line("ls");
        terminal.expect("\n226 ");
    }
    terminal.expect("ftps> ");
    let screen = terminal.screen();
    let told = "\n  the data goes in the clear, though the commands do not: PBSZ 0 and PROT P";
    assert_eq!(screen.matches(told).count(), 1, "{screen}");
    let place = screen.find(told).unwrap();
    assert!(screen[place..].find("→ LIST").is_some(), "{screen}");
    assert_eq!(screen[..place].matches("→ LIST").count(), 0, "{screen}");
}

#[test]
fn a_setting_that_is_in_the_way_is_named_and_its_change_helps() {
    let home = Home::new();
    let mut terminal = practising(&home, &["--fault", "require-reuse"]);
    for (line, then) in [
        ("PBSZ 0", "\n200 "),
        ("PROT P", "\n200 "),
        ("set tls-resume off", "\n"),
        ("ls", "\n  next: `set tls-resume on`, PASV, then LIST"),
        ("set tls-resume on", "\n"),
        ("ls", "\n226 "),
        ("set tls-close-notify off", "\n"),
        (
            "put 1.TXT",
            "\n  next: `set tls-close-notify on`, PASV, then STOR 1.TXT",
        ),
        ("set tls-close-notify on", "\n"),
        ("put 1.TXT", "\n226 "),
    ] {
        terminal.expect("ftps> ");
        terminal.send_line(line);
        terminal.expect(then);
    }
}

#[test]
fn after_ccc_the_refusal_of_prot_is_laid_to_the_ccc() {
    let home = Home::new();
    let mut terminal = practising(&home, &[]);
    for (line, then) in [
        ("CCC", "\n200 "),
        (
            "PROT P",
            "\n  too late: after CCC there is no PBSZ and no PROT",
        ),
        (
            "why",
            "\n  Here    The CCC took the control connection back to clear",
        ),
    ] {
        terminal.expect("> ");
        terminal.send_line(line);
        terminal.expect(then);
    }
    terminal.expect("\n  State   logged in");
    let screen = terminal.screen();
    assert!(!screen.contains("AUTH TLS before"), "{screen}");
}

#[test]
fn after_a_certificate_that_was_not_believed_why_and_tls_say_that_the_connection_is_closed() {
    let rig = Rig::new();
    let tls = TlsServer::new(&ServerCertificate::self_signed());
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&tls)
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal_of(60, 110);
    for (line, then) in [
        ("AUTH TLS", "trust it: always, once, or no?"),
        ("no", "(closed) ftp> "),
        (
            "why",
            "\n  Here    The server's certificate is not trusted: ",
        ),
    ] {
        terminal.send_line(line);
        terminal.expect(then);
    }
    terminal.expect("\n  Next    `--ca FILE` names the authority to trust; at the prompt, `open`");
    terminal.expect("\n  State   not connected\n  Cause   certificate-untrusted");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("tls");
    terminal.expect("not connected, so there is no TLS to show");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("why");
    terminal.expect("\n  Cause   certificate-untrusted");
    assert!(!terminal.screen().contains("PBSZ"), "{}", terminal.screen());
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn the_certificate_of_the_question_stands_in_a_column_of_its_own_on_a_narrow_screen() {
    let rig = Rig::new();
    let tls = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&tls).wait_for_client_close().start();
    let mut terminal = rig.ftpsh(&server).terminal_of(60, 40);
    terminal.expect("> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: always, once, or no?");
    let screen = terminal.screen();
    let rows = screen
        .lines()
        .skip_while(|row| !row.starts_with("  SHA-256"));
    let rows: Vec<&str> = rows.take_while(|row| row.contains(':')).collect();
    let fingerprint: Vec<&&str> = rows
        .iter()
        .filter(|row| !row.contains("trust it"))
        .collect();
    assert_eq!(fingerprint.len(), 4, "{screen}");
    for row in fingerprint {
        let (label, bytes) = row.split_at(15);
        assert!(["SHA-256", ""].contains(&label.trim()), "{screen}");
        assert!(
            bytes.starts_with(|it: char| it.is_ascii_hexdigit()),
            "{screen}"
        );
    }
    terminal.send_line("no");
    terminal.expect("(closed) ftp> ");
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn after_an_alert_nobody_is_asked_whether_the_port_starts_in_the_clear() {
    let handshake_failure = b"\x15\x03\x03\x00\x02\x02\x28";
    for (answer, is_asked) in [
        (&handshake_failure[..], false),
        (b"220 ready, in the clear\r\n", true),
    ] {
        let server = Script::new()
            .take_record()
            .send(answer)
            .wait_for_client_close()
            .start();
        let said = Ftpsh::new()
            .args(["-c", "NOOP"])
            .arg(format!("ftps://{}", server.address()))
            .run()
            .code(4)
            .stderr;
        assert_eq!(said.contains("start in the clear"), is_asked, "{said}");
        drop(server);
    }
}
