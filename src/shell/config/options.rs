//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use super::source_address::SourceAddress;
use crate::client::AddressFamily;
use crate::doctor::report::Verdict;
use crate::practice::Fault;
use crate::shell::completion;
use crate::shell::help::command_line;
use crate::shell::screen::script_output::Format as ScriptFormat;
use crate::tls::SentName;
use crate::transcript::export::Form;
use crate::transcript::import::Kind;
use crate::transcript::report::Format;

/// Telnet for FTP with the second window built in.
///
/// What you type is what is sent, byte for byte. What happens on both connections is shown, and a data connection is
/// opened as soon as a reply offers one. `resume` finishes a broken transfer and checks the result.
///
/// If standard input or output is not a terminal, or there is a -c, it is a script: the dialogue goes to standard error,
/// received data to standard output. A script goes on after a refusal and ends with the exit code of the first failure. In a
/// script a line that begins with # is a comment, and the failure of one that begins with - does not count.
#[derive(Debug, Parser)]
#[command(
    name = "ftpsh",
    version,
    disable_version_flag = true,
    override_usage = USAGE,
    after_help = MORE,
    after_long_help = command_line::more("ftpsh"),
)]
pub(crate) struct Options {
    /// What to do instead of opening a shell on TARGET.
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
    /// HOST, HOST:PORT, [IPV6]:PORT, ftp://user@host/path or ftps://...
    ///
    /// Or NAME for [host.NAME] of the configuration. A bare host sends nothing; a URL logs in and changes directory. Leave out
    /// the password to be asked for it. ftps:// begins with TLS, ftpes:// with AUTH TLS.
    #[arg(hide_short_help = true, add = ArgValueCompleter::new(completion::targets))]
    pub(crate) target: Option<String>,
    /// The port, for those who are used to `HOST PORT`.
    #[arg(requires = "target", hide_short_help = true)]
    pub(crate) port: Option<String>,
    /// Options of every mode.
    #[command(flatten)]
    pub(crate) common: Common,
    /// Print the version.
    ///
    /// With --verbose, also how this program was built.
    #[arg(short = 'V', long, hide_short_help = true)]
    pub(crate) version: bool,
}

