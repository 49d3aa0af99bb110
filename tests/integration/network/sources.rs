//! `--source`, where any address of 127.0.0.0/8 is one of this machine.

use std::net::IpAddr;

use tempfile::TempDir;

use super::noting_server::NotingServer;
use super::{run, script};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::server_process::BESIDE;

fn beside() -> IpAddr {
    BESIDE.into()
}

#[test]
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

fn first_address() -> IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

#[test]
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
fn vsftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Vsftpd, Tls::None);
}

#[test]
fn proftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Proftpd, Tls::None);
}

#[test]
fn pure_ftpd_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::PureFtpd, Tls::None);
}

#[test]
fn pyftpdlib_transfers_from_and_to_the_source_address() {
    transfers_from_another_address(Kind::Pyftpdlib, Tls::None);
}

#[test]
fn the_source_address_holds_under_tls() {
    transfers_from_another_address(Kind::Proftpd, Tls::Explicit);
}

#[test]
fn a_source_address_that_no_machine_has_is_refused() {
    for address in ["224.0.0.1", "255.255.255.255", "0.0.0.0", "::", "ff02::1"] {
        // Nobody listens there: with a connection attempt it would end with 3.
        let finished = run(&["--source", address, "127.0.0.1:1"], ["NOOP"]).code(2);
        assert!(finished.stderr.contains("of this machine"), "{finished:?}");
        let set = format!("set source {address}");
        let finished = run(&[], [set.as_str()]).code(2);
        assert!(finished.stderr.contains("of this machine"), "{finished:?}");
    }
}
