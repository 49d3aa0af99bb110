//! The transfer in the background, as the user sees it: begun, asked about, waited for.
//!
//! ```text
//! ftp ⇄> RETR big > big &
//! 150 Opening BINARY mode data connection for big (40000000 bytes).
//! ftp> jobs
//!   RETR big > big: 12345678 of 40000000 bytes received, 4115226 bytes/s
//! ```

use std::time::Duration;

use crate::client::{Exchange, News, Outcome, Progress, Status};
use crate::protocol::verbs::DataDirection;
use crate::shell::charset::Charset;
use crate::shell::exit::{Exit, Tally};
use crate::shell::interrupts::Interrupts;
use crate::shell::screen::painter::{Painter, Tone};

/// The transfer that runs while other lines are typed, if there is one.
#[derive(Default)]
pub(crate) struct Background {
    running: Option<Running>,
}

struct Running {
    exchange: Exchange,
    /// The command, as it may be shown.
    command: String,
    /// The local file after its sign, as in `> big`.
    file: Option<String>,
    /// The line may fail, and so may what it left here.
    may_fail: bool,
}

impl Background {
    /// A transfer has begun.
    pub(crate) fn begin(&mut self, exchange: Exchange, command: String, file: Option<String>) {
        self.running = Some(Running {
            exchange,
            command,
            file,
            may_fail: false,
        });
    }

    /// What runs does not count if it fails.
    pub(crate) fn forgive(&mut self) {
        if let Some(running) = &mut self.running {
            running.may_fail = true;
        }
    }

    /// What `jobs` says.
    pub(crate) fn describe(&self, status: Option<&Status>, charset: Charset) -> String {
        let Some(transfer) = status.and_then(|status| status.background.as_ref()) else {
            return "nothing runs in the background".to_owned();
        };
        let command = charset.escape(&transfer.command.masked());
        let file = self.running.as_ref().and_then(|it| it.file.as_deref());
        let command = match file {
            Some(file) => format!("{command} {file}"),
            None => command,
        };
        in_words(&command, transfer.progress.as_ref())
    }

    /// Whether a transfer runs. One that has ended is counted.
    pub(crate) fn is_running(&mut self, tally: &mut Tally) -> bool {
        let news = |running: &Running| running.exchange.news_already_there();
        while let Some(news) = self.running.as_ref().and_then(news) {
            if let News::Settled(outcome) = news {
                self.end(&outcome, tally);
            }
        }
        self.running.is_some()
    }

    /// The session is over, and its transfer with it.
    pub(crate) fn drop_session(&mut self, tally: &mut Tally) {
        if self.is_running(tally) {
            self.running = None;
        }
    }

    pub(crate) fn refuse_second(&self, painter: &Painter) -> Exit {
        let running = self.running.as_ref().map(|it| it.command.as_str());
        painter.refuse(&format!(
            "{} still runs in the background, and only one can run at a time: `jobs` shows how far it is, ABOR \
             aborts it. Nothing was sent",
            running.unwrap_or("a transfer")
        ))
    }

    /// Waits for the end of the transfer, if there is one, before `next`. Ctrl-C ends the waiting and leaves the
    /// transfer alone: `false`.
    pub(crate) fn await_end(
        &mut self,
        next: &str,
        interrupts: &Interrupts,
        painter: &Painter,
        is_interactive: bool,
        tally: &mut Tally,
    ) -> bool {
        if !self.is_running(tally) {
            return true;
        }
        interrupts.take();
        let ended = interrupts.during(|| {
            // Not before Ctrl-C is listened for, which the words offer.
            if let Some(running) = &self.running {
                let way_out = if is_interactive {
                    "; Ctrl-C gives the prompt back"
                } else {
                    ""
                };
                let text = format!("{next} waits for the end of {}{way_out}", running.command);
                painter.say(Tone::Note, &text);
            }
            while let Some(running) = &self.running {
                match running.exchange.next_news_within(INTERRUPT_POLL_INTERVAL) {
                    Some(News::Settled(outcome)) => self.end(&outcome, tally),
                    Some(_) => {}
                    None if interrupts.take() => return false,
                    None => {}
                }
            }
            true
        });
        if !ended && is_interactive {
            let text = format!("{next} was not sent; the transfer goes on");
            painter.say(Tone::Note, &text);
        }
        ended
    }

    fn end(&mut self, outcome: &Outcome, tally: &mut Tally) {
        let ended = self.running.take();
        if ended.is_some_and(|running| running.may_fail) {
            return;
        }
        tally.count(match Exit::of(outcome) {
            // Only an ABOR that was typed does that.
            Exit::Interrupted => Exit::Done,
            exit => exit,
        });
    }
}

fn in_words(command: &str, progress: Option<&Progress>) -> String {
    let Some(progress) = progress else {
        return format!("{command}: no data is moving; waiting for a reply");
    };
    let Progress {
        bytes, direction, ..
    } = progress;
    let moved = match direction {
        DataDirection::Received => "received",
        DataDirection::Sent => "sent",
    };
    let whole = progress.whole.map(|whole| format!(" of {whole}"));
    format!(
        "{command}: {bytes}{} bytes {moved}, {} bytes/s",
        whole.unwrap_or_default(),
        progress.bytes_per_second()
    )
}

const INTERRUPT_POLL_INTERVAL: Duration = Duration::from_millis(50);
