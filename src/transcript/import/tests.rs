use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Imported, Kind, read};

const ARTICLE: &str = include_str!("../../../tests/fixtures/article.txt");

#[track_caller]
fn imported(text: &str) -> Imported {
    let imported = read(text.as_bytes(), None).unwrap();
    imported.transcript.dialogue().unwrap();
    imported
}

/// The transcript without its head, and without the texts of replies.
#[track_caller]
fn body(imported: &Imported) -> String {
    let text = codes(imported);
    text.split_once("\n\n").unwrap().1.to_owned()
}

/// The transcript without the texts of replies.
fn codes(imported: &Imported) -> String {
    let text = imported.transcript.to_string();
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("# S> ")).collect()
}

#[test]
fn the_texts_of_replies_stand_in_comments_without_echoes_of_secrets() {
    let text = "220-a\n b\n220 c\nUSER bob\n331 who is {bob}\nPASS hunter2\n230 hunter2 it is\nFEAT\n211-x\n SIZE\n211 y\nNOOP\n200\n";
    let imported = imported(text);
    let text = imported.transcript.to_string();
    assert!(text.ends_with(
        "S> 220\n# S> 220-a\n# S>  b\n# S> 220 c\nC> USER {user}\nS> 331\n# S> 331 who is {{bob}\n\
         C> PASS {password}\nS> 230\n# S> 230 **** it is\nC> FEAT\nS> 211\n# S> 211-x\n# S>  SIZE\n# S> 211 y\n\
         C> NOOP\nS> 200\n"
    ), "{text}");
    let dialogue = imported.transcript.dialogue().unwrap();
    let served = dialogue.exchanges[1].replies[0].served();
    assert_eq!(served.lines, [b"331 who is {bob}"]);
}

#[test]
fn a_log_of_no_kind_of_its_own_is_read_by_its_form_and_of_several_sessions_the_longest() {
    let text = "10:00:00 [7] DEBUG 220 a\n10:00:00 [8] DEBUG 220 b\n10:00:01 [8] DEBUG USER bob\n10:00:01 [8] DEBUG 331 c\n\
                10:00:01 [7] DEBUG QUIT\n10:00:02 [8] DEBUG PASS hunter2\n10:00:02 [8] DEBUG 230 d\nwhat is this\n";
    let imported = imported(text);
    assert_eq!(imported.kind, Kind::Log);
    assert_eq!(
        body(&imported),
        "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\n\
         # here and elsewhere are lines of other sessions: they are left out\n"
    );
    assert_eq!(unknown(&imported), [8]);
}

/// The numbers of the lines that were not understood.
fn unknown(imported: &Imported) -> Vec<usize> {
    imported
        .not_understood
        .iter()
        .map(|remark| remark.line)
        .collect()
}

#[test]
fn the_article_is_one_session_with_its_stage_direction_obeyed() {
    let article = imported(ARTICLE);
    let expected = "\
# Imported from a dialogue with C: and S:.
# server: serv-u FTP Server v6.3 for WinSock ready ...
# var: user = A
# var: password = A

S> 220
C> user {user}
S> 331
C> pass {password}
S> 230
C> size 1.TXT
S> 213
C> pasv
S> 227
C> appe 1.TXT
S> 150
D< zfive5{no-eol}
S> 226
C> quit
S> 221
";
    assert_eq!(codes(&article), expected);
    assert_eq!(article.kind, Kind::Written);
    assert!(article.not_understood.is_empty() && article.notes.is_empty());
    let with_cr_lf = read(ARTICLE.replace('\n', "\r\n").as_bytes(), None).unwrap();
    assert_eq!(with_cr_lf.transcript, article.transcript);
}

#[test]
fn prose_around_a_dialogue_is_listed_and_changes_nothing() {
    let text = format!("How to resume:\n\n{ARTICLE}That is all.\n");
    let imported = imported(&text);
    let last = text.lines().count();
    assert_eq!(unknown(&imported), [1, last]);
    assert_eq!(imported.not_understood[1].text, "That is all.");
    assert_eq!(
        body(&imported),
        body(&super::read(ARTICLE.as_bytes(), None).unwrap())
    );
}

