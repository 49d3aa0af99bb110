use super::{Command, DataPortUnreadable, DataPortUse, Event, Fit, Learnt, RestartMarker, UserPi};
use crate::protocol::{
    FileStructure, ProtectionLevel, ReplyCode, RepresentationType, TransferMode,
};

/// A session in which the greeting has come; every line beginning with a digit or a space is from the server.
fn after(dialogue: &[&str]) -> UserPi {
    let (mut pi, _) = UserPi::new();
    pi.receive(b"220 ready\r\n");
    for line in dialogue {
        if line.starts_with(|first: char| first.is_ascii_digit() || first == ' ') {
            pi.receive(format!("{line}\r\n").as_bytes());
        } else {
            pi.send(&Command::new(*line).unwrap());
        }
    }
    pi
}

fn learnt(dialogue: &[&str]) -> Learnt {
    after(dialogue).learnt().clone()
}

/// What happened after the greeting, without the replies themselves.
fn events(dialogue: &[&str]) -> Vec<Event> {
    let mut pi = after(dialogue);
    std::iter::from_fn(|| pi.next_event())
        .skip(2)
        .filter(|event| !matches!(event, Event::ReplyReceived { .. }))
        .collect()
}

#[test]
fn the_greeting_tells_a_server_that_swallows_a_synch() {
    for (greeting, swallows) in [
        (
            "220---------- Welcome to Pure-FTPd [privsep] ----------\r\n220 over\r\n",
            true,
        ),
        ("220 ProFTPD Server ready\r\n", false),
    ] {
        let (mut pi, _) = UserPi::new();
        pi.receive(greeting.as_bytes());
        assert_eq!(
            pi.learnt().ignores_abort_after_synch,
            swallows,
            "{greeting}"
        );
        pi.begin_protected();
        assert!(
            !pi.learnt().ignores_abort_after_synch,
            "it was said in the clear"
        );
    }
}

#[test]
fn parameters_are_learnt_from_the_replies_and_not_from_the_commands() {
    let accepted = learnt(&[
        "type i", "200 ok", "MODE Z", "200 ok", "STRU R", "200 ok", "PROT P", "200 ok",
    ])
    .parameters;
    assert_eq!(
        accepted.representation_type,
        Some(RepresentationType::Image)
    );
    assert_eq!(accepted.mode, Some(TransferMode::Deflate));
    assert_eq!(accepted.structure, Some(FileStructure::Record));
    assert_eq!(accepted.protection, Some(ProtectionLevel::Private));
    let refused = learnt(&[
        "TYPE I", "530 no", "MODE Z", "504 no", "STRU R", "504 no", "PROT P", "536 no",
    ]);
    assert_eq!(refused.parameters, Learnt::default().parameters);
    let unanswered = learnt(&["TYPE I", "MODE Z"]);
    assert_eq!(unanswered.parameters, Learnt::default().parameters);
    let kept = learnt(&["TYPE I", "200 ok", "TYPE A", "550 no"]);
    assert_eq!(
        kept.parameters.representation_type,
        Some(RepresentationType::Image)
    );
}

#[test]
fn the_user_is_the_one_who_was_named_and_was_not_refused() {
    let login = ["USER a b", "331 go on", "PASS x", "230 in"];
    let user = |more: &[&str]| {
        let learnt = learnt(&[&login[..], more].concat());
        (learnt.user.unwrap_or_default(), learnt.logged_in)
    };
    assert_eq!(user(&[]), (b"a b".to_vec(), true));
    assert_eq!(user(&["PWD", "257 \"/\""]), (b"a b".to_vec(), true));
    assert_eq!(user(&["USER c", "331 go on"]), (b"c".to_vec(), false));
    assert_eq!(user(&["USER c", "530 no"]), (b"a b".to_vec(), true));
    assert_eq!(user(&["USER c", "230 in"]), (b"c".to_vec(), true));
    assert_eq!(user(&["REIN", "220 again"]), (Vec::new(), false));
}

