//! A relay passes everything on, counts it, and cuts when it is told to.

use std::io::{Read, Write};
use std::time::Duration;

use crate::support::DEADLINE;
use crate::support::plain_client::PlainClient;
use crate::support::real_server::{Kind, RealServer};
use crate::support::relay::{Cut, DataBytes, Direction, Relay};

const MANY: usize = 3_000_000;
/// More than the system takes off a sender's hands before anybody reads.
const TOO_MANY_FOR_BUFFERS: usize = 30_000_000;

#[test]
fn bytes_and_lines_are_counted_and_nothing_is_changed() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        let relay = Relay::start(server.address());
        let content: Vec<u8> = (0..MANY).map(|i| (i % 251) as u8).collect();
        let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
        client.store("STOR f", &content);
        assert_eq!(server.read_file("f"), content);
        assert_eq!(client.retrieve("f"), content);
        let all = MANY as u64;
        assert_eq!(relay.data_bytes_to_server(), all);
        assert_eq!(relay.data_bytes_from_server(), all);
        let expected = [(all, 0), (0, all)].map(|(to_server, from_server)| DataBytes {
            to_server,
            from_server,
        });
        assert_eq!(relay.data_connections(), expected);
        assert_eq!(
            relay.control_lines_to_server()[2..],
            ["TYPE I", "PASV", "STOR f", "PASV", "RETR f"]
        );
        let replies = relay.control_lines_from_server();
        assert!(replies.iter().any(|line| line.starts_with("226")));
    }
}

#[test]
fn a_cut_upload_leaves_what_had_passed_and_the_next_goes_through() {
    for kind in Kind::ALL {
        for orderly in [false, true] {
            let Some(server) = RealServer::start(kind) else {
                continue;
            };
            let relay = Relay::start(server.address());
            if orderly {
                relay.cut_with_fin_after(Direction::ToServer, 300_000);
            } else {
                relay.cut_after(Direction::ToServer, 300_000);
            }
            let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
            let mut data = client.passive();
            assert!(matches!(client.command("STOR f").0, 125 | 150));
            let written = data.write_all(&vec![b'x'; TOO_MANY_FOR_BUFFERS]);
            relay.wait_for_cuts(1);
            if orderly {
                assert_eq!(data.read(&mut [0]).unwrap(), 0);
            } else {
                assert!(written.is_err());
            }
            assert_eq!(client.try_reply(), None, "{kind:?}");
            assert_eq!(relay.data_bytes_to_server(), 300_000);
            let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
            client.store("STOR g", b"whole");
            assert_eq!(server.read_file("g"), b"whole");
            assert!(server.read_file("f").len() <= 300_000);
        }
    }
}

#[test]
fn a_cut_download_brings_exactly_what_had_passed() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("f", &vec![b'x'; TOO_MANY_FOR_BUFFERS]);
        let relay = Relay::start(server.address());
        relay.cut_with_fin_after(Direction::FromServer, 123_456);
        let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
        let mut data = client.passive();
        client.send(b"RETR f\r\n");
        let mut received = Vec::new();
        data.read_to_end(&mut received).unwrap();
        assert_eq!(received.len(), 123_456);
        relay.wait_for_cuts(1);
        // The cut may be quicker than the 150.
        let first = client.try_reply().map(|reply| reply.0);
        assert!(matches!(first, None | Some(125 | 150)), "{kind:?}");
        assert_eq!(client.try_reply(), None, "{kind:?}");
    }
}

#[test]
fn only_the_data_connection_is_cut_where_that_was_said() {
    for kind in Kind::ALL {
        for cut in [Cut::DataReset, Cut::DataClosed] {
            let Some(server) = RealServer::start(kind) else {
                continue;
            };
            let relay = Relay::start(server.address());
            relay.cut(Direction::ToServer, 300_000, cut);
            let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
            let mut data = client.passive();
            assert!(matches!(client.command("STOR f").0, 125 | 150));
            let written = data.write_all(&vec![b'x'; TOO_MANY_FOR_BUFFERS]);
            relay.wait_for_cuts(1);
            assert_eq!(written.is_err(), cut == Cut::DataReset, "{kind:?}");
            // One server is content, the others complain.
            let reply = client.try_reply().map(|reply| reply.0);
            assert!(matches!(reply, Some(226 | 426 | 451)), "{kind:?} {reply:?}");
            client.store("STOR g", b"whole");
            assert_eq!(server.read_file("g"), b"whole");
            assert!(server.read_file("f").len() <= 300_000);
        }
    }
}

#[test]
fn withheld_bytes_never_pass_and_the_connection_ends_when_it_is_let_go() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("f", &vec![b'x'; MANY]);
        let relay = Relay::start(server.address());
        relay.cut(Direction::FromServer, 123_456, Cut::DataWithheld);
        let mut client = PlainClient::log_in(relay.address(), server.user(), server.password());
        let mut data = client.passive();
        client.send(b"RETR f\r\n");
        relay.wait_for_cuts(1);
        let mut received = vec![0; 123_456];
        data.read_exact(&mut received).unwrap();
        // The server has sent everything, and its end did not pass either.
        data.set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        assert!(data.read(&mut [0]).is_err(), "{kind:?}");
        relay.let_go();
        data.set_read_timeout(Some(DEADLINE)).unwrap();
        assert_eq!(data.read(&mut [0]).unwrap(), 0, "{kind:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_where_a_relay_listens_is_not_reserved_for_a_server() {
    use std::net::{Ipv4Addr, TcpListener};

    use crate::support::server_process::{BESIDE, ReservedPort};

    let held = TcpListener::bind((BESIDE, 0)).expect("Linux has every address of loopback");
    let port = held.local_addr().expect("it is bound").port();
    assert!(ReservedPort::at((Ipv4Addr::LOCALHOST, port).into()).is_err());

    let reserved = ReservedPort::on_loopback();
    TcpListener::bind((BESIDE, reserved.address.port())).expect("it is kept for the relay too");
}
