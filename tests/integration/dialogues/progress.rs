//! The line that tells how far a transfer has come: where it stands, what it says, and where there is none.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::hand::{Control, Hand};
use super::lines;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::Terminal;

/// Longer than a transfer runs without a line.
const LONG: Duration = Duration::from_millis(900);

/// The shell in a terminal like this one, at its prompt.
fn shell(program: Ftpsh) -> (Control, Terminal) {
    let hand = Hand::new();
    let program = program.arg(hand.address().to_string());
    let starting = thread::spawn(move || {
        let mut terminal = program.terminal_of(24, 100);
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

/// A download of 100,000 bytes of which 40,000 have come.
fn stalled_download(preliminary: &str) -> (Control, TcpStream, Terminal) {
    let (mut control, mut terminal) = shell(Ftpsh::new());
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f > f");
    control.expect("RETR f");
    control.send(preliminary);
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    (control, data, terminal)
}

fn finish(mut control: Control, mut data: TcpStream, terminal: &mut Terminal) {
    data.write_all(&[b'x'; 60_000]).expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("100000 bytes received");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
}

/// The last row that is not empty.
fn last_row(screen: &str) -> &str {
    screen.trim_end().lines().next_back().unwrap_or_default()
}

fn tells_bytes(row: &str) -> bool {
    row.contains("40,000 of 100,000 bytes  40%")
}

#[test]
fn a_slow_download_tells_how_far_it_is_and_takes_the_line_away() {
    let (control, data, mut terminal) = stalled_download("150 here (100000 bytes)\r\n");
    terminal.wait_for_screen("the bytes so far", |screen| {
        let row = last_row(screen);
        tells_bytes(row) && row.contains("B/s") && row.ends_with("left  Ctrl-] for the prompt")
    });
    finish(control, data, &mut terminal);
    let screen = terminal.screen();
    assert!(
        !screen.contains('%') && !screen.contains("left"),
        "{screen}"
    );
    // The rows follow each other as if there had been no such line.
    let rows: Vec<&str> = screen.lines().collect();
    let at = rows.iter().position(|row| row.starts_with("150 here"));
    let at = at.expect("it is there");
    assert_eq!(
        rows[at + 1],
        "  100000 bytes received, data connection closed"
    );
    assert_eq!(rows[at + 2], "226 done");
}

#[test]
fn what_is_painted_meanwhile_stands_above_the_line() {
    let (mut control, data, mut terminal) = stalled_download("150 here (100000 bytes)\r\n");
    terminal.wait_for_screen("the bytes so far", |screen| tells_bytes(last_row(screen)));
    control.send("one line\r\nand another\r\n");
    terminal.wait_for_screen("the lines above the line", |screen| {
        screen.contains("not a reply: one line\n  note: a line that is not a reply: and another\n")
            && tells_bytes(last_row(screen))
    });
    let screen = terminal.screen();
    assert_eq!(screen.matches('%').count(), 1, "{screen}");
    finish(control, data, &mut terminal);
    assert!(!terminal.screen().contains('%'));
}

#[test]
fn a_server_that_tells_no_number_gives_no_percentage_unless_size_did() {
    let (control, data, mut terminal) = stalled_download("150 here\r\n");
    terminal.wait_for_screen("the bytes so far", |screen| {
        last_row(screen).contains("40,000 bytes")
    });
    assert!(!terminal.screen().contains('%'));
    finish(control, data, &mut terminal);
    let (mut control, mut terminal) = shell(Ftpsh::new());
    terminal.send_line("SIZE f");
    control.expect("SIZE f");
    control.send("213 100000\r\n");
    terminal.expect("213 100000");
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f > f");
    control.expect("RETR f");
    control.send("150 here\r\n");
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    terminal.wait_for_screen("the bytes so far", |screen| tells_bytes(last_row(screen)));
}

#[cfg(unix)]
#[test]
fn a_local_command_that_reads_the_data_writes_above_the_line() {
    let (mut control, mut terminal) = shell(Ftpsh::new());
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    let part = |bytes: u32, lines: &str| {
        format!("head -c {bytes} > /dev/null; for i in {lines}; do echo line $i; done")
    };
    let many: Vec<String> = (10..40).map(|number| number.to_string()).collect();
    let first = part(40_000, "1 2 3");
    let second = part(20_000, &many.join(" "));
    let command = format!("RETR f | ({first}; {second}; cat > /dev/null; printf end)");
    terminal.send_line(&command);
    control.expect("RETR f");
    control.send("150 here (100000 bytes)\r\n");
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    terminal.wait_for_screen("the bytes so far", |screen| {
        tells_bytes(last_row(screen)) && screen.contains("\nline 1\nline 2\nline 3\n")
    });
    data.write_all(&[b'x'; 20_000]).expect("the client reads");
    terminal.wait_for_screen("the lines, and how far it is", |screen| {
        let is_last = last_row(screen).contains("60,000 of 100,000 bytes  60%");
        is_last && screen.contains("\nline 37\nline 38\nline 39\n")
    });
    let screen = terminal.screen();
    assert_eq!(screen.matches('%').count(), 1, "{screen}");
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    terminal.wait_for_screen("the end", |screen| {
        screen.contains("line 39\nend") && !screen.contains('%')
    });
    // The whole screen scrolls again.
    terminal.send_line("help TYPE");
    terminal.wait_for_screen("the prompt in the last row", |screen| {
        screen.lines().count() == 24 && last_row(screen) == "ftp>"
    });
}

#[test]
fn an_upload_tells_the_bytes_of_the_local_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // More than the system takes before the server has read any of it.
    let file = std::fs::File::create(folder.path().join("big")).expect("the test's own folder");
    file.set_len(300_000_000).expect("a sparse file");
    let (mut control, mut terminal) = shell(Ftpsh::new().current_dir(folder.path()));
    terminal.send_line("TYPE I");
    control.expect("TYPE I");
    control.send("200 I\r\n");
    terminal.expect("200 I");
    terminal.send_line("PASV");
    let _data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("STOR big < big");
    control.expect("STOR big");
    control.send("150 here\r\n");
    terminal.wait_for_screen("the bytes so far", |screen| {
        last_row(screen).contains(" of 300,000,000 bytes ")
    });
}

#[test]
fn a_resume_tells_how_far_its_transfer_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut control, terminal) = shell(Ftpsh::new().current_dir(folder.path()));
    terminal.send_line("resume --get f");
    control.expect("TYPE I");
    control.send("200 I\r\n");
    control.expect("SIZE f");
    control.send("213 100000\r\n");
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    terminal.wait_for_screen("the bytes so far", |screen| tells_bytes(last_row(screen)));
}

