//! Other people's FTP clients, tshark and socat.
//!
//! `tests/servers/setup` makes them available. One that is not is skipped as a server is.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::availability::{skip, unpacked};
use super::ftpsh::Ftpsh;
use super::home::Home;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Curl,
    Lftp,
    Tnftp,
    Telnet,
    Tshark,
    #[allow(dead_code, reason = "the benchmarks need it")]
    Socat,
}

impl Client {
    /// Those that fetch a file by themselves.
    pub(crate) const FETCHERS: [Self; 3] = [Self::Curl, Self::Lftp, Self::Tnftp];

    /// The folder in tests/.servers, and the program in it.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Curl => ("curl", "usr/bin/curl"),
            Self::Lftp => ("lftp", "usr/bin/lftp"),
            Self::Tnftp => ("tnftp", "usr/bin/tnftp"),
            Self::Telnet => ("telnet", "usr/bin/inetutils-telnet"),
            Self::Tshark => ("tshark", "usr/bin/tshark"),
            Self::Socat => ("socat", "usr/bin/socat"),
        }
    }

    /// The folder that it was unpacked in; `None` where it is not available, after a line that says so.
    ///
    /// Panics when `FTPSH_REQUIRE_SERVERS` names it.
    fn folder(self) -> Option<PathBuf> {
        let (name, _) = self.place();
        let folder = unpacked(name).filter(|_| cfg!(unix));
        if folder.is_none() {
            skip(name, "tests/servers/setup has not made it available");
        }
        folder
    }

    /// The program, about to be run; `None` where it is not available.
    pub(crate) fn program(self) -> Option<Ftpsh> {
        let folder = self.folder()?;
        let (_, program) = self.place();
        let program = Ftpsh::of_program(folder.join(program));
        Some(
            program
                .env("LD_LIBRARY_PATH", folder.join("libraries"))
                .env("LC_ALL", "C.UTF-8"),
        )
    }

    /// Fetches a file as `anonymous`; `None` where the client is not available.
    pub(crate) fn fetch(self, address: SocketAddr, file: &str) -> Option<Vec<u8>> {
        let folder = self.folder()?;
        let (name, program) = self.place();
        let home = Home::new();
        let url = format!("ftp://{address}/{file}");
        let script = format!("set net:timeout 20; set net:max-retries 1; get {url} -o fetched");
        let arguments: &[&str] = match self {
            Self::Curl => &["-q", "-sS", "--max-time", "20", "-o", "fetched", &url],
            Self::Lftp => &["--norc", "-c", &script],
            Self::Tnftp => &["-a", "-o", "fetched", &url],
            Self::Telnet | Self::Tshark | Self::Socat => panic!("{name} fetches no files"),
        };
        let output = Command::new(folder.join(program))
            .args(arguments)
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("LD_LIBRARY_PATH", folder.join("libraries"))
            .stdin(Stdio::null())
            .output()
            .expect("what was unpacked can be run");
        let fetched = std::fs::read(home.path().join("fetched"));
        Some(fetched.unwrap_or_else(|error| panic!("{name}: {error}\n{output:?}")))
    }

    /// A script for a shell in which `"$0"` is the program.
    pub(crate) fn shell(self, script: &str) -> Option<Ftpsh> {
        let program = self.program()?;
        let path = program.program_path().to_owned();
        let arguments = ["-c".as_ref(), script.as_ref(), path.as_os_str()];
        Some(program.through("/bin/sh").args(arguments))
    }
}
