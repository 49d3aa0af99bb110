//! Terminals that lay out their lines anew when their width changes, and where that leaves the cursor.
//!
//! rustyline takes its line to have the rows that it was painted in: it would paint it once more below, or over what is above.

use std::cmp::Ordering;
use std::ffi::OsString;

use unicode_width::UnicodeWidthStr;

use super::extent;
use crate::shell::screen::painter::Screen;

/// What was painted last, and how wide the terminal was.
#[derive(Debug)]
pub(super) struct Reflow {
    screen: Screen,
    /// The terminal is one of those.
    happens: bool,
    painted: Option<Painted>,
    prompt: String,
}

#[derive(Debug)]
struct Painted {
    columns: usize,
    /// The prompt, and the line up to the cursor.
    before_cursor: String,
}

impl Reflow {
    pub(super) fn new(screen: Screen) -> Self {
        Self {
            screen,
            happens: cfg!(unix) && lays_out_anew(&|name| std::env::var_os(name)),
            painted: None,
            prompt: String::new(),
        }
    }

    /// A line is read after this prompt.
    pub(super) fn begin(&mut self, prompt: &str) {
        prompt.clone_into(&mut self.prompt);
        self.painted = None;
    }

    /// How many rows a line covers that was written when it fitted one.
    pub(super) fn rows_of_line(&self, line: &str) -> usize {
        match self.happens {
            true => rows_of_line(line, self.screen.size().columns),
            false => 1,
        }
    }

    /// The line is about to be painted: where the terminal has another width since, the cursor goes to the row that the
    /// editor takes it to be in, and what is below is cleared.
    pub(super) fn note(&mut self, before_cursor: &str) {
        if !self.happens {
            return;
        }
        let columns = self.screen.size().columns;
        if let Some(painted) = &self.painted {
            let (was, is) = painted.rows_before_and_after(columns);
            match is.cmp(&was) {
                Ordering::Greater => self.screen.take_back_rows(is - was),
                Ordering::Less => self.screen.leave_rows(was - is),
                Ordering::Equal => {}
            }
        }
        self.painted = Some(Painted {
            columns,
            before_cursor: format!("{}{before_cursor}", self.prompt),
        });
    }
}

impl Painted {
    /// How many rows it took up to the cursor, and how many it takes now.
    fn rows_before_and_after(&self, columns: usize) -> (usize, usize) {
        let rows = |columns| extent::rows("", &self.before_cursor, columns);
        (rows(self.columns), rows(columns))
    }
}

fn rows_of_line(line: &str, columns: usize) -> usize {
    line.width().div_ceil(columns.max(1)).max(1)
}

/// Whether the terminal says that it is one of those that do.
fn lays_out_anew(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    if is_set(&"TMUX") {
        return true;
    }
    // GNU screen does not, whatever it runs in.
    let program = variable("TERM_PROGRAM");
    let is_known = |name: &&str| program.as_deref() == Some((*name).as_ref());
    !is_set(&"STY") && (VARIABLES.iter().any(is_set) || PROGRAMS.iter().any(is_known))
}

const VARIABLES: &[&str] = &[
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "KONSOLE_VERSION",
];
const PROGRAMS: &[&str] = &[
    "iTerm.app",
    "Apple_Terminal",
    "WezTerm",
    "ghostty",
    "vscode",
];

#[cfg(test)]
mod tests {
    use super::{Painted, lays_out_anew, rows_of_line};

    #[test]
    fn a_line_takes_more_rows_in_a_narrower_terminal_and_less_in_a_wider_one() {
        let painted = Painted {
            columns: 40,
            before_cursor: "ftp> RETR some/long/path/to/a/file".to_owned(),
        };
        for (columns, rows) in [(40, 1), (80, 1), (35, 1), (30, 2), (20, 2), (10, 4)] {
            assert_eq!(
                painted.rows_before_and_after(columns),
                (1, rows),
                "{columns}"
            );
        }
    }

    #[test]
    fn a_line_that_is_written_takes_no_row_more_where_it_ends_with_the_last_column() {
        let line = format!("│{}│", " ".repeat(78));
        for (columns, rows) in [(120, 1), (80, 1), (79, 2), (40, 2), (39, 3), (0, 80)] {
            assert_eq!(rows_of_line(&line, columns), rows, "{columns}");
        }
        assert_eq!(rows_of_line("", 40), 1);
    }

    #[test]
    fn only_a_terminal_that_is_known_to_do_it_is_believed_to() {
        let with = |variables: &'static [(&str, &str)]| {
            lays_out_anew(&move |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).into())
            })
        };
        assert!(!with(&[]) && !with(&[("TERM", "xterm-256color")]));
        assert!(with(&[("TMUX", "/tmp/x")]) && with(&[("VTE_VERSION", "7600")]));
        assert!(with(&[("TERM_PROGRAM", "WezTerm")]));
        assert!(!with(&[("STY", "1.x"), ("VTE_VERSION", "7600")]));
    }
}