/// Options of every mode.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// Run this line and exit; may be given several times.
    ///
    /// Standard input is then only for `< -`.
    #[arg(
        short = 'c',
        long = "command",
        value_name = "LINE",
        global = true,
        allow_hyphen_values = true
    )]
    pub(crate) commands: Vec<OsString>,
    /// End a script at the first line that fails.
    ///
    /// Otherwise a refusal does not end it. A replay ends at the first transcript that fails.
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) stop: bool,
    /// In a script, end after this time in which nothing moves on either connection, or in which the server does not
    /// read a line.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "60",
        value_parser = seconds,
        global = true,
        hide_short_help = true
    )]
    pub(crate) timeout: Duration,
    /// In a script, end if a reply is not complete this long after its command, or after its data last moved, even if
    /// bytes of it come in; 5 times --timeout if not given.
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = seconds,
        global = true,
        hide_short_help = true
    )]
    pub(crate) reply_timeout: Option<Duration>,
    /// TLS: off, require (AUTH TLS) or implicit.
    ///
    /// `off` begins in the clear; `require` sends AUTH TLS, PBSZ 0 and PROT P and closes the connection if one of them is
    /// refused; `implicit` begins TLS before the greeting, as ftps:// does.
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        global = true,
        hide_possible_values = true
    )]
    pub(crate) tls: Option<Tls>,
    /// Trust the certificates in this PEM file.
    ///
    /// It takes the place of those that the platform trusts.
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Show the certificate in this PEM file to a server that asks for one; those of its issuers follow it there.
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub(crate) cert: Option<PathBuf>,
    /// The private key of --cert, as PEM, if it is not in the same file. The passphrase of an encrypted key is asked
    /// for, or taken from FTPSH_KEY_PASSWORD.
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub(crate) key: Option<PathBuf>,
    /// Name this host to the server under TLS (SNI), and want its certificate for it, in place of the host that is
    /// connected to; `none` sends no name.
    #[arg(long, value_name = "NAME", global = true, hide_short_help = true)]
    pub(crate) sni: Option<SentName>,
    /// Take any certificate, and say so.
    ///
    /// It is said on every connection.
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) insecure: bool,
    /// Log in as the .netrc says: the file that NETRC in the environment names, else ~/.netrc. A TARGET without a user
    /// takes user and password from the entry of its host; with one, it takes the password of that user's entry.
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) netrc: bool,
    /// The same with another file.
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub(crate) netrc_file: Option<PathBuf>,
    /// Run this command in the local shell, and take the first line that it prints for the password of the TARGET's
    /// user; it is run before anything is sent.
    #[arg(long, value_name = "COMMAND", global = true, hide_short_help = true)]
    pub(crate) password_command: Option<String>,
    /// The configuration file, instead of the usual one; FTPSH_CONFIG does the same.
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub(crate) config: Option<PathBuf>,
    /// Change a setting; `ftpsh -c set` lists them.
    ///
    /// As `set NAME VALUE` does, in place of what the configuration says, for this run; may be given several times.
    #[arg(
        long = "set",
        value_name = "NAME=VALUE",
        global = true,
        hide_short_help = true,
        add = ArgValueCompleter::new(completion::settings)
    )]
    pub(crate) settings: Vec<NamedValue>,
    /// Leave from this address of this machine, on both connections; `listen` listens on it.
    #[arg(long, value_name = "ADDRESS", global = true, hide_short_help = true)]
    pub(crate) source: Option<SourceAddress>,
    /// Try the IPv4 addresses of the host alone.
    #[arg(
        short = '4',
        long,
        global = true,
        hide_short_help = true,
        conflicts_with = "ipv6"
    )]
    pub(crate) ipv4: bool,
    /// Try the IPv6 addresses of the host alone.
    #[arg(short = '6', long, global = true, hide_short_help = true)]
    pub(crate) ipv6: bool,
    /// Go through this proxy, with both connections: HOST:PORT after socks5://, socks5h:// (the proxy looks the name
    /// up) or http:// (CONNECT); '' is none. Without it, FTP_PROXY, ALL_PROXY and NO_PROXY count. Others may see a
    /// password here: it is better given in the environment.
    #[arg(long, value_name = "URL", global = true, hide_short_help = true)]
    pub(crate) proxy: Option<ProxyUrl>,
    /// Leave the dialogue of a script out.
    ///
    /// What is left is data, refusals and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// What a script puts on standard output: dialogue, replies, codes or json.
    ///
    /// `dialogue`: received data, as ever. `replies`: the final reply to each line. `codes`: the code of that reply alone. `json`:
    /// every event, one a line; docs/json.md describes them. With the last three, received data has to go to files or
    /// local commands, unless =FILE after the kind names a file to write to in place of standard output.
    #[arg(
        long,
        value_name = "KIND[=FILE]",
        default_value = "dialogue",
        global = true,
        hide_short_help = true,
        hide_default_value = true,
        add = ArgValueCompleter::new(completion::script_formats)
    )]
    pub(crate) format: ScriptFormat,
    /// After a script that a refusal made fail, explain that reply as the built-in `why` does.
    ///
    /// If standard error is a terminal this is done without being asked for, unless there is a --quiet.
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) why: bool,
    /// Show times and certificates too.
    ///
    /// The time of everything, and certificates after each TLS handshake of the control connection. In a replay, the
    /// dialogue of every transcript too; else it is shown if there is only one. With --version, how this program was
    /// built.
    #[arg(short, long, global = true, hide_short_help = true)]
    pub(crate) verbose: bool,
    /// When to colour the dialogue.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = Colour::Auto,
        global = true,
        hide_short_help = true
    )]
    pub(crate) color: Colour,
}

