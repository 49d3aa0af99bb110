//! Received data on the screen: the gutter, tables, and what a pager gets.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread;

#[cfg(unix)]
use super::hand::write_without_end;
use super::hand::{Control, Hand};
use super::lines;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::Terminal;

const ROWS: u16 = 24;
const LISTING: &str = "total 12\r\n\
    -rw-r--r--   1 ftp ftp  1258291 Nov 22 06:50 big file\r\n\
    drwxr-xr-x   1 ftp ftp     4096 Nov 22  2024 pub\r\n\
    -rw-r--r--   1 ftp ftp        5 Nov 22 06:50 \x1b[2Jodd\r\n";

/// The shell in a terminal, with this pager, or with none.
fn shell(folder: &Path, pager: &str) -> (Control, Terminal) {
    shell_of(Ftpsh::new().current_dir(folder).env("PAGER", pager))
}

fn shell_of(program: Ftpsh) -> (Control, Terminal) {
    let hand = Hand::new();
    let program = program
        .env("SHELL", "/bin/sh")
        .arg(hand.address().to_string());
    let starting = thread::spawn(move || {
        let mut terminal = program.terminal_of(ROWS, 100);
        terminal.expect("220 ready");
        terminal.expect("ftp> ");
        terminal
    });
    let control = hand.greet();
    (
        control,
        starting.join().expect("the shell is at its prompt"),
    )
}

/// Types the line; the server has begun.
fn begin(control: &mut Control, terminal: &mut Terminal, line: &str) -> TcpStream {
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line(line);
    control.expect(line);
    control.send("150 here\r\n");
    data
}

fn finish(control: &mut Control, mut data: TcpStream, terminal: &mut Terminal, text: &str) {
    data.write_all(text.as_bytes()).expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
}

#[cfg(unix)]
fn numbered(count: usize) -> String {
    (1..=count)
        .map(|number| format!("line {number}\r\n"))
        .collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn data_stand_after_a_gutter_and_replies_do_not() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "");
    let data = begin(&mut control, &mut terminal, "LIST");
    finish(&mut control, data, &mut terminal, "226 no reply\r\nlast");
    let screen = terminal.screen();
    let shown = "\n150 here\n│ 226 no reply\n│ last\n";
    assert!(screen.contains(shown), "{screen}");
    assert!(screen.contains("\n226 done\n"), "{screen}");
    terminal.send_line("set gutter off");
    terminal.expect("ftp> ");
    let data = begin(&mut control, &mut terminal, "LIST");
    finish(&mut control, data, &mut terminal, "plain\r\n");
    let screen = terminal.screen();
    assert!(screen.contains("\n150 here\nplain\n"), "{screen}");
}

#[test]
fn bytes_that_are_not_text_are_dumped_after_the_gutter() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "");
    let data = begin(&mut control, &mut terminal, "RETR f");
    finish(&mut control, data, &mut terminal, "\0ab\x1b");
    let screen = terminal.screen();
    assert!(screen.contains("│ 00000000  00 61 62 1b "), "{screen}");
}

#[test]
fn ls_shows_a_table_of_escaped_names_and_the_commands_that_it_sends() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "");
    terminal.send_line("ls -a 'x y'");
    let data = control.passive();
    control.expect("LIST -a x y");
    control.send("150 here\r\n");
    finish(&mut control, data, &mut terminal, LISTING);
    let screen = terminal.screen();
    for row in [
        "→ PASV",
        "→ LIST -a x y",
        "│ total 12",
        "│   1.2M  Nov 22 06:50      big file",
        "│      -  Nov 22 2024       pub/",
        "│      5  Nov 22 06:50      \\x1b[2Jodd",
    ] {
        assert!(screen.lines().any(|line| line == row), "{row}\n{screen}");
    }
}

