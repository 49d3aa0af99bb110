//! Lessons at a prompt, with the detours that people take.

use std::fs;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

/// A person who learns, on a screen of this width.
struct Learner {
    terminal: Terminal,
}

impl Learner {
    fn begin(home: &TempDir, arguments: &[&str], columns: u16) -> Self {
        Self::of(Ftpsh::new(), home, arguments, columns)
    }

    fn of(program: Ftpsh, home: &TempDir, arguments: &[&str], columns: u16) -> Self {
        let program = program.home(home.path()).arg("learn").args(arguments);
        Self {
            terminal: program.terminal_of(50, columns),
        }
    }

    /// Types a line, and waits for these texts in this order.
    fn types(&mut self, line: &str, expected: &[&str]) {
        self.terminal.send_line(line);
        self.hears(expected);
    }

    fn hears(&mut self, expected: &[&str]) {
        for text in expected {
            self.terminal.expect(text);
        }
    }

    fn leaves(&mut self) {
        self.types("exit", &["`ftpsh learn` goes on"]);
        assert_eq!(self.terminal.wait_exit(), 0);
    }
}

fn progress(home: &TempDir) -> String {
    fs::read_to_string(home.path().join("state/ftpsh/lessons")).unwrap_or_default()
}

#[test]
fn lesson_1_is_played_with_a_wrong_verb_and_hints_to_the_third_rung() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &[], 80);
    learner.hears(&[
        "220 ",
        "Lesson 1 of 18: Knock",
        "FTP is a dialogue",
        "ftp> ",
    ]);
    learner.types(
        "check",
        &[
            "missing  QUIT answered with 221",
            "seen     QUIT has not been sent",
            "ftp> ",
        ],
    );
    learner.types("GOODBYE", &["500 ", "ftp> "]);
    // What a lesson's word finds missing is nothing that `why` tells of.
    learner.types("check", &["missing  QUIT", "ftp> "]);
    learner.types("why", &["500 in answer to GOODBYE", "ftp> "]);
    learner.types("hint", &["hint 1 of 3", "ftp> "]);
    learner.types("hint", &["hint 2 of 3", "ftp> "]);
    learner.types("hint", &["hint 3 of 3", "`show` begins anew", "ftp> "]);
    // Never by accident.
    learner.types("next", &["this lesson is not done yet", "ftp> "]);
    learner.types(
        "quit",
        &[
            "221 ",
            "lesson 1 is done",
            "→ QUIT ← 221",
            "`next` goes on",
            "ftp> ",
        ],
    );
    assert!(progress(&home).contains("done 01-knock\n"));
    learner.types("next", &["220 ", "Lesson 2 of 18", "ftp> "]);
    learner.leaves();
    let mut learner = Learner::begin(&home, &[], 80);
    learner.hears(&["Lesson 2 of 18: Who are you?", "ftp> "]);
    learner.leaves();
}

#[test]
fn lesson_3_is_played_on_a_narrow_screen_with_a_wrong_answer_and_again() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["3"], 60);
    learner.hears(&["230 ", "Lesson 3 of 18: The second connection", "ftp> "]);
    let screen = learner.terminal.screen();
    assert!(
        screen.contains("Files and listings do not come over the connection that you\ntype on."),
        "{screen}"
    );
    learner.types("LIST", &["425 ", "ftp> "]);
    learner.types(
        "check",
        &[
            "missing  LIST answered with 226",
            "seen     LIST was answered with 425",
            "ftp> ",
        ],
    );
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("LIST", &["readme.txt", "226 ", "ftp> "]);
    learner.types(
        "check",
        &[
            "missing  the right answer",
            "which port is",
            "no answer so far",
            "ftp> ",
        ],
    );
    // Nothing of what is done already.
    learner.types("hint", &["hint 1 of 3", "the question is left", "ftp> "]);
    learner.types("hint", &["hint 2 of 3", "19 and 137", "ftp> "]);
    learner.types("answer 19137", &["that is not it", "ftp> "]);
    learner.types("again", &["230 ", "Lesson 3 of 18", "ftp> "]);
    learner.types(
        "answer 5001",
        &[
            "that is right",
            "still missing: LIST answered with 226",
            "ftp> ",
        ],
    );
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("LIST", &["226 ", "lesson 3 is done", "ftp> "]);
    learner.leaves();
}

