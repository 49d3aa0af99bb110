//! `.netrc`: read where it is asked for, and nowhere else.

use super::{logged_in, spoken_to_by_nobody};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::{Script, ScriptedServer};
#[cfg(unix)]
use crate::support::secret_file::set_mode;
use crate::support::secret_file::write_private;

/// A home with this `.netrc`.
fn home_with(netrc: &str) -> Home {
    let home = Home::new();
    write_private(&home.path().join(".netrc"), netrc);
    home
}

fn on(home: &Home, server: &ScriptedServer) -> Ftpsh {
    Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
}

const ENTRY: &str = "machine 127.0.0.1 login u password p\n";

#[test]
fn a_bare_host_reads_no_netrc() {
    // A file that cannot be understood would be reported.
    let home = home_with("nonsense");
    let server = spoken_to_by_nobody().start();
    let finished = on(&home, &server).run().success();
    assert!(!finished.stderr.contains("netrc"), "{}", finished.stderr);
    let _ = server.finish();
}

#[test]
fn the_account_of_the_entry_is_sent_when_it_is_asked_for() {
    let home = home_with("machine 127.0.0.1 login u password p account \"a b\"");
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("331 password\r\n")
        .expect("PASS p")
        .send("332 account\r\n")
        .expect("ACCT a b")
        .send("230 in\r\n")
        .wait_for_client_close()
        .start();
    let _ = on(&home, &server).arg("--netrc").run().success();
    let _ = server.finish();
}

#[test]
fn the_file_is_the_one_that_is_named() {
    let home = home_with("machine 127.0.0.1 login wrong");
    let folder = home.path().join("other");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("mine");
    write_private(&path, ENTRY);
    let server = || logged_in("u", "p").wait_for_client_close().start();
    let by_option = server();
    let _ = on(&home, &by_option)
        .arg("--netrc-file")
        .arg(&path)
        .env("NETRC", home.path().join(".netrc"))
        .run()
        .success();
    let _ = by_option.finish();
    let by_environment = server();
    let _ = on(&home, &by_environment)
        .arg("--netrc")
        .env("NETRC", &path)
        .run()
        .success();
    let _ = by_environment.finish();
    let by_setting = server();
    let _ = on(&home, &by_setting)
        .args(["--set", "netrc=on"])
        .env("NETRC", &path)
        .run()
        .success();
    let _ = by_setting.finish();
}

#[test]
fn a_url_with_a_user_takes_the_password_of_that_user() {
    let home =
        home_with("machine 127.0.0.1 login u password p\nmachine 127.0.0.1 login v password q\n");
    let server = logged_in("v", "q").wait_for_client_close().start();
    let url = format!("ftp://v@{}/", server.address());
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["--netrc", &url])
        .run()
        .success();
    let _ = server.finish();
    let given = logged_in("v", "mine").wait_for_client_close().start();
    let url = format!("ftp://v:mine@{}/", given.address());
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["--netrc", &url])
        .run()
        .success();
    let _ = given.finish();
}

#[test]
fn a_host_that_the_file_does_not_name_is_a_bare_one() {
    let home = home_with("machine elsewhere login u password p");
    let server = spoken_to_by_nobody().start();
    let finished = on(&home, &server).arg("--netrc").run().success();
    assert!(
        finished
            .stderr
            .contains(".netrc names no user for 127.0.0.1"),
        "{}",
        finished.stderr
    );
    let _ = server.finish();
}