#[test]
fn a_table_of_mlsd_is_asked_for_by_name() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "");
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("table MLSD");
    control.expect("MLSD");
    control.send("150 here\r\n");
    let facts = "type=file;size=5;modify=20261122065007; 1.TXT\r\n";
    finish(&mut control, data, &mut terminal, facts);
    let screen = terminal.screen();
    assert!(
        screen.contains("│      5  2026-11-22 06:50  1.TXT\n"),
        "{screen}"
    );
    terminal.send_line("table NOOP");
    terminal.expect("table needs a command that lists");
    terminal.send_line("PWD");
    control.expect("PWD");
}

#[test]
fn a_script_gets_listings_as_they_are() {
    let hand = Hand::new();
    let program = lines(hand.address(), &["ls", "LIST"]);
    let running = thread::spawn(move || program.run());
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("LIST");
    control.send("150 here\r\n");
    data.write_all(LISTING.as_bytes())
        .expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    control.expect("LIST");
    control.send("425 no data connection\r\n");
    let finished = running.join().expect("it ends").code(1);
    assert_eq!(finished.stdout_text(), LISTING);
}

#[cfg(unix)]
#[test]
fn what_is_longer_than_the_screen_goes_to_the_pager_from_its_beginning() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "cat > paged");
    let data = begin(&mut control, &mut terminal, "LIST");
    let text = numbered(100);
    finish(&mut control, data, &mut terminal, &text);
    let paged = std::fs::read_to_string(folder.path().join("paged")).expect("it was run");
    assert_eq!(paged, text.replace("\r\n", "\n"));
    terminal.send_line("PWD");
    control.expect("PWD");
    control.send("257 \"/\"\r\n");
    terminal.expect("257");
    assert!(
        !terminal.screen().contains("line 23"),
        "{}",
        terminal.screen()
    );
}

#[cfg(unix)]
#[test]
fn the_prompt_waits_for_whoever_reads_in_the_pager() {
    let folder = folder();
    // It reads everything, and ends when a key is pressed.
    let pager = "cat > paged; echo read; head -c 1 < /dev/tty > key";
    let (mut control, mut terminal) = shell(folder.path(), pager);
    let mut data = begin(&mut control, &mut terminal, "LIST");
    data.write_all(numbered(100).as_bytes())
        .expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("read");
    terminal.send("k");
    // The dialogue did not paint over the pager.
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    let key = std::fs::read(folder.path().join("key")).expect("it was read");
    assert_eq!(key, b"k");
}

#[cfg(unix)]
#[test]
fn the_pager_gets_less_options_unless_the_user_has_set_them() {
    for (set, given) in [
        (None, "LESS=-FRX -Ps?e(END) .q leaves, Space goes on$"),
        (Some("-S"), "LESS=-S"),
        (Some(""), "LESS="),
    ] {
        let folder = folder();
        let pager = "cat > paged; env > environment";
        let mut program = Ftpsh::new().current_dir(folder.path()).env("PAGER", pager);
        if let Some(set) = set {
            program = program.env("LESS", set);
        }
        let (mut control, mut terminal) = shell_of(program);
        let data = begin(&mut control, &mut terminal, "LIST");
        finish(&mut control, data, &mut terminal, &numbered(100));
        let environment = std::fs::read_to_string(folder.path().join("environment"));
        let environment = environment.expect("it was run");
        assert!(
            environment.lines().any(|line| line == given),
            "{environment}"
        );
    }
}

#[cfg(unix)]
#[test]
fn without_a_pager_of_the_user_less_is_run() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    let less = folder.path().join("less");
    std::fs::write(
        &less,
        "#!/bin/sh\necho \"$# $LESS\" > called\ncat > paged\n",
    )
    .unwrap();
    std::fs::set_permissions(&less, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").expect("there is one");
    let program = Ftpsh::new()
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", folder.path().display()));
    let (mut control, mut terminal) = shell_of(program);
    let data = begin(&mut control, &mut terminal, "LIST");
    finish(&mut control, data, &mut terminal, &numbered(100));
    let called = std::fs::read_to_string(folder.path().join("called")).expect("it was run");
    assert_eq!(called, "0 -FRX -Ps?e(END) .q leaves, Space goes on$\n");
}

