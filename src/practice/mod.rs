//! The practice server: a small, real FTP server on loopback, with faults that can be switched on.
//!
//! People practise on it and tests use it. It serves a scratch folder that holds the server's side of one
//! unfinished upload; beside it lies a folder with the local side. It never leaves its folder and never listens on,
//! or dials, anything but loopback. It does TLS for whoever asks for it, with a certificate that it makes at its start.

mod content;
mod control;
mod data_connection;
mod faults;
mod folder;
mod listing;
mod log;
mod loopback;
mod recording;
mod session;
#[cfg(test)]
mod tests;
mod transfer;
mod verbs;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, fs};

use tempfile::TempDir;

use faults::create_hostile_files;
use folder::Folder;
use log::SessionLog;
use loopback::tls::LoopbackTls;
use loopback::{LoopbackConnection, LoopbackListener};
use recording::place_received_files;
use session::Session;

pub use content::{Content, PlacedFile};
pub use log::{LogEntry, LogEvent, LoggedTransfer, ServerLog};

pub use recording::{Deviation, Recording, Response};

pub use faults::{FAULTS, Fault, FaultEntry, FaultError, Faults};

/// Control connections served at the same time.
const MAX_SESSIONS: usize = 32;
/// How long the server's own last connection, which only wakes it, may take.
const WAKING_LIMIT: Duration = Duration::from_secs(1);
/// Beside the two folders.
const CERTIFICATE_NAME: &str = "certificate.pem";

/// A running practice server. Dropping it closes its connections and removes its folders, unless they are kept.
#[derive(Debug)]
pub struct PracticeServer {
    address: SocketAddr,
    server_folder: PathBuf,
    local_folder: PathBuf,
    certificate_path: PathBuf,
    service: Arc<Service>,
    acceptor: Option<JoinHandle<LoopbackListener>>,
    // Removed last: fields are dropped in order.
    scratch: TempDir,
}

