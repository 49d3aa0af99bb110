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
        next(log).contains("`resume` for the rest, or the line again"),
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

#[test]
fn a_server_that_logs_what_it_has_done_is_understood_without_its_replies() {
    let log = |lines: &[&str]| {
        let line = |rest: &&str| format!("Sun Nov 29 10:00:00 2026 [pid 1201] {rest}\n");
        lines.iter().map(line).collect::<String>()
    };
    let connect = "CONNECT: Client \"203.0.113.9\"";
    let login = "[bob] OK LOGIN: Client \"203.0.113.9\"";
    let upload = "[bob] FAIL UPLOAD: Client \"203.0.113.9\", \"/a b\", 0.00Kbyte/sec";
    let wrong = problem(&log(&[connect, login, upload]));
    assert_eq!((wrong.cause(), wrong.line), ("reply-not-logged", 3));
    assert!(
        wrong.explanations[0].here.contains("STOR /a b failed"),
        "{wrong:?}"
    );
    let again = upload.replace("FAIL", "OK");
    let explained = of(&log(&[connect, login, upload, &again]));
    assert!(explained.problem.is_none(), "{explained:?}");
    let story = explained.story;
    assert_eq!((story.is_logged_in, story.transfers), (true, 1));
    let refused = log(&[connect, &login.replace("OK", "FAIL")]);
    assert_eq!(problem(&refused).cause(), "login-refused");
    let anonymous = refused.trim_end().to_owned() + ", anon password \"hunter2X9\"\n";
    assert!(problem(&anonymous).text.ends_with(b"anon password ****"));
    // Of two clients, and of one that comes twice.
    let other = login
        .replace("203.0.113.9", "203.0.113.8")
        .replace("bob", "eve");
    let explained = of(&log(&[login, &other, upload, login]));
    assert_eq!(explained.sessions, 3);
    assert_eq!(explained.story.user.as_deref(), Some(&b"bob"[..]));
}

#[test]
fn a_log_with_replies_is_not_told_twice() {
    let log = "Sun Nov 29 10:00:00 2026 [pid 2] CONNECT: Client \"::1\"\n\
        Sun Nov 29 10:00:00 2026 [pid 2] FTP response: Client \"::1\", \"220 hi\"\n\
        Sun Nov 29 10:00:00 2026 [pid 2] FTP command: Client \"::1\", \"USER bob\"\n\
        Sun Nov 29 10:00:00 2026 [pid 2] [bob] FTP response: Client \"::1\", \"331 word?\"\n\
        Sun Nov 29 10:00:00 2026 [pid 2] [bob] FTP command: Client \"::1\", \"PASS <password>\"\n\
        Sun Nov 29 10:00:00 2026 [pid 1] [bob] OK LOGIN: Client \"::1\"\n\
        Sun Nov 29 10:00:00 2026 [pid 3] [bob] FTP response: Client \"::1\", \"230 in\"\n\
        Sun Nov 29 10:00:00 2026 [pid 3] [bob] FTP command: Client \"::1\", \"DELE a\"\n\
        Sun Nov 29 10:00:00 2026 [pid 3] [bob] FAIL DELETE: Client \"::1\", \"/a\"\n\
        Sun Nov 29 10:00:00 2026 [pid 3] [bob] FTP response: Client \"::1\", \"550 Permission denied.\"\n";
    let explained = of(log);
    assert_eq!((explained.sessions, explained.later.len()), (1, 0));
    assert_eq!(problem(log).cause(), "permission-denied");
}

#[test]
fn the_dumps_of_curl_are_read_from_their_bytes() {
    let log = "== Info:   Trying 203.0.113.7:21...\n== Info: Connected to h (203.0.113.7) port 21 (#0)\n\
        <= Recv header, 8 bytes (0x8)\n0000: 32 32 30 20 68 69 0d 0a                         220 hi..\n\
        => Send header, 10 bytes (0xa)\n0000: 55 53 45 52 20 62 6f 62 0d 0a                   USER bob..\n\
        <= Recv header, 11 bytes (0xb)\n0000: 33 33 31 20 77 6f 72 64 3f 0d 0a                331 word?..\n\
        => Send header, 17 bytes (0x11)\n0000: 50 41 53 53 20 68 75 6e 74 65 72 32 58 39 78 0d PASS hunter2X9x.\n\
        0010: 0a                                              .\n\
        <= Recv header, 24 bytes (0x18)\n0000: 35 33 30 20 4c 6f 67 69 6e 20 69 6e 63 6f 72 72 530 Login incorr\n\
        0010: 65 63 74 2e 2e 2e 0d 0a                         ect.....\n";
    let explained = of(log);
    assert_eq!(
        (explained.program, explained.not_understood),
        (Some("curl"), 0)
    );
    let wrong = problem(log);
    assert_eq!(wrong.cause(), "login-refused-in-clear");
    assert_eq!(wrong.text, b"530 Login incorrect...");
}

