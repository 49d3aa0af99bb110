use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{Ending, Problems};
use crate::client::{Observation, Origin, Peer, TransferEnd, TransferResult};
use crate::evidence::event::Event;
use crate::evidence::rules::Circumstances;
use crate::protocol::user_pi::{self, UserPi};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, DataPort, Verb};

/// Lines as they are typed, and what the server answers.
struct Run {
    pi: UserPi,
    problems: Problems,
}

impl Run {
    fn new() -> Self {
        let mut run = Self {
            pi: UserPi::new().0,
            problems: Problems::new(Circumstances::at_first(|_| None)),
        };
        run.connect();
        run
    }

    fn connect(&mut self) {
        self.pi = UserPi::new().0;
        self.problems.note(&Observation::Connected {
            peer: Peer::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 21))),
            through: None,
        });
        self.answer("220 ready");
    }

    /// One line, with the replies that come before the next.
    fn line(&mut self, line: &str, replies: &[&str]) {
        self.problems.begin_line();
        self.send(line);
        let code = |reply: &&str| reply.as_bytes()[0];
        replies.iter().for_each(|reply| self.answer(reply));
        self.problems.end_line(match replies.last().map(code) {
            Some(b'1'..=b'3') => Ending::Done,
            Some(_) => Ending::Failed("refused"),
            None => Ending::Failed("interrupted"),
        });
    }

    fn send(&mut self, line: &str) {
        let command = Command::new(line).unwrap();
        self.pi.send(&command);
        let origin = Origin::Typed;
        self.problems
            .note(&Observation::CommandSent { command, origin });
    }

    fn answer(&mut self, reply: &str) {
        self.pi.receive(format!("{reply}\r\n").as_bytes());
        while let Some(event) = self.pi.next_event() {
            let user_pi::Event::ReplyReceived {
                reply,
                assignment,
                answered,
            } = event
            else {
                continue;
            };
            self.problems.note(&Observation::ReplyReceived {
                reply,
                assignment,
                awaited: true,
                answered,
            });
        }
    }

    /// One line of a transfer that is cut after its 150, and the server's last word about it.
    fn cut(&mut self, line: &str, result: TransferResult, last: &str) {
        let is_upload = line.starts_with("STOR");
        self.problems.begin_line();
        self.send(line);
        self.answer("150 go");
        self.problems.note(&Observation::TransferEnded(TransferEnd {
            direction: match is_upload {
                true => DataDirection::Sent,
                false => DataDirection::Received,
            },
            bytes: 0,
            acknowledged: None,
            line_ends: 0,
            ended_short_of: None,
            expected: None,
            result,
        }));
        self.answer(last);
        self.problems.end_line(Ending::Failed("refused"));
    }

    fn cause(&self) -> Option<&'static str> {
        let last = self.problems.last()?;
        let show = |text: &str| text.to_owned();
        let all = last.explanations("", &show);
        Some(all.first().map_or("refused", |it| it.id))
    }
}

#[test]
fn what_succeeds_in_the_end_is_no_problem_any_more() {
    for (first, second, is_solved) in [
        ("SIZE f", "SIZE f", true),
        ("SIZE f", "SIZE g", false),
        ("SIZE f", "MDTM f", false),
        ("STOR f", "APPE f", true),
        ("RETR f", "STOR f", false),
    ] {
        let mut run = Run::new();
        run.line(first, &["550 no"]);
        run.line("NOOP", &["200 ok"]);
        assert!(run.cause().is_some());
        run.line(second, &["250 ok"]);
        assert_eq!(run.cause().is_none(), is_solved, "{first}; {second}");
    }
}

#[test]
fn a_command_that_fails_again_stays_a_problem() {
    let mut run = Run::new();
    run.line("SIZE f", &["550 no"]);
    run.line("SIZE f", &["550 no"]);
    assert!(run.cause().is_some());
}

#[test]
fn what_went_wrong_in_an_earlier_session_is_over_once_something_works_in_the_next() {
    let mut run = Run::new();
    run.line("SIZE f", &["550 no"]);
    run.connect();
    assert!(run.cause().is_some(), "nothing has been tried yet");
    run.line("NOOP", &["200 ok"]);
    assert_eq!(run.cause(), None);
    assert!(run.problems.line(1).unwrap().problem.is_some());
}

#[test]
fn a_reply_that_nobody_waited_for_is_not_awaited_once_later_commands_have_had_theirs() {
    let mut run = Run::new();
    run.line("NOOP", &[]);
    assert_eq!(run.cause(), Some("reply-not-awaited"));
    run.line("PWD", &["257 \"/\""]);
    assert_eq!(run.cause(), Some("reply-given-up"));

    let mut run = Run::new();
    run.line("NOOP", &[]);
    run.problems
        .note(&Observation::Resynchronised(vec![Verb::new(b"NOOP")]));
    assert_eq!(run.cause(), Some("reply-given-up"));
}

