//! The order of things in active mode, played by scripted servers.

use std::net::TcpListener;

use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::Key;

use super::{Login, OwnPort, nobody_listens_on};

fn greeted() -> Script {
    Script::new().send("220 hi\r\n")
}

#[test]
fn the_port_is_open_before_its_port_is_sent() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.port())
        .dial_data()
        .send("200 ok\r\n")
        .expect("RETR f")
        .send("125 open already\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address()).lines([port.port().as_str(), "RETR f > f"]);
    let finished = login.run();
    server.finish();
    finished.success();
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn a_150_may_come_before_the_server_connects() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.eprt())
        .send("200 ok\r\n")
        .expect("STOR f")
        .send("150 connecting\r\n");
    let server = server
        .dial_data_at(port.address())
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines([port.eprt().as_str(), "STOR f <<< 'data'"]);
    let finished = login.run();
    let heard = server.finish();
    finished.success();
    assert_eq!(heard.data, [b"data"]);
}

#[test]
fn not_one_byte_is_sent_before_the_150_although_the_server_has_connected() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.port())
        .dial_data()
        .send("200 ok\r\n")
        .expect("STOR f")
        .send("553 no\r\n")
        .expect("STOR g")
        .send("150 go on\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines([
        port.port().as_str(),
        "STOR f <<< 'refused'",
        "STOR g <<< 'data'",
    ]);
    let finished = login.run();
    let heard = server.finish();
    finished.code(1);
    assert_eq!(heard.data, [b"data"]);
}

#[test]
fn a_425_after_a_150_ends_the_transfer() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("RETR f")
        .send("150 connecting\r\n425 cannot\r\n")
        .expect("STOR f")
        .send("150 connecting\r\n425 cannot\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address()).lines([
        port.port().as_str(),
        "RETR f > f",
        "STOR f <<< 'data'",
        "NOOP",
    ]);
    let finished = login.run();
    server.finish();
    finished.code(1);
}

#[test]
fn a_425_at_once_leaves_the_port_for_the_next_command() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("RETR f")
        .send("425 cannot\r\n")
        .expect("RETR f")
        .send("150 connecting\r\n");
    let server = server
        .dial_data_at(port.address())
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines([port.port().as_str(), "RETR f > f", "RETR f > f"]);
    let finished = login.run();
    server.finish();
    finished.code(1);
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn another_port_is_suggested_where_one_was_refused_and_not_where_the_server_has_no_port() {
    for (reply, is_suggested) in [
        ("500 Illegal PORT command\r\n", true),
        ("502 Active mode not enabled.\r\n", false),
    ] {
        let port = OwnPort::ipv4();
        let server = greeted().expect("USER A").send("230 in\r\n");
        let server = server.expect(port.port()).send(reply);
        let server = server.expect("LIST").send("425 none\r\n");
        let server = server.wait_for_client_close().start();
        let login =
            Login::unnamed(server.address()).lines(["USER A", port.port().as_str(), "LIST"]);
        let said = login.run().code(1).stderr;
        server.finish();
        let suggests = said.contains("try PORT with another port");
        assert_eq!(suggests, is_suggested, "{said}");
        assert!(said.contains("PASV, or EPSV"), "{said}");
    }
}

#[test]
fn the_port_of_a_refused_port_is_closed_again() {
    let port = OwnPort::ipv4();
    let refused = Gate::new();
    let checked = Gate::new();
    let server = greeted()
        .expect(port.port())
        .send("500 no\r\n")
        .expect("NOOP")
        .open(&refused)
        .pause_until(&checked)
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address()).lines([port.port().as_str(), "NOOP"]);
    let address = port.address();
    let check = std::thread::spawn(move || {
        refused.wait();
        let is_closed = nobody_listens_on(address);
        checked.open();
        is_closed
    });
    let finished = login.run();
    server.finish();
    finished.code(1);
    assert!(check.join().unwrap());
}

#[test]
fn quit_closes_a_port_that_no_server_connected_to() {
    let port = OwnPort::ipv4();
    let [quit, checked] = [Gate::new(), Gate::new()];
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .close()
        .accept()
        .open(&quit)
        .pause_until(&checked)
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let again = format!("open {}", server.address());
    let login = Login::unnamed(server.address());
    let login = login.lines([port.port().as_str(), "QUIT", &again]);
    let address = port.address();
    let check = std::thread::spawn(move || {
        quit.wait();
        let is_closed = nobody_listens_on(address);
        checked.open();
        is_closed
    });
    let finished = login.run();
    server.finish();
    finished.success();
    assert!(check.join().unwrap());
}

