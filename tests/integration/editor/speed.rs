//! How long a key takes with a long history.
//!
//! Absolute times say little on a machine that others use too, so the terminal's are compared with each other, and only
//! what is computed at each key has a limit.

use std::time::{Duration, Instant};

use ftpsh::shell::config::aliases::Aliases;
use ftpsh::shell::editor::assistance::{Knowledge, PastLines, complete, hint, marks};

use crate::support::home::Home;
use crate::support::terminal::Terminal;

use super::{greeted, shell};

const HISTORY_LINES: usize = 100_000;
const TYPED: &str = "RETR some/long/path/99 > a-file-of-that-name";
/// From the key to the screen, at the 95th percentile.
const LIMIT: Duration = Duration::from_millis(5);
/// How much slower a key may be than without a history.
const MAX_TIMES: u32 = 3;

/// Long lines that begin alike: the worst for whoever looks through them.
fn history() -> impl Iterator<Item = String> {
    (0..HISTORY_LINES).map(|number| format!("RETR some/long/path/{number} > file-{number}"))
}

fn percentile_95(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 95 / 100]
}

#[test]
fn what_is_computed_at_each_key_takes_less_than_5_ms_with_100_000_lines_of_history() {
    let mut knowledge = Knowledge::new(Aliases::shipped(), true);
    knowledge.past_lines = PastLines::new(history());
    let lines = [TYPED, "no line begins so", "set ascii raw", "get a b"];
    let mut times = Vec::new();
    let mut hints = 0;
    for line in lines.iter().cycle().take(20) {
        for end in 1..=line.len() {
            let typed = &line[..end];
            let start = Instant::now();
            hints += usize::from(hint(typed, end, &knowledge).is_some());
            let marks = marks(typed, &knowledge);
            let completion = complete(typed, end, &knowledge);
            times.push(start.elapsed());
            drop((marks, completion));
        }
    }
    assert!(hints > 100, "{hints}");
    let slow = percentile_95(times);
    assert!(slow < LIMIT, "{slow:?}");
}

/// How long the key that ends this much of the line takes until it stands on the screen.
fn key_time(terminal: &Terminal, end: usize) -> Duration {
    let start = Instant::now();
    let mark = terminal.mark();
    terminal.send(&TYPED[end - 1..end]);
    terminal.wait_for_after(mark, &format!("ftp> {}", &TYPED[..end]));
    start.elapsed()
}

/// Key by key in turn, and their medians, so that whatever else the machine does slows both.
#[test]
fn a_key_is_on_the_screen_as_soon_with_100_000_lines_of_history_as_with_none() {
    let (empty, full) = (Home::new(), Home::new());
    full.write_history(history());
    let shells = [&empty, &full].map(|home| {
        let server = greeted().wait_for_client_close().start();
        (shell(home, &server), server)
    });
    let times: Vec<[Duration; 2]> = (1..=TYPED.len())
        .map(|end| [0, 1].map(|index| key_time(&shells[index].0, end)))
        .collect();
    for (terminal, server) in shells {
        drop(terminal);
        let _ = server.finish();
    }
    let [short, long] = [0, 1].map(|index| {
        let mut times: Vec<Duration> = times.iter().map(|pair| pair[index]).collect();
        times.sort();
        times[times.len() / 2]
    });
    assert!(
        long < short * MAX_TIMES + LIMIT,
        "{long:?}, and {short:?} without a history"
    );
}
