//! The binary while it runs in pipes: lines in one by one, what it says as it says it, and an end by force.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use super::DEADLINE;

/// A running binary; dropping it kills it.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<(Mutex<String>, Condvar)>,
    _home: Option<tempfile::TempDir>,
}

impl Running {
    /// Takes over a child whose standard input and standard error are piped.
    pub(super) fn new(mut child: Child, home: Option<tempfile::TempDir>) -> Self {
        let stdin = child.stdin.take();
        let mut stderr = child.stderr.take().expect("it is piped");
        let said: Arc<(Mutex<String>, Condvar)> = Arc::default();
        let shared = Arc::clone(&said);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                shared.0.lock().expect("no reader panics").push_str(&text);
                shared.1.notify_all();
            }
        });
        Self {
            child,
            stdin,
            said,
            _home: home,
        }
    }

    /// A line of its standard input.
    pub(crate) fn send_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it is open");
        stdin
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| stdin.flush())
            .expect("it reads");
    }

    /// Waits until it has said this on standard error; everything that it has said so far.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let begun = Instant::now();
        let left = || DEADLINE.saturating_sub(begun.elapsed());
        let said = self.said.0.lock().expect("no reader panics");
        let waited = self
            .said
            .1
            .wait_timeout_while(said, left(), |said| !said.contains(text));
        let (said, _) = waited.expect("no reader panics");
        assert!(said.contains(text), "waited for {text:?} in\n{said}");
        said.clone()
    }

    /// Its number in the system.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once: it can do nothing about it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        let _ = self.child.wait().expect("it was killed");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
