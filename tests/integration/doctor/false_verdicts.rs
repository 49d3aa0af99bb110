//! What a server that says odd things was once blamed for, or praised for.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ftpsh::practice::PracticeServer;

use super::examination::{Examination, doctor, examine};
use super::meddler::{Meddling, meddle, without_tls};
use crate::support::practice::practice_server;

fn server() -> PracticeServer {
    let server = practice_server(&[]);
    let file = server.server_folder().join("data.bin");
    fs::write(file, b"a line\n".repeat(1000)).expect("the server's folder is the test's own");
    server
}

fn reply_with(reply: fn(&str, usize) -> String) -> Meddling {
    Meddling {
        reply,
        ..Meddling::default()
    }
}

/// Everything is allowed and tried, and what became of it.
fn examine_meddled(meddling: Meddling) -> Examination {
    let server = server();
    examine(doctor(meddle(server.address(), meddling), "A", "A"))
}

fn json(address: SocketAddr, password: &str) -> (i32, serde_json::Value) {
    let program = crate::support::ftpsh::Ftpsh::new();
    let finished = program
        .args(["doctor", &address.to_string(), "--user", "A", "--json"])
        .env("FTPSH_PASSWORD", password)
        .run();
    let report = serde_json::from_slice(&finished.stdout).expect("--json writes JSON");
    (finished.status, report)
}

#[test]
fn a_login_that_fails_is_a_finding_and_no_success() {
    let refused = reply_with(|line, _| line.replace("230 ", "421 "));
    let addresses = [(server(), None, "wrong"), (server(), Some(refused), "A")];
    for (server, meddling, password) in addresses {
        let address = match meddling {
            Some(meddling) => meddle(server.address(), meddling),
            None => server.address(),
        };
        let (code, report) = json(address, password);
        assert_eq!(code, 9, "{report}");
        let login = finding(&report, "login");
        assert_eq!(login["verdict"], "bad", "{login}");
        let evidence = login["evidence"].to_string();
        assert!(evidence.contains("USER A"), "{evidence}");
        let cut_short = report["cut_short"].as_str().unwrap_or_default();
        assert!(cut_short.starts_with("the login failed: "), "{cut_short}");
    }
}

/// Each way in clear with its result and the detail.
fn clear_ways(report: &serde_json::Value) -> Vec<String> {
    let ways = report["ways"].as_array().expect("there are ways");
    let clear = ways.iter().filter(|way| way["protection"] == "clear");
    let text =
        |way: &serde_json::Value, name: &str| way[name].as_str().unwrap_or_default().to_owned();
    clear
        .map(|way| {
            let words = ["mode", "result", "detail"].map(|name| text(way, name));
            words.join(" ").trim_end().to_owned()
        })
        .collect()
}

#[test]
fn a_server_that_says_226_to_everything_has_no_way_in() {
    let server = server();
    let meddling = Meddling {
        command: |line| match line.get(..4) {
            Some("USER" | "PASS" | "QUIT") => line.to_owned(),
            _ => "NOOP".to_owned(),
        },
        reply: |line, _| match line.get(..3) {
            Some("200") => "226 whatever".to_owned(),
            _ => line.to_owned(),
        },
        ..Meddling::default()
    };
    let (_, report) = json(meddle(server.address(), meddling), "A");
    let ways = clear_ways(&report);
    let expected =
        ["EPSV", "PASV", "PORT"].map(|mode| format!("{mode} rejected {mode}: 226 whatever"));
    assert_eq!(ways, expected, "{report}");
    for id in ["epsv", "pasv-dial", "active"] {
        assert_eq!(finding(&report, id)["verdict"], "bad", "{report}");
    }
}

#[test]
fn an_auth_tls_that_nobody_answers_is_silence_and_no_refusal() {
    for (fault, result) in [("silent=AUTH", "silent"), ("reply=AUTH:502 no", "refused")] {
        let server = practice_server(&[fault]);
        let finished = crate::support::ftpsh::Ftpsh::new()
            .args(["doctor", &server.address().to_string(), "--user", "A"])
            .args(["--json", "--timeout", "1"])
            .env("FTPSH_PASSWORD", "A")
            .run();
        let report: serde_json::Value =
            serde_json::from_slice(&finished.stdout).expect("--json writes JSON");
        let ways = report["ways"].as_array().expect("there are ways");
        let mut explicit = ways.iter().filter(|way| way["protection"] == "explicit");
        assert!(explicit.all(|way| way["result"] == result), "{report}");
    }
}

