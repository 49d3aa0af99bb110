//! `ftpsh replay`: transcripts against scripted, practice and real servers.

mod article;
mod command_line;
mod comparisons;
mod dialogues;
mod differences;
mod many;
mod real_servers;
mod reports;
mod secrets;
mod tls;
mod transfers;
mod unreadable;
mod updates;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};

/// A folder with transcripts in it.
struct Scripts(TempDir);

impl Scripts {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("the test's own folder");
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    #[track_caller]
    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("the file is there")
    }

    /// `ftpsh replay` in the folder.
    fn replay(&self, arguments: &[&str]) -> Ftpsh {
        let replay = Ftpsh::new().current_dir(self.path()).arg("replay");
        replay.args(arguments)
    }
}

/// Plays one transcript against a server.
fn replay(text: &str, address: SocketAddr) -> Finished {
    let scripts = Scripts::new(&[("x.ftp", text)]);
    scripts.replay(&["x.ftp", &address.to_string()]).run()
}

const LOGIN: &str = "S> 220\nC> USER A\nS> 331\nC> PASS {password}\nS> 230\n";
