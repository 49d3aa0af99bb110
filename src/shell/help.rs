//! Help out of the tables: lines, built-ins, aliases, verbs, reply codes.

use std::fmt::Write;

use super::aliases::Aliases;
use super::line::Builtin;
use crate::protocol::{ReplyCode, Verb, reply_codes, verbs};

/// What `help` prints.
#[must_use]
pub fn overview(aliases: &Aliases) -> String {
    let mut text = LINES.to_owned();
    text.push_str("\nBuilt-ins (lower case):\n");
    for (builtin, usage, about) in BUILTINS {
        let _ = builtin;
        let _ = writeln!(text, "  {usage:<36} {about}");
    }
    let names: Vec<&str> = aliases.names().collect();
    let _ = write!(
        text,
        "\nAliases (`alias` prints what each sends): {}\n\
         `help VERB` and `help CODE` explain FTP's own; HELP asks the server.",
        names.join(" ")
    );
    text
}

/// What `help TOPIC` prints; `None` for a topic that nobody knows.
#[must_use]
pub fn topic(topic: &str, aliases: &Aliases) -> Option<String> {
    if let Some((_, usage, about)) =
        Builtin::named(topic).and_then(|name| BUILTINS.iter().find(|(known, ..)| *known == name))
    {
        let more = match Builtin::named(topic) {
            Some(Builtin::Resume) => RESUME,
            Some(Builtin::Listen) => LISTEN,
            Some(Builtin::Timeline) => TIMELINE,
            Some(Builtin::Trace) => TRACE,
            Some(Builtin::Send) => SEND,
            _ => "",
        };
        return Some(format!("{usage}\n  {about}{more}"));
    }
    if topic == "quote" {
        return Some(QUOTE.to_owned());
    }
    if let Ok(lines) = aliases.describe(topic) {
        return Some(lines.join("\n    "));
    }
    if let Ok(code) = topic.parse() {
        let entry = reply_codes::entry(ReplyCode(code))?;
        return Some(format!(
            "{}  {}\n  {}",
            entry.code, entry.meaning, entry.reference
        ));
    }
    let entry = verbs::entry(&Verb::new(topic.as_bytes()))?;
    let mut text = format!(
        "{}\n  {}\n  {}",
        entry.syntax, entry.summary, entry.reference
    );
    let list = |codes: &[u16]| -> String {
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        codes.join(" ")
    };
    if entry.data.is_some() {
        let _ = write!(
            text,
            "\n  replies: 1yz, then {}\n  or at once: {}",
            list(entry.replies_after_preliminary),
            list(entry.replies)
        );
    } else if !entry.replies.is_empty() {
        let _ = write!(text, "\n  replies: {}", list(entry.replies));
    }
    let _ = write!(text, "\n  any command: {}", list(verbs::COMMON_REPLIES));
    Some(text)
}

/// How a built-in is called.
#[must_use]
pub fn usage(name: Builtin) -> &'static str {
    BUILTINS
        .iter()
        .find(|(known, ..)| *known == name)
        .map_or("help", |(_, usage, _)| usage)
}

/// Whether a name, in any case, is an FTP verb.
#[must_use]
pub fn is_verb(name: &str) -> bool {
    verbs::entry(&Verb::new(name.as_bytes())).is_some()
}

const LINES: &str = "\
What you type is sent as it is, unless it begins with a built-in or an alias in lower case, or with !
  SIZE 1.TXT                           any FTP command, in any case
  RETR f > file    RETR f >> file      received data into a file (> - is standard output)
  LIST | less                          received data into a local command
  STOR f < file    APPE f <<< 'text'   a file, or exactly this text, is sent
  STOR f <<END                         the lines up to END are sent
  APPE f                               type the data at data>, Ctrl-D ends them
  quote LINE                           LINE verbatim; quote -x knows \\xE9
  !command                             a local command
Ctrl-C in a transfer sends ABOR, a second one drops the data connection; Ctrl-D quits.
";

const RESUME: &str = "
  resume --get REMOTE [LOCAL]          finish a broken download
    --verify full                      compare everything, not only the last 64 KiB
    --via rest                         where APPE is missing, use REST and STOR
    --unverified                       go on although what is there cannot be read back";

const LISTEN: &str = "
  The next transfer uses the connection that the server makes to that port. A PORT or EPRT that you type opens
  the port that it names in the same way. Only the server's address is let in (`set data-peer any`: everybody).
  If a firewall keeps the server out, PASV or EPSV goes the other way.";

const TIMELINE: &str = "
  The last command and what came of it, a transfer from its PASV or PORT on; `all` is everything that is kept, which is
  the last 1000 events. → went out, ← came in; +2 is milliseconds since the first line of the exchange.";

