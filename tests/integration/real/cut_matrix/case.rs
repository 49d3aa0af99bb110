//! One transfer that is cut, and the `resume` after it.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::super::scene::Scene;
use super::spots::Spot;
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::Tls;
use crate::support::relay::{Cut, Direction};

/// A server that lost a connection may still be writing what had come; `resume` says so, and is repeated.
const ATTEMPTS: usize = 20;
/// Seconds without a word from the server.
const PATIENCE: u32 = 15;
/// Under TLS, vsftpd and pyftpdlib may answer nothing more when a data connection is closed without close_notify.
const PATIENCE_WITH_SILENCE: u32 = 6;

/// What is done to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    DataReset,
    DataClosed,
    BothReset,
    ServerKilled,
}

pub(super) struct Case {
    pub(super) direction: Direction,
    pub(super) tls: Tls,
    pub(super) manner: Manner,
    pub(super) spot: Spot,
    /// From 1 on: how many cuts there are with this one.
    pub(super) number: usize,
}

/// What `resume` left behind, and with which exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Both sides are the same: 0.
    Whole,
    /// They differ: not 0.
    Told { whole_when_repeated: bool },
    /// They are the same: not 0.
    Needless,
    /// They differ: 0.
    Silent,
}

pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    /// STOR or RETR ended with 0 on the server's word, and the file was not whole before the `resume`.
    pub(super) word_was_taken: bool,
    /// Something that was there is gone.
    pub(super) shortened: bool,
    /// Where, and what the program said.
    pub(super) account: String,
}

impl Manner {
    pub(super) const ALL: [Self; 4] = [
        Self::DataReset,
        Self::DataClosed,
        Self::BothReset,
        Self::ServerKilled,
    ];

    fn cut(self) -> Cut {
        match self {
            Self::DataReset => Cut::DataReset,
            Self::DataClosed => Cut::DataClosed,
            Self::BothReset => Cut::BothReset,
            Self::ServerKilled => Cut::DataWithheld,
        }
    }
}

impl Case {
    pub(super) fn play(&self, scene: &mut Scene, whole: &[u8]) -> Outcome {
        self.lay_out(scene, whole);
        let first = self.run_and_cut(scene);
        let before = self.received(scene);
        let is_lost = first.status == 0 && before != whole;
        let word_was_taken = is_lost && self.spot.by_hand;
        let second = self.resume(scene);
        let after = self.received(scene);
        let is_same = after == self.sent(scene);
        let verdict = match (is_same, second.status) {
            _ if is_lost && !word_was_taken => Verdict::Silent,
            (true, 0) => Verdict::Whole,
            (true, _) => Verdict::Needless,
            (false, 0) => Verdict::Silent,
            (false, _) => Verdict::Told {
                whole_when_repeated: self.is_whole_when_repeated(scene, whole),
            },
        };
        // A server that was cut off may still add to its file, and never takes away from it.
        let shortened =
            after.len() < before.len() || !whole.starts_with(&after) || self.sent(scene) != whole;
        self.clear(scene);
        Outcome {
            verdict,
            word_was_taken,
            shortened,
            account: format!(
                "{:?}: {} then {} bytes; the transfer ended with {}:\n{}\nthe resume with {}:\n{}",
                self.spot,
                before.len(),
                after.len(),
                first.status,
                first.stderr,
                second.status,
                second.stderr
            ),
        }
    }

    /// A `resume` that comes first finds an empty file, so that it opens no data connection but its own.
    fn lay_out(&self, scene: &Scene, whole: &[u8]) {
        let name = self.name();
        let empty = !self.spot.by_hand;
        match self.direction {
            Direction::ToServer => {
                scene.write_local(&name, whole);
                if empty {
                    scene.server.write_file(&name, b"");
                }
            }
            Direction::FromServer => {
                scene.server.write_file(&name, whole);
                if empty {
                    scene.write_local(&name, b"");
                }
            }
        }
    }

    /// The transfer, through the relay that cuts it, to the end of the program.
    fn run_and_cut(&self, scene: &mut Scene) -> Finished {
        let offset = self.spot.offset as u64;
        scene.relay.cut(self.direction, offset, self.manner.cut());
        let name = self.name();
        let by_hand = match self.direction {
            Direction::ToServer => format!("STOR {name} < {name}"),
            Direction::FromServer => format!("RETR {name} > {name}"),
        };
        let lines = match self.spot.by_hand {
            true => vec!["TYPE I".to_owned(), "PASV".to_owned(), by_hand],
            false => vec![self.resume_line()],
        };
        let binary = self
            .binary(scene, scene.relay.address(), PATIENCE_WITH_SILENCE)
            .args(lines.iter().flat_map(|line| ["-c", line]));
        let (server, relay) = (&mut scene.server, &scene.relay);
        let finished = std::thread::scope(|scope| {
            let cutting = scope.spawn(|| {
                relay.wait_for_cuts(self.number);
                if self.manner == Manner::ServerKilled {
                    server.kill();
                    relay.let_go();
                }
            });
            let finished = binary.run();
            assert!(cutting.join().is_ok(), "{}", finished.stderr);
            finished
        });
        if self.manner == Manner::ServerKilled {
            scene.server.start_again();
        }
        finished
    }

    fn resume(&self, scene: &Scene) -> Finished {
        self.binary(scene, scene.server.address(), PATIENCE)
            .args(["-c", &self.resume_line()])
            .run()
    }

    fn is_whole_when_repeated(&self, scene: &Scene, whole: &[u8]) -> bool {
        (0..ATTEMPTS).any(|_| self.resume(scene).status == 0) && self.received(scene) == whole
    }

    fn resume_line(&self) -> String {
        match self.direction {
            Direction::ToServer => format!("resume {}", self.name()),
            Direction::FromServer => format!("resume --get {}", self.name()),
        }
    }

    fn binary(&self, scene: &Scene, address: SocketAddr, patience: u32) -> Ftpsh {
        let binary = Ftpsh::new()
            .current_dir(scene.folder())
            .args(["--timeout", &patience.to_string()])
            .arg(address.to_string());
        let binary = match self.tls {
            Tls::None => binary,
            Tls::Explicit | Tls::Implicit => binary
                .args(["--tls", "require", "--ca"])
                .arg(scene.server.authority().file()),
        };
        binary.args(scene.login().iter().flat_map(|line| ["-c", line]))
    }

    /// As it is on the disk of the receiving side; nothing if there is no such file.
    fn received(&self, scene: &Scene) -> Vec<u8> {
        let [local, remote] = self.paths(scene);
        fs::read(match self.direction {
            Direction::ToServer => remote,
            Direction::FromServer => local,
        })
        .unwrap_or_default()
    }

    fn sent(&self, scene: &Scene) -> Vec<u8> {
        let [local, remote] = self.paths(scene);
        fs::read(match self.direction {
            Direction::ToServer => local,
            Direction::FromServer => remote,
        })
        .expect("it was laid out")
    }

    fn clear(&self, scene: &Scene) {
        for path in self.paths(scene) {
            // A file that never came into being is none to remove.
            let _ = fs::remove_file(path);
        }
    }

    fn paths(&self, scene: &Scene) -> [PathBuf; 2] {
        let name = self.name();
        [scene.local_path(&name), scene.server.root().join(&name)]
    }

    fn name(&self) -> String {
        format!("f{}", self.number)
    }
}
