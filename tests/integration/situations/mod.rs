//! What goes wrong, played by a scripted server to the real program: `why` names the cause and what to type next.

use std::collections::BTreeSet;
use std::thread;

use crate::support::certificates::ServerCertificate;
use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::Script;
use crate::support::sockets::{listen, port_of};
use crate::support::tls_server::TlsServer;

const TABLE: &str = include_str!("situations.table");
const CAUSES: &str = include_str!("../../../src/evidence/causes.table");

/// One row: what is typed and answered, and what `why` must say of it.
struct Situation {
    line: usize,
    dialogue: &'static str,
    cause: &'static str,
    next: &'static str,
}

fn rows() -> Vec<Situation> {
    let lines = TABLE.lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(index, text)| {
        let line = index + 1;
        let read = text.split_once(" => ").and_then(|(dialogue, right)| {
            let (cause, next) = right.split_once(" | ")?;
            Some((dialogue.trim(), cause.trim(), next.trim()))
        });
        let (dialogue, cause, next) =
            read.unwrap_or_else(|| panic!("situations.table:{line}: DIALOGUE => CAUSE | NEXT"));
        Situation {
            line,
            dialogue,
            cause,
            next,
        }
    })
    .collect()
}

/// The script of a server, and the lines that are typed at it.
fn played(dialogue: &str) -> (Script, Vec<String>) {
    let certificate = ServerCertificate::self_signed();
    let tls = TlsServer::new(&certificate);
    let mut script = Script::new();
    let mut lines = Vec::new();
    let mut is_open = true;
    let steps: Vec<&str> = dialogue.split(" ; ").map(str::trim).collect();
    if !steps[0].starts_with('<') {
        script = script.send("220 ready\r\n");
    }
    for step in steps {
        let step = if step == "LOGIN" {
            "USER A -> 230 in"
        } else {
            step
        };
        let mut parts = step.split(" -> ").map(str::trim);
        let typed = parts.next().unwrap_or_default();
        let sent = typed.strip_prefix("= ").or(typed.strip_prefix("quote "));
        let sent = sent.unwrap_or(typed);
        let is_event = typed.starts_with('<');
        let answers: Vec<&str> = if is_event {
            vec![typed]
        } else {
            parts.collect()
        };
        if !is_event {
            if !typed.starts_with("= ") {
                lines.push(typed.replace("{closed}", &port_of(&listen()).to_string()));
            }
            // A line without an answer is not for the server.
            if answers.is_empty() {
                continue;
            }
            let operator = [" <<< ", " < ", " > ", " | "]
                .iter()
                .find_map(|it| sent.find(it));
            script = script.expect(&sent[..operator.unwrap_or(sent.len())]);
        }
        for answer in answers {
            script = match answer {
                "<port>" => script
                    .listen_data()
                    .send_with_port("227 go (127,0,0,1,{p1},{p2})\r\n")
                    .accept_data(),
                "<foreign port>" => script
                    .listen_data()
                    .send_with_port("227 go (10,9,9,9,{p1},{p2})\r\n")
                    .accept_data(),
                "<closed port>" => script.send(closed_port("127,0,0,1")),
                "<closed port of 0>" => script.send(closed_port("0,0,0,0")),
                "<closed port of 10>" => script.send(closed_port("10,9,9,9")),
                "<closes>" => {
                    is_open = false;
                    script.close()
                }
                "<resets>" => {
                    is_open = false;
                    script.reset()
                }
                "<silence>" => script,
                "<takes hello>" => script.take_record(),
                "<alert 40>" => script.send(b"\x15\x03\x03\x00\x02\x02\x28"),
                "<alert 70>" => script.send(b"\x15\x03\x03\x00\x02\x02\x46"),
                "<data>" => script.send_data("some data"),
                "<data ends>" => script.close_data(),
                "<data resets>" => script.reset_data(),
                "<reads data>" => script.read_data_to_end(),
                text if text.starts_with('<') => {
                    let text = text[1..text.len() - 1].replace("\\n", "\r\n");
                    script.send(format!("{text}\r\n"))
                }
                reply => {
                    let script = script.send(format!("{}\r\n", reply.replace("\\n", "\r\n")));
                    if reply.starts_with("234") {
                        script.secure_control(&tls)
                    } else {
                        script
                    }
                }
            };
        }
    }
    let script = if is_open {
        script.wait_for_client_close()
    } else {
        script
    };
    (script, lines)
}

