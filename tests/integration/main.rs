//! The tests that look from outside: at the binary, at real servers, and at the source itself.

mod real;
mod rig;
mod rooms;

mod support;
