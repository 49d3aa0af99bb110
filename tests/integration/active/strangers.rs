//! Somebody else than the server connects to the port. Only Linux has 127.0.0.2 without setting it up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::{Gate, Script};
use crate::support::sockets::{accept_within, listen};

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
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        gone.open();
        read.map(|_| bytes)
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
    // End of file or a reset: not a byte either way.
    assert!(stranger.join().unwrap().is_ok_and(|bytes| bytes.is_empty()));
    assert!(
        stderr.contains("note: 127.0.0.2:") && stderr.contains("was refused"),
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

#[test]
fn a_stranger_that_comes_along_with_the_refusal_of_the_port_holds_nothing_up() {
    const ROUNDS: usize = 200;
    let listener = listen();
    let address = listener.local_addr().expect("it is bound");
    let server = std::thread::spawn(move || -> std::io::Result<usize> {
        let mut control = accept_within(&listener, DEADLINE)?;
        control.write_all(b"220 hi\r\n")?;
        let commands = BufReader::new(control.try_clone()?);
        let mut refused = 0;
        for command in commands.lines() {
            let _stranger = call_from_elsewhere(port_in(&command?));
            control.write_all(b"500 no\r\n")?;
            refused += 1;
        }
        Ok(refused)
    });
    let program = Ftpsh::new()
        .arg(address.to_string())
        .stdin("listen\n".repeat(ROUNDS));
    let _ = program.run().code(1);
    let refused = server.join().expect("the server ends");
    assert_eq!(refused.expect("the client stays"), ROUNDS);
}

/// A connection from 127.0.0.2 that is not waited for.
fn call_from_elsewhere(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let elsewhere = SocketAddr::from(([127, 0, 0, 2], 0));
    socket
        .bind(&elsewhere.into())
        .expect("Linux has that address");
    socket.set_nonblocking(true).expect("a socket");
    // It is on its way, or there already.
    let _ = socket.connect(&address.into());
    socket
}

/// The port that a PORT names on 127.0.0.1.
fn port_in(command: &str) -> SocketAddr {
    let numbers = command.split([' ', ',']).skip(5);
    let bytes: Vec<u8> = numbers
        .map(|number| number.parse().expect("a number"))
        .collect();
    let port = <[u8; 2]>::try_from(bytes).expect("two bytes");
    SocketAddr::from(([127, 0, 0, 1], u16::from_be_bytes(port)))
}
