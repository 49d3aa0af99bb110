//! The line below all others that tells how far a transfer has come, while it runs.
//!
//! ```text
//! 150 Opening BINARY mode data connection for big (40000000 bytes).
//!   12,345,678 of 40,000,000 bytes  30%  4.10 MB/s  7s left
//! ```
//!
//! With `set rate 5M` it is `4.10 MB/s of 5.00 MB/s`.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::client::Progress;

use super::Screen;

/// The line of one transfer; dropping it takes it away.
#[derive(Debug)]
pub(super) struct ProgressLine {
    bar: ProgressBar,
}

impl ProgressLine {
    /// The line of a transfer that has just begun. Nothing is drawn yet, but its rate is measured.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style(WITHOUT_WHOLE));
        Self { bar }
    }

    /// Shows how far the transfer has come, if it has taken long enough to be worth a line.
    pub(super) fn show(&self, progress: &Progress, screen: &Screen) {
        if let Some(whole) = progress.whole.filter(|_| self.bar.length().is_none()) {
            self.bar.set_length(whole);
            self.bar.set_style(style(WITH_WHOLE));
        } else if progress.whole.is_none() && self.bar.length().is_some() {
            self.bar.unset_length();
            self.bar.set_style(style(WITHOUT_WHOLE));
        }
        let limit = progress
            .limit
            .map(|limit| format!(" of {}/s", DecimalBytes(limit.get())));
        self.bar.set_message(limit.unwrap_or_default());
        if progress.elapsed >= PROGRESS_DELAY && self.bar.is_hidden() {
            let below = ProgressTerminal {
                screen: screen.clone(),
                line: Mutex::default(),
            };
            self.bar
                .set_draw_target(ProgressDrawTarget::term_like(Box::new(below)));
        }
        self.bar.set_position(progress.bytes);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A terminal of one line, which the screen keeps below everything else.
#[derive(Debug)]
struct ProgressTerminal {
    screen: Screen,
    line: Mutex<String>,
}

impl ProgressTerminal {
    fn change(&self, change: impl FnOnce(&mut String)) -> io::Result<()> {
        change(&mut self.line.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

impl TermLike for ProgressTerminal {
    fn width(&self) -> u16 {
        // The cursor comes after the line, and must not be in the next.
        let columns = self.screen.size().columns.saturating_sub(1);
        u16::try_from(columns).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.change(|line| line.push_str(text.trim_start_matches('\r')))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.change(String::clear)
    }

    fn flush(&self) -> io::Result<()> {
        let width = usize::from(self.width());
        self.change(|line| {
            let text: String = line.trim_end().chars().take(width).collect();
            self.screen.set_status(&text);
            line.clear();
        })
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("both templates are right, which a test checks")
}

const WITH_WHOLE: &str =
    "  {human_pos} of {human_len} bytes  {percent}%  {decimal_bytes_per_sec}{msg}  {eta} left";
const WITHOUT_WHOLE: &str = "  {human_pos} bytes  {decimal_bytes_per_sec}{msg}";
const PROGRESS_DELAY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::{WITH_WHOLE, WITHOUT_WHOLE, style};

    #[test]
    fn both_templates_are_right() {
        drop(style(WITH_WHOLE));
        drop(style(WITHOUT_WHOLE));
    }
}
