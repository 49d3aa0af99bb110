//! `--source`, `--ipv4` and `--ipv6`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use super::noting_server::NotingServer;
use super::{run, script};
use crate::support::server_process::ReservedPort;
use crate::support::sockets::has_ipv6;

/// An address that no machine has (RFC 5737). Nothing is sent there.
const NOBODYS: &str = "192.0.2.1";

#[test]
fn an_address_of_another_machine_is_said_to_be_one_and_nothing_is_dialled() {
    let server = ReservedPort::on_loopback();
    let target = server.address.to_string();
    let finished = run(&["--source", NOBODYS, &target], ["NOOP"]).code(3);
    let expected = format!("{NOBODYS} is not an address of this machine");
    assert!(finished.stderr.contains(&expected), "{finished:?}");
    assert!(finished.stderr.contains("set source any"), "{finished:?}");
    assert!(!finished.stderr.contains("NOOP"), "{finished:?}");
}

#[test]
fn what_is_not_an_address_is_refused_before_anything_happens() {
    let finished = run(&["--source", "eth0", "127.0.0.1:1"], ["NOOP"]).code(2);
    let expected = "give an IP address of this machine, as in 192.0.2.7";
    assert!(finished.stderr.contains(expected), "{finished:?}");
}

#[test]
fn a_host_without_an_address_of_the_family_is_said_to_have_none() {
    let port = ReservedPort::on_loopback();
    let target = port.address.to_string();
    for (arguments, expected) in [
        (
            &["-6"][..],
            "127.0.0.1 has no IPv6 address: leave out --ipv6 (`set",
        ),
        (&["--ipv6"], "127.0.0.1 has no IPv6 address: leave out"),
        (
            &["--source", "::1"],
            "127.0.0.1 has no IPv6 address, and connections are to leave from ::1: leave out --source",
        ),
        (
            &["--source", "127.0.0.1", "-6"],
            "the source address 127.0.0.1 is not an IPv6 address: leave out",
        ),
    ] {
        let finished = script(arguments, ["NOOP"]).arg(&target).run().code(3);
        assert!(finished.stderr.contains(expected), "{finished:?}");
    }
    let finished = run(&["-4", "[::1]:1"], ["NOOP"]).code(3);
    assert!(
        finished.stderr.contains("::1 has no IPv4 address"),
        "{finished:?}"
    );
}

#[test]
fn both_families_at_once_are_a_mistake_of_the_command_line() {
    let finished = run(&["-4", "-6", "127.0.0.1:1"], ["NOOP"]).code(2);
    assert!(finished.stderr.contains("--ipv6"), "{finished:?}");
}

#[test]
fn the_family_of_the_settings_holds_from_the_next_connection_on() {
    let server = NotingServer::start();
    let target = server.address().to_string();
    let again = format!("open {target}");
    let lines = ["set ip 6", "PASV", "LIST", "close", &again];
    let finished = run(&[&target], lines).code(3);
    assert_eq!(server.callers().lines, ["PASV", "LIST"]);
    let expected = "127.0.0.1 has no IPv6 address";
    assert!(finished.stderr.contains(expected), "{finished:?}");
}

/// A host with addresses of both families, and a server on one of them.
#[test]
fn only_the_addresses_of_the_family_are_tried() {
    let addresses = ("localhost", 0).to_socket_addrs();
    let has = |wanted: fn(&SocketAddr) -> bool| {
        let mut addresses = addresses.as_ref().map(|it| it.clone()).ok();
        addresses
            .as_mut()
            .is_some_and(|it| it.any(|it| wanted(&it)))
    };
    for (flag, host, exists) in [
        ("-4", first(false), has(SocketAddr::is_ipv4)),
        ("-6", first(true), has(SocketAddr::is_ipv6) && has_ipv6()),
    ] {
        if !exists {
            continue;
        }
        let server = NotingServer::start_on(host);
        let target = format!("localhost:{}", server.address().port());
        run(&[flag, &target], ["NOOP"]).success();
        assert_eq!(server.callers().control, [host]);
    }
}

fn first(ipv6: bool) -> IpAddr {
    if ipv6 {
        Ipv6Addr::LOCALHOST.into()
    } else {
        std::net::Ipv4Addr::LOCALHOST.into()
    }
}

#[test]
fn ipv6_may_be_asked_for_and_used() {
    if !has_ipv6() {
        return;
    }
    let server = NotingServer::start_on(Ipv6Addr::LOCALHOST.into());
    let target = server.address().to_string();
    run(&["-6", "--source", "::1", &target], ["EPSV", "LIST"]).success();
    let callers = server.callers();
    let own: IpAddr = Ipv6Addr::LOCALHOST.into();
    assert_eq!((callers.control, callers.data), (vec![own], vec![own]));
}
