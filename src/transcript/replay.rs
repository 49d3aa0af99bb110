//! Plays a transcript through a session and compares the replies.

use std::io::Cursor;

use super::{ExpectedExchange, Transcript};
use crate::protocol::user_pi::data_direction;
use crate::session::{Ending, Exchange, Form, News, Origin, Outcome, Session, Transfer};

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A reply was not the expected one.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// No reply: the connection ended, or nothing came in time.
    #[error("line {line}: no reply, the session ended before")]
    Lost {
        /// The transcript's line, counted from 1.
        line: usize,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// A reply that was not the expected one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}, actual {actual}")]
pub struct Mismatch {
    /// The transcript's line, counted from 1.
    pub line: usize,
    /// What the transcript says.
    pub expected: String,
    /// What the server said.
    pub actual: String,
}

/// Plays the whole transcript; the greeting's exchange comes from the connection. `show_data` sees the data as they
/// are sent.
///
/// # Errors
///
/// [`Failure`] at the first reply that is not as expected.
pub fn replay(
    session: &Session,
    greeting: Exchange,
    transcript: &Transcript,
    show_data: &dyn Fn(&[u8]),
) -> Result<(), Failure> {
    let mut greeting = Some(greeting);
    for expected in &transcript.exchanges {
        let outcome = match (&expected.command, greeting.take()) {
            (None, Some(greeting)) => greeting.wait(),
            (None, None) => continue,
            (Some(command), _) => {
                let data = data_direction(command).and(expected.sent_data.as_deref());
                let transfer = data
                    .map(|data| Transfer::Send(Box::new(Cursor::new(data.to_vec())), Form::Exact));
                let exchange = session.begin(command.clone(), Origin::Shown, transfer);
                await_end(&exchange, || show_data(data.unwrap_or_default()))
            }
        };
        compare(expected, &outcome)?;
    }
    Ok(())
}

/// Waits for the end; `begun` runs when the server has begun the transfer, as the data go out.
fn await_end(exchange: &Exchange, begun: impl Fn()) -> Outcome {
    loop {
        match exchange.next_news() {
            News::Begun => begun(),
            News::DataEnded | News::TrustAsked(_) => {}
            News::Settled(outcome) => return outcome,
        }
    }
}

fn compare(expected: &ExpectedExchange, outcome: &Outcome) -> Result<(), Failure> {
    let line = expected.line;
    let Some(reply) = &outcome.reply else {
        return Err(match outcome.ending {
            Ending::Interrupted => Failure::Interrupted,
            _ => Failure::Lost { line },
        });
    };
    let mismatch = |expected: &str, actual: &str| {
        let (expected, actual) = (expected.to_owned(), actual.to_owned());
        Failure::Mismatch(Mismatch {
            line,
            expected,
            actual,
        })
    };
    if let Some(code) = expected.code.filter(|code| *code != reply.code) {
        return Err(mismatch(&code.to_string(), &reply.code.to_string()));
    }
    if expected.preliminary != outcome.begun {
        let (with, without) = ("a 1yz first", "no 1yz");
        return Err(if expected.preliminary {
            mismatch(with, without)
        } else {
            mismatch(without, with)
        });
    }
    match &outcome.transfer {
        Some(transfer) if !transfer.is_whole() => {
            Err(mismatch("the data sent whole", "the transfer broke"))
        }
        _ => Ok(()),
    }
}