impl Common {
    /// Which addresses of a host are tried, if that was said.
    pub(crate) fn family(&self) -> Option<AddressFamily> {
        match (self.ipv4, self.ipv6) {
            (true, _) => Some(AddressFamily::V4),
            (_, true) => Some(AddressFamily::V6),
            _ => None,
        }
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
pub(crate) struct ProxyUrl(pub(crate) String);

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
    /// Open the shell on a practice server of its own.
    ///
    /// The practice server runs on loopback, in a folder that is removed at the end. Log in with user A and password A. Its
    /// folder and your local one are those of the article: 1.TXT, of which the beginning has arrived.
    Practice(Practice),
    /// Learn FTP by typing it, in lessons that check what you do.
    ///
    /// Each lesson has a practice server of its own. At the prompt, `goal` says what there is to do, `hint` helps, and
    /// `check` says what is still missing. How far you are is kept.
    Learn(Learn),
    /// Open the shell, and record the session as a transcript.
    ///
    /// The session is written down as it happens, for `ftpsh replay`. Passwords become {password}.
    Record(Record),
    /// Play transcripts against a server, and compare the replies.
    ///
    /// It stops at the first reply that is not as expected, with exit code 6. Without a TARGET, each FILE has a practice
    /// server of its own. With two, A and B, one FILE is played on both in step, and what they do differently is shown.
    Replay(Replay),
    /// Make a transcript of what others printed.
    ///
    /// The transcript goes to standard output. What cannot be understood is listed on standard error, with its line number.
    /// Passwords become {password}, and replies are expected by their codes alone.
    Import(Import),
    /// Say what went wrong, from the log of any client or server.
    ///
    /// Any client's or server's log with commands and replies in it, or anything pasted into a report: what happened, what went
    /// wrong first and why, what helps, and what the server should not have said. Nothing is sent. Passwords are masked.
    Explain(Explain),
    /// Turn a transcript into a page or plain text.
    ///
    /// It goes to standard output, for people without ftpsh. Secrets never appear: they stay {password}. A file that is not
    /// a transcript is imported first.
    Export(Export),
    /// Examine a server: whether it works, is safe, and goes by the book.
    ///
    /// It opens each kind of data connection, and plays checks of which most are transcripts. Without --user nobody logs in,
    /// without --write nothing is changed, and without --hard nothing looks like an attack.
    Doctor(Doctor),
    /// Print a script that completes command lines.
    ///
    /// The shell runs it once, and then asks ftpsh for candidates when Tab is pressed: modes, options and their values,
    /// transcripts, and hosts: those of the configuration, those whose certificates were trusted by hand, and those that the
    /// system's file of hosts names.
    Completions(Completions),
    /// Print a manual page in roff, for `man -l -`.
    #[command(hide = true)]
    Manual(Manual),
}

/// `ftpsh practice`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("practice"))]
pub(crate) struct Practice {
    /// Switch on a fault of the server; may be given several times.
    #[arg(long = "fault", value_name = "FAULT", add = ArgValueCompleter::new(completion::faults))]
    pub(crate) faults: Vec<Fault>,
    /// Answer as the server did in this transcript, or in this log of any client.
    ///
    /// As long as clients send what is recorded; anything else gets the practice server's own answer, and is reported.
    #[arg(long, value_name = "FILE", add = ArgValueCompleter::new(completion::transcripts))]
    pub(crate) from: Option<PathBuf>,
    /// Keep the server's folder and the local one at the end.
    #[arg(long)]
    pub(crate) keep: bool,
}

/// `ftpsh learn`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("learn"))]
pub(crate) struct Learn {
    /// The lesson to begin with, by its number, or `map`.
    ///
    /// The one that was left unfinished, else the next that is neither done nor shown, if left out. `map` prints the verbs
    /// of RFC 959 that you have used, and the replies to them.
    #[arg(value_name = "N", value_parser = lesson_choice)]
    pub(crate) lesson: Option<LessonChoice>,
    /// List the lessons, with minutes and how far you are.
    #[arg(long)]
    pub(crate) list: bool,
    /// Take only the lessons that are marked with a star.
    #[arg(long)]
    pub(crate) fast: bool,
    /// Choose what is left to chance, such as the fault of lesson 17.
    #[arg(long, value_name = "NUMBER", hide_short_help = true)]
    pub(crate) seed: Option<u64>,
    /// Write what was done to FILE, as JSON, with transcripts.
    ///
    /// There is one of each session, without passwords. FILE must not exist yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Take the lessons in this folder instead of our own.
    ///
    /// docs/lessons.md says how one is written.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// Check lessons: each solution must pass, and what is wrong must not.
    ///
    /// Those in DIR; without it, ours.
    #[arg(
        long,
        value_name = "DIR",
        hide_short_help = true,
        num_args = 0..=1,
        conflicts_with_all = ["lesson", "list", "fast", "report", "from"]
    )]
    pub(crate) check: Option<Option<PathBuf>>,
}

/// What `learn` begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LessonChoice {
    /// A lesson, counted from 1.
    Number(usize),
    /// The verbs that were used.
    Map,
}

