//! The tests that look from outside: at the binary, at real servers, and at the source itself.

mod active;
#[cfg(target_os = "linux")]
mod completion;
mod compliance;
mod corpora;
mod debugging;
mod dialogues;
mod doctor;
mod documents;
mod editor;
mod explaining;
#[cfg(unix)]
mod faults;
mod hostile;
mod hosts;
mod importing;
mod learning;
#[cfg(unix)]
mod manual;
mod network;
#[cfg(all(target_os = "linux", feature = "panic-injection"))]
mod panics;
mod picture;
mod practice;
mod quirks;
mod readme;
mod real;
mod recording;
mod refusals;
mod reliability;
mod replays;
mod resuming;
mod rig;
mod rooms;
mod scripts;
mod secrets;
mod situations;
#[cfg(unix)]
mod terminations;
mod tls;

#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "some tests are for Linux alone")
)]
mod support;
