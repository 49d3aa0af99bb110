//! The same work in the words of each client.

use std::path::Path;

use super::measure::Job;
use super::support::client::Client;
use super::support::ftpsh::Ftpsh;
use super::support::real_server::RealServer;
use super::works::{LOCAL, REMOTE, Size, Work, file_name};

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Ftpsh,
    Curl,
    Lftp,
    Tnftp,
    Socat,
    /// See `bare_socket`.
    BareSocket,
}

impl Peer {
    pub(crate) const ALL: [Self; 6] = [
        Self::Ftpsh,
        Self::Curl,
        Self::Lftp,
        Self::Tnftp,
        Self::Socat,
        Self::BareSocket,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ftpsh => "ftpsh",
            Self::Curl => "curl",
            Self::Lftp => "lftp",
            Self::Tnftp => "tnftp",
            Self::Socat => "socat",
            Self::BareSocket => "bare socket",
        }
    }

    pub(crate) fn is_available(self) -> bool {
        self.program().is_some()
    }

    /// The program, about to be run.
    pub(crate) fn program(self) -> Option<Ftpsh> {
        match self {
            Self::Ftpsh => Some(Ftpsh::new()),
            Self::Curl => Client::Curl.program(),
            Self::Lftp => Client::Lftp.program(),
            Self::Tnftp => Client::Tnftp.program(),
            Self::Socat => Client::Socat.program(),
            // This very program.
            Self::BareSocket => std::env::current_exe().ok().map(Ftpsh::of_program),
        }
    }

    /// What it is to run so that the work is done in `folder`.
    pub(crate) fn job(self, work: Work, size: Size, server: &RealServer, folder: &Path) -> Job {
        let words = Words { work, size, server };
        let (arguments, stdin) = match self {
            Self::Ftpsh => words.ftpsh(),
            Self::Curl => words.curl(),
            Self::Lftp => words.lftp(),
            Self::Tnftp => words.tnftp(),
            Self::Socat => words.socat(),
            Self::BareSocket => words.bare_socket(),
        };
        let program = self.program().expect("it was asked for before");
        Job {
            command: program.home(folder).args(arguments).command(),
            stdin: stdin.into_bytes(),
        }
    }
}

struct Words<'a> {
    work: Work,
    size: Size,
    server: &'a RealServer,
}