#[test]
fn a_421_says_nothing_of_how_lines_are_read() {
    let server = server();
    let meddling = Meddling {
        command: |line| match line {
            "noop" => "QUIT".to_owned(),
            line => without_tls(line),
        },
        reply: |line, _| line.replace("221 ", "421 "),
        ..Meddling::default()
    };
    let (_, report) = json(meddle(server.address(), meddling), "A");
    let handling = finding(&report, "line-handling");
    assert_eq!(handling["verdict"], "unknown", "{handling}");
}

fn finding<'a>(report: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    let findings = report["findings"].as_array().expect("there are findings");
    let found = findings.iter().find(|it| it["id"] == id);
    found.expect("each check is told")
}

#[test]
fn a_listing_that_is_longer_than_is_read_is_no_fault_of_the_ways() {
    let server = server();
    let name = "n".repeat(200);
    for number in 0..6000 {
        fs::write(server.server_folder().join(format!("{name}{number}")), b"")
            .expect("the server's folder is the test's own");
    }
    let (_, report) = json(meddle(server.address(), Meddling::default()), "A");
    let ways = clear_ways(&report);
    assert_eq!(ways, ["EPSV ok", "PASV ok", "PORT ok"], "{report}");
    for id in ["list-form", "list-options"] {
        assert_eq!(finding(&report, id)["verdict"], "ok", "{report}");
    }
    assert_eq!(
        finding(&report, "list-names")["verdict"],
        "skipped",
        "{report}"
    );
}

#[test]
fn a_list_that_is_refused_is_not_charged_to_epsv_and_pasv() {
    let server = practice_server(&["reply=LIST:550 no list"]);
    let (_, report) = json(meddle(server.address(), Meddling::default()), "A");
    let ways = clear_ways(&report);
    let expected =
        ["EPSV", "PASV", "PORT"].map(|mode| format!("{mode} rejected LIST: 550 no list"));
    assert_eq!(ways, expected, "{report}");
    for id in ["epsv", "pasv-dial", "active"] {
        let finding = finding(&report, id);
        let title = finding["title"].as_str().unwrap_or_default();
        assert!(
            title.ends_with("is accepted, and LIST gives nothing"),
            "{title}"
        );
        assert_eq!(finding["verdict"], "warn", "{title}");
    }
}

/// What is said to be wrong.
fn wrong(examination: &Examination) -> BTreeMap<String, String> {
    let is_wrong = |verdict: &str| matches!(verdict, "warn" | "bad");
    let verdicts = examination.verdicts.iter();
    let wrong = verdicts.filter(|(_, verdict)| is_wrong(verdict));
    wrong
        .map(|(id, _)| (id.clone(), examination.text(id).to_owned()))
        .collect()
}

#[test]
fn a_reply_too_many_is_told_once_and_spoils_no_other_verdict() {
    let undisturbed = wrong(&examine_meddled(Meddling::default()));
    let doubled: [fn(&str, usize) -> String; 3] = [
        |line, _| doubled(line, "227 "),
        |line, _| doubled(line, "257 "),
        |line, _| doubled(line, "350 "),
    ];
    for reply in doubled {
        let examination = examine_meddled(reply_with(reply));
        let mut found = wrong(&examination);
        assert!(found.remove("reply-codes").is_some(), "{found:?}");
        found.retain(|id, _| !undisturbed.contains_key(id));
        assert!(found.is_empty(), "{found:#?}");
    }
}

fn doubled(line: &str, beginning: &str) -> String {
    match line.starts_with(beginning) {
        true => format!("{line}\r\n{line}"),
        false => line.to_owned(),
    }
}

#[test]
fn the_end_of_a_session_is_no_refusal() {
    let meddling = Meddling {
        command: |line| match line == "USER ftpsh-doctor" || line.starts_with("CWD ") {
            true => "QUIT".to_owned(),
            false => super::meddler::without_tls(line),
        },
        reply: |line, _| line.replace("221 ", "421 "),
        ..Meddling::default()
    };
    let examination = examine_meddled(meddling);
    for id in ["clear-login", "long-line"] {
        assert_eq!(
            examination.verdict(id),
            "unknown",
            "{}",
            examination.text(id)
        );
    }
}

