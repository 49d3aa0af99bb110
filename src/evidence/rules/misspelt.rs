//! Lines that no server knows: words of other clients, and verbs with a slip of the finger.

use super::{Circumstances, Explanation, has_code, is_refused, may_be_secret};
use crate::protocol::{Answered, Origin, VERBS, VerbEntry, verbs};

/// What was probably meant, if the verb is in no table and the server did not know it either. The line has been sent as
/// it was typed.
pub(super) fn explain(answered: &Answered, now: Circumstances, line: &str) -> Option<Explanation> {
    if may_be_secret(answered) {
        return None;
    }
    let verb = answered.verb();
    let word = std::str::from_utf8(verb.as_bytes()).ok()?;
    if word.is_empty() && line.starts_with(' ') && has_code(answered, &[500, 501, 502]) {
        return Some(Explanation::of::<&str>("blank-first", &[]));
    }
    if word.is_empty() || verbs::entry(&verb).is_some() {
        return None;
    }
    if is_comment(answered) {
        return Some(Explanation::of::<&str>("comment-sent", &[]));
    }
    // Some servers look at no verb but USER before the login.
    let is_unread = has_code(answered, &[530]) && !answered.before.logged_in;
    if !is_unread && !has_code(answered, &[500, 502]) {
        return None;
    }
    let shown = line.split(' ').next().unwrap_or_default();
    let near = || nearest_of_all(word, now.builtin).map(Meaning::AtAnyTime);
    let meant = other_clients(word, now.builtin).or_else(near);
    if is_unread && !matches!(meant, Some(Meaning::AtAnyTime(_))) {
        return None;
    }
    let (cause, meaning) = match meant {
        Some(Meaning::AfterLogin(next)) if !answered.before.logged_in => {
            ("word-before-login", next)
        }
        Some(Meaning::AfterLogin(next) | Meaning::AtAnyTime(next)) => ("verb-misspelt", next),
        Some(Meaning::Needless(why)) => ("word-not-needed", why.to_owned()),
        None => ("verb-unknown", String::new()),
    };
    Some(Explanation::of(
        cause,
        &[("word", shown), ("meaning", &meaning)],
    ))
}

/// At a prompt a line that begins with `#` is sent like any other, and a server takes it for a verb.
fn is_comment(answered: &Answered) -> bool {
    is_refused(answered) && !may_be_secret(answered) && answered.verb().as_bytes().starts_with(b"#")
}

