//! What helps while a line is typed: completion, hint and highlight, each a pure function of the line, the cursor and
//! what is known. Nothing here is ever sent, and nothing asks the server.
//!
//! ```text
//! line, cursor -> context (what is wanted here) -> completion: candidates
//!                                               -> hint: the rest of the syntax, or of a line of the history
//! line ------------------------------------------> highlight: marks
//! ```

mod completion;
mod context;
mod highlight;
mod hint;
mod knowledge;
mod past_lines;
mod seen_names;
mod syntax;

pub use completion::{Candidate, Completion, complete};
pub use highlight::{Mark, marks};
pub use hint::{Hint, hint};
pub use knowledge::{Knowledge, LocalName, SharedKnowledge};
pub use past_lines::PastLines;
pub use seen_names::{LearningDestination, SeenNames};

#[cfg(test)]
mod tests;
