//! The command line.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::practice::{FAULTS, Fault};

/// Telnet for FTP with the second window built in: type the verbs, see both connections, resume a broken upload.
#[derive(Debug, Parser)]
#[command(name = "ftpsh", version, after_help = EXIT_CODES)]
pub struct Options {
    /// What to do instead of opening a shell on TARGET.
    #[command(subcommand)]
    pub mode: Option<Mode>,
    /// The server: HOST, HOST:PORT, [IPV6]:PORT or ftp://user@host/path. A bare host sends nothing; a URL logs in
    /// and changes directory. Leave the password out of it and be asked.
    pub target: Option<String>,
    /// Options of every mode.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every mode.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Run this line and end; may be given several times. Standard input is then only for `< -`.
    #[arg(
        short = 'c',
        long = "command",
        value_name = "LINE",
        global = true,
        allow_hyphen_values = true
    )]
    pub commands: Vec<std::ffi::OsString>,
    /// In a script, end at the first line that fails.
    #[arg(long, global = true)]
    pub stop: bool,
    /// In a script, seconds without an octet on either connection that end the run.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, global = true)]
    pub timeout: Duration,
    /// When to colour the dialogue.
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub color: Colour,
}

/// What `--color` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The modes besides a shell on a target.
#[derive(Debug, Subcommand)]
pub enum Mode {
    /// Start the practice server on loopback and open the shell on it.
    Practice(Practice),
    /// Play a written session and compare the replies.
    Replay(Replay),
}

/// `ftpsh practice`.
#[derive(Args, Debug)]
#[command(after_help = fault_help())]
pub struct Practice {
    /// A fault that the server shall have; may be given several times.
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<Fault>,
    /// Keep the scratch folder at the end.
    #[arg(long)]
    pub keep: bool,
}

/// `ftpsh replay`.
#[derive(Args, Debug)]
pub struct Replay {
    /// The session to play. This version knows one: `article`, a broken upload finished by hand with SIZE and APPE.
    pub transcript: String,
    /// The server to play it against; the practice server if left out.
    pub target: Option<String>,
    /// A fault that the practice server shall have.
    #[arg(long = "fault", value_name = "FAULT", conflicts_with = "target")]
    pub faults: Vec<Fault>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds, at least 1".to_owned()),
    }
}

fn fault_help() -> String {
    let mut text = "Faults:\n".to_owned();
    for fault in FAULTS {
        text.push_str(&format!("  {:<26} {}\n", fault.usage(), fault.summary));
    }
    text
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a command was refused (scripts); 2 usage, or a line that cannot be sent; 3 no connection, or \
lost, or no reply in time; 4 TLS; 5 the server broke the protocol; 6 a transcript's expectation was not met; 7 a local \
file; 8 a resume was refused or not verified; 130 interrupted.";