/// Why a practice server could not start.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// The scratch folder or a file in it could not be made.
    #[error("the practice server's folder could not be made")]
    Folder(#[source] io::Error),
    /// The certificate could not be made.
    #[error("the practice server's certificate could not be made")]
    Certificate(#[source] io::Error),
    /// There was no port to listen on, or no thread.
    #[error("the practice server could not listen on loopback")]
    Listen(#[source] io::Error),
}

/// Accepts control connections and ends their sessions when the server stops.
struct Acceptor {
    service: Arc<Service>,
    listener: LoopbackListener,
    sessions: Vec<Running>,
}

/// A session's thread, and a handle on its control connection to end it with.
struct Running {
    thread: JoinHandle<()>,
    connection: Arc<SharedHandle>,
}

/// Given up by the session at its end: as long as there is a handle, a reset would not go out.
type SharedHandle = std::sync::Mutex<Option<LoopbackConnection>>;

/// Where a practice server listened. Each new port costs the system more, as long as it remembers the connections to
/// the earlier ones: thousands of servers in a row share a few.
#[derive(Debug)]
pub(crate) struct Port(LoopbackListener);

impl PracticeServer {
    /// Makes the folders and starts the server; connections are accepted once this returns.
    ///
    /// # Errors
    ///
    /// [`PracticeError`].
    pub fn start(configuration: Configuration) -> Result<Self, PracticeError> {
        let scratch = make_scratch_folder().map_err(PracticeError::Folder)?;
        Self::start_in(scratch, None, configuration)
    }

    /// The same in a scratch folder of [`make_scratch_folder`], for a caller that has to know of it before anything
    /// else happens, and on the port of an earlier server, if there is one.
    ///
    /// # Errors
    ///
    /// [`PracticeError`].
    pub(crate) fn start_in(
        mut scratch: TempDir,
        port: Option<Port>,
        configuration: Configuration,
    ) -> Result<Self, PracticeError> {
        scratch.disable_cleanup(configuration.keep);
        let server_folder = scratch.path().join("server");
        let local_folder = scratch.path().join("local");
        let is_hostile = configuration.faults.has(&Fault::HostileText);
        let content = &configuration.content;
        create_files(content, &server_folder, &local_folder, is_hostile)
            .map_err(PracticeError::Folder)?;
        let folder = Folder::new(&server_folder).map_err(PracticeError::Folder)?;
        if let Some(recording) = &configuration.recording {
            place_received_files(&folder, recording);
        }
        let service = Service::new(folder, configuration).map_err(PracticeError::Certificate)?;
        let service = Arc::new(service);
        let certificate_path = scratch.path().join(CERTIFICATE_NAME);
        fs::write(&certificate_path, service.tls.certificate_pem())
            .map_err(PracticeError::Folder)?;
        let listener = match port {
            Some(Port(listener)) => listener,
            None => LoopbackListener::ipv4().map_err(PracticeError::Listen)?,
        };
        let address = listener.address().map_err(PracticeError::Listen)?;
        let acceptor = Acceptor {
            service: Arc::clone(&service),
            listener,
            sessions: Vec::new(),
        };
        let acceptor = thread::Builder::new()
            .name("practice server".to_owned())
            .spawn(move || acceptor.run())
            .map_err(PracticeError::Listen)?;
        Ok(Self {
            address,
            server_folder,
            local_folder,
            certificate_path,
            service,
            acceptor: Some(acceptor),
            scratch,
        })
    }

    /// Where it accepts control connections: 127.0.0.1 and a free port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder that clients see as `/`; it holds `1.TXT` with the 5 bytes `I am `.
    #[must_use]
    pub fn server_folder(&self) -> &Path {
        &self.server_folder
    }

    /// The folder with the local side; it holds `1.TXT` with the 11 bytes `I am zfive5`.
    #[must_use]
    pub fn local_folder(&self) -> &Path {
        &self.local_folder
    }

    /// The file of PEM with the certificate that the server shows under TLS; a client that is to believe the server
    /// trusts it. It is for `localhost`, 127.0.0.1 and ::1.
    #[must_use]
    pub fn certificate_path(&self) -> &Path {
        &self.certificate_path
    }

    /// The scratch folder that holds both folders and the certificate.
    #[must_use]
    pub fn scratch_folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Stops the server and waits until its sessions have ended.
    pub fn stop(self) {
        drop(self);
    }

    /// The same, and leaves its port to another one.
    pub(crate) fn leave_port(mut self) -> Option<Port> {
        self.end().map(Port)
    }

    fn end(&mut self) -> Option<LoopbackListener> {
        self.service.stop();
        let acceptor = self.acceptor.take()?;
        wake(&acceptor, self.address);
        // A panic in there has been reported by its thread.
        acceptor.join().ok()
    }
}

impl Drop for PracticeServer {
    fn drop(&mut self) {
        drop(self.end());
    }
}

impl Acceptor {
    /// Returns the listener once nobody is served any more.
    fn run(mut self) -> LoopbackListener {
        loop {
            let accepted = self.listener.accept();
            if self.service.is_stopping() {
                break;
            }
            self.sessions
                .retain(|session| !session.thread.is_finished());
            match accepted {
                Ok(connection) => self.admit(connection),
                // Out of handles, most likely: some are given back when a session ends.
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
        for session in &self.sessions {
            session.close();
        }
        for session in self.sessions {
            // A panic in there has been reported by its thread.
            let _ = session.thread.join();
        }
        self.listener
    }

    fn admit(&mut self, mut connection: LoopbackConnection) {
        if self.sessions.len() >= MAX_SESSIONS {
            // Whether or not the client hears it, the connection is closed.
            let _ = connection.write_all(b"421 Too many connections.\r\n");
            return;
        }
        // A connection that cannot be set up is closed; its client sees that.
        if let Ok(session) = Running::start(Arc::clone(&self.service), connection) {
            self.sessions.push(session);
        }
    }
}

impl Running {
    fn start(service: Arc<Service>, connection: LoopbackConnection) -> io::Result<Self> {
        let handle = Arc::new(SharedHandle::new(Some(connection.handle())));
        let given_up = Arc::clone(&handle);
        let session = Session::new(service, connection)?;
        let thread = thread::Builder::new()
            .name("practice session".to_owned())
            .spawn(move || {
                session.serve();
                drop(take(&given_up));
            })?;
        Ok(Self {
            thread,
            connection: handle,
        })
    }

    fn close(&self) {
        if let Some(connection) = take(&self.connection) {
            connection.close();
        }
    }
}

/// Ends the acceptor's wait, which has no time limit, by a connection; tried again while there is no handle for one.
fn wake<T>(acceptor: &JoinHandle<T>, address: SocketAddr) {
    while !acceptor.is_finished() {
        match LoopbackConnection::dial(address, WAKING_LIMIT) {
            Ok(_) => return,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return,
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn take(handle: &SharedHandle) -> Option<LoopbackConnection> {
    // A handle has no state that a panic could leave half changed.
    handle
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take()
}

/// A port of this machine that nobody has now.
///
/// # Errors
///
/// What the system says.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(LoopbackListener::ipv4()?.address()?.port())
}

/// Makes the scratch folder of a practice server.
pub(crate) fn make_scratch_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("ftpsh-practice-").tempdir()
}

/// Removes a scratch folder whose server still runs and may be making files in it.
pub(crate) fn remove_scratch_folder(folder: &Path) {
    for _ in 0..REMOVALS {
        // What cannot be removed stays in the system's temporary folder.
        let _ = fs::remove_dir_all(folder);
        if !folder.exists() {
            return;
        }
    }
}

/// A file can appear during one removal, hardly during so many.
const REMOVALS: usize = 100;

/// Puts both sides in place.
fn create_files(
    content: &Content,
    server_folder: &Path,
    local_folder: &Path,
    is_hostile: bool,
) -> io::Result<()> {
    content.place(server_folder, local_folder)?;
    if is_hostile {
        create_hostile_files(server_folder)?;
    }
    Ok(())
}

/// How a practice server is to be.
#[derive(Clone)]
pub struct Configuration {
    /// The faults that are switched on.
    pub faults: Faults,
    /// Whether the scratch folder stays when the server is gone.
    pub keep: bool,
    /// The one user that may log in.
    pub user: String,
    /// That user's password.
    pub password: String,
    /// A session of another server; its answers come before the server's own.
    pub recording: Option<Recording>,
    /// What lies on both sides at the start.
    pub content: Content,
    /// Where what is seen is kept, if anybody wants to look at it.
    pub log: Option<ServerLog>,
}

impl Default for Configuration {
    /// No faults, a folder that is removed, user `A` and password `A`, no recording, the files of the article, no log.
    fn default() -> Self {
        Self {
            faults: Faults::default(),
            keep: false,
            user: "A".to_owned(),
            password: "A".to_owned(),
            recording: None,
            content: Content::of_article(),
            log: None,
        }
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("faults", &self.faults)
            .field("keep", &self.keep)
            .field("user", &self.user)
            .field("password", &"****")
            .field("recording", &self.recording)
            .finish_non_exhaustive()
    }
}

/// How long a session may be idle unless a fault says otherwise.
const IDLE_LIMIT: Duration = Duration::from_secs(15 * 60);

/// The folder served, who may log in, and what goes wrong.
#[derive(Debug)]
struct Service {
    folder: Folder,
    configuration: Configuration,
    /// For control connections.
    tls: LoopbackTls,
    /// For data connections.
    data_tls: LoopbackTls,
    has_cut: AtomicBool,
    /// How often AUTH was accepted too early.
    late_handshakes: AtomicU64,
    is_stopping: AtomicBool,
    /// Control connections so far.
    sessions: AtomicUsize,
}

impl Service {
    /// # Errors
    ///
    /// When no certificate can be made.
    fn new(folder: Folder, configuration: Configuration) -> io::Result<Self> {
        let tls = LoopbackTls::self_signed()?;
        let data_tls = if configuration.faults.has(&Fault::OtherDataCertificate) {
            LoopbackTls::self_signed()?.without_resumption()
        } else {
            tls.clone().without_tickets()
        };
        Ok(Self {
            folder,
            configuration,
            tls,
            data_tls,
            has_cut: AtomicBool::new(false),
            late_handshakes: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
            sessions: AtomicUsize::new(0),
        })
    }

    fn faults(&self) -> &Faults {
        &self.configuration.faults
    }

    /// Whether this fault, which has no value, is switched on.
    fn has(&self, fault: &Fault) -> bool {
        self.faults().has(fault)
    }

    fn idle_limit(&self) -> Duration {
        self.faults().idle_limit().unwrap_or(IDLE_LIMIT)
    }

    /// The bytes after which a transfer is to be cut, as long as none was.
    fn cut_after(&self) -> Option<u64> {
        self.faults()
            .cut_after()
            .filter(|_| !self.has_cut.load(Ordering::SeqCst))
    }

    /// Whether the caller is the one transfer that is cut.
    fn claim_cut(&self) -> bool {
        !self.has_cut.swap(true, Ordering::SeqCst)
    }

    /// Whether the handshake that follows this AUTH is one that comes too early.
    fn claim_late_handshake(&self) -> bool {
        let times = self.faults().late_handshakes();
        times > 0 && self.late_handshakes.fetch_add(1, Ordering::SeqCst) < times
    }

    /// The log as a new session writes it.
    fn new_session_log(&self) -> SessionLog {
        let session = self.sessions.fetch_add(1, Ordering::SeqCst) + 1;
        SessionLog::new(self.configuration.log.clone(), session)
    }

    fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }
}
