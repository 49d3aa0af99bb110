//! What a target sends: nothing, or a login and its directories.

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;
use crate::support::terminal::Key;

#[test]
fn a_bare_host_sends_nothing() {
    for lines in ["", "\n\n", "help\nset\nalias\nlpwd\n", "close\n"] {
        let server = Script::new()
            .send("220 hi\r\n")
            .wait_for_client_close()
            .start();
        let _ = Ftpsh::new()
            .arg(server.address().to_string())
            .stdin(lines)
            .run()
            .success();
        let _ = server.finish();
    }
}

#[test]
fn a_bare_host_at_a_terminal_sends_quit_at_the_end() {
    for end in [Key::CtrlD.bytes(), b"exit\r", b"bye\r"] {
        let server = Script::new()
            .send("220 hi\r\n")
            .expect("QUIT")
            .send("221 bye\r\n")
            .wait_for_client_close()
            .start();
        let mut terminal = Ftpsh::new().arg(server.address().to_string()).terminal();
        terminal.expect("220 hi");
        terminal.expect("ftp> ");
        terminal.send(end);
        assert_eq!(terminal.wait_exit(), 0);
        terminal.wait_for("→ QUIT");
        let _ = server.finish();
    }
}

#[test]
fn a_url_sends_its_login_and_a_cwd_for_each_segment() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect(b"USER a@b\xe9")
        .send("331 password\r\n")
        .expect("PASS p:/x")
        .send("230 in\r\n")
        .expect("CWD one")
        .send("250 ok\r\n")
        .expect("CWD two three")
        .send("250 ok\r\n")
        .expect(b"CWD /\xff")
        .send("250 ok\r\n")
        .wait_for_client_close()
        .start();
    let url = format!(
        "ftp://a%40b%E9:p%3A%2Fx@{}/one/two%20three/%2F%FF/",
        server.address()
    );
    let _ = Ftpsh::new().arg(url).run().success();
    let _ = server.finish();
}

#[test]
fn a_url_stops_at_the_first_refusal() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("230 in\r\n")
        .expect("CWD one")
        .send("550 no\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://u@{}/one/two", server.address());
    let _ = Ftpsh::new().arg(url).run().code(1);
    let _ = server.finish();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("530 no\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://u:p@{}/one", server.address());
    let _ = Ftpsh::new().arg(url).run().code(1);
    let _ = server.finish();
}

#[test]
fn a_user_who_needs_no_password_sends_none_and_an_account_is_asked_for() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("230 in\r\n")
        .expect("CWD one")
        .send("250 ok\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://u:p@{}/one", server.address());
    let _ = Ftpsh::new().arg(url).run().success();
    let _ = server.finish();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("331 password\r\n")
        .expect("PASS p")
        .send("332 account\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://u:p@{}/", server.address());
    let finished = Ftpsh::new().arg(url).run().code(2);
    assert!(finished.stderr.contains("account"), "{}", finished.stderr);
    let _ = server.finish();
}

#[test]
fn a_script_opens_one_server_after_the_other() {
    let (first, second) = (practice_server(&[]), practice_server(&[]));
    let _ = Ftpsh::new()
        .stdin(format!(
            "open ftp://A:A@{}/\nMKD first\nclose\nopen {}\nlogin A A\nMKD second\nQUIT\nopen\nlogin A A\nMKD third\n",
            first.address(),
            second.address()
        ))
        .run()
        .success();
    assert!(first.server_folder().join("first").is_dir());
    assert!(second.server_folder().join("second").is_dir());
    assert!(second.server_folder().join("third").is_dir());
}
