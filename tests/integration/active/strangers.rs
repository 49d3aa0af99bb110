//! Somebody else than the server connects to the port. Only Linux has 127.0.0.2 without setting it up.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::scripted_server::{Gate, Script};

use super::{Login, OwnPort};

/// A connection from 127.0.0.2, made when the gate opens; tells when it was sent away.
fn stranger(
    address: SocketAddr,
    come: &Arc<Gate>,
    gone: &Arc<Gate>,
) -> JoinHandle<std::io::Result<Vec<u8>>> {
    let (come, gone) = (Arc::clone(come), Arc::clone(gone));
    std::thread::spawn(move || {
        come.wait();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into())?;
        socket.connect(&address.into())?;
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut octets = Vec::new();
        let read = stream.read_to_end(&mut octets);
        gone.open();
        read.map(|_| octets)
    })
}

#[test]
fn a_stranger_is_sent_away_and_reported_and_the_server_served_afterwards() {
    let port = OwnPort::ipv4();
    let [come, gone] = [Gate::new(), Gate::new()];
    let server = Script::new()
        .send("220 hi\r\n")
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("STOR f")
        .open(&come)
        .pause_until(&gone)
        .send("150 connecting\r\n")
        .dial_data_at(port.address())
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let stranger = stranger(port.address(), &come, &gone);
    let login = Login::unnamed(server.address());
    let login = login.lines([port.port().as_str(), "STOR f <<< 'secret'"]);
    let finished = login.run();
    let heard = server.finish();
    let stderr = finished.success().stderr;
    assert_eq!(heard.data, [b"secret"]);
    // End of file or a reset: not an octet either way.
    assert!(
        stranger
            .join()
            .unwrap()
            .is_ok_and(|octets| octets.is_empty())
    );
    assert!(
        stderr.contains("note: 127.0.0.2:") && stderr.contains("was sent away"),
        "{stderr}"
    );
}

#[test]
fn data_peer_any_takes_the_first_who_comes() {
    let port = OwnPort::ipv4();
    let [come, gone] = [Gate::new(), Gate::new()];
    let server = Script::new()
        .send("220 hi\r\n")
        .expect(port.port())
        .send("200 ok\r\n")
        .expect("STOR f")
        .send("150 connecting\r\n")
        .open(&come)
        .pause_until(&gone)
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let stranger = stranger(port.address(), &come, &gone);
    let login = Login::unnamed(server.address()).lines([
        "set data-peer any",
        port.port().as_str(),
        "STOR f <<< 'for anybody'",
    ]);
    let finished = login.run();
    server.finish();
    finished.success();
    assert_eq!(stranger.join().unwrap().unwrap(), b"for anybody");
}
