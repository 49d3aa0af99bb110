//! The forms in which servers offer a data port, and what becomes of connections that are not used.

use std::thread;

use super::hand::{End, Hand, is_idle, read_to_end};
use super::{connected, greeted, lines, passive, shell};
use crate::support::scripted_server::Gate;
use crate::support::server_process::ReservedPort;

#[test]
fn every_form_of_an_offer_brings_a_connection_that_works() {
    let offers = [
        ("PASV", "227 PASV OK (127,0,0,1,{p1},{p2})"),
        ("PASV", "227 127,0,0,1,{p1},{p2}"),
        ("PASV", "227 Entering Passive Mode 127,0,0,1,{p1},{p2}."),
        ("PASV", "227 Entering Passive Mode (10,9,9,9,{p1},{p2})"),
        ("PASV", "227 Entering Passive Mode (0,0,0,0,{p1},{p2})"),
        ("PASV", "227 Entering Passive Mode (1,{p1},{p2})"),
        ("PASV", "227 Entering Passive Mode (::1,{p1},{p2})"),
        ("PASV", "227-Take\r\n227 (127,0,0,1,{p1},{p2})"),
        ("PASV", "228 Long (4,4,127,0,0,1,2,{p1},{p2})"),
        ("PASV", "229 Extended (|||{port}|)"),
        ("EPSV", "229 Extended (|||{port}|)."),
        ("EPSV", "229 Extended (!!!{port}!)"),
        ("EPSV", "227 Passive (127,0,0,1,{p1},{p2})"),
        ("LPSV", "228 Long (4,4,127,0,0,1,2,{p1},{p2})"),
        ("SPSV", "227 Passive (127,0,0,1,{p1},{p2})"),
    ];
    for (command, offer) in offers {
        let server = greeted()
            .expect(command)
            .listen_data()
            .send_with_port(&format!("{offer}\r\n"))
            .accept_data()
            .expect("RETR f")
            .send("150 here\r\n")
            .send_data("data")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let finished = lines(server.address(), &[command, "RETR f > -"]).run();
        assert_eq!(finished.success().stdout, b"data", "{offer}");
        let _ = server.finish();
    }
}

#[test]
fn a_foreign_address_is_shown_beside_the_one_that_was_dialled() {
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (10,9,9,9,{p1},{p2})\r\n")
        .accept_data()
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["PASV"]).run().success().stderr;
    let _ = server.finish();
    assert!(
        said.contains("data connection open to 127.0.0.1:"),
        "{said}"
    );
    assert!(said.contains("names 10.9.9.9"), "{said}");
}

#[test]
fn an_offer_that_cannot_be_read_is_told_and_the_session_goes_on() {
    for offer in [
        "227 Entering Passive Mode",
        "227 (127,0,0,1,4)",
        "227 (127,0,0,1,300,1)",
        "227 (127,0,0,1,0,0)",
        "227 (4,1)",
        "229 Extended (|||99999|)",
        "229 Extended",
    ] {
        let server = greeted()
            .expect("PASV")
            .send(format!("{offer}\r\n"))
            .expect("NOOP")
            .send("200 noop\r\n")
            .wait_for_client_close()
            .start();
        let finished = lines(server.address(), &["PASV", "NOOP"]).run().code(1);
        let _ = server.finish();
        let said = finished.stderr;
        assert!(said.contains("no data port that can be read"), "{said}");
        assert!(said.contains("200 noop"), "{said}");
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_told() {
    let unused = ReservedPort::on_loopback();
    let port = unused.address.port();
    let server = greeted()
        .expect("EPSV")
        .send(format!("229 Extended (|||{port}|)\r\n"))
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["EPSV"]).run().code(3).stderr;
    let _ = server.finish();
    assert!(
        said.contains(&format!("no data connection to 127.0.0.1:{port}")),
        "{said}"
    );
}

#[test]
fn a_second_passive_replaces_the_connection() {
    let hand = Hand::new();
    let address = hand.address();
    let program = thread::spawn(move || lines(address, &["PASV", "PASV", "RETR f > -"]).run());
    let mut control = hand.greet();
    let mut first = control.passive();
    assert!(is_idle(&first));
    let mut second = control.passive();
    assert_eq!(read_to_end(&mut first), (Vec::new(), End::Closed));
    control.expect("RETR f");
    control.send("150 here\r\n");
    std::io::Write::write_all(&mut second, b"second").unwrap();
    drop(second);
    control.send("226 done\r\n");
    assert_eq!(program.join().unwrap().success().stdout, b"second");
}

#[test]
fn the_first_connection_is_kept_until_the_second_is_made() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let mut first = control.passive();
    terminal.expect("ftp ⇄> ");
    let unused = ReservedPort::on_loopback();
    let port = unused.address.port();
    terminal.send_line("EPSV");
    control.expect("EPSV");
    control.send(format!("229 Extended (|||{port}|)\r\n"));
    terminal.expect("no data connection to");
    terminal.expect("ftp ⇄> ");
    assert!(is_idle(&first));
    terminal.send_line("RETR f");
    control.expect("RETR f");
    control.send("150 here\r\n");
    std::io::Write::write_all(&mut first, b"over the first\r\n").unwrap();
    drop(first);
    control.send("226 done\r\n");
    terminal.expect("over the first");
    terminal.expect("226 done");
}

#[test]
fn a_connection_that_the_server_ends_while_nobody_uses_it_is_told_at_the_prompt() {
    for (reset, said) in [
        (false, "the server closed the data connection"),
        (true, "the server reset the data connection"),
    ] {
        let gate = Gate::new();
        let script = passive(greeted()).pause_until(&gate);
        let script = if reset {
            script.reset_data()
        } else {
            script.close_data()
        };
        let server = script
            .expect("NOOP")
            .send("200 noop\r\n")
            .wait_for_client_close()
            .start();
        let mut terminal = shell(server.address());
        terminal.send_line("PASV");
        terminal.expect("ftp ⇄> ");
        terminal.send("NO");
        gate.open();
        terminal.expect(said);
        terminal.send_line("OP");
        terminal.expect("200 noop");
        terminal.expect("ftp> ");
        terminal.send_line("why reply");
        terminal.expect("the last PASV or EPSV has no data connection\n");
        terminal.send_line("close");
        let _ = server.finish();
    }
}

/// Bytes that nobody has read hide what comes after them.
#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_is_reset_after_the_server_spoke_too_early_is_told_at_the_prompt() {
    let gate = Gate::new();
    let server = passive(greeted())
        .send_data("early")
        .pause_until(&gate)
        .reset_data()
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    gate.open();
    terminal.expect("the server reset the data connection");
    terminal.send_line("NOOP");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.send_line("close");
    let _ = server.finish();
}

#[test]
fn a_data_command_without_a_connection_is_sent_and_the_way_out_is_said() {
    let server = greeted()
        .expect("RETR f")
        .send("425 no data connection\r\n")
        .wait_for_client_close()
        .start();
    let folder = tempfile::tempdir().unwrap();
    let finished = super::run_in(folder.path(), server.address(), &["RETR f > out"]).code(1);
    let _ = server.finish();
    assert!(
        finished.stderr.contains("type PASV first"),
        "{}",
        finished.stderr
    );
    assert!(!folder.path().join("out").exists());
}