#[test]
fn logs_that_were_put_together_are_several_sessions() {
    let lftp = "---- Connecting to a.example (203.0.113.7) port 21\n<--- 220 hi\n---> USER bob\n<--- 331 word?\n\
        ---> PASS XXXX\n<--- 230 in\n";
    let quit = "---> QUIT\n<--- 221 bye\n---- Closing control socket\n";
    let refused = "*   Trying 203.0.113.9:21...\n* connect to 203.0.113.9 port 21 failed: Connection refused\n\
        * Closing connection\ncurl: (7) Failed to connect to 203.0.113.9 port 21\n";
    for log in [
        format!("{lftp}{quit}{refused}"),
        format!("{lftp}{refused}"),
        format!(
            "{lftp}{quit}---- Connecting to b.example (203.0.113.9) port 21\n**** connect: Connection refused\n"
        ),
    ] {
        let explained = of(&log);
        assert_eq!(explained.sessions, 2, "{log}");
        let causes: Vec<_> = explained.problem.iter().map(super::Wrong::cause).collect();
        assert_eq!(causes, ["connect-failed"], "{log}");
        let host = explained.story.host.unwrap_or_default();
        assert!(
            ["203.0.113.9", "b.example"].contains(&host.as_str()),
            "{host}"
        );
    }
    // One attempt after the other is one session, until there was a dialogue.
    let log = format!("{}{}", refused, refused.replace("refused", "timed out"));
    assert_eq!(of(&log).sessions, 1);
}

#[test]
fn what_the_client_did_without_is_not_what_went_wrong() {
    let log = "< 220 hi\n> AUTH TLS\n< 530 Please login with USER and PASS.\n> USER bob\n< 331 word?\n> PASS x\n< 530 no\n";
    let explained = of(log);
    assert_eq!(explained.overcome.len(), 1);
    assert_eq!(problem(log).line, 7);
}

#[test]
fn a_log_that_begins_in_the_middle_has_no_failed_connection() {
    let log = "*cmd* 'NOOP'\n*put* 'NOOP\\r\\n'\n*get* '421 Idle timeout (600 seconds).\\n'\n*resp* '421 Idle timeout (600 seconds).'\n";
    let wrong = problem(log);
    assert_eq!((wrong.cause(), wrong.line), ("idle-timeout", 4));
}

#[test]
fn a_client_that_warns_of_line_ends_has_not_had_a_good_transfer() {
    let log = "Connected to h.\n220 hi\n---> USER bob\n230 in\n---> TYPE A\n200 ok\n---> PASV\n227 (127,0,0,1,9,9)\n---> RETR x.zip\n\
        150 go\nWARNING! 17 bare linefeeds received in ASCII mode\n226 ok\n";
    assert_eq!(problem(log).cause(), "type-a-changed-bytes");
    let again = log.to_owned()
        + "---> TYPE I\n200 ok\n---> PASV\n227 (127,0,0,1,9,8)\n---> RETR x.zip\n150 go\n226 ok\n";
    assert!(of(&again).problem.is_none());
}

#[test]
fn the_prompts_of_a_client_are_no_commands() {
    let log = "Connected to 203.0.113.7.\n220 hi\n---> OPTS UTF8 ON\n200 on\nUser (203.0.113.7:(none)): bob\n---> USER bob\n331 word?\n\
        Password:\n---> PASS x\n230 in\n---> PORT 192,168,1,17,193,25\n501 no\n";
    assert_eq!(problem(log).cause(), "port-refused");
    let net = "[7] FtpControlStream#1 - Sending command [PASV]\n\
        [7] FtpControlStream#1 - Received response [227 Entering Passive Mode (10,1,2,3,200,1).]\n\
        System.Net.WebException: Unable to connect ---> System.Net.Sockets.SocketException: actively refused it\n";
    assert_eq!(problem(net).cause(), "data-port-refused");
}

#[test]
fn an_address_that_was_not_dialled_is_not_named_as_such() {
    let begin = "220 hi\nUSER bob\n230 in\nPASV\n227 Entering Passive Mode (172,17,0,2,82,11).\n";
    let curl = "* Skip 172.17.0.2 for data connection, uses 203.0.113.7 instead\n\
        * connect to 203.0.113.7 port 21003 failed: Connection refused\n";
    let java = "[Replacing PASV mode reply address 172.17.0.2 with 203.0.113.7]\n\
        java.net.ConnectException: Connection refused (Connection refused)\n";
    for end in [curl, java] {
        let log = format!("{begin}{end}");
        let here = here(&log);
        assert!(here.contains("; port 21003 was dialled"), "{here}");
        assert_eq!(of(&log).story.unused_offer, None);
    }
}

#[test]
fn what_php_and_pure_ftpd_say_of_a_reply_is_its_cause() {
    for (log, cause) in [
        (
            "Warning: ftp_login(): Login incorrect. in /x.php on line 9\n",
            "login-refused",
        ),
        (
            "Warning: ftp_put(): Can't open data connection. in /x.php on line 9\n",
            "no-data-connection",
        ),
        (
            "Nov 29 10:00:00 s pure-ftpd: (?@::1) [DEBUG] Command [user] [bob]\n\
             Nov 29 10:00:01 s pure-ftpd: (?@::1) [WARNING] Authentication failed for user [bob]\n",
            "login-refused",
        ),
    ] {
        assert_eq!(problem(log).cause(), cause, "{log}");
    }
}

