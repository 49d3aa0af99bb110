//! The tests that look from outside: at the binary, at real servers, and at the source itself.

mod hostile;
mod refusals;
mod rig;
mod rooms;
mod scripts;
mod secrets;

mod support;
