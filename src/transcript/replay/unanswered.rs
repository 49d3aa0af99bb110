//! `S> @unanswered`: a command whose final reply is not waited for.

use super::Player;
use crate::client::{self, Ending, News, Outcome};
use crate::transcript::exchange::Exchange;

impl Player<'_> {
    /// Waits for nothing but the end of the data that are expected.
    pub(super) fn await_data(&self, expected: &Exchange, exchange: &client::Exchange) -> Outcome {
        let unanswered = Outcome {
            ending: Ending::Unanswered,
            ..Outcome::lost()
        };
        if expected.data.is_none() {
            return unanswered;
        }
        loop {
            match exchange.next_news() {
                News::Begun | News::TrustAsked(_) => {}
                News::DataEnded => return unanswered,
                News::Settled(outcome) => return outcome,
            }
        }
    }
}
