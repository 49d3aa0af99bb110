//! The command line.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::client::AddressFamily;
use crate::practice::{FAULTS, Fault};
use crate::shell::config::settings::{SettingError, Settings};
use crate::tls::SentName;
use crate::transcript::export::Form;
use crate::transcript::import::Kind;
use crate::transcript::report::Format;

/// Telnet for FTP with the second window built in: type the verbs, see both connections, resume a broken upload.
#[derive(Debug, Parser)]
#[command(name = "ftpsh", version, override_usage = USAGE, after_help = EXIT_CODES)]
pub(crate) struct Options {
    /// What to do instead of opening a shell on TARGET.
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
    /// The server: HOST, HOST:PORT, [IPV6]:PORT or ftp://user@host/path (ftps:// for implicit TLS), or NAME for
    /// [host.NAME] of the configuration. A bare host sends nothing; a URL logs in and changes directory. Leave out the
    /// password to be asked for it.
    pub(crate) target: Option<String>,
    /// The port, for those who are used to `HOST PORT`.
    #[arg(requires = "target")]
    pub(crate) port: Option<String>,
    /// Options of every mode.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every mode.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// Run this line and exit; may be given several times. Standard input is then only for `< -`.
    #[arg(
        short = 'c',
        long = "command",
        value_name = "LINE",
        global = true,
        allow_hyphen_values = true
    )]
    pub(crate) commands: Vec<OsString>,
    /// In a script, end at the first line that fails; otherwise a refusal does not end it. A replay ends at the first
    /// transcript that fails.
    #[arg(long, global = true)]
    pub(crate) stop: bool,
    /// In a script, end after this time in which nothing moves on either connection, or in which the server does not
    /// read a line.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, global = true)]
    pub(crate) timeout: Duration,
    /// In a script, end if a reply is not complete this long after its command, or after its data last moved, even if
    /// bytes of it come in; 5 times --timeout if not given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, global = true)]
    pub(crate) reply_timeout: Option<Duration>,
    /// TLS: `off` begins in the clear; `require` sends AUTH TLS, PBSZ 0 and PROT P and closes the connection if one of
    /// them is refused; `implicit` begins TLS before the greeting, as ftps:// does.
    #[arg(long, value_enum, value_name = "HOW", global = true)]
    pub(crate) tls: Option<Tls>,
    /// Trust the certificates in this PEM file, instead of those that the platform trusts.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Show the certificate in this PEM file to a server that asks for one; those of its issuers follow it there.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) cert: Option<PathBuf>,
    /// The private key of --cert, as PEM, if it is not in the same file. The passphrase of an encrypted key is asked
    /// for, or taken from FTPSH_KEY_PASSWORD.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) key: Option<PathBuf>,
    /// Name this host to the server under TLS (SNI), and want its certificate for it, in place of the host that is
    /// connected to; `none` sends no name.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) sni: Option<SentName>,
    /// Take any certificate, and say so on every connection.
    #[arg(long, global = true)]
    pub(crate) insecure: bool,
    /// Log in as the .netrc says: the file that NETRC in the environment names, else ~/.netrc. A TARGET without a user
    /// takes user and password from the entry of its host; with one, it takes the password of that user's entry.
    #[arg(long, global = true)]
    pub(crate) netrc: bool,
    /// The same with another file.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) netrc_file: Option<PathBuf>,
    /// Run this command in the local shell, and take the first line that it prints for the password of the TARGET's
    /// user; it is run before anything is sent.
    #[arg(long, value_name = "COMMAND", global = true)]
    pub(crate) password_command: Option<String>,
    /// The configuration file, instead of the usual one; FTPSH_CONFIG does the same.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Change a setting, as `set NAME VALUE` does and in place of what the configuration says; may be given several
    /// times. `ftpsh -c set` lists them.
    #[arg(long = "set", value_name = "NAME=VALUE", global = true)]
    pub(crate) settings: Vec<NamedValue>,
    /// Leave from this address of this machine, on both connections; `listen` listens on it.
    #[arg(long, value_name = "ADDRESS", value_parser = address, global = true)]
    pub(crate) source: Option<IpAddr>,
    /// Try the IPv4 addresses of the host alone.
    #[arg(short = '4', long, global = true, conflicts_with = "ipv6")]
    pub(crate) ipv4: bool,
    /// Try the IPv6 addresses of the host alone.
    #[arg(short = '6', long, global = true)]
    pub(crate) ipv6: bool,
    /// Go through this proxy, with both connections: HOST:PORT after socks5://, socks5h:// (the proxy looks the name
    /// up) or http:// (CONNECT); '' is none. Without it, FTP_PROXY, ALL_PROXY and NO_PROXY count. Others may see a
    /// password here: it is better given in the environment.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) proxy: Option<ProxyUrl>,
    /// Leave the dialogue out: in a script, show data, refusals and errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show more: the time of everything, and certificates after each TLS handshake of the control connection. In a
    /// replay, the dialogue of every transcript too; else it is shown if there is only one.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to colour the dialogue.
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub(crate) color: Colour,
}

