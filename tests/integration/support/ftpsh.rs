//! The binary, in an environment that knows nothing of the machine's user.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::events::valid_events;
use super::running::Running;
use super::terminal::Terminal;

/// Enough for several replies that never come, on a machine that is busy.
const RUN_DEADLINE: Duration = Duration::from_secs(100);

/// The binary with its arguments, about to be run.
#[must_use]
pub(crate) struct Ftpsh {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    folder: Option<PathBuf>,
    home: PathBuf,
    own_home: Option<TempDir>,
    tells_events: bool,
}

/// What it left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code; -1 after a signal.
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ftpsh {
    /// The binary with a home of its own, that is removed after the run.
    pub(crate) fn new() -> Self {
        Self::of_program(env!("CARGO_BIN_EXE_ftpsh"))
    }

    /// Another program in the place of the binary.
    pub(crate) fn of_program(program: impl Into<PathBuf>) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            stdin: Vec::new(),
            folder: None,
            home: home.path().to_owned(),
            own_home: Some(home),
            tells_events: false,
        }
    }

    /// What is about to be run.
    pub(crate) fn program_path(&self) -> &Path {
        &self.program
    }

    /// Another program in its place, with the same environment.
    pub(crate) fn through(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// Run by another program, which finds `program` and its arguments after its own words.
    #[cfg(unix)]
    pub(crate) fn run_by<'a>(
        mut self,
        words: impl IntoIterator<Item = &'a str>,
        program: &Path,
    ) -> Self {
        let mut words = words.into_iter();
        self.program = words.next().expect("a program comes first").into();
        let mut arguments: Vec<OsString> = words.map(OsString::from).collect();
        arguments.push(program.into());
        arguments.append(&mut self.arguments);
        self.arguments = arguments;
        self
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let arguments = arguments.into_iter();
        self.arguments
            .extend(arguments.map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// All of its standard input; nothing unless said.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_owned();
        self
    }

    /// Where it runs; in its home unless said.
    pub(crate) fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Lives in the caller's folder, so that what it writes there can be read afterwards.
    pub(crate) fn home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = home.into();
        self.own_home = None;
        self
    }

    /// Has [`Ftpsh::run`] check the events, too, which go into a file of their own.
    pub(crate) fn telling_events(mut self) -> Self {
        self.tells_events = true;
        self
    }

    /// Runs it in pipes, to its end. Panics when that takes more than a minute.
    #[must_use = "its exit code is to be checked"]
    pub(crate) fn run(mut self) -> Finished {
        if !self.tells_events {
            return self.run_in_pipes();
        }
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("events.jsonl");
        let mut format = OsString::from("--format=json=");
        format.push(&file);
        self.arguments.insert(0, format);
        let finished = self.run_in_pipes();
        // A command line that is not understood opens no file.
        let is_understood = finished.status != 2 || file.exists();
        if finished.status >= 0 && is_understood {
            let text = std::fs::read_to_string(file).expect("the events are UTF-8");
            valid_events(&text, finished.status);
        }
        finished
    }

    fn run_in_pipes(self) -> Finished {
        let mut command = self.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let mut stdin = child.stdin.take().expect("it is piped");
        let bytes = self.stdin.clone();
        thread::spawn(move || {
            // An error means that it has ended without reading everything.
            let _ = stdin.write_all(&bytes);
        });
        let stdout = read_to_end(child.stdout.take().expect("it is piped"));
        let stderr = read_to_end(child.stderr.take().expect("it is piped"));
        let deadline = Instant::now() + RUN_DEADLINE;
        let left = || deadline.saturating_duration_since(Instant::now());
        let (Ok(stdout), Ok(stderr)) = (stdout.recv_timeout(left()), stderr.recv_timeout(left()))
        else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{self:?} ran into its deadline");
        };
        let stderr = String::from_utf8(stderr).expect("what a person reads is UTF-8");
        let Some(status) = end_of(&mut child, deadline) else {
            panic!("{self:?} closed its output, but did not end; it said:\n{stderr}");
        };
        Finished {
            status: status.code().unwrap_or(-1),
            stdout,
            stderr,
        }
    }

    /// Starts it in pipes; its standard output is thrown away.
    pub(crate) fn start(mut self) -> Running {
        let mut command = self.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("the program can be started");
        Running::new(child, self.own_home.take())
    }

    /// Runs it in a terminal of 24 rows and 80 columns.
    pub(crate) fn terminal(self) -> Terminal {
        self.terminal_of(24, 80)
    }

    pub(crate) fn terminal_of(self, rows: u16, columns: u16) -> Terminal {
        let mut command = CommandBuilder::new(&self.program);
        command.args(&self.arguments);
        command.cwd(self.folder());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in self.whole_environment() {
            command.env(name, value);
        }
        Terminal::spawn(command, rows, columns).keep(self.own_home)
    }

    /// For whoever runs it in a way of his own.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(self.folder());
        command.env_clear().envs(self.whole_environment());
        command
    }

    fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(&self.home)
    }

    fn whole_environment(&self) -> Vec<(OsString, OsString)> {
        let mut environment = Vec::new();
        // Without the last two, Windows starts no program that uses sockets or a shell.
        for name in ["PATH", "SystemRoot", "ComSpec"] {
            environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        }
        let folders = [
            ("HOME", ""),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
            ("USERPROFILE", ""),
            ("APPDATA", "roaming"),
            ("LOCALAPPDATA", "local"),
            ("TMPDIR", "temporary"),
            ("TEMP", "temporary"),
            ("TMP", "temporary"),
        ];
        for (name, folder) in folders {
            let path = self.home.join(folder);
            std::fs::create_dir_all(&path).expect("its home is writable");
            environment.push((name.into(), path.into()));
        }
        if cfg!(windows) {
            // Windows keeps its folders to itself, whatever the environment says.
            let configuration = self.home.join("config/ftpsh/config.toml");
            if configuration.exists() {
                environment.push(("FTPSH_CONFIG".into(), configuration.into()));
            }
            let state = self.home.join("state/ftpsh");
            environment.push(("FTPSH_STATE".into(), state.into()));
        }
        environment.extend(self.environment.iter().cloned());
        environment
    }
}

impl std::fmt::Debug for Ftpsh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.program.display(), self.arguments)
    }
}

impl Finished {
    /// Asserts the exit code 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.code(0)
    }

    /// Asserts an exit code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(
            self.status,
            expected,
            "standard output:\n{}\nstandard error:\n{}",
            self.stdout_text(),
            self.stderr
        );
        self
    }

    /// Standard output as text, where it is meant to be text.
    pub(crate) fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

fn read_to_end(mut source: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // An error ends the bytes; the receiver is gone once the deadline is over.
        let _ = source.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// Its exit status; `None` when it had to be killed.
fn end_of(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        // Nothing wakes a wait with a deadline; its output is closed, so it is about to end.
        thread::sleep(Duration::from_millis(2));
    }
}