#[test]
fn a_type_is_doubtful_once_one_was_refused_until_the_next_is_accepted() {
    assert!(!learnt(&["TYPE I", "200 ok"]).type_is_doubtful);
    assert!(learnt(&["TYPE I", "200 ok", "TYPE X", "504 no"]).type_is_doubtful);
    assert!(learnt(&["TYPE X", "200 well"]).type_is_doubtful);
    assert!(!learnt(&["TYPE X", "504 no", "TYPE I", "200 ok"]).type_is_doubtful);
}

#[test]
fn a_restart_marker_is_used_up_only_by_a_file_transfer_that_began() {
    let pending = |rest: &[&str]| {
        let begin = ["REST 5", "350 ok"];
        learnt(&[&begin, rest].concat()).pending_restart
    };
    let five = Some(RestartMarker(5));
    let kept: &[&[&str]] = &[
        &[],
        &["NOOP", "200 ok"],
        &["PASV", "227 (127,0,0,1,1,1)"],
        &["RETR f"],
        &["RETR f", "550 no"],
        &["STOR f", "425 no"],
        &["LIST", "150 ok", "226 ok"],
        &["REST 9", "501 no"],
    ];
    for rest in kept {
        assert_eq!(pending(rest), five, "{rest:?}");
    }
    for verb in ["RETR", "STOR", "APPE", "STOU", "retr"] {
        assert_eq!(pending(&[verb, "150 ok"]), None, "{verb}");
        assert_eq!(pending(&[verb, "125 ok"]), None, "{verb}");
    }
    assert_eq!(pending(&["REST 0", "350 ok"]), None);
    assert_eq!(pending(&["REST 9", "350 ok"]), Some(RestartMarker(9)));
    assert_eq!(pending(&["REIN", "220 ok"]), None);
}

#[test]
fn a_marker_that_cannot_be_read_counts_as_pending_once_the_server_took_it() {
    for marker in ["abc", "-1", "", "99999999999999999999"] {
        let line = format!("REST {marker}");
        assert!(
            learnt(&[&line, "350 ok"]).pending_restart.is_some(),
            "{line}"
        );
        assert_eq!(learnt(&[&line, "501 no"]).pending_restart, None, "{line}");
    }
}

#[test]
fn the_directory_is_known_from_the_answer_to_pwd_alone() {
    let directory = |dialogue: &[&str]| learnt(dialogue).directory;
    let known = ["PWD", "257 \"/a \"\"b\"\"\" is it"];
    assert_eq!(directory(&known), Some(b"/a \"b\"".to_vec()));
    assert_eq!(
        directory(&[&known[..], &["MKD x", "257 \"/x\" made"]].concat()),
        Some(b"/a \"b\"".to_vec())
    );
    assert_eq!(
        directory(&[&known[..], &["CWD x", "550 no"]].concat()),
        Some(b"/a \"b\"".to_vec())
    );
    for change in ["CWD x", "CDUP", "XCWD x", "XCUP"] {
        let moved = [&known[..], &[change, "250 ok"]].concat();
        assert_eq!(directory(&moved), None, "{change}");
    }
    assert_eq!(directory(&["XPWD", "257 \"/\""]), Some(b"/".to_vec()));
    assert_eq!(directory(&["PWD", "257 nothing quoted"]), None);
}

#[test]
fn epsv_all_counts_once_it_was_accepted_in_either_way() {
    assert!(learnt(&["EPSV all", "200 ok"]).epsv_all);
    // Pure-FTPd and pyftpdlib.
    assert!(learnt(&["EPSV ALL", "220 ok"]).epsv_all);
    assert!(!learnt(&["EPSV ALL", "501 no"]).epsv_all);
    assert!(!learnt(&["EPSV", "229 (|||5|)"]).epsv_all);
    assert!(learnt(&["EPSV ALL", "200 ok", "EPSV", "229 (|||5|)"]).epsv_all);
    assert!(!learnt(&["EPSV ALL", "200 ok", "REIN", "220 ok"]).epsv_all);
}