#[test]
fn a_command_that_is_logged_before_the_handshake_is_over_is_no_proof_of_tls() {
    let log = "<--- 220 hi\n---> AUTH TLS\n<--- 234 go\n---> USER bob\nERROR: Certificate verification: Not trusted\n\
               **** Certificate verification: Not trusted\n";
    let explained = of(log);
    let wrong = problem(log);
    assert!(
        wrong.cause() == "certificate-untrusted" && wrong.is_of("AUTH"),
        "{wrong:?}"
    );
    assert!(!explained.story.is_under_tls && explained.story.is_explicit);
}

#[test]
fn what_programs_say_without_commands_is_a_cause() {
    for (log, cause) in [
        (
            ". 2026-11-29 10:00:00.200 Connecting to h:990 ...\n\
             . 2026-11-29 10:00:00.300 Connected with h:990, negotiating TLS connection...\n\
             . 2026-11-29 10:00:00.400 Can't establish TLS connection\n",
            "tls-cut",
        ),
        (
            "2026-11-29 10:00:01,123 srv proftpd[4242] srv (h[::1]): USER bob (Login failed): Incorrect password\n",
            "login-refused",
        ),
        (
            "2026-11-29 10:00:00,001 mod_tls/2.9.2[4711]: client did not reuse SSL session, rejecting data connection\n",
            "tls-session-reuse-required",
        ),
        (
            "Connecting to h (h)|203.0.113.7|:21... connected.\nLogging in as anonymous ... Logged in!\n\
             ==> PASV ... couldn't connect to 203.0.113.7 port 51210: Connection refused\n",
            "data-port-refused",
        ),
        (
            "connect: h, 21\nget: 220 hi\nput: USER bob\nget: 230 in\nput: PASV\nget: 227 (127,0,0,1,9,9)\nput: RETR a\nget: 150 go\n\
             Errno::ECONNRESET: Connection reset by peer\n",
            "data-reset",
        ),
    ] {
        let explained = of(log);
        assert_eq!(problem(log).cause(), cause, "{log}");
        assert_ne!(explained.story.port, Some(51210), "{log}");
    }
}

#[test]
fn an_auth_that_was_refused_is_got_over_by_another_one() {
    let log = "220 hi\nAUTH SSL\n500 not implemented\nAUTH TLS\n234 go\n\
               * SSL certificate problem: self-signed certificate\n";
    assert_eq!(problem(log).cause(), "certificate-untrusted");
}

#[test]
fn a_log_that_ends_with_an_offered_port_is_not_one_in_which_all_went_well() {
    let begin = "---> USER bob\n230 in\n---> EPSV\n";
    let log = format!("{begin}229 go (|||50000|)\n");
    assert_eq!(problem(&log).cause(), "data-port-unused");
    assert!(here(&log).contains("offered port 50000"), "{}", here(&log));
    for end in [
        "---> QUIT\n221 bye\n",
        "---> LIST\n150 go\n226 done\n",
        "421 too long\n",
    ] {
        let found = of(&format!("{log}{end}")).problem;
        let cause = found.map(|it| it.cause());
        assert_ne!(cause, Some("data-port-unused"), "{end}");
    }
}

#[test]
fn what_a_client_says_of_a_refusal_is_no_command_of_its_own() {
    let log = "---> STOR u.txt\n<--- 550 Not enough privileges.\n\
               put: w/u.txt: Access failed: 550 Not enough privileges. (u.txt)\n---> QUIT\n<--- 221 bye\n";
    let explained = of(log);
    assert!(explained.oddities.is_empty(), "{:?}", explained.oddities);
}

#[test]
fn the_flags_of_a_packet_reset_no_connection() {
    let log = "    220 hi\\r\\n\n        .... .... .0.. = Reset: Not set\n    USER bob\\r\\n\n\
               \x20       Request command: USER\n        Request arg: bob\n\
               \x20       .... .... .0.. = Reset: Not set\n    530 no\\r\\n\n";
    let explained = of(log);
    assert_eq!(explained.story.user.as_deref(), Some(&b"bob"[..]));
    let problem = explained.problem.unwrap();
    assert_eq!(String::from_utf8_lossy(&problem.text), "530 no");
    assert!(explained.oddities.is_empty(), "{:?}", explained.oddities);
    assert!(explained.overcome.is_empty(), "{:?}", explained.overcome);
}

/// The cause of what went wrong first, or nothing.
fn cause(log: &str) -> &'static str {
    of(log).problem.map_or("", |problem| problem.cause())
}

