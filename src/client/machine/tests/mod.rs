//! Dialogues with a virtual clock: nothing here opens a socket, starts a thread for the machine, or sleeps.

mod dialogue;
mod interleavings;
mod interrupts;
mod keepalive;
mod limits;
mod proxies;
mod rates;
mod replies;
mod simulator;
mod tls_server;