#[test]
fn features_are_read_in_both_forms_and_replaced_by_the_next_list() {
    let indented = ["FEAT", "211-Features:", " SIZE", " REST STREAM", "211 End"];
    let prefixed = [
        "FEAT",
        "211-Features:",
        "211-SIZE",
        "211- REST STREAM ",
        "211 End",
    ];
    let expected = [b"SIZE".to_vec(), b"REST STREAM".to_vec()];
    assert_eq!(learnt(&indented).features, expected);
    assert_eq!(learnt(&prefixed).features, expected);
    let again = ["FEAT", "211-Features:", " MDTM", "211 End"];
    let twice = [&indented[..], &again].concat();
    assert_eq!(learnt(&twice).features, [b"MDTM".to_vec()]);
    let refused = [&indented[..], &["FEAT", "500 no"]].concat();
    assert_eq!(learnt(&refused).features, expected);
    assert!(learnt(&["FEAT", "211 none"]).features.is_empty());
    assert!(
        learnt(&["HELP", "211-x", " SIZE", "211 End"])
            .features
            .is_empty()
    );
}

#[test]
fn rein_starts_over_and_a_refused_one_does_not() {
    let before = [
        "TYPE I",
        "200 ok",
        "PWD",
        "257 \"/\"",
        "FEAT",
        "211-F",
        " SIZE",
        "211 End",
        "RNFR a",
        "350 ok",
    ];
    let over = learnt(&[&before[..], &["REIN", "220 ready"]].concat());
    assert_eq!(format!("{over:?}"), format!("{:?}", Learnt::default()));
    let kept = learnt(&[&before[..], &["REIN", "502 no"]].concat());
    assert_eq!(kept.features, [b"SIZE".to_vec()]);
    assert!(kept.directory.is_some());
}

#[test]
fn a_rename_is_pending_between_its_two_halves() {
    assert!(learnt(&["RNFR a", "350 ok"]).pending_rename);
    assert!(!learnt(&["RNFR a", "550 no"]).pending_rename);
    assert!(!learnt(&["RNFR a", "350 ok", "RNTO b", "250 ok"]).pending_rename);
}

#[test]
fn a_bare_line_is_a_secret_from_the_first_user_until_somebody_is_logged_in() {
    let asked = ["USER a", "331 password"];
    for (rest, is_asked, is_awaited) in [
        (&[][..], true, true),
        (&["PASS b", "332 account"], true, true),
        (&["PASS b", "332 account", "ACCT c", "230 in"], false, false),
        (&["PASS b", "230 in"], false, false),
        (&["PASS b", "232 in"], false, false),
        (&["PASS b", "202 no need"], true, false),
        (&["PASS b", "421 busy"], true, false),
        (&["PASS b", "500 what"], true, false),
        (&["PASS b", "501 syntax"], true, false),
        (&["PASS b", "530 no"], true, false),
        (&["PASS b", "530 no", "NOOP", "200 ok"], true, false),
        (&["PAS b", "500 what"], true, true),
        (&["NOOP", "200 ok"], true, true),
        (&["REIN", "220 again"], false, false),
    ] {
        let learnt = learnt(&[&asked, rest].concat());
        assert_eq!(learnt.secret_is_asked, is_asked, "{rest:?}");
        assert_eq!(learnt.awaits_secret, is_awaited, "{rest:?}");
    }
}

#[test]
fn the_password_of_a_url_is_masked_where_it_is_echoed() {
    for password in ["hunter22", "pw"] {
        let line = format!("RETR ftp://bob:{password}@h/f");
        let pi = after(&[&line, &format!("550 ftp://bob:{password}@h/f: none")]);
        let last = pi.last_answered().unwrap();
        assert_eq!(last.reply.lines, [b"550 ftp://bob:****@h/f: none"]);
        assert!(last.is_to(&["RETR"]));
        assert_eq!(last.argument(), b"ftp://bob:****@h/f");
    }
}

