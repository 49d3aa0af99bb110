//! The tests that look from outside: at the binary, at real servers, and at the source itself.

mod dialogues;
mod rig;
mod rooms;

mod support;
