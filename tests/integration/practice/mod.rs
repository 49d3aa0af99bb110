//! The practice server under TLS, as another implementation's client finds it.

mod control;
mod data;
mod faults;
