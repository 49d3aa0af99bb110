//! `set data-ports`: where `listen` listens.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;

use tempfile::TempDir;

use super::{run, script};
use crate::support::real_server::{Kind, RealServer};
use crate::support::scripted_server::{Script, ScriptedServer};
use crate::support::server_process::{ReservedPort, ReservedRange};

fn range_of(ports: &RangeInclusive<u16>) -> String {
    format!("set data-ports {}-{}", ports.start(), ports.end())
}

/// The port of each `→ PORT 127,0,0,1,...`.
fn ports_in(stderr: &str) -> Vec<u16> {
    let lines = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("→ PORT "));
    let port = |numbers: &str| {
        let numbers: Vec<u16> = numbers
            .split(',')
            .filter_map(|it| it.parse::<u16>().ok())
            .collect();
        numbers[4] * 256 + numbers[5]
    };
    lines.map(port).collect()
}

fn listens_in_the_range(kind: Kind) {
    let Some(server) = RealServer::start(kind) else {
        return;
    };
    let whole = vec![b'x'; 300_000];
    server.write_file("there", &whole);
    let home = TempDir::new().expect("a temporary folder");
    std::fs::write(home.path().join("here"), &whole).expect("its own folder");
    let reserved = ReservedRange::on(Ipv4Addr::LOCALHOST.into(), 4);
    let login = format!("login {} {}", server.user(), server.password());
    let set = range_of(&reserved.ports());
    let lines = [
        &set,
        &login,
        "TYPE I",
        "listen",
        "RETR there > got",
        "listen",
        "STOR new < here",
        "listen",
        "NLST > names",
    ];
    let target = server.address().to_string();
    let finished = script(&[&target], lines).home(home.path()).run().success();
    assert!(std::fs::read(home.path().join("got")).expect("it was received") == whole);
    assert!(server.read_file("new") == whole);
    let mut ports = ports_in(&finished.stderr);
    assert!(ports.iter().all(|port| reserved.ports().contains(port)));
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(
        ports.len(),
        3,
        "a port comes again only after the others: {finished:?}"
    );
}

#[test]
fn vsftpd_connects_to_ports_of_the_range() {
    listens_in_the_range(Kind::Vsftpd);
}

#[test]
fn proftpd_connects_to_ports_of_the_range() {
    listens_in_the_range(Kind::Proftpd);
}

#[test]
fn pure_ftpd_connects_to_ports_of_the_range() {
    listens_in_the_range(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_connects_to_ports_of_the_range() {
    listens_in_the_range(Kind::Pyftpdlib);
}

#[test]
fn a_port_that_is_in_use_is_passed_over_and_when_all_are_it_is_said_and_nothing_sent() {
    let reserved = ReservedRange::on(Ipv4Addr::LOCALHOST.into(), 3);
    let occupy = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it is reserved");
    let mut ports = reserved.ports();
    let (first, free, last) = (ports.next(), ports.next(), ports.next());
    let _held = [first, last].map(|port| occupy(port.expect("three")));
    let free = free.expect("three");
    let [high, low] = free.to_be_bytes();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect(format!("PORT 127,0,0,1,{high},{low}"))
        .send("200 ok\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let set = range_of(&reserved.ports());
    let target = server.address().to_string();
    run(&[&target], [&set, "listen", "NOOP"]).success();
    server.finish();

    let _held = occupy(free);
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let target = server.address().to_string();
    let finished = run(&[&target], [&set, "listen"]).code(3);
    server.finish();
    let range = set.trim_start_matches("set data-ports ");
    let expected = format!("every port from {range} is in use on 127.0.0.1");
    assert!(finished.stderr.contains(&expected), "{finished:?}");
    assert!(finished.stderr.contains("PASV"), "{finished:?}");
}

/// A port of its own that is still open does not count as in use.
/// A server that connects at this PORT, and sends a file there.
fn downloaded_over(script: Script, port: &str) -> ScriptedServer {
    script
        .expect(port)
        .dial_data()
        .send("200 ok\r\n")
        .expect("RETR f")
        .send("150 go\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start()
}

#[test]
fn one_port_is_enough_to_listen_twice() {
    let port = ReservedPort::on_loopback();
    let [high, low] = port.address.port().to_be_bytes();
    let line = format!("PORT 127,0,0,1,{high},{low}");
    let script = Script::new().send("220 hi\r\n");
    let server = downloaded_over(script.expect(&line).send("200 ok\r\n"), &line);
    let number = port.address.port();
    let set = format!("set data-ports {number}-{number}");
    let target = server.address().to_string();
    let lines = [&set, "listen", "listen", "RETR f > -"];
    let finished = run(&[&target], lines).success();
    server.finish();
    assert_eq!(finished.stdout, b"data");
}

#[test]
fn a_typed_port_outside_the_range_is_sent_as_typed_and_listened_on() {
    let reserved = ReservedRange::on(Ipv4Addr::LOCALHOST.into(), 2);
    let outside = ReservedPort::on_loopback();
    let [high, low] = outside.address.port().to_be_bytes();
    let line = format!("PORT 127,0,0,1,{high},{low}");
    let server = downloaded_over(Script::new().send("220 hi\r\n"), &line);
    let set = range_of(&reserved.ports());
    let target = server.address().to_string();
    let finished = run(&[&target], [&set, &line, "RETR f > -"]).success();
    server.finish();
    assert_eq!(finished.stdout, b"data");
}

#[test]
fn what_is_not_a_range_is_refused() {
    for value in ["0-5", "0", "a-b"] {
        let line = format!("set data-ports {value}");
        let finished = run(&[], [line.as_str()]).code(2);
        let expected = format!("{value} is not one of its values: it takes off, or FIRST-LAST");
        assert!(finished.stderr.contains(&expected), "{finished:?}");
    }
    let finished = run(&[], ["set data-ports 40003-40000"]).code(2);
    let expected = "FIRST must not be greater than LAST";
    assert!(finished.stderr.contains(expected), "{finished:?}");
}