impl Common {
    /// Sets what the command line says about how connections leave this machine.
    ///
    /// # Errors
    ///
    /// What is not a proxy.
    pub(crate) fn choose_route(&self, settings: &mut Settings) -> Result<(), SettingError> {
        if let Some(ProxyUrl(url)) = &self.proxy {
            settings.set("proxy", url)?;
        }
        if self.source.is_some() {
            settings.source = self.source;
        }
        if self.ipv4 {
            settings.ip = AddressFamily::V4;
        } else if self.ipv6 {
            settings.ip = AddressFamily::V6;
        }
        Ok(())
    }

    /// How long a script waits for a whole reply.
    pub(crate) fn reply_limit(&self) -> Duration {
        self.reply_timeout.unwrap_or(self.timeout * 5)
    }
}

/// What `--set` takes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NamedValue {
    /// The name of a setting.
    pub(crate) name: String,
    /// Its value, as typed.
    pub(crate) value: String,
}

/// Without the value, which may be a proxy with its password.
impl std::fmt::Debug for NamedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NamedValue({})", self.name)
    }
}

impl std::str::FromStr for NamedValue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write NAME=VALUE, as in hints=off")?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// What `--proxy` takes. It is read later, so that no error repeats a password.
#[derive(Clone)]
pub(crate) struct ProxyUrl(String);

impl std::str::FromStr for ProxyUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProxyUrl(..)")
    }
}

/// What `--tls` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// In the clear, whatever the configuration says; AUTH TLS can be typed.
    Off,
    /// AUTH TLS, or no connection.
    Require,
    /// TLS before the greeting.
    Implicit,
}

/// What `--color` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set, CLICOLOR is 0 or TERM is dumb; in a pipe if CLICOLOR_FORCE is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The modes besides a shell on a target.
#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// Start the practice server on loopback and open the shell on it. Log in with user A and password A.
    Practice(Practice),
    /// Open the shell on TARGET and record the session as it happens, for `ftpsh replay`.
    Record(Record),
    /// Play transcripts against a server and compare the replies.
    Replay(Replay),
    /// Turn other people's notation into a transcript, on standard output.
    Import(Import),
    /// Turn a transcript into something for people without ftpsh, on standard output.
    Export(Export),
}

/// `ftpsh practice`.
#[derive(Args, Debug)]
#[command(after_help = fault_help())]
pub(crate) struct Practice {
    /// Switch on a fault of the server (see below); may be given several times.
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<Fault>,
    /// Answer as the server did whose session was recorded in this transcript, as long as clients send what is
    /// recorded; anything else gets the practice server's own answer, and is reported.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Keep the server's folder and the local one at the end.
    #[arg(long)]
    pub(crate) keep: bool,
}