#[cfg(unix)]
#[test]
fn what_fits_the_screen_goes_to_no_pager() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "cat > paged");
    let data = begin(&mut control, &mut terminal, "LIST");
    let fitting = usize::from(ROWS) - 2;
    finish(&mut control, data, &mut terminal, &numbered(fitting));
    assert!(!folder.path().join("paged").exists());
    let data = begin(&mut control, &mut terminal, "LIST");
    finish(&mut control, data, &mut terminal, &numbered(fitting + 1));
    assert!(folder.path().join("paged").exists());
}

#[cfg(unix)]
#[test]
fn a_line_that_fills_several_rows_counts_as_several() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "cat > paged");
    let data = begin(&mut control, &mut terminal, "LIST");
    let long = format!("{}\r\n", "x".repeat(99)).repeat(12);
    finish(&mut control, data, &mut terminal, &long);
    assert!(folder.path().join("paged").exists());
}

#[cfg(unix)]
#[test]
fn set_pager_off_shows_everything_on_the_screen() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "cat > paged");
    terminal.send_line("set pager off");
    terminal.expect("ftp> ");
    let data = begin(&mut control, &mut terminal, "LIST");
    finish(&mut control, data, &mut terminal, &numbered(100));
    terminal.wait_for("│ line 1\n");
    terminal.wait_for("│ line 100\n");
    assert!(!folder.path().join("paged").exists());
}

#[cfg(unix)]
#[test]
fn a_pager_that_is_left_ends_the_transfer() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "head -1 > paged");
    let mut data = begin(&mut control, &mut terminal, "LIST");
    write_without_end(&mut data);
    control.send("426 broken\r\n");
    terminal.expect("then this side had enough");
    terminal.expect("426 broken");
    terminal.expect("ftp> ");
    let paged = std::fs::read_to_string(folder.path().join("paged")).expect("it was run");
    assert_eq!(paged.trim_matches('x'), "\n");
}

#[cfg(unix)]
#[test]
fn a_pager_that_cannot_be_run_says_so_and_the_prompt_is_back() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "no-such-program");
    let mut data = begin(&mut control, &mut terminal, "LIST");
    // The client may have reset it already.
    let _ = data.write_all(numbered(100).as_bytes());
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    let screen = terminal.screen();
    assert!(screen.contains("line 22"), "{screen}");
    assert!(screen.contains("not found"), "{screen}");
}

#[test]
fn a_long_line_has_the_gutter_in_front_of_each_of_its_rows() {
    let folder = folder();
    let (mut control, mut terminal) = shell(folder.path(), "");
    let data = begin(&mut control, &mut terminal, "LIST");
    let forged = format!("{}226 Transfer complete.", "a".repeat(98));
    finish(&mut control, data, &mut terminal, &forged);
    let screen = terminal.screen();
    assert!(screen.contains("a\n│ 226 Transfer complete.\n"), "{screen}");
    assert!(!screen.contains("\n226 Transfer complete."), "{screen}");
}

#[cfg(unix)]
#[test]
fn help_that_is_longer_than_the_screen_goes_to_the_pager() {
    let folder = folder();
    let (_control, mut terminal) = shell(folder.path(), "cat > paged; echo read");
    terminal.send_line("help NOOP");
    terminal.expect("ftp> ");
    assert!(!folder.path().join("paged").exists());
    terminal.send_line("help");
    terminal.expect("read");
    terminal.expect("ftp> ");
    let paged = std::fs::read_to_string(folder.path().join("paged")).expect("it was run");
    assert!(
        paged.starts_with("What you type is sent as it is") && paged.contains("HELP asks"),
        "{paged}"
    );
    assert!(!terminal.screen().contains("What you type is sent"));
    std::fs::remove_file(folder.path().join("paged")).expect("it is there");
    terminal.send_line("set pager off");
    terminal.expect("ftp> ");
    terminal.send_line("help");
    terminal.expect("HELP asks");
    terminal.expect("ftp> ");
    assert!(!folder.path().join("paged").exists());
}
