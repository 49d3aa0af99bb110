//! Received data on the terminal: text line by line and escaped, a listing as a table, anything else as a hex dump.
//!
//! ```text
//! 150 Opening ASCII mode data connection for /.
//! │ -rw-r--r--   1 ftp      ftp                 5 Nov 22 06:50 1.TXT
//! 226 Transfer complete.
//! ```

use std::io::{self, Write};
use std::process::ChildStdin;

use nu_ansi_term::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape::with_seen_tabs;
use super::hexdump::{HexDump, looks_like_text};
use super::listing_table::table_row;
use super::painter::Screen;
use crate::client::{Cancellation, Destination};
use crate::protocol::listing;
use crate::shell::charset::Charset;
use crate::shell::local::pager::Pager;

/// How received data is to look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    /// A mark in front of each line tells data from replies.
    pub(crate) gutter: bool,
    /// Lines of LIST or MLSD become rows of a table.
    pub(crate) table: bool,
    /// What each line is.
    pub(crate) kind: LineKind,
    /// Takes what is longer than the screen.
    pub(crate) pager: Option<Pager>,
}

/// What a line of data is: in a name, a tab must be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// A line of a file.
    #[default]
    Text,
    /// A line of LIST or MLSD, which ends with a name.
    Entry,
    /// A line of NLST, which is a name.
    Name,
}

/// The terminal as a place for data.
pub(crate) struct ShownData {
    form: Form,
    lines: ShownLines,
    table: bool,
    kind: LineKind,
    charset: Charset,
}

enum Form {
    Undecided,
    /// The beginning of a line that is not complete.
    Text(Vec<u8>),
    Bytes(HexDump),
}

impl ShownData {
    /// Shows on this screen.
    pub(crate) fn new(screen: Screen, look: Look) -> Self {
        let (table, kind) = (look.table, look.kind);
        let charset = screen.charset();
        Self {
            form: Form::Undecided,
            lines: ShownLines::new(screen, look),
            table,
            kind,
            charset,
        }
    }

    fn in_readable_form(&self, line: &[u8]) -> String {
        let row = if self.table {
            table_row(line, self.charset)
        } else {
            None
        };
        row.unwrap_or_else(|| {
            let (before, name) = line.split_at(line.len() - self.name_in(line).len());
            self.charset.escape(before) + &with_seen_tabs(&self.charset.escape(name))
        })
    }

    /// The name at the end of a line; empty if there is none.
    fn name_in<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        match self.kind {
            LineKind::Text => b"",
            LineKind::Name => line,
            LineKind::Entry => listing::read_line(line).map_or(b"", |listed| listed.name),
        }
    }

    /// Every line that is complete. A line that grows without end is shown in pieces.
    fn complete_lines(&self, beginning: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            beginning.extend_from_slice(piece);
            let is_complete = beginning.ends_with(b"\n");
            if is_complete {
                beginning.pop();
                let text = beginning.strip_suffix(b"\r").unwrap_or(beginning);
                lines.push(self.in_readable_form(text));
            } else if beginning.len() >= LINE_SHOWN_BYTES {
                lines.push(self.charset.escape(beginning));
            } else {
                continue;
            }
            beginning.clear();
        }
        lines
    }
}

impl Destination for ShownData {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let form = std::mem::replace(&mut self.form, Form::Undecided);
        let mut form = match form {
            Form::Undecided if looks_like_text(bytes, self.charset) => Form::Text(Vec::new()),
            Form::Undecided => Form::Bytes(HexDump::new()),
            decided => decided,
        };
        let lines = match &mut form {
            Form::Undecided => Vec::new(),
            Form::Text(beginning) => self.complete_lines(beginning, bytes),
            Form::Bytes(dump) => dump.push(bytes).lines().map(str::to_owned).collect(),
        };
        self.form = form;
        self.lines.show(lines)
    }

    fn cancellation(&self) -> Option<Cancellation> {
        self.lines.cancellation.clone()
    }

    fn is_screen(&self) -> bool {
        true
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        let lines = match std::mem::replace(&mut self.form, Form::Undecided) {
            Form::Text(beginning) if !beginning.is_empty() => {
                vec![self.in_readable_form(&beginning)]
            }
            Form::Undecided | Form::Text(_) => Vec::new(),
            Form::Bytes(dump) => dump.finish().lines().map(str::to_owned).collect(),
        };
        self.lines.show(lines)?;
        self.lines.end();
        Ok(())
    }
}

