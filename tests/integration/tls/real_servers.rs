//! TLS with each of the real servers: both versions, passive and active, IPv4 and IPv6, and as many transfers as
//! anybody wants. vsftpd and ProFTPD require that data connections resume the control session.

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::sockets::has_ipv6;

use tempfile::TempDir;

struct Client<'a> {
    server: &'a RealServer,
    home: TempDir,
    lines: Vec<String>,
}

impl<'a> Client<'a> {
    fn of(server: &'a RealServer) -> Self {
        Self {
            server,
            home: TempDir::new().expect("a temporary folder"),
            lines: Vec::new(),
        }
    }

    fn line(&mut self, line: impl Into<String>) -> &mut Self {
        self.lines.push(line.into());
        self
    }

    fn file(&self, name: &str, content: &[u8]) {
        std::fs::write(self.home.path().join(name), content).expect("its own folder");
    }

    fn received(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.home.path().join(name)).expect("the file was received")
    }

    fn program(&self) -> Ftpsh {
        Ftpsh::new()
            .home(self.home.path())
            .telling_events()
            .args(["--timeout", "20", "--ca"])
            .arg(self.server.authority().file())
            .arg(self.server.address().to_string())
    }

    fn run(&self) -> Finished {
        self.program()
            .args(self.lines.iter().flat_map(|line| ["-c", line]))
            .run()
    }

    fn login(&mut self) -> &mut Self {
        let user = format!("USER {}", self.server.user());
        let password = format!("PASS {}", self.server.password());
        for line in ["AUTH TLS", "PBSZ 0", "PROT P", &user, &password] {
            self.line(line);
        }
        self
    }
}

fn start(kind: Kind, ipv6: bool) -> Option<RealServer> {
    let options = Options {
        tls: Tls::Explicit,
        ipv6,
        ..Options::default()
    };
    RealServer::start_with(kind, &options)
}

fn large() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_be_bytes).collect()
}

/// Listing, download, upload, and `resume` both ways; the content is checked on disk.
fn everything(kind: Kind, version: &str, open: &str, ipv6: bool) {
    if ipv6 && !has_ipv6() {
        return;
    }
    let Some(server) = start(kind, ipv6) else {
        return;
    };
    let whole = large();
    server.write_file("there", &whole);
    server.write_file("half", &whole[..500_000]);
    let mut client = Client::of(&server);
    client.file("here", &whole);
    client.file("half", &whole);
    client.file("part", &whole[..500_000]);
    client.line(format!("set tls-max {version}")).login();
    for line in [
        "TYPE I",
        open,
        "NLST > names",
        open,
        "RETR there > got",
        open,
        "STOR new < here",
        open,
        "resume half",
        open,
        "resume --get there part",
        "tls",
    ] {
        client.line(line);
    }
    let finished = client.run();
    let context = format!("{kind:?} {version} {open} {ipv6}:\n{}", finished.stderr);
    assert_eq!(finished.status, 0, "{context}");
    let control = format!("control connection    TLS {version}");
    assert!(finished.stderr.contains(&control), "{context}");
    let data = format!("last data connection  TLS {version}");
    assert!(finished.stderr.contains(&data), "{context}");
    let names = String::from_utf8(client.received("names")).expect("plain names");
    assert!(names.contains("there") && names.contains("half"), "{names}");
    assert!(client.received("got") == whole, "{context}");
    assert!(server.read_file("new") == whole, "{context}");
    assert!(server.read_file("half") == whole, "{context}");
    assert!(client.received("part") == whole, "{context}");
}

fn everything_everywhere(kind: Kind) {
    for version in ["1.2", "1.3"] {
        for (open, ipv6) in [
            ("PASV", false),
            ("listen", false),
            ("EPSV", true),
            ("listen", true),
        ] {
            everything(kind, version, open, ipv6);
        }
    }
}

#[test]
fn vsftpd_does_everything_under_tls() {
    everything_everywhere(Kind::Vsftpd);
}