#[test]
fn the_screen_of_ftpsh_is_a_dialogue() {
    let begin = "  practice server: user A, password A\n  connected to 127.0.0.1:2121\n220 hi\n\
        \x20 next: USER A, then PASS A\nftp> login A *\n→ USER A\n331 word?\n→ PASS ****\n230 in\n\
        \x20 next: SIZE 1.TXT says how many bytes of it the server has\nftp> PASV\n227 (127,0,0,1,9,9)\n";
    let refused = "ftpsh: no data connection to 127.0.0.1:2313: Connection refused\nftp> why\nThe last problem\n\n550 in answer to X\n  Here    It ended\nftp> ";
    let open = "  data connection open to 127.0.0.1:2313\nftp \u{21c4}> RETR 1.TXT > x\n150 go\n";
    for (end, expected, command) in [
        (refused, "data-port-refused", "PASV"),
        (
            &format!(
                "{open}I am   5 bytes received, data connection closed\nftpsh: no final reply: nothing came for 4 s\n"
            ),
            "no-final-reply",
            "RETR 1.TXT",
        ),
        (
            &format!("{open}550 No such file\n"),
            "no-such-file",
            "RETR 1.TXT",
        ),
        (&format!("{open}226 done\n"), "", ""),
    ] {
        let log = format!("{begin}{end}");
        let explained = of(&log);
        assert_eq!(explained.program, Some("ftpsh"), "{log}");
        assert_eq!(explained.not_understood, 0, "{log}");
        assert_eq!(explained.story.user.as_deref(), Some(&b"A"[..]), "{log}");
        assert!(
            explained
                .oddities
                .iter()
                .all(|it| it.oddity.id == "final-reply-missing"),
            "{:?}",
            explained.oddities
        );
        assert_eq!(cause(&log), expected, "{log}");
        let line = explained.problem.and_then(|it| it.command);
        let line = line.map_or_else(Vec::new, |it| it.line().to_vec());
        assert_eq!(String::from_utf8_lossy(&line), command, "{log}");
    }
    let tls = "→ AUTH TLS\n234 go\n  TLS 1.3, TLS_AES_256_GCM_SHA384, certificate verified\n→ USER A\n530 no\n";
    assert_eq!(of(tls).story.tls_version(), Some("1.3"));
}

#[test]
fn what_is_typed_into_a_client_that_shows_no_commands_is_what_was_asked() {
    let login = "Connected to h.\n220 hi\nName (h:joe): bob\n331 word?\nPassword:\n230 in\n";
    for (end, expected, command) in [
        (
            "ftp> dir\n200 PORT command successful.\n150 go\n425 no\n",
            "active-blocked",
            "LIST",
        ),
        (
            "ftp> put a b\nlocal: a remote: b\n227 (1,2,3,4,5,6)\n553 no\n",
            "not-writable",
            "STOR b",
        ),
        (
            "ftp> dir\n500 Invalid PORT Command.\n",
            "port-refused",
            "PORT ...",
        ),
        ("ftp> ls\n200 PORT ok\n", "no-reply", "LIST"),
        (
            "ftp> ls\n227 (1,2,3,4,5,6)\nftp: connect: Connection refused\nftp> bye\n221 bye\n",
            "data-port-refused",
            "PASV",
        ),
        (
            "ftp> dir\n200 PORT ok\n150 go\n226 done\nftp> bye\n221 bye\n",
            "",
            "",
        ),
    ] {
        let log = format!("{login}{end}");
        let explained = of(&log);
        assert_eq!(
            (explained.oddities.len(), cause(&log)),
            (0, expected),
            "{log}{explained:?}"
        );
        let line = explained.problem.and_then(|it| it.command);
        let line = line.map_or_else(Vec::new, |it| it.line().to_vec());
        assert_eq!(String::from_utf8_lossy(&line), command, "{log}");
    }
    let refused = login.replace("230 in", "530 no");
    assert_eq!(cause(&refused), "login-refused-in-clear");
    let shown = login.replace("Password:\n230 in", "Password: hunter2X9\n530 no hunter2X9");
    assert!(cause(&shown).starts_with("login-refused") && !told(&shown).contains("hunter"));
    let user = told("220 hi\nftp> user bob hunter2X9\n331 word?\n530 no hunter2X9\n");
    assert!(
        user.starts_with("bob ") && !user.contains("hunter"),
        "{user}"
    );
}

