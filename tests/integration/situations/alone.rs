//! Causes that a row of the table cannot bring about: somebody is at a terminal, or the server does not read.

use crate::dialogues::{greeted, passive, shell};
use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::Gate;
use crate::support::terminal::{Key, Terminal};

#[track_caller]
fn ask_why(terminal: &mut Terminal, cause: &str, next: &str) {
    terminal.send_line("why");
    terminal.expect(&format!("\n  Next    {next}"));
    terminal.expect(&format!("\n  Cause   {cause}"));
    terminal.expect("ftp> ");
}

#[test]
fn a_reply_that_ctrl_c_did_not_wait_for() {
    let server = greeted().expect("SIZE f").wait_for_client_close().start();
    let mut terminal = shell(server.address());
    terminal.send_line("SIZE f");
    terminal.expect("still waiting for the reply to SIZE");
    terminal.send_key(Key::CtrlC);
    terminal.expect("the reply is still outstanding");
    terminal.expect("ftp> ");
    ask_why(
        &mut terminal,
        "reply-not-awaited",
        "go on: it is shown when it comes",
    );
}

#[test]
fn a_transfer_that_ctrl_c_ended() {
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("half")
        .expect("ABOR")
        .close_data()
        .send("426 aborted\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    terminal.send_line("set abort plain");
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("data connection open");
    terminal.expect("> ");
    terminal.send_line("RETR f > /dev/null");
    terminal.expect("150 here");
    terminal.send_key(Key::CtrlC);
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    ask_why(
        &mut terminal,
        "interrupted",
        "`resume` for the rest, or the line again",
    );
}

#[test]
fn a_data_connection_that_is_reset_before_it_is_used() {
    let gate = Gate::new();
    let server = passive(greeted())
        .pause_until(&gate)
        .reset_data()
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    gate.open();
    terminal.expect("the server reset the data connection");
    ask_why(
        &mut terminal,
        "data-reset-unused",
        "PASV, then the transfer again",
    );
}

#[test]
fn a_server_that_does_not_read() {
    let over = Gate::new();
    let server = greeted().pause_until(&over).start();
    let long = [&b"NOOP "[..], &vec![b'x'; 16 << 20], b"\n"].concat();
    let program = Ftpsh::new().stdin(long).args(["--timeout", "1", "--why"]);
    let said = program.arg(server.address().to_string()).run().stderr;
    over.open();
    assert!(said.contains("\n  Cause   server-not-reading\n"), "{said}");
}