#[test]
fn a_second_reply_is_not_taken_for_the_greeting() {
    let pi = after(&["CWD a", "200 ok", "PWD", "250 again"]);
    let last = pi.last_answered().unwrap();
    assert_eq!(last.reply.code, ReplyCode(250));
    assert!(last.is_to(&["CWD"]));
    let learnt = learnt(&["USER a", "331 password", "PASS b", "331 again"]);
    assert!(learnt.awaits_secret && !learnt.logged_in);
}

#[test]
fn a_password_typed_ahead_of_a_refused_user_is_a_secret() {
    assert!(!learnt(&[]).secret_is_asked);
    for dialogue in [
        &["USER a"][..],
        &["USER a", "530 no"],
        &["user a", "500 no"],
    ] {
        assert!(learnt(dialogue).secret_is_asked, "{dialogue:?}");
    }
    assert!(!learnt(&["USER a", "230 in"]).secret_is_asked);
}

#[test]
fn a_data_port_is_offered_by_the_reply_whatever_the_command_was() {
    let offers = [
        ("PASV", "227 ok (127,0,0,1,4,1)", Some(1025)),
        ("EPSV", "227 ok (127,0,0,1,4,1)", Some(1025)),
        ("PASV", "229 ok (|||1025|)", Some(1025)),
        ("PASV", "228 ok (4,4,127,0,0,1,2,4,1)", Some(1025)),
        ("XYZZY", "227 ok (127,0,0,1,4,1)", Some(1025)),
        ("NOOP", "200 ok (127,0,0,1,4,1)", None),
    ];
    for (command, reply, port) in offers {
        let offered = events(&[command, reply])
            .into_iter()
            .find_map(|event| match event {
                Event::DataPortOffered(offered) => Some(offered.port),
                _ => None,
            });
        assert_eq!(offered, port, "{command}: {reply}");
    }
    let unreadable = Event::DataPortUnreadable(DataPortUnreadable::NoSixNumbers);
    assert!(events(&["PASV", "227 somewhere"]).contains(&unreadable));
    // Unexpected: nothing is dialled.
    assert!(events(&["227 ok (127,0,0,1,4,1)"]).is_empty());
}

