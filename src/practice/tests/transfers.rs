//! Transfers: both directions, both ways to connect, restart markers, and commands meanwhile.

use std::io::{Read, Write};
use std::net::TcpStream;

use socket2::SockRef;

use super::client::{
    Client, active, address_in, assert_reset, dial, end_data, on_disk, put, put_large, rest_of,
    server,
};

#[test]
fn the_article_can_be_replayed_and_the_file_is_whole() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.expect("size 1.TXT", 213), "213 5");
    let said = client.expect("pasv", 227);
    assert!(said.starts_with("227 Entering Passive Mode (127,0,0,1,"));
    assert!(said.ends_with(')'));
    let mut data = dial(address_in(&said));
    assert_eq!(
        client.expect("appe 1.TXT", 150),
        "150 Opening ASCII mode data connection for 1.TXT."
    );
    data.write_all(b"zfive5").unwrap();
    drop(data);
    assert_eq!(client.reply().text(), "226 Transfer complete.");
    assert_eq!(on_disk(&server, "1.TXT"), b"I am zfive5");
    assert_eq!(client.expect("quit", 221), "221 Goodbye!");
}

#[test]
fn type_a_converts_line_ends_both_ways_and_type_i_does_not() {
    let server = server(&[]);
    put(&server, "lines", "one\ntwo\r\n");
    let mut client = Client::logged_in(&server);
    assert_eq!(client.download("RETR lines").0, b"one\r\ntwo\r\n");
    assert_eq!(client.upload("STOR a", "x\r\ny\rz\r\n\r").code, 226);
    assert_eq!(on_disk(&server, "a"), b"x\ny\rz\n\r");
    client.expect("TYPE I", 200);
    assert_eq!(client.download("RETR lines").0, b"one\ntwo\r\n");
    client.upload("STOR a", "x\r\n");
    assert_eq!(on_disk(&server, "a"), b"x\r\n");
}

#[test]
fn stor_replaces_appe_appends_and_stou_finds_a_name() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.upload("STOR 1.TXT", "abc");
    assert_eq!(on_disk(&server, "1.TXT"), b"abc");
    client.upload("APPE 1.TXT", "def");
    assert_eq!(on_disk(&server, "1.TXT"), b"abcdef");
    client.upload("APPE new", "x");
    assert_eq!(on_disk(&server, "new"), b"x");
    let data = client.passive();
    assert_eq!(client.expect("STOU 1.TXT", 150), "150 FILE: 1.TXT.1");
    end_data(&data);
    assert_eq!(client.reply().code, 226);
    assert_eq!(on_disk(&server, "1.TXT.1"), b"");
    client.expect("STOR refused", 425);
    assert!(!server.server_folder().join("refused").exists());
    let _data = client.passive();
    for (line, code) in [
        ("STOR", 501),
        ("STOR /", 553),
        ("STOR absent/x", 553),
        ("RETR absent", 550),
        ("RETR /", 550),
    ] {
        client.expect(line, code);
    }
}

#[test]
fn extended_passive_and_active_connections_work() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let said = client.expect("EPSV", 229);
    let port: u16 = said.split('|').nth(3).unwrap().parse().unwrap();
    let data = dial(([127, 0, 0, 1], port).into());
    client.expect("RETR 1.TXT", 150);
    assert_eq!(rest_of(&data), b"I am ");
    assert_eq!(client.reply().code, 226);
    for (verb, is_extended) in [("PORT", false), ("EPRT", true)] {
        let (listener, numbers) = active();
        let port = listener.local_addr().unwrap().port();
        let argument = if is_extended {
            format!("|1|127.0.0.1|{port}|")
        } else {
            numbers
        };
        client.expect(format!("{verb} {argument}"), 200);
        client.expect("RETR 1.TXT", 150);
        let (data, _) = listener.accept().unwrap();
        assert_eq!(rest_of(&data), b"I am ");
        assert_eq!(client.reply().code, 226);
    }
}

#[test]
fn port_is_refused_for_any_address_but_the_clients_own() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    for (line, code) in [
        ("PORT 127,0,0,2,11,79", 500),
        ("PORT 127,0,0,1,0,21", 500),
        ("PORT 1,2,3", 501),
        ("EPRT |1|127.0.0.2|2895|", 500),
        ("EPRT |2|::1|2895|", 522),
        ("EPRT x", 501),
        ("EPSV 2", 522),
        ("RETR 1.TXT", 425),
    ] {
        client.expect(line, code);
    }
}

#[test]
fn an_active_connection_that_nobody_awaits_is_425() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let (listener, numbers) = active();
    drop(listener);
    client.expect(format!("PORT {numbers}"), 200);
    client.expect("RETR 1.TXT", 425);
}

#[test]
fn epsv_all_leaves_only_epsv() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.expect("EPSV ALL", 200);
    for line in ["PASV", "PORT 127,0,0,1,11,79", "EPRT |1|127.0.0.1|2895|"] {
        client.expect(line, 501);
    }
    client.expect("EPSV 1", 229);
}

#[test]
fn a_second_pasv_closes_the_first_and_a_refusal_keeps_the_connection() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let mut first = client.passive();
    let second = client.passive();
    assert_reset(&mut first);
    client.expect("RETR absent", 550);
    client.expect("RETR 1.TXT", 150);
    assert_eq!(rest_of(&second), b"I am ");
    assert_eq!(client.reply().code, 226);
    client.expect("RETR 1.TXT", 425);
}

