//! Transfers that are cut in every way, at every kind of offset, on every server, and finished by `resume`: both sides
//! are the same in the end, or the exit code says that they are not.
//!
//! The test run takes a sample; `tests/cut-matrix` takes all, and makes the table of docs/reliability.md.

mod case;
mod row;
mod spots;

use super::content::random_bytes;
use super::scene::Scene;
use crate::support::real_server::{Kind, Options, Tls};
use crate::support::relay::Direction;
use case::{Case, Manner};
use row::Row;
use spots::{LARGE, SMALL, Spot};

/// A session needs two at a time; one that was cut may hold another for a while.
const DATA_PORTS: u16 = 8;
/// vsftpd under TLS waits for the end of a data connection that has ended, and keeps its port so long.
const IDLE_SECONDS: u32 = 5;

on_every_server!(
    an_upload_in_clear_that_was_cut_is_whole_or_said_not_to_be,
    an_upload_under_tls_that_was_cut_is_whole_or_said_not_to_be,
    a_download_in_clear_that_was_cut_is_whole_or_said_not_to_be,
    a_download_under_tls_that_was_cut_is_whole_or_said_not_to_be,
    with_other_directives_the_same_is_true,
);

fn an_upload_in_clear_that_was_cut_is_whole_or_said_not_to_be(kind: Kind) {
    cut(kind, Setup::Usual, Direction::ToServer, Tls::None);
}

fn an_upload_under_tls_that_was_cut_is_whole_or_said_not_to_be(kind: Kind) {
    cut(kind, Setup::Usual, Direction::ToServer, Tls::Explicit);
}

fn a_download_in_clear_that_was_cut_is_whole_or_said_not_to_be(kind: Kind) {
    cut(kind, Setup::Usual, Direction::FromServer, Tls::None);
}

fn a_download_under_tls_that_was_cut_is_whole_or_said_not_to_be(kind: Kind) {
    cut(kind, Setup::Usual, Direction::FromServer, Tls::Explicit);
}

fn with_other_directives_the_same_is_true(kind: Kind) {
    for direction in [Direction::ToServer, Direction::FromServer] {
        for tls in [Tls::None, Tls::Explicit] {
            cut(kind, Setup::Other, direction, tls);
        }
    }
}

/// How a server is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setup {
    Usual,
    /// As [`other_directives`] say; cut only at places that are drawn.
    Other,
}

/// Directives that change how a server stores files, and what the table calls them.
fn other_directives(kind: Kind) -> (&'static str, &'static [&'static str]) {
    match kind {
        Kind::Vsftpd => (
            "vsftpd, ascii_upload_enable",
            &["ascii_upload_enable=YES", "ascii_download_enable=YES"],
        ),
        Kind::Proftpd => ("proftpd, HiddenStores", &["HiddenStores on"]),
        Kind::PureFtpd => (
            "pure-ftpd, -O and a quota",
            &["-O", "clf:/dev/null", "-n", "1000:1000"],
        ),
        Kind::Pyftpdlib => (
            "pyftpdlib, slow disk",
            &[
                "import time",
                "from pyftpdlib.filesystems import AbstractedFS",
                "class SlowFile:",
                "    def __init__(self, file): self.file = file",
                "    def __getattr__(self, name): return getattr(self.file, name)",
                "    def write(self, data):",
                "        time.sleep(0.002)",
                "        return self.file.write(data)",
                "class SlowDisk(AbstractedFS):",
                "    def open(self, name, mode): return SlowFile(super().open(name, mode))",
                "handler.abstracted_fs = SlowDisk",
            ],
        ),
    }
}

fn cut(kind: Kind, setup: Setup, direction: Direction, tls: Tls) {
    if tls != Tls::None && !cfg!(target_os = "linux") {
        return; // Elsewhere 127.0.0.2, where the relay listens, is not there unless it was set up.
    }
    let extra = match setup {
        Setup::Usual => &[],
        Setup::Other => other_directives(kind).1,
    };
    let options = Options {
        tls,
        idle_seconds: Some(IDLE_SECONDS),
        data_ports: (tls != Tls::None).then_some(DATA_PORTS),
        extra: extra.iter().map(|&line| line.to_owned()).collect(),
        ..Options::default()
    };
    let Some(mut scene) = Scene::set_with(kind, &options) else {
        return;
    };
    let files = [SMALL, LARGE].map(|size| random_bytes(size as u64, size));
    let mut rows = Vec::new();
    let mut cuts = 0;
    for manner in Manner::ALL {
        let mut row = Row::new(kind, setup, direction, tls, manner);
        for spot in Spot::wanted(setup, row.seed()) {
            cuts += 1;
            let whole = files.iter().find(|file| file.len() == spot.size);
            let whole = whole.expect("a spot is in one of them");
            let case = Case {
                direction,
                tls,
                manner,
                spot,
                number: cuts,
            };
            row.add(case.play(&mut scene, whole));
        }
        rows.push(row);
    }
    row::keep(&rows);
    rows.iter()
        .for_each(Row::assert_nothing_was_lost_in_silence);
}
