//! A server's process with all its children, ended when the test ends, however it ends.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::DEADLINE;
use super::sockets::TICK;

/// Ends its whole process group when its standard input ends, which it does when the test's process is gone, even by a
/// kill.
const KEEPER: &str = "cat >/dev/null; kill -KILL 0";
/// How long a killed session may take to be gone.
const LAST_SESSION_DEADLINE: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 100;
/// Where a relay listens on the server's own ports. Only Linux has it without setting it up.
pub(crate) const BESIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// What to run.
#[derive(Clone)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
}

/// A running server, in a process group with its keeper.
pub(super) struct ServerProcess {
    keeper: Child,
    server: Child,
    address: SocketAddr,
    log: PathBuf,
}

/// A port that nobody else on this machine is given while it is kept.
pub(crate) struct ReservedPort {
    pub(crate) address: SocketAddr,
    _sockets: Vec<Socket>,
}

/// Ports in a row, as servers want them for data.
pub(crate) struct ReservedRange(Vec<ReservedPort>);

impl ServerProcess {
    /// Starts it, to listen on the address; its output goes to a log in `folder`.
    pub(super) fn start(launch: &Launch, address: SocketAddr, folder: &Path) -> Self {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER]).stdin(Stdio::piped());
        // The keeper ends its group, which must not be the test's own.
        join_group(&mut keeper, 0);
        let keeper = keeper.spawn().expect("sh is there");

        let log = folder.join("log");
        let output = File::create(&log).expect("the test's own folder is writable");
        let mut server = Command::new(&launch.program);
        server.args(&launch.arguments).current_dir(folder);
        server.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        server
            .stdin(Stdio::null())
            .stderr(output.try_clone().expect("a file can be shared"));
        server.stdout(output);
        join_group(&mut server, keeper.id());
        let server = server.spawn().expect("what was unpacked can be run");
        Self {
            keeper,
            server,
            address,
            log,
        }
    }

    /// Kills the server and all its sessions at once, and comes back when they are gone.
    pub(super) fn kill(self) {
        let group = format!("-{}", self.keeper.id());
        let members: Vec<_> = descendants(self.server.id())
            .iter()
            .map(u32::to_string)
            .collect();
        // A session of vsftpd is in a group of its own. Another ends with the group, perhaps before its own turn.
        let killed = Command::new("sh")
            .args([
                "-c",
                "kill -KILL \"$1\" || exit; shift; kill -KILL \"$@\"; :",
                "sh",
                &group,
            ])
            .args(&members)
            .stderr(Stdio::null())
            .status()
            .expect("sh is there");
        assert!(killed.success(), "{group}: {killed}");
        for process in &members {
            await_end(process);
        }
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.server.try_wait(), Ok(None))
    }

    /// What it wrote.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The keeper is part of the group that it kills; an error means that a process is gone already.
        let _ = self.keeper.wait();
        let _ = self.server.wait();
        // Sessions of Pure-FTPd hold its listener, and are not ours to wait for.
        let deadline = Instant::now() + LAST_SESSION_DEADLINE;
        while TcpStream::connect(self.address).is_ok() && Instant::now() < deadline {
            std::thread::sleep(TICK);
        }
    }
}

impl ReservedPort {
    /// A port of 127.0.0.1 that nobody listens on, for as long as it is kept.
    pub(crate) fn on_loopback() -> Self {
        Self::on(Ipv4Addr::LOCALHOST.into())
    }

    /// A free port of the given address, which for IPv4 is free `BESIDE` it too.
    ///
    /// Where the system lets a server listen on a port that another socket is only bound to, that socket is kept, so
    /// that no other program is given the port. Elsewhere the port may be taken before the server has it.
    pub(crate) fn on(host: IpAddr) -> Self {
        let mut attempts = (0..ATTEMPTS).map(|_| Self::at(SocketAddr::new(host, 0)));
        let found = attempts.find_map(Result::ok);
        found.expect("loopback has a free port")
    }

    pub(crate) fn at(address: SocketAddr) -> std::io::Result<Self> {
        let first = bound(address)?;
        let address = first
            .local_addr()?
            .as_socket()
            .expect("a TCP socket has an internet address");
        let mut sockets = Vec::new();
        if cfg!(target_os = "linux") {
            sockets.push(first);
            if address.is_ipv4() {
                sockets.push(bound(SocketAddr::from((BESIDE, address.port())))?);
            }
        }
        Ok(Self {
            address,
            _sockets: sockets,
        })
    }
}

fn bound(address: SocketAddr) -> std::io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

impl ReservedRange {
    /// So many free ports of the given address.
    pub(crate) fn on(host: IpAddr, count: u16) -> Self {
        let row = || -> std::io::Result<Vec<ReservedPort>> {
            let first = ReservedPort::on(host);
            let port = first.address.port();
            let rest = (1..count).map(|step| {
                let next = port
                    .checked_add(step)
                    .ok_or(std::io::ErrorKind::AddrInUse)?;
                ReservedPort::at(SocketAddr::new(host, next))
            });
            std::iter::once(Ok(first)).chain(rest).collect()
        };
        let found = (0..ATTEMPTS).find_map(|_| row().ok());
        Self(found.expect("loopback has free ports in a row"))
    }

    pub(crate) fn ports(&self) -> RangeInclusive<u16> {
        let port = |reserved: Option<&ReservedPort>| reserved.map_or(0, |it| it.address.port());
        port(self.0.first())..=port(self.0.last())
    }
}

/// The children of a process, and theirs. None where the system does not tell (all but Linux).
fn descendants(process: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let list = list.unwrap_or_default();
    let children = list.split_whitespace().filter_map(|id| id.parse().ok());
    children
        .flat_map(|child| std::iter::once(child).chain(descendants(child)))
        .collect()
}

/// Until a process is gone, or only its parent has not heard of it.
fn await_end(process: &str) {
    let deadline = Instant::now() + DEADLINE;
    while std::fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.contains(") Z "))
    {
        assert!(Instant::now() < deadline, "{process} was killed");
        std::thread::sleep(TICK);
    }
}

/// Group 0 is a new one, named after the process.
fn join_group(command: &mut Command, group: u32) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(
        command,
        group.try_into().expect("a process id is positive"),
    );
    #[cfg(not(unix))]
    let _ = (command, group);
}
