//! Real proxies on loopback: Dante for SOCKS5, Tinyproxy for CONNECT.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use tempfile::TempDir;

use super::DEADLINE;
use super::availability::{skip, unpacked};
use super::server_process::{Launch, ReservedPort, ServerProcess};
use super::sockets::TICK;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    Dante,
    Tinyproxy,
}

/// How it is to be started.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyOptions {
    /// It serves `PROXY_USER` alone.
    pub(crate) wants_password: bool,
    /// The only ports that it connects to; else all.
    pub(crate) ports: Vec<u16>,
}

/// A running proxy; dropping it ends it.
pub(crate) struct RealProxy {
    kind: ProxyKind,
    wants_password: bool,
    port: ReservedPort,
    process: ServerProcess,
    _folder: TempDir,
}

pub(crate) const PROXY_USER: &str = "proxyuser";
/// As it is, and as a URL may hold it.
pub(crate) const PROXY_PASSWORD: &str = "pr0xys3cret";
pub(crate) const ENCODED_PASSWORD: &str = "pr0xy%733cret";
/// SHA-512 crypt of the password.
const HASH: &str = "$6$ftpshtest$fDoyBod6ytLOMJmX2TxvdDawhajsGXYHs3qTQ2foEOz6B46oOfWfFw2R2aQR59H1MlRfWD9BQo1MVQUogR.UP/";

impl ProxyKind {
    pub(crate) const ALL: [Self; 2] = [Self::Dante, Self::Tinyproxy];

    fn name(self) -> &'static str {
        match self {
            Self::Dante => "dante",
            Self::Tinyproxy => "tinyproxy",
        }
    }

    /// The schemes of URLs that mean it.
    pub(crate) fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Dante => &["socks5", "socks5h"],
            Self::Tinyproxy => &["http"],
        }
    }
}

impl RealProxy {
    /// Starts a proxy; `None` where it is not available, after a line that says so.
    ///
    /// Panics when `FTPSH_REQUIRE_SERVERS` names it.
    pub(crate) fn start(kind: ProxyKind, options: &ProxyOptions) -> Option<Self> {
        if !cfg!(target_os = "linux") || unpacked(kind.name()).is_none() {
            skip(kind.name(), "tests/servers/setup has not made it available");
            return None;
        }
        let folder = TempDir::with_prefix("ftpsh-test-").expect("a temporary folder");
        let port = ReservedPort::on_loopback();
        let launch = match kind {
            ProxyKind::Dante => dante(&folder, port.address, options),
            ProxyKind::Tinyproxy => tinyproxy(&folder, port.address, options),
        };
        let mut process = ServerProcess::start(&launch, port.address, folder.path());
        let deadline = Instant::now() + DEADLINE;
        while TcpStream::connect(port.address).is_err() {
            let is_early = !process.has_ended() && Instant::now() < deadline;
            assert!(
                is_early,
                "{} did not start:\n{}",
                kind.name(),
                process.log()
            );
            // Nothing tells when a process begins to listen.
            std::thread::sleep(TICK);
        }
        Some(Self {
            kind,
            wants_password: options.wants_password,
            port,
            process,
            _folder: folder,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.port.address
    }

    /// A URL that is served.
    pub(crate) fn url(&self, scheme: &str) -> String {
        if self.wants_password {
            self.url_for(scheme, &format!("{PROXY_USER}:{ENCODED_PASSWORD}@"))
        } else {
            self.url_for(scheme, "")
        }
    }

    /// One with this in front of the host.
    pub(crate) fn url_for(&self, scheme: &str, credentials: &str) -> String {
        format!("{scheme}://{credentials}{}", self.address())
    }

    /// What it wrote.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// The ports that it has connected clients to, as its log says, in order.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let log = self.process.log();
        let last_number =
            |line: &str, separator: char| line.rsplit(separator).next()?.parse::<u16>().ok();
        match self.kind {
            ProxyKind::Dante => {
                let lines = log.lines().filter(|line| line.contains("tcp/connect [: "));
                lines.filter_map(|line| last_number(line, '.')).collect()
            }
            ProxyKind::Tinyproxy => {
                let lines = log.lines().filter_map(|line| {
                    let (_, request) = line.split_once("CONNECT ")?.1.split_once(": CONNECT ")?;
                    request.strip_suffix(" HTTP/1.1")
                });
                lines.filter_map(|line| last_number(line, ':')).collect()
            }
        }
    }
}

fn tinyproxy(folder: &TempDir, address: SocketAddr, options: &ProxyOptions) -> Launch {
    let package = unpacked("tinyproxy").expect("it was looked for");
    let mut text = format!(
        "Listen {}\nPort {}\nTimeout 600\nMaxClients 50\nLogLevel Info\n",
        address.ip(),
        address.port()
    );
    if options.wants_password {
        text += &format!("BasicAuth {PROXY_USER} {PROXY_PASSWORD}\n");
    }
    for port in &options.ports {
        text += &format!("ConnectPort {port}\n");
    }
    let configuration = folder.path().join("tinyproxy.conf");
    fs::write(&configuration, text).expect("the test's own folder");
    Launch {
        program: package.join("usr/bin/tinyproxy"),
        arguments: vec![
            "-d".to_owned(),
            "-c".to_owned(),
            configuration.display().to_string(),
        ],
        environment: Vec::new(),
    }
}

/// Its users are those of the system: nss_wrapper gives it others.
fn dante(folder: &TempDir, address: SocketAddr, options: &ProxyOptions) -> Launch {
    let package = unpacked("dante").expect("it was looked for");
    let method = if options.wants_password {
        "username"
    } else {
        "none"
    };
    let mut text = format!(
        "logoutput: stderr\n\
         internal: {} port = {}\n\
         external: {}\n\
         clientmethod: none\n\
         socksmethod: {method}\n\
         client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}\n",
        address.ip(),
        address.port(),
        address.ip()
    );
    let mut pass = |ports: &str| {
        text += &format!(
            "socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0{ports}\n command: connect\n log: connect disconnect error\n}}\n"
        );
    };
    match &options.ports[..] {
        [] => pass(""),
        ports => ports
            .iter()
            .for_each(|port| pass(&format!(" port = {port}"))),
    }
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the test's own folder");
        path.display().to_string()
    };
    let passwd = "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
    let passwd = format!("{passwd}{PROXY_USER}:x:12345:12345:proxy:/:/bin/sh\n");
    let shadow = format!("{PROXY_USER}:{HASH}:19000:0:99999:7:::\n");
    Launch {
        program: package.join("usr/sbin/danted"),
        arguments: vec![
            "-f".to_owned(),
            write("danted.conf", &text),
            "-p".to_owned(),
            folder.path().join("pid").display().to_string(),
        ],
        environment: vec![
            (
                "LD_LIBRARY_PATH".to_owned(),
                package.join("libraries").display().to_string(),
            ),
            ("LD_PRELOAD".to_owned(), "libnss_wrapper.so".to_owned()),
            ("NSS_WRAPPER_PASSWD".to_owned(), write("passwd", &passwd)),
            ("NSS_WRAPPER_SHADOW".to_owned(), write("shadow", &shadow)),
            (
                "NSS_WRAPPER_GROUP".to_owned(),
                write("group", "root:x:0:\nnogroup:x:65534:\nproxy:x:12345:\n"),
            ),
        ],
    }
}