fn lesson_choice(text: &str) -> Result<LessonChoice, &'static str> {
    match text.parse() {
        _ if text == "map" => Ok(LessonChoice::Map),
        Ok(number) if number > 0 => Ok(LessonChoice::Number(number)),
        _ => Err("write the number of a lesson (`ftpsh learn --list` lists them), or map"),
    }
}

/// `ftpsh record`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("record"))]
pub(crate) struct Record {
    /// The transcript to write; one that exists is refused.
    ///
    /// Uploads that do not fit into it are put beside it, in FILE.1.data and so on.
    pub(crate) file: PathBuf,
    /// The server, as without `record`; if left out, the session of the first `open` is recorded.
    #[arg(add = ArgValueCompleter::new(completion::targets))]
    pub(crate) target: Option<String>,
    /// The port, for those who are used to `HOST PORT`.
    #[arg(requires = "target")]
    pub(crate) port: Option<String>,
    /// Replace FILE if it exists.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Expect the texts of replies too, where they are likely to stay the same on this server.
    ///
    /// Otherwise a replay compares their codes, and what is recorded plays on other servers too.
    #[arg(long)]
    pub(crate) texts: bool,
}

/// `ftpsh replay`.
#[derive(Args, Debug)]
#[command(
    override_usage = REPLAY_USAGE,
    after_help = MORE_OF_MODE,
    after_long_help = command_line::more("replay")
)]
pub(crate) struct Replay {
    /// *.ftp, *.txt, *.log or `article`; the server last.
    ///
    /// The last argument is the TARGET if it is not a FILE; after one FILE, there may be two.
    #[arg(
        required = true,
        value_name = "FILE",
        add = ArgValueCompleter::new(completion::transcripts_and_targets)
    )]
    pub(crate) arguments: Vec<OsString>,
    /// The server; every argument is a FILE then.
    #[arg(
        long,
        value_name = "TARGET",
        conflicts_with = "practice",
        add = ArgValueCompleter::new(completion::targets)
    )]
    pub(crate) target: Option<String>,
    /// Play against the practice server.
    ///
    /// A fresh one for each FILE; every argument is a FILE then.
    #[arg(long)]
    pub(crate) practice: bool,
    /// Switch on a fault of the practice server (see `ftpsh practice --help`); may be given several times.
    #[arg(
        long = "fault",
        value_name = "FAULT",
        conflicts_with = "target",
        hide_short_help = true,
        add = ArgValueCompleter::new(completion::faults)
    )]
    pub(crate) faults: Vec<Fault>,
    /// Give a variable its value.
    ///
    /// May be given several times. Others may see it: a secret is better given in the environment, as FTPSH_VAR_NAME.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<OsString>,
    /// Play this many at a time.
    ///
    /// Each has a connection of its own.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        conflicts_with = "verbose",
        value_parser = clap::value_parser!(u8).range(1..=64)
    )]
    pub(crate) jobs: u8,
    /// Correct what each FILE expects.
    ///
    /// What came is written into FILE where it expects something else. Comments, and all lines that were right, stay.
    #[arg(long, conflicts_with_all = ["keep_going", "codes"])]
    pub(crate) update: bool,
    /// List every difference instead of stopping at the first.
    #[arg(long, hide_short_help = true)]
    pub(crate) keep_going: bool,
    /// Compare the codes of replies and not their texts.
    #[arg(long, hide_short_help = true)]
    pub(crate) codes: bool,
    /// Write a report: json, junit or tap.
    ///
    /// Without a FILE it goes to standard output. May be given several times.
    #[arg(
        long = "report",
        value_name = "KIND[=FILE]",
        add = ArgValueCompleter::new(completion::reports)
    )]
    pub(crate) reports: Vec<ReportTo>,
}

/// `ftpsh import`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("import"))]
pub(crate) struct Import {
    /// The file to read; `-` is standard input.
    #[arg(add = ArgValueCompleter::new(completion::transcripts))]
    pub(crate) file: PathBuf,
    /// The notation it is in; detected if omitted.
    #[arg(long, value_name = "KIND", add = ArgValueCompleter::new(completion::kinds))]
    pub(crate) from: Option<Kind>,
}