#[test]
fn lesson_9_is_done_within_20_lines_with_nothing_but_what_the_program_says() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 80);
    learner.hears(&["230 ", "Lesson 9 of 18: The broken upload", "ftp> "]);
    learner.types("SIZE 1.TXT", &["213 5", "5 of 11 bytes are there", "ftp> "]);
    learner.types("APPE 1.TXT", &["425 ", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    // It reads back what is there, which the lesson counts; nor does the lesson explain `< 1.TXT +5`.
    let screen = learner.terminal.screen();
    assert!(
        !screen.contains("resume") && !screen.contains("+5"),
        "{screen}"
    );
    // All of it, which is too much.
    learner.types("APPE 1.TXT < 1.TXT", &["226 ", "ftp> "]);
    learner.types("SIZE 1.TXT", &["213 16", "ftp> "]);
    learner.types("check", &["it has 16 bytes there", "ftp> "]);
    learner.types("again", &["230 ", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("APPE 1.TXT", &["150 ", "data> "]);
    learner.terminal.send("zfive5");
    learner.terminal.send_key(Key::CtrlD);
    learner.hears(&["226 ", "lesson 9 is done", "data → 6 bytes", "ftp> "]);
    learner.types("SIZE 1.TXT", &["213 11", "ftp> "]);
    learner.types("hint", &["nothing is missing: `next` goes on", "ftp> "]);
    learner.leaves();
}

#[test]
fn lesson_13_is_shown_and_then_done_by_hand() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["13"], 80);
    learner.hears(&["230 ", "Lesson 13 of 18: The server calls back", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("LIST", &["226 ", "ftp> "]);
    learner.types(
        "check",
        &["so far you have made them all, after PASV", "ftp> "],
    );
    learner.types(
        "show",
        &[
            "Lesson 13 of 18",
            "the solution:",
            "PORT 127,0,0,1,",
            "200 ",
            "LIST",
            "226 ",
        ],
    );
    learner.hears(&[
        "that was the solution of lesson 13; `again` lets you do it yourself",
        "ftp> ",
    ]);
    assert_eq!(
        progress(&home)
            .matches("shown 13-the-server-calls-back")
            .count(),
        1
    );
    assert!(!progress(&home).contains("done 13"));
    learner.types("again", &["230 ", "ftp> "]);
    learner.types("listen", &["200 ", "ftp"]);
    learner.types("LIST", &["226 ", "lesson 13 is done", "ftp> "]);
    assert!(progress(&home).contains("done 13-the-server-calls-back\n"));
    learner.leaves();
}

#[test]
fn lesson_15_is_lost_by_a_password_in_the_clear_and_done_without_colour() {
    let home = TempDir::new().unwrap();
    let program = Ftpsh::new().env("NO_COLOR", "1");
    let mut learner = Learner::of(program, &home, &["15"], 80);
    learner.hears(&["220 ", "Lesson 15 of 18: Under lock and key", "ftp> "]);
    learner.types("USER A", &["331 ", "ftp> "]);
    learner.types("PASS A", &["230 ", "ftp> "]);
    learner.types("AUTH TLS", &["234 ", "ftps> "]);
    learner.types(
        "check",
        &[
            "PASS was sent in the clear: type `again` and do it another way",
            "ftps> ",
        ],
    );
    learner.types("again", &["220 ", "ftp> "]);
    for (line, reply) in [
        ("AUTH TLS", "234 "),
        ("USER A", "331 "),
        ("PASS A", "230 "),
        ("PBSZ 0", "200 "),
        ("PROT P", "200 "),
        ("PASV", "227 "),
    ] {
        learner.types(line, &[reply, "ftps"]);
    }
    learner.types("LIST", &["226 ", "lesson 15 is done", "TLS ← ", "ftps> "]);
    learner.types("tls", &["ftps> "]);
    let colours = String::from_utf8_lossy(&learner.terminal.raw_output()).contains("\x1b[3");
    assert!(!colours);
    learner.leaves();
}

#[test]
fn lesson_17_is_solved_by_looking_on_a_dumb_terminal() {
    let home = TempDir::new().unwrap();
    // The fifth suspect by name is no-mlst.
    let program = Ftpsh::new().env("TERM", "dumb");
    let mut learner = Learner::of(program, &home, &["17", "--seed", "4"], 80);
    learner.hears(&[
        "230 ",
        "Lesson 17 of 18: Detective",
        "pasv-zero-address",
        "ftp> ",
    ]);
    learner.types("answer appe-as-stor", &["that is not it", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("MLSD", &["502 "]);
    learner.types("timeline", &["→ MLSD"]);
    learner.types("why", &["502 in answer to MLSD"]);
    learner.types("answer no-mlst", &["that is right", "lesson 17 is done"]);
    learner.types("next", &["230 ", "Lesson 18 of 18", "ftp> "]);
    learner.leaves();
}

#[test]
fn both_connections_are_drawn_above_the_prompt_once_at_80_columns_and_not_at_60() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["3"], 80);
    learner.hears(&["230 ", "└", "ftp> "]);
    for (line, reply) in [("NOOP", "200 "), ("LIST", "425 "), ("PASV", "227 ")] {
        learner.types(line, &[reply, "└", "ftp"]);
    }
    let is_drawn_once = |screen: &str| {
        screen.matches("┌ you ┐").count() == 1
            && screen.contains("data connection: open ")
            && screen.trim_end().ends_with("ftp ⇄>")
    };
    learner
        .terminal
        .wait_for_screen("one picture", is_drawn_once);
    let screen = learner.terminal.screen();
    for line in ["ftp> NOOP\n200 ", "ftp> LIST\n", "ftp> PASV\n227 "] {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
    learner.types("picture", &["└", "ftp ⇄> "]);
    learner
        .terminal
        .wait_for_screen("one picture still", is_drawn_once);
    learner.types("set picture off", &["ftp ⇄> "]);
    learner.types("LIST", &["226 ", "ftp> "]);
    assert!(
        !learner.terminal.screen().contains("┌ you ┐"),
        "{}",
        learner.terminal.screen()
    );
    learner.types("set picture ascii", &["+ you +", "ftp> "]);
    learner.leaves();
    let mut narrow = Learner::begin(&home, &["3"], 60);
    narrow.hears(&["230 ", "ftp> "]);
    narrow.types("NOOP", &["200 ", "ftp> "]);
    assert!(!narrow.terminal.screen().contains("you ┐"));
    narrow.types("picture", &["┌ you ┐", "NOOP", "ftp> "]);
    narrow.leaves();
}

#[cfg(unix)]
#[test]
fn a_picture_that_a_narrower_terminal_has_laid_out_anew_is_taken_back_whole() {
    let home = TempDir::new().unwrap();
    let program = Ftpsh::new().env("TMUX", "/tmp/x");
    let mut learner = Learner::of(program, &home, &["3"], 80);
    learner.hears(&["230 ", "└", "ftp> "]);
    learner.terminal.resize(50, 40);
    learner.types("NOOP", &["200 ", "ftp> "]);
    // Six lines of two rows each, and the line that was typed.
    let written = learner.terminal.raw_output();
    let back = b"\x1b[13A\r\x1b[J";
    assert!(written.windows(back.len()).any(|it| it == back));
    learner.leaves();
}

#[test]
fn the_list_of_lessons_and_ctrl_c_leave_one_picture_and_the_whole_list() {
    let home = TempDir::new().unwrap();
    let program = Ftpsh::new().home(home.path()).arg("learn");
    let mut learner = Learner {
        terminal: program.terminal_of(24, 80),
    };
    learner.hears(&["└", "ftp> "]);
    learner.types("lessons", &["1 * Knock", "(--fast)", "ftp> "]);
    let screen = learner.terminal.screen();
    assert!(screen.contains("1 * Knock"), "{screen}");
    for _ in 0..2 {
        learner.types("NOOP", &["200 ", "└", "ftp> "]);
        learner.terminal.send_key(Key::CtrlC);
        learner.hears(&["└", "ftp> "]);
    }
    learner.terminal.wait_for_screen("one picture", |screen| {
        screen.matches("┌ you ┐").count() == 1 && screen.trim_end().ends_with("ftp>")
    });
    learner.leaves();
}

#[test]
fn where_a_lesson_forbids_a_password_in_the_clear_no_hint_leads_to_it() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["15"], 120);
    learner.hears(&["a practice server on your own machine", "ftp> "]);
    learner.types(
        "USER A",
        &["331 ", "next: AUTH TLS, then USER again", "ftp> "],
    );
    learner.types("AUTH TLS", &["234 ", "> "]);
    learner.types("USER A", &["331 ", "next: PASS, a space", "> "]);
    learner.leaves();
    // Nor does one of the ordinary shell lead away from a lesson without a login.
    let mut learner = Learner::begin(&home, &["1"], 120);
    learner.types("ls", &["530 ", "ftp> "]);
    assert!(!learner.terminal.screen().contains("next: USER"));
    learner.leaves();
}

/// Waits until the server's 1.TXT has so many bytes.
fn await_stored(home: &TempDir, bytes: u64) {
    let deadline = Instant::now() + DEADLINE;
    let scratch = || fs::read_dir(home.path().join("temporary"));
    let sizes = || {
        let folders = scratch().into_iter().flatten().flatten();
        let files = folders.map(|folder| folder.path().join("server/1.TXT").metadata());
        files.flatten().map(|file| file.len()).max()
    };
    while sizes() != Some(bytes) {
        assert!(Instant::now() < deadline, "{:?}", sizes());
        // Nothing tells when a file grows.
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn lines_of_data_before_ctrl_c_are_said_to_be_sent() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 120);
    for bytes in [5 + 7, 5 + 7 + 7] {
        learner.types("PASV", &["227 ", "ftp ⇄> "]);
        learner.types("APPE 1.TXT", &["150 ", "Ctrl-D ends the data", "data> "]);
        learner.terminal.send_line("zfive5");
        await_stored(&home, bytes);
        learner.terminal.send_key(Key::CtrlC);
        learner.hears(&["→ ABOR", "426 "]);
        // It came before the second data> was there, or at it: then Enter leaves that.
        learner.terminal.send_line("");
        learner.hears(&["lines typed so far were sent, and may stay", "ftp> "]);
    }
    learner.leaves();
}

#[test]
fn at_less_than_80_columns_it_is_said_once_why_there_is_no_picture() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["3"], 40);
    let why = "`picture` draws both connections";
    learner.hears(&[why, "ftp> "]);
    learner.types("NOOP", &["200 ", "ftp> "]);
    learner.types(
        "picture",
        &["control: open, in the clear", "data: none", "ftp> "],
    );
    let screen = learner.terminal.screen();
    assert!(
        screen.matches(why).count() == 1 && !screen.contains('┌'),
        "{screen}"
    );
    learner.leaves();
}

