//! What is typed, pasted and painted in a terminal.

#[cfg(unix)]
use std::io::Write;
use std::net::TcpStream;
use std::thread;

use super::hand::{Control, End, Hand, is_idle, read_to_end};
use super::{connected, greeted, shell};
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

/// A transfer whose 150 was sent.
fn begun(line: &str, sent: &str) -> (Control, TcpStream, Terminal) {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line(line);
    control.expect(sent);
    control.send("150 here\r\n");
    (control, data, terminal)
}

/// Which row of the screen begins so.
#[cfg(unix)]
fn row_of(screen: &str, text: &str) -> Option<usize> {
    screen.lines().position(|line| line.starts_with(text))
}

#[test]
fn a_line_that_is_not_utf8_is_refused_in_words_and_not_sent() {
    for typed in [b"RETR caf\xe9\r".as_slice(), b"RETR \xe9NOOP x\r"] {
        let (mut control, mut terminal) = connected(None);
        terminal.send(typed);
        terminal.expect("is not UTF-8");
        terminal.expect("ftp> ");
        // Whatever of it may be left is not taken for a line of its own.
        terminal.send("\x15");
        terminal.send_line("PWD");
        control.expect("PWD");
        control.send("257 \"/\"\r\n");
        terminal.expect("257 \"/\"");
    }
}

#[test]
fn no_key_brings_a_line_of_the_history_into_data_or_a_password() {
    let (mut control, mut data, mut terminal) = begun("STOR f", "STOR f");
    terminal.expect("data> ");
    terminal.send_key(Key::Up);
    terminal.send("\x10");
    terminal.send_line("typed");
    terminal.expect("data> typed");
    terminal.expect("data> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(read_to_end(&mut data), (b"typed\r\n".to_vec(), End::Closed));
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    terminal.send_line("login A");
    control.expect("USER A");
    control.send("331 password?\r\n");
    terminal.expect("password: ");
    terminal.send_key(Key::Up);
    terminal.send_line("secret");
    control.expect("PASS secret");
}

#[test]
fn a_login_that_is_given_up_at_its_question_sends_nothing_and_explains_nothing() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("login");
    terminal.expect("user: ");
    terminal.send_key(Key::CtrlC);
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    let screen = terminal.screen();
    assert!(!screen.contains("usage"), "{screen}");
}

#[test]
fn a_line_that_is_not_utf8_at_data_does_not_end_the_upload() {
    let (mut control, mut data, mut terminal) = begun("STOR f", "STOR f");
    terminal.expect("data> ");
    terminal.send_line("before");
    terminal.expect("data> ");
    terminal.send(b"caf\xe9\r");
    terminal.expect("is not UTF-8");
    terminal.expect("data> ");
    terminal.send_line("after");
    terminal.expect("data> after");
    terminal.expect("data> ");
    terminal.send_key(Key::CtrlD);
    let expected = b"before\r\nafter\r\n".to_vec();
    assert_eq!(read_to_end(&mut data), (expected, End::Closed));
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
}

#[test]
fn a_second_ctrl_d_by_habit_at_data_does_not_end_the_session() {
    a_second_ctrl_d_is_forgiven(b"text", |terminal| terminal.send("text"));
}

#[test]
fn a_second_ctrl_d_after_an_empty_line_of_data_does_not_end_the_session_either() {
    a_second_ctrl_d_is_forgiven(b"text\r\n", |terminal| {
        terminal.send_line("text");
        terminal.expect("data> ");
    });
}

fn a_second_ctrl_d_is_forgiven(arrives: &[u8], type_data: fn(&mut Terminal)) {
    let (mut control, mut data, mut terminal) = begun("STOR f", "STOR f");
    terminal.expect("data> ");
    type_data(&mut terminal);
    terminal.send_key(Key::CtrlD);
    assert_eq!(read_to_end(&mut data), (arrives.to_vec(), End::Closed));
    drop(data);
    terminal.send_key(Key::CtrlD);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("the data had ended already; Ctrl-D once more ends the session");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("200 still here\r\n");
    terminal.expect("200 still here");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    control.expect("QUIT");
}

#[test]
fn a_pasted_here_document_is_data_and_what_stands_after_it_a_command() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send("\x1b[200~STOR up <<END\nDELE precious\nEND\nNOOP\x1b[201~\r");
    control.expect("STOR up");
    control.send("150 here\r\n");
    let expected = b"DELE precious\r\n".to_vec();
    assert_eq!(read_to_end(&mut data), (expected, End::Closed));
    drop(data);
    control.send("226 done\r\n");
    control.expect("NOOP");
    control.send("200 noop\r\n");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
}

#[test]
fn the_pasted_data_of_a_line_that_takes_none_are_not_run_as_commands() {
    let (mut control, mut terminal) = connected(None);
    terminal.send("\x1b[200~NOOP <<END\nDELE precious\nEND\x1b[201~\r");
    terminal.expect("takes no data");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP <<END");
    control.expect("NOOP <<END");
}

