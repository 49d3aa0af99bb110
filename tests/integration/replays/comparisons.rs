//! `replay FILE A B`: two servers beside each other.

use std::fs;

use super::{LOGIN, Scripts};
use crate::support::practice::{practice_server, practice_server_for};
#[cfg(unix)]
use crate::support::real_server::{Kind, RealServer};
use crate::support::scripted_server::Script;

const SESSION: &str = "C> TYPE I\nS> 200\nC> SIZE 1.TXT\nS> 213 {size}\nC> PASV\nS> 227\nC> RETR 1.TXT\nS> 150\nS> 226\n\
                       C> REST {size}\nS> 350\nC> PASV\nS> 227\nC> LIST\nS> 150\nD> ...\nS> 226\nC> QUIT\nS> 221\n";

#[test]
fn what_two_servers_do_differently_is_shown_side_by_side() {
    let scripts = Scripts::new(&[("x.ftp", &format!("{LOGIN}{SESSION}"))]);
    let (first, second) = (practice_server(&[]), practice_server_for("hunter2", &[]));
    fs::write(second.server_folder().join("1.TXT"), "I was ").unwrap();
    let [one, other] = [(&first, "A"), (&second, "hunter2")]
        .map(|(server, password)| format!("ftp://A:{password}@{}", server.address()));
    let finished = scripts.replay(&["x.ftp", &one, &other]).run().code(6);
    let said = &finished.stderr;
    for line in [
        format!("A is {}, B is {}", first.address(), second.address()),
        "= USER {user}".to_owned(),
        "= PASV".to_owned(),
        "= LIST".to_owned(),
        "≠ SIZE 1.TXT".to_owned(),
        "  213 5                                 │ 213 6".to_owned(),
        "≠ RETR 1.TXT".to_owned(),
        "data: 5 bytes".to_owned(),
        "data: 6 bytes".to_owned(),
        "11 exchanges: 8 the same, 3 different".to_owned(),
    ] {
        assert!(
            said.contains(&line.replace("{user}", "A")),
            "{line}\n{said}"
        );
    }
    assert!(!said.contains("hunter2"), "{said}");
    // Each server got its own size.
    assert!(
        said.contains("Restarting at 5") && said.contains("Restarting at 6"),
        "{said}"
    );

    let finished = scripts.replay(&["--codes", "x.ftp", &one, &other]).run();
    assert!(finished.code(6).stderr.contains("10 the same, 1 different"));
    fs::write(second.server_folder().join("1.TXT"), "I am ").unwrap();
    let finished = scripts
        .replay(&["-q", "x.ftp", &one, &other])
        .run()
        .success();
    assert_eq!(finished.stderr, "");
}

#[test]
fn a_server_that_goes_away_ends_the_comparison() {
    let scripts = Scripts::new(&[(
        "x.ftp",
        "S> 220\nC> NOOP\nS> 200\nC> NOOP\nS> 200\nC> NOOP\nS> 200\n",
    )]);
    let steps = || {
        Script::new()
            .send("220 ready\r\n")
            .expect("NOOP")
            .send("200 ok\r\n")
            .expect("NOOP")
    };
    let first = steps().close().start();
    let second = steps().send("200 ok\r\n").wait_for_client_close().start();
    let servers = [&first, &second].map(|server| server.address().to_string());
    let finished = scripts
        .replay(&["x.ftp", &servers[0], &servers[1]])
        .run()
        .code(3);
    let said = &finished.stderr;
    assert!(said.contains("the connection was lost"), "{said}");
    assert!(
        said.contains("3 exchanges: 2 the same, 1 different, 1 not played"),
        "{said}"
    );
    let _ = (first.finish(), second.finish());
}

#[test]
fn nothing_is_sent_to_either_where_the_transcript_cannot_be_sent() {
    let scripts = Scripts::new(&[(
        "x.ftp",
        "S> 220\nC> STOR f\nS> 150\nD< @file missing\nS> 226\n",
    )]);
    let (first, second) = (practice_server(&[]), practice_server(&[]));
    let [one, other] = [&first, &second].map(|server| server.address().to_string());
    let finished = scripts.replay(&["x.ftp", &one, &other]).run().code(7);
    assert!(
        finished.stderr.contains("x.ftp:4: missing: "),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("220"), "{}", finished.stderr);
}

#[cfg(unix)]
#[test]
fn two_real_servers_differ_in_their_texts_and_not_in_their_codes() {
    let (Some(first), Some(second)) = (
        RealServer::start(Kind::Proftpd),
        RealServer::start(Kind::Pyftpdlib),
    ) else {
        return;
    };
    let target = |server: &RealServer| {
        server.write_file("1.TXT", b"I am ");
        format!(
            "ftp://{}:{}@{}",
            server.user(),
            server.password(),
            server.address()
        )
    };
    let text = format!("{LOGIN}{SESSION}").replace("USER A", "USER {user}");
    let scripts = Scripts::new(&[("x.ftp", &text)]);
    let (one, other) = (target(&first), target(&second));
    let finished = scripts.replay(&["--codes", "x.ftp", &one, &other]).run();
    let finished = finished.success();
    assert!(
        finished.stderr.contains(": 11 the same, 0 different"),
        "{}",
        finished.stderr
    );
    let finished = scripts.replay(&["x.ftp", &one, &other]).run().code(6);
    assert!(
        finished.stderr.contains("≠ (greeting)"),
        "{}",
        finished.stderr
    );
}
