//! Passwords that nobody types: from `.netrc`, from commands, from hosts of the configuration.

use tempfile::TempDir;

use super::{PASSWORD, assert_unseen, assert_unseen_in};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server_for;
use crate::support::secret_file::write_private;
use crate::support::terminal::{Key, Terminal};

fn await_prompt(terminal: &mut Terminal, text: &str) {
    terminal.expect(text);
    terminal.expect("ftp> ");
}

/// Opens a server with this line while everything is written down, and looks for the password in all of it.
fn assert_unseen_after(open: &str, options: &[&str]) {
    let outside = TempDir::new().expect("a temporary folder");
    let in_folder = |name: &str| outside.path().join(name).display().to_string();
    let (secret, netrc) = (in_folder("secret"), in_folder("netrc"));
    write_private(secret.as_ref(), PASSWORD);
    write_private(
        netrc.as_ref(),
        &format!("machine 127.0.0.1 login A password {PASSWORD} account {PASSWORD}"),
    );
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let home = Home::new();
    let command = format!("cat /proc/$$/cmdline /proc/$PPID/cmdline > printing; cat {secret}");
    home.configure(&format!(
        "[host.printed]\ntarget = 'ftp://A@{0}'\npassword-command = '{command}'\n\
         [host.noted]\ntarget = '{0}'\nnetrc = true\n",
        server.address(),
    ));
    let fill = |text: &str| {
        let text = text.replace("ADDRESS", &server.address().to_string());
        text.replace("COMMAND", &command).replace("NETRC", &netrc)
    };
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .env("NETRC", &netrc)
        .env("SHELL", "/bin/sh")
        .args(["record", "session.ftp"])
        .args(options.iter().map(|option| fill(option)))
        .terminal_of(40, 120);
    terminal.expect("ftp> ");
    terminal.send_line("trace trace.log");
    await_prompt(&mut terminal, "trace.log");
    terminal.send_line(&fill(open));
    await_prompt(&mut terminal, "\n230 ");
    terminal.send_line("login");
    terminal.expect("user [A]: ");
    terminal.send_key(Key::Enter);
    await_prompt(&mut terminal, "\n230 ");
    terminal.send_line("!cat /proc/self/cmdline /proc/self/environ /proc/$PPID/cmdline > child");
    terminal.send_line("timeline all");
    await_prompt(&mut terminal, "PASS ****");
    terminal.send_line("MKD in");
    await_prompt(&mut terminal, "\n257 ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert!(server.server_folder().join("in").is_dir());
    let recording = std::fs::read_to_string(home.path().join("session.ftp"));
    let recording = recording.expect("a recording");
    assert!(recording.contains("C> PASS {password}\n"), "{recording}");
    assert!(home.path().join("child").exists() && home.path().join("trace.log").exists());
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn the_password_of_a_netrc_is_seen_nowhere() {
    assert_unseen_after("open ADDRESS", &["--netrc-file", "NETRC"]);
    assert_unseen_after("open ftp://A@ADDRESS", &["--netrc"]);
}

#[test]
fn the_password_of_a_named_host_is_seen_nowhere() {
    assert_unseen_after("open printed", &[]);
    assert_unseen_after("open noted", &[]);
}

#[test]
fn the_password_of_a_command_is_seen_nowhere() {
    assert_unseen_after("open ftp://A@ADDRESS", &["--password-command", "COMMAND"]);
}

#[test]
fn a_password_that_is_wrong_or_cannot_be_sent_is_not_repeated() {
    let outside = TempDir::new().expect("a temporary folder");
    let netrc = outside.path().join("netrc");
    let server = practice_server_for("another", &["echo-secrets"]);
    for (text, command, code) in [
        (
            format!("machine 127.0.0.1 login A password {PASSWORD}"),
            "exit 0",
            1,
        ),
        (
            format!("machine 127.0.0.1 login A password {PASSWORD} {PASSWORD}"),
            "exit 0",
            2,
        ),
        (
            format!("machine 127.0.0.1 login A password \"{PASSWORD}\\r\""),
            "exit 0",
            2,
        ),
        (
            format!("machine 127.0.0.1 login A password \"{PASSWORD}"),
            "exit 0",
            2,
        ),
        (String::new(), &format!("echo {PASSWORD}"), 1),
        (
            String::new(),
            &format!("printf '{PASSWORD}\\r{PASSWORD}'"),
            2,
        ),
        (String::new(), &format!("echo {PASSWORD}; exit 1"), 2),
    ] {
        write_private(&netrc, &text);
        let mut ftpsh = Ftpsh::new().env("NETRC", &netrc).env("SHELL", "/bin/sh");
        ftpsh = match text.is_empty() {
            false => ftpsh.args(["--netrc", &server.address().to_string()]),
            true => ftpsh
                .args(["--password-command", command])
                .arg(format!("ftp://A@{}", server.address())),
        };
        let finished = ftpsh.run().code(code);
        assert_unseen(finished.stderr.as_bytes(), "standard error");
        assert_unseen(&finished.stdout, "standard output");
    }
}