#[test]
fn a_log_that_ends_with_the_error_of_a_client_is_not_one_in_which_all_went_well() {
    let begin = "Command:\tUSER a\nResponse:\t230 in\nCommand:\tPASV\nResponse:\t227 (1,2,3,4,5,6)\nCommand:\tMLSD\nResponse:\t150 go\n";
    let auth = "Command:\tAUTH TLS\nResponse:\t234 go\n";
    for (log, expected) in [
        (format!("{begin}Response:\t226 done\nError:\tFailed to parse listing\n"), "client-failed"),
        (
            format!(
                "{begin}Error:\tGnuTLS error -110: The TLS connection was non-properly terminated.\nResponse:\t226 done\n\
                 Error:\tFailed to retrieve directory listing\n"
            ),
            "data-cut",
        ),
        (
            format!("{begin}Error:\tGnuTLS error -110: The TLS connection was non-properly terminated.\nResponse:\t226 done\n"),
            "",
        ),
        (format!("{begin}Response:\t226 done\nError:\tsome\nCommand:\tNOOP\nResponse:\t200 ok\n"), ""),
        (format!("{begin}Response:\t226 done\nError:\tFailed to open \"C:\\a\" for writing\n"), "local-file"),
        (format!("{auth}Error:\tRemote certificate not trusted.\n"), "certificate-untrusted"),
        (format!("{auth}Error:\tGnuTLS error -53: Error in the push function.\n"), "tls-cut"),
        (format!("{auth}Error:\tCould not connect to server\n"), "client-failed"),
        (
            "> AUTH SSL\n< 234 ok\n* SSL: no alternative certificate subject name matches target host name 'h'\n".into(),
            "certificate-name",
        ),
        (
            "> RETR f\n< 150 go\n* OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 0\n< 226 ok\n\
             curl: (56) OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 0\n"
                .into(),
            "data-cut",
        ),
        (
            "> RETR f\n< 150 go\n* transfer closed with 99 bytes remaining to read\n".into(),
            "data-cut",
        ),
        (
            "> RETR f\n< 150 go\n* Remembering we are in dir \"\"\n* OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 0\n\
             curl: (56) OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 0\n"
                .into(),
            "control-closed",
        ),
        (
            "> RETR f\n< 150 go\n* Remembering we are in dir \"\"\n* Recv failure: Connection reset by peer\n\
             curl: (56) Recv failure: Connection reset by peer\n"
                .into(),
            "control-reset",
        ),
    ] {
        assert_eq!(cause(&log), expected, "{log}");
    }
    let local = format!("{begin}Response:\t226 done\nError:\tFailed to parse listing\n");
    assert!(problem(&local).command.is_none());
    let cut = here("> RETR f\n< 150 go\n* transfer closed with 99 bytes remaining to read\n");
    assert!(
        cut.contains("whole: transfer closed") && !cut.contains("some bytes"),
        "{cut}"
    );
}

#[test]
fn no_cause_rests_on_what_a_log_that_begins_in_the_middle_does_not_show() {
    for (log, expected) in [
        ("> PASS x\n< 530 Account expired\n", "login-refused"),
        ("331 word?\nPASS x\n530 wrong\n", "login-refused"),
        ("> PASS x\n< 503 Login with USER first.\n", "user-first"),
        (
            "> PASV\n< 530 Please login with USER and PASS\n",
            "login-needed",
        ),
        ("> LIST\n< 530 Log in with USER and PASS\n", "login-needed"),
        ("> AUTH TLS\n< 503 Already using TLS\n", "auth-under-tls"),
        ("> CCC\n< 533 CCC not allowed\n", "ccc-refused"),
        ("> PROT P\n< 503 PBSZ first\n", "pbsz-first"),
        ("> PROT P\n< 504 PROT P unsupported\n", "refused"),
        ("> RNTO b\n< 550 rename failed\n", "not-writable"),
        (
            "> RNTO b\n< 550 no\n> RNTO c\n< 503 no\n> NOOP\n< 200 ok\n",
            "not-writable",
        ),
        ("> LIST\n< 500 OOPS: child died\n", "server-failed"),
        (
            "> REST 100\n< 350 ok\n> RETR f\n< 554 Invalid REST parameter\n",
            "marker-past-end",
        ),
        (
            "> PROT C\n< 200 ok\n> PASV\n< 227 (1,2,3,4,5,6)\n> LIST\n< 534 no\n",
            "data-tls-required",
        ),
    ] {
        assert_eq!(cause(log), expected, "{log}");
    }
    let later = of("> RNTO b\n< 550 no\n> RNTO c\n< 503 no\n").later;
    assert_eq!(later[0].cause(), "rnfr-first");
}

#[test]
fn the_control_connection_is_not_taken_for_the_data_connection() {
    let begin = "> PASV\n< 227 (198,51,100,7,9,9)\n> STOR f\n< 150 go\n";
    for (end, expected) in [
        (
            ". 2023-05-02 10:00:00 Timeout detected. (control connection)\n",
            "no-final-reply",
        ),
        ("FTPError: Timeout (control socket)\n", "no-final-reply"),
        (
            "ERROR : x: read tcp 10.0.0.9:50000->198.51.100.7:21: read: connection reset by peer\n",
            "control-reset",
        ),
        (
            "Error:\tDisconnected from server: ECONNRESET - Connection reset by peer\n",
            "control-reset",
        ),
        (
            ". 2023-05-02 10:00:00 Connection was reset.\n",
            "control-reset",
        ),
        (
            "Net::FTP: Unexpected EOF on command channel at x.pl line 3\n",
            "control-closed",
        ),
        (
            "java.net.SocketException: Connection reset by peer: socket write error\n",
            "data-reset",
        ),
    ] {
        let log = format!("{begin}{end}");
        assert_eq!(cause(&log), expected, "{log}");
        assert!(!here(&log).contains("some bytes"), "{}", here(&log));
    }
    let connected =
        "* Connected to h (1.2.3.4) port 990\n* Recv failure: Connection reset by peer\n";
    assert_eq!(cause(connected), "closed-before-greeting");
}

