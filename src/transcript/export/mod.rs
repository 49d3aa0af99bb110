//! A transcript for somebody who has no ftpsh: an article, a bug report, a colleague.
//!
//! Secrets never appear, their defaults in headers included. Other variables are written as their defaults.

mod markdown;
mod spoken;
mod text;

use std::fmt;
use std::str::FromStr;

use super::{ReadError, Transcript};
use spoken::Spoken;

/// What a transcript is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A page with the dialogue in fenced blocks.
    Markdown,
    /// `C:` and `S:`, which `ftpsh import` reads.
    Text,
}

/// There is no form of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write markdown or text")]
pub struct UnknownForm;

impl Form {
    const ALL: [Self; 2] = [Self::Markdown, Self::Text];

    /// As `--to` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|form| form.name() == text)
            .ok_or(UnknownForm)
    }
}

/// The transcript in another form.
///
/// # Errors
///
/// [`ReadError`] if its lines make no dialogue.
pub fn export(transcript: &Transcript, form: Form) -> Result<String, ReadError> {
    let dialogue = transcript.dialogue()?;
    Ok(match form {
        Form::Markdown => markdown::write(&Spoken::of(transcript, &dialogue)),
        Form::Text => text::write(&Spoken::of(transcript, &dialogue)),
    })
}

#[cfg(test)]
mod tests;
