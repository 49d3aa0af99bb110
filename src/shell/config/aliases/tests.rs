//! What aliases send, and what they refuse.

use super::{AliasError, Aliases, ExpandedStep, ExpansionError, SHIPPED, StepError};
use crate::protocol::Command;
use crate::shell::line::{Builtin, Redirection};

fn is_verb(name: &str) -> bool {
    ["SIZE", "PWD", "QUIT", "STAT"].contains(&name)
}

fn with(name: &str, steps: &[&str]) -> Result<Aliases, AliasError> {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    let mut aliases = Aliases::shipped();
    aliases.define(name, &steps, &is_verb)?;
    Ok(aliases)
}

fn expand(
    aliases: &Aliases,
    name: &str,
    arguments: &[&str],
) -> Result<Vec<ExpandedStep>, AliasError> {
    let arguments: Vec<Vec<u8>> = arguments.iter().map(|a| a.as_bytes().to_vec()).collect();
    aliases.expand(name, &arguments)
}

fn shipped(name: &str, arguments: &[&str]) -> Vec<ExpandedStep> {
    expand(&Aliases::shipped(), name, arguments).unwrap()
}

fn sent(line: &str) -> ExpandedStep {
    ExpandedStep::Command {
        command: Command::new(line).unwrap(),
        redirection: None,
        may_overwrite: true,
        is_exact: false,
    }
}

fn table(words: &[&str]) -> ExpandedStep {
    ExpandedStep::Builtin {
        name: Builtin::Table,
        arguments: words.iter().map(ToString::to_string).collect(),
    }
}

fn redirected(line: &str, redirection: Redirection, may_overwrite: bool) -> ExpandedStep {
    ExpandedStep::Command {
        command: Command::new(line).unwrap(),
        redirection: Some(redirection),
        may_overwrite,
        is_exact: false,
    }
}

fn got(line: &str, local: &str) -> Vec<ExpandedStep> {
    let file = Redirection::ToFile(local.into());
    vec![
        sent("TYPE I"),
        ExpandedStep::Passive,
        redirected(line, file, false),
    ]
}

fn put(line: &str, local: &str) -> Vec<ExpandedStep> {
    let file = Redirection::FromFile {
        path: local.into(),
        offset: 0,
    };
    vec![
        sent("TYPE I"),
        ExpandedStep::Passive,
        redirected(line, file, true),
    ]
}

#[test]
fn the_shipped_aliases_send_what_their_names_say() {
    assert_eq!(
        shipped("ls", &[]),
        [ExpandedStep::Passive, table(&["LIST"])]
    );
    assert_eq!(
        shipped("ls", &["-l", "a b"]),
        [ExpandedStep::Passive, table(&["LIST", "-l", "a b"])]
    );
    assert_eq!(shipped("cd", &["a b"]), [sent("CWD a b")]);
    assert_eq!(shipped("rm", &["a"]), [sent("DELE a")]);
    assert_eq!(shipped("mkdir", &["a"]), [sent("MKD a")]);
    assert_eq!(shipped("rmdir", &["a"]), [sent("RMD a")]);
    assert_eq!(shipped("mv", &["a", "b"]), [sent("RNFR a"), sent("RNTO b")]);
}

#[test]
fn get_and_put_name_the_other_side_after_the_file() {
    assert_eq!(
        shipped("get", &["pub/a.txt"]),
        got("RETR pub/a.txt", "a.txt")
    );
    assert_eq!(shipped("get", &["a", "x/b"]), got("RETR a", "x/b"));
    assert_eq!(shipped("get", &["a", "~/b"]), got("RETR a", "~/b"));
    assert_eq!(shipped("put", &["x/a.txt"]), put("STOR a.txt", "x/a.txt"));
    assert_eq!(shipped("put", &["a", "b c"]), put("STOR b c", "a"));
}

#[test]
fn a_remote_name_cannot_lead_out_of_the_folder_or_to_standard_output() {
    assert_eq!(shipped("get", &["../../x"]), got("RETR ../../x", "x"));
    assert_eq!(shipped("get", &["..\\x"]), got("RETR ..\\x", "x"));
    assert_eq!(shipped("get", &["-"]), got("RETR -", "./-"));
    assert_eq!(shipped("get", &["a/~"]), got("RETR a/~", "./~"));
    for name in ["..", "a/", "/", "", "a/."] {
        let error = expand(&Aliases::shipped(), "get", &[name]).unwrap_err();
        assert!(
            error.to_string().contains("Usage: get REMOTE [LOCAL]"),
            "{error}"
        );
    }
    assert!(expand(&Aliases::shipped(), "get", &["a", ""]).is_err());
}

