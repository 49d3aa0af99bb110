//! `practice --from`: what a real server answered is answered again.

use std::fs;
use std::net::SocketAddr;

use super::{record, replay, transcript};
use crate::support::client::Client;
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::real_server::{Kind, RealServer};
use crate::support::running::Running;

const TEXT: &[u8] = b"recorded\nand served\n";

/// Everything that can be served.
const SCRIPT: &str = "\
SYST
FEAT
PWD
NOSUCH
TYPE I
SIZE text.txt
SIZE missing
PASV
LIST
PASV
RETR text.txt
REST 9
PASV
RETR text.txt
PASV
RETR missing
STOR new <<< 'I am '
EPSV
RETR new
listen
RETR new
listen
STOR active <<< 'active'
MKD sub
CWD sub
CDUP
RMD sub
HELP
QUIT
";

#[test]
fn real_clients_fetch_a_file_of_a_recorded_vsftpd() {
    let home = Home::new();
    let Some(server) = RealServer::start(Kind::Vsftpd) else {
        return;
    };
    server.write_file("text.txt", TEXT);
    let login = format!("USER {}\nPASS {}\n", server.user(), server.password());
    let script = "TYPE I\nSIZE text.txt\nPASV\nRETR text.txt\nQUIT\n";
    let _ = record(&home, server.address(), &(login + script)).success();
    drop(server);
    let (practice, address) = serve(&home);
    for client in Client::FETCHERS {
        if let Some(fetched) = client.fetch(address, "text.txt") {
            assert_eq!(fetched, TEXT, "{client:?}\n{}", practice.wait_for(""));
        }
    }
    practice.wait_for("RETR text.txt is answered from line ");
    practice.wait_for("is not recorded");
}

#[test]
fn vsftpd() {
    is_served_as_recorded(Kind::Vsftpd);
}

#[test]
fn proftpd() {
    is_served_as_recorded(Kind::Proftpd);
}

#[test]
fn pure_ftpd() {
    is_served_as_recorded(Kind::PureFtpd);
}

#[test]
fn pyftpdlib() {
    is_served_as_recorded(Kind::Pyftpdlib);
}

/// The practice server with `session.ftp` of the home, and its address.
fn serve(home: &Home) -> (Running, SocketAddr) {
    let running = Ftpsh::new()
        .home(home.path())
        .args(["practice", "--from", "session.ftp"])
        .start();
    let said = running.wait_for("connected to ");
    let address = said
        .split("connected to ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let address = address
        .expect("it was just there")
        .parse()
        .expect("an address");
    (running, address)
}

/// Recorded once more from the practice server, it is the same to the letter, ports aside.
fn is_served_as_recorded(kind: Kind) {
    let home = Home::new();
    let Some(server) = RealServer::start(kind) else {
        return;
    };
    server.write_file("text.txt", TEXT);
    let script = format!(
        "USER {}\nPASS {}\n{SCRIPT}",
        server.user(),
        server.password()
    );
    let _ = record(&home, server.address(), &script);
    let password = server.password();
    drop(server);
    let first = transcript(&home);
    let (practice, address) = serve(&home);
    let again = Home::new();
    let _ = record(&again, address, &script);
    let second = transcript(&again);
    assert_eq!(without_ports(&second), without_ports(&first));
    let _ = replay(&home, address, password).success();
    let said = practice.wait_for("");
    assert!(!said.contains("note:"), "{said}");
}

/// Where it ends, who was quicker decides whether the close was seen; and whether an upload's data ends before its
/// reply is there.
fn without_ports(text: &str) -> (String, Vec<&str>) {
    let (sent, others): (Vec<&str>, Vec<&str>) = text
        .lines()
        .filter(|line| *line != "S> @closed")
        .partition(|line| line.starts_with("D< "));
    let line = |line: &&str| match *line {
        _ if line.starts_with("# S> 227") || line.starts_with("# S> 229") => line
            .replace(|c: char| c.is_ascii_digit(), "")
            .replace([',', '.'], ""),
        _ => (*line).to_owned(),
    };
    (others.iter().map(|it| line(it) + "\n").collect(), sent)
}

#[test]
fn an_abort_and_an_end_are_served_where_they_were() {
    let home = Home::new();
    let text = "S> 220 here\nC> RETR big\nS> 150 go\nC> ABOR\nS> 426 stopped\nS> 226 aborted\nC> NOOP\nS> 421 bye\n\
                S> @closed\n";
    // PASV is the practice server's own.
    fs::write(
        home.path().join("session.ftp"),
        format!("S> 220\nC> USER A\nS> 230 in\n{}", &text[12..]),
    )
    .unwrap();
    let (practice, address) = serve(&home);
    let script = text.replace("C> RETR", "C> USER A\nS> 230 in\nC> PASV\nS> 227\nC> RETR");
    fs::write(
        home.path().join("client.ftp"),
        script.replace("S> 220 here", "S> 220"),
    )
    .unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .args([
            "--timeout",
            "10",
            "replay",
            "client.ftp",
            &address.to_string(),
        ])
        .run()
        .success();
    assert!(finished.stderr.contains("421 bye"), "{}", finished.stderr);
    practice.wait_for("PASV is not recorded (line 4 comes next)");
}

#[test]
fn what_cannot_be_served_is_said_at_the_start() {
    let home = Home::new();
    let text = "S> 220\nC> RETR big\nS> 150\nD> @octets 5000\nS> 226\n";
    fs::write(home.path().join("session.ftp"), text).unwrap();
    let (practice, _) = serve(&home);
    let said = practice.wait_for("practice server:");
    let line = "line 2 cannot be served: its data is not in the transcript";
    assert!(said.contains(line), "{said}");
    for (file, code) in [("missing.ftp", 7), ("broken.ftp", 2)] {
        fs::write(
            home.path().join("broken.ftp"),
            "S> 220\nC> PASS hunter2\nS> 230\n",
        )
        .unwrap();
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["practice", "--from", file])
            .run();
        assert!(!finished.stderr.contains("hunter2"));
        let _ = finished.code(code);
    }
}
