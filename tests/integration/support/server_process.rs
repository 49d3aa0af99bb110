//! A server's process with all its children, ended when the test ends, however it ends.

use std::fs::File;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::sockets::TICK;

/// Ends its whole process group when its standard input ends, which it does when the test's process is gone, even by a
/// kill.
const KEEPER: &str = "cat >/dev/null; kill -KILL 0";
/// How long a killed session may take to be gone.
const LAST_SESSION_DEADLINE: Duration = Duration::from_secs(2);

/// What to run.
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
    _socket: Option<Socket>,
}

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
    /// A free port of the given address.
    ///
    /// Where the system lets a server listen on a port that another socket is only bound to, that socket is kept, so
    /// that no other program is given the port. Elsewhere the port may be taken before the server has it.
    pub(crate) fn on(host: IpAddr) -> std::io::Result<Self> {
        let address = SocketAddr::new(host, 0);
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        let address = socket
            .local_addr()?
            .as_socket()
            .expect("a TCP socket has an internet address");
        Ok(Self {
            address,
            _socket: cfg!(target_os = "linux").then_some(socket),
        })
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
