//! Several lines at once.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Gate;
use crate::support::terminal::Key;

use super::{greeted, shell, shell_of};

/// As a terminal sends what was pasted, with Enter after it.
fn pasted(lines: &[String]) -> String {
    format!("\x1b[200~{}\x1b[201~\r", lines.join("\r"))
}

/// Where every row of the screen counts.
fn without_hints() -> Ftpsh {
    Ftpsh::new().args(["--set", "hints=off"])
}

#[test]
fn ten_pasted_lines_are_sent_one_after_the_other_and_look_as_if_they_were_typed() {
    let home = Home::new();
    let mut script = greeted();
    let lines: Vec<String> = (0..10)
        .map(|number| format!("SIZE file-{number}"))
        .collect();
    for (number, line) in lines.iter().enumerate() {
        script = script.expect(line).send(format!("213 {number}00\r\n"));
    }
    let server = script.wait_for_client_close().start();
    let mut terminal = shell_of(without_hints(), &home, &server, 80);
    terminal.send(pasted(&lines));
    terminal.expect("213 900");
    terminal.expect("ftp> ");
    let mut expected = vec!["220 ready".to_owned()];
    for (number, line) in lines.iter().enumerate() {
        expected.extend([format!("ftp> {line}"), format!("213 {number}00")]);
    }
    expected.push("ftp>".to_owned());
    terminal.wait_for_screen("each line with its reply below", |screen| {
        let shown: Vec<&str> = screen.trim_end().lines().map(str::trim_end).collect();
        shown.ends_with(&expected.iter().map(String::as_str).collect::<Vec<_>>())
    });
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn a_paste_in_a_narrow_window_leaves_nothing_of_itself_behind() {
    let home = Home::new();
    let long = format!("STAT {}", "x".repeat(60));
    let server = greeted()
        .expect(&long)
        .send("213 long\r\n")
        .expect("PASS hunter2")
        .send("230 in\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell_of(without_hints(), &home, &server, 40);
    let lines = [long.clone(), "PASS hunter2".to_owned(), "NOOP".to_owned()];
    terminal.send(pasted(&lines));
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    let whole = format!(
        "220 ready\nftp> {long}\n213 long\nftp> PASS *******\n230 in\nftp> NOOP\n200 noop\nftp>"
    );
    terminal.wait_for_screen("each line with its reply below", |screen| {
        screen.trim_end().ends_with(&whole) && !screen.contains("hunter2")
    });
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn ctrl_c_takes_back_the_lines_that_have_not_had_their_turn() {
    let home = Home::new();
    let sent = Gate::new();
    let server = greeted()
        .expect("NOOP 1")
        .send("200 one\r\n")
        .expect("NOOP 2")
        .open(&sent)
        .expect("NOOP 4")
        .send("200 two\r\n200 four\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    let lines = ["NOOP 1", "NOOP 2", "NOOP 3"].map(str::to_owned);
    terminal.send(pasted(&lines));
    sent.wait();
    terminal.send_key(Key::CtrlC);
    terminal.expect("1 pasted line not sent");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP 4");
    terminal.expect("200 four");
    drop(terminal);
    let heard = server.finish();
    assert_eq!(heard.lines, ["NOOP 1", "NOOP 2", "NOOP 4"]);
}

#[test]
fn a_pasted_login_answers_the_questions_that_follow() {
    let home = Home::new();
    let server = greeted()
        .expect("USER A")
        .send("331 password?\r\n")
        .expect("PASS hunter2")
        .send("230 in\r\n")
        .expect("PWD")
        .send("257 \"/\"\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    let lines = ["login A", "hunter2", "PWD"].map(str::to_owned);
    terminal.send(pasted(&lines));
    terminal.expect("257 \"/\"");
    terminal.expect("ftp> ");
    // A pasted line is seen until Enter is pressed; then it is an answer, and stars.
    let screen = terminal.screen();
    assert!(
        screen.contains("password: *******") && !screen.contains("hunter2"),
        "{screen}"
    );
}

#[test]
fn a_paste_at_a_question_answers_it_and_its_other_lines_follow() {
    let home = Home::new();
    let server = greeted()
        .expect("USER A")
        .send("331 password?\r\n")
        .expect("PASS hunter2")
        .send("230 in\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell_of(without_hints(), &home, &server, 80);
    terminal.send_line("login A");
    terminal.expect("password: ");
    terminal.send(pasted(&["hunter2".to_owned(), "NOOP".to_owned()]));
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.wait_for_screen("the answer as stars, and the next line", |screen| {
        let shown = "password: *******\n→ PASS ****\n230 in\nftp> NOOP\n200 noop\nftp>";
        screen.trim_end().ends_with(shown)
    });
    assert!(!String::from_utf8_lossy(&terminal.raw_output()).contains("hunter2"));
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn lines_pasted_into_a_here_document_are_data_up_to_its_word() {
    let home = Home::new();
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n")
        .accept_data()
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("STOR f <<END");
    terminal.expect("\n> ");
    let lines = ["DELE a", "", "b", "END", "NOOP"].map(str::to_owned);
    terminal.send(pasted(&lines));
    terminal.expect("200 noop");
    drop(terminal);
    let heard = server.finish();
    assert_eq!(heard.data, [b"DELE a\r\n\r\nb\r\n"]);
}