/// `ftpsh explain`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("explain"))]
pub(crate) struct Explain {
    /// The log; `-` is standard input.
    #[arg(value_name = "LOG|-", add = ArgValueCompleter::new(completion::transcripts))]
    pub(crate) file: PathBuf,
    /// Print one line of JSON instead, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ftpsh export`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("export"))]
pub(crate) struct Export {
    /// The transcript; `-` is standard input, `article` the built-in one.
    #[arg(add = ArgValueCompleter::new(completion::transcripts_and_article))]
    pub(crate) file: PathBuf,
    /// What it becomes: markdown or text.
    #[arg(long, value_name = "FORM", add = ArgValueCompleter::new(completion::forms))]
    pub(crate) to: Form,
}

/// `ftpsh doctor`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("doctor"))]
pub(crate) struct Doctor {
    /// HOST, HOST:PORT, ftp:// or ftps://; of two, what differs.
    #[arg(
        value_name = "TARGET",
        num_args = 1..=2,
        required_unless_present = "diff",
        conflicts_with = "diff",
        add = ArgValueCompleter::new(completion::targets)
    )]
    pub(crate) targets: Vec<String>,
    /// Log in as this user.
    ///
    /// The password is that of FTPSH_PASSWORD, --netrc or --password-command; else it is asked for, or is the first line of
    /// standard input.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Let the password go out in clear to another machine.
    #[arg(long)]
    pub(crate) clear_login: bool,
    /// Check uploads too, in a folder of its own.
    ///
    /// It is made and removed.
    #[arg(long)]
    pub(crate) write: bool,
    /// Send also what looks like an attack.
    #[arg(long)]
    pub(crate) hard: bool,
    /// End after so long, with what is known then.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, hide_short_help = true)]
    pub(crate) budget: Duration,
    /// Exit with 9 at a finding this bad: warn or bad.
    #[arg(
        long,
        value_enum,
        value_name = "VERDICT",
        default_value = "bad",
        hide_possible_values = true
    )]
    pub(crate) fail_on: FailOn,
    /// Write JSON; or --markdown, --junit, --sarif.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// Write tables in Markdown.
    #[arg(long, group = "form", hide_short_help = true)]
    pub(crate) markdown: bool,
    /// Write JUnit's XML; a finding as bad as --fail-on says is a failure.
    #[arg(long, group = "form", hide_short_help = true)]
    pub(crate) junit: bool,
    /// Write SARIF 2.1.0.
    #[arg(long, group = "form", hide_short_help = true)]
    pub(crate) sarif: bool,
    /// Tell what differs between two files of --json.
    ///
    /// Nothing is sent. The exit code is 9 if something is as bad as --fail-on says, and was not before.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    pub(crate) diff: Option<Vec<PathBuf>>,
    /// Write a transcript of each finding into a folder.
    ///
    /// `ftpsh replay` plays them. No file is overwritten.
    #[arg(long, value_name = "DIR")]
    pub(crate) transcripts: Option<PathBuf>,
    /// Make the checks of this folder too.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) checks: Option<PathBuf>,
}

/// What `--fail-on` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Some clients or people are hit by it.
    Warn,
    /// It does not work, or is not safe.
    Bad,
}

impl From<FailOn> for Verdict {
    fn from(limit: FailOn) -> Self {
        match limit {
            FailOn::Warn => Self::Warn,
            FailOn::Bad => Self::Bad,
        }
    }
}

/// `ftpsh completions`.
#[derive(Args, Debug)]
#[command(after_help = MORE_OF_MODE, after_long_help = command_line::more("completions"))]
pub(crate) struct Completions {
    /// The shell that runs the script.
    pub(crate) shell: completion::Shell,
}

/// `ftpsh manual`, which the scripts that make packages call.
#[derive(Args, Debug)]
pub(crate) struct Manual {
    /// The page, such as ftpsh-replay.1 or replay.
    #[arg(default_value = "ftpsh.1")]
    pub(crate) page: String,
    /// Print the names of all pages.
    #[arg(long)]
    pub(crate) list: bool,
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

impl Options {
    /// Reads the command line; a mode that opens no connection refuses the options that are about one.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let mut command = fitted(Self::command());
        let mut matches = command.try_get_matches_from_mut(arguments)?;
        if let Some((name, given)) = matches.subcommand()
            && let Some((_, meant)) = WITHOUT_CONNECTION.iter().find(|(it, _)| *it == name)
            && let Some(mode) = command.find_subcommand_mut(name)
        {
            let is_given = |it: &Arg| {
                given.value_source(it.get_id().as_str()) == Some(ValueSource::CommandLine)
            };
            let is_wrong = |it: &&Arg| is_idle(it, meant) && is_given(it);
            let idle = mode.get_arguments().find(is_wrong).map(ToString::to_string);
            if let Some(option) = idle {
                let text = format!("unexpected argument '{option}' found");
                return Err(mode.error(ErrorKind::UnknownArgument, text));
            }
        }
        Self::from_arg_matches_mut(&mut matches)
    }
}

