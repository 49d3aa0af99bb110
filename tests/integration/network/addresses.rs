//! `--source`, `--ipv4` and `--ipv6`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use tempfile::TempDir;

use super::noting_server::NotingServer;
use super::{run, script};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::server_process::{BESIDE, ReservedPort};
use crate::support::sockets::has_ipv6;

/// An address that no machine has (RFC 5737). Nothing is sent there.
const NOBODYS: &str = "192.0.2.1";

fn beside() -> IpAddr {
    BESIDE.into()
}

#[test]
#[cfg(target_os = "linux")]
fn both_connections_leave_from_the_source_address() {
    let server = NotingServer::start();
    let target = server.address().to_string();
    let lines = ["PASV", "LIST", "listen"];
    run(&["--source", "127.0.0.2", &target], lines).success();
    let callers = server.callers();
    assert_eq!(callers.control, [beside()]);
    assert_eq!(callers.data, [beside()]);
    let port = callers.lines.last().expect("PORT comes last");
    assert!(port.starts_with("PORT 127,0,0,2,"), "{port}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_source_address_may_be_set_for_the_next_connection() {
    let (first, second) = (NotingServer::start(), NotingServer::start());
    let open = format!("open {}", second.address());
    let lines = [
        "set source 127.0.0.2",
        "PASV",
        "LIST",
        "close",
        &open,
        "PASV",
        "LIST",
    ];
    run(&[&first.address().to_string()], lines).success();
    // Servers want both connections from one address: an open session keeps its own.
    let callers = first.callers();
    assert_eq!(
        (callers.control, callers.data),
        (vec![first_address()], vec![first_address()])
    );
    let callers = second.callers();
    assert_eq!(
        (callers.control, callers.data),
        (vec![beside()], vec![beside()])
    );
}

#[cfg(target_os = "linux")]
fn first_address() -> IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

#[test]
#[cfg(target_os = "linux")]
fn the_source_address_of_the_configuration_holds_and_the_command_line_wins() {
    for (arguments, expected) in [
        (&[][..], "127.0.0.2"),
        (&["--source", "127.0.0.3"], "127.0.0.3"),
    ] {
        let home = Home::new();
        home.configure("[set]\nsource = \"127.0.0.2\"\n");
        let server = NotingServer::start();
        let target = server.address().to_string();
        let program = script(arguments, ["NOOP"]).arg(&target).home(home.path());
        program.run().success();
        let callers = server.callers();
        assert_eq!(callers.control, [expected.parse::<IpAddr>().unwrap()]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_replay_leaves_from_the_source_address() {
    let folder = TempDir::new().expect("a temporary folder");
    let transcript = "S> 220\nC> NOOP\nS> 200\n";
    std::fs::write(folder.path().join("x.ftp"), transcript).expect("its own folder");
    let server = NotingServer::start();
    let target = server.address().to_string();
    let program = Ftpsh::new().current_dir(folder.path());
    let arguments = ["replay", "--source", "127.0.0.2", "x.ftp", &target];
    program.args(arguments).run().success();
    assert_eq!(server.callers().control, [beside()]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_practice_server_is_reached_from_the_source_address() {
    let program = Ftpsh::new().args(["practice", "--source", "127.0.0.2"]);
    let program = program.args(["-c", "login A A", "-c", "listen", "-c", "RETR 1.TXT > -"]);
    let finished = program.run().success();
    assert!(
        finished.stderr.contains("→ PORT 127,0,0,2,"),
        "{finished:?}"
    );
    assert_eq!(finished.stdout, b"I am ");
}

/// Each of the four insists that both connections come from one address.
#[cfg(target_os = "linux")]
fn transfers_from_another_address(kind: Kind, tls: Tls) {
    let options = Options {
        tls,
        ..Options::default()
    };
    let Some(server) = RealServer::start_with(kind, &options) else {
        return;
    };
    let whole: Vec<u8> = (0..50_000_u32).flat_map(u32::to_be_bytes).collect();
    server.write_file("there", &whole);
    server.write_file("part", &whole[..100_000]);
    let home = TempDir::new().expect("a temporary folder");
    std::fs::write(home.path().join("part"), &whole).expect("its own folder");
    let login = format!("login {} {}", server.user(), server.password());
    let lines = [
        &login,
        "TYPE I",
        "PASV",
        "RETR there > passive",
        "listen",
        "RETR there > active",
        "resume part",
    ];
    let target = server.address().to_string();
    let mut program = script(&["--source", "127.0.0.2", &target], lines).home(home.path());
    if tls == Tls::Explicit {
        program = program.args(["--tls", "require", "--ca"]);
        program = program.arg(server.authority().file());
    }
    let finished = program.run().success();
    let got = |name: &str| std::fs::read(home.path().join(name)).expect("it was received");
    assert!(got("passive") == whole && got("active") == whole);
    assert!(server.read_file("part") == whole);
    assert!(
        finished.stderr.contains("→ PORT 127,0,0,2,"),
        "{finished:?}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn vsftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Vsftpd, Tls::None);
}

#[test]
#[cfg(target_os = "linux")]
fn proftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Proftpd, Tls::None);
}

#[test]
#[cfg(target_os = "linux")]
fn pure_ftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::PureFtpd, Tls::None);
}

#[test]
#[cfg(target_os = "linux")]
fn pyftpdlib_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Pyftpdlib, Tls::None);
}

#[test]
#[cfg(target_os = "linux")]
fn the_source_address_holds_under_tls() {
    transfers_from_another_address(Kind::Proftpd, Tls::Explicit);
}

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
        (&["-6"][..], "127.0.0.1 has no IPv6 address: leave out"),
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
