//! What went wrong, from what can be seen: an event, the text of a reply, the state of the session, the code, in that
//! order of weight.
//!
//! The room knows no socket, clock or screen. What can be said is in two tables that need no Rust: `causes.table` has the
//! causes with their texts, `fragments.table` what servers write in their replies and which cause that is.
//!
//! ```text
//! SIZE 1.TXT
//! 550 SIZE not allowed in ASCII mode
//!   next: TYPE I, then SIZE 1.TXT
//! ```

pub(crate) mod cause;
pub(crate) mod event;
pub(crate) mod explanation;
pub(crate) mod facts;
pub(crate) mod fragment;
pub(crate) mod linter;
pub(crate) mod problems;
pub(crate) mod reply;
pub(crate) mod rules;
pub(crate) mod words;
