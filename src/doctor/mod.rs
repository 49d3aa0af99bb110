//! Whether a server works for everybody, is safe, and goes by the book: checks, most of them transcripts, and the
//! report on what they found.

pub mod report;
