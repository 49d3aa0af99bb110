//! `ftpsh learn`: the shell on a practice server of each lesson, and the words that exist there alone.
//!
//! What a lesson is, and whether it is done, is decided in `crate::learn`.

mod checking;
mod keeping;
mod layout;
mod report;
mod run;
mod running;
mod summary;
mod transcripts;
mod words;

pub(crate) use run::run;
pub(crate) use running::Lessons;