#[test]
fn again_brings_back_what_was_said_of_typing_data() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["6"], 80);
    learner.hears(&["230 ", "ftp> "]);
    for _ in 0..2 {
        learner.types("PASV", &["227 ", "ftp ⇄> "]);
        learner.types(
            "STOR poem.txt",
            &["150 ", "the server waits for your data", "data> "],
        );
        learner.terminal.send_key(Key::CtrlD);
        learner.hears(&["226 ", "226 does not say how many bytes", "ftp> "]);
        learner.types("again", &["230 ", "ftp> "]);
    }
    learner.leaves();
}

#[test]
fn words_of_lessons_are_completed_and_kept_in_the_history() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["1"], 80);
    learner.hears(&["220 ", "ftp> "]);
    learner.terminal.send("che");
    learner.terminal.send_key(Key::Tab);
    learner.terminal.send("\r");
    learner.hears(&["missing  QUIT", "ftp> "]);
    learner.leaves();
    let history = fs::read_to_string(home.path().join("state/ftpsh/history")).unwrap();
    assert!(history.lines().any(|line| line == "check"), "{history}");
}

#[test]
fn next_leaves_a_lesson_that_was_done_before_at_once() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["1"], 80);
    learner.hears(&["220 ", "ftp> "]);
    learner.types("QUIT", &["lesson 1 is done", "ftp> "]);
    learner.types("again", &["Lesson 1 of 18", "ftp> "]);
    learner.types("next", &["Lesson 2 of 18", "ftp> "]);
    learner.types("learn 1", &["this lesson is not done yet", "ftp> "]);
    learner.types("learn 1", &["Lesson 1 of 18", "ftp> "]);
    learner.types("next", &["Lesson 2 of 18", "ftp> "]);
    learner.leaves();
}

