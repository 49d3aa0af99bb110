//! The report for other programs: report in, text out. `docs/doctor.md` describes the forms.
//!
//! What a server said is in all of them. Each writes what could control a terminal by its number, and leaves nothing in it
//! that could be taken for the syntax of the form.

pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;

#[cfg(test)]
pub(crate) mod samples;
