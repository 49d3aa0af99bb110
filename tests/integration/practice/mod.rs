//! The practice server under TLS, as another implementation's client finds it, and as its own shell does.

mod control;
mod data;
mod faults;
mod shell;
