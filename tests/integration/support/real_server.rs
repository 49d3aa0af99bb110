//! Real FTP servers on loopback, each over a folder of its own, on a port of its own.
//!
//! `tests/servers/setup` makes them available. A server that is not is skipped, with a line that says so, unless
//! `FTPSH_REQUIRE_SERVERS` names it.

use std::fs;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::availability::{servers, skip, unpacked};
use super::certificates::Authority;
use super::server_configuration::{NOBODY, Owner, Place, configure};
use super::server_process::{Launch, ReservedPort, ReservedRange, ServerProcess};
use super::sockets::TICK;
use super::tls_client::TlsClient;

pub(super) const USER: &str = "tester";
pub(super) const PASSWORD: &str = "secret";
/// A loaded machine takes its time to start Python.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// The servers that judge the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Vsftpd,
    Proftpd,
    PureFtpd,
    Pyftpdlib,
}

/// Whether a server does TLS. vsftpd and ProFTPD require that data connections resume the control session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tls {
    #[default]
    None,
    /// AUTH TLS is offered, and never demanded.
    Explicit,
    /// From the first byte on: vsftpd and ProFTPD have it.
    Implicit,
}

/// How a server is to be started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Seconds until an idle session is ended; Pure-FTPd rounds up to minutes. Else the server's default.
    pub(crate) idle_seconds: Option<u32>,
    pub(crate) tls: Tls,
    /// Listens on ::1 instead of 127.0.0.1.
    pub(crate) ipv6: bool,
    /// How many ports it may offer for data, all in a row. Else it takes any.
    pub(crate) data_ports: Option<u16>,
    /// More of the server's own directives: lines of the configuration of vsftpd and ProFTPD, arguments of
    /// Pure-FTPd, lines of Python about `handler` for pyftpdlib.
    pub(crate) extra: Vec<String>,
}

impl Options {
    /// With which each server heeds an ABOR in a transfer: vsftpd else answers it after the whole file.
    pub(crate) fn heeding_abor(kind: Kind) -> Self {
        let heeds = (kind == Kind::Vsftpd).then(|| "async_abor_enable=YES".to_owned());
        Self {
            extra: heeds.into_iter().collect(),
            ..Self::default()
        }
    }
}

/// A running server; dropping it ends it and removes its files.
pub(crate) struct RealServer {
    kind: Kind,
    owner: Owner,
    port: ReservedPort,
    data_ports: Option<ReservedRange>,
    implicit: Option<TlsClient>,
    root: PathBuf,
    authority: Authority,
    launch: Launch,
    /// `None` after a kill.
    process: Option<ServerProcess>,
    home: TempDir,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] =
        [Self::Vsftpd, Self::Proftpd, Self::PureFtpd, Self::Pyftpdlib];

    /// The name in `FTPSH_REQUIRE_SERVERS` and in tests/.servers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Vsftpd => "vsftpd",
            Self::Proftpd => "proftpd",
            Self::PureFtpd => "pure-ftpd",
            Self::Pyftpdlib => "pyftpdlib",
        }
    }

    /// Why it cannot be started here.
    fn obstacle(self) -> Option<&'static str> {
        if !cfg!(unix) {
            return Some("it needs Unix");
        }
        if unpacked(self.name()).is_none() {
            return Some("tests/servers/setup has not made it available");
        }
        if self == Self::PureFtpd && !user_namespace_or_root() {
            return Some("it needs root or a user namespace");
        }
        None
    }
}

impl RealServer {
    /// Starts a server that answers; `None` where it is not available, after a line that says so.
    ///
    /// Panics when `FTPSH_REQUIRE_SERVERS` names it.
    pub(crate) fn start(kind: Kind) -> Option<Self> {
        Self::start_with(kind, &Options::default())
    }

    /// As [`RealServer::start`].
    pub(crate) fn start_with(kind: Kind, options: &Options) -> Option<Self> {
        if let Some(obstacle) = kind.obstacle() {
            skip(kind.name(), obstacle);
            return None;
        }
        let deadline = Instant::now() + START_DEADLINE;
        loop {
            match Self::try_start(kind, options, deadline) {
                Ok(server) => return Some(server),
                // Its port may have been taken.
                Err(_) if Instant::now() < deadline && cfg!(not(target_os = "linux")) => {}
                Err(log) => panic!("{} did not start:\n{log}", kind.name()),
            }
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.port.address
    }

    pub(crate) fn user(&self) -> &'static str {
        match self.kind {
            Kind::Vsftpd => "anonymous",
            _ => USER,
        }
    }

    pub(crate) fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Where it listens for data, if [`Options`] said so.
    pub(crate) fn data_ports(&self) -> Option<RangeInclusive<u16>> {
        self.data_ports.as_ref().map(ReservedRange::ports)
    }

