//! The program that shows what is longer than the screen.

use std::io;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::places::{Interruption, local_shell, wait_for_reader};
use crate::shell::interrupts::Interrupts;
use crate::shell::screen::painter::Screen;

/// A pager that may be started once. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    command: Vec<u8>,
    running: Arc<Mutex<Option<Child>>>,
}

impl Pager {
    /// The one that `PAGER` names, else `less` if it is there. An empty `PAGER` means none.
    pub(crate) fn of_environment() -> Option<Self> {
        let command = match std::env::var_os("PAGER") {
            Some(pager) => pager.into_encoded_bytes(),
            None if is_in_path("less") => b"less".to_vec(),
            None => return None,
        };
        (!command.is_empty()).then(|| Self {
            command,
            running: Arc::default(),
        })
    }

    /// Starts it, and lends it the terminal.
    ///
    /// # Errors
    ///
    /// The error of the system; the terminal is not lent then.
    pub(crate) fn start(&self, screen: &Screen) -> io::Result<ChildStdin> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        screen.hold();
        let started = local_shell(&self.command).and_then(|mut process| {
            if std::env::var_os("LESS").is_none() {
                process.env("LESS", LESS);
            }
            process.stdin(Stdio::piped()).spawn()
        });
        let taken = started.and_then(|mut child| {
            let input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
            *running = Some(child);
            Ok(input)
        });
        if taken.is_err() {
            screen.release(0);
        }
        taken
    }

    /// Waits for its end, if it was started; tells whether it was.
    pub(crate) fn wait(&self, interruption: Interruption, interrupts: &Interrupts) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let started = running.take();
        drop(running);
        let Some(child) = started else {
            return false;
        };
        // Its exit status does not matter.
        let _ = wait_for_reader(child, interruption, interrupts);
        true
    }
}

/// As git gives it: end if everything fits on one screen, show colour, leave the text on the terminal. Its prompt says how to
/// get out.
const LESS: &str = "-FRX -Ps?e(END) .q leaves, Space goes on$";

fn is_in_path(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    let name = Path::new(program).with_extension(std::env::consts::EXE_EXTENSION);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}
