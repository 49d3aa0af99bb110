//! What goes wrong, played by a scripted server to the real program: `why` names the cause and what to type next.

mod alone;
mod followed;

use std::collections::BTreeSet;
use std::thread;

use crate::support::certificates::ServerCertificate;
use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::Script;
use crate::support::sockets::{listen, port_of, unused_port};
use crate::support::terminal::Key;
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
fn played(dialogue: &str, is_proxied: bool) -> (Script, Vec<String>) {
    let certificate = ServerCertificate::self_signed();
    let tls = TlsServer::new(&certificate);
    let own_port = port_of(&listen());
    let own_port = format!("127,0,0,1,{},{}", own_port / 256, own_port % 256);
    let dialogue = &dialogue.replace("{own port}", &own_port);
    let mut script = if is_proxied {
        Script::new()
            .expect(format!("CONNECT {BEHIND_PROXY} HTTP/1.1"))
            .expect(format!("Host: {BEHIND_PROXY}"))
            .expect("")
            .send("HTTP/1.1 200 OK\r\n\r\n")
    } else {
        Script::new()
    };
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
        let prefixes = ["= ", "quote ", "-"];
        let sent = prefixes.iter().find_map(|it| typed.strip_prefix(it));
        let sent = sent.unwrap_or(typed);
        let is_event = typed.starts_with('<');
        let answers: Vec<&str> = if is_event {
            vec![typed]
        } else {
            parts.collect()
        };
        if !is_event {
            if !typed.starts_with("= ") {
                lines.push(typed.replace("{closed}", &unused_port().to_string()));
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
                "<data secured>" => script.secure_data(&tls),
                "<data ends>" => script.close_data(),
                "<data cut>" => script.close_data_without_close_notify(),
                "<endless>" => script.send(vec![b'x'; ENDLESS_BYTES]),
                "<clear>" => script.clear_control(""),
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
    let port = unused_port();
    format!("227 go ({host},{},{})\r\n", port / 256, port % 256)
}

/// The cause and the next step that `why` shows; `(trusting nobody)` and `(through a proxy)` may stand in front of the
/// dialogue, and `why reply` at its end.
fn asked_why(dialogue: &str) -> (String, String, String) {
    let is_proxied = dialogue.starts_with(PROXIED);
    let trusts = !dialogue.starts_with(DISTRUSTING);
    let dialogue = dialogue
        .trim_start_matches(PROXIED)
        .trim_start_matches(DISTRUSTING);
    let (script, lines) = played(dialogue, is_proxied);
    let server = script.start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in [
        ("text", &b"some text"[..]),
        ("nul", b"a\0b"),
        ("lines", b"a\nb\nc\n"),
        ("mixed", b"a\r\nb\nc\nd"),
    ] {
        std::fs::write(folder.path().join(name), content).expect("it is writable");
    }
    let program = Ftpsh::new()
        .current_dir(folder.path())
        .args(["--timeout", "1", "--reply-timeout", "20"])
        .args(trusts.then_some("--insecure"))
        .telling_events();
    let asks = lines.last().is_some_and(|line| line.starts_with("why"));
    let why = (!asks).then_some("why");
    let lines = lines.iter().map(String::as_str).chain(why);
    let program = program.args(lines.flat_map(|line| ["-c", line]));
    let address = server.address().to_string();
    let program = if is_proxied {
        let proxy = format!("http://{address}");
        program.args(["--proxy", &proxy, BEHIND_PROXY])
    } else {
        program.arg(address)
    };
    let said = program.run().stderr;
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
    let is_plain = !said.contains("os error");
    let is_right = is_plain
        && found == *cause
        && (step.starts_with(next) || (*next == "-" && step.is_empty()));
    let detail = if found.is_empty() || !is_plain {
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
        #[cfg(target_os = "linux")]
        (
            "pasv-silent-port",
            &["login A A", "PASV"],
            "data-port-silent",
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
            // Both connections are, and either may be seen first.
            "data-reset or control-reset",
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
        let is_told = |cause| said.contains(&format!("\n  Cause   {cause}\n"));
        assert!(cause.split(" or ").any(is_told), "{fault}: {said}");
        let names_ftps = said.contains("\n  Next    `open ftps://HOST:PORT`, since");
        assert_eq!(names_ftps, fault == "not-ftp=tls", "{fault}: {said}");
    }
}

#[test]
fn a_port_that_is_refused_is_told_with_both_addresses() {
    let (script, _) = played("LOGIN ; PASV -> <closed port of 10>", false);
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
fn ctrl_c_while_an_offered_port_is_dialled_leaves_no_reply_outstanding() {
    let mut terminal = Ftpsh::new()
        .args(["practice", "--fault", "pasv-silent-port"])
        .terminal();
    for (line, then) in [("login A A", "230 User"), ("PASV", "227 Entering")] {
        terminal.expect("ftp> ");
        terminal.send_line(line);
        terminal.expect(then);
    }
    terminal.send_key(Key::CtrlC);
    terminal.expect("the port of that reply is still being dialled");
    terminal.expect("ftp> ");
    assert!(!terminal.screen().contains("outstanding"));
    terminal.send_line("why");
    terminal.expect("Cause   data-port-not-awaited");
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

/// Newcomers took it for an explanation of what they had typed last.
#[test]
fn what_went_well_after_a_problem_is_told_before_the_problem_is_explained() {
    let said = |lines: &[&str]| {
        let program = Ftpsh::new().arg("practice");
        let lines = ["login A A"].iter().chain(lines);
        program.args(lines.flat_map(|it| ["-c", it])).run().stderr
    };
    let old = "\nWhat came last went well. The problem that is left is that of line 2:\n\n550 in answer to SIZE nope";
    for (lines, is_old) in [
        (&["SIZE nope", "why"][..], false),
        (&["SIZE nope", "help", "why", "why"], false),
        (&["SIZE nope", "PWD", "why"], true),
        (&["SIZE nope", "PWD", "why 2"], false),
        (&["SIZE nope", "PWD", "RNTO b", "why"], false),
    ] {
        let said = said(lines);
        assert_eq!(said.contains(old), is_old, "{lines:?}: {said}");
        assert_eq!(said.contains("went well"), is_old, "{lines:?}: {said}");
    }
    let said = said(&["STOR f < nope", "PWD", "why"]);
    let old = "The problem that is left is that of line 2:\n\nThe last problem (line 2)";
    assert!(said.contains(old), "{said}");
}

#[test]
fn every_cause_is_that_of_a_situation_or_named_by_another_test() {
    let known = CAUSES
        .lines()
        .filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
    let mut missing: BTreeSet<&str> = known.collect();
    for Situation { cause, .. } in rows() {
        missing.remove(cause);
    }
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(cause, ..)| *cause).collect();
    assert_eq!(missing, elsewhere);
    for (cause, file, test) in ELSEWHERE {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).expect("the file is there");
        let begin = source.find(&format!("fn {test}()"));
        let body = begin.map(|at| source[at..].split("\n}\n").next().unwrap_or_default());
        let body = body.map(|body| body.split("\n    }\n\n").next().unwrap_or_default());
        assert!(
            body.is_some_and(|it| it.contains(cause)),
            "{file}: {test}: {cause}"
        );
    }
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

/// A name that the proxy alone is asked for.
const BEHIND_PROXY: &str = "ftp.invalid:21";
const PROXIED: &str = "(through a proxy) ";
const DISTRUSTING: &str = "(trusting nobody) ";
const WORKERS: usize = 4;
/// More than any reply may have.
const ENDLESS_BYTES: usize = 65 << 20;

/// Causes that take more than a script of one connection: the file and the test that names each.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "tls-not-spoken",
        "tests/integration/situations/alone.rs",
        "a_start_that_fails_at_a_terminal_is_explained_since_no_prompt_comes",
    ),
    (
        "data-in-clear-refused",
        "src/evidence/rules/tests.rs",
        "data_in_clear_under_tls_is_the_second_guess_of_a_425",
    ),
    (
        "data-port-not-awaited",
        "tests/integration/situations/mod.rs",
        "ctrl_c_while_an_offered_port_is_dialled_leaves_no_reply_outstanding",
    ),
    (
        "client-failed",
        "src/explain/tests.rs",
        "a_log_that_ends_with_the_error_of_a_client_is_not_one_in_which_all_went_well",
    ),
    (
        "port-of-other-address",
        "src/explain/tests.rs",
        "a_port_that_names_another_address_than_the_client_has_is_blamed_for_that",
    ),
    (
        "data-port-unused",
        "src/explain/tests.rs",
        "a_log_that_ends_with_an_offered_port_is_not_one_in_which_all_went_well",
    ),
    (
        "blank-first",
        "tests/integration/learning/reports.rs",
        "a_line_with_a_blank_before_it_is_told_why_the_server_does_not_know_it",
    ),
    (
        "reply-not-logged",
        "src/explain/tests.rs",
        "a_server_that_logs_what_it_has_done_is_understood_without_its_replies",
    ),
    (
        "server-not-reading",
        "tests/integration/situations/alone.rs",
        "a_server_that_does_not_read",
    ),
    (
        "reply-not-awaited",
        "tests/integration/situations/alone.rs",
        "a_reply_that_ctrl_c_did_not_wait_for",
    ),
    (
        "resume-local-changed",
        "tests/integration/resuming/changes.rs",
        "a_file_that_grows_while_it_is_sent_is_not_called_whole",
    ),
    (
        "interrupted",
        "tests/integration/situations/alone.rs",
        "a_transfer_that_ctrl_c_ended",
    ),
    (
        "data-reset-unused",
        "tests/integration/situations/alone.rs",
        "a_data_connection_that_is_reset_before_it_is_used",
    ),
    (
        "abort-swallowed",
        "tests/integration/real/interrupts.rs",
        "an_abort_that_pure_ftpd_swallows_is_explained",
    ),
    (
        "certificate-name",
        "tests/integration/tls/names.rs",
        "a_certificate_for_another_host_is_explained_with_the_name_that_it_is_for",
    ),
    (
        "reply-given-up",
        "src/evidence/problems/tests.rs",
        "a_reply_that_nobody_waited_for_is_not_awaited_once_later_commands_have_had_theirs",
    ),
    (
        "certificate-wanted",
        "tests/integration/tls/identities.rs",
        "without_a_certificate_the_flags_are_named_and_the_script_ends_with_4",
    ),
    (
        "certificate-refused",
        "tests/integration/tls/identities.rs",
        "a_certificate_of_a_stranger_is_named_with_what_the_server_has_against_it",
    ),
    (
        "certificate-changed",
        "tests/integration/tls/certificates.rs",
        "a_certificate_that_has_changed_is_refused_without_a_question",
    ),
    (
        "certificate-other",
        "tests/integration/tls/data.rs",
        "another_certificate_on_the_data_connection_ends_with_4_and_not_a_byte_is_sent",
    ),
    (
        "certificate-no-roots",
        "tests/integration/tls/roots.rs",
        "a_file_that_is_not_there_is_named_with_the_way_out",
    ),
    (
        "data-port-silent",
        "tests/integration/situations/mod.rs",
        "the_faults_of_the_practice_server_are_explained",
    ),
    (
        "control-idle",
        "tests/integration/situations/alone.rs",
        "a_connection_on_which_nothing_moved_for_long",
    ),
    (
        "upload-reset",
        "tests/integration/situations/alone.rs",
        "an_upload_that_is_reset_after_its_last_byte",
    ),
    (
        "local-file-denied",
        "tests/integration/situations/alone.rs",
        "a_local_file_that_may_not_be_read",
    ),
];