#[test]
fn a_dumb_terminal_takes_lines_and_leaves() {
    let server = greeted()
        .expect("NOOP")
        .send("200 noop\r\n")
        .expect("quit")
        .send("221 bye\r\n")
        .close()
        .start();
    let mut terminal = Ftpsh::new()
        .env("TERM", "dumb")
        .arg(server.address().to_string())
        .terminal();
    terminal.expect("220 ready");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.send_line("quit");
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
}

#[test]
fn quit_leaves_where_there_is_no_connection() {
    for word in ["quit", "QUIT"] {
        let mut terminal = Ftpsh::new().terminal();
        terminal.expect("ftp> ");
        terminal.send_line(word);
        assert_eq!(terminal.wait_exit(), 0);
    }
}

#[test]
fn quit_leaves_when_the_connection_was_closed_or_lost() {
    let server = greeted().wait_for_client_close().start();
    let mut terminal = shell(server.address());
    terminal.send_line("close");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("quit");
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();

    let (control, mut terminal) = connected(None);
    drop(control);
    terminal.expect("the server closed the connection");
    terminal.send_line("quit");
    let code = terminal.wait_exit();
    assert!(code == 0 || code == 3, "{code}");
}

#[test]
fn a_host_and_a_port_connect_from_the_command_line_and_by_open() {
    let hand = Hand::new();
    let port = hand.address().port().to_string();
    let start = thread::spawn({
        let port = port.clone();
        move || {
            let mut terminal = Ftpsh::new().args(["127.0.0.1", &port]).terminal();
            terminal.expect("220 ready");
            terminal.expect("ftp> ");
            terminal
        }
    });
    let first = hand.greet();
    let mut terminal = start.join().unwrap();
    terminal.send_line("close");
    terminal.expect("(closed) ftp> ");
    drop(first);
    terminal.send_line(&format!("open 127.0.0.1 {port}"));
    let _second = hand.greet();
    terminal.expect("220 ready");
    terminal.expect("ftp> ");
}

#[cfg(unix)]
#[test]
fn local_output_without_a_last_line_end_stays_above_the_prompt() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("!printf abc");
    terminal.wait_for_screen("abc above the prompt", |screen| {
        // A row that is filled up to its end counts as one with the next.
        let words: Vec<&str> = screen.split_whitespace().collect();
        words.ends_with(&["abc", "ftp>"])
    });
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f | cat");
    control.expect("RETR f");
    control.send("150 here\r\n");
    // It is shown before the local command has ended, and above what that makes of the data.
    terminal.expect("150 here");
    data.write_all(b"last words").unwrap();
    drop(data);
    control.send("226 done\r\n");
    terminal.wait_for_screen("the last words above the prompt", |screen| {
        let begun = screen.find("150 here");
        let last = screen.find("last words");
        let done = screen.find("226 done");
        begun.is_some() && last > begun && done > last && screen.trim_end().ends_with("\nftp>")
    });
}

#[cfg(unix)]
#[test]
fn the_dialogue_is_not_painted_while_a_local_command_has_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (mut control, mut terminal) = connected(Some(folder.path()));
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal
        .send_line("LIST | sh -c 'cat > /dev/null; read line < /dev/tty; echo end-of-\"command\"'");
    control.expect("LIST");
    control.send("150 here\r\n");
    drop(data);
    control.send("226 done\r\n");
    assert!(is_idle(&control.stream));
    assert!(
        !terminal.screen().contains("226 done"),
        "{}",
        terminal.screen()
    );
    terminal.send_line("go on");
    terminal.wait_for_screen("226 below the command's last line", |screen| {
        let end = row_of(screen, "end-of-command");
        end.is_some() && row_of(screen, "226 done") > end && screen.trim_end().ends_with("\nftp>")
    });
}

#[test]
fn an_upload_that_the_server_still_reads_is_waited_for() {
    let (mut control, mut data, mut terminal) = begun("STOR f <<< 'text'", "STOR f");
    assert_eq!(read_to_end(&mut data), (b"text".to_vec(), End::Closed));
    let mark = terminal.mark();
    // Longer than a final reply is waited for.
    for _ in 0..12 {
        assert!(is_idle(&control.stream));
    }
    assert!(
        !terminal.screen().trim_end().ends_with("ftp>"),
        "{}",
        terminal.screen()
    );
    drop(data);
    terminal.wait_for_after(mark, "still outstanding");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("226 done\r\n200 noop\r\n");
    terminal.expect("200 noop");
}

/// The name of a file may begin with such a sign, so the line is sent; but somebody may have meant a file on this side.
#[test]
fn a_sign_without_a_blank_after_it_is_sent_and_told_to_be_no_redirection() {
    let (mut control, mut terminal) = connected(None);
    for (line, meant) in [
        ("STOR f <a", "`< a` would mean a file here"),
        ("RETR f >>b", "`>> b` would mean a file here"),
        ("LIST |wc", "`| wc` would mean a command here"),
    ] {
        terminal.send_line(line);
        terminal.expect(meant);
        control.expect(line);
        control.send("425 no data connection\r\n");
        terminal.expect("ftp> ");
    }
    terminal.send_line("NOOP <a");
    control.expect("NOOP <a");
    control.send("200 fine\r\n");
    terminal.expect("200 fine");
    let screen = terminal.screen();
    assert_eq!(screen.matches("has no space").count(), 3, "{screen}");
}
