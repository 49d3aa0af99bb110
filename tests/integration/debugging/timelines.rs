//! `timeline`, as a person sees it.

use super::{lines, without_times};
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

const PASSIVE: &str = "227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n";

#[test]
fn a_transfer_is_drawn_in_the_order_in_which_it_was_seen() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("PASS hunter2")
        .send("230-hunter2\r\n230 in\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("I am \r\n")
        .close_data()
        .send("226 done\r\n")
        .expect("PASV")
        .send("421 no more\r\n")
        .close()
        .start();
    let script = [
        "PASS hunter2",
        "PASV",
        "RETR f > f",
        "timeline",
        "timeline all",
        "PASV",
    ];
    let finished = lines(server.address(), &script).run().code(3);
    server.finish();
    let shown = without_times(&finished.stderr);
    let drawn = shown.split_once("226 done\n").unwrap().1;
    let port = |line: &str| match line.rfind("127.0.0.1:") {
        Some(at) => format!("{}127.0.0.1:PORT", &line[..at]),
        None => line.to_owned(),
    };
    let lines: Vec<String> = drawn.lines().map(port).collect();
    let transfer = [
        "TIME  → PASV",
        " +MSms  ← 227 Entering Passive Mode (127,0,0,…",
        " +MSms                                          · open to 127.0.0.1:PORT",
        " +MSms  → RETR f",
        " +MSms  ← 150 here",
        " +MSms                                          ← 7 bytes, closed",
        " +MSms  ← 226 done",
    ];
    let heading = "              control connection                      data connection";
    assert_eq!(lines[0], heading);
    assert_eq!(lines[1..8], transfer);
    assert_eq!(lines[8], heading);
    let beginning = [
        "TIME  · connected to 127.0.0.1:PORT",
        " +MSms  ← 220 ready",
        "TIME  → PASS ****",
        " +MSms  ← 230-**** (+1)",
    ];
    assert_eq!(lines[9..13], beginning);
    assert_eq!(lines[13..20], transfer);
}

#[test]
fn it_fits_the_terminal_that_it_is_drawn_on() {
    let server = practice_server(&[]);
    for (columns, heading) in [(80, true), (40, false)] {
        let mut terminal = Ftpsh::new()
            .arg(server.address().to_string())
            .terminal_of(40, columns);
        terminal.expect("ftp> ");
        terminal
            .send_line("SYST and an argument that is a good deal longer than the terminal is wide");
        terminal.expect("215 ");
        terminal.expect("ftp> ");
        terminal.send_line("timeline");
        terminal.expect("…");
        terminal.expect("ftp> ");
        let screen = terminal.screen();
        let drawn = screen.rsplit_once("timeline").unwrap().1;
        assert_eq!(drawn.contains("data connection"), heading, "{screen}");
        // A line that is too long would go on in a row of its own.
        let rows = drawn.lines().filter(|row| !row.trim().is_empty()).count();
        assert_eq!(rows, if heading { 4 } else { 3 }, "{screen}");
    }
}
