//! Lines that no server knows: words of other clients, and verbs with a slip of the finger.

use super::{Advice, has_code, may_be_secret, shown_command};
use crate::protocol::{Answered, Origin, VERBS, VerbEntry, verbs};
use crate::shell::line::Builtin;

/// What was probably meant, if the verb is in no table and the server did not know it either. The line has been sent as
/// it was typed.
pub(super) fn advice(answered: &Answered) -> Option<Advice> {
    if !has_code(answered, &[500, 502]) || may_be_secret(answered) {
        return None;
    }
    let verb = answered.verb();
    let word = std::str::from_utf8(verb.as_bytes()).ok()?;
    if word.is_empty() || verbs::entry(&verb).is_some() {
        return None;
    }
    let next = other_clients(word).or_else(|| nearest(word));
    let line = shown_command(answered);
    let shown = line.split(' ').next().unwrap_or_default();
    Some(match next {
        Some(next) => Advice {
            cause: format!("{shown} is no FTP verb, and was sent as typed."),
            hint: Some(format!("{shown} is no FTP verb; did you mean {next}?")),
            next,
        },
        None => Advice {
            cause: format!(
                "{shown} is no FTP verb that this shell knows either; it was sent as typed."
            ),
            next: "HELP lists what the server has, `help` what this shell has".to_owned(),
            hint: None,
        },
    })
}

/// What another client's word is here.
fn other_clients(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let row = WORDS
        .iter()
        .find(|(words, _)| words.split(' ').any(|known| known == word));
    if let Some((_, meaning)) = row {
        return Some((*meaning).to_owned());
    }
    Builtin::named(&word).map(|builtin| format!("the built-in `{}`, in lower case", builtin.name()))
}

/// Verbs that are one slip away from a word in capitals, two if it is long.
pub(super) fn nearest(word: &str) -> Option<String> {
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
    let names: Vec<&str> = near.iter().take(MOST).map(|entry| entry.name).collect();
    (!names.is_empty()).then(|| names.join(" or "))
}

/// Two letters in the wrong order are the slip that is seen most.
fn sorted_letters(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

const MOST: usize = 3;

/// Words of other clients, and what does it here.
const WORDS: &[(&str, &str)] = &[
    ("get recv mget", "PASV, then RETR f > file (alias `get`)"),
    ("put send mput", "PASV, then STOR f < file (alias `put`)"),
    ("append", "PASV, then APPE f < file"),
    ("ls dir ll mls mdir", "PASV, then LIST (alias `ls`)"),
    ("nlist", "PASV, then NLST"),
    ("cd chdir", "CWD (alias `cd`)"),
    ("cdup up", "CDUP"),
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
    ("system", "SYST"),
    ("status", "STAT"),
    ("remotehelp rhelp", "HELP"),
    ("rstatus", "STAT"),
    ("features", "FEAT"),
    ("nop noop ping", "NOOP"),
    (
        "literal lit raw quot",
        "the line behind it alone: what you type is sent",
    ),
    ("connect ftp", "the built-in `open`"),
    ("disconnect logout", "QUIT, or the built-in `close`"),
    ("tls ssl starttls secure", "AUTH TLS"),
    (
        "cr tick hash verbose prompt glob",
        "nothing: this shell has no such switch",
    ),
];
