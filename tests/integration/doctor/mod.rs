//! `ftpsh doctor`: its verdicts, its promises, and what it makes of servers that do not play along.

mod each_check;
mod examination;
mod false_verdicts;
mod far_server;
mod forms;
mod meddler;
mod passwords;
mod promises;
mod replaying;
mod servers_page;
mod sweep;
mod verdicts;
mod ways;