/// Lines that can be read, on the screen as long as they fit, and in the pager once they do not.
struct ShownLines {
    screen: Screen,
    gutter: String,
    pager: Option<Pager>,
    /// What the screen shows already, for the pager to begin with.
    first: Vec<String>,
    rows: usize,
    paged: Option<ChildStdin>,
    /// Where the system has no pipe left for it, nothing is cancelled.
    cancellation: Option<Cancellation>,
}

impl ShownLines {
    fn new(screen: Screen, look: Look) -> Self {
        let gutter = match (look.gutter, screen.has_colour()) {
            (false, _) => String::new(),
            (true, false) => GUTTER.to_owned(),
            (true, true) => Style::new().dimmed().paint(GUTTER).to_string(),
        };
        Self {
            screen,
            gutter,
            pager: look.pager,
            first: Vec::new(),
            rows: 0,
            paged: None,
            cancellation: Cancellation::new().ok(),
        }
    }

    fn show(&mut self, lines: Vec<String>) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if let Some(paged) = &mut self.paged {
            return write_lines(paged, &lines);
        }
        let Some(pager) = self.pager.clone() else {
            return self.print(&lines);
        };
        let fitting = self.count_fitting(&lines);
        self.print(&lines[..fitting])?;
        self.first.extend_from_slice(&lines[..fitting]);
        if fitting == lines.len() {
            return Ok(());
        }
        let rest = &lines[fitting..];
        match pager.start(&self.screen) {
            Ok(mut paged) => {
                write_lines(&mut paged, &std::mem::take(&mut self.first))?;
                let written = write_lines(&mut paged, rest);
                self.paged = Some(paged);
                written
            }
            Err(_) => {
                // Without it, the screen takes everything.
                self.pager = None;
                self.first.clear();
                self.print(rest)
            }
        }
    }

    /// How many of the next lines find room on the screen, with a row each for the prompt and the reply.
    fn count_fitting(&mut self, lines: &[String]) -> usize {
        let size = self.screen.size();
        let room = size.rows.saturating_sub(2);
        for (index, line) in lines.iter().enumerate() {
            self.rows += if self.gutter.is_empty() {
                line.width().div_ceil(size.columns.max(1)).max(1)
            } else {
                self.rows_of(line).len()
            };
            if self.rows > room {
                return index;
            }
        }
        lines.len()
    }

    fn print(&self, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let gutter = &self.gutter;
        let rows = lines.iter().flat_map(|line| self.rows_of(line));
        let marked: Vec<String> = rows.map(|row| format!("{gutter}{row}")).collect();
        for rows in marked.chunks(ROWS_AT_ONCE) {
            // Nobody wants to see below the next prompt what was left when the transfer was given up.
            if self.is_cancelled() {
                return Ok(());
            }
            self.screen.data_lines(&rows.join("\n"))?;
        }
        Ok(())
    }

    fn is_cancelled(&self) -> bool {
        let cancellation = self.cancellation.as_ref();
        cancellation.is_some_and(Cancellation::is_cancelled)
    }

    /// The rows that a line takes: each has its gutter, so that none of them can pass for a reply.
    fn rows_of<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let Some(columns) = self.screen.row().filter(|_| !self.gutter.is_empty()) else {
            return vec![line];
        };
        let room = columns.saturating_sub(GUTTER.width()).max(1);
        let mut rows = Vec::new();
        let (mut begin, mut taken) = (0, 0);
        for (index, character) in line.char_indices() {
            let width = character.width().unwrap_or(0);
            if taken + width > room {
                rows.push(&line[begin..index]);
                (begin, taken) = (index, 0);
            }
            taken += width;
        }
        rows.push(&line[begin..]);
        rows
    }

    /// The pager has everything.
    fn end(&mut self) {
        self.paged = None;
    }
}

fn write_lines(paged: &mut ChildStdin, lines: &[String]) -> io::Result<()> {
    let mut text = lines.join("\n");
    text.push('\n');
    paged.write_all(text.as_bytes())
}

const GUTTER: &str = "│ ";
const LINE_SHOWN_BYTES: usize = 16 * 1024;
/// After so many, a transfer that was given up ends to be shown.
const ROWS_AT_ONCE: usize = 40;
