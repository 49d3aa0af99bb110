//! `ftpsh import`: other people's notation in, a transcript out.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;

use crate::shell::config::options::Import;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};
use crate::transcript::Transcript;
use crate::transcript::import::{self, Imported, Remark};

/// Prints the transcript on standard output, and what is to be said of it on standard error.
pub(crate) fn run(options: &Import, painter: &Painter) -> Result<Exit> {
    let name = escape(options.file.as_os_str().as_encoded_bytes());
    let bytes = match read_file(&options.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            painter.say(Tone::Error, &format!("{name}: {error}"));
            return Ok(Exit::LocalFile);
        }
    };
    if options.from.is_none() && is_transcript(&bytes) {
        painter.say(Tone::Note, &format!("{name} is a transcript already"));
        // Whoever wrote it may have put in what a terminal obeys.
        let is_seen = painter.screen().shows_data_on_terminal();
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let escaped = lines.map(|line| match line.strip_suffix(b"\n") {
            Some(line) => escape(line) + "\n",
            None => escape(line),
        });
        return Ok(match is_seen {
            true => print(escaped.collect::<String>().as_bytes(), painter),
            false => print(&bytes, painter),
        });
    }
    match import::read(&bytes, options.from) {
        Ok(imported) => {
            let exit = print(imported.transcript.to_string().as_bytes(), painter);
            report(&imported, &name, painter);
            Ok(exit)
        }
        Err(error) => {
            painter.say(Tone::Error, &format!("{name}: {error}"));
            Ok(Exit::Usage)
        }
    }
}

/// Writes to standard output. A reader that closes its end early is not a failure.
pub(crate) fn print(bytes: &[u8], painter: &Painter) -> Exit {
    match painter.screen().data(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            painter.say(Tone::Error, &format!("standard output: {error}"));
            Exit::LocalFile
        }
        _ => Exit::Done,
    }
}

/// Says what a file was taken for, and names the lines that were not understood.
pub(crate) fn report(imported: &Imported, name: &str, painter: &Painter) {
    let kind = imported.kind.title();
    painter.say(Tone::Note, &format!("{name}: imported from {kind}"));
    for (lines, text) in by_text(&imported.notes) {
        let text = escape(text.as_bytes());
        painter.say(Tone::Note, &format!("{name}, {lines}: {text}"));
    }
    for remark in &imported.not_understood {
        let (line, text) = (remark.line, escape(remark.text.as_bytes()));
        let described = format!("{name}, line {line}, was not understood: {text}");
        painter.say(Tone::Warning, &described);
    }
}

/// A path, or `-` for standard input.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_transcript(bytes: &[u8]) -> bool {
    Transcript::read(bytes).is_ok_and(|transcript| transcript.dialogue().is_ok())
}

/// Remarks of the same text as one, with all their lines.
fn by_text(remarks: &[Remark]) -> Vec<(String, &str)> {
    let mut together: Vec<(Vec<usize>, &str)> = Vec::new();
    for remark in remarks {
        match together.iter_mut().find(|(_, text)| *text == remark.text) {
            Some((lines, _)) => lines.push(remark.line),
            None => together.push((vec![remark.line], &remark.text)),
        }
    }
    let described = |(lines, text): (Vec<usize>, _)| {
        let numbers: Vec<String> = lines.iter().map(usize::to_string).collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        (format!("{word} {}", numbers.join(", ")), text)
    };
    together.into_iter().map(described).collect()
}

#[cfg(test)]
mod tests {
    use super::{Remark, by_text};

    #[test]
    fn the_same_remark_is_made_once() {
        let remark = |line, text: &str| {
            let text = text.to_owned();
            Remark { line, text }
        };
        let remarks = [remark(1, "a"), remark(2, "b"), remark(4, "a")];
        let described = by_text(&remarks);
        assert_eq!(
            described,
            [("lines 1, 4".to_owned(), "a"), ("line 2".to_owned(), "b")]
        );
    }
}
