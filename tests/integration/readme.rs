//! The sessions that the README and the pages show are played in a terminal, and must look as printed.
//!
//! A block marked `session` holds one or more `$ ftpsh ...` with what the screen shows after each. What stands after a
//! prompt is typed, `^D` is the key, `pass *` is the password A, and `[..]` is any text within a line. `$ echo $?`
//! names the last exit code.

use std::fs;
use std::path::Path;

use crate::support::data_order::put_data_first;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

#[test]
fn the_sessions_in_the_readme_go_as_printed() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&readme);
    assert!(blocks.len() >= 2, "the sessions were not found");
    blocks.iter().for_each(|block| play(block));
}

#[test]
fn the_sessions_in_the_pages_go_as_printed() {
    let mut played = 0;
    for page in fs::read_dir(root().join("docs")).unwrap() {
        let path = page.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for block in blocks(&text) {
            play(&block);
            played += 1;
        }
    }
    assert!(played > 0, "the sessions were not found");
}

#[test]
#[should_panic(expected = "line 4: printed \"200 Type set to I.\"")]
fn a_reply_that_is_not_as_printed_fails() {
    play("$ ftpsh practice -c 'USER A'\n[..]\n[..]\n[..]\n200 Type set to I.\n");
}

#[test]
#[should_panic(expected = "exit code")]
fn an_exit_code_that_is_not_as_printed_fails() {
    play("$ ftpsh nonsense://\n[..]\n$ echo $?\n0\n");
}

#[test]
fn wildcards_hold_within_a_line() {
    for (printed, shown, same) in [
        ("227 (127,0,0,1,[..])", "227 (127,0,0,1,11,79)", true),
        ("[..]a[..]b", "a--a--b", true),
        ("[..]", "", true),
        ("a[..]", "b", false),
        ("a[..]c", "ab", false),
        ("a[..]a", "a", false),
        ("a", "ab", false),
    ] {
        assert_eq!(matches(printed, shown), same, "{printed} {shown}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blocks(page: &str) -> Vec<String> {
    page.split("```session\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()))
        .collect()
}

fn play(block: &str) {
    let mut code: Option<u32> = None;
    for step in block.split("$ ").filter(|step| !step.is_empty()) {
        let (command, printed) = step.split_once('\n').expect("a line and what it prints");
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        if command == "echo $?" {
            let code = code.expect("a program has ended before").to_string();
            assert_eq!(printed.first(), Some(&code.as_str()), "exit code");
            continue;
        }
        let words = shlex::split(command).expect("every quote is closed");
        assert_eq!(words[0], "ftpsh");
        code = play_program(&words[1..], &printed);
    }
}

/// The exit code; `None` if the block leaves the program at a prompt.
fn play_program(arguments: &[String], printed: &[&str]) -> Option<u32> {
    // Wide and high enough that no line is broken and none scrolls away.
    let terminal = Ftpsh::new().args(arguments).terminal_of(100, 160);
    let screen: Vec<&str> = printed.iter().map(|line| without_key(line)).collect();
    for (at, line) in printed.iter().enumerate() {
        let Some((prompt, typed)) = split_prompt(line) else {
            continue;
        };
        let before = [&screen[..at], &[prompt]].concat();
        terminal.wait_for_screen(&format!("the screen\n{}", before.join("\n")), |shown| {
            difference(&before, shown).is_none()
        });
        if typed.is_empty() && at + 1 == printed.len() {
            return None;
        }
        type_line(&terminal, typed);
    }
    let code = terminal.wait_exit();
    let shown = terminal.screen();
    if let Some(difference) = difference(&screen, &shown) {
        panic!("{arguments:?}, {difference}\nthe screen shows\n{shown}");
    }
    Some(code)
}

fn type_line(terminal: &Terminal, typed: &str) {
    match typed.strip_suffix("^D") {
        Some(text) => {
            terminal.send(text);
            terminal.send_key(Key::CtrlD);
        }
        None if typed == "pass *" => terminal.send_line("pass A"),
        None => terminal.send_line(typed),
    }
}

fn split_prompt(line: &str) -> Option<(&'static str, &str)> {
    ["ftp>", "ftp ⇄>", "(closed) ftp>", "data>"]
        .into_iter()
        .find_map(|prompt| Some((prompt, line.strip_prefix(prompt)?.trim_start())))
}

/// A key leaves nothing on the screen.
fn without_key(line: &str) -> &str {
    match split_prompt(line) {
        Some(_) => line.strip_suffix("^D").unwrap_or(line).trim_end(),
        None => line,
    }
}

fn difference(printed: &[&str], shown: &str) -> Option<String> {
    let mut shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    put_data_first(&mut shown);
    (0..printed.len().max(shown.len())).find_map(|at| {
        let (printed, shown) = (printed.get(at), shown.get(at));
        let same =
            matches!((printed, shown), (Some(printed), Some(shown)) if matches(printed, shown));
        let text =
            |line: Option<&&str>| line.map_or("nothing".to_owned(), |line| format!("{line:?}"));
        (!same).then(|| {
            format!(
                "line {}: printed {}, shown {}",
                at + 1,
                text(printed),
                text(shown)
            )
        })
    })
}

fn matches(printed: &str, shown: &str) -> bool {
    let Some((before, after)) = printed.split_once("[..]") else {
        return printed == shown;
    };
    shown.strip_prefix(before).is_some_and(|shown| {
        shown
            .char_indices()
            .map(|(at, _)| at)
            .chain([shown.len()])
            .any(|at| matches(after, &shown[at..]))
    })
}
