//! The line editor in a terminal: what a person sees while a line is typed, and what is sent then.

mod completion;
mod hints;
mod pastes;
mod prompts;
mod screens;
mod speed;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::{Script, ScriptedServer};
use crate::support::terminal::Terminal;

/// What a terminal sends for the key.
const RIGHT: &str = "\x1b[C";
const TAB: &str = "\t";
/// Colour 8, which is grey.
const GREY: vt100::Color = vt100::Color::Idx(8);

/// A server that has greeted.
fn greeted() -> Script {
    Script::new().send("220 ready\r\n")
}

/// The shell on this server, at its prompt, living in this home.
fn shell(home: &Home, server: &ScriptedServer) -> Terminal {
    shell_of(Ftpsh::new(), home, server, 80)
}

fn shell_of(program: Ftpsh, home: &Home, server: &ScriptedServer, columns: u16) -> Terminal {
    let program = program.home(home.path()).arg(server.address().to_string());
    let mut terminal = program.terminal_of(24, columns);
    terminal.expect("220 ready");
    terminal.expect("ftp> ");
    terminal
}

/// Waits until the last line on the screen is this one.
fn await_last_line(terminal: &Terminal, line: &str) {
    terminal.wait_for_screen(&format!("the last line {line:?}"), |screen| {
        screen.trim_end().lines().next_back().map(str::trim_end) == Some(line)
    });
}
