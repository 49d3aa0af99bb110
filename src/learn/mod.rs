//! Lessons: what there is to do, and whether it has been done, judged by what the practice server saw and by both disks.
//!
//! A lesson is a folder of texts (`docs/lessons.md`); ours are in `src/lessons/`. Nothing here shows anything or opens a
//! connection, except to play a transcript that a lesson asks for.

mod condition;
mod content;
mod course;
mod embedded;
mod error;
mod files;
mod finding;
mod hints;
mod lesson;
mod map;
mod playing;
mod progress;
mod recorded;
mod script;
#[cfg(test)]
mod tests;

pub(crate) use condition::Condition;
pub(crate) use course::Course;
pub(crate) use error::LessonError;
pub(crate) use finding::{Finding, Seen};
pub(crate) use hints::Rungs;
pub(crate) use lesson::{Lesson, Suspect};
pub(crate) use map::VerbMap;
pub(crate) use progress::{Progress, State};
pub(crate) use script::Script;