#[test]
fn leaving_lesson_1_is_not_told_as_having_done_it() {
    let home = TempDir::new().unwrap();
    for word in ["exit", "bye"] {
        let mut learner = Learner::begin(&home, &[], 80);
        learner.hears(&["Lesson 1 of 18", "ftp> "]);
        learner.types(
            word,
            &["221 ", "`ftpsh learn` goes on with lesson 1 (Knock)"],
        );
        assert_eq!(learner.terminal.wait_exit(), 0);
        let screen = learner.terminal.screen();
        assert!(!screen.contains("is done"), "{screen}");
        assert!(!progress(&home).contains("done"), "{}", progress(&home));
    }
}

#[test]
fn the_solution_of_lesson_2_says_what_the_password_is_that_it_hides() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["2"], 80);
    learner.hears(&["Lesson 2 of 18", "ftp> "]);
    let said = "the solution (the password is A, shown as *):";
    learner.types("show", &[said, "PASS *", "230 ", "ftp> "]);
    learner.leaves();
}

#[test]
fn a_lesson_that_was_left_unfinished_is_the_one_that_ftpsh_learn_goes_on_with() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 80);
    learner.hears(&["Lesson 9 of 18", "ftp> "]);
    let said = "goes on with lesson 9 (The broken upload)";
    learner.types("exit", &[said]);
    let mut learner = Learner::begin(&home, &[], 80);
    learner.hears(&["Lesson 9 of 18", "ftp> "]);
    learner.leaves();
}

