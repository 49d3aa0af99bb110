//! The picture at the top of the README's session is what a terminal shows, cell by cell.
//!
//! `FTPSH_WRITE_PICTURE=1` makes the test write the picture in place of comparing it.

mod cells;
mod drawing;
mod fixed;

use std::fs;
use std::path::Path;

use crate::support::data_order::put_data_first;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

use self::drawing::{Picture, drawn};

const PICTURE: &str = "docs/session.svg";
const COMMAND: &str = "practice";
const TITLE: &str = "A session of ftpsh in a terminal: an upload that broke off after 5 bytes is finished \
                     with SIZE, PASV and APPE";
const CONNECTIONS: &str = "docs/connections.svg";
const TITLE_OF_CONNECTIONS: &str =
    "What the built-in picture draws after an upload: you, the server, and both connections";

/// What is typed, what the server answers at last, and the prompt after that.
const STEPS: &[(&str, &str, &str)] = &[
    ("user A", "331 ", "ftp> "),
    ("pass A", "230 ", "ftp> "),
    ("size 1.TXT", "213 5", "ftp> "),
    ("appe 1.TXT", "425 ", "ftp> "),
    ("pasv", "227 ", "ftp ⇄> "),
    ("appe 1.TXT", "150 ", "data> "),
];

#[test]
#[cfg_attr(
    windows,
    ignore = "the console of Windows paints anew, in its own way, what a program paints"
)]
fn the_picture_of_a_session_is_what_the_terminal_shows() {
    // Wide and high enough that no line is broken and none scrolls away.
    let mut terminal = Ftpsh::new().arg(COMMAND).terminal_of(60, 200);
    play(&mut terminal);
    compare(&terminal, PICTURE, TITLE);
}

#[test]
#[cfg_attr(
    windows,
    ignore = "the console of Windows paints anew, in its own way, what a program paints"
)]
fn the_picture_of_both_connections_is_what_the_terminal_shows() {
    let mut terminal = Ftpsh::new().arg(COMMAND).terminal_of(60, 200);
    terminal.expect("220 ");
    terminal.expect("ftp> ");
    for (typed, reply, prompt) in [
        ("user A", "331 ", "ftp> "),
        ("pass A", "230 ", "ftp> "),
        ("pasv", "227 ", "ftp ⇄> "),
        ("appe 1.TXT <<< 'zfive5'", "226 ", "ftp> "),
        ("picture", "└", "ftp> "),
    ] {
        terminal.send_line(typed);
        terminal.expect(reply);
        terminal.expect(prompt);
    }
    terminal.wait_for_screen("the last prompt", |screen| {
        screen.trim_end().ends_with("┘\nftp>")
    });
    terminal.wait_for_cursor_in(5);
    compare(&terminal, CONNECTIONS, TITLE_OF_CONNECTIONS);
}

fn compare(terminal: &Terminal, path: &str, title: &str) {
    let drawn = picture(terminal, title);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("FTPSH_WRITE_PICTURE").is_some() {
        fs::write(&path, &drawn).expect("the folder of the pages is there");
    }
    let stored = fs::read_to_string(&path).expect("the picture is there");
    let mut pairs = stored.lines().zip(drawn.lines());
    let difference = pairs.find(|(left, right)| left != right);
    assert_eq!(
        difference, None,
        "FTPSH_WRITE_PICTURE=1 writes the picture; look at it before you keep it"
    );
    assert_eq!(stored.lines().count(), drawn.lines().count());
}

/// Finishes the upload by hand, and begins a last line, so that its grey end is seen.
fn play(terminal: &mut Terminal) {
    terminal.expect("220 ");
    terminal.expect("ftp> ");
    for (typed, reply, prompt) in STEPS {
        terminal.send_line(typed);
        terminal.expect(reply);
        terminal.expect(prompt);
    }
    terminal.send("zfive5");
    terminal.send_key(Key::CtrlD);
    terminal.expect("226 ");
    terminal.expect("ftp> ");
    terminal.send_line("size 1.TXT");
    terminal.expect("213 11");
    terminal.expect("ftp> ");
    terminal.send("mdtm");
    terminal.wait_for_screen("the end of the session", |screen| {
        screen.trim_end().ends_with("\nftp> mdtm <path>")
    });
    // After what was painted in grey, the cursor goes back to where the typing goes on.
    terminal.wait_for_cursor_in(9);
}

fn picture(terminal: &Terminal, title: &str) -> String {
    let screen = terminal.painted_screen();
    let (_, cursor_column) = screen.cursor_position();
    let mut lines = cells::lines(&screen);
    put_data_first(&mut lines);
    fixed::replace_what_differs(&mut lines);
    let picture = Picture {
        title,
        command: &format!("ftpsh {COMMAND}"),
        lines: &lines,
        cursor_column: cursor_column.into(),
    };
    drawn(&picture).expect("memory takes all that is written")
}