/// What is said of a word of another client that is asked for in `help`.
pub(crate) fn elsewhere(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<String> {
    let said = match other_clients(word, builtin)? {
        Meaning::AfterLogin(meaning) | Meaning::AtAnyTime(meaning) => {
            format!("is a word of other clients. Here it is: {meaning}")
        }
        Meaning::Needless(why) => {
            format!("is a word of other clients. Here there is no need for it: {why}")
        }
    };
    Some(said)
}

/// What replaces another client's word here.
enum Meaning {
    /// What can be typed after the login.
    AfterLogin(String),
    AtAnyTime(String),
    /// Nothing does, and this is why.
    Needless(&'static str),
}

/// What another client's word is here.
fn other_clients(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<Meaning> {
    let word = word.to_ascii_lowercase();
    let found = |rows: &[(&str, &'static str)]| {
        rows.iter()
            .find(|(words, _)| words.split(' ').any(|known| known == word))
            .map(|(_, meaning)| *meaning)
    };
    let as_builtin = || {
        let name = builtin(&word)?;
        Some(format!("the built-in `{name}`, in lower case"))
    };
    found(AFTER_LOGIN)
        .map(|meaning| Meaning::AfterLogin(meaning.to_owned()))
        .or_else(|| found(AT_ANY_TIME).map(|meaning| Meaning::AtAnyTime(meaning.to_owned())))
        .or_else(|| found(NEEDLESS).map(Meaning::Needless))
        .or_else(|| as_builtin().map(Meaning::AtAnyTime))
}

/// Verbs that are one slip away from a word in capitals, two if it is long.
fn nearest(word: &str) -> Option<String> {
    let limit = if word.len() > 5 { 2 } else { 1 };
    let distance = |entry: &VerbEntry| strsim::osa_distance(word, entry.name);
    let near = VERBS.iter().filter(|entry| distance(entry) <= limit);
    let mut near: Vec<&VerbEntry> = near.collect();
    near.sort_by_key(|entry| {
        let is_swap = sorted_letters(entry.name) == sorted_letters(word);
        (
            !is_swap,
            distance(entry),
            entry.origin != Origin::Registered,
        )
    });
    let names: Vec<&str> = near
        .iter()
        .take(MAX_SUGGESTIONS)
        .map(|entry| entry.name)
        .collect();
    (!names.is_empty()).then(|| names.join(" or "))
}

/// What a word was meant for that nothing was sent for.
pub(super) fn meant(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<String> {
    match other_clients(word, builtin) {
        Some(Meaning::AtAnyTime(meaning)) => Some(meaning),
        _ => nearest_of_all(&word.to_ascii_uppercase(), builtin),
    }
}

/// The same as [`nearest`], and the built-in that is one slip away.
fn nearest_of_all(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<String> {
    if let Some(line) = own_command_line(word, builtin) {
        return Some(line.to_owned());
    }
    let ours = one_slip_away(&word.to_ascii_lowercase()).find_map(|it| builtin(&it));
    let ours = ours.map(|name| format!("the built-in `{name}`"));
    let all: Vec<String> = nearest(word).into_iter().chain(ours).collect();
    (!all.is_empty()).then(|| all.join(" or "))
}

/// The line that runs this program, typed where it runs already: its other modes begin where it was begun.
fn own_command_line(word: &str, builtin: fn(&str) -> Option<&'static str>) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let program = word.rsplit(['/', '\\']).next().unwrap_or_default();
    match program {
        "learn" | "lessons" | "goal" | "hint" | "check" if builtin("learn").is_none() => {
            Some("`exit`, and then `ftpsh learn`")
        }
        "ftpsh" | "ftpsh.exe" if builtin("learn").is_some() => {
            Some("`learn N` for lesson N, or `exit`, and then this line in your own shell")
        }
        "ftpsh" | "ftpsh.exe" => Some("`exit`, and then this line in your own shell"),
        _ => None,
    }
}

/// The words with two letters the other way round, one left out, one too many or one for another.
fn one_slip_away(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().take(LONGEST_WORD).collect();
    let count = letters.len();
    let with = |change: &dyn Fn(&mut Vec<char>)| {
        let mut changed = letters.clone();
        change(&mut changed);
        changed.into_iter().collect::<String>()
    };
    let mut all: Vec<String> = Vec::new();
    for at in 0..count.saturating_sub(1) {
        all.push(with(&|it| it.swap(at, at + 1)));
    }
    for at in 0..count {
        all.push(with(&|it| {
            it.remove(at);
        }));
    }
    for letter in 'a'..='z' {
        for at in 0..=count {
            all.push(with(&|it| it.insert(at, letter)));
        }
        for at in 0..count {
            all.push(with(&|it| it[at] = letter));
        }
    }
    all.into_iter()
}

/// No built-in is longer.
const LONGEST_WORD: usize = 16;

/// Two letters in the wrong order are the slip that is seen most.
fn sorted_letters(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

const MAX_SUGGESTIONS: usize = 3;

/// Words of other clients, and what does the same here after the login.
const AFTER_LOGIN: &[(&str, &str)] = &[
    ("get recv", "PASV, then RETR f > file (alias `get`)"),
    (
        "mget",
        "PASV, then RETR f > file for each file (alias `get`)",
    ),
    ("put send", "PASV, then STOR f < file (alias `put`)"),
    (
        "mput",
        "PASV, then STOR f < file for each file (alias `put`)",
    ),
    ("append", "PASV, then APPE f < file"),
    ("ls dir ll mls mdir", "PASV, then LIST (alias `ls`)"),
    ("nlist", "PASV, then NLST"),
    ("cd chdir", "CWD (alias `cd`)"),
    ("cdup up cd.. ..", "CDUP"),
    ("pwd", "PWD"),
    ("binary bin image", "TYPE I"),
    ("ascii", "TYPE A"),
    ("passive pasive", "PASV"),
    ("sendport active", "the built-in `listen`"),
    ("delete del rm mdelete", "DELE (alias `rm`)"),
    ("rename ren mv move", "RNFR, then RNTO (alias `mv`)"),
    ("mkdir md", "MKD (alias `mkdir`)"),
    ("rmdir rd", "RMD (alias `rmdir`)"),
    ("chmod", "SITE CHMOD"),
    ("umask", "SITE UMASK"),
    ("idle", "SITE IDLE"),
    (
        "cat more less page type-out",
        "PASV, then RETR f (or RETR f | less)",
    ),
    ("reget", "the built-in `resume --get`"),
    ("restart", "REST"),
    ("reput", "the built-in `resume`"),
    ("modtime", "MDTM"),
    ("touch", "MFMT"),
];

/// The same, before the login too.
const AT_ANY_TIME: &[(&str, &str)] = &[
    ("system", "SYST"),
    ("status rstatus", "STAT"),
    ("remotehelp rhelp", "HELP"),
    ("features", "FEAT"),
    ("nop noop ping", "NOOP"),
    ("connect ftp", "the built-in `open`"),
    ("disconnect logout", "QUIT, or the built-in `close`"),
    ("tls ssl starttls secure", "AUTH TLS"),
    (
        "lls ldir",
        "`!ls` (`!dir` on Windows), which runs on this machine",
    ),
    ("cr", "the setting `set ascii`"),
    ("debug", "the built-in `trace`"),
];

/// Words of other clients for what needs no word here.
const NEEDLESS: &[(&str, &str)] = &[
    (
        "literal lit raw quot",
        "type the command itself, it is sent as typed",
    ),
    ("verbose", "what is sent and what comes is shown anyway"),
    (
        "hash tick",
        "the number of bytes is shown after each transfer",
    ),
    ("prompt", "nothing asks for confirmation"),
    ("glob", "names are sent as they are typed"),
    ("bell", "the prompt comes back when a transfer is done"),
];