#[test]
fn a_hyphen_that_was_typed_is_standard_output() {
    let steps = shipped("get", &["a", "-"]);
    assert_eq!(
        steps[2],
        redirected("RETR a", Redirection::ToStandardOutput, false)
    );
}

#[test]
fn reget_and_reput_call_resume_with_their_arguments() {
    for (name, arguments, passed) in [
        ("reget", &["a b"][..], &["--get", "a b"][..]),
        ("reget", &["a", "b"], &["--get", "a", "b"]),
        (
            "reput",
            &["--verify", "full", "a"],
            &["--verify", "full", "a"],
        ),
    ] {
        let expected = ExpandedStep::Builtin {
            name: Builtin::Resume,
            arguments: passed.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(shipped(name, arguments), [expected]);
    }
    let not_text = Aliases::shipped().expand("reget", &[b"\xe9".to_vec()]);
    assert!(matches!(not_text, Err(AliasError::Expansion { .. })));
}

#[test]
fn arguments_bring_in_no_redirection_and_no_second_command() {
    assert_eq!(shipped("cd", &["a > b"]), [sent("CWD a > b")]);
    assert_eq!(shipped("ls", &["|", "sh"])[1], table(&["LIST", "|", "sh"]));
    assert_eq!(shipped("ls", &[">", "x"])[1], table(&["LIST", ">", "x"]));
    assert_eq!(shipped("get", &["a > b"]), got("RETR a > b", "a > b"));
    assert_eq!(shipped("cd", &["$1 $* $$"]), [sent("CWD $1 $* $$")]);
    for argument in ["a\r\nDELE b", "a\n", "\0"] {
        let error = expand(&Aliases::shipped(), "mv", &["a", argument]).unwrap_err();
        match error {
            AliasError::Expansion {
                error: ExpansionError::IllegalByte { position, .. },
                ..
            } => assert_eq!(position, 2),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn too_few_or_too_many_arguments_show_the_usage() {
    let aliases = with("both", &["SITE $2 $1", "RETR ${3-or-name-of-1}"]).unwrap();
    for (name, arguments, usage) in [
        ("cd", &[][..], "Usage: cd FOLDER"),
        ("cd", &["a", "b"], "Usage: cd FOLDER"),
        ("mv", &["a"], "Usage: mv FROM TO"),
        ("get", &["a", ">", "b"], "Usage: get REMOTE [LOCAL]"),
        ("both", &["a"], "Usage: both $1 $2 [$3]"),
    ] {
        let error = expand(&aliases, name, arguments).unwrap_err().to_string();
        assert!(
            error.contains(usage) && error.contains("nothing was sent"),
            "{error}"
        );
    }
}

#[test]
fn a_step_of_the_users_may_be_redirected() {
    let aliases = with(
        "all",
        &[
            "LIST $* > listing.txt",
            "LIST | awk '{print $$9}' > x",
            "APPE log <<< 'seen by $1'",
            "RETR $1 >> $1",
            "RETR $1 > -",
            "quote RETR $1 > $1",
            "quote -x RETR \\xE9$1",
        ],
    )
    .unwrap();
    let log = Redirection::FromText(b"seen by me".to_vec());
    let awk = Redirection::ToCommand(b"awk '{print $9}' > x".to_vec());
    let not_text = ExpandedStep::Command {
        command: Command::new(b"RETR \xe9me".to_vec()).unwrap(),
        redirection: None,
        may_overwrite: true,
        is_exact: true,
    };
    assert_eq!(
        expand(&aliases, "all", &["me"]).unwrap(),
        [
            redirected("LIST me", Redirection::ToFile("listing.txt".into()), true),
            redirected("LIST", awk, true),
            redirected("APPE log", log, true),
            redirected("RETR me", Redirection::AppendFile("me".into()), true),
            redirected("RETR me", Redirection::ToStandardOutput, true),
            sent("RETR me > me"),
            not_text,
        ]
    );
}

#[test]
fn steps_that_cannot_be_steps_are_refused_by_their_number() {
    for (step, expected) in [
        ("", StepError::Empty),
        ("!rm $1", StepError::Local),
        ("ls $1", StepError::Alias("ls".into())),
        ("alias x y", StepError::Definition),
        ("unalias ls", StepError::Definition),
        ("CWD $x", StepError::BadDollar),
        ("RETR $passive", StepError::BadDollar),
        ("$1 x", StepError::VerbFromArgument),
        ("quote $1", StepError::VerbFromArgument),
        ("PA$1 x", StepError::VerbFromArgument),
        ("LIST | $1", StepError::ArgumentInLocalCommand),
        ("LIST | grep $*", StepError::ArgumentInLocalCommand),
        ("STOR x <<END", StepError::HereDocument),
    ] {
        match with("mine", &["NOOP", step]).err() {
            Some(AliasError::Step {
                position: 2, error, ..
            }) => assert_eq!(error, expected),
            other => panic!("{step}: {other:?}"),
        }
    }
    for step in ["RETR a >", "STOR a > b", "NOOP\nDELE x", "lcd 'a"] {
        let error = with("mine", &[step]).err().unwrap().to_string();
        assert!(error.starts_with("alias mine, step 1: "), "{error}");
    }
}

#[test]
fn names_of_verbs_and_built_ins_are_refused() {
    for name in ["size", "pwd"] {
        assert_eq!(
            with(name, &["NOOP"]).err(),
            Some(AliasError::NameIsVerb(name.into()))
        );
    }
    for name in ["help", "quote", "open", "set"] {
        assert_eq!(
            with(name, &["NOOP"]).err(),
            Some(AliasError::NameIsBuiltin(name.into()))
        );
    }
    for name in [
        "", "?", "!x", "a b", "Size", "SIZE", "é", "1a", "-a", "a\x1b",
    ] {
        assert_eq!(
            with(name, &["NOOP"]).err(),
            Some(AliasError::BadName(name.into()))
        );
    }
    assert_eq!(with("x", &[]).err(), Some(AliasError::NoSteps("x".into())));
}

#[test]
fn no_shipped_name_is_a_built_in_or_no_name() {
    for (name, _, steps) in SHIPPED {
        let steps: Vec<&str> = steps.to_vec();
        assert!(with(name, &steps).is_ok(), "{name}");
    }
    assert_eq!(Aliases::shipped().names().count(), SHIPPED.len());
}

#[test]
fn aliases_can_be_replaced_and_removed() {
    let mut aliases = with("ls", &["LIST -la"]).unwrap();
    assert_eq!(expand(&aliases, "ls", &[]).unwrap(), [sent("LIST -la")]);
    aliases.remove("ls").unwrap();
    assert!(!aliases.contains("ls"));
    assert_eq!(
        aliases.remove("ls"),
        Err(AliasError::UnknownName("ls".into()))
    );
    assert!(expand(&aliases, "ls", &[]).is_err());
    assert!(aliases.describe("ls").is_err());
}

#[test]
fn a_description_shows_what_is_sent_but_no_secret() {
    let get = Aliases::shipped().describe("get").unwrap();
    assert_eq!(
        get,
        [
            "get REMOTE [LOCAL]",
            "TYPE I",
            "$passive  (PASV, or EPSV on IPv6)",
            "RETR $1 > ${2-or-name-of-1}",
        ]
    );
    let steps = [
        "USER a",
        "PASS hunter2",
        "quote  pass hunter2$1",
        "ACCT $1",
        "login a hunter2",
    ];
    let mine = with("mine", &steps).unwrap().describe("mine").unwrap();
    assert_eq!(
        mine,
        [
            "mine $1",
            "USER a",
            "PASS ****",
            "quote  pass ****",
            "ACCT $1",
            "login a ****"
        ]
    );
}

#[test]
fn an_alias_whose_arguments_become_a_secret_says_so() {
    for (steps, carries) in [
        (&["PASS $1"][..], true),
        (&["USER $1", "pass $2"], true),
        (&["  Acct $*"], true),
        (&["quote ADAT $1"], true),
        (&["quote -x \\x50ASS $1"], true),
        (&["PASS fixed$1"], true),
        (&["login bob $1"], true),
        (&["PASS fixed"], false),
        (&["login bob fixed"], false),
        (&["USER $1"], false),
        (&["SITE PASS $1"], true),
    ] {
        assert_eq!(
            with("mine", steps).unwrap().carries_secret("mine"),
            carries,
            "{steps:?}"
        );
    }
    assert!(
        !Aliases::shipped()
            .names()
            .any(|name| Aliases::shipped().carries_secret(name))
    );
    assert!(!Aliases::shipped().carries_secret("unknown"));
}

#[test]
fn errors_of_definitions_hold_no_secret() {
    let error = with("mine", &["PASS hunter2 $x"]).err().unwrap();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn debug_prints_of_expanded_steps_hold_no_secret() {
    let aliases = with("mine", &["PASS $1", "login bob $1"]).unwrap();
    let steps = expand(&aliases, "mine", &["hunter2"]).unwrap();
    assert!(!format!("{steps:?}").contains("hunter2"));
}
