//! The password of a proxy is seen nowhere but on the way to the proxy.

use super::script;
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::real_proxy::{
    ENCODED_PASSWORD, PROXY_PASSWORD, PROXY_USER, ProxyKind, ProxyOptions, RealProxy,
};
use crate::support::terminal::Key;

const BASIC: &str = "cHJveHl1c2VyOnByMHh5czNjcmV0";

#[track_caller]
fn assert_unseen(bytes: &[u8], place: &str) {
    let text = String::from_utf8_lossy(bytes);
    for form in [PROXY_PASSWORD, ENCODED_PASSWORD, BASIC, "s3cret", "pr0xy"] {
        assert!(!text.contains(form), "{form} in {place}:\n{text}");
    }
}

fn assert_unseen_in(home: &Home) {
    for (path, bytes) in home.files() {
        assert_unseen(&bytes, &path.display().to_string());
    }
}

fn with_password() -> ProxyOptions {
    ProxyOptions {
        wants_password: true,
        ..ProxyOptions::default()
    }
}

#[test]
fn a_script_shows_records_and_traces_no_password_of_its_proxy() {
    for kind in ProxyKind::ALL {
        let Some(proxy) = RealProxy::start(kind, &with_password()) else {
            continue;
        };
        let server = practice_server(&[]);
        let open = format!("open {}", server.address());
        let set = format!("set proxy {}", proxy.url(kind.schemes()[0]));
        let home = Home::new();
        let lines = [
            "trace trace.log",
            "record session.ftp",
            &set,
            "set",
            "set proxy",
            &open,
            "login A A",
            "PASV",
            "RETR 1.TXT > got",
            "timeline all",
            "why",
            "!cat /proc/self/cmdline",
            "PASV",
            "NLST | cat - /proc/self/cmdline",
            "close",
            // Wrong ones are not repeated either.
            "set proxy socks9://u:pr0xy/s3cret@h",
            "set proxy u:pr0xy/s3cret@h",
            "set poxy http://u:pr0xy/s3cret@h",
        ];
        let finished = script(&[], lines).home(home.path()).run().code(2);
        assert!(home.path().join("got").exists(), "{finished:?}");
        assert!(proxy.ports().len() >= 3, "{}", proxy.log());
        let shown = format!("{}://{}", kind.schemes()[0], proxy.address());
        assert!(finished.stderr.contains(&format!(" through {shown}")));
        assert!(finished.stdout_text().contains(&shown) || finished.stderr.contains(&shown));
        assert_unseen(finished.stderr.as_bytes(), "standard error");
        assert_unseen(&finished.stdout, "standard output");
        assert!(home.path().join("trace.log").exists() && home.path().join("session.ftp").exists());
        assert_unseen_in(&home);
    }
}

#[test]
fn a_password_of_the_environment_is_not_shown_whatever_fails() {
    for kind in ProxyKind::ALL {
        let Some(proxy) = RealProxy::start(kind, &with_password()) else {
            continue;
        };
        for scheme in kind.schemes() {
            for credentials in ["nobody:pr0xy%733cret@", "proxyuser:pr0xy@"] {
                let url = proxy.url_for(scheme, credentials);
                let program = script(&["127.0.0.1:1"], ["NOOP"]).env("ALL_PROXY", &url);
                let finished = program.run().code(3);
                assert_unseen(finished.stderr.as_bytes(), "standard error");
            }
            // Nobody listens on that port.
            let program = script(&["127.0.0.1:1"], ["NOOP"]);
            let finished = program.env("ALL_PROXY", proxy.url(scheme)).run().code(3);
            assert!(
                finished.stderr.contains("the proxy refused: "),
                "{finished:?}"
            );
            assert_unseen(finished.stderr.as_bytes(), "standard error");
        }
    }
}

#[test]
fn at_a_terminal_the_password_of_a_proxy_is_masked_and_kept_out_of_the_history() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &with_password()) else {
        return;
    };
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = Ftpsh::new().home(home.path()).terminal_of(40, 120);
    terminal.expect("ftp> ");
    for line in [
        format!("set proxy {}", proxy.url("socks5")),
        format!("set proxy {PROXY_USER}:{PROXY_PASSWORD}@h"),
        format!("set proxy '{}'", proxy.url("socks5h")),
        format!("open {}", server.address()),
    ] {
        terminal.send_line(&line);
        // Before the prompt, the terminal itself would echo.
        let last = format!("@{}", line.rsplit('@').next().unwrap_or_default());
        terminal.wait_for_screen("the next prompt", |screen| {
            let is_there = screen.contains(&last) || screen.contains(" through ");
            is_there && screen.trim_end().ends_with("ftp>")
        });
    }
    terminal.wait_for(" through socks5h://127.0.0.1:");
    terminal.send_line("set proxy");
    terminal.expect("proxy socks5h://127.0.0.1:");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
    let history = home.history().join("\n");
    assert!(history.contains("open 127.0.0.1"), "{history}");
}

#[test]
fn a_value_that_is_no_proxy_is_not_repeated_wherever_it_stands() {
    let home = Home::new();
    for value in [
        "http://u:pr0xyPw",
        "http://u:pr0xyPw%40h:1",
        "u:pr0xyPw",
        "socks9:/u:pr0xyPw@h:1",
        "pr0xyPw@:",
    ] {
        home.configure(&format!("[set]\nproxy = '{value}'\n"));
        let empty = home.path().join("empty");
        std::fs::write(&empty, "").expect("its own folder");
        let set = format!("set proxy {value}");
        let setting = format!("proxy={value}");
        let runs: [&[&str]; 4] = [
            &["-c", "!echo"],
            &["--config", "empty", "-c", &set],
            &["--config", "empty", "--proxy", value, "-c", "!echo"],
            &["--config", "empty", "--set", &setting, "-c", "!echo"],
        ];
        for arguments in runs {
            let finished = Ftpsh::new().home(home.path()).args(arguments).run().code(2);
            assert!(finished.stderr.contains("proxy"), "{finished:?}");
            assert_unseen(finished.stderr.as_bytes(), "standard error");
        }
    }
}
