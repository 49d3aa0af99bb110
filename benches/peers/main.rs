//! ftpsh beside curl, lftp, tnftp, socat and a bare socket: the same work against the same vsftpd on loopback, in
//! turns.
//!
//! `benches/run` runs it. The content of every transfer is checked: a fast wrong copy is a failure.

mod bare_socket;
mod clients;
mod table;
mod works;

#[path = "../shared/files.rs"]
mod files;
#[path = "../shared/measure.rs"]
mod measure;
#[allow(dead_code, unused_imports, reason = "the tests need the rest")]
#[path = "../../tests/integration/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use clients::Peer;
use measure::{Measured, measure};
use table::Row;
use works::{Scene, Size, Work};

/// Compares ftpsh with the clients that people use now.
#[derive(Parser)]
struct Options {
    /// Small files, one turn: shows that every client does every work right, and says nothing about speed
    #[arg(long)]
    quick: bool,
    /// Turns of each work
    #[arg(long, default_value_t = 7)]
    turns: usize,
    /// Only works whose names hold one of these words
    words: Vec<String>,
    /// Be the bare socket that says the lines of standard input to this address
    #[arg(long, hide = true)]
    bare_socket: Option<SocketAddr>,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(address) = options.bare_socket {
        bare_socket::talk(address).expect("the server answers");
        return ExitCode::SUCCESS;
    }
    let size = if options.quick {
        Size::QUICK
    } else {
        Size::FULL
    };
    let turns = if options.quick { 1 } else { options.turns };
    let Some(scene) = Scene::new(size) else {
        return ExitCode::from(1);
    };
    let named = |work: &Work| {
        let name = work.name(&size);
        options.words.is_empty() || options.words.iter().any(|word| name.contains(word))
    };
    let rows: Vec<Row> = Work::ALL
        .into_iter()
        .filter(named)
        .map(|work| compare(&scene, work, turns))
        .collect();
    if !rows.is_empty() {
        say(&table::versions());
        say(&table::markdown(&rows, turns));
    }
    ExitCode::SUCCESS
}

/// Each client does the work once in each turn, and another one begins each time. One that took many times what the
/// best did in the first turn has had its turn.
fn compare(scene: &Scene, work: Work, turns: usize) -> Row {
    let peers: Vec<Peer> = Peer::ALL
        .into_iter()
        .filter(|peer| work.suits(*peer) && peer.is_available())
        .collect();
    let mut measured: BTreeMap<Peer, Vec<Measured>> = BTreeMap::new();
    for turn in 0..turns {
        for place in 0..peers.len() {
            let peer = peers[(turn + place) % peers.len()];
            if turn > 0 && is_hopeless(&measured, peer) {
                continue;
            }
            scene.clear(work);
            let figures = measure(&mut scene.job(work, peer), peer.name());
            scene.check(work, peer);
            measured.entry(peer).or_default().push(figures);
        }
    }
    let row = Row::new(work.name(&scene.size), measured);
    say(&row.in_one_line());
    row
}

fn is_hopeless(measured: &BTreeMap<Peer, Vec<Measured>>, peer: Peer) -> bool {
    let first = |runs: &Vec<Measured>| runs.first().map(|run| run.wall);
    let best = measured.values().filter_map(first).min();
    let own = measured.get(&peer).and_then(first);
    own.zip(best)
        .is_some_and(|(own, best)| own > HOPELESS * best)
}

const HOPELESS: u32 = 5;

#[expect(clippy::print_stdout, reason = "the tables are its output")]
fn say(text: &str) {
    println!("{text}");
}
