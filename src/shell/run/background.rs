//! The transfer in the background, as the one who typed it sees it: begun, asked about, waited for.
//!
//! ```text
//! ftp ⇄> RETR big > big &
//! 150 Opening BINARY mode data connection for big (40000000 bytes).
//! ftp> jobs
//!   RETR big: 12345678 of 40000000 octets received, 4115226 octets/s
//! ```

use std::time::Duration;

use super::sending::Data;
use crate::client::{BackgroundTransfer, Exchange, News, Outcome, Progress, Session};
use crate::protocol::Command;
use crate::protocol::verbs::DataDirection;
use crate::shell::core::Shell;
use crate::shell::exit::Exit;
use crate::shell::line::{LineError, Redirection};
use crate::shell::replay::recording::Recording;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;

/// A transfer that runs while other lines are typed.
pub(crate) struct Background {
    exchange: Exchange,
    /// The command, as it may be shown.
    command: String,
}

impl Shell {
    /// `RETR f > file &`: the next line is read at once.
    pub(crate) fn send_in_background(
        &mut self,
        command: Command,
        redirection: Redirection,
    ) -> Exit {
        if let Err(exit) = self.connected() {
            return exit;
        }
        if self.has_background() {
            return self.refuse_second_transfer();
        }
        if !matches!(self.recording, Recording::Off) {
            let text = "a transcript tells one exchange after the other and has no background: leave out the &, or \
                        `record off` first. Nothing was sent";
            return self.refuse_line(&text);
        }
        self.warn_before(&command);
        let redirection = redirection.with_home(self.home.as_deref());
        let transfer = match self.data_of(&command, Some(redirection), true) {
            Ok(Data::Joined(transfer)) => transfer,
            Ok(_) => return self.refuse_line(&LineError::BackgroundWithoutFile),
            Err(exit) => return exit,
        };
        let shown = escape(&command.masked());
        let origin = self.origin();
        let begun = self.connected().map(|session| {
            self.interrupts.turn_to_next_command();
            session.begin_in_background(command, origin, transfer)
        });
        match begun {
            Ok(exchange) => {
                self.background = Some(Background {
                    exchange,
                    command: shown,
                });
                Exit::Done
            }
            Err(exit) => exit,
        }
    }

    /// Whether a transfer runs in the background. One that has ended is counted.
    pub(crate) fn has_background(&mut self) -> bool {
        let news = |background: &Background| background.exchange.news_already_there();
        while let Some(news) = self.background.as_ref().and_then(news) {
            if let News::Settled(outcome) = news {
                self.end_background(&outcome);
            }
        }
        self.background.is_some()
    }

    pub(crate) fn refuse_second_transfer(&self) -> Exit {
        let running = self.background.as_ref().map(|it| it.command.as_str());
        self.refuse_line(&format!(
            "{} still runs in the background, and there is one transfer at a time: `jobs` shows how far it is, ABOR \
             aborts it. Nothing was sent",
            running.unwrap_or("a transfer")
        ))
    }

    /// Waits for the end of the transfer in the background, if there is one, before `next`. Ctrl-C ends the waiting
    /// and leaves the transfer alone: `false`.
    pub(crate) fn await_background(&mut self, next: &str) -> bool {
        if !self.has_background() {
            return true;
        }
        let interrupts = self.interrupts.clone();
        interrupts.take();
        let ended = interrupts.during(|| {
            // Not before Ctrl-C is listened for, which the words offer.
            self.tell_waiting_for_background(next);
            while let Some(background) = &self.background {
                match background.exchange.next_news_within(INTERRUPT_LOOK) {
                    Some(News::Settled(outcome)) => self.end_background(&outcome),
                    Some(_) => {}
                    None if interrupts.take() => return false,
                    None => {}
                }
            }
            true
        });
        if !ended && self.is_interactive() {
            self.painter.say(
                Tone::Note,
                &format!("{next} was not sent; the transfer goes on"),
            );
        }
        ended
    }

    fn tell_waiting_for_background(&self, next: &str) {
        let Some(background) = &self.background else {
            return;
        };
        let way_out = if self.is_interactive() {
            "; Ctrl-C gives the prompt back"
        } else {
            ""
        };
        let command = &background.command;
        let text = format!("{next} waits for the end of {command}{way_out}");
        self.painter.say(Tone::Note, &text);
    }

    /// `jobs`.
    pub(crate) fn jobs(&self) -> Exit {
        let status = self.session.as_ref().and_then(Session::status);
        let text = match status.and_then(|status| status.background) {
            Some(transfer) => in_words(&transfer),
            None => "nothing runs in the background".to_owned(),
        };
        self.painter.say(Tone::Note, &text);
        Exit::Done
    }

    fn end_background(&mut self, outcome: &Outcome) {
        self.background = None;
        self.tally.count(match Exit::of(outcome) {
            // Only an ABOR that was typed does that.
            Exit::Interrupted => Exit::Done,
            exit => exit,
        });
    }
}

fn in_words(transfer: &BackgroundTransfer) -> String {
    let command = escape(&transfer.command.masked());
    let Some(progress) = &transfer.progress else {
        return format!("{command}: no data move, a reply is awaited");
    };
    let Progress {
        octets, direction, ..
    } = progress;
    let moved = match direction {
        DataDirection::Received => "received",
        DataDirection::Sent => "sent",
    };
    let whole = progress.whole.map(|whole| format!(" of {whole}"));
    format!(
        "{command}: {octets}{} octets {moved}, {} octets/s",
        whole.unwrap_or_default(),
        progress.octets_per_second()
    )
}

const INTERRUPT_LOOK: Duration = Duration::from_millis(50);