/// The command line, built, with those options in the help of each mode that mean something to it.
pub(crate) fn fitted(mut command: clap::Command) -> clap::Command {
    command.build();
    for (name, meant) in WITHOUT_CONNECTION {
        if let Some(mode) = command.find_subcommand_mut(name) {
            let hide = |option: Arg| {
                let is_idle = is_idle(&option, meant);
                option.hide(is_idle)
            };
            *mode = std::mem::take(mode).mut_args(hide);
        }
    }
    command
}

/// Whether an option of every mode means nothing to one that knows these.
fn is_idle(option: &Arg, meant: &[&str]) -> bool {
    option.is_global_set() && !meant.contains(&option.get_id().as_str())
}

/// Whether `ftpsh NAME` would be a mode.
pub(crate) fn is_mode(name: &str) -> bool {
    let command = Options::command();
    name == "help"
        || command
            .get_subcommands()
            .any(|mode| mode.get_name() == name)
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds, at least 1".to_owned()),
    }
}

const USAGE: &str = "\
ftpsh [OPTIONS] [HOST [PORT] | HOST:PORT | ftp://USER@HOST/PATH]
       ftpsh [OPTIONS] COMMAND ...";

const REPLAY_USAGE: &str = "ftpsh replay [OPTIONS] FILE... [TARGET]
       ftpsh replay [OPTIONS] FILE A B";

/// Modes that read a file or say something, and no more, with those options of every mode that mean something to them.
const WITHOUT_CONNECTION: [(&str, &[&str]); 5] = [
    ("completions", &["color"]),
    ("explain", &["color"]),
    ("export", &["color", "quiet"]),
    ("import", &["color", "quiet"]),
    ("manual", &["color"]),
];

const MORE: &str = "\
    New to FTP? `ftpsh learn` teaches it. At the prompt, `help` explains the rest.";

const MORE_OF_MODE: &str = "`--help` shows all options, and examples.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Options, fitted};

    #[test]
    fn a_mode_that_opens_no_connection_names_and_refuses_what_is_about_one() {
        let read = |line: &str| {
            let words: Vec<_> = line.split(' ').map(Into::into).collect();
            Options::read(&words).map_err(|error| error.to_string())
        };
        for line in [
            "ftpsh explain -c foo a.log",
            "ftpsh -c foo explain a.log",
            "ftpsh import a.log --tls require",
        ] {
            let error = read(line).unwrap_err();
            let is_named = error.contains("'--command <LINE>'") || error.contains("'--tls <HOW>'");
            assert!(is_named && error.contains("unexpected argument"), "{error}");
        }
        for line in ["ftpsh explain --color never a.log", "ftpsh learn -c foo"] {
            assert!(read(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn the_help_of_explain_has_its_own_options_and_the_logs_that_it_reads() {
        let mut whole = fitted(Options::command());
        let mode = whole.find_subcommand_mut("explain").unwrap();
        let help = mode.render_long_help().to_string();
        assert!(!help.contains("--tls") && help.contains("--json"), "{help}");
        assert!(
            help.contains("FileZilla") && help.contains("vsftpd"),
            "{help}"
        );
        let error = Options::read(&["ftpsh".into(), "explain".into()]).unwrap_err();
        assert!(error.to_string().contains("<LOG|->"), "{error}");
    }

    #[test]
    fn the_short_help_of_each_mode_fits_the_screen_and_its_long_help_has_every_option() {
        let whole = fitted(Options::command().term_width(80));
        let modes = whole.get_subcommands().cloned().collect::<Vec<_>>();
        for mut mode in modes.into_iter().chain([whole]) {
            let name = mode.get_name().to_owned();
            let short = mode.render_help().to_string();
            assert!(short.lines().count() <= 24, "{name} -h: {short}");
            assert!(short.lines().all(|line| line.len() <= 80), "{short}");
            let long = mode.render_long_help().to_string();
            let options = mode.get_arguments().filter(|it| !it.is_hide_set());
            for option in options.filter_map(|it| it.get_long()) {
                assert!(long.contains(&format!("--{option}")), "{name}: {option}");
            }
        }
    }
}