fn examine_faulty(fault: &str) -> Examination {
    let server = practice_server(&[fault]);
    let file = server.server_folder().join("data.bin");
    fs::write(file, b"a line\n".repeat(1000)).expect("the server's folder is the test's own");
    examine(doctor(
        meddle(server.address(), Meddling::default()),
        "A",
        "A",
    ))
}

#[test]
fn pwd_that_is_refused_leaks_nothing_and_blames_no_abor() {
    let server = practice_server(&["reply=PWD:550 no"]);
    // More than comes before an ABOR is heard.
    let file = fs::File::create(server.server_folder().join("long.bin"));
    let file = file.expect("the server's folder is the test's own");
    file.set_len(64 << 20).expect("nothing is written for it");
    let address = meddle(server.address(), Meddling::default());
    let examination = examine(doctor(address, "A", "A"));
    assert_eq!(examination.verdict("login-state"), "skipped");
    // Nothing urgent goes past the meddler, so that the server does not understand the ABOR.
    let text = examination.text("abor-transfer");
    assert_eq!(examination.verdict("abor-transfer"), "info", "{text}");
    let examination = examine_faulty("reply=PWD:331 password");
    assert_eq!(examination.verdict("login-state"), "skipped");
}

#[test]
fn a_code_of_no_class_accepts_nothing() {
    let server = practice_server(&["reply=PORT:599 what"]);
    let meddling = reply_with(|line, _| line.replace("599 ", "999 "));
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    for id in ["bounce", "port-privileged"] {
        assert_eq!(
            examination.verdict(id),
            "unknown",
            "{}",
            examination.text(id)
        );
    }
}

#[test]
fn what_a_line_of_100000_bytes_brings_about_is_not_blamed_on_the_replies() {
    let meddling = Meddling {
        command: |line| match line.len() > 1000 {
            true => "XLONG\r\nXLONG\r\nXLONG".to_owned(),
            false => super::meddler::without_tls(line),
        },
        ..Meddling::default()
    };
    let examination = examine_meddled(meddling);
    let text = examination.text("reply-codes");
    assert_eq!(examination.verdict("reply-codes"), "ok", "{text}");
}

#[test]
fn a_listing_is_judged_in_type_a_whatever_the_type_was_before() {
    let meddling = Meddling {
        // As on servers that refuse a listing in TYPE I: there the path does not exist.
        command: {
            static IS_ASCII: AtomicBool = AtomicBool::new(false);
            |line| {
                match line {
                    "TYPE A" => IS_ASCII.store(true, Ordering::SeqCst),
                    "TYPE I" => IS_ASCII.store(false, Ordering::SeqCst),
                    _ => (),
                }
                match (line.split(' ').next(), IS_ASCII.load(Ordering::SeqCst)) {
                    (Some("LIST" | "NLST"), false) => "LIST no-such-folder".to_owned(),
                    _ => super::meddler::without_tls(line),
                }
            }
        },
        ..Meddling::default()
    };
    let examination = examine_meddled(meddling);
    for id in ["pasv-dial", "list-form", "list-names", "names"] {
        let text = examination.text(id);
        assert_eq!(examination.verdict(id), "ok", "{id}: {text}");
    }
}

#[test]
fn a_503_before_the_login_is_no_lack_of_the_command() {
    let examination = examine_meddled(Meddling {
        reply: |line, _| match line.starts_with("530 ") {
            true => "503 not logged in".to_owned(),
            false => line.to_owned(),
        },
        ..Meddling::default()
    });
    let text = examination.text("login-state");
    assert_eq!(examination.verdict("login-state"), "skipped", "{text}");
    assert!(!text.contains("does not have it"), "{text}");
}

