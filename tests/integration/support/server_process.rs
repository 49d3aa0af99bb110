//! A server's process with all its children, ended when the test ends, however it ends.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use socket2::{Domain, Protocol, Socket, Type};

/// `$0` is written when the server has ended. Ends its whole process group when its standard input ends, which it
/// does when the test's process is gone, even by a kill.
const KEEPER: &str =
    r#"("$@" </dev/null; echo "ended with code $?" >"$0") & cat >/dev/null; kill -KILL 0"#;

/// What to run.
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
}

/// A running server.
pub(super) struct ServerProcess {
    keeper: Child,
    ended: PathBuf,
    log: PathBuf,
}

/// A port that nobody else on this machine is given while it is kept.
pub(super) struct ReservedPort {
    pub(super) address: SocketAddr,
    _socket: Option<Socket>,
}

impl ServerProcess {
    /// Starts it; its output goes to a log in `folder`.
    pub(super) fn start(launch: &Launch, folder: &Path) -> Self {
        let ended = folder.join("ended");
        let log = folder.join("log");
        let output = File::create(&log).expect("the test's own folder is writable");
        let mut command = Command::new("sh");
        command.arg("-c").arg(KEEPER).arg(&ended);
        command.arg(&launch.program).args(&launch.arguments);
        command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(folder).stdin(Stdio::piped());
        command.stdout(output.try_clone().expect("a file can be shared"));
        command.stderr(output);
        // The keeper ends its group, which must not be the test's own.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let keeper = command.spawn().expect("sh is there");
        Self { keeper, ended, log }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.exists()
    }

    /// What it wrote.
    pub(super) fn log(&self) -> String {
        let ended = std::fs::read(&self.ended).unwrap_or_default();
        let mut log = std::fs::read(&self.log).unwrap_or_default();
        log.extend(ended);
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The keeper is part of the group that it kills; an error means that it is gone already.
        let _ = self.keeper.wait();
    }
}

impl ReservedPort {
    /// A free port of the given address.
    ///
    /// Where the system lets a server listen on a port that another socket is only bound to, that socket is kept, so
    /// that no other program is given the port. Elsewhere the port may be taken before the server has it.
    pub(super) fn on(host: IpAddr) -> std::io::Result<Self> {
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