#[test]
fn a_written_window_is_closed_in_several_ways() {
    for (typed, data) in [
        ("C: a b (close the data connection)", "D< a b{no-eol}\n"),
        ("C: a b Close Windows", "D< a b{no-eol}\n"),
        ("C: a\nC: b [close window]", "D< a\nD< b{no-eol}\n"),
        ("C: a\n(closes the data connection.)", "D< a\n"),
        ("C: a close", "D< a close\n"),
        ("C: close the door", "D< close the door\n"),
        ("C: @x {y}", "D< {0x40}x {{y}\n"),
    ] {
        let text =
            format!("S: 220\nC: PASV\nS: 227 (1,2,3,4,5,6)\nC: STOR f\nS: 150\n{typed}\nS: 226\n");
        let imported = imported(&text);
        assert!(
            body(&imported).contains(&format!("S> 150\n{data}S> 226\n")),
            "{typed}: {}",
            body(&imported)
        );
        assert!(unknown(&imported).is_empty(), "{typed}");
    }
}

const TELNET_START: &str = "\
$ telnet 127.0.0.1
Trying 127.0.0.1...
Connected to 127.0.0.1.
Escape character is '^]'.
220 ready
USER tester
331 password?
PASS hunter2
230-welcome
 to this server
230 in
PASV
227 ok (127,0,0,1,11,79)
";

const TELNET_BODY: &str = "\
S> 220
C> USER {user}
S> 331
C> PASS {password}
S> 230
C> PASV
S> 227
C> APPE f
S> 150
D< a
D< b{no-eol}
S> 226
C> QUIT
S> 221
";

#[test]
fn a_line_that_the_server_refused_was_typed_whatever_it_says_unless_a_password_was_asked_for() {
    let text = format!("{TELNET_START}systt\n500 what?\nhello there\nQUIT\n221 bye\n");
    let imported = read(text.as_bytes(), Some(Kind::Telnet)).unwrap();
    assert!(
        body(&imported).contains("C> systt\nS> 500\nC> QUIT\nS> 221\n"),
        "{}",
        body(&imported)
    );
    assert_eq!(unknown(&imported).len(), 1);
    let secret = TELNET_START.replace("PASS hunter2", "passs hunter2\n500 what?\nPASS hunter2");
    let imported = read(secret.as_bytes(), Some(Kind::Telnet)).unwrap();
    assert!(!body(&imported).contains("hunter2"), "{}", body(&imported));
}

#[test]
fn a_second_telnet_in_between_or_after_is_the_data_connection() {
    let window = "Trying 127.0.0.1...\nConnected to 127.0.0.1.\nEscape character is '^]'.\n";
    let told_as_one = format!(
        "{TELNET_START}$ telnet 127.0.0.1 2895\n{window}APPE f\n150 go\na\nb^]\ntelnet> close\nConnection closed.\n226 ok\nQUIT\n221 bye\nConnection closed by foreign host.\n"
    );
    let told_apart = format!(
        "{TELNET_START}APPE f\n150 go\n226 ok\nQUIT\n221 bye\nConnection closed by foreign host.\n$ telnet 127.0.0.1 2895\n{window}a\nb^]\ntelnet> close\nConnection closed.\n"
    );
    let without_prompt = told_as_one.replace("$ telnet 127.0.0.1 2895\n", "");
    for text in [told_as_one, told_apart, without_prompt] {
        let imported = imported(&text);
        assert_eq!(body(&imported), TELNET_BODY, "{text}");
        assert_eq!(imported.kind, Kind::Telnet);
        assert!(unknown(&imported).is_empty(), "{text}");
    }
}

#[test]
fn data_that_were_received_are_comments_and_never_compared() {
    let text = format!(
        "{TELNET_START}RETR f\n150 go\n226 ok\nQUIT\n221 bye\n$ telnet 127.0.0.1 2895\nI am\n220 this is data\n"
    );
    let imported = imported(&text);
    assert!(body(&imported).contains(
        "C> RETR f\nS> 150\n# received: I am\n# received: 220 this is data\nS> 226\nC> QUIT\n"
    ));
}

