use std::fmt::Write as _;

use super::{Explained, Wrong, explain};

fn of(log: &str) -> Explained {
    let show = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let explained = explain(log.as_bytes(), &show).expect("a slice can be read");
    explained.unwrap_or_else(|| panic!("no FTP: {log}"))
}

fn problem(log: &str) -> Wrong {
    of(log)
        .problem
        .unwrap_or_else(|| panic!("no problem: {log}"))
}

fn here(log: &str) -> String {
    problem(log).explanations[0].here.clone()
}

fn next(log: &str) -> String {
    problem(log).explanations[0].next.clone()
}

fn steps(log: &str) -> String {
    let mut steps = String::new();
    for step in problem(log).steps {
        write!(steps, "{} ", String::from_utf8_lossy(step.line()))
            .expect("a string can be written");
    }
    steps
}

#[test]
fn tls_is_claimed_only_where_it_was_up() {
    let clear = "< 220 hi\n> USER bob\n< 331 word?\n> PASS x\n< 530 no\n";
    let secured = "> AUTH TLS\n< 234 go\n> USER bob\n< 331 word?\n> PASS x\n< 530 no\n";
    for (log, is_under_tls, version) in [
        (
            "Status:\tConnecting to 203.0.113.7:990...\n\
             Status:\tConnection attempt failed with \"ECONNREFUSED - Connection refused by server\".\n"
                .to_owned(),
            false,
            None,
        ),
        (
            "Status:\tConnecting to 203.0.113.7:990...\nStatus:\tConnection established, initializing TLS...\n\
             Error:\tConnection timed out after 20 seconds of inactivity\n"
                .to_owned(),
            false,
            None,
        ),
        (
            "minimum TLS 1.3 required\n220 hi\nAUTH TLS\n504 no\nQUIT\n221 bye\n".to_owned(),
            false,
            None,
        ),
        (
            "* TLSv1.3 (OUT), TLS alert, decode error (562):\n".to_owned() + clear,
            false,
            None,
        ),
        (
            "< 220 hi\n> AUTH TLS\n< 234 go\n* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n\
             * OpenSSL/3.0: error:0A00010B:SSL routines::wrong version number\n> QUIT\n"
                .to_owned(),
            false,
            None,
        ),
        (format!("< 220 hi\n{secured}"), true, None),
        (
            format!("< 220 hi\n{}", secured.replace("> USER", "* SSL connection using TLSv1.2 / X\n> USER")),
            true,
            Some("1.2"),
        ),
        (
            "Status:\tConnecting to 203.0.113.7:990...\nStatus:\tConnection established, initializing TLS...\n\
             Response:\t220 hi\nCommand:\tUSER bob\nResponse:\t530 no\n"
                .to_owned(),
            true,
            None,
        ),
        (
            "*   Trying 203.0.113.7:990...\n* SSL connection using TLSv1.3 / X\n".to_owned() + clear,
            true,
            Some("1.3"),
        ),
    ] {
        let story = of(&log).story;
        let found = (story.is_under_tls, story.tls_version());
        assert_eq!(found, (is_under_tls, version), "{log}");
    }
}

#[test]
fn a_handshake_that_is_not_answered_is_no_missing_greeting() {
    let log = "Status:\tConnecting to 203.0.113.7:990...\nStatus:\tConnection established, initializing TLS...\n\
               Error:\tConnection timed out after 20 seconds of inactivity\n";
    assert_eq!(problem(log).cause(), "tls-silent");
}

#[test]
fn a_port_that_begins_with_tls_is_not_one_in_the_clear() {
    let log = "Status:\tConnecting to 203.0.113.7:990...\nResponse:\t220 hi\nCommand:\tUSER bob\n\
               Response:\t331 word?\nCommand:\tPASS x\nResponse:\t530 no\n";
    assert_eq!(problem(log).cause(), "login-refused");
}

#[test]
fn a_reply_of_a_transfer_alone_has_its_cause() {
    for (log, cause) in [
        ("425 Can't open data connection.\n", "no-data-connection"),
        (
            "426 Connection closed; aborted.\n226 ok\n",
            "data-connection-broke",
        ),
        (
            "LIST\n425 Can't open data connection.\n",
            "no-data-connection",
        ),
        ("220 hi\nUSER bob\n230 in\nLIST\n425 No.\n", "no-data-port"),
    ] {
        assert_eq!(problem(log).cause(), cause, "{log}");
    }
}

#[test]
fn a_command_that_the_log_does_not_show_leaves_no_gap() {
    let log = "150 Here comes the directory listing.\nError: Timeout while reading data\n";
    assert!(
        next(log).contains("PASV, then the command once more"),
        "{}",
        next(log)
    );
}