#[test]
fn a_terminal_that_changes_its_size_meanwhile_keeps_its_rows() {
    let (control, data, mut terminal) = stalled_download("150 here (100000 bytes)\r\n");
    terminal.wait_for_screen("the bytes so far", |screen| tells_bytes(last_row(screen)));
    terminal.resize(24, 30);
    terminal.wait_for_screen("a line that was cut", |screen| {
        let row = last_row(screen);
        row.contains("40,000 of") && row.chars().count() < 30 && row.ends_with("bytes  40")
    });
    terminal.resize(24, 100);
    terminal.wait_for_screen("the whole line", |screen| {
        tells_bytes(last_row(screen)) && last_row(screen).ends_with("left  Ctrl-] for the prompt")
    });
    let screen = terminal.screen();
    assert_eq!(screen.matches("40,000").count(), 1, "{screen}");
    finish(control, data, &mut terminal);
    let screen = terminal.screen();
    assert!(!screen.contains("40,000"), "{screen}");
    assert!(
        screen.contains("\nftp ⇄> RETR f > f\n150 here (100000"),
        "{screen}"
    );
}

#[test]
fn data_on_the_screen_need_no_such_line() {
    let (mut control, mut terminal) = shell(Ftpsh::new());
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f");
    control.expect("RETR f");
    control.send("150 here (100000 bytes)\r\n");
    data.write_all(b"first\r\n").expect("the client reads");
    terminal.expect("first");
    // What is waited for is that nothing comes.
    thread::sleep(LONG);
    data.write_all(b"second\r\n").expect("the client reads");
    terminal.expect("second");
    let screen = terminal.screen();
    assert!(!screen.contains('%'), "{screen}");
    assert!(screen.contains("first\n│ second"), "{screen}");
}

#[test]
fn a_terminal_without_cursor_gets_no_such_line() {
    let (mut control, mut terminal) = shell(Ftpsh::new().env("TERM", "dumb"));
    type_passive_dumb(&mut control, &mut terminal);
    terminal.send_line("RETR f > f");
    control.expect("RETR f");
    control.send("150 here (100000 bytes)\r\n");
    terminal.expect("150 here");
    thread::sleep(LONG);
    control.send("211 still here\r\n");
    terminal.expect("211 still here");
    assert!(!terminal.screen().contains('%'), "{}", terminal.screen());
}

fn type_passive_dumb(control: &mut Control, terminal: &mut Terminal) {
    terminal.send_line("PASV");
    // The data connection that it brings is the client's to keep.
    std::mem::forget(control.passive());
    terminal.expect("data connection open");
}

#[test]
fn a_pipe_gets_no_such_line() {
    let hand = Hand::new();
    let program = lines(hand.address(), &["PASV", "RETR f > f"]);
    let running = thread::spawn(move || program.run());
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here (100000 bytes)\r\n");
    data.write_all(&[b'x'; 40_000]).expect("the client reads");
    thread::sleep(LONG);
    drop(data);
    control.send("226 done\r\n");
    let finished = running.join().expect("it ends").success();
    assert!(!finished.stderr.contains('%'), "{}", finished.stderr);
    assert!(!finished.stderr.contains('\r'), "{}", finished.stderr);
}