#[test]
fn a_reply_that_comes_late_ends_the_problem_that_it_had_not_come() {
    let mut run = Run::new();
    run.line("NOOP", &[]);
    run.answer("200 at last");
    assert_eq!(run.cause(), None);
}

#[test]
fn what_the_shell_found_is_not_solved_by_the_success_of_the_last_command() {
    let mut run = Run::new();
    run.problems.begin_line();
    run.problems
        .judge(Event::new("resume-differs").with("names", "f"));
    run.send("TYPE A");
    run.answer("200 ok");
    run.problems.end_line(Ending::Failed("refused"));
    run.line("TYPE A", &["200 ok"]);
    assert_eq!(run.cause(), Some("resume-differs"));
    run.problems.solve_resume("g");
    assert_eq!(run.cause(), Some("resume-differs"));
    run.problems.solve_resume("f");
    assert_eq!(run.cause(), None);
}

#[test]
fn a_login_that_works_ends_the_refusal_of_another_name() {
    let mut run = Run::new();
    run.line("USER bob", &["530 anonymous only"]);
    run.line("USER anonymous", &["331 word?"]);
    assert!(run.cause().is_some());
    run.line("PASS x", &["230 in"]);
    assert_eq!(run.cause(), None);
}

#[test]
fn ctrl_c_while_an_offered_port_does_not_answer_leaves_no_transfer_to_resume() {
    let mut run = Run::new();
    run.problems.begin_line();
    run.send("PASV");
    run.answer("227 go (127,0,0,1,8,73)");
    run.problems.end_line(Ending::Failed("interrupted"));
    assert_eq!(run.cause(), Some("data-port-not-awaited"));
}

#[test]
fn of_two_ports_that_could_not_be_reached_the_last_is_told_with_its_command() {
    let mut run = Run::new();
    run.problems.begin_line();
    for (line, reply, port) in [
        ("PASV", "227 go (127,0,0,1,8,73)", 2121),
        ("EPSV", "229 go (|||2122|)", 2122),
    ] {
        run.send(line);
        run.answer(reply);
        run.problems.note(&Observation::DataConnectionFailed {
            dialled: Peer::from(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            offered: DataPort::from_port_argument(b"127,0,0,1,8,73").unwrap(),
            ignored_host: None,
            error: io::ErrorKind::ConnectionRefused.into(),
            after: Duration::ZERO,
        });
    }
    run.problems.end_line(Ending::Failed("refused"));
    let last = run.problems.last().unwrap();
    let command = last.answered_command().unwrap();
    assert_eq!(command.line(), b"EPSV");
    let told = &last.explanations("EPSV", &str::to_owned)[0];
    assert!(told.here.contains("127.0.0.1:2122"), "{}", told.here);
    assert!(!told.next.contains("EPSV"), "{}", told.next);
}

#[test]
fn a_guess_is_not_called_the_servers_words() {
    let mut run = Run::new();
    run.line("SIZE f", &["550 Could not get file size."]);
    let told = &run
        .problems
        .last()
        .unwrap()
        .explanations("SIZE f", &str::to_owned)[0];
    assert_eq!(told.id, "name-not-found");
    assert!(!told.is_in_servers_words);
}

#[test]
fn the_servers_last_word_about_a_transfer_explains_a_cut_better_than_the_cut() {
    let reset = || TransferResult::Broken("reset".to_owned());
    let no_end = || TransferResult::CloseNotifyMissing;
    for (is_private, resumes_tls, line, result, last, cause) in [
        (
            true,
            false,
            "LIST",
            no_end(),
            "522 resume it",
            "tls-resume-off",
        ),
        (true, false, "LIST", no_end(), "425 no", "tls-resume-off"),
        (
            true,
            true,
            "LIST",
            no_end(),
            "522 no",
            "tls-session-reuse-required",
        ),
        (false, true, "STOR f", reset(), "552 full", "remote-full"),
        // That it broke is all that these say, too.
        (false, true, "STOR f", reset(), "426 gone", "data-reset"),
        (true, true, "LIST", no_end(), "426 gone", "data-cut"),
        (true, true, "LIST", no_end(), "226 done", "data-cut"),
    ] {
        let mut run = Run::new();
        run.problems.set_tls(resumes_tls, true);
        run.line("USER A", &["230 in"]);
        if is_private {
            run.line("PROT P", &["200 ok"]);
        }
        run.line("PASV", &["227 go (127,0,0,1,8,73)"]);
        run.cut(line, result, last);
        assert_eq!(run.cause(), Some(cause), "{line}: {last}");
    }
}

#[test]
fn a_second_refusal_of_an_abort_that_comes_at_the_prompt_is_no_problem_of_its_own() {
    let mut run = Run::new();
    run.problems.begin_line();
    run.send("ABOR");
    run.answer("502 no");
    run.problems.end_line(Ending::Failed("interrupted"));
    let told = run.cause();
    run.answer("502 no");
    assert_eq!(run.cause(), told);
    assert_eq!(told, Some("interrupted"));
}