#[test]
fn a_line_of_the_shell_at_the_prompt_of_a_lesson_is_told_where_it_belongs() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["2"], 120);
    learner.hears(&["220 ", "ftp> "]);
    let said =
        "did you mean `learn N` for lesson N, or `exit`, and then this line in your own shell?";
    for line in ["ftpsh learn 7", "./ftpsh learn 1"] {
        learner.types(line, &["500 ", said, "ftp> "]);
    }
    learner.types("QUIT", &["221 ", "ftp> "]);
    learner.types("ftpsh learn 7", &["not connected", said, "ftp> "]);
    learner.leaves();
}

#[test]
fn in_lesson_9_other_bytes_of_the_right_length_are_told_at_once() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 80);
    learner.hears(&["Lesson 9 of 18", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("APPE 1.TXT", &["150 ", "data> "]);
    learner.types("five5", &["data> "]);
    learner.terminal.send_key(Key::CtrlD);
    learner.hears(&[
        "226 ",
        "missing  1.TXT on the server, all 11 bytes of it right",
        "the first wrong one comes after 5 bytes",
        "ftp> ",
    ]);
    learner.types(
        "SIZE 1.TXT",
        &["213 11", "as long as yours: 11 of 11 bytes", "ftp> "],
    );
    learner.leaves();
}

#[test]
fn in_lesson_13_check_does_not_deny_the_data_connection_that_pasv_has_opened() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["13"], 80);
    learner.hears(&["Lesson 13 of 18", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    let said = "nothing has gone over a data connection so far";
    learner.types("check", &[said, "ftp ⇄> "]);
    learner.leaves();
}

#[test]
fn a_word_of_lessons_in_capitals_or_with_a_slip_is_named() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["2"], 80);
    learner.hears(&["220 ", "ftp> "]);
    for (line, meant) in [
        ("CHECK", "`check`, in lower case"),
        ("chekc", "`check`"),
        ("hnit", "`hint`"),
        ("agian", "`again`"),
    ] {
        learner.types(line, &["500 ", meant, "ftp> "]);
    }
    learner.types("why", &["the built-in `again`", "ftp> "]);
    learner.types("help CHECK", &["the built-in `check`, in lower", "ftp> "]);
    learner.types("help nxet", &["did you mean", "`next`", "ftp> "]);
    learner.types("QUIT", &["221 ", "ftp> "]);
    learner.types(
        "HINT",
        &[
            "not connected",
            "did you mean the built-in `hint`, in lower case?",
            "ftp> ",
        ],
    );
    learner.leaves();
}