#[test]
fn passwords_are_variables_without_a_value_unless_they_are_none() {
    for (login, defaults) in [
        ("C: USER bob\nC: PASS hunter2", "# var: user = bob\n\n"),
        ("C: USER bob\nC: PASS ****", "# var: user = bob\n\n"),
        (
            "C: USER ftp\nC: PASS me@x",
            "# var: user = ftp\n# var: password = me@x\n\n",
        ),
        (
            "C: USER a\nC: PASS a",
            "# var: user = a\n# var: password = a\n\n",
        ),
        ("C: USER {user}\nC: PASS {password}", ".\n\n"),
        (
            "C: USER a\nC: PASS x1\nC: USER b\nC: PASS x2\nC: USER a\nC: PASS x1",
            "# var: user = a\n# var: user_2 = b\n\n",
        ),
    ] {
        let imported = imported(&format!("S: 220\n{login}\nS: 230\n"));
        let text = codes(&imported);
        assert!(text.contains(defaults), "{text}");
        for secret in ["hunter2", "x1", "x2", "***"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let secrets = imported("S: 220\nC: acct 1234\nS: 230\nC: ADAT abcd\nS: 235\nC: x PASS 99\n");
    assert!(body(&secrets).contains("C> acct {account}\nS> 230\nC> ADAT {adat}\n"));
}

#[test]
fn a_line_that_was_not_understood_keeps_its_secret() {
    let imported = imported("S: 220\nthen send PASS hunter2\n");
    assert_eq!(imported.not_understood[0].text, "then send PASS ****");
    assert_eq!(imported.not_understood[0].line, 2);
}

#[test]
fn replies_find_their_commands_whatever_the_order() {
    let pipelined = imported(
        "---> CWD a\n---> TYPE I\n---> PASV\n<--- 220 x\n<--- 250 ok\n<--- 200 ok\n<--- 227 (1,2,3,4,5,6)\n",
    );
    assert_eq!(
        body(&pipelined),
        "S> 220\nC> CWD a\nS> 250\nC> TYPE I\nS> 200\nC> PASV\nS> 227\n"
    );
    let aborted = imported(
        "S: 220\nC: PASV\nS: 227 (1,2,3,4,5,6)\nC: RETR f\nS: 150\nC: ABOR\nS: 426\nS: 226\nC: QUIT\nS: 221\n",
    );
    assert!(body(&aborted).contains("C> RETR f\nS> 150\nC> ABOR\nS> 426\nS> 226\nC> QUIT\n"));
}

#[test]
fn what_is_missing_is_assumed_and_said() {
    let imported = imported("> USER x\n> SIZE f\n< 213 5\n> STOR f\n");
    let notes: Vec<usize> = imported.notes.iter().map(|note| note.line).collect();
    assert_eq!(notes, [1, 1, 4, 4]);
    assert_eq!(imported.kind, Kind::Curl);
    let dialogue: String = body(&imported)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.to_owned() + "\n")
        .collect();
    assert_eq!(
        dialogue,
        "S> 220\nC> USER {user}\nS> 3yz\nC> SIZE f\nS> 213\nC> STOR f\nS> 1yz\nS> 2yz\n"
    );
}

#[test]
fn a_second_session_is_left_out_and_named() {
    let one = "Response: 220 a\nRequest: QUIT\nResponse: 221 b\n";
    let imported = imported(&format!("{one}{one}"));
    assert_eq!(
        body(&imported).lines().take(3).collect::<Vec<_>>(),
        ["S> 220", "C> QUIT", "S> 221"]
    );
    assert_eq!(imported.notes[0].line, 4);
    for verb in ["REIN", "HOST x"] {
        let text = format!("S: 220 a\nC: {verb}\nS: 220 b\n");
        let same = super::read(text.as_bytes(), None).unwrap();
        assert_eq!(body(&same), format!("S> 220\nC> {verb}\nS> 220\n"));
    }
}

#[test]
fn ports_of_this_side_are_opened_anew() {
    let imported = imported(
        "< 220 x\n> PORT 10,0,0,1,4,5\n< 200 x\n> EPRT |1|10.0.0.1|4|\n< 200 x\n> eprt |2|::1|4|\n< 200 x\n> PORT x\n< 501 x\n",
    );
    assert!(body(&imported).contains(
        "C> PORT {listen}\nS> 200\nC> PORT {listen}\nS> 200\nC> eprt {listen}\nS> 200\nC> PORT x\n"
    ));
}

#[test]
fn logs_of_graphical_clients_are_read_in_their_documented_form() {
    let expected = "\
S> 220
C> AUTH TLS
S> 502
C> USER {user}
S> 331
C> PASS {password}
S> 230
C> FEAT
S> 211
C> PASV
S> 227
C> MLSD
S> 150
S> 226
";
    let filezilla = include_str!("../../../tests/fixtures/filezilla.log");
    let winscp = include_str!("../../../tests/fixtures/winscp.log");
    for (text, kind) in [(filezilla, Kind::FileZilla), (winscp, Kind::WinScp)] {
        let imported = imported(text);
        assert_eq!(imported.kind, kind);
        assert_eq!(body(&imported), expected);
        assert!(unknown(&imported).is_empty(), "{kind}");
    }
    let window = "Status:\tConnected\nResponse:\t220 a\nCommand:\tQUIT\nResponse:\t221 b\n";
    assert_eq!(body(&imported(window)), "S> 220\nC> QUIT\nS> 221\n");
}

#[test]
fn a_kind_that_is_asked_for_is_the_only_one_tried() {
    assert!(read(ARTICLE.as_bytes(), Some(Kind::WinScp)).is_err());
    assert!(read(b"nothing of the kind", None).is_err());
    assert!(read(b"", None).is_err());
    let bare = read(b"220 a\nQUIT\n221 b\n", Some(Kind::Telnet)).unwrap();
    assert_eq!(bare.kind, Kind::Telnet);
    for kind in Kind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert!("ftp".parse::<Kind>().is_err());
}

/// Lines that are all but right, in any notation.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let mark = select(vec![
        "C:",
        "s: ",
        "D:",
        "> ",
        "< ",
        "* ",
        "---> ",
        "<--- ",
        "---- ",
        "Command: ",
        "Response: ",
        "Request: ",
        "> 2024-03-01 10:00:00.1 ",
        "< 2024-03-01 10:00:00.1 ",
        "",
        "",
        "telnet h ",
        "# ",
        "Cmd:telnet ",
    ]);
    let text = prop_oneof![
        select(vec![
            "220 x",
            "USER a",
            "PASS a",
            "227 (1,2,3,4,5,6)",
            "229 (|||1286|)",
            "1286",
            "PASV",
            "STOR f",
            "RETR f",
            "LIST",
            "150 x",
            "226 x",
            "226-x",
            "ABOR",
            "QUIT",
            "221 x",
            "REIN",
            "421 x",
            "PORT 1,2,3,4,5,6",
            "x close",
            "USER {password}",
            "PASS {user}",
            "PASS {x}",
            "USER {x}",
            "windows",
            "(close the window)",
            "{x} {no-eol}",
            "@file x",
            "Trying ",
            "Connection closed",
            "PASS ",
            "PASS  ",
            "USER  x ",
            "230-",
            " 230 x",
            "...",
            "Close",
            "^]",
            "a\u{1b}b \u{202e}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>(), 0..12),
        Just(Vec::new()),
    ];
    (mark, text).prop_map(|(mark, text)| [mark.as_bytes(), &text, b"\n"].concat())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(2000))]

    #[test]
    fn any_bytes_are_imported_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        for kind in Kind::ALL.map(Some).into_iter().chain([None]) {
            if let Ok(imported) = read(&bytes, kind) {
                prop_assert!(imported.transcript.dialogue().is_ok(), "{}", imported.transcript);
            }
        }
    }

    #[test]
    fn whatever_is_imported_can_be_played(lines in vec(line(), 0..40)) {
        let bytes = lines.concat();
        for kind in Kind::ALL.map(Some).into_iter().chain([None]) {
            let Ok(imported) = read(&bytes, kind) else { continue };
            let text = imported.transcript.to_string();
            let again = crate::transcript::Transcript::read(text.as_bytes()).unwrap();
            let dialogue = again.dialogue();
            prop_assert!(dialogue.is_ok(), "{:?}\n{}", dialogue.err(), text);
            prop_assert_eq!(again, imported.transcript);
        }
    }

    #[test]
    fn every_line_is_something(lines in vec(line(), 0..40)) {
        let bytes = lines.concat();
        let text = super::Text::of(&bytes);
        for kind in Kind::ALL {
            let items = kind.recognise(&text.lines());
            for number in 1..=text.lines().len() {
                prop_assert!(items.iter().any(|item| item.line == number), "{} {}", kind, number);
            }
        }
    }
}