#[test]
fn the_functions_of_a_traceback_tell_what_was_waited_for() {
    let traceback = |names: &[&str], error: &str| {
        let frame =
            |name: &&str| format!("  File \"/usr/lib/ftplib.py\", line 3, in {name}\n    call()\n");
        let frames: String = names.iter().map(frame).collect();
        format!("Traceback (most recent call last):\n{frames}{error}\n")
    };
    let refused = "ConnectionRefusedError: [Errno 111] Connection refused";
    for (names, error, expected) in [
        (
            &[
                "retrlines",
                "transfercmd",
                "ntransfercmd",
                "create_connection",
            ][..],
            refused,
            "data-port-refused",
        ),
        (
            &["storbinary", "ntransfercmd"],
            "TimeoutError: timed out",
            "data-port-silent",
        ),
        (
            &["storbinary", "voidresp", "getresp"],
            "socket.timeout: timed out",
            "no-final-reply",
        ),
        (&["connect", "create_connection"], refused, "connect-failed"),
        (
            &["login", "auth"],
            "ssl.SSLEOFError: EOF occurred in violation of protocol",
            "tls-cut",
        ),
    ] {
        let log = traceback(names, error);
        assert_eq!(cause(&log), expected, "{log}");
    }
}

#[test]
fn what_python_says_twice_is_counted_once() {
    let log = "*cmd* 'RETR f'\n*resp* '500-no.\\n500 End.'\nTraceback (most recent call last):\n  File \"a.py\"\n\
               ftplib.error_perm: 500-no.\n500-such\n500 End.\n";
    let explained = of(log);
    assert!(explained.oddities.is_empty(), "{:?}", explained.oddities);
    let refused = "*cmd* 'RETR f'\n*get* \"425 Can't build data connection: Connection refused.\\n\"\n\
                   *resp* \"425 Can't build data connection: Connection refused.\"\n";
    let begin = "*cmd* 'USER a'\n*resp* '230 in'\n*cmd* 'PASV'\n*resp* '227 (1,2,3,4,5,6)'\n";
    assert_eq!(cause(&format!("{begin}{refused}")), "no-data-connection");
}

#[test]
fn programs_that_say_little_are_understood() {
    let wget = "Connecting to h|1.2.3.4|:21... connected.\nLogging in as anonymous ... ";
    for (log, expected) in [
        (format!("{wget}\nLogin incorrect.\n"), "login-refused"),
        (format!("{wget}Logged in!\n==> CWD (1) /pub ... \nNo such directory ‘pub’.\n"), "no-such-file"),
        ("==> PASV ... done.    ==> RETR f ... done.\nData transfer aborted.\n".into(), "data-connection-broke"),
        ("PHP Warning:  ftp_put(): php_connect_nonb() failed: Operation now in progress (115)\n".into(), "data-port-silent"),
        ("Warning: ftp_put(): Entering Passive Mode (10,0,0,5,200,1). in /x.php on line 12\n".into(), "data-port-unreachable"),
        ("The remote server returned an error: 227 Entering Passive Mode (10,0,0,5,200,1).\n".into(), "data-port-unreachable"),
        ("System.Net.WebException: The remote server returned an error: (550) File unavailable\n".into(), "name-not-found"),
        ("NcFTP 3.2.5\nConnecting to h...\nncftp: cannot open h: unknown host.\n".into(), "connect-failed"),
        (
            "Status:\tConnecting to 198.51.100.7:21...\nStatus:\tConnection established, waiting for welcome message...\n\
             Error:\tConnection closed by server\n"
                .into(),
            "closed-before-greeting",
        ),
        ("Error:\tDisconnected from server: ECONNABORTED - Connection aborted\n".into(), "control-reset"),
        ("* Connected to h (1.2.3.4) port 21\n< SSH-2.0-OpenSSH_7.4\n* Weird server reply\n".into(), "not-ftp"),
    ] {
        assert_eq!(cause(&log), expected, "{log}");
    }
    let ncftp = "Connecting to h...\n220: hi\nConnected to h.\nCmd: PORT 1,2,3,4,5,6\n200: ok\nCmd: LIST\n\
        425: timed out\nList failed.\n";
    let explained = of(ncftp);
    assert_eq!(
        (explained.sessions, explained.later.len()),
        (1, 0),
        "{explained:?}"
    );
}

#[test]
fn options_are_those_of_the_server_that_the_greeting_names() {
    let log = |greeting: &str| {
        format!(
            "220 {greeting}\nUSER bob\n331 word?\nPASS x\n530 User cannot log in, home directory inaccessible.\n"
        )
    };
    assert!(
        problem(&log("Microsoft FTP Service"))
            .server_options
            .is_empty()
    );
    assert_eq!(
        problem(&log("(vsFTPd 3.0.5)")).server_options,
        ["vsftpd: local_root"]
    );
    assert_eq!(problem(&log("hi")).server_options, ["vsftpd: local_root"]);
}

#[test]
fn an_endless_user_name_is_cut() {
    let log = format!("220 hi\nUSER {}\n530 no\n", "a".repeat(60_000));
    let explained = of(&log);
    assert!(format!("{explained:?}").len() < 10_000);
}