    /// Ends the server and all its sessions at once (SIGKILL), and comes back when they are gone.
    pub(crate) fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it anew over the same folder, on the same port.
    pub(crate) fn start_again(&mut self) {
        self.process = None;
        let deadline = Instant::now() + START_DEADLINE;
        let mut process = ServerProcess::start(&self.launch, self.address(), self.home.path());
        let implicit = self.implicit.as_ref();
        if let Err(log) = await_greeting(self.address(), implicit, &mut process, deadline) {
            panic!("{} did not start again:\n{log}", self.kind.name());
        }
        self.process = Some(process);
    }

    /// Who has signed the server's certificate, which is for `localhost`, 127.0.0.1, 127.0.0.2 and ::1.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The folder that a user who has logged in is in, on disk.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Puts a file where the server serves it and may change it.
    pub(crate) fn write_file(&self, name: &str, content: &[u8]) {
        let path = self.root.join(name);
        fs::write(&path, content).expect("the server's folder is the test's own");
        give_to_server(self.kind, self.owner, &path);
    }

    /// A file of the server, as it is on disk.
    pub(crate) fn read_file(&self, name: &str) -> Vec<u8> {
        fs::read(self.root.join(name)).expect("the server has the file")
    }

    fn try_start(kind: Kind, options: &Options, deadline: Instant) -> Result<Self, String> {
        let home = reachable_folder();
        let owner = owner_of(home.path());
        let root = home.path().join("root");
        fs::create_dir(&root).expect("the test's own folder is writable");
        open_to_all(&root);
        give_to_server(kind, owner, &root);
        let host = if options.ipv6 {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        } else {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        };
        let port = ReservedPort::on(host);
        let data_ports = options
            .data_ports
            .map(|count| ReservedRange::on(host, count));
        let authority = Authority::new();
        authority.issue().write_to(home.path());
        let place = Place {
            package: servers().join(kind.name()),
            home: home.path(),
            root: &root,
            address: port.address,
            data_ports: data_ports.as_ref().map(ReservedRange::ports),
            owner,
        };
        let launch = configure(kind, &place, options);
        let mut process = ServerProcess::start(&launch, port.address, home.path());
        let implicit = TlsClient::trusting(authority.file());
        let implicit = (options.tls == Tls::Implicit).then_some(implicit);
        await_greeting(port.address, implicit.as_ref(), &mut process, deadline)?;
        Ok(Self {
            kind,
            owner,
            port,
            data_ports,
            implicit,
            root,
            authority,
            launch,
            process: Some(process),
            home,
        })
    }
}

fn await_greeting(
    address: SocketAddr,
    implicit: Option<&TlsClient>,
    process: &mut ServerProcess,
    deadline: Instant,
) -> Result<(), String> {
    while Instant::now() < deadline && !process.has_ended() {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(1));
        if stream.is_ok_and(|stream| greets(stream, implicit, deadline)) {
            return Ok(());
        }
        // Nothing tells when a process begins to listen.
        std::thread::sleep(TICK);
    }
    Err(process.log())
}

/// Whether a whole 220 comes.
fn greets(stream: TcpStream, implicit: Option<&TlsClient>, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
        return false;
    }
    match implicit {
        None => brings_greeting(stream),
        Some(tls) => tls.secure(stream).is_ok_and(brings_greeting),
    }
}

fn brings_greeting(mut stream: impl Read) -> bool {
    let mut greeting = Vec::new();
    let mut buffer = [0; 512];
    loop {
        let is_whole = greeting.ends_with(b"\n")
            && greeting
                .split(|&byte| byte == b'\n')
                .any(|line| line.starts_with(b"220 "));
        if is_whole {
            return true;
        }
        match stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(count) => greeting.extend(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

fn user_namespace_or_root() -> bool {
    let folder = reachable_folder();
    owner_of(folder.path()).user == 0
        || Command::new("unshare")
            .args(["-Ur", "true"])
            .output()
            .is_ok_and(|output| output.status.success())
}

/// A folder that a server can enter that runs as another user.
fn reachable_folder() -> TempDir {
    let usual = std::env::temp_dir();
    let parent = if usual.ancestors().all(is_open_to_all) {
        usual
    } else {
        PathBuf::from("/tmp")
    };
    let folder = TempDir::with_prefix_in("ftpsh-test-", parent).expect("a temporary folder");
    open_to_all(folder.path());
    folder
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    true
}

#[cfg(unix)]
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the test's own folder");
}

#[cfg(not(unix))]
fn open_to_all(_path: &Path) {}

#[cfg(unix)]
fn owner_of(path: &Path) -> Owner {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).expect("the test's own folder");
    Owner {
        user: metadata.uid(),
        group: metadata.gid(),
    }
}

#[cfg(not(unix))]
fn owner_of(_path: &Path) -> Owner {
    Owner { user: 1, group: 1 }
}

/// Pure-FTPd that is started by root serves as another user.
fn give_to_server(kind: Kind, owner: Owner, path: &Path) {
    if kind != Kind::PureFtpd || owner.user != 0 {
        return;
    }
    #[cfg(unix)]
    std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
    #[cfg(not(unix))]
    let _ = (path, NOBODY);
}