#[test]
fn ftpsh_learn_at_a_prompt_of_ftpsh_says_where_it_is_to_be_typed() {
    let home = TempDir::new().unwrap();
    let program = Ftpsh::new().home(home.path());
    let mut terminal = program.terminal_of(50, 80);
    terminal.expect("ftp> ");
    for (line, meant) in [
        ("learn", "did you mean `exit`, and then `ftpsh learn`?"),
        (
            "ftpsh learn",
            "did you mean `exit`, and then this line in your own shell?",
        ),
        (
            "./ftpsh learn 1",
            "did you mean `exit`, and then this line in your own shell?",
        ),
    ] {
        terminal.send_line(line);
        terminal.expect("not connected");
        terminal.expect(meant);
        terminal.expect("ftp> ");
    }
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg("practice")
        .terminal_of(50, 80);
    terminal.expect("ftp> ");
    terminal.send_line("learn");
    terminal.expect("500 ");
    terminal.expect("did you mean `exit`, and then `ftpsh learn`?");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn after_a_quit_in_the_middle_of_a_lesson_it_is_said_how_to_return() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["2"], 80);
    learner.hears(&["220 ", "ftp> "]);
    learner.types(
        "QUIT",
        &[
            "221 ",
            "this lesson is not done: `again` begins it anew",
            "ftp> ",
        ],
    );
    learner.types(
        "USER A",
        &[
            "not connected, so nothing was sent: `again` begins the lesson anew",
            "`next` goes on, `exit` leaves",
            "ftp> ",
        ],
    );
    learner.types("open", &["220 ", "ftp> "]);
    learner.leaves();
}

#[test]
fn a_password_that_is_typed_alone_is_told_to_begin_with_pass() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["2"], 80);
    learner.hears(&["220 ", "ftp> "]);
    learner.types(
        "USER A",
        &["331 ", "next: PASS, a space and the password", "ftp> "],
    );
    learner.types(
        "A",
        &["500 ", "next: PASS in front of the password", "ftp> "],
    );
    learner.types("USER A", &["331 ", "ftp> "]);
    learner.types("PASS A", &["230 ", "lesson 2 is done", "ftp> "]);
    learner.leaves();
}

#[test]
fn in_lesson_9_all_sizes_agree_after_an_enter_too_many() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 80);
    learner.hears(&["230 ", "TYPE I", "200 ", "Lesson 9 of 18", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("APPE 1.TXT", &["150 ", "data> "]);
    learner.types("zfive5", &["data> "]);
    learner.terminal.send_key(Key::CtrlD);
    learner.hears(&["7 bytes", "226 ", "ftp> "]);
    learner.types("SIZE 1.TXT", &["213 12", "ftp> "]);
    learner.types(
        "check",
        &[
            "it has 12 bytes there, 1 too many",
            "`again` makes",
            "ftp> ",
        ],
    );
    learner.leaves();
}

#[test]
fn the_listing_of_lesson_3_has_another_number_of_bytes_than_its_question() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["3"], 80);
    learner.hears(&["19,137", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("LIST", &["bytes received", "226 ", "ftp> "]);
    let screen = learner.terminal.screen();
    assert!(!screen.contains("137 bytes"), "{screen}");
    learner.leaves();
}

#[test]
fn a_second_ctrl_d_at_data_does_not_end_a_lesson() {
    let home = TempDir::new().unwrap();
    let mut learner = Learner::begin(&home, &["9"], 80);
    learner.hears(&["230 ", "ftp> "]);
    learner.types("PASV", &["227 ", "ftp ⇄> "]);
    learner.types("APPE 1.TXT", &["150 ", "data> "]);
    learner.terminal.send("zfive5");
    learner.terminal.send_key(Key::CtrlD);
    learner.terminal.send_key(Key::CtrlD);
    learner.hears(&[
        "226 ",
        "lesson 9 is done",
        "the data had ended already; Ctrl-D once more ends the session",
        "ftp> ",
    ]);
    learner.types("NOOP", &["200 ", "ftp> "]);
    learner.leaves();
}

#[test]
fn what_ftpsh_and_ftpsh_practice_print_first_points_to_the_lessons() {
    for (mode, said) in [
        (&[][..], "New to FTP? `ftpsh learn` teaches it"),
        (&["practice"], "`ftpsh learn` teaches it, step by step"),
    ] {
        let home = TempDir::new().unwrap();
        let program = Ftpsh::new().home(home.path()).args(mode);
        let mut terminal = program.terminal_of(50, 80);
        terminal.expect(said);
        terminal.expect("ftp> ");
        terminal.send_line("exit");
        assert_eq!(terminal.wait_exit(), 0);
    }
}