#[test]
fn a_second_port_replaces_the_first() {
    let [first, second] = [OwnPort::ipv4(), OwnPort::ipv4()];
    let both_sent = Gate::new();
    let checked = Gate::new();
    let server = greeted()
        .expect(first.port())
        .send("200 ok\r\n")
        .expect(second.port())
        .send("200 ok\r\n")
        .expect("RETR f")
        .open(&both_sent)
        .pause_until(&checked)
        .send("150 here\r\n");
    let server = server
        .dial_data_at(second.address())
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines([first.port().as_str(), &second.port(), "RETR f > f"]);
    let address = first.address();
    let check = std::thread::spawn(move || {
        both_sent.wait();
        let is_closed = nobody_listens_on(address);
        checked.open();
        is_closed
    });
    let finished = login.run();
    server.finish();
    finished.success();
    assert!(check.join().unwrap());
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn pasv_after_port_goes_the_passive_way() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines([port.port().as_str(), "PASV", "RETR f > f"]);
    let finished = login.run();
    server.finish();
    finished.success();
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn port_after_pasv_goes_the_active_way_even_if_the_server_keeps_the_passive_connection() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect(port.port())
        .send("200 ok\r\n")
        // The passive connection is given up by this side.
        .read_data_to_end()
        .expect("RETR f")
        .send("150 here\r\n");
    let server = server
        .dial_data_at(port.address())
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines(["PASV", port.port().as_str(), "RETR f > f"]);
    let finished = login.run();
    server.finish();
    finished.success();
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn a_refused_port_leaves_the_passive_connection_for_the_transfer() {
    let port = OwnPort::ipv4();
    let server = greeted()
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect(port.port())
        .send("500 no\r\n")
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address());
    let login = login.lines(["PASV", port.port().as_str(), "RETR f > f"]);
    let finished = login.run();
    server.finish();
    finished.code(1);
    assert_eq!(login.received("f"), b"data");
}

#[test]
fn a_port_of_another_machine_is_sent_as_typed_and_said() {
    let server = greeted()
        .expect("PORT 192,0,2,1,4,1")
        .send("500 no\r\n")
        .expect("port 10,9,9,9,200,10")
        .send("500 no\r\n")
        .expect("EPRT |2|2001:db8::1|5282|")
        .send("500 no\r\n")
        .expect("PORT 0,0,0,0,200,10")
        .send("500 no\r\n")
        .expect("PORT nonsense")
        .send("501 no\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address()).lines([
        "PORT 192,0,2,1,4,1",
        "port 10,9,9,9,200,10",
        "EPRT |2|2001:db8::1|5282|",
        "PORT 0,0,0,0,200,10",
        "PORT nonsense",
    ]);
    let stderr = login.run().code(1).stderr;
    server.finish();
    for named in ["192.0.2.1", "10.9.9.9", "2001:db8::1", "0.0.0.0"] {
        assert!(
            stderr.contains(&format!("{named} is not an address of this machine")),
            "{stderr}"
        );
    }
    assert!(!stderr.contains("listening"), "{stderr}");
}

#[test]
fn a_port_that_is_taken_is_sent_as_typed_and_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let [high, low] = address.port().to_be_bytes();
    let line = format!("PORT 127,0,0,1,{high},{low}");
    let server = greeted()
        .expect(&line)
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let login = Login::unnamed(server.address()).lines([line.as_str()]);
    let stderr = login.run().success().stderr;
    server.finish();
    let note = format!("does not listen on {address}");
    assert!(stderr.contains(&note), "{stderr}");
}

#[test]
fn listen_names_the_address_of_the_control_connection() {
    let server = greeted()
        .open(&Gate::new())
        .expect_bytes("PORT 127,0,0,1,")
        .start();
    let login = Login::unnamed(server.address()).lines(["listen"]);
    let stderr = login.run().code(3).stderr;
    let heard = server.finish();
    let line = &heard.lines[0];
    let numbers: Vec<_> = line
        .rsplit(',')
        .map_while(|n| n.parse::<u16>().ok())
        .collect();
    let port = numbers[1] * 256 + numbers[0];
    assert!(
        stderr.contains(&format!("listening on 127.0.0.1:{port}  (")),
        "{line}\n{stderr}"
    );
}

#[test]
fn data_is_asked_for_only_once_the_150_and_the_connection_are_there() {
    let port = OwnPort::ipv4();
    let [answer, connect] = [Gate::new(), Gate::new()];
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("STOR f")
        .pause_until(&answer)
        .send("150 connecting\r\n")
        .pause_until(&connect);
    let server = server
        .dial_data_at(port.address())
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let login = Login::unnamed(server.address());
    let mut terminal = login.program().terminal();
    terminal.expect("220 hi");
    terminal.send_line(&port.port());
    terminal.expect("200 ok");
    terminal.send_line("STOR f");
    answer.open();
    terminal.expect("150 connecting");
    assert!(!String::from_utf8_lossy(&terminal.raw_output()).contains("data>"));
    connect.open();
    terminal.expect("data connection open from 127.0.0.1");
    terminal.expect("data>");
    terminal.send("text");
    terminal.send_key(Key::CtrlD);
    terminal.expect("226 done");
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(server.finish().data, [b"text"]);
}

#[test]
fn a_passive_port_that_cannot_be_reached_does_not_bring_the_active_one_back() {
    let port = OwnPort::ipv4();
    let unused = OwnPort::ipv4();
    let [high, low] = unused.address().port().to_be_bytes();
    let server = greeted()
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("PASV")
        .send(format!("227 (127,0,0,1,{high},{low})\r\n"))
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let login = Login::unnamed(server.address());
    let mut terminal = login.program().terminal();
    terminal.expect("220 hi");
    terminal.send_line(&port.port());
    terminal.expect("200 ok");
    terminal.expect("ftp>");
    terminal.send_line("PASV");
    terminal.expect("no data connection to 127.0.0.1");
    terminal.expect("ftp>");
    assert!(nobody_listens_on(port.address()));
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    server.finish();
}
