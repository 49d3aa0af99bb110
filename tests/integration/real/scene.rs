//! A real server, a relay in front of it, and a folder in which the binary runs.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::{Kind, Options, RealServer};
use crate::support::relay::Relay;

pub(super) struct Scene {
    pub(super) kind: Kind,
    pub(super) server: RealServer,
    pub(super) relay: Relay,
    folder: TempDir,
}

impl Scene {
    /// `None` where the server is not available.
    pub(super) fn set(kind: Kind) -> Option<Self> {
        Self::set_with(kind, &Options::default())
    }

    /// As [`Scene::set`].
    pub(super) fn set_with(kind: Kind, options: &Options) -> Option<Self> {
        let server = RealServer::start_with(kind, options)?;
        let relay = match server.data_ports() {
            None => Relay::start(server.address()),
            Some(ports) => Relay::start_beside(server.address(), ports),
        };
        let folder = TempDir::new().expect("a temporary folder");
        Some(Self {
            kind,
            server,
            relay,
            folder,
        })
    }

    /// TYPE A changes nothing on the server: its disk holds what was on the wire (vsftpd unless it is told otherwise).
    pub(super) fn keeps_line_ends(&self) -> bool {
        self.kind == Kind::Vsftpd
    }

    /// The folder in which the binary runs.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn local_path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(super) fn write_local(&self, name: &str, content: &[u8]) {
        fs::write(self.local_path(name), content).expect("the test's own folder");
    }

    #[track_caller]
    pub(super) fn read_local(&self, name: &str) -> Vec<u8> {
        fs::read(self.local_path(name)).expect("the local file is there")
    }

    /// USER and PASS.
    pub(super) fn login(&self) -> [String; 2] {
        [
            format!("USER {}", self.server.user()),
            format!("PASS {}", self.server.password()),
        ]
    }

    /// The binary on the relay, logged in, with these lines as `-c`.
    pub(super) fn run(&self, lines: &[&str]) -> Finished {
        self.given(self.relay.address(), lines).run()
    }

    /// The same with standard input.
    pub(super) fn run_with_input(&self, lines: &[&str], input: &[u8]) -> Finished {
        self.given(self.relay.address(), lines).stdin(input).run()
    }

    /// The binary on the relay, logged in, with this text as its standard input after the login.
    pub(super) fn run_script(&self, script: impl AsRef<[u8]>) -> Finished {
        let mut input = self.login().map(|line| line + "\n").concat().into_bytes();
        input.extend(script.as_ref());
        self.binary(self.relay.address()).stdin(input).run()
    }

    /// The binary in the scene's folder, about to connect.
    pub(super) fn binary(&self, address: SocketAddr) -> Ftpsh {
        self.binary_on(&address.to_string())
    }

    /// The same with any target.
    pub(super) fn binary_on(&self, target: &str) -> Ftpsh {
        Ftpsh::new()
            .telling_events()
            .current_dir(self.folder())
            .arg("--timeout")
            .arg("15")
            .arg(target)
    }

    /// Each data connection as the relay counted it: to the server, from the server.
    pub(super) fn moved(&self) -> (u64, u64) {
        (
            self.relay.data_bytes_to_server(),
            self.relay.data_bytes_from_server(),
        )
    }

    /// How many lines with this verb went to the server.
    pub(super) fn count_sent(&self, verb: &str) -> usize {
        let lines = self.relay.control_lines_to_server();
        lines
            .iter()
            .filter(|line| line.split(' ').next() == Some(verb))
            .count()
    }

    fn given(&self, address: SocketAddr, lines: &[&str]) -> Ftpsh {
        let mut binary = self.binary(address);
        let login = self.login();
        let login = login.iter().map(String::as_str);
        for line in login.chain(lines.iter().copied()) {
            binary = binary.arg("-c").arg(line);
        }
        binary
    }
}
