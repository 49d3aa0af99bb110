//! Other people's notation: a dialogue that somebody printed, typed into telnet, or had a client log.
//!
//! ```text
//! lines -> recogniser of one kind -> items: sent, received, data, noise, unknown
//!                                        -> session: who answered what -> Transcript
//! ```
//!
//! What is imported expects codes and nothing else: the texts, ports and sizes of that day say nothing about the next
//! server. Passwords become variables.

mod curl;
mod filezilla;
mod items;
mod kind;
mod lftp;
mod reply_lines;
mod session;
mod telnet;
mod text;
mod tnftp;
mod variables;
mod winscp;
mod wireshark;
mod writing;
mod written;

pub use kind::{Kind, UnknownKind};

use super::Transcript;
use items::Item;
use session::Session;
use text::Text;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The dialogue in our format.
    pub transcript: Transcript,
    /// The notation that it was written in.
    pub kind: Kind,
    /// Lines that could not be understood, in order; their secrets are `****`.
    pub not_understood: Vec<Remark>,
    /// What was assumed, or is missing: it stands in the transcript as a comment too.
    pub notes: Vec<Remark>,
}

/// A line of what was imported, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Counted from 1.
    pub line: usize,
    /// The line itself, or what is said of it.
    pub text: String,
}

/// Nothing in a text is a command or a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// As the one notation that was asked for.
    #[error("no line of this is a command or a reply as {0} writes them")]
    NotOfKind(Kind),
    /// As any notation.
    #[error(
        "no line of this is a command or a reply in any notation that is known: {}",
        Kind::names()
    )]
    OfNoKind,
}

/// Reads a text in the notation `kind`, or in the one that makes most of its lines commands and replies.
///
/// # Errors
///
/// [`ImportError`] if nothing in it is a command or a reply.
pub fn read(octets: &[u8], kind: Option<Kind>) -> Result<Imported, ImportError> {
    let text = Text::of(octets);
    let lines = text.lines();
    let candidates = match kind {
        Some(ref kind) => std::slice::from_ref(kind),
        None => &Kind::ALL,
    };
    let mut best: Option<(Understanding, Kind, Vec<Item>)> = None;
    for &candidate in candidates {
        let items = candidate.recognise(&lines);
        let understanding = Understanding::of(&items);
        let is_better = best.as_ref().is_none_or(|(most, ..)| understanding > *most);
        if understanding.dialogue > 0 && is_better {
            best = Some((understanding, candidate, items));
        }
    }
    match (best, kind) {
        (Some((_, kind, items)), _) => Ok(writing::write(Session::of(items), kind, &lines)),
        (None, Some(kind)) => Err(ImportError::NotOfKind(kind)),
        (None, None) => Err(ImportError::OfNoKind),
    }
}

/// How much of a text is understood; the more commands and replies, the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Understanding {
    dialogue: usize,
    unknown: std::cmp::Reverse<usize>,
}

impl Understanding {
    fn of(items: &[Item]) -> Self {
        let count = |is: fn(&Item) -> bool| items.iter().filter(|item| is(item)).count();
        Self {
            dialogue: count(Item::is_dialogue),
            unknown: std::cmp::Reverse(count(Item::is_unknown)),
        }
    }
}

#[cfg(test)]
mod tests;
