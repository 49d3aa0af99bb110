//! Where the configuration, the history and the trusted certificates are, and what the command line changes for one run.

use std::fs;

use tempfile::tempdir;

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

#[test]
fn the_command_line_names_the_configuration_before_the_environment() {
    let folder = tempdir().unwrap();
    let file = |name: &str, value: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("[set]\nascii = '{value}'\n")).unwrap();
        path
    };
    let (raw, converting) = (file("raw.toml", "raw"), file("convert.toml", "convert"));
    let ascii = |program: Ftpsh| {
        let stderr = program.args(["-c", "set"]).run().success().stderr;
        let line = stderr.lines().find(|line| line.starts_with("ascii "));
        line.unwrap().split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(ascii(Ftpsh::new()), "convert");
    assert_eq!(ascii(Ftpsh::new().arg("--config").arg(&raw)), "raw");
    assert_eq!(ascii(Ftpsh::new().env("FTPSH_CONFIG", &raw)), "raw");
    assert_eq!(ascii(Ftpsh::new().env("FTPSH_CONFIG", "")), "convert");
    let both = Ftpsh::new().env("FTPSH_CONFIG", &raw);
    assert_eq!(ascii(both.arg("--config").arg(&converting)), "convert");
    let set = Ftpsh::new().args(["--set", "ascii=convert", "--set", "ascii=raw"]);
    assert_eq!(ascii(set.arg("--config").arg(&converting)), "raw");
}

#[test]
fn a_configuration_that_was_named_and_is_not_there_is_an_error() {
    let by_option = Ftpsh::new().args(["--config", "none.toml", "-c", "set"]);
    let by_environment = Ftpsh::new().env("FTPSH_CONFIG", "none.toml");
    for program in [by_option, by_environment.args(["-c", "set"])] {
        let stderr = program.run().code(2).stderr;
        assert!(stderr.contains("none.toml: cannot be read"), "{stderr}");
    }
}

#[test]
fn a_setting_of_the_command_line_that_does_not_exist_is_an_error() {
    for (setting, problem) in [
        ("asci=raw", "there is no setting asci"),
        ("ascii=row", "set ascii: row is not one of its values"),
        ("ascii", "write NAME=VALUE"),
    ] {
        let stderr = Ftpsh::new()
            .args(["--set", setting, "-c", "set"])
            .run()
            .code(2)
            .stderr;
        assert!(stderr.contains(problem), "{stderr}");
    }
}

#[test]
fn the_history_is_in_the_folder_for_the_state_if_one_is_named() {
    let server = practice_server(&[]);
    let folder = tempdir().unwrap();
    let state = folder.path().join("state");
    let terminal = Ftpsh::new()
        .env("FTPSH_STATE", &state)
        .arg(server.address().to_string())
        .terminal();
    terminal.wait_for("ftp> ");
    terminal.send_line("NOOP");
    terminal.wait_for("200 ");
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    let history = fs::read_to_string(state.join("history")).unwrap();
    assert!(history.contains("NOOP\n"), "{history}");
}