#[test]
fn the_words_of_a_program_stand_in_a_sentence_without_its_marks() {
    for (line, expected) in [
        ("* Connection refused", "opened: Connection refused"),
        (
            "Error:\tCould not connect to server: Connection refused.",
            "opened: Could not connect to server: Connection refused",
        ),
        (
            "10:22:31.123456 * connect to 203.0.113.7 port 21 failed: Connection refused..",
            "opened: connect to 203.0.113.7 port 21 failed: Connection refused",
        ),
        (
            "Error: connection refused (os error 111)",
            "opened: connection refused",
        ),
        (
            "**** Socket error (Connection refused) - reconnecting",
            "opened: Socket error",
        ),
        ("curl: (7) Connection refused", "opened: Connection refused"),
    ] {
        let log = format!("*   Trying 203.0.113.7:21...\n{line}\n");
        assert!(here(&log).contains(expected), "{}", here(&log));
        let told = problem(&log).text;
        assert_eq!(
            String::from_utf8_lossy(&told).replace('\t', " "),
            line.replace('\t', " ")
        );
    }
}

#[test]
fn what_a_command_needs_before_it_is_told_with_it() {
    let begin = "> USER bob\n< 331 word?\n> PASS x\n< 230 in\n> CWD /old\n< 250 ok\n> CWD /pub\n< 250 ok\n> CWD b\n< 250 ok\n\
                 > CWD none\n< 550 no\n> TYPE I\n< 200 ok\n";
    for (end, expected) in [
        (
            "> EPSV\n< 229 (|||4000|)\n> REST 5\n< 350 ok\n> RETR f\n< 550 no\n",
            "CWD /pub CWD b TYPE I EPSV REST 5 ",
        ),
        ("> SIZE /x\n< 550 no\n", "TYPE I "),
        (
            "> RNFR f\n< 350 ok\n> RNTO g\n< 553 no\n",
            "CWD /pub CWD b RNFR f ",
        ),
        ("> PASV\n< 500 no\n", ""),
        (
            "> PORT 127,0,0,1,9,9\n< 200 ok\n> RETR /f\n< 425 no\n",
            "TYPE I listen ",
        ),
    ] {
        let log = format!("{begin}{end}").replace("> CWD none\n< 550 no\n", "");
        assert_eq!(steps(&log), expected, "{end}");
    }
}

/// All that is told, but the lines that say who logs in.
fn told(log: &str) -> String {
    let mut explained = of(log);
    let user = explained.story.user.take().unwrap_or_default();
    format!("{} {explained:?}", String::from_utf8_lossy(&user))
}

#[test]
fn a_password_in_the_form_of_a_url_is_not_told() {
    let begin = "<--- 220 hi\n---> USER bob\n<--- 331 word?\n";
    for log in [
        format!(
            "{begin}---> PASS p@ss word!\n<--- 530 Login failed for ftp://bob:p%40ss%20word!@ftp\n"
        ),
        format!("{begin}---> PASS p@ss word!\n<--- 530 no p%40SS%20word%21\n"),
        format!(
            "open ftp://bob:p%40ss%20word%21@h\n{begin}---> PASS XXXX\n<--- 530 no p@ss word!\n"
        ),
    ] {
        let text = problem(&log).text;
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("****") && !text.contains("ord"), "{text}");
    }
}

#[test]
fn a_password_that_was_given_as_a_user_name_is_not_told() {
    let begin = "<--- 220 hi\n---> USER hunter2X9\n<--- 331 word?\n";
    let right = "---> USER bob\n<--- 331 word?\n---> PASS ****\n<--- 230 in\n";
    for (log, is_hidden) in [
        // Then somebody logs in.
        (format!("{begin}---> PASS ****\n<--- 530 no hunter2X9\n{right}"), true),
        (format!("<--- 220 hi\n---> USER hunter2X9\n<--- 530 no hunter2X9\n{right}"), true),
        // In the place of PASS.
        (
            "<--- 220 hi\n---> USER bob\n<--- 331 word?\n---> USER hunter2X9\n<--- 530 no hunter2X9\n".to_owned(),
            true,
        ),
        (format!("{begin}---> PASS ****\n<--- 530 no hunter2X9\n"), false),
        (
            format!("{begin}---> PASS ****\n<--- 530 no\n{}", right.replace("bob", "HUNTER2x9")),
            false,
        ),
    ] {
        let log = format!("{log}---> RETR hunter2X9\n<--- 550 no hunter2X9\n");
        let told = told(&log);
        assert_eq!(told.to_ascii_lowercase().contains("hunter"), !is_hidden, "{log}\n{told}");
    }
}
