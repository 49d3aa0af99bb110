//! `timeline` and `trace`.

use std::io;
use std::path::Path;

use crate::shell::core::{Keyboard, Shell};
use crate::shell::exit::Exit;
use crate::shell::help;
use crate::shell::line::{Builtin, expand_home};
use crate::shell::screen::timeline::Extent;
use crate::shell::screen::trace::{Existing, Form};

impl Shell {
    /// `timeline [all]`.
    pub(crate) fn draw_timeline(&mut self, extent: Extent) -> Exit {
        let columns = match &mut self.keyboard {
            Keyboard::Terminal(editor) => editor.columns(),
            Keyboard::Script(_) | Keyboard::Given(_) => USUAL_COLUMNS,
        };
        for line in self.timeline.draw(extent, columns) {
            self.painter.plain(&line);
        }
        Exit::Done
    }

    /// `trace [on|hex|off|[>>] FILE]`.
    pub(crate) fn set_trace(&mut self, arguments: &[String]) -> Exit {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match arguments[..] {
            [] => self.painter.plain(&self.trace.describe()),
            ["on"] => self.trace.show(Form::Text),
            ["hex"] => self.trace.show(Form::Hexadecimal),
            ["off"] => self.trace.stop(),
            [">>", file] => return self.trace_to(file, Existing::Appended),
            [file] => match file.strip_prefix(">>") {
                Some(file) if !file.is_empty() => return self.trace_to(file, Existing::Appended),
                None if !file.starts_with('>') => return self.trace_to(file, Existing::Refused),
                _ => return self.refuse_trace(),
            },
            _ => return self.refuse_trace(),
        }
        Exit::Done
    }

    fn refuse_trace(&self) -> Exit {
        self.refuse_line(&format!("usage: {}", help::usage(Builtin::Trace)))
    }

    fn trace_to(&self, file: &str, existing: Existing) -> Exit {
        let path = expand_home(Path::new(file), self.home.as_deref());
        match self.trace.write_to(&path, existing) {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = "it exists already; `trace >> FILE` adds to it";
                self.refuse_file(&path, &io::Error::new(error.kind(), text))
            }
            Err(error) => self.refuse_file(&path, &error),
        }
    }
}

/// Where there is no terminal to ask.
const USUAL_COLUMNS: usize = 80;