#[test]
fn a_user_name_that_may_be_a_password_is_no_default() {
    let log = "S: 220 hi\nC: USER hunter2X9\nS: 530 hunter2X9 who?\nC: USER bob\nS: 331 word?\nC: PASS ****\nS: 230 in\n";
    let imported = read(log.as_bytes(), None).unwrap();
    let text = imported.transcript.to_string();
    assert!(!text.contains("hunter"), "{text}");
    assert!(text.contains("# var: user_2 = bob"), "{text}");
}

#[test]
fn a_session_in_another_notation_is_left_out_and_named() {
    let log = "---- Connecting to h (203.0.113.7) port 21\n<--- 220 hi\n---> USER bob\n<--- 331 word?\n---> PASS XXXX\n\
               <--- 230 in\n---> PWD\n<--- 257 \"/\"\n---> QUIT\n<--- 221 bye\n* Connected to h (203.0.113.7) port 21\n\
               < 220 hi\n> USER eve\n< 530 no\n* Closing connection\n";
    let imported = read(log.as_bytes(), None).unwrap();
    assert_eq!(imported.not_understood, []);
    let notes: Vec<_> = imported
        .notes
        .iter()
        .map(|note| (note.line, note.text.contains("other sessions")))
        .collect();
    assert_eq!(notes, [(12, true)]);
    assert!(!imported.transcript.to_string().contains("eve"));
}
