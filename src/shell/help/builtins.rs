//! The words of help about the shell's own: lines, built-ins, `quote`.

use crate::shell::config::setting::Setting;
use crate::shell::config::settings::Settings;
use crate::shell::line::Builtin;
use crate::shell::screen::page::{Layout, Page};

/// How each built-in is called, and what it does.
pub(super) const BUILTINS: &[(Builtin, &str, &str)] = &[
    (
        Builtin::Help,
        "help [VERB|CODE|WORD|NAME]",
        "this, or a verb, a code (425, 5yz), a word, a name",
    ),
    (
        Builtin::Why,
        "why [reply|LINE]",
        "explain the last problem, reply or line, and what comes next",
    ),
    (
        Builtin::Open,
        "open [TARGET]",
        "connect: NAME, HOST, HOST:PORT, ftp://user@host/",
    ),
    (
        Builtin::Login,
        "login [USER [PASSWORD]]",
        "USER, PASS and ACCT as they are asked for",
    ),
    (
        Builtin::Resume,
        "resume LOCAL [REMOTE]",
        "finish a broken upload (--get: download), and check it",
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
        "active mode: open a port, send PORT or EPRT",
    ),
    (
        Builtin::Record,
        "record [--replace] [--texts] FILE",
        "record the session, for `ftpsh replay`; record off",
    ),
    (
        Builtin::Jobs,
        "jobs",
        "show the transfer that runs in the background",
    ),
    (Builtin::Lcd, "lcd [FOLDER]", "change the local folder"),
    (Builtin::Lpwd, "lpwd", "show the local folder"),
    (
        Builtin::Resync,
        "resync",
        "stop waiting for the replies that are outstanding",
    ),
    (
        Builtin::Table,
        "table LINE",
        "send LINE (LIST, MLSD), show a table",
    ),
    (
        Builtin::Tls,
        "tls [pem|probe]",
        "show how both connections are protected, and the certificates",
    ),
    (
        Builtin::Ways,
        "ways [--verbose]",
        "try every kind of data connection, on connections of their own",
    ),
    (
        Builtin::Timeline,
        "timeline [LINE|all]",
        "draw both connections side by side, with times",
    ),
    (
        Builtin::Picture,
        "picture",
        "draw both connections as they are now, and what went over them last",
    ),
    (
        Builtin::Trace,
        "trace [on|hex|off|[>>] FILE]",
        "show the bytes of both connections",
    ),
    (
        Builtin::Send,
        "send NAME, send hex 'BYTES'",
        "Telnet commands, and bytes that no line can hold",
    ),
];

/// The same of the words that exist in lessons alone.
pub(super) const LESSON_WORDS: &[(Builtin, &str, &str)] = &[
    (Builtin::Goal, "goal", "say again what there is to do"),
    (
        Builtin::Hint,
        "hint",
        "what to think of; once more: how; once more: the line",
    ),
    (
        Builtin::Check,
        "check",
        "what is still missing, and what was seen instead",
    ),
    (
        Builtin::Answer,
        "answer NUMBER|NAME",
        "answer the question of the lesson",
    ),
    (Builtin::Show, "show", "begin anew, and play the solution"),
    (
        Builtin::Again,
        "again",
        "begin the lesson anew, on the same server made anew",
    ),
    (Builtin::Next, "next", "go on with the next lesson"),
    (
        Builtin::Lessons,
        "lessons",
        "list the lessons, and how far you are",
    ),
    (
        Builtin::Learn,
        "learn map|N",
        "the verbs that you have used, or another lesson",
    ),
];

/// How a built-in is called, and what it does.
pub(super) fn row(name: Builtin) -> (Builtin, &'static str, &'static str) {
    let row = BUILTINS.iter().find(|(known, ..)| *known == name);
    *row.expect("every built-in has a row, which a test checks")
}

/// What belongs together, in the order in which somebody needs it.
pub(super) const GROUPS: &[(&str, &[Builtin])] = &[
    (
        "To ask",
        &[
            Builtin::Help,
            Builtin::Why,
            Builtin::Timeline,
            Builtin::Picture,
            Builtin::Tls,
            Builtin::Ways,
        ],
    ),
    (
        "To come and go",
        &[Builtin::Open, Builtin::Login, Builtin::Close, Builtin::Exit],
    ),
    (
        "To move files",
        &[
            Builtin::Resume,
            Builtin::Table,
            Builtin::Lcd,
            Builtin::Lpwd,
            Builtin::Jobs,
            Builtin::Listen,
        ],
    ),
    (
        "To set and to keep",
        &[
            Builtin::Set,
            Builtin::Alias,
            Builtin::Unalias,
            Builtin::Record,
        ],
    ),
    (
        "For the bytes themselves",
        &[Builtin::Trace, Builtin::Send, Builtin::Resync],
    ),
];