impl Words<'_> {
    fn ftpsh(&self) -> (Vec<String>, String) {
        let address = self.server.address();
        let authority = self.server.authority().file().display().to_string();
        let mut arguments: Vec<String> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        if self.work.is_secured() {
            arguments.extend(["--ca".to_owned(), authority]);
            lines.push("AUTH TLS".to_owned());
        }
        lines.push(format!("USER {}", self.server.user()));
        lines.push(format!("PASS {}", self.server.password()));
        if self.work.is_secured() {
            lines.extend(["PBSZ 0".to_owned(), "PROT P".to_owned()]);
        }
        let transfer = match self.work {
            Work::Login | Work::Noops => None,
            Work::Upload(_) | Work::ManyUploads => Some(("STOR", '<')),
            Work::Download(_) | Work::ManyDownloads => Some(("RETR", '>')),
        };
        if let Some((verb, sign)) = transfer {
            let kind = if self.work.is_text() {
                "TYPE A"
            } else {
                "TYPE I"
            };
            lines.push(kind.to_owned());
            for (local, remote) in self.pairs() {
                lines.push("PASV".to_owned());
                lines.push(format!("{verb} {remote} {sign} {local}"));
            }
        }
        lines.extend(self.noops());
        lines.push("QUIT".to_owned());
        arguments.extend([address.ip().to_string(), address.port().to_string()]);
        (arguments, lines.join("\n") + "\n")
    }

    fn curl(&self) -> (Vec<String>, String) {
        let mut lines = vec![
            "silent".to_owned(),
            "show-error".to_owned(),
            "user".to_owned() + &format!(" = {}:{}", self.server.user(), self.server.password()),
        ];
        if self.work.is_secured() {
            let authority = self.server.authority().file().display().to_string();
            lines.extend(["ssl-reqd".to_owned(), format!("cacert = {authority}")]);
        }
        if self.work.is_text() {
            lines.push("use-ascii".to_owned());
        }
        let way = if self.work.is_upload() {
            "upload-file"
        } else {
            "output"
        };
        for (local, remote) in self.pairs() {
            let address = self.server.address();
            lines.push(format!("url = ftp://{address}/{remote}"));
            lines.push(format!("{way} = {local}"));
        }
        (
            ["-q", "-K", "-"].map(str::to_owned).to_vec(),
            lines.join("\n") + "\n",
        )
    }

    fn lftp(&self) -> (Vec<String>, String) {
        let address = self.server.address();
        let mut lines = vec![
            "set cmd:fail-exit yes".to_owned(),
            "set net:max-retries 1".to_owned(),
            "set net:timeout 20".to_owned(),
            "set xfer:clobber yes".to_owned(),
        ];
        if self.work.is_secured() {
            let authority = self.server.authority().file().display().to_string();
            lines.extend([
                format!("set ssl:ca-file {authority}"),
                "set ftp:ssl-force yes".to_owned(),
                "set ftp:ssl-protect-data yes".to_owned(),
            ]);
        } else {
            lines.push("set ftp:ssl-allow no".to_owned());
        }
        lines.push(format!(
            "open -u {},{} ftp://{address}",
            self.server.user(),
            self.server.password()
        ));
        let ascii = if self.work.is_text() { "-a " } else { "" };
        let verb = if self.work.is_upload() { "put" } else { "get" };
        for (local, remote) in self.pairs() {
            let (from, to) = if self.work.is_upload() {
                (local, remote)
            } else {
                (remote, local)
            };
            lines.push(format!("{verb} {ascii}{from} -o {to}"));
        }
        lines.push("bye".to_owned());
        (vec!["--norc".to_owned()], lines.join("\n") + "\n")
    }

    fn tnftp(&self) -> (Vec<String>, String) {
        let address = self.server.address();
        let mut lines = vec![
            format!("user {} {}", self.server.user(), self.server.password()),
            if self.work.is_text() {
                "ascii"
            } else {
                "binary"
            }
            .to_owned(),
        ];
        let verb = if self.work.is_upload() { "put" } else { "get" };
        for (local, remote) in self.pairs() {
            let (from, to) = if self.work.is_upload() {
                (local, remote)
            } else {
                (remote, local)
            };
            lines.push(format!("{verb} {from} {to}"));
        }
        lines.push("quit".to_owned());
        let host = address.ip().to_string();
        let arguments = ["-n", "-p", "-V", &host, &address.port().to_string()].map(str::to_owned);
        (arguments.to_vec(), lines.join("\n") + "\n")
    }

    /// The bytes that ftpsh sends.
    fn socat(&self) -> (Vec<String>, String) {
        let address = self.server.address();
        let (user, password) = (self.server.user(), self.server.password());
        (
            ["-t20".to_owned(), "-".to_owned(), format!("TCP:{address}")].to_vec(),
            format!("USER {user}\r\nPASS {password}\r\nQUIT\r\n"),
        )
    }

    fn bare_socket(&self) -> (Vec<String>, String) {
        let (user, password) = (self.server.user(), self.server.password());
        let mut lines = vec![format!("USER {user}"), format!("PASS {password}")];
        lines.extend(self.noops());
        lines.push("QUIT".to_owned());
        let address = self.server.address().to_string();
        let arguments = vec!["--bare-socket".to_owned(), address];
        (arguments, lines.join("\n") + "\n")
    }

    fn noops(&self) -> Vec<String> {
        let number = match self.work {
            Work::Noops => self.size.noops,
            _ => 0,
        };
        vec!["NOOP".to_owned(); number]
    }

    /// The local file and the remote one of each transfer.
    fn pairs(&self) -> Vec<(String, String)> {
        match self.work {
            Work::Login | Work::Noops => Vec::new(),
            Work::Upload(_) | Work::Download(_) => vec![(LOCAL.to_owned(), REMOTE.to_owned())],
            Work::ManyUploads | Work::ManyDownloads => (0..self.size.files)
                .map(|number| (file_name("local", number), file_name("remote", number)))
                .collect(),
        }
    }
}
