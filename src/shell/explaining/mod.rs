//! `ftpsh explain`: anybody's log, for people or as JSON.

mod json;
mod page;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Result;

use crate::explain::{Explained, explain};
use crate::shell::config::options::Explain;
use crate::shell::exit::Exit;
use crate::shell::replay::importing::print;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};

/// Prints what there is to say of a log on standard output.
pub(crate) fn run(options: &Explain, painter: &Painter) -> Result<Exit> {
    let name = escape(options.file.as_os_str().as_encoded_bytes());
    let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let explained = match options.json {
        true => read(&options.file, &lossy),
        false => read(&options.file, &escape),
    };
    let text = match explained {
        Err(error) => {
            painter.say(Tone::Error, &format!("{name}: {error}"));
            return Ok(Exit::LocalFile);
        }
        Ok(None) => {
            painter.say(Tone::Error, &format!("{name}: {NOTHING}"));
            return Ok(Exit::Usage);
        }
        Ok(Some(explained)) if options.json => {
            json::line(&explained, &options.file.to_string_lossy())
        }
        Ok(Some(explained)) => {
            let columns = painter.screen().row().unwrap_or(USUAL_COLUMNS);
            let is_file = options.file.as_os_str() != "-";
            page::text(&explained, &name, is_file, columns)
        }
    };
    Ok(print(text.as_bytes(), painter))
}

fn read(path: &Path, show: &dyn Fn(&[u8]) -> String) -> io::Result<Option<Explained>> {
    let source: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::with_capacity(READ_AT_ONCE, File::open(path)?))
    };
    explain(source, show)
}

const NOTHING: &str =
    "nothing in it is FTP: no line is a command or a reply, whatever stands in front of it";
const READ_AT_ONCE: usize = 256 * 1024;
const USUAL_COLUMNS: usize = 80;