#[test]
fn an_arrow_or_a_question_alone_is_no_screen() {
    let arrows = "→ click here\n→ list the files\nUSER bob\n530 no\n";
    let explained = of(arrows);
    assert_eq!((explained.program, explained.not_understood), (None, 2));
    let lftp = "Password:\n---- Connecting to h (1.2.3.4) port 21\n<--- 220 hi\n---> USER bob\n<--- 331 word?\n\
        ---> PASS x\n<--- 530 no\n";
    let explained = of(lftp);
    assert!(
        explained.oddities.is_empty() && explained.overcome.is_empty(),
        "{explained:?}"
    );
    let mixed = "  connected to 127.0.0.1:2121\n220 hi\n→ USER A\n230 in\n2026-11-29 10:00:00 [7] RETR f\n2026-11-29 10:00:00 [7] 550 No such file\n";
    assert_eq!(cause(mixed), "no-such-file");
}

#[test]
fn what_a_lesson_shows_is_not_taken_as_sent() {
    let login = "220 hi\nftp> USER A\n331 word?\nftp> PASS ****\n230 in\n";
    let lesson_9 = "    APPE 1.TXT              what is sent now is added to the end of the file\n\
        \x20   APPE 1.TXT <<< 'text'   the same, with what is sent in one line\n";
    for (log, expected) in [
        (
            format!("{login}{lesson_9}ftp> PASV\n227 (127,0,0,1,9,9)\nftp \u{21c4}> APPE 1.TXT <<< 'five5'\n150 go\n226 done\nftp> exit\n\u{2192} QUIT\n221 bye\n"),
            "",
        ),
        (
            "    PORT 127,0,0,1,p1,p2\nftp> PORT 127,0,0,1\n501 The address cannot be read.\n\
             \x20 the form is: PORT <h1>,<h2>,<h3>,<h4>,<p1>,<p2>\nftp> LIST\n425 Use PASV or PORT first.\nftp>\n"
                .to_owned(),
            "argument-malformed",
        ),
    ] {
        let explained = of(&log);
        assert!(explained.oddities.is_empty(), "{log}{:?}", explained.oddities);
        assert_eq!(cause(&log), expected, "{log}");
        assert_eq!((explained.program, explained.not_understood), (Some("ftpsh"), 0), "{log}");
    }
}

#[test]
fn what_ftpsh_says_before_its_first_command_is_understood() {
    let log = "  a practice server on your own machine, made for this lesson: nothing can break\n  here\n\
        Lesson 1 of 18: A picture\n    you  ---->  the server\n  [you]   USER A\n220 hi\n\
        ftp> USER A\n331 word?\n\u{2502} --> RETR x\nftp> LIST\n530 no\n";
    let explained = of(log);
    assert_eq!(
        (explained.program, explained.not_understood),
        (Some("ftpsh"), 0),
        "{explained:?}"
    );
    assert!(explained.oddities.is_empty(), "{:?}", explained.oddities);
}

#[test]
fn verbs_typed_in_capitals_make_no_other_client_ftpsh() {
    let log = "220 hi\nftp> USER bob\n331 word?\nPassword:\n230 in\nftp> QUIT\n221 bye\n";
    assert_eq!(of(log).program, Some("ftp"));
}

#[test]
fn a_way_that_the_log_shows_as_failed_is_not_what_helps() {
    let login = "< 220 hi\n> USER bob\n< 230 in\n";
    let epsv = "> EPSV\n< 229 go (|||4000|)\n* connect to 192.0.2.1 port 4000 failed: Connection timed out\n";
    let pasv = "> PASV\n< 227 go (10,0,0,5,200,1)\n* connect to 10.0.0.5 port 51201 failed: Connection timed out\n";
    let active = "`listen` (the server connects then)";
    for (log, expected) in [
        (
            format!("{login}{epsv}* Failed EPSV attempt. Disabling EPSV\n{pasv}"),
            active,
        ),
        (format!("{login}{epsv}"), &format!("PASV, or {active}")),
        (format!("{login}> EPSV\n< 500 no\n{pasv}"), active),
        (
            format!("{login}> EPRT |1|10.0.0.9|4000|\n< 500 no\n{pasv}"),
            "EPSV",
        ),
        (
            format!(
                "{login}> EPSV\n< 229 go (|||4000|)\n> LIST\nError: Timed out after 20 seconds of inactivity\n"
            ),
            &format!("PASV, or {active}"),
        ),
        (
            format!("{login}> PASV\n< 227 no address\n"),
            &format!("EPSV, or {active}"),
        ),
    ] {
        let wrong = of(&log).problem.unwrap();
        assert_eq!(wrong.explanations[0].next, expected, "{log}");
    }
}

