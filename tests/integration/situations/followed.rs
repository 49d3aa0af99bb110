//! The next step that `why` names, typed: it is one that there is, and it works.

use ftpsh::protocol::VERBS;
use ftpsh::shell::config::aliases::Aliases;
use ftpsh::shell::line::Builtin;

use crate::support::ftpsh::Ftpsh;

use super::CAUSES;

/// What leads into a problem, its cause, what its `Next` says in order, and the reply to the last of it.
const FOLLOWED: &[(&[&str], &str, &[&str], &str)] = &[
    (
        &["PWD"],
        "login-needed",
        &["USER A", "PASS A"],
        "230 in answer",
    ),
    (
        &["PASS A"],
        "user-first",
        &["USER A", "PASS A"],
        "230 in answer",
    ),
    (
        &["USER A", "PWD"],
        "password-awaited",
        &["PASS A"],
        "230 in answer",
    ),
    (
        &["login A B"],
        "login-refused-in-clear",
        &["USER A", "PASS A"],
        "230 in answer",
    ),
    (
        &["login A A", "LIST"],
        "no-data-port",
        &["PASV", "LIST"],
        "226 in answer",
    ),
    (
        &["login A A", "RNTO b"],
        "rnfr-first",
        &["RNFR 1.TXT", "RNTO b"],
        "250 in answer",
    ),
    (
        &["login A A", "SIZE nope"],
        "no-such-file",
        &["PWD", "ls"],
        "226 in answer",
    ),
    (
        &["login A A", "EPSV ALL", "PASV"],
        "epsv-all-in-force",
        &["EPSV"],
        "229 in answer",
    ),
    (
        &["login A A", "MKD d", "MKD d"],
        "folder-not-made",
        &["CWD d"],
        "250 in answer",
    ),
    (
        &["login A A", "RETR f < x"],
        "local-line",
        &["help RETR"],
        "",
    ),
    (
        &["close", "-NOOP"],
        "not-connected",
        &["open"],
        "220 as the greeting",
    ),
    (
        &["login A A", "APPE f < nope"],
        "local-file-missing",
        &["lpwd"],
        "",
    ),
    (
        &["login A A", "PROT P"],
        "protection-without-auth",
        &["AUTH TLS"],
        "234 in answer",
    ),
];

/// The text under `Next`, and all that was said.
fn asked(lines: &[&str]) -> (String, String) {
    let lines = lines.iter().flat_map(|line| ["-c", line]);
    let program = Ftpsh::new().args(["practice", "--insecure"]);
    let said = program.args(lines).run().stderr;
    let next = said.lines().skip_while(|line| !line.starts_with("  Next "));
    let mut next =
        next.take_while(|line| line.starts_with("  Next ") || line.starts_with("          "));
    let first = next.next().unwrap_or_default().to_owned();
    (
        next.fold(first, |text, line| text + " " + line.trim()),
        said,
    )
}

#[test]
fn the_next_step_works_when_it_is_typed() {
    for (lines, cause, steps, reply) in FOLLOWED {
        let (next, said) = asked(&[lines, &["why"][..]].concat());
        assert!(
            said.contains(&format!("Cause   {cause}\n")),
            "{cause}: {said}"
        );
        for step in *steps {
            let word = step.split(' ').next().unwrap_or_default();
            assert!(next.contains(word), "{cause}: {word} is not in {next}");
        }
        let (_, said) = asked(&[lines, *steps, &["why reply"]].concat());
        let expected = format!("\n{reply}");
        assert!(
            reply.is_empty() || said.contains(&expected),
            "{cause}: {said}"
        );
    }
}

/// Every verb that a `next` names is one of FTP, and every word in backquotes a built-in, an option, or a local command.
#[test]
fn a_next_step_names_nothing_that_there_is_not() {
    for line in CAUSES
        .lines()
        .filter_map(|line| line.strip_prefix("  next    "))
    {
        for quoted in line.split('`').skip(1).step_by(2) {
            let word = quoted.split(' ').next().unwrap_or_default();
            let is_known = word.starts_with("--")
                || word.starts_with('!')
                || Builtin::named(word).is_some()
                || Aliases::shipped().contains(word);
            assert!(is_known, "`{quoted}` in: {line}");
        }
        let plain: String = line.split('`').step_by(2).collect();
        let words = plain.split(|it: char| !it.is_ascii_alphanumeric());
        for word in
            words.filter(|word| word.len() > 2 && word.bytes().all(|it| it.is_ascii_uppercase()))
        {
            let is_verb = VERBS.iter().any(|entry| entry.name == word);
            assert!(is_verb || NOT_VERBS.contains(&word), "{word} in: {line}");
        }
    }
}

/// Arguments, and names of other things.
const NOT_VERBS: &[&str] = &[
    "TLS",
    "FILE",
    "HOST",
    "PORT",
    "YYYYMMDDhhmmss",
    "UTIME",
    "SHA",
    "YES",
    "FTP",
];
