//! The scripts of `ftpsh completions`, in the shells that they are for.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::availability::{skip, unpacked};
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::Terminal;

/// What is typed before Tab, and the line after it.
const LINES: [(&str, &str); 10] = [
    ("ftpsh pract", "ftpsh practice"),
    ("ftpsh --tls=req", "ftpsh --tls=require"),
    // There is a session.bin too.
    ("ftpsh replay sess", "ftpsh replay session.ftp"),
    ("ftpsh import my", r"ftpsh import my\ log.txt"),
    (r"ftpsh export my\ l", r"ftpsh export my\ log.txt"),
    ("ftpsh confi", "ftpsh configured"),
    ("ftpsh trusted", "ftpsh trusted.example"),
    ("ftpsh other.example:2", "ftpsh other.example:2121"),
    (
        "ftpsh practice --fault no-ap",
        "ftpsh practice --fault no-appe",
    ),
    ("ftpsh --set gutter=of", "ftpsh --set gutter=off"),
];

/// fish shows the values below.
const AFTER_EQUALS_SIGN: (&str, &str) = ("ftpsh --set tls-max=", "ftpsh --set tls-max=1.");

#[test]
fn bash_completes_modes_options_files_and_hosts() {
    let start = ["--norc", "--noprofile"];
    let lines = LINES.into_iter().chain([AFTER_EQUALS_SIGN]);
    completes("bash".into(), &start, "PS1='% '; . ./script", lines);
}

#[test]
fn zsh_completes_modes_options_files_and_hosts() {
    let Some(tree) = unpacked("zsh") else {
        return skip("zsh", "tests/servers/setup has not unpacked it");
    };
    let own = tree.display();
    let setup = format!(
        "module_path=({own}/usr/lib/*/zsh/*(N) $module_path); fpath=($PWD {own}/usr/share/zsh/functions/**/*(/N) $fpath); \
         mv script _ftpsh; autoload -U compinit; compinit -u -D; PS1='%% '"
    );
    let lines = LINES.into_iter().chain([AFTER_EQUALS_SIGN]);
    completes(tree.join("bin/zsh"), &["-f"], &setup, lines);
}

#[test]
fn fish_completes_modes_options_files_and_hosts() {
    let Some(tree) = unpacked("fish") else {
        return skip("fish", "tests/servers/setup has not unpacked it");
    };
    let setup =
        "function fish_prompt; echo '% '; end; set fish_autosuggestion_enabled 0; source script";
    completes(tree.join("usr/bin/fish"), &["--no-config"], setup, LINES);
}

/// PowerShell itself is not among Debian's packages: what its script calls is called here.
#[test]
fn powershell_is_given_candidates_with_their_help() {
    let script = Ftpsh::new().args(["completions", "powershell"]).run();
    let script = script.success().stdout_text();
    assert!(script.contains("Register-ArgumentCompleter -Native -CommandName ftpsh"));
    let answer = Ftpsh::new().env("FTPSH_COMPLETE", "powershell");
    let answer = answer.args(["--", "ftpsh", "pract"]).run().success();
    let help = "practice\tOpen the shell on a practice server of its own\n";
    assert_eq!(answer.stdout_text(), help);
    assert_eq!(answer.stderr, "");
}

#[test]
fn the_variable_of_the_scripts_changes_nothing_in_a_run_that_no_script_has_begun() {
    for value in ["", "0", "tcsh", "bash"] {
        let run = Ftpsh::new().env("FTPSH_COMPLETE", value).arg("--version");
        assert!(run.run().success().stdout_text().starts_with("ftpsh "));
    }
}

fn completes(
    shell: PathBuf,
    arguments: &[&str],
    setup: &str,
    lines: impl IntoIterator<Item = (&'static str, &'static str)>,
) {
    let name = shell.file_stem().unwrap_or_default().to_string_lossy();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["session.ftp", "session.bin", "my log.txt"] {
        fs::write(folder.path().join(file), "").expect("it is writable");
    }
    let fingerprint = vec!["AB"; 32].join(":");
    let known = format!("trusted.example:21 {fingerprint}\nother.example:2121 {fingerprint}\n");
    fs::write(folder.path().join("known_hosts"), known).expect("it is writable");
    let configuration = folder.path().join("config.toml");
    fs::write(&configuration, "[host.configured]\ntarget = '127.0.0.1'\n").expect("it is writable");
    let script = Ftpsh::new().args(["completions", &*name]).run().success();
    fs::write(folder.path().join("script"), script.stdout).expect("it is writable");

    let program = Path::new(env!("CARGO_BIN_EXE_ftpsh"))
        .parent()
        .expect("it lies in a folder");
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = [program.to_owned()]
        .into_iter()
        .chain(env::split_paths(&paths));
    let libraries = shell.ancestors().map(|parent| parent.join("libraries"));
    let libraries = libraries.filter(|folder| folder.exists());
    let mut terminal = Ftpsh::of_program(&shell)
        .args(arguments)
        .current_dir(folder.path())
        .env("PATH", joined(paths))
        .env("LD_LIBRARY_PATH", joined(libraries))
        .env("FTPSH_STATE", folder.path())
        .env("FTPSH_CONFIG", &configuration)
        .terminal();
    terminal.send_line(&format!("{setup}; echo set''up"));
    terminal.expect("setup");
    for (typed, completed) in lines {
        // An empty line of its own first.
        terminal.send("\x15");
        wait_for_line(&terminal, "%");
        terminal.send(format!("{typed}\t"));
        wait_for_line(&terminal, &format!("% {completed}"));
    }
}

fn joined(folders: impl Iterator<Item = PathBuf>) -> OsString {
    env::join_paths(folders).expect("no folder has a colon in its name")
}

fn wait_for_line(terminal: &Terminal, line: &str) {
    terminal.wait_for_screen(line, |screen| {
        let last = screen.lines().rev().find(|line| !line.trim().is_empty());
        last.is_some_and(|last| last.trim_end() == line)
    });
}
