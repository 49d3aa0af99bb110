//! `set charset`: what is typed and shown is text, what is sent and received are bytes.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Script;

fn run(charset: &str, lines: &[&str], script: Script) -> String {
    let server = script.wait_for_client_close().start();
    let finished = Ftpsh::new()
        .args(["--set", &format!("charset={charset}")])
        .arg(server.address().to_string())
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
        .success();
    let _ = server.finish();
    finished.stderr
}

#[test]
fn every_way_to_name_something_encodes_it() {
    let mut script = Script::new().send("220 hi\r\n");
    let lines: [(&str, &[&[u8]]); 7] = [
        ("CWD é", &[b"CWD \xe9"]),
        ("quote CWD é", &[b"CWD \xe9"]),
        ("quote -x CWD é\\xC3", &[b"CWD \xe9\xc3"]),
        ("cd 'é é'", &[b"CWD \xe9 \xe9"]),
        ("in é", &[b"CWD o\xf9 \xe9", b"CWD \xc3\xa9 \xc3\xa9"]),
        ("login é ü", &[b"USER \xe9", b"PASS \xfc"]),
        ("PASS ü", &[b"PASS \xfc"]),
    ];
    for line in lines.iter().flat_map(|(_, sent)| *sent) {
        let is_user = line.starts_with(b"USER");
        let reply = if is_user {
            "331 go on\r\n"
        } else {
            "200 ok\r\n"
        };
        script = script.expect(line).send(reply);
    }
    // A step with escapes is sent as it is.
    let alias = "alias in 'CWD où $1' 'quote -x CWD \\xC3\\xA9 $1'";
    let typed: Vec<&str> = std::iter::once(alias)
        .chain(lines.map(|(typed, _)| typed))
        .collect();
    let said = run("latin1", &typed, script);
    assert!(said.contains("→ CWD où é\n"), "{said}");
    assert!(said.contains("→ CWD Ã© Ã©\n"), "{said}");
    assert!(!said.contains('ü'), "{said}");
}

#[test]
fn replies_are_decoded_and_what_could_mislead_stays_escaped() {
    let reply = b"220-\xe9t\xe9 \x1b[2J\x9b31m\x85\r\n220 \xfe\r\n";
    for (charset, shown) in [
        (
            "utf-8",
            ["220-\\xe9t\\xe9 \\x1b[2J\\x9b31m\\x85", "220 \\xfe"],
        ),
        ("latin1", ["220-été \\x1b[2J›31m…", "220 þ"]),
        (
            "iso-8859-15",
            ["220-été \\x1b[2J\\u{9b}31m\\u{85}", "220 þ"],
        ),
        // A mark that turns the reading direction around.
        ("windows-1255", ["220-יtי \\x1b[2J›31m…", "220 \\u{200f}"]),
    ] {
        let said = run(charset, &["tls"], Script::new().send(reply));
        for line in shown {
            assert!(said.contains(&format!("{line}\n")), "{charset}: {said}");
        }
    }
}

#[test]
fn what_cannot_be_sent_in_that_charset_is_refused_and_a_secret_is_not_repeated() {
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let lines = "PASS secrж\nlogin a secrж\ncd ж\n";
    let finished = Ftpsh::new()
        .args(["--set", "charset=latin1"])
        .arg(server.address().to_string())
        .stdin([lines.as_bytes(), b"CWD \xe9\n"].concat())
        .run()
        .code(2);
    let _ = server.finish();
    let said = finished.stderr;
    assert_eq!(said.matches("is not in windows-1252").count(), 3, "{said}");
    // That of `cd`.
    assert!(
        said.contains("byte 4 of the line, ж (U+0436), is not"),
        "{said}"
    );
    assert_eq!(
        (said.matches('ж').count(), said.matches("0436").count()),
        (1, 1),
        "{said}"
    );
    assert!(!said.contains("secr") && !said.contains("→"), "{said}");
    assert!(said.contains("byte 4 of the line is not UTF-8"), "{said}");
}

#[test]
fn a_charset_that_is_none_is_refused_with_examples() {
    for name in ["latin-one", "utf-16"] {
        let said = Ftpsh::new()
            .args(["-c", &format!("set charset {name}")])
            .run()
            .code(2)
            .stderr;
        assert!(
            said.contains("it takes utf-8, or latin1, windows-1251"),
            "{said}"
        );
    }
}

#[test]
fn a_host_of_the_configuration_has_a_charset_of_its_own_until_another_is_opened() {
    let script = || Script::new().send(b"220 \xe9\r\n");
    let old = script()
        .expect(b"CWD \xe9")
        .send(b"250 \xe9\r\n")
        .wait_for_client_close()
        .start();
    let new = script()
        .expect("CWD é")
        .send("250 ok\r\n")
        .wait_for_client_close()
        .start();
    let home = Home::new();
    let set = "set = { charset = \"latin1\", keepalive = 60, rate = \"2M\", escapes = true }";
    let target = old.address();
    let startup = "startup = [\"CWD \\\\xE9\"]";
    home.configure(&format!(
        "[host.old]\ntarget = \"{target}\"\n{set}\n{startup}\n"
    ));
    let lines = [
        "open old",
        "set rate",
        "set keepalive",
        "close",
        &format!("open {}", new.address()),
        "CWD é",
        "set rate",
    ];
    let said = Ftpsh::new()
        .home(home.path())
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
        .success()
        .stderr;
    let _ = (old.finish(), new.finish());
    assert!(said.contains("220 é\n→ CWD é\n250 é\n"), "{said}");
    assert!(
        said.contains("rate             2M ") && said.contains("keepalive        60 NOOP"),
        "{said}"
    );
    assert!(
        said.contains("220 \\xe9\n→ CWD é\n250 ok\nrate             off "),
        "{said}"
    );
}
