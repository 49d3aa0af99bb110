//! The screen of a client that is typed into: what its lines are, and which command is sent for what was typed.
//!
//! ```text
//! ftp> get a.bin                                  what is sent for it is not shown
//! 227 Entering Passive Mode (127,0,0,1,9,9)
//! ftps ⇄> RETR a.bin > a                          ftpsh sends verbs as they are typed,
//! → PASS ****                                     and shows what it sends for other lines
//!   next: SIZE a.bin                              its own words are indented, or begin with its name
//! ```

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, Verb, verbs};

/// What a line of a screen is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown<'a> {
    /// ftpsh has sent this.
    Sent(&'a [u8]),
    /// This was typed at a prompt.
    Typed(&'a [u8]),
    /// A client asks for a name or a password: USER with what was typed, or PASS.
    Asked(Vec<u8>),
    /// These are the words of ftpsh.
    Words,
}

/// The line as ftpsh or the ftp of an operating system shows it; `None` if it is neither a prompt nor of ftpsh.
pub(super) fn read(line: &[u8]) -> Option<Shown<'_>> {
    if let Some(sent) = line.strip_prefix("→ ".as_bytes()) {
        return Some(Shown::Sent(sent));
    }
    if let Some(prompt) = Prompt::of(line) {
        return Some(Shown::Typed(prompt.typed));
    }
    let is_asked = line.starts_with(b"Name (") || line.starts_with(b"User (");
    if is_asked && let Some(found) = NAME.captures(line) {
        let usual = found.name("usual").map_or(&b""[..], |it| it.as_bytes());
        let typed = found["typed"].trim_ascii();
        let user = if typed.is_empty() { usual } else { typed };
        return Some(Shown::Asked(
            [b"USER ", user].concat().trim_ascii_end().to_vec(),
        ));
    }
    if let Some(typed) = line.strip_prefix(b"Password:") {
        let typed = typed.trim_ascii();
        let password = if typed.is_empty() { b"****" } else { typed };
        return Some(Shown::Asked([b"PASS ", password].concat()));
    }
    let may_be_said = line.starts_with(b"  ") || line.starts_with(b"ftpsh");
    (may_be_said && WORDS.is_match(line)).then_some(Shown::Words)
}

/// Whether the line can only be of ftpsh.
pub(super) fn is_of_ftpsh(line: &[u8], shown: &Shown<'_>) -> bool {
    match shown {
        // Other texts have arrows, too.
        Shown::Sent(sent) => is_verb(sent) && sent.first().is_some_and(u8::is_ascii_uppercase),
        Shown::Words => true,
        Shown::Typed(typed) => {
            let prompt = Prompt::of(line);
            prompt.is_some_and(|it| it.is_of_ftpsh) || is_typed_to_ftpsh(typed)
        }
        Shown::Asked(_) => false,
    }
}

/// A verb in capitals that is not a command of other clients.
fn is_typed_to_ftpsh(typed: &[u8]) -> bool {
    let word = typed.split(|byte| *byte == b' ').next().unwrap_or_default();
    let is_in_capitals = word.iter().all(u8::is_ascii_uppercase);
    is_in_capitals && is_verb(word) && !OF_OTHERS.contains(&word)
}

/// `ftp> LINE`, as many clients have it, or what only ftpsh has: `ftps> `, `ftp ⇄> `, `(closed) ftp> `.
struct Prompt<'a> {
    typed: &'a [u8],
    is_of_ftpsh: bool,
}

impl<'a> Prompt<'a> {
    fn of(line: &'a [u8]) -> Option<Self> {
        let start = &line[..line.len().min(LONGEST_PROMPT)];
        let end = start.iter().position(|byte| *byte == b'>')?;
        let before = &line[..end];
        let name = before.strip_suffix(" ⇄".as_bytes());
        let is_open = name.is_some();
        let name = name.unwrap_or(before);
        let word = name.rsplit(|byte| *byte == b' ').next()?;
        if ![&b"ftp"[..], b"ftps"].contains(&word) {
            return None;
        }
        let is_of_ftpsh = is_open || word == b"ftps" || name.ends_with(b") ftp");
        let mut typed = line[end + 1..].trim_ascii();
        // It stands there several times where standard input was a file.
        while let Some(rest) = typed.strip_prefix(b"ftp>") {
            typed = rest.trim_ascii_start();
        }
        Some(Self { typed, is_of_ftpsh })
    }
}

