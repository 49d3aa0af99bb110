//! A person at a terminal: logs in, asks for the size, opens the data connection and types the data.

use super::scene::Scene;
use crate::support::real_server::Kind;
use crate::support::terminal::{Key, Terminal};

on_every_server!(
    text_and_control_d_append_exactly_that_text,
    lines_in_type_a_end_with_cr_lf_and_control_d_on_nothing_ends_them,
    lines_in_type_i_end_with_lf,
    a_resume_that_is_typed_completes_the_file,
    a_typed_listing_is_shown,
);

/// The binary in a terminal, on the relay, logged in, at its prompt.
pub(super) fn logged_in(scene: &Scene, address: std::net::SocketAddr) -> Terminal {
    let mut terminal = scene.binary(address).terminal();
    terminal.expect("220 ");
    terminal.expect("ftp> ");
    let [user, pass] = scene.login();
    exchange(&mut terminal, &user, "331 ", "ftp> ");
    exchange(&mut terminal, &pass, "230 ", "ftp> ");
    terminal
}

/// Types a line; waits for its reply at the beginning of a line, and for the prompt after it.
pub(super) fn exchange(terminal: &mut Terminal, line: &str, reply: &str, prompt: &str) {
    terminal.send_line(line);
    terminal.expect(&format!("\n{reply}"));
    terminal.expect(prompt);
}

fn at_passive_prompt(scene: &Scene, representation_type: &str) -> Terminal {
    let mut terminal = logged_in(scene, scene.relay.address());
    exchange(
        &mut terminal,
        &format!("TYPE {representation_type}"),
        "200 ",
        "ftp> ",
    );
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    terminal
}

/// Waits for the so-many-th `data>` of this screen, with nothing typed after it.
fn at_data_prompt(terminal: &Terminal, number: usize) {
    terminal.wait_for_screen("an empty data> prompt", |screen| {
        let prompts = screen.lines().filter(|line| line.starts_with("data>"));
        prompts.count() == number && screen.trim_end().ends_with("\ndata>")
    });
}

fn quit(mut terminal: Terminal) {
    exchange(&mut terminal, "PWD", "257 ", "ftp> ");
    terminal.send_line("quit");
    terminal.expect("\n221");
    assert_eq!(terminal.wait_exit(), 0);
}

fn text_and_control_d_append_exactly_that_text(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("1.TXT", b"I am ");
    let mut terminal = at_passive_prompt(&scene, "I");
    exchange(&mut terminal, "size 1.TXT", "213 5", "ftp ⇄> ");
    terminal.send_line("appe 1.TXT");
    terminal.expect("data> ");
    terminal.send("zfive5");
    terminal.send_key(Key::CtrlD);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.server.read_file("1.TXT"), b"I am zfive5");
    assert_eq!(scene.moved(), (6, 0));
    quit(terminal);
    let lines = scene.relay.control_lines_to_server();
    let [user, pass] = scene.login();
    assert_eq!(
        lines,
        [
            &user,
            &pass,
            "TYPE I",
            "PASV",
            "size 1.TXT",
            "appe 1.TXT",
            "PWD",
            "quit"
        ]
    );
}

fn lines_in_type_a_end_with_cr_lf_and_control_d_on_nothing_ends_them(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene, "A");
    terminal.send_line("STOR f");
    terminal.expect("data> ");
    for (number, line) in ["one", "", "a\tb"].into_iter().enumerate() {
        terminal.send_line(line);
        at_data_prompt(&terminal, number + 2);
    }
    terminal.send_key(Key::CtrlD);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.moved(), (b"one\r\n\r\na\tb\r\n".len() as u64, 0));
    let expected: &[u8] = if scene.keeps_line_ends() {
        b"one\r\n\r\na\tb\r\n"
    } else {
        b"one\n\na\tb\n"
    };
    assert_eq!(scene.server.read_file("f"), expected);
    quit(terminal);
}

fn lines_in_type_i_end_with_lf(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene, "I");
    terminal.send_line("STOR f");
    terminal.expect("data> ");
    terminal.send_line("ünï");
    at_data_prompt(&terminal, 2);
    terminal.send("PWD");
    terminal.send_key(Key::CtrlD);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.server.read_file("f"), "ünï\nPWD".as_bytes());
    quit(terminal);
}

fn a_resume_that_is_typed_completes_the_file(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("1.TXT", b"I am ");
    scene.write_local("1.TXT", b"I am zfive5");
    let mut terminal = at_passive_prompt(&scene, "I");
    terminal.send_line("resume 1.TXT");
    terminal.expect("APPE 1.TXT");
    terminal.expect("\n226 ");
    terminal.expect("whole: 11 of 11 bytes, all verified (read back), 6 sent");
    terminal.expect("ftp> ");
    assert_eq!(scene.server.read_file("1.TXT"), b"I am zfive5");
    assert_eq!(scene.moved(), (6, 5 + 11));
    quit(terminal);
}

fn a_typed_listing_is_shown(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("a file", b"");
    let mut terminal = at_passive_prompt(&scene, "A");
    terminal.send_line("LIST");
    terminal.expect(" a file\n");
    terminal.expect("\n226");
    terminal.expect("ftp> ");
    quit(terminal);
}