#[test]
fn proftpd_does_everything_under_tls() {
    everything_everywhere(Kind::Proftpd);
}

#[test]
fn pure_ftpd_does_everything_under_tls() {
    everything_everywhere(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_does_everything_under_tls() {
    everything_everywhere(Kind::Pyftpdlib);
}

/// Twenty transfers in a row, uploads and downloads mixed, each of which must resume the control session.
fn twenty_transfers(kind: Kind, version: &str) {
    let Some(server) = start(kind, false) else {
        return;
    };
    let mut client = Client::of(&server);
    client.line(format!("set tls-max {version}")).login();
    client.line("TYPE I");
    for number in 0..10 {
        client.file(
            &format!("here{number}"),
            format!("octets {number}").as_bytes(),
        );
        client.line("PASV");
        client.line(format!("STOR f{number} < here{number}"));
        client.line("PASV");
        client.line(format!("RETR f{number} > got{number}"));
    }
    let finished = client.run().success();
    let resumed = finished
        .stderr
        .matches("the control session was resumed")
        .count();
    assert_eq!(resumed, 20, "{}", finished.stderr);
    for number in 0..10 {
        let content = format!("octets {number}");
        assert_eq!(server.read_file(&format!("f{number}")), content.as_bytes());
        assert_eq!(client.received(&format!("got{number}")), content.as_bytes());
    }
}

#[test]
fn vsftpd_resumes_its_session_twenty_times() {
    twenty_transfers(Kind::Vsftpd, "1.2");
    twenty_transfers(Kind::Vsftpd, "1.3");
}

#[test]
fn proftpd_resumes_its_session_twenty_times() {
    twenty_transfers(Kind::Proftpd, "1.2");
    twenty_transfers(Kind::Proftpd, "1.3");
}

#[test]
fn without_resumption_vsftpd_and_proftpd_refuse_the_transfer() {
    for (kind, code) in [(Kind::Vsftpd, "522"), (Kind::Proftpd, "425")] {
        let Some(server) = start(kind, false) else {
            continue;
        };
        let mut client = Client::of(&server);
        client.file("here", b"octets");
        client.line("set tls-resume off").login();
        client.line("PASV").line("STOR new < here");
        let finished = client.run();
        assert!(finished.status != 0, "{}", finished.stderr);
        let refused = finished.stderr.lines().any(|line| line.starts_with(code));
        assert!(refused, "{kind:?}: {}", finished.stderr);
    }
}

#[test]
fn ccc_is_taken_by_proftpd_and_pure_ftpd() {
    for kind in [Kind::Proftpd, Kind::PureFtpd] {
        let Some(server) = start(kind, false) else {
            continue;
        };
        for version in ["1.2", "1.3"] {
            server.write_file("there", b"octets");
            let mut client = Client::of(&server);
            client.line(format!("set tls-max {version}")).login();
            for line in ["CCC", "NOOP", "PASV", "RETR there > got", "NOOP", "QUIT"] {
                client.line(line);
            }
            let finished = client.run();
            assert_eq!(
                finished.status, 0,
                "{kind:?} {version}: {}",
                finished.stderr
            );
            assert!(
                finished.stderr.contains("in the clear again"),
                "{}",
                finished.stderr
            );
            assert_eq!(client.received("got"), b"octets");
        }
    }
}

#[test]
fn implicit_tls_works_where_the_server_has_it() {
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let options = Options {
            tls: Tls::Implicit,
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        server.write_file("there", b"octets");
        let client = Client::of(&server);
        let (user, password) = (server.user(), server.password());
        let url = format!("ftps://{user}:{password}@{}", server.address());
        Ftpsh::new()
            .home(client.home.path())
            .args(["--timeout", "20", "--ca"])
            .arg(server.authority().file())
            .arg(url)
            .args(["-c", "PASV", "-c", "RETR there > got", "-c", "QUIT"])
            .run()
            .success();
        assert_eq!(client.received("got"), b"octets");
    }
}