/// A 227 with a port at which nobody listens.
fn closed_port(host: &str) -> String {
    let port = port_of(&listen());
    format!("227 go ({host},{},{})\r\n", port / 256, port % 256)
}

/// The cause and the next step that `why` shows.
fn asked_why(dialogue: &str) -> (String, String, String) {
    let (script, lines) = played(dialogue);
    let server = script.start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in [("text", &b"some text"[..]), ("nul", b"a\0b")] {
        std::fs::write(folder.path().join(name), content).expect("it is writable");
    }
    let program = Ftpsh::new()
        .current_dir(folder.path())
        .args(["--insecure", "--timeout", "1", "--reply-timeout", "3"])
        .telling_events();
    let lines = lines.iter().map(String::as_str).chain(["why"]);
    let program = program.args(lines.flat_map(|line| ["-c", line]));
    let said = program.arg(server.address().to_string()).run().stderr;
    // What the script had left to say is of no interest where the client went away.
    drop(server);
    let item = |label: &str| {
        let label = format!("  {label:<8}");
        let mut found = String::new();
        let mut is_inside = false;
        for line in said.lines() {
            match line.strip_prefix(&label) {
                Some(text) if found.is_empty() => {
                    found = text.trim().to_owned();
                    is_inside = true;
                }
                _ if is_inside && line.starts_with("          ") => {
                    found = format!("{found} {}", line.trim())
                }
                _ => is_inside = false,
            }
        }
        found
    };
    (item("Cause"), item("Next"), said)
}

#[test]
fn why_names_the_cause_and_the_next_step_of_every_situation() {
    let rows = rows();
    assert!(rows.len() >= 120, "{}", rows.len());
    let wrong = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let own = rows.iter().skip(worker).step_by(WORKERS);
                scope.spawn(move || own.filter_map(complaint).collect::<Vec<_>>())
            })
            .collect();
        let all = workers
            .into_iter()
            .map(|it| it.join().expect("no worker panics"));
        all.collect::<Vec<_>>().concat()
    });
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

fn complaint(situation: &Situation) -> Option<String> {
    let Situation {
        line,
        dialogue,
        cause,
        next,
    } = situation;
    let (found, step, said) = asked_why(dialogue);
    let is_right = found == *cause && (step.starts_with(next) || (*next == "-" && step.is_empty()));
    let detail = if found.is_empty() {
        said
    } else {
        String::new()
    };
    (!is_right).then(|| format!("situations.table:{line}: {dialogue}\n    {found} | {step}\n    {cause} | {next}\n{detail}"))
}

#[test]
fn the_faults_of_the_practice_server_are_explained() {
    for (fault, lines, cause) in [
        (
            "pasv-closed-port",
            &["login A A", "PASV"][..],
            "data-port-refused",
        ),
        (
            "pasv-closed-port",
            &["login A A", "EPSV", "NOOP"],
            "data-port-refused",
        ),
        (
            "pasv-closed-port",
            &["login A A", "get 1.TXT x"],
            "data-port-refused",
        ),
        (
            "pasv-zero-address",
            &["login A A", "PASV", "RNTO b"],
            "rnfr-first",
        ),
        (
            "reply=SIZE:550 SIZE not allowed in ASCII mode",
            &["login A A", "SIZE 1.TXT"],
            "size-in-ascii",
        ),
        (
            "no-226",
            &["login A A", "PASV", "RETR 1.TXT > x"],
            "no-final-reply",
        ),
        ("silent=SIZE", &["login A A", "SIZE 1.TXT"], "no-reply"),
        (
            "cut-after=3",
            &["login A A", "PASV", "RETR 1.TXT > x"],
            "data-reset",
        ),
        ("not-ftp=ssh", &[], "not-ftp"),
        ("not-ftp=http", &[], "not-ftp"),
        ("not-ftp=imap", &[], "not-ftp"),
        ("not-ftp=pop3", &[], "not-ftp"),
        ("not-ftp=esmtp", &[], "not-ftp"),
        ("not-ftp=tls", &[], "not-ftp"),
    ] {
        let program = Ftpsh::new().args(["practice", "--timeout", "1", "--fault", fault]);
        let lines = lines.iter().chain(&["why"]);
        let said = program
            .args(lines.flat_map(|line| ["-c", line]))
            .run()
            .stderr;
        assert!(
            said.contains(&format!("\n  Cause   {cause}\n")),
            "{fault}: {said}"
        );
    }
}

