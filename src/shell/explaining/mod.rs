//! `ftpsh explain`: anybody's log, for people or as JSON.

mod json;
mod page;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Result;

use crate::explain::explain;
use crate::shell::config::options::Explain;
use crate::shell::exit::Exit;
use crate::shell::replay::importing::print;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people, on a screen of so many columns.
    Page {
        /// How wide it is.
        columns: usize,
    },
    /// For programs, as one line.
    Json,
}

/// What there is to say of a log of this name; `None` if nothing in it is FTP. What could control a terminal is written by
/// its number, and secrets are `****`.
///
/// # Errors
///
/// What reading says.
pub fn report(source: impl BufRead, name: &OsStr, form: Form) -> io::Result<Option<String>> {
    let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let show: &dyn Fn(&[u8]) -> String = match form {
        Form::Page { .. } => &escape,
        Form::Json => &lossy,
    };
    Ok(explain(source, show)?.map(|explained| match form {
        Form::Page { columns } => page::text(&explained, name, columns),
        Form::Json => json::line(&explained, &name.to_string_lossy()),
    }))
}

/// Prints it on standard output.
pub(crate) fn run(options: &Explain, painter: &Painter) -> Result<Exit> {
    let form = match options.json {
        true => Form::Json,
        false => Form::Page {
            columns: painter.screen().row().unwrap_or(USUAL_COLUMNS),
        },
    };
    let complain = |text: &dyn std::fmt::Display| {
        let name = escape(options.file.as_os_str().as_encoded_bytes());
        painter.say(Tone::Error, &format!("{name}: {text}"));
    };
    match read(&options.file, form) {
        Err(error) => {
            complain(&error);
            Ok(Exit::LocalFile)
        }
        Ok(None) => {
            complain(&NOTHING);
            Ok(Exit::Usage)
        }
        Ok(Some(text)) => Ok(print(text.as_bytes(), painter)),
    }
}

fn read(path: &Path, form: Form) -> io::Result<Option<String>> {
    let name = path.as_os_str();
    if name == "-" {
        return report(io::stdin().lock(), name, form);
    }
    let file = BufReader::with_capacity(READ_AT_ONCE, File::open(path)?);
    report(file, name, form)
}

const NOTHING: &str =
    "nothing in it is FTP: no line is a command or a reply, whatever stands in front of it";
const READ_AT_ONCE: usize = 256 * 1024;
const USUAL_COLUMNS: usize = 80;
