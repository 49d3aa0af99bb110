//! `ftpsh doctor`: its verdicts, its promises, and what it makes of servers that do not play along.

mod examination;
mod verdicts;