#[test]
fn a_port_that_is_refused_is_told_with_both_addresses() {
    let (script, _) = played("LOGIN ; PASV -> <closed port of 10>");
    let server = script.start();
    let address = server.address().to_string();
    let said = Ftpsh::new()
        .args(["-c", "USER A", "-c", "PASV", &address])
        .run()
        .code(3)
        .stderr;
    let _ = server.finish();
    let line = said
        .lines()
        .find(|line| line.contains("no data connection to 127.0.0.1:"));
    assert!(line.is_some_and(|line| line.contains("refused")), "{said}");
    assert!(said.contains("names 10.9.9.9, a private address"), "{said}");
}

#[test]
fn why_is_about_the_last_problem_the_last_reply_or_a_line() {
    let said = |about: &str| {
        let lines = ["login A A", "RNTO b", "NOOP", "SIZE nope", "PWD", about];
        let program = Ftpsh::new()
            .arg("practice")
            .args(lines.iter().flat_map(|it| ["-c", it]));
        program.run().stderr
    };
    for (about, expected) in [
        ("why", "550 in answer to SIZE nope"),
        ("why reply", "257 in answer to PWD"),
        ("why 2", "503 in answer to RNTO b"),
        ("why 3", "200 in answer to NOOP"),
        ("why 9", "there is no line 9"),
        ("why not", "usage: why"),
    ] {
        let said = said(about);
        assert!(said.contains(expected), "{about}: {said}");
    }
}

#[test]
fn every_cause_has_a_situation_or_is_known_to_have_none() {
    let known = CAUSES
        .lines()
        .filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
    let mut missing: BTreeSet<&str> = known.collect();
    for Situation { cause, .. } in rows() {
        missing.remove(cause);
    }
    let expected: BTreeSet<&str> = WITHOUT_A_ROW.iter().copied().collect();
    assert_eq!(missing, expected);
}

#[test]
fn a_situation_names_causes_that_there_are() {
    let known: BTreeSet<&str> = CAUSES
        .lines()
        .filter(|line| !line.starts_with([' ', '#']))
        .collect();
    for Situation { line, cause, .. } in rows() {
        assert!(known.contains(cause), "situations.table:{line}: {cause}");
    }
}

const WORKERS: usize = 4;

/// Causes that take more than a script of one connection: a signal, a terminal, a certificate, or a long wait.
const WITHOUT_A_ROW: &[&str] = &[
    "server-not-reading",
    "data-port-silent",
    "data-port-unreachable",
    "active-not-connected",
    "data-cut",
    "certificate-untrusted",
    "certificate-wanted",
    "certificate-refused",
    "interrupted",
    "abort-swallowed",
    "tls-failed",
    "protection-after-ccc",
    "data-awaited-without-port",
    "transfer-begun",
    "close-notify-off",
    "active-blocked",
    "port-through-proxy",
    "pasv-refused-through-proxy",
    "epsv-refused-through-proxy",
    "reply-not-awaited",
    "reply-endless",
    "control-idle",
    "data-reset-unused",
    "upload-reset",
    "certificate-changed",
    "certificate-other",
    "certificate-no-roots",
    "local-file-denied",
];
