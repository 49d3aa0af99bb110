//! `ftpsh doctor`: its verdicts, its promises, and what it makes of servers that do not play along.

mod each_check;
mod examination;
mod forms;
mod meddler;
mod promises;
mod sweep;
mod verdicts;
