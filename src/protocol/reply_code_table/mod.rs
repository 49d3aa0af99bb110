//! The rows of the table of reply codes, in the order of their codes. See [`super::reply_codes`].

mod completions;
mod readings;
mod refusals;

use super::reply::ReplyCode;
use super::reply_codes::{Reading, ReplyCodeEntry};
use super::rows;

/// Every code that an RFC, a draft or a server in use knows, sorted.
pub static REPLY_CODES: &[ReplyCodeEntry] = &JOINED;

const GROUPS: &[&[ReplyCodeEntry]] = &[completions::ROWS, refusals::ROWS];

static JOINED: [ReplyCodeEntry; rows::count(GROUPS)] = rows::joined(GROUPS);

const RFC_959: &str = "RFC 959 section 4.2";
const RFC_2228: &str = "RFC 2228 section 5.1";

const fn row(code: u16, meaning: &'static str, reference: &'static str) -> ReplyCodeEntry {
    ReplyCodeEntry {
        code: ReplyCode(code),
        meaning,
        reference,
        causes: "",
        advice: "",
        handling: "",
        readings: &[],
    }
}

impl ReplyCodeEntry {
    const fn causes(mut self, causes: &'static str) -> Self {
        self.causes = causes;
        self
    }

    const fn advice(mut self, advice: &'static str) -> Self {
        self.advice = advice;
        self
    }

    const fn handled(mut self, handling: &'static str) -> Self {
        self.handling = handling;
        self
    }

    const fn read_as(mut self, readings: &'static [Reading]) -> Self {
        self.readings = readings;
        self
    }
}