/// The command that is sent for what was typed; `None` if none is, or none that is known.
pub(super) fn command(typed: &[u8]) -> Option<Command> {
    let typed = match redirection(typed) {
        Some(redirection) => &typed[..typed.len() - redirection.len()],
        None => typed,
    };
    let typed = typed.trim_ascii();
    let mut words = typed.splitn(2, |byte| *byte == b' ');
    let (word, rest) = (words.next()?, words.next().unwrap_or_default());
    let names = |name: &&(&str, &str)| word.eq_ignore_ascii_case(name.0.as_bytes());
    let sent = match BUILTINS.iter().find(names) {
        Some((_, "")) => rest.to_vec(),
        Some((_, "-")) => return None,
        // It asks for the name then.
        Some((_, "USER")) if rest.is_empty() => return None,
        Some((_, "USER")) => [b"USER ", rest.split(|byte| *byte == b' ').next()?].concat(),
        Some((_, verb)) if verb.contains(' ') => verb.as_bytes().to_vec(),
        Some((_, verb)) => [verb.as_bytes(), b" ", first_name(verb, rest)].concat(),
        None => typed.to_vec(),
    };
    let command = Command::new(sent.trim_ascii()).ok()?;
    verbs::entry(&command.verb()).map(|_| command)
}

/// What stands after the command, for its data.
pub(super) fn redirection(typed: &[u8]) -> Option<&[u8]> {
    Some(&typed[REDIRECTION.find(typed)?.start()..])
}

/// The word after the name of a user, which clients take for the password.
pub(super) fn password(typed: &[u8]) -> Option<&[u8]> {
    let mut words = typed
        .split(|byte| *byte == b' ')
        .filter(|it| !it.is_empty());
    let is_user = words.next()?.eq_ignore_ascii_case(b"user");
    words.nth(1).filter(|_| is_user)
}

/// `get a b` asks for a; `put a b` sends b.
fn first_name<'a>(verb: &str, rest: &'a [u8]) -> &'a [u8] {
    let mut names = rest.split(|byte| *byte == b' ').filter(|it| !it.is_empty());
    match (verb, rest.contains(&b'"')) {
        ("RETR", false) => names.next().unwrap_or_default(),
        ("STOR" | "APPE", false) => names.next_back().unwrap_or_default(),
        _ => rest,
    }
}

/// The command that a client must have sent before the typed one, as the reply tells: it prepares the data connection.
pub(super) fn sent_before(command: &Command, reply: &[u8]) -> Option<Command> {
    data_direction(command)?;
    let (code, text) = reply.split_at_checked(3)?;
    let text = text.to_ascii_uppercase();
    let names = |verb: &&&str| text.windows(verb.len()).any(|part| part == verb.as_bytes());
    let named = PREPARING.iter().find(names).copied();
    let verb = match code {
        b"227" => "PASV",
        b"229" => "EPSV",
        b"200" => named.unwrap_or("TYPE"),
        b"500" | b"501" | b"502" | b"522" => named?,
        _ => return None,
    };
    // Its argument is not known.
    let argument = if ["PORT", "EPRT"].contains(&verb) {
        " ..."
    } else {
        ""
    };
    Command::new(format!("{verb}{argument}")).ok()
}

/// Whether ftpsh answers it with a page, which may have lines like replies.
pub(super) fn shows_page(typed: &[u8]) -> bool {
    let word = typed.split(|byte| *byte == b' ').next().unwrap_or_default();
    let mut pages = PAGES.iter();
    pages.any(|page| word.eq_ignore_ascii_case(page.as_bytes()))
}

/// Whether it is a verb as ftpsh sends it.
pub(super) fn is_verb(typed: &[u8]) -> bool {
    let word = typed.split(|byte| *byte == b' ').next();
    word.is_some_and(|word| verbs::entry(&Verb::new(word)).is_some())
}

/// `Name (HOST:USUAL): ` and `User (HOST:(none)): `.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s-u)^(?:Name|User) \([^()]*:(?:\(none\)|(?P<usual>[^()]*))\): ?(?P<typed>.*)$")
        .expect("a constant expression")
});
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?-u)^(?:  (?:next: |practice server: |connected to \S+:\d+$|data connection (?:open|under) )|ftpsh: )";
    Regex::new(expression).expect("a constant expression")
});
static REDIRECTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u) (?:>>? ?\S|<{1,3} ?\S|\| ?\S|&$)").expect("a constant expression")
});