#[test]
fn a_port_that_was_not_reached_is_not_got_over_by_the_offer_of_another() {
    let login = "220 hi\nftp> USER A\n331 word?\nftp> PASS ****\n230 in\nftp> ls\n";
    let failed = "\u{2192} PASV\n227 go (127,0,0,1,9,9)\nftpsh: no data connection to 127.0.0.1:2313: Connection refused\n\
        \u{2192} EPSV\n229 go (|||4000|)\n";
    let log = format!(
        "{login}{failed}ftpsh: no data connection to 127.0.0.1:4000: Connection refused\nftp> LIST\n425 Use PASV\n"
    );
    let explained = of(&log);
    assert!(explained.overcome.is_empty(), "{:?}", explained.overcome);
    let wrong = explained.problem.unwrap();
    assert_eq!((wrong.line, wrong.is_of("PASV")), (9, true));
    // Without times nothing is said of any.
    assert!(
        wrong.explanations[0].here.contains("answered \"no\". "),
        "{wrong:?}"
    );
    for reply in ["150 go\n226 done\n", "150 go\n"] {
        let explained = of(&format!("{login}{failed}\u{2192} LIST\n{reply}"));
        assert_eq!(explained.overcome.len(), 1, "{explained:?}");
    }
}

#[test]
fn an_upload_whose_data_all_went_lacks_a_reply_and_no_data() {
    let log = "> PASV\n< 227 (198,51,100,7,9,9)\n> STOR f\n< 150 go\n} [5 bytes data]\n* We are completely uploaded and fine\n\
        * Operation too slow. Less than 1 bytes/sec transferred the last 5 seconds\n\
        curl: (28) Operation too slow. Less than 1 bytes/sec transferred the last 5 seconds\n";
    assert_eq!(cause(log), "no-final-reply");
}

#[test]
fn an_offer_that_cannot_be_read_is_quoted() {
    let wrong = problem("> PASV\n< 227 no address\n");
    assert_eq!(String::from_utf8_lossy(&wrong.text), "227 no address");
}

#[test]
fn the_server_is_named_as_the_log_names_it() {
    let log = "* Host ftp.example.com:21 was resolved.\n* IPv4: 192.0.2.10\n*   Trying 192.0.2.10:21...\n\
        * Connected to ftp.example.com (192.0.2.10) port 21\n< 220 hi\n> USER bob\n< 331 word?\n> PASS x\n< 230 in\n\
        > PASV\n< 227 go (192,0,2,10,9,9)\n";
    let story = of(log).story;
    assert_eq!(
        (story.host.as_deref(), story.port),
        (Some("ftp.example.com"), Some(21))
    );
    let private = log
        .replace("192.0.2.10", "10.0.0.5")
        .replace("192,0,2,10", "10,0,0,5");
    assert_eq!(of(&private).story.unused_offer, None);
}

#[test]
fn what_helps_after_a_password_that_was_refused_in_clear_is_what_its_cause_says() {
    let log = "220 hi\nUSER bob\n331 word?\nPASS x\n530 no\n";
    assert!(next(log).contains("AUTH TLS"), "{}", next(log));
}

#[test]
fn a_port_that_names_another_address_than_the_client_has_is_blamed_for_that() {
    let log = |client: &str, command: &str, reply: &str| {
        format!(
            "Sun Nov 29 10:00:00 2026 [pid 2] [bob] FTP command: Client \"{client}\", \"{command}\"\n\
             Sun Nov 29 10:00:00 2026 [pid 2] [bob] FTP response: Client \"{client}\", \"{reply}\"\n"
        )
    };
    let port = "PORT 192,168,1,5,200,10";
    let illegal = "500 Illegal PORT command.";
    for (client, command, reply, expected) in [
        ("192.0.2.77", port, illegal, "port-of-other-address"),
        ("::ffff:192.0.2.77", port, "500 no", "port-of-other-address"),
        (
            "192.0.2.77",
            "EPRT |1|192.168.1.5|51210|",
            "500 no",
            "port-of-other-address",
        ),
        ("192.168.1.5", port, illegal, "port-refused"),
    ] {
        let log = log(client, command, reply);
        assert_eq!(cause(&log), expected, "{log}");
        let is_listen_left = next(&log).contains("listen");
        assert_eq!(is_listen_left, expected == "port-refused", "{log}");
        let blamed = problem(&log).explanations;
        let blamed = blamed.iter().filter(|it| it.id.starts_with("port-"));
        assert_eq!(blamed.count(), 1, "{log}");
    }
    let pyftpdlib = "[D 2026-11-29 10:00:00] 192.0.2.77:55678-[bob] <- PORT 192,168,1,5,200,10\n\
        [D 2026-11-29 10:00:00] 192.0.2.77:55678-[bob] -> 501 Rejected data connection to foreign address 192.168.1.5:51210.\n";
    assert_eq!(cause(pyftpdlib), "port-of-other-address");
}

#[test]
fn what_was_redirected_stands_in_what_helps() {
    let log = "220 hi\nftp> USER A\n230 in\nftp> PASV\n227 (127,0,0,1,9,9)\nftp \u{21c4}> APPE 1.TXT < 1.TXT +5\n\
        425 Can't open data connection.\n";
    assert!(next(log).contains("APPE 1.TXT < 1.TXT +5"), "{}", next(log));
}
