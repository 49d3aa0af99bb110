//! Tab.

use std::fs;

use crate::support::home::Home;
use crate::support::terminal::{Key, Terminal};

use super::{TAB, await_last_line, greeted, shell};

const PASSIVE: &str = "227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n";

fn complete(terminal: &Terminal, typed: &str, line: &str) {
    terminal.send(format!("{typed}{TAB}"));
    await_last_line(terminal, line);
}

#[test]
fn a_verb_is_completed_in_the_case_in_which_it_was_begun() {
    let home = Home::new();
    let server = greeted()
        .expect("size 1.TXT")
        .send("213 5\r\n")
        .expect("SIZE 1.TXT")
        .send("213 5\r\n")
        .start();
    let mut terminal = shell(&home, &server);
    complete(&terminal, "siz", "ftp> size <path>");
    terminal.send_line("1.TXT");
    terminal.expect("213 5");
    terminal.expect("ftp> ");
    // The file that SIZE named is completed as well.
    complete(&terminal, "SIZ", "ftp> SIZE <path>");
    complete(&terminal, "1", "ftp> SIZE 1.TXT");
    terminal.send_key(Key::Enter);
    terminal.expect("213 5");
    let _ = server.finish();
}

#[test]
fn names_of_a_listing_are_completed_without_traffic_and_hostile_ones_are_not_offered() {
    let home = Home::new();
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
        .expect("NLST")
        .send("150 here\r\n")
        .send_data(b"the file\r\nthe\x1b[2Jtrap\r\nthe\xe9\r\nthe > redirection\r\n")
        .close_data()
        .send("226 done\r\n")
        .expect("RETR the file")
        .send("550 no\r\n")
        .expect("DELE the > redirection")
        .send("550 no\r\n")
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("NLST");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    complete(&terminal, "RETR t", "ftp> RETR the file");
    terminal.send_key(Key::Enter);
    terminal.expect("550 no");
    terminal.expect("ftp> ");
    // DELE moves no data, so that its whole line is sent.
    complete(&terminal, "DELE the >", "ftp> DELE the > redirection");
    terminal.send_key(Key::Enter);
    terminal.expect("550 no");
    let _ = server.finish();
    let written = terminal.raw_output();
    assert!(!written.windows(4).any(|window| window == b"\x1b[2J"));
}

#[test]
fn a_local_file_with_a_space_is_completed_after_the_redirection_and_sent() {
    let home = Home::new();
    fs::write(home.path().join("my file"), "text").unwrap();
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    complete(&terminal, "STOR f < my", "ftp ⇄> STOR f < 'my file'");
    terminal.send_key(Key::Enter);
    terminal.expect("226 done");
    assert_eq!(server.finish().data, [b"text"]);
}

#[test]
fn a_second_tab_lists_the_candidates_in_a_narrow_window_too() {
    let home = Home::new();
    let server = greeted().wait_for_client_close().start();
    let terminal = super::shell_of(crate::support::ftpsh::Ftpsh::new(), &home, &server, 40);
    terminal.send(format!("set ascii {TAB}{TAB}"));
    terminal.wait_for_screen("both values, and the line below", |screen| {
        let screen = screen.trim_end();
        screen.contains("convert  raw") && screen.ends_with("ftp> set ascii convert | raw")
    });
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn each_tab_takes_the_next_candidate_if_the_configuration_says_so() {
    let home = Home::new();
    home.configure("[editor]\ncompletion = \"circular\"\nbell = \"none\"\n");
    let server = greeted().wait_for_client_close().start();
    let terminal = shell(&home, &server);
    complete(&terminal, "set ascii ", "ftp> set ascii convert");
    complete(&terminal, "", "ftp> set ascii raw");
    complete(&terminal, "", "ftp> set ascii convert | raw");
    complete(&terminal, "", "ftp> set ascii convert");
    assert!(!terminal.raw_output().contains(&0x07));
    drop(terminal);
    let _ = server.finish();
}
