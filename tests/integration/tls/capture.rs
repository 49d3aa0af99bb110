//! A real tool at the other side of the capture: tshark reads a session under TLS with the keys that ftpsh has logged.

use crate::support::client::Client;
use crate::support::pcap::Tap;
use crate::support::real_server::{Kind, Options, RealServer, Tls};

use super::Rig;

fn reads_the_session(version: &str) {
    let options = Options {
        tls: Tls::Explicit,
        ..Options::default()
    };
    let (Some(server), Some(tshark)) = (
        RealServer::start_with(Kind::Pyftpdlib, &options),
        Client::Tshark.program(),
    ) else {
        return;
    };
    let rig = Rig::new();
    let tap = Tap::start(server.address());
    let set = format!("set tls-max {version}");
    let user = format!("USER {}", server.user());
    crate::support::ftpsh::Ftpsh::new()
        .home(rig.home.path())
        .env("SSLKEYLOGFILE", rig.path("keys.log"))
        .arg("--ca")
        .arg(server.authority().file())
        .arg(tap.address.to_string())
        .args(["-c", &set, "-c", "AUTH TLS", "-c", &user, "-c", "QUIT"])
        .run()
        .success();
    std::fs::write(rig.path("session.pcap"), tap.capture()).expect("its own folder");
    let keys = format!("tls.keylog_file:{}", rig.path("keys.log").display());
    let read = tshark
        .current_dir(rig.home.path())
        .args(["-r", "session.pcap", "-o", &keys])
        .args([
            "-T",
            "fields",
            "-e",
            "ftp.request.command",
            "-e",
            "ftp.request.arg",
        ])
        .run()
        .success()
        .stdout_text();
    let lines: Vec<&str> = read.lines().map(str::trim).collect();
    let commands: Vec<&&str> = lines.iter().filter(|line| !line.is_empty()).collect();
    let user = format!("USER\t{}", server.user());
    assert_eq!(
        commands,
        [&"AUTH\tTLS", &user.as_str(), &"QUIT"],
        "{version}: {read}"
    );
}

#[test]
fn tshark_reads_the_commands_under_tls_with_the_keys() {
    for version in ["1.2", "1.3"] {
        reads_the_session(version);
    }
}