#[test]
fn a_file_that_cannot_be_used_is_named_and_nobody_is_called() {
    for (text, part) in [
        (
            Some("machine 127.0.0.1\nlogin u password hunter2 hunter2"),
            ".netrc:2: a word that is not",
        ),
        (
            Some("machine 127.0.0.1 login u password \"hunter2"),
            ".netrc:1: a quote is left open",
        ),
        (None, ".netrc: "),
    ] {
        let home = Home::new();
        if let Some(text) = text {
            write_private(&home.path().join(".netrc"), text);
        }
        // Nobody listens there: with a connection attempt it would end with 3.
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["--netrc", "127.0.0.1:1"])
            .run()
            .code(2);
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
        assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_password_that_others_may_read_is_refused_with_the_command_that_helps() {
    let home = home_with(ENTRY);
    let path = home.path().join(".netrc");
    for mode in [0o640, 0o604, 0o644, 0o660] {
        set_mode(&path, mode);
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["--netrc", "127.0.0.1:1"])
            .run()
            .code(2);
        let way_out = format!("chmod 600 {}", path.display());
        assert!(finished.stderr.contains(&way_out), "{}", finished.stderr);
    }
    write_private(
        &path,
        "machine 127.0.0.1 login anonymous password me@here\n",
    );
    set_mode(&path, 0o644);
    let server = logged_in("anonymous", "me@here")
        .wait_for_client_close()
        .start();
    let _ = on(&home, &server).arg("--netrc").run().success();
    let _ = server.finish();
}

#[test]
fn login_without_arguments_in_a_script_needs_the_netrc() {
    let home = home_with(ENTRY);
    let server = spoken_to_by_nobody().start();
    let finished = on(&home, &server).args(["-c", "login"]).run().code(2);
    assert!(
        finished.stderr.contains("usage: login USER"),
        "{}",
        finished.stderr
    );
    let _ = server.finish();
    let server = logged_in("u", "p").wait_for_client_close().start();
    let _ = on(&home, &server)
        .args(["-c", "set netrc on", "-c", "login"])
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn login_without_arguments_offers_the_user_of_the_netrc() {
    let server = practice_server(&[]);
    let home = home_with("machine 127.0.0.1 login A password A\n");
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal();
    terminal.expect("\n220 ");
    terminal.expect("ftp> ");
    terminal.send_line("login");
    terminal.expect("user [A]: ");
    terminal.send_line("B");
    terminal.expect("→ USER B");
    terminal.expect("password: ");
    terminal.send_line("x");
    terminal.expect("\n530 ");
    terminal.expect("ftp> ");
    terminal.send_line("login");
    terminal.expect("user [A]: ");
    terminal.send("\r");
    terminal.expect("→ PASS ****");
    terminal.expect("\n230 ");
    terminal.expect("ftp> ");
    terminal.send_line("MKD in");
    terminal.expect("\n257 ");
    assert!(server.server_folder().join("in").is_dir());
}

#[test]
fn login_without_arguments_asks_as_ever_where_no_netrc_is_or_it_cannot_be_used() {
    let server = practice_server(&[]);
    for (netrc, said) in [
        (None, ""),
        (Some("nonsense"), ".netrc:1: a word that is not"),
    ] {
        let home = Home::new();
        if let Some(netrc) = netrc {
            write_private(&home.path().join(".netrc"), netrc);
        }
        let mut terminal = Ftpsh::new()
            .home(home.path())
            .arg(server.address().to_string())
            .terminal();
        terminal.expect("\n220 ");
        terminal.expect("ftp> ");
        terminal.send_line("login");
        terminal.expect(said);
        terminal.expect("user: ");
        terminal.send_line("A");
        terminal.expect("password: ");
        terminal.send_line("A");
        terminal.expect("\n230 ");
    }
}

#[cfg(unix)]
#[test]
fn a_netrc_that_is_not_a_regular_file_is_refused_and_not_waited_for() {
    let home = Home::new();
    let pipe = home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for file in [pipe.to_str().unwrap(), "/dev/zero", "/"] {
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["--netrc-file", file, "127.0.0.1:1"])
            .run()
            .code(2);
        let said = &finished.stderr;
        assert!(said.contains("not a regular file"), "{file}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_netrc_without_end_is_refused() {
    let home = Home::new();
    let netrc = home.path().join("netrc");
    let file = std::fs::File::create(&netrc).unwrap();
    file.set_len(17 * 1024 * 1024).unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .args(["--netrc-file", "netrc", "127.0.0.1:1"])
        .run()
        .code(2);
    let said = &finished.stderr;
    assert!(said.contains("more than 16 MiB in it"), "{said}");
}