/// Everything about one built-in, or about one setting; `false` if there is no such setting.
pub(super) fn explain(page: &mut Page, name: Builtin, rest: &[String]) -> bool {
    if let (Builtin::Set, Some(name)) = (name, rest.first()) {
        return explain_setting(page, name);
    }
    let mut all = BUILTINS.iter().chain(LESSON_WORDS);
    let Some((_, usage, about)) = all.find(|(known, ..)| *known == name) else {
        return false;
    };
    page.paragraph(0, usage);
    page.paragraph(2, about);
    explain_further(page, name);
    true
}

/// Everything about one setting; `false` if there is no such setting.
pub(super) fn explain_setting(page: &mut Page, name: &str) -> bool {
    let setting = Settings::named(name);
    if let Ok(setting) = setting {
        page.paragraph(0, &format!("set {}", usage(setting)));
        page.paragraph(2, setting.about);
    }
    setting.is_ok()
}

/// What there is to say of a built-in besides its line.
pub(super) fn explain_further(page: &mut dyn Layout, name: Builtin) {
    match name {
        Builtin::Resume => {
            for (line, about) in RESUME {
                page.item(line, RESUME_COLUMNS, about);
            }
        }
        Builtin::Open => page.paragraph(2, OPEN),
        Builtin::Login => page.paragraph(2, LOGIN),
        Builtin::Listen => page.paragraph(2, LISTEN),
        Builtin::Record => page.paragraph(2, RECORD),
        Builtin::Why => page.paragraph(2, WHY),
        Builtin::Ways => page.paragraph(2, WAYS),
        Builtin::Timeline => page.paragraph(2, TIMELINE),
        Builtin::Tls => {
            for (_, line, about) in TLS {
                page.item(line, BYTES_COLUMNS, about);
            }
        }
        Builtin::Trace => {
            for (line, about) in TRACE {
                page.item(line, BYTES_COLUMNS, about);
            }
            page.paragraph(2, TRACE_MORE);
        }
        Builtin::Send => {
            for (line, about) in SEND {
                page.item(line, BYTES_COLUMNS, about);
            }
            page.paragraph(2, SEND_MORE);
        }
        Builtin::Set => {
            for setting in Settings::TABLE {
                page.item(&usage(setting), SETTING_COLUMNS, setting.about);
            }
        }
        _ => {}
    }
}

/// `tls off|require|implicit`
pub(super) fn usage(setting: &Setting<Settings>) -> String {
    format!("{} {}", setting.name, setting.values("|"))
}

/// Everything about `quote`.
pub(super) fn explain_quote(page: &mut Page) {
    page.paragraph(0, "quote LINE");
    page.paragraph(
        2,
        "sends LINE as it is: no built-in, no alias, no redirection",
    );
    page.paragraph(0, "quote -x LINE");
    page.paragraph(
        2,
        "the same, with \\xE9 for a byte by its number and \\\\ for a backslash",
    );
}

/// What each form of line does.
pub(super) const LINES: &[(&str, &str)] = &[
    ("SIZE 1.TXT", "any FTP command, in any case"),
    (
        "RETR f > file, RETR f >> file",
        "received data into a file (> - is standard output)",
    ),
    ("LIST | less", "received data into a local command"),
    (
        "STOR f < file, APPE f <<< 'text'",
        "a file, or exactly this text, is sent",
    ),
    (
        "APPE f < file +5",
        "what comes after the first 5 bytes of the file is sent",
    ),
    (
        "RETR f > file &, STOR f < file &",
        "the transfer runs while you type on",
    ),
    ("STOR f <<END", "the lines up to END are sent"),
    ("APPE f", "type the data at data>, Ctrl-D ends it"),
    ("quote LINE", "LINE verbatim; quote -x knows \\xE9"),
    ("!command", "a local command"),
];

