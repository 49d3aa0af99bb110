//! Active mode: the server connects to a port that this side opened for PORT or EPRT.

mod dialogues;
mod ipv6;
mod limits;
mod real_servers;
#[cfg(target_os = "linux")]
mod strangers;

use std::net::{IpAddr, SocketAddr};

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::RealServer;
use crate::support::server_process::ReservedPort;
use crate::support::sockets::has_ipv6;

/// A port that nobody listens on, for a PORT or EPRT.
struct OwnPort(ReservedPort);

/// A script against a server, and the folder that it ran in.
struct Login {
    home: TempDir,
    target: String,
    lines: Vec<String>,
}

impl OwnPort {
    fn ipv4() -> Self {
        Self(ReservedPort::on_loopback())
    }

    fn on(host: IpAddr) -> Self {
        Self(ReservedPort::on(host))
    }

    fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// `PORT 127,0,0,1,p1,p2`
    fn port(&self) -> String {
        let [high, low] = self.address().port().to_be_bytes();
        format!("PORT 127,0,0,1,{high},{low}")
    }

    /// `EPRT |1|127.0.0.1|port|`, or family 2.
    fn eprt(&self) -> String {
        let family = if self.address().is_ipv4() { 1 } else { 2 };
        let (host, port) = (self.address().ip(), self.address().port());
        format!("EPRT |{family}|{host}|{port}|")
    }
}

impl Login {
    fn to(server: &RealServer) -> Self {
        let mut login = Self::unnamed(server.address());
        login.lines = vec![
            format!("USER {}", server.user()),
            format!("PASS {}", server.password()),
        ];
        login
    }

    /// No USER and no PASS.
    fn unnamed(server: SocketAddr) -> Self {
        Self {
            home: TempDir::new().expect("a temporary folder"),
            target: server.to_string(),
            lines: Vec::new(),
        }
    }

    fn lines<'a>(mut self, lines: impl IntoIterator<Item = &'a str>) -> Self {
        self.lines.extend(lines.into_iter().map(str::to_owned));
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        std::fs::write(self.home.path().join(name), content).expect("its own folder");
        self
    }

    fn run(&self) -> Finished {
        self.program().run()
    }

    fn program(&self) -> Ftpsh {
        let mut program = Ftpsh::new()
            .home(self.home.path())
            .telling_events()
            .args(["--timeout", "20"])
            .arg(&self.target);
        for line in &self.lines {
            program = program.args(["-c", line]);
        }
        program
    }

    fn received(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.home.path().join(name)).expect("the file was received")
    }
}

fn nobody_listens_on(address: SocketAddr) -> bool {
    std::net::TcpStream::connect(address).is_err()
}