#[test]
fn names_are_not_blamed_for_a_folder_that_nlst_does_not_list() {
    let server = server();
    fs::create_dir(server.server_folder().join("empty")).expect("the folder is the test's own");
    let meddling = Meddling {
        command: |line| match line.starts_with("NLST ") {
            true => "NLST empty".to_owned(),
            false => super::meddler::without_tls(line),
        },
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    let text = unwrapped(&examination, "names");
    assert_eq!(examination.verdict("names"), "unknown", "{text}");
    assert!(
        text.contains("lists nothing of what was stored there"),
        "{text}"
    );
}

#[test]
fn a_session_that_keeps_its_passive_port_does_not_tell_that_of_others() {
    // PASV right after PASV is not passed on, and answered with the 227 before.
    static BEFORE: Mutex<String> = Mutex::new(String::new());
    static OFFERED: Mutex<String> = Mutex::new(String::new());
    static IS_REPEATED: AtomicBool = AtomicBool::new(false);
    let examination = examine_meddled(Meddling {
        command: |line| {
            let before = std::mem::replace(&mut *BEFORE.lock().expect("unpoisoned"), line.into());
            match before == "PASV" && line == "PASV" {
                true => {
                    IS_REPEATED.store(true, Ordering::SeqCst);
                    "NOOP".to_owned()
                }
                false => super::meddler::without_tls(line),
            }
        },
        reply: |line, _| {
            let mut offered = OFFERED.lock().expect("unpoisoned");
            if line.starts_with("227 ") {
                *offered = line.to_owned();
            }
            match IS_REPEATED.swap(false, Ordering::SeqCst) {
                true => offered.clone(),
                false => line.to_owned(),
            }
        },
        ..Meddling::default()
    });
    let text = examination.text("pasv-sequence");
    assert_eq!(examination.verdict("pasv-sequence"), "ok", "{text}");
}

#[test]
fn a_line_of_100000_bytes_does_not_fill_the_screen() {
    let examination = examine_meddled(Meddling::default());
    let text = unwrapped(&examination, "long-line");
    assert!(text.len() < 5000, "{} bytes", text.len());
    assert!(text.contains("(100004 bytes in all)"), "{text}");
}

fn unwrapped(examination: &Examination, id: &str) -> String {
    examination.text(id).replace('\n', " ")
}

#[test]
fn a_250_at_the_end_of_a_transfer_is_as_good_as_a_226() {
    let examination = examine_meddled(reply_with(|line, _| line.replace("226 ", "250 ")));
    for id in [
        "rest-download",
        "rest-upload",
        "appe",
        "empty-upload",
        "names",
    ] {
        assert_eq!(examination.verdict(id), "ok", "{}", examination.text(id));
    }
    assert_ne!(examination.verdict("ascii-conversion"), "warn");
}

#[test]
fn fractions_of_seconds_make_no_other_time() {
    let examination = examine_meddled(reply_with(|line, _| {
        let is_time = line.len() == 18 && line.starts_with("213 ");
        match is_time {
            true => format!("{line}.000"),
            false => line.to_owned(),
        }
    }));
    for id in ["mdtm-utc", "list-clock"] {
        let text = examination.text(id);
        assert_eq!(examination.verdict(id), "ok", "{text}");
    }
    let faults = ["reply=MFMT:213 yes", "reply=MDTM:213 20200102030405.123"];
    let server = practice_server(&faults);
    let examination = examine(doctor(server.address(), "A", "A"));
    let text = examination.text("mfmt");
    assert_eq!(examination.verdict("mfmt"), "ok", "{text}");
}

#[test]
fn a_229_in_the_form_of_a_227_is_no_epsv() {
    let server = server();
    let meddling = reply_with(|line, _| {
        let port = line
            .split('|')
            .nth(3)
            .and_then(|port| port.parse::<u16>().ok());
        match port.filter(|_| line.starts_with("229 ")) {
            Some(port) => format!("229 here (127,0,0,1,{},{})", port >> 8, port & 255),
            None => line.to_owned(),
        }
    });
    let (_, report) = json(meddle(server.address(), meddling), "A");
    assert_eq!(finding(&report, "epsv")["verdict"], "bad", "{report}");
    assert!(
        clear_ways(&report)[0].starts_with("EPSV rejected "),
        "{report}"
    );
    assert_eq!(finding(&report, "pasv-dial")["verdict"], "ok", "{report}");
}

#[test]
fn what_answers_any_name_is_not_said_to_refuse_it() {
    let examination = examine_meddled(Meddling {
        command: |line| {
            super::meddler::without_tls(line).replace("USER ftpsh-doctor-nobody", "NOOP")
        },
        reply: |line, _| match line.starts_with("200 ") && line.ends_with("okay.") {
            true => "230 come in".to_owned(),
            false => line.to_owned(),
        },
        ..Meddling::default()
    });
    assert_eq!(examination.verdict("user-enumeration"), "skipped");
}

#[test]
fn an_arrow_in_the_name_of_a_file_is_no_link() {
    let server = server();
    fs::write(server.server_folder().join("a -> b"), "x").expect("the folder is the test's own");
    let examination = examine(doctor(
        meddle(server.address(), Meddling::default()),
        "A",
        "A",
    ));
    let text = examination.text("list-names");
    assert_eq!(examination.verdict("list-names"), "ok", "{text}");
}

#[test]
fn what_is_too_little_to_compare_is_skipped() {
    let server = practice_server(&[]);
    fs::remove_file(server.server_folder().join("1.TXT")).expect("it is there");
    let examine = |server: &PracticeServer| {
        examine(doctor(
            meddle(server.address(), Meddling::default()),
            "A",
            "A",
        ))
    };
    assert_eq!(examine(&server).verdict("list-options"), "skipped");
    fs::write(server.server_folder().join("one"), "x").expect("the folder is the test's own");
    assert_eq!(examine(&server).verdict("rest-download"), "skipped");
}

#[test]
fn a_feature_whose_command_is_refused_is_told() {
    let server = practice_server(&[]);
    let meddling = Meddling {
        reply: |line, _| match line {
            " SIZE" => " SIZE\r\n MFMT\r\n HASH SHA-256".to_owned(),
            line => line.to_owned(),
        },
        command: |line| match line.split(' ').next() {
            Some("MFMT" | "AUTH") => format!("XX{line}"),
            _ => line.to_owned(),
        },
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    let text = unwrapped(&examination, "feat-truth");
    assert_eq!(examination.verdict("feat-truth"), "warn", "{text}");
    for command in ["AUTH TLS: ", "MFMT ", "HASH "] {
        assert!(text.contains(command), "{text}");
    }
}

#[test]
fn a_feat_whose_reply_does_not_end_is_told_and_does_not_cost_the_tls() {
    let server = server();
    let meddling = Meddling {
        command: str::to_owned,
        reply: |line, _| match line {
            "211 End" => " and more".to_owned(),
            line => line.to_owned(),
        },
        ..Meddling::default()
    };
    let program = doctor(meddle(server.address(), meddling), "A", "A");
    let program = program.arg("--ca").arg(server.certificate_path());
    let examination = examine(program.args(["--timeout", "2"]));
    let text = examination.text("feat-truth");
    assert_eq!(examination.verdict("feat-truth"), "warn", "{text}");
    assert_eq!(examination.verdict("tls-offered"), "ok");
}

/// Each connection is served on a thread of its own, with its number, counted from 0.
fn listen(
    serve: impl Fn(TcpStream, usize) -> io::Result<()> + Copy + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let clients = listener.incoming().map_while(Result::ok);
        for (number, client) in clients.enumerate() {
            thread::spawn(move || serve(client, number));
        }
    });
    address
}

