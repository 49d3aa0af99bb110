//! TLS on both connections: with the four real servers, and with scripted ones that do what a server should not.

mod attacks;
mod capture;
mod certificates;
mod data;
mod ends;
mod hints;
mod identities;
mod knobs;
mod names;
mod probes;
mod real_servers;
mod roots;
mod shown;
mod starts;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::certificates::{Authority, ServerCertificate};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::scripted_server::{Script, ScriptedServer};
use crate::support::terminal::Terminal;
use crate::support::tls_server::TlsServer;

/// An authority that ftpsh trusts, and a scripted server's certificate.
pub(crate) struct Rig {
    authority: Authority,
    pub(crate) certificate: ServerCertificate,
    home: TempDir,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let authority = Authority::new();
        let certificate = authority.issue();
        let home = TempDir::new().expect("a temporary folder");
        Self {
            authority,
            certificate,
            home,
        }
    }

    pub(crate) fn server(&self) -> TlsServer {
        TlsServer::new(&self.certificate)
    }

    /// ftpsh as a script that trusts the authority.
    pub(crate) fn ftpsh(&self, server: &ScriptedServer) -> Ftpsh {
        self.ftpsh_at(&server.address().to_string())
    }

    pub(crate) fn ftpsh_at(&self, target: &str) -> Ftpsh {
        self.ftpsh_of_patience("10", target)
    }

    /// The same that gives up after so many seconds.
    pub(crate) fn ftpsh_of_patience(&self, seconds: &str, target: &str) -> Ftpsh {
        Ftpsh::new()
            .home(self.home.path())
            .telling_events()
            .args(["--timeout", seconds, "--ca"])
            .arg(self.authority.file())
            .arg(target)
    }

    pub(crate) fn run(&self, server: &ScriptedServer, lines: &[&str]) -> Finished {
        self.ftpsh(server)
            .args(lines.iter().flat_map(|line| ["-c", line]))
            .run()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// The server agrees to TLS on the control connection.
pub(crate) fn agreed(tls: &TlsServer) -> Script {
    Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(tls)
}

/// The server agrees to TLS on both connections.
pub(crate) fn agreed_on_both(tls: &TlsServer) -> Script {
    agreed(tls)
        .expect("PBSZ 0")
        .send("200 ok\r\n")
        .expect("PROT P")
        .send("200 ok\r\n")
}

/// A data connection is offered and made.
pub(crate) fn passive(script: Script) -> Script {
    script
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
}

impl Script {
    /// The upload of a file `f`, under TLS.
    fn take_upload(self, tls: &TlsServer) -> Self {
        self.expect("STOR f")
            .send("150 here\r\n")
            .secure_data(tls)
            .read_data_to_end()
            .close_data()
            .send("226 done\r\n")
    }

    /// The download of a file `f`, under TLS.
    fn give_download(self, tls: &TlsServer, bytes: impl AsRef<[u8]>) -> Self {
        self.expect("RETR f")
            .send("150 here\r\n")
            .secure_data(tls)
            .send_data(bytes)
            .close_data()
            .send("226 done\r\n")
    }
}

/// Ends the session and the shell, without QUIT.
fn leave(mut terminal: Terminal) {
    terminal.send_line("close");
    terminal.expect("(closed)");
    terminal.send_line("exit");
    terminal.wait_exit();
}

pub(crate) const AGREE: [&str; 3] = ["AUTH TLS", "PBSZ 0", "PROT P"];