const RESUME: &[(&str, &str)] = &[
    ("resume --get REMOTE [LOCAL]", "finish a broken download"),
    (
        "--verify full",
        "read everything back, not only what lies around the joint; of a download, all that is here already",
    ),
    (
        "--verify joint",
        "the default: the 64 KiB before what is sent, and 32 KiB on either side of the joint afterwards",
    ),
    ("--verify size", "afterwards look only at the size"),
    ("--via rest", "where APPE is missing, use REST and STOR"),
    (
        "--unverified",
        "go on although the data on the server cannot be read back",
    ),
];

const RECORD: &str = "\
Everything that is sent and received goes to FILE as it happens; passwords become {password}. In the middle of a session the \
recording begins with the login and with the commands whose effect lasts. It ends with the session or with `record off`. \
Uploads that do not fit into FILE are put beside it. A replay compares the codes of replies, with --texts also those texts \
that are likely to stay the same. `record` alone says whether and where.";

const OPEN: &str = "\
NAME is a host of the configuration, [host.NAME]: it says where, who logs in, and which settings and startup lines belong to it. \
A URL with a user logs in, and sends CWD for each part of its path; a last part with a dot in it is a file, which `get` fetches. \
Without TARGET, the last one is opened again.";

const LOGIN: &str = "\
Without USER you are asked, and Enter takes the user of the target or the one whom .netrc names for the host. The password comes \
from the password command or .netrc where these have it, else you are asked for it.";

const LISTEN: &str = "The next transfer uses the connection that the server makes to that port. A PORT or EPRT that you \
    type opens the port that it names in the same way. Only the server may connect (`set data-peer any`: anyone). If \
    a firewall keeps the server out, use PASV or EPSV, where this side connects.";

const WHY: &str = "`why` explains the last problem: a refusal, a connection that failed, a silence, a line that was refused here. \
    What has worked since, or belongs to an earlier session, is not told any more. `why reply` explains the last reply, `why 3` the third line. It reads the digits of the code, looks at the command that was answered and at what the server had \
    acknowledged before it, and says what to type next. Nothing is sent.";

const WAYS: &str = "\
EPSV, PASV and PORT, in clear, after AUTH TLS and on port 990: each opens a data connection and lists through it, as the user who \
is logged in. The session stays as it is. The password comes from the URL, the password command or .netrc where these have it, else \
you are asked for it. It goes out in clear only to this machine, or if the session's own did. --verbose shows what was said. Ctrl-C \
ends it. `ftpsh doctor` examines the rest.";

const TIMELINE: &str = "The last transfer, from its PASV or PORT on; without one the last command. What a `resume` or an alias sent is \
    drawn together. `timeline 3` is the third line, `timeline all` everything that is kept, which is the last 1000 events. → went out, ← came in; +2ms is the time since the first line of the \
    exchange.";

/// What `tls` does besides, by its first word.
pub(super) const TLS: &[(&str, &str, &str)] = &[
    (
        "pem",
        "tls pem [--replace] FILE",
        "write the server's certificates to FILE, as PEM",
    ),
    (
        "probe",
        "tls probe [TARGET]",
        "ask the server for SSL 3.0 and for TLS 1.0, 1.1, 1.2 and 1.3, each on a connection of its own; no handshake is \
         finished",
    ),
];

const TRACE: &[(&str, &str)] = &[
    ("on", "text, with everything else escaped (\\r\\n, \\xff)"),
    ("hex", "offset, hexadecimal, text"),
    (
        "FILE",
        "hexadecimal with times, to a new file (>> FILE adds to one)",
    ),
    ("off", "neither screen nor file"),
];

const TRACE_MORE: &str = "C is the control connection, D the data connection, → went out, ← came in. TLS: the bytes \
went inside it, and are shown as they are outside. Passwords are masked; a byte that may begin an echo of one waits \
until that is known.";

const SEND: &[(&str, &str)] = &[
    (
        "ip, ao, ayt, brk, ec, el, ga, nop, dm",
        "IAC and this command of RFC 854",
    ),
    (
        "synch",
        "IAC IP, then IAC as urgent data, DM: what goes in front of ABOR",
    ),
    ("hex 'FF F1'", "these bytes, and no line end"),
];

const SEND_MORE: &str = "Each is shown as it goes out. If hex ends a command line (0D 0A), its reply is awaited as if the \
    line had been typed, but a transfer has no data. Without a line end, what you send next goes on with the same line. \
    Bytes that do not end a line get no reply: what comes for them is shown as unexpected. TLS has no urgent data.";

const BYTES_COLUMNS: usize = 40;
const RESUME_COLUMNS: usize = 32;
const SETTING_COLUMNS: usize = 30;
