//! A scripted server plays its script, and complains when the client does not.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use socket2::SockRef;

use crate::support::plain_client::{PlainClient, dial};
use crate::support::scripted_server::{Gate, Script};

#[test]
fn a_dialogue_with_data_both_ways_is_played_and_recorded() {
    let server = Script::new()
        .send("220-hi\r\n")
        .send("220 there\r\n")
        .expect("EPSV")
        .listen_data()
        .send_with_port("229 Extended (|||{port}|)\r\n")
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(b"\0\xffdata")
        .close_data()
        .send("226 done\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data(3)
        .read_data_to_end()
        .send("226 done\r\n")
        .start();
    let mut client = PlainClient::connect(server.address());
    let (_, offer) = client.command("EPSV");
    let port: u16 = offer.split('|').nth(3).unwrap().parse().unwrap();
    let mut data = dial((Ipv4Addr::LOCALHOST, port).into());
    assert_eq!(client.command("RETR f").0, 150);
    let mut received = Vec::new();
    data.read_to_end(&mut received).unwrap();
    assert_eq!(received, b"\0\xffdata");
    assert_eq!(client.reply().0, 226);
    client.store("STOR f", b"stored");
    client.send(b"more\r\n");
    drop(client);
    let heard = server.finish();
    assert_eq!(heard.lines, ["EPSV", "RETR f", "PASV", "STOR f", "more"]);
    assert_eq!(heard.bytes, b"EPSV\r\nRETR f\r\nPASV\r\nSTOR f\r\nmore\r\n");
    assert_eq!(heard.data, [b"".to_vec(), b"stored".to_vec()]);
}

#[test]
fn resets_are_resets_and_closes_are_closes() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("reset")
        .reset_data()
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .close_data()
        .expect("reset")
        .reset()
        .accept()
        .send("220 again\r\n")
        .close()
        .start();
    let mut client = PlainClient::connect(server.address());
    let mut buffer = [0];
    let mut data = client.passive();
    client.send(b"reset\r\n");
    assert!(data.read(&mut buffer).is_err());
    assert_eq!(client.passive().read(&mut buffer).unwrap(), 0);
    client.send(b"reset\r\n");
    assert_eq!(client.try_reply(), None);
    let mut client = PlainClient::connect(server.address());
    assert_eq!(client.try_reply(), None);
    let _ = server.finish();
}

#[test]
fn bytes_that_are_not_a_line_are_expected_with_urgent_ones_in_their_place() {
    let server = Script::new()
        .expect_bytes(b"\xff\xf4\xff")
        .expect_bytes(b"\xf2ABOR\r\n")
        .send("226 aborted\r\n")
        .wait_for_client_close()
        .start();
    let mut control = dial(server.address());
    control.write_all(b"\xff\xf4").unwrap();
    SockRef::from(&control).send_out_of_band(b"\xff").unwrap();
    control.write_all(b"\xf2ABOR\r\n").unwrap();
    let mut reply = [0; 13];
    control.read_exact(&mut reply).unwrap();
    drop(control);
    assert_eq!(server.finish().bytes, b"\xff\xf4\xff\xf2ABOR\r\n");
}

#[test]
fn gates_hold_the_script_and_tell_how_far_it_is() {
    let (far, further) = (Gate::new(), Gate::new());
    let server = Script::new()
        .send("220 hi\r\n")
        .open(&far)
        .pause_until(&further)
        .send("421 bye\r\n")
        .start();
    let mut client = PlainClient::connect(server.address());
    far.wait();
    further.open();
    assert_eq!(client.reply().0, 421);
    drop(client);
    let _ = server.finish();
}

#[test]
fn the_port_that_a_client_names_is_dialled() {
    for extended in [false, true] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = if extended {
            format!("EPRT |1|127.0.0.1|{port}|")
        } else {
            format!("PORT 127,0,0,1,{},{}", port / 256, port % 256)
        };
        let server = Script::new()
            .send("220 hi\r\n")
            .expect(&line)
            .send("200 ok\r\n")
            .dial_data()
            .send_data("dialled")
            .close_data()
            .start();
        let mut client = PlainClient::connect(server.address());
        assert_eq!(client.command(&line).0, 200);
        let mut received = String::new();
        let (mut data, _) = listener.accept().unwrap();
        data.read_to_string(&mut received).unwrap();
        assert_eq!(received, "dialled");
        drop(client);
        let _ = server.finish();
    }
}

#[test]
#[should_panic(expected = "step 2, expect the line \"USER A\": came \"USER B\\r\\n\"")]
fn another_line_than_the_scripts_fails() {
    let server = Script::new().send("220 hi\r\n").expect("USER A").start();
    let mut client = PlainClient::connect(server.address());
    client.send(b"USER B\r\n");
    let _ = server.finish();
}

#[test]
#[should_panic(expected = "wait for the client to close: before it came \"NOOP\\r\\n\"")]
fn a_line_after_the_last_that_was_expected_fails() {
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let mut client = PlainClient::connect(server.address());
    client.send(b"NOOP\r\n");
    drop(client);
    let _ = server.finish();
}

#[test]
#[should_panic(expected = "nobody spoke to it")]
fn a_server_that_nobody_spoke_to_fails() {
    let script = Script::new().send("220 hi\r\n");
    let server = script.patience(Duration::from_millis(100)).start();
    let _ = server.finish();
}