#[test]
fn restart_markers_hold_for_one_transfer() {
    let server = server(&[]);
    put(&server, "ten", "0123456789");
    let mut client = Client::logged_in(&server);
    client.expect("REST 3", 501);
    client.expect("TYPE I", 200);
    for (line, code) in [("REST abc", 501), ("REST -1", 501), ("REST", 501)] {
        client.expect(line, code);
    }
    client.expect("REST 7", 350);
    assert_eq!(client.download("RETR ten").0, b"789");
    assert_eq!(client.download("RETR ten").0, b"0123456789");
    client.expect("REST 3", 350);
    client.expect("NOOP", 200);
    client.upload("STOR ten", "ab");
    assert_eq!(on_disk(&server, "ten"), b"012ab56789");
    client.expect("REST 8", 350);
    client.upload("APPE ten", "cde");
    assert_eq!(on_disk(&server, "ten"), b"012ab567cde");
    client.expect("REST 3", 350);
    client.expect("REST 0", 350);
    client.upload("APPE ten", "f");
    assert_eq!(on_disk(&server, "ten"), b"012ab567cdef");
}

#[test]
fn a_marker_past_the_end_or_in_type_a_is_refused() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    let _data = client.passive();
    for line in ["RETR 1.TXT", "STOR 1.TXT", "APPE 1.TXT"] {
        client.expect("REST 6", 350);
        client.expect(line, 554);
        client.expect("TYPE I", 200);
        client.expect("REST 3", 350);
        client.expect("TYPE A", 200);
        client.expect(line, 555);
        client.expect("TYPE I", 200);
    }
    assert_eq!(on_disk(&server, "1.TXT"), b"I am ");
}

#[test]
fn noop_and_stat_are_answered_during_a_transfer_and_the_rest_after_it() {
    let server = server(&[]);
    put_large(&server, "large");
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    let mut data = client.passive();
    client.expect("RETR large", 150);
    client.expect("NOOP", 200);
    let said = client.expect("STAT", 211);
    assert!(said.contains("Transfer running"), "{said}");
    client.send("PWD");
    client.send("NOOP");
    client.send("QUIT");
    let mut bytes = 0_u64;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match data.read(&mut buffer).unwrap() {
            0 => break,
            count => bytes += count as u64,
        }
    }
    assert_eq!(bytes, 256 * 1024 * 1024);
    assert_eq!(client.codes(), [226, 257, 200, 221]);
    client.assert_closed();
}

#[test]
fn abor_ends_a_download_at_once_whether_or_not_it_comes_with_a_synch() {
    let server = server(&[]);
    put_large(&server, "large");
    let mut client = Client::logged_in(&server);
    for with_synch in [false, true] {
        let _data = client.passive();
        client.expect("RETR large", 150);
        if with_synch {
            client.send_raw(b"\xff\xf4\xff");
            let urgent = SockRef::from(client.stream())
                .send_out_of_band(b"\xf2")
                .unwrap();
            assert_eq!(urgent, 1);
        }
        client.send("ABOR");
        assert_eq!(client.codes(), [426, 226]);
        client.expect("NOOP", 200);
    }
    client.expect("ABOR", 225);
}

#[test]
fn abor_ends_an_upload_and_keeps_what_came() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("STOR part", 150);
    data.write_all(b"abc").unwrap();
    // The server tells when the bytes have arrived.
    while !client.expect("STAT", 211).contains(" 3 bytes") {}
    client.send("PWD");
    client.send("ABOR");
    assert_eq!(client.codes(), [426, 257, 226]);
    assert_eq!(on_disk(&server, "part"), b"abc");
}

#[test]
fn abor_ends_the_wait_for_a_data_connection() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.expect("PASV", 227);
    client.send("RETR 1.TXT");
    client.send("ABOR");
    assert_eq!(client.codes(), [426, 226]);
}

#[test]
fn an_upload_that_ends_with_a_reset_is_426_and_keeps_what_came() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("APPE 1.TXT", 150);
    data.write_all(b"zf").unwrap();
    while !client.expect("STAT", 211).contains(" 2 bytes") {}
    reset(data);
    assert_eq!(client.reply().code, 426);
    assert_eq!(on_disk(&server, "1.TXT"), b"I am zf");
}

#[test]
fn a_download_that_the_client_drops_is_426() {
    let server = server(&[]);
    put_large(&server, "large");
    let mut client = Client::logged_in(&server);
    let data = client.passive();
    client.expect("RETR large", 150);
    drop(data);
    assert_eq!(client.reply().code, 426);
    client.expect("NOOP", 200);
}

#[test]
fn a_client_that_is_gone_ends_its_transfer() {
    let server = server(&[]);
    put_large(&server, "large");
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("RETR large", 150);
    drop(client);
    let mut bytes = Vec::new();
    // Closed or reset, but not sent to its end.
    let _ = data.read_to_end(&mut bytes);
    assert!(bytes.len() < 256 * 1024 * 1024);
}

#[test]
fn only_the_clients_own_address_may_use_a_passive_port() {
    if !cfg!(target_os = "linux") {
        return; // Elsewhere 127.0.0.2 is not there unless it was set up.
    }
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let said = client.expect("PASV", 227);
    let stranger = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)
        .and_then(|socket| {
            socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 2], 0)).into())?;
            socket.connect(&address_in(&said).into())?;
            Ok(TcpStream::from(socket))
        })
        .unwrap();
    let data = dial(address_in(&said));
    client.expect("RETR 1.TXT", 150);
    assert_eq!(rest_of(&data), b"I am ");
    assert_eq!(rest_of(&stranger), b"");
    assert_eq!(client.reply().code, 226);
}

fn reset(data: TcpStream) {
    SockRef::from(&data)
        .set_linger(Some(std::time::Duration::ZERO))
        .unwrap();
    drop(data);
}
