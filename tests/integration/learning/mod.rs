//! `ftpsh learn`: lessons are checked, kept and reported, and played at a prompt as a person would.

mod courses;
mod played;
mod reports;