const TRACE: &str = "
  on                                   text, with everything else escaped (\\r\\n, \\xff)
  hex                                  offset, hexadecimal, text
  FILE                                 hexadecimal with times, to a new file (>> FILE adds to one)
  off                                  neither screen nor file
  C is the control connection, D the data connection, → went out, ← came in. TLS: the octets travelled inside it, and are
  shown as they are outside. Passwords are masked; an octet that may begin an echo of one waits until that is known.";

const SEND: &str = "
  send ip, ao, ayt, brk, ec, el, ga, nop, dm
                                       IAC and this command of RFC 854
  send synch                           IAC IP, then IAC as urgent data, DM: what goes in front of ABOR
  send hex 'FF F1'                     these octets, and no line end
  Each is shown as it goes out. If hex ends a command line (0D 0A), its reply is awaited as if the line had been typed, but a
  transfer has no data. Without a line end, what you send next goes on with the same line. Without a reply nothing is
  awaited: what comes later stands as unasked. TLS has no urgent data.";

const QUOTE: &str = "\
quote LINE
  sends LINE as it is: no built-in, no alias, no redirection
quote -x LINE
  the same, with \\xE9 for an octet by its number and \\\\ for a backslash";

const BUILTINS: &[(Builtin, &str, &str)] = &[
    (
        Builtin::Help,
        "help [VERB|CODE|NAME]",
        "this, or about one thing",
    ),
    (
        Builtin::Open,
        "open [TARGET]",
        "connect: HOST, HOST:PORT, ftp://user@host/path",
    ),
    (
        Builtin::Login,
        "login [USER [PASSWORD]]",
        "USER, PASS and ACCT as they are asked for",
    ),
    (
        Builtin::Resume,
        "resume LOCAL [REMOTE]",
        "finish a broken upload (--get: download), and prove it",
    ),
    (Builtin::Close, "close", "close the connection without QUIT"),
    (Builtin::Exit, "exit, bye", "QUIT, and leave"),
    (
        Builtin::Alias,
        "alias [NAME ['STEP'...]]",
        "show or define aliases",
    ),
    (Builtin::Unalias, "unalias NAME", "forget an alias"),
    (
        Builtin::Set,
        "set [NAME [VALUE]]",
        "show or change settings",
    ),
    (
        Builtin::Listen,
        "listen",
        "active mode: open a port and send PORT (EPRT on IPv6)",
    ),
    (Builtin::Lcd, "lcd [FOLDER]", "change the local folder"),
    (Builtin::Lpwd, "lpwd", "show the local folder"),
    (
        Builtin::Resync,
        "resync",
        "forget the replies that are still owed",
    ),
    (
        Builtin::Tls,
        "tls",
        "show how both connections are protected, and the certificates",
    ),
    (
        Builtin::Timeline,
        "timeline [all]",
        "draw what happened on both connections, with times",
    ),
    (
        Builtin::Trace,
        "trace [on|hex|off|[>>] FILE]",
        "show the octets of both connections, or write them to a file",
    ),
    (
        Builtin::Send,
        "send NAME, send hex 'OCTETS'",
        "Telnet commands (ip, synch, ...) and octets that no line can hold",
    ),
];

#[cfg(test)]
mod tests {
    use super::{BUILTINS, Builtin, is_verb, topic};
    use crate::shell::aliases::Aliases;

    #[test]
    fn every_builtin_has_help_and_none_is_a_verb() {
        for (name, builtin) in Builtin::NAMES {
            assert!(
                BUILTINS.iter().any(|(known, ..)| known == builtin),
                "{name}"
            );
            // HELP is the one exception that the grammar makes.
            assert!(!is_verb(name) || *name == "help", "{name}");
        }
    }

    #[test]
    fn no_shipped_alias_is_a_verb() {
        for name in Aliases::shipped().names() {
            assert!(!is_verb(name), "{name}");
        }
    }

    #[test]
    fn verbs_and_codes_are_explained() {
        let aliases = Aliases::shipped();
        let appe = topic("appe", &aliases).unwrap();
        assert!(appe.contains("RFC 959") && appe.contains("1yz, then 226"));
        assert!(topic("listen", &aliases).unwrap().contains("data-peer"));
        assert!(topic("send", &aliases).unwrap().contains("synch"));
        assert!(topic("trace", &aliases).unwrap().contains("\\r\\n"));
        assert!(topic("timeline", &aliases).unwrap().contains("1000"));
        assert!(topic("resume", &aliases).unwrap().contains("--verify full"));
        assert!(topic("quote", &aliases).unwrap().contains("\\xE9"));
        assert!(topic("425", &aliases).unwrap().contains("425"));
        assert!(topic("nonsense", &aliases).is_none());
    }
}