/// What is read at once.
fn read_some(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4096];
    let count = client.read(&mut bytes)?;
    bytes.truncate(count);
    match count {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(bytes),
    }
}

#[test]
fn a_server_that_takes_each_segment_for_a_line_is_not_said_to_be_silent() {
    let address = listen(|mut client, _| {
        client.write_all(b"220 hello\r\n")?;
        loop {
            for line in String::from_utf8_lossy(&read_some(&mut client)?).lines() {
                let reply: &[u8] = match line.to_uppercase().as_str() {
                    "NOOP" => b"200 done\r\n",
                    "QUIT" => b"221 bye\r\n",
                    _ => b"502 no\r\n",
                };
                client.write_all(reply)?;
            }
        }
    });
    let program = crate::support::ftpsh::Ftpsh::new();
    let examination = examine(program.args(["doctor", &address.to_string(), "--verbose"]));
    let text = unwrapped(&examination, "line-handling");
    assert_eq!(examination.verdict("line-handling"), "warn", "{text}");
    assert!(
        text.contains("in pieces is taken for several lines"),
        "{text}"
    );
    // Its replies to the pieces are told there.
    let text = examination.text("reply-codes");
    assert_ne!(examination.verdict("reply-codes"), "warn", "{text}");
}

#[test]
fn a_server_that_is_ready_for_tls_too_late_at_times_is_told_although_the_first_time_went_well() {
    let server = server();
    let there = server.address();
    let address = listen(move |mut client, number| {
        static HAS_BEEN_LATE: AtomicBool = AtomicBool::new(false);
        let mut server = TcpStream::connect(there)?;
        let (mut answers, mut hears) = (server.try_clone()?, client.try_clone()?);
        thread::spawn(move || io::copy(&mut answers, &mut hears));
        loop {
            let bytes = read_some(&mut client)?;
            // A ClientHello of today: older ones are asked whether they are refused.
            let is_hello = bytes.first() == Some(&0x16) && bytes.get(9..11) == Some(&[3, 3]);
            if is_hello && number > 0 && !HAS_BEEN_LATE.swap(true, Ordering::SeqCst) {
                return client.write_all(b"500 what\r\n");
            }
            server.write_all(&bytes)?;
        }
    });
    let program = doctor(address, "A", "A");
    let examination = examine(program.arg("--ca").arg(server.certificate_path()));
    let text = unwrapped(&examination, "tls-offered");
    assert_eq!(examination.verdict("tls-offered"), "warn", "{text}");
}

