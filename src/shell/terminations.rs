//! Ends in the middle: SIGTERM, SIGHUP and panics. What must not be left over is removed first.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::config::version::version;
use super::editor::TerminalModes;
use super::exit::Exit;
use super::interrupts::Interrupts;
use super::screen::escape::escape;
use super::screen::painter::{Screen, write_to_standard_error};

/// What is done before the program ends in the middle.
struct Cleanup {
    modes: TerminalModes,
    screen: Screen,
    interrupts: Interrupts,
}

/// Listens from now on, and cleans up after panics too. The modes that the terminal has now are those that it gets
/// back.
pub(super) fn listen(screen: &Screen, interrupts: &Interrupts) -> io::Result<()> {
    let cleanup = Arc::new(Cleanup {
        modes: TerminalModes::remember(),
        screen: screen.clone(),
        interrupts: interrupts.clone(),
    });
    let after_panic = Arc::clone(&cleanup);
    end_program_at_panic(move || after_panic.run());
    platform::listen(cleanup)
}

/// From now on a panic in any thread ends the program, after `cleanup`: what the thread leaves half done is not used.
pub(super) fn end_program_at_panic(cleanup: impl Fn() + Send + Sync + 'static) {
    let cleanup = Arc::new(cleanup);
    let is_ending = AtomicBool::new(false);
    std::panic::set_hook(Box::new(move |panic| {
        while is_ending.swap(true, Ordering::SeqCst) {
            // The first panic ends the program, and this may be the clean-up's own.
            std::thread::park();
        }
        let report = bug_report(panic);
        let cleanup = Arc::clone(&cleanup);
        let (done, is_done) = mpsc::channel();
        // This thread may hold a lock that the clean-up waits for.
        let cleaning = std::thread::Builder::new().spawn(move || {
            cleanup();
            write_to_standard_error(&report);
            // Nobody listens any more once the time is over.
            let _ = done.send(());
        });
        if cleaning.is_ok() {
            let _ = is_done.recv_timeout(CLEANUP_LIMIT);
        }
        std::process::exit(i32::from(Exit::Bug.code()));
    }));
}

fn bug_report(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = escape(text.unwrap_or("no message").as_bytes());
    let place = panic.location().map(|place| format!(" at {place}"));
    let place = place.unwrap_or_default();
    let version = version(true);
    // Only with RUST_BACKTRACE.
    let backtrace = Backtrace::capture();
    let backtrace = match backtrace.status() {
        BacktraceStatus::Captured => format!("{backtrace}\n"),
        _ => String::new(),
    };
    format!(
        "{backtrace}a bug in ftpsh: {text}{place}. Please report it, with the last lines that you typed and what follows \
         (RUST_BACKTRACE=1 shows more):\n{version}"
    )
}

impl Cleanup {
    fn run(&self) {
        // From here on nothing waits, asks or writes, so the terminal stays as it is left here.
        self.interrupts.clean_up();
        self.screen.leave();
        self.modes.restore();
    }
}

/// The clean-up may wait for a thread that is stuck.
const CLEANUP_LIMIT: Duration = Duration::from_millis(500);

#[cfg(unix)]
mod platform {
    use std::io::{self, IsTerminal};
    use std::sync::Arc;

    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::Cleanup;

    pub(super) fn listen(cleanup: Arc<Cleanup>) -> io::Result<()> {
        let mut signals = Signals::new([SIGTERM])?;
        if !is_hangup_ignored() {
            signals.add_signal(SIGHUP)?;
        }
        std::thread::Builder::new()
            .name("terminations".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    cleanup.run();
                    // Ends the program as the signal would have done at once.
                    let _ = emulate_default_handler(signal);
                }
            })?;
        Ok(())
    }

    /// Whether `nohup` or something like it wants SIGHUP to stay ignored.
    fn is_hangup_ignored() -> bool {
        // Without unsafe code, only Linux shows what was inherited.
        let status = std::fs::read_to_string("/proc/self/status").ok();
        let ignored = status.and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(line.trim(), 16).ok()
        });
        // `nohup` leaves no terminal on any of the three.
        ignored.map_or_else(
            || {
                !io::stdin().is_terminal()
                    && !io::stdout().is_terminal()
                    && !io::stderr().is_terminal()
            },
            |ignored| ignored & 1 << (SIGHUP - 1) != 0,
        )
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;
    use std::sync::Arc;

    use super::Cleanup;

    /// Other systems have no such signals; a console that is closed ends the program at once.
    pub(super) fn listen(cleanup: Arc<Cleanup>) -> io::Result<()> {
        drop(cleanup);
        Ok(())
    }
}
