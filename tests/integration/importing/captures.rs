//! What other clients print while they talk to a real server is imported, and holds against a fresh one.

use std::fs;
use std::time::Instant;

use tempfile::TempDir;

use super::{import, replay};
use crate::support::DEADLINE;
use crate::support::client::Client;
use crate::support::pcap::Tap;
use crate::support::real_server::{Kind, RealServer};
use crate::support::sockets::TICK;

/// A server where `1.TXT` holds the beginning.
fn server(kind: Kind) -> Option<RealServer> {
    let server = RealServer::start(kind)?;
    server.write_file("1.TXT", b"I am ");
    Some(server)
}

/// A folder where `rest` holds what is missing.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("rest"), "zfive5").expect("the test's own folder");
    folder
}

/// Imports the capture without a line that was not understood, and replays it on a fresh server, where `made` is there
/// afterwards.
#[track_caller]
fn assert_replays(capture: &[u8], kind: Kind, imported_from: &str) -> RealServer {
    let shown = String::from_utf8_lossy(capture);
    let imported = import(capture);
    assert!(
        imported.stderr.contains(imported_from),
        "{}\n{shown}",
        imported.stderr
    );
    assert!(
        !imported.stderr.contains("not understood"),
        "{}\n{shown}",
        imported.stderr
    );
    let server = server(kind).expect("it was available before");
    // The password of anonymous is for everybody to read.
    let is_shown = imported.stdout_text().contains(server.password());
    assert_eq!(
        is_shown,
        server.user() == "anonymous",
        "{}",
        imported.stdout_text()
    );
    let replayed = replay(capture, &server);
    assert_eq!(replayed.status, 0, "{}\n{shown}", replayed.stderr);
    assert!(server.root().join("made").is_dir(), "{shown}");
    server
}

#[test]
fn what_curl_prints_is_replayed() {
    let folder = folder();
    for (kind, transfer) in [
        (Kind::Pyftpdlib, "-a -T rest"),
        (Kind::Vsftpd, ""),
        (Kind::Vsftpd, "-P - -B"),
    ] {
        let Some(server) = server(kind) else { continue };
        let script = format!(
            "\"$0\" -sv -u {}:{} -Q 'MKD made' {transfer} ftp://{}/1.TXT 2>&1",
            server.user(),
            server.password(),
            server.address()
        );
        let Some(curl) = Client::Curl.shell(&script) else {
            return;
        };
        let capture = curl.current_dir(folder.path()).run().success().stdout;
        let _ = assert_replays(&capture, kind, "curl -v");
    }
}

#[test]
fn what_lftp_prints_is_replayed() {
    let folder = folder();
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let Some(server) = server(kind) else { continue };
        let script = format!(
            "\"$0\" -d -c 'set net:max-retries 1; open -u {},{} {}; mkdir made; put rest -o 1.TXT; cat 1.TXT; ls; cat nosuch' 2>&1; true",
            server.user(),
            server.password(),
            server.address()
        );
        let Some(lftp) = Client::Lftp.shell(&script) else {
            return;
        };
        let capture = lftp.current_dir(folder.path()).run().success().stdout;
        let _ = assert_replays(&capture, kind, "lftp with debug");
    }
}

#[test]
fn what_tnftp_prints_is_replayed() {
    let folder = folder();
    for kind in [Kind::Proftpd, Kind::PureFtpd] {
        let Some(server) = server(kind) else { continue };
        let address = server.address();
        let script = format!("\"$0\" -n -v -d {} {} 2>&1", address.ip(), address.port());
        let typed = format!(
            "user {} {}\nmkdir made\nappend rest 1.TXT\nget 1.TXT copy\npassive off\nls\nquit\n",
            server.user(),
            server.password()
        );
        let Some(tnftp) = Client::Tnftp.shell(&script) else {
            return;
        };
        let tnftp = tnftp.current_dir(folder.path()).stdin(typed);
        let capture = tnftp.run().success().stdout;
        let _ = assert_replays(&capture, kind, "ftp with debug");
    }
}

#[test]
fn two_windows_of_telnet_are_replayed_as_one_session() {
    let kind = Kind::PureFtpd;
    let Some(server) = server(kind) else { return };
    let (host, port) = (
        server.address().ip().to_string(),
        server.address().port().to_string(),
    );
    let Some(telnet) = Client::Telnet.program() else {
        return;
    };
    let control = telnet.args([&host, &port]).terminal();
    control.wait_for("220 ");
    for (line, code) in [
        (format!("USER {}", server.user()), "331 "),
        (format!("PASS {}", server.password()), "230 "),
        ("MKD made".to_owned(), "257 "),
        ("PASV".to_owned(), "227 "),
    ] {
        control.send_line(&line);
        control.wait_for(code);
    }
    control.wait_for(")");
    let shown = String::from_utf8_lossy(&control.raw_output()).into_owned();
    let numbers = shown.split_once("(127,0,0,1,").expect("a 227").1;
    let numbers: Vec<u16> = numbers
        .split([',', ')'])
        .take(2)
        .map(|number| number.parse::<u16>().expect("a number"))
        .collect();
    let data_port = (numbers[0] * 256 + numbers[1]).to_string();

    let telnet = Client::Telnet.program().expect("it was available before");
    let data = telnet.args([&host, &data_port]).terminal();
    data.wait_for("Escape character is");
    control.send_line("APPE 1.TXT");
    control.wait_for("150 ");
    data.send_line("zfive5");
    // Telnet hears its escape once its loop runs, and then it has sent the line.
    let deadline = Instant::now() + DEADLINE;
    while !server.read_file("1.TXT").starts_with(b"I am zfive5") {
        assert!(Instant::now() < deadline, "the line has arrived");
        std::thread::sleep(TICK);
    }
    data.send("\u{1d}");
    data.wait_for("telnet>");
    data.send_line("close");
    data.wait_exit();
    control.wait_for("226");
    control.send_line("QUIT");
    control.wait_exit();

    let capture = [control.raw_output(), data.raw_output()].concat();
    let fresh = assert_replays(&capture, kind, "the screen of telnet");
    let content = server.read_file("1.TXT");
    assert!(content.starts_with(b"I am zfive5"));
    assert_eq!(fresh.read_file("1.TXT"), content);
}

#[test]
fn a_list_of_packets_is_replayed() {
    let (kind, folder) = (Kind::Vsftpd, folder());
    let Some(server) = server(kind) else { return };
    let tap = Tap::start(server.address());
    let script = format!(
        "\"$0\" -s -u {}:{} -Q 'MKD made' -a -T rest ftp://{}/1.TXT",
        server.user(),
        server.password(),
        tap.address
    );
    let Some(curl) = Client::Curl.shell(&script) else {
        return;
    };
    let _ = curl.current_dir(folder.path()).run().success();
    assert_eq!(server.read_file("1.TXT"), b"I am zfive5");
    fs::write(folder.path().join("ftp.pcap"), tap.capture()).expect("the test's own folder");
    let Some(tshark) = Client::Tshark.program() else {
        return;
    };
    let tshark = tshark.current_dir(folder.path()).args(["-r", "ftp.pcap"]);
    let capture = tshark.run().success().stdout;
    let _ = assert_replays(&capture, kind, "Wireshark or tshark");
}