/// `ftpsh record`.
#[derive(Args, Debug)]
pub(crate) struct Record {
    /// The transcript to write; one that exists is refused. Uploads that do not fit into it are put beside it, in
    /// FILE.1.data and so on. Passwords become {password}.
    pub(crate) file: PathBuf,
    /// The server, as without `record`; if left out, the session of the first `open` is recorded.
    pub(crate) target: Option<String>,
    /// The port, for those who are used to `HOST PORT`.
    #[arg(requires = "target")]
    pub(crate) port: Option<String>,
    /// Replace FILE if it exists.
    #[arg(long)]
    pub(crate) replace: bool,
}

/// `ftpsh replay`.
#[derive(Args, Debug)]
#[command(override_usage = REPLAY_USAGE, after_help = REPLAY_HELP)]
pub(crate) struct Replay {
    /// The transcripts, and the server to play them against. See below how TARGET is told from FILE.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) arguments: Vec<OsString>,
    /// The server; every other argument is a FILE then.
    #[arg(long, value_name = "TARGET", conflicts_with = "practice")]
    pub(crate) target: Option<String>,
    /// Play against the practice server, a fresh one for each FILE; every argument is a FILE then.
    #[arg(long)]
    pub(crate) practice: bool,
    /// Switch on a fault of the practice server (see `ftpsh practice --help`); may be given several times.
    #[arg(long = "fault", value_name = "FAULT", conflicts_with = "target")]
    pub(crate) faults: Vec<Fault>,
    /// The value of a variable; may be given several times. Others may see it: a secret is better given in the
    /// environment.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<OsString>,
    /// Play this many transcripts at a time, each on a connection of its own.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "verbose", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) jobs: u8,
    /// Write what came into each FILE where it expects something else. Comments, and all lines that were right, stay.
    #[arg(long)]
    pub(crate) update: bool,
    /// Write a report; may be given several times. KIND is json, junit or tap; without a FILE, it goes to standard
    /// output.
    #[arg(long = "report", value_name = "KIND[=FILE]")]
    pub(crate) reports: Vec<ReportTo>,
}

/// `ftpsh import`.
#[derive(Args, Debug)]
#[command(after_help = IMPORT_HELP)]
pub(crate) struct Import {
    /// The file to read; `-` is standard input.
    pub(crate) file: PathBuf,
    /// The notation it is in (see below); detected if omitted.
    #[arg(long, value_name = "KIND")]
    pub(crate) from: Option<Kind>,
}

/// `ftpsh export`.
#[derive(Args, Debug)]
#[command(after_help = EXPORT_HELP)]
pub(crate) struct Export {
    /// The transcript; `-` is standard input, `article` the built-in one.
    pub(crate) file: PathBuf,
    /// What it becomes: markdown or text (see below).
    #[arg(long, value_name = "FORM")]
    pub(crate) to: Form,
}

/// What `--report` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportTo {
    /// How it is written.
    pub(crate) format: Format,
    /// Where; `None` is standard output.
    pub(crate) file: Option<PathBuf>,
}

impl std::str::FromStr for ReportTo {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, file) = match text.split_once('=') {
            Some((kind, file)) => (kind, Some(file)),
            None => (text, None),
        };
        let format = match kind {
            "json" => Format::Json,
            "junit" => Format::Junit,
            "tap" => Format::Tap,
            _ => return Err("write json, junit or tap, and =FILE after it for a file"),
        };
        if file == Some("") {
            return Err("name a file after the =, as in junit=report.xml");
        }
        let file = file.filter(|file| *file != "-").map(PathBuf::from);
        Ok(Self { format, file })
    }
}

/// Whether `ftpsh NAME` would be a mode.
pub(crate) fn is_mode(name: &str) -> bool {
    let command = Options::command();
    name == "help"
        || command
            .get_subcommands()
            .any(|mode| mode.get_name() == name)
}