#[test]
fn a_download_that_ends_because_its_connection_is_closed_is_no_abor_that_was_heard() {
    let server = practice_server(&[]);
    let file = fs::File::create(server.server_folder().join("long.bin"));
    let file = file.expect("the server's folder is the test's own");
    file.set_len(64 << 20).expect("nothing is written for it");
    let meddling = Meddling {
        command: |line| match line.ends_with("ABOR") {
            true => "XABOR".to_owned(),
            false => super::meddler::without_tls(line),
        },
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    let text = unwrapped(&examination, "abor-transfer");
    assert_eq!(examination.verdict("abor-transfer"), "info", "{text}");
    assert!(text.contains("is not understood"), "{text}");
}

#[test]
fn an_upload_that_is_reset_and_never_answered_is_a_finding() {
    let server = server();
    let meddling = reply_with(|line, _| match line.starts_with("426 ") {
        true => String::new(),
        false => line.to_owned(),
    });
    let program = doctor(meddle(server.address(), meddling), "A", "A");
    let examination = examine(program.args(["--timeout", "2"]));
    let text = unwrapped(&examination, "cut-upload");
    assert_eq!(examination.verdict("cut-upload"), "warn", "{text}");
    assert!(text.contains("is never answered"), "{text}");
}

#[test]
fn features_that_are_listed_after_the_login_alone_are_seen() {
    static HAS_LOGGED_IN: AtomicBool = AtomicBool::new(false);
    let examination = examine_meddled(Meddling {
        command: |line| {
            if line == "PASS A" {
                HAS_LOGGED_IN.store(true, Ordering::SeqCst);
            }
            match (line, HAS_LOGGED_IN.load(Ordering::SeqCst)) {
                ("FEAT", false) => "PWD".to_owned(),
                _ => super::meddler::without_tls(line),
            }
        },
        ..Meddling::default()
    });
    // It lists AUTH, which is refused here.
    let text = examination.text("feat-truth");
    assert!(text.contains("AUTH TLS: "), "{text}");
}

#[test]
fn lines_that_end_with_lf_alone_are_told() {
    let examination = examine_meddled(reply_with(|line, _| match line.strip_prefix("220 ") {
        Some(text) => format!("220-{text}\n220 {text}"),
        None => line.to_owned(),
    }));
    let text = unwrapped(&examination, "reply-form");
    assert_eq!(examination.verdict("reply-form"), "info", "{text}");
    assert!(text.contains("LF alone"), "{text}");
}

#[test]
fn nothing_is_said_to_be_left_that_was_refused_where_no_nlst_tells() {
    let server = server();
    let meddling = Meddling {
        command: |line| match line.split(' ').next() {
            Some("NLST") => format!("X{line}"),
            // It is refused, so that there is nothing to delete.
            Some("STOR") if line.ends_with("/empty") => "XSTOR".to_owned(),
            _ => super::meddler::without_tls(line),
        },
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    let told = examination.finished.stdout_text();
    assert!(!told.contains("is left on the server"), "{told}");
    let text = examination.text("names");
    assert_eq!(examination.verdict("names"), "skipped", "{text}");
}
