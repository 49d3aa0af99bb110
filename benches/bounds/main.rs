//! What grows with the work and what does not: memory, listings, replays, and the round trips of a resume.
//!
//! `benches/run` runs it.

mod growth;
mod resumes;
mod slow_link;

#[path = "../shared/files.rs"]
mod files;
#[path = "../shared/measure.rs"]
mod measure;
#[allow(dead_code, unused_imports, reason = "the tests need the rest")]
#[path = "../../tests/integration/support/mod.rs"]
mod support;

use clap::Parser;

/// Measures what should stay flat.
#[derive(Parser)]
struct Options {
    /// Little of everything: shows that it works, and says nothing about growth
    #[arg(long)]
    quick: bool,
    /// Only tables whose names hold one of these words: memory, listing, resume, replay
    words: Vec<String>,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// Does everything, or little of it, and gives a table.
type Measurement = fn(bool) -> String;

fn main() {
    let options = Options::parse();
    let tables: [(&str, Measurement); 4] = [
        ("memory", growth::memory),
        ("listing", growth::listings),
        ("resume", resumes::over_a_slow_link),
        // Last: it leaves the system with tens of thousands of ports that it keeps closed for a minute.
        ("replay", growth::replays),
    ];
    for (name, table) in tables {
        if options.words.is_empty() || options.words.iter().any(|word| name.contains(word)) {
            say(&table(options.quick));
        }
    }
}

#[expect(clippy::print_stdout, reason = "the tables are its output")]
fn say(text: &str) {
    println!("{text}");
}