fn address(text: &str) -> Result<IpAddr, String> {
    let read = text.parse();
    read.map_err(|_| {
        "give an IP address of this machine, as in 192.0.2.7 or 2001:db8::7".to_owned()
    })
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
        text.push_str(&format!("  {:<26}", fault.usage()));
        let mut column = FAULT_COLUMN;
        for word in fault.summary.split(' ') {
            if column + 1 + word.len() > HELP_COLUMNS {
                text.push_str(&format!("\n{:FAULT_COLUMN$}", ""));
                column = FAULT_COLUMN;
            }
            text.push_str(&format!(" {word}"));
            column += 1 + word.len();
        }
        text.push('\n');
    }
    text
}

const USAGE: &str = "\
ftpsh [OPTIONS] [TARGET [PORT]]
       ftpsh practice [OPTIONS]
       ftpsh record [OPTIONS] FILE [TARGET [PORT]]
       ftpsh replay [OPTIONS] FILE... [TARGET]
       ftpsh import [--from KIND] FILE
       ftpsh export --to FORM FILE";

const REPLAY_USAGE: &str = "ftpsh replay [OPTIONS] FILE... [TARGET]";

const REPLAY_HELP: &str = "\
FILE ends in `.ftp`; `article` is the built-in one, a broken upload finished by
hand with SIZE and APPE. `.txt` and `.log` are files that others wrote: one that
is not a transcript is imported first. The last argument is the TARGET if it is
not a FILE. With --target or --practice every argument is a FILE.
Without a TARGET, the practice server is started anew for each FILE.

{name} in a transcript is a variable: --var name=value, or FTPSH_VAR_NAME in
the environment, or the user and the password of an ftp:// TARGET.";

const IMPORT_HELP: &str = "\
Kinds:
  written    C: and S:, as articles print them, with remarks between them
  telnet     the screen of telnet or nc, the data connection's window too
  curl       curl -v
  lftp       lftp with debug
  tnftp      tnftp, and the ftp of inetutils and netkit, with debug
  filezilla  the message log of FileZilla
  winscp     the session log of WinSCP
  wireshark  the list of packets of Wireshark or tshark

What cannot be understood is listed on standard error, with its line number.
Passwords become {password}, and replies are expected by their codes alone.";

const EXPORT_HELP: &str = "\
Forms:
  markdown  a page with the dialogue in fenced blocks
  text      C: and S:, which `ftpsh import` reads

Secrets never appear: they stay {password}.
A file that is not a transcript is imported first.";

const HELP_COLUMNS: usize = 79;
const FAULT_COLUMN: usize = 28;

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  in a script, a command was refused (4yz, 5yz), or a download ended short of
       the size that the server had announced
    2  usage, or a line that cannot be sent
    3  could not connect, the connection was lost, or no reply in time
    4  TLS: no handshake, a certificate that is not trusted, one of yours that is
       missing or refused, bytes that were injected, data that ends without
       close_notify
    5  the server broke the protocol (64 MiB without a reply)
    6  a transcript's expectation was not met
    7  a local file could not be read or written, or a local command or file moved no data within `--timeout`
    8  a resume was refused, or its result could not be verified
   70  a bug in ftpsh itself; the message says what to report
  130  interrupted

`ftpsh practice` is the place to try things out. At the prompt, `help` explains the rest.";

#[cfg(test)]
mod tests {
    use super::{HELP_COLUMNS, fault_help};
    use crate::practice::FAULTS;

    #[test]
    fn every_fault_is_in_the_help_and_no_line_is_broken_by_a_narrow_terminal() {
        let help = fault_help();
        for fault in FAULTS {
            assert!(help.contains(&format!("\n  {} ", fault.usage())));
        }
        for line in help.lines() {
            assert!(line.len() <= HELP_COLUMNS, "{line}");
        }
    }
}