#[test]
fn a_second_reply_teaches_nothing_and_answers_nothing_again() {
    let happened = events(&["CWD a", "200 ok", "PWD", "250 ok", "257 \"/a\""]);
    let fits: Vec<_> = happened
        .iter()
        .map(|event| match event {
            Event::CommandAnswered { reply, fit, .. } => (reply.code, *fit),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        fits,
        [(ReplyCode(200), Fit::Listed), (ReplyCode(257), Fit::Listed)]
    );
}

/// Commands and the codes of their final replies, in the order in which these came.
fn answers(dialogue: &[&str]) -> String {
    let (mut pi, _) = UserPi::new();
    pi.receive(b"220 ready\r\n");
    let mut sent = Vec::new();
    let mut answers = Vec::new();
    for line in dialogue {
        if line.starts_with(|first: char| first.is_ascii_digit()) {
            pi.receive(format!("{line}\r\n").as_bytes());
        } else {
            sent.push((pi.send(&Command::new(*line).unwrap()), *line));
        }
        while let Some(event) = pi.next_event() {
            let Event::CommandAnswered { entry, reply, .. } = event else {
                continue;
            };
            let answered = sent.iter().find(|(of, _)| *of == entry);
            answers.extend(answered.map(|(_, line)| format!("{line} {}", reply.code.0)));
        }
    }
    answers.join(", ")
}

#[test]
fn an_upload_and_the_commands_beside_it_get_their_own_replies() {
    let beside_an_upload = |steps: &[&str]| {
        let upload = ["STOR f", "150 go on", "NOOP", "200 ok"];
        answers(&[&upload[..], steps].concat())
    };
    assert_eq!(
        beside_an_upload(&["MKD d", "452 disk full", "257 \"d\""]),
        "NOOP 200, STOR f 452, MKD d 257"
    );
    assert_eq!(
        beside_an_upload(&["ABOR", "426 cut", "226 aborted"]),
        "NOOP 200, STOR f 426, ABOR 226"
    );
    assert_eq!(
        beside_an_upload(&["CWD d", "250 ok", "QUIT", "221 bye", "226 done"]),
        "NOOP 200, CWD d 250, QUIT 221, STOR f 226"
    );
    let learnt = learnt(&[
        "STOR f",
        "150 go on",
        "TYPE I",
        "200 image",
        "PWD",
        "226 done",
        "257 \"/d\"",
    ]);
    assert_eq!(learnt.directory.as_deref(), Some(&b"/d"[..]));
}

#[test]
fn a_connection_that_ends_hands_out_the_reply_that_was_not_finished() {
    let mut pi = after(&["NOOP"]);
    pi.receive(b"421 going");
    pi.end_of_file();
    let last = std::iter::from_fn(|| pi.next_event()).last();
    assert!(
        matches!(&last, Some(Event::CommandAnswered { reply, .. }) if reply.code == ReplyCode(421)),
        "{last:?}"
    );
    assert!(pi.ledger().is_empty());
}

#[test]
fn nothing_is_read_between_the_234_and_the_handshake() {
    let mut pi = after(&[
        "FEAT",
        "211-Features:",
        " REST STREAM",
        "211 End",
        "AUTH TLS",
    ]);
    while pi.next_event().is_some() {}
    pi.receive(b"234 go\r\n230 logged in\r\n");
    let happened: Vec<_> = std::iter::from_fn(|| pi.next_event()).collect();
    assert_eq!(happened.last(), Some(&Event::TlsAgreed));
    assert_eq!(happened.len(), 3, "{happened:?}");
    assert!(pi.has_unread_bytes());
    assert!(!pi.learnt().features.is_empty());
    pi.begin_protected();
    assert!(!pi.has_unread_bytes() && pi.learnt().features.is_empty());
    assert_eq!(pi.next_event(), None);
    pi.receive(b"220 unexpected\r\n");
    assert!(
        matches!(pi.next_event(), Some(Event::ReplyReceived { reply, .. }) if reply.code == ReplyCode(220))
    );
}

#[test]
fn only_a_234_to_auth_with_a_mechanism_of_tls_agrees_on_tls() {
    for (command, reply, agreed) in [
        ("AUTH TLS", "234 ok", Some(Event::TlsAgreed)),
        ("auth ssl ", "234 ok", Some(Event::TlsAgreed)),
        ("AUTH GSSAPI", "234 ok", None),
        ("AUTH TLS", "334 more", None),
        ("AUTH TLS", "534 no", None),
        ("NOOP", "234 ok", None),
        ("CCC", "200 ok", Some(Event::TlsEndAgreed)),
        ("CCC", "533 no", None),
        ("REIN", "220 ok", Some(Event::Reinitialised)),
        ("REIN", "502 no", None),
    ] {
        let last = events(&[command, reply]).pop();
        let last = last.filter(|event| !matches!(event, Event::CommandAnswered { .. }));
        assert_eq!(last, agreed, "{command} {reply}");
    }
}

#[test]
fn lines_ended_by_raw_bytes_await_replies_and_the_last_line_goes_on() {
    let mut pi = after(&[]);
    assert_eq!(pi.send_bytes(b"\xff\xf4").len(), 0);
    let entered = pi.send_bytes(b"NOOP\r\nTYPE I\r\nPASS hun");
    assert_eq!(entered.len(), 2);
    let command = pi.completed(&Command::new("ter2").unwrap());
    assert_eq!(command.secret(), Some(&b"hunter2"[..]));
    pi.send(&command);
    assert!(!pi.has_unfinished_line());
    assert_eq!(pi.ledger().open_verbs().count(), 3);
    pi.receive(b"200 ok\r\n200 image\r\n500 PASS hunter2?\r\n");
    let replies = std::iter::from_fn(|| pi.next_event());
    let shown = replies.filter_map(|event| match event {
        Event::ReplyReceived {
            reply, assignment, ..
        } => Some((assignment.fit, reply.lines.concat())),
        _ => None,
    });
    let (fit, last) = shown.last().unwrap();
    assert_eq!((fit, &last[..]), (Fit::Listed, &b"500 PASS ****?"[..]));
    let learnt = pi.learnt().parameters.representation_type;
    assert_eq!(learnt, Some(RepresentationType::Image));
}

#[test]
fn the_last_reply_is_kept_with_what_it_answered_and_what_was_known_before() {
    let pi = after(&["TYPE I", "200 ok", "PASS hunter2", "530 no hunter2"]);
    let last = pi.last_answered().unwrap();
    assert_eq!(last.command.as_ref().unwrap().line(), b"PASS ****");
    assert!(!format!("{last:?}").contains("hunter2"));
    assert!(last.is_to(&["PASS"]) && last.argument() == b"****");

    let pi = after(&["RNFR a", "350 on", "NOOP", "200 ok"]);
    let last = pi.last_answered().unwrap();
    assert!(last.before.pending_rename && !pi.learnt().pending_rename);

    let pi = after(&["RETR f", "150 on", "426 cut"]);
    let last = pi.last_answered().unwrap();
    assert!(last.begun && last.reply.code == ReplyCode(426));

    let pi = after(&["421 idle"]);
    let last = pi.last_answered().unwrap();
    assert!(last.unexpected && last.command.is_none() && last.verb().as_bytes().is_empty());

    let pi = after(&[]);
    let last = pi.last_answered().unwrap();
    assert!(!last.unexpected && last.command.is_none());
}

#[test]
fn a_data_port_is_known_until_a_transfer_uses_it_or_loses_it() {
    let table: &[(&[&str], Option<DataPortUse>)] = &[
        (&["LIST", "425 no"], None),
        (
            &["PASV", "227 ok (127,0,0,1,4,1)"],
            Some(DataPortUse::Passive),
        ),
        (&["PORT 127,0,0,1,4,1", "200 ok"], Some(DataPortUse::Active)),
        (&["PORT 127,0,0,1,4,1", "500 no"], None),
        (&["EPSV ALL", "200 ok"], None),
        (
            &["PASV", "227 ok (127,0,0,1,4,1)", "RETR f", "550 no"],
            Some(DataPortUse::Passive),
        ),
        (
            &["PASV", "227 ok (127,0,0,1,4,1)", "LIST", "150 on", "226 ok"],
            None,
        ),
        (&["PASV", "227 ok (127,0,0,1,4,1)", "LIST", "425 no"], None),
    ];
    for (dialogue, expected) in table {
        assert_eq!(learnt(dialogue).data_port, *expected, "{dialogue:?}");
    }
}

#[test]
fn a_user_is_logged_in_from_the_230_to_the_next_user_or_rein() {
    assert!(!learnt(&["USER a", "331 password"]).logged_in);
    assert!(learnt(&["USER a", "230 in"]).logged_in);
    let login = ["USER a", "331 password", "PASS b", "230 in"];
    assert!(learnt(&login).logged_in);
    let with = |more: &[&'static str]| learnt(&[&login[..], more].concat()).logged_in;
    assert!(with(&["USER b", "530 no"]));
    assert!(!with(&["USER b", "331 flushed"]));
    assert!(!with(&["REIN", "220 again"]));
}

/// What is known of the bytes of the last transfer of this dialogue.
fn announced(dialogue: &[&str]) -> Option<u64> {
    let begun = events(dialogue).into_iter().rev();
    let mut bytes = begun.filter_map(|event| match event {
        Event::TransferBegun { bytes, .. } => Some(bytes),
        _ => None,
    });
    bytes.next().expect("a transfer began")
}

#[test]
fn a_download_is_as_long_as_its_1yz_or_the_last_size_says_whichever_is_more() {
    let told = "150 data connection for f (7 bytes).";
    let untold = "150 here it comes";
    assert_eq!(announced(&["RETR f", told]), Some(7));
    assert_eq!(announced(&["RETR f", untold]), None);
    assert_eq!(announced(&["SIZE f", "213 9", "RETR f", untold]), Some(9));
    assert_eq!(announced(&["SIZE f", "213 9", "RETR f", told]), Some(9));
    assert_eq!(announced(&["SIZE f", "213 5", "RETR f", told]), Some(7));
    assert_eq!(announced(&["SIZE g", "213 9", "RETR f", untold]), None);
    assert_eq!(announced(&["SIZE f", "550 no", "RETR f", untold]), None);
    assert_eq!(
        announced(&["SIZE f", "213 9", "CWD d", "250 ok", "RETR f", untold]),
        None
    );
    assert_eq!(
        announced(&["SIZE f", "213 9", "TYPE A", "200 ok", "RETR f", untold]),
        None
    );
    for changing in [
        &["DELE f", "250 ok"][..],
        &["RNFR g", "350 go on", "RNTO f", "250 ok"],
        &["USER a", "331 password"],
        &["PASS a", "230 in"],
        &["SITE CPTO f", "250 ok"],
        &["STOR f", "150 go on", "SIZE f", "213 5", "226 ok"],
        &["APPE f", "552 full"],
        &["SIZE f", "550 no"],
        &["SIZE f", "200 9"],
    ] {
        let lines = [&["SIZE f", "213 9"], changing, &["RETR f", untold]].concat();
        assert_eq!(announced(&lines), None, "{changing:?}");
    }
    let size_in = ["TYPE I", "200 ok", "SIZE f", "213 9"];
    let again = ["TYPE I", "200 ok", "RETR f", untold];
    assert_eq!(announced(&[size_in, again].concat()), Some(9));
    assert_eq!(announced(&["LIST", told]), None);
}

#[test]
fn outside_stream_mode_nothing_says_how_many_bytes_come() {
    let told = "150 data connection for f (7 bytes).";
    let sized = |mode, answer| announced(&["SIZE f", "213 9", mode, answer, "RETR f", told]);
    assert_eq!(sized("MODE Z", "200 ok"), None);
    assert_eq!(sized("MODE B", "200 ok"), None);
    assert_eq!(sized("MODE Z", "504 no"), Some(9));
}

#[test]
fn after_a_rest_only_a_size_says_what_is_left() {
    let told = "150 data connection for f (7 bytes).";
    assert_eq!(announced(&["REST 4", "350 ok", "RETR f", told]), None);
    assert_eq!(
        announced(&["SIZE f", "213 9", "REST 4", "350 ok", "RETR f", told]),
        Some(5)
    );
}

#[test]
fn a_late_452_is_the_uploads_and_not_a_later_commands() {
    let mut pi = after(&[
        "STOR f", "150 send", "NOOP", "200 ok", "MKD d", "452 full", "257 made",
    ]);
    let given: Vec<_> = std::iter::from_fn(|| pi.next_event())
        .filter_map(|event| match event {
            Event::ReplyReceived {
                reply, assignment, ..
            } => {
                let verb = format!("{:?}", assignment.verb?);
                Some((reply.code.0, verb, assignment.fit, assignment.passed_over))
            }
            _ => None,
        })
        .skip(1)
        .collect();
    let expected = [(150, "STOR"), (200, "NOOP"), (452, "STOR"), (257, "MKD")]
        .map(|(code, verb)| (code, verb.to_owned(), Fit::Listed, Vec::new()));
    assert_eq!(given, expected);
}
