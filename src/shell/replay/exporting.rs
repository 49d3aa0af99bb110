//! `ftpsh export`: a transcript in, something for people without ftpsh out.

use std::borrow::Cow;

use anyhow::Result;

use super::importing::{print, read_file, report};
use crate::shell::config::options::Export;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};
use crate::transcript::export::export;
use crate::transcript::{ARTICLE, ReadError, Transcript, import};

/// Prints what the transcript becomes on standard output.
pub(crate) fn run(options: &Export, painter: &Painter) -> Result<Exit> {
    let name = escape(options.file.as_os_str().as_encoded_bytes());
    let bytes = if name == "article" {
        Cow::Borrowed(ARTICLE.as_bytes())
    } else {
        match read_file(&options.file) {
            Ok(bytes) => Cow::Owned(bytes),
            Err(error) => {
                painter.say(Tone::Error, &format!("{name}: {error}"));
                return Ok(Exit::LocalFile);
            }
        }
    };
    let exported =
        read(&bytes, &name, painter).and_then(|transcript| export(&transcript, options.to));
    match exported {
        Ok(text) => Ok(print(text.as_bytes(), painter)),
        Err(error) => {
            let error = escape(error.to_string().as_bytes());
            painter.say(Tone::Error, &format!("{name}: {error}"));
            Ok(Exit::Usage)
        }
    }
}

/// What is not a transcript may be a dialogue in another notation.
fn read(bytes: &[u8], name: &str, painter: &Painter) -> Result<Transcript, ReadError> {
    let error = match Transcript::read(bytes) {
        Ok(transcript) => return Ok(transcript),
        Err(error) => error,
    };
    if Transcript::is_begun_by(bytes) {
        return Err(error);
    }
    let imported = import::read(bytes, None).map_err(|_| error)?;
    report(&imported, name, painter);
    Ok(imported.transcript)
}
