//! `ftpsh import` and `ftpsh export`: other people's notation in and out, judged by what servers make of it.

mod article;
mod captures;
mod command_line;
mod exports;

use std::fs;

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::RealServer;

const ARTICLE: &str = include_str!("../../fixtures/article.txt");

/// The transcript that `ftpsh import` makes of a text, and what it said of it.
#[track_caller]
fn import(text: &[u8]) -> Finished {
    Ftpsh::new()
        .args(["import", "-"])
        .stdin(text)
        .run()
        .success()
}

/// Plays a text as it is against a server, with its user and password.
fn replay(text: &[u8], server: &RealServer) -> Finished {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("x.txt"), text).expect("the test's own folder");
    let user = format!("user={}", server.user());
    let password = format!("password={}", server.password());
    let target = server.address().to_string();
    Ftpsh::new()
        .current_dir(folder.path())
        .args(["replay", "x.txt", &target, "--timeout", "20"])
        .args(["--var", &user, "--var", &password])
        .run()
}