/// What is typed, and what is sent for it: with its argument, unless it has a blank. Nothing if the argument is sent as it
/// is, - if there is nothing to tell.
const BUILTINS: &[(&str, &str)] = &[
    ("append", "APPE"),
    ("ascii", "TYPE A"),
    ("bin", "TYPE I"),
    ("binary", "TYPE I"),
    ("bye", "QUIT"),
    ("cd", "CWD"),
    ("close", "QUIT"),
    ("del", "DELE"),
    ("delete", "DELE"),
    ("dir", "LIST"),
    ("disconnect", "QUIT"),
    ("get", "RETR"),
    ("help", "-"),
    ("image", "TYPE I"),
    ("literal", ""),
    ("ls", "LIST"),
    ("mkdir", "MKD"),
    ("modtime", "MDTM"),
    ("nlist", "NLST"),
    ("put", "STOR"),
    ("quote", ""),
    ("recv", "RETR"),
    ("rmdir", "RMD"),
    ("send", "STOR"),
    ("system", "SYST"),
    ("user", "USER"),
];
/// In bytes.
const LONGEST_PROMPT: usize = 220;
/// Verbs that are commands of the ftp of Windows, in any case.
const OF_OTHERS: [&[u8]; 5] = [b"HELP", b"PWD", b"QUIT", b"TYPE", b"USER"];
const PAGES: [&str; 3] = ["help", "timeline", "why"];
const PREPARING: [&str; 4] = ["EPRT", "EPSV", "PORT", "PASV"];

#[cfg(test)]
mod tests {
    use super::{Shown, command, is_of_ftpsh, password, read, sent_before};

    fn sent(typed: &str) -> String {
        let command = command(typed.as_bytes());
        command.map_or_else(String::new, |it| {
            String::from_utf8_lossy(it.line()).into_owned()
        })
    }

    #[test]
    fn what_stands_after_a_prompt_was_typed() {
        for (line, typed, is_own) in [
            ("ftp> ls -l", "ls -l", false),
            ("ftp> ftp> passive", "passive", false),
            ("ftp> PASV", "PASV", true),
            ("ftp> USER bob", "USER bob", false),
            ("ftps> PASV", "PASV", true),
            ("bob@h:/pub (REST 5) ftp \u{21c4}> RETR f", "RETR f", true),
            ("(closed) ftp> ", "", true),
        ] {
            let shown = read(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(shown, Shown::Typed(typed.as_bytes()), "{line}");
            assert_eq!(is_of_ftpsh(line.as_bytes(), &shown), is_own, "{line}");
        }
        assert_eq!(
            read("→ PASS ****".as_bytes()),
            Some(Shown::Sent(b"PASS ****"))
        );
        for (line, asked) in [
            ("Name (h:joe): bob", "USER bob"),
            ("Name (h:joe):", "USER joe"),
            ("User (h:(none)): bob", "USER bob"),
            ("Password:", "PASS ****"),
            ("Password: hunter2", "PASS hunter2"),
        ] {
            assert_eq!(
                read(line.as_bytes()),
                Some(Shown::Asked(asked.into())),
                "{line}"
            );
        }
        for line in ["220 ftp> x y", "---> PASV", "  a", "Password required"] {
            assert!(
                !matches!(read(line.as_bytes()), Some(Shown::Sent(_) | Shown::Words)),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_typed_is_known_by_what_is_sent_for_it() {
        for (typed, expected) in [
            ("dir", "LIST"),
            ("get a.bin /tmp/a", "RETR a.bin"),
            ("put a.bin b.bin", "STOR b.bin"),
            ("user bob hunter2", "USER bob"),
            ("quote SITE UMASK", "SITE UMASK"),
            ("binary", "TYPE I"),
            ("retr f > g", "retr f"),
            ("STOR f &", "STOR f"),
            ("help", ""),
            ("why", ""),
            ("", ""),
        ] {
            assert_eq!(sent(typed), expected, "{typed}");
        }
        assert_eq!(password(b"user bob hunter2"), Some(&b"hunter2"[..]));
        assert_eq!(password(b"get bob hunter2"), None);
    }

    #[test]
    fn the_reply_tells_what_prepared_the_data_connection() {
        for (typed, reply, expected) in [
            (
                "dir",
                "200 PORT command successful. Consider using PASV.",
                "PORT ...",
            ),
            ("dir", "227 Entering Passive Mode (1,2,3,4,5,6)", "PASV"),
            ("dir", "500 Invalid PORT Command.", "PORT ..."),
            ("dir", "200 Switching to ASCII mode.", "TYPE"),
            ("dir", "425 Use PORT or PASV first.", ""),
            ("dir", "150 go", ""),
            ("cd x", "500 no PORT", ""),
        ] {
            let command = command(typed.as_bytes()).unwrap();
            let before = sent_before(&command, reply.as_bytes());
            let before = before.map_or_else(String::new, |it| {
                String::from_utf8_lossy(it.line()).into_owned()
            });
            assert_eq!(before, expected, "{reply}");
        }
    }
}
