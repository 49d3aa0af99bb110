//! What is done: the files that are there before, and those that must be there afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use super::clients::Peer;
use super::files::{is_same, write_lines, write_noise};
use super::measure::Job;
use super::support::home::Home;
use super::support::real_server::{Kind, Options, RealServer, Tls};

/// The one file of a big transfer.
pub(crate) const LOCAL: &str = "here";
pub(crate) const REMOTE: &str = "there";

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Upload(Form),
    Download(Form),
    ManyUploads,
    ManyDownloads,
    /// Connect, USER, PASS, QUIT.
    Login,
    /// The same with many NOOPs before the QUIT, each answered before the next.
    Noops,
}

/// How a big file travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Clear,
    /// TYPE A, in clear.
    Text,
    /// TLS 1.3 on both connections.
    Secured,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Bytes of a big file.
    bytes: u64,
    pub(crate) files: usize,
    pub(crate) noops: usize,
}

impl Size {
    pub(crate) const FULL: Self = Self {
        bytes: 1 << 30,
        files: 1000,
        noops: 5000,
    };
    pub(crate) const QUICK: Self = Self {
        bytes: 3 << 20,
        files: 20,
        noops: 50,
    };
}

const SMALL_FILE_BYTES: u64 = 4096;

impl Work {
    pub(crate) const ALL: [Self; 10] = [
        Self::Upload(Form::Clear),
        Self::Download(Form::Clear),
        Self::Upload(Form::Secured),
        Self::Download(Form::Secured),
        Self::Upload(Form::Text),
        Self::Download(Form::Text),
        Self::ManyUploads,
        Self::ManyDownloads,
        Self::Login,
        Self::Noops,
    ];

    pub(crate) fn name(self, size: &Size) -> String {
        let mebibytes = size.bytes >> 20;
        let files = size.files;
        let form = |form| match form {
            Form::Clear => "clear",
            Form::Text => "TYPE A",
            Form::Secured => "TLS 1.3",
        };
        match self {
            Self::Upload(how) => format!("upload {mebibytes} MiB, {}", form(how)),
            Self::Download(how) => format!("download {mebibytes} MiB, {}", form(how)),
            Self::ManyUploads => format!("upload {files} files of 4 KiB"),
            Self::ManyDownloads => format!("download {files} files of 4 KiB"),
            Self::Login => "connect, log in, QUIT".to_owned(),
            Self::Noops => format!("log in, {} NOOPs, QUIT", size.noops),
        }
    }

    /// Whether the client can do it.
    pub(crate) fn suits(self, peer: Peer) -> bool {
        match (self, peer) {
            (Self::Login, peer) => matches!(peer, Peer::Ftpsh | Peer::Socat),
            (Self::Noops, peer) => matches!(peer, Peer::Ftpsh | Peer::BareSocket),
            (_, Peer::Socat | Peer::BareSocket) => false,
            // Its TLS is for https alone.
            (_, Peer::Tnftp) => !self.is_secured(),
            _ => true,
        }
    }

    pub(crate) fn is_upload(self) -> bool {
        matches!(self, Self::Upload(_) | Self::ManyUploads)
    }

    pub(crate) fn is_secured(self) -> bool {
        self.form() == Form::Secured
    }

    pub(crate) fn is_text(self) -> bool {
        self.form() == Form::Text
    }

    fn form(self) -> Form {
        match self {
            Self::Upload(form) | Self::Download(form) => form,
            Self::ManyUploads | Self::ManyDownloads | Self::Login | Self::Noops => Form::Clear,
        }
    }
}

/// A server for each kind of connection, and the files.
pub(crate) struct Scene {
    pub(crate) size: Size,
    clear: RealServer,
    secured: RealServer,
    home: Home,
    originals: Home,
}

impl Scene {
    /// `None` where there is no vsftpd, after a line that says so.
    pub(crate) fn new(size: Size) -> Option<Self> {
        let extra = ["ascii_upload_enable=YES", "ascii_download_enable=YES"];
        let clear = RealServer::start_with(Kind::Vsftpd, &with(Tls::None, &extra))?;
        // What a client sends in clear is refused.
        let extra = ["force_anon_logins_ssl=YES", "force_anon_data_ssl=YES"];
        let secured = RealServer::start_with(Kind::Vsftpd, &with(Tls::Explicit, &extra))?;
        let originals = Home::new();
        write_noise(&originals.path().join("octets"), size.bytes);
        write_lines(&originals.path().join("text"), size.bytes);
        for number in 0..size.files {
            write_noise(
                &originals.path().join(file_name("small", number)),
                SMALL_FILE_BYTES + (number % 3) as u64,
            );
        }
        Some(Self {
            size,
            clear,
            secured,
            home: Home::new(),
            originals,
        })
    }

    fn server(&self, work: Work) -> &RealServer {
        if work.is_secured() {
            &self.secured
        } else {
            &self.clear
        }
    }

    /// Puts the files in their places, and takes away what an earlier run has left.
    pub(crate) fn clear(&self, work: Work) {
        let root = self.server(work).root();
        for (original, local, remote) in self.files(work) {
            let (local, remote) = (self.home.path().join(local), root.join(remote));
            let (source, target) = if work.is_upload() {
                (local, remote)
            } else {
                (remote, local)
            };
            remove(&source);
            remove(&target);
            fs::hard_link(original, source).expect("all lies on one file system");
        }
    }

    pub(crate) fn job(&self, work: Work, peer: Peer) -> Job {
        peer.job(work, self.size, self.server(work), self.home.path())
    }

    /// Panics unless every file has arrived, and is what was sent.
    pub(crate) fn check(&self, work: Work, peer: Peer) {
        let root = self.server(work).root();
        for (original, local, remote) in self.files(work) {
            let arrived = if work.is_upload() {
                root.join(remote)
            } else {
                self.home.path().join(local)
            };
            assert!(
                is_same(&original, &arrived),
                "{}, {}: {} is not what was sent",
                work.name(&self.size),
                peer.name(),
                arrived.display()
            );
        }
    }

    /// The original, its local name and its remote name, of every file of a work.
    fn files(&self, work: Work) -> Vec<(PathBuf, String, String)> {
        let original = |name: &str| self.originals.path().join(name);
        match work {
            Work::Login | Work::Noops => Vec::new(),
            Work::Upload(_) | Work::Download(_) => {
                let kind = if work.is_text() { "text" } else { "octets" };
                vec![(original(kind), LOCAL.to_owned(), REMOTE.to_owned())]
            }
            Work::ManyUploads | Work::ManyDownloads => (0..self.size.files)
                .map(|number| {
                    (
                        original(&file_name("small", number)),
                        file_name("local", number),
                        file_name("remote", number),
                    )
                })
                .collect(),
        }
    }
}

/// The name of one of many files.
pub(crate) fn file_name(kind: &str, number: usize) -> String {
    format!("{kind}-{number:04}")
}

fn with(tls: Tls, extra: &[&str]) -> Options {
    Options {
        tls,
        extra: extra.iter().map(|&line| line.to_owned()).collect(),
        ..Options::default()
    }
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            panic!("{}: {error}", path.display())
        }
        _ => {}
    }
}
