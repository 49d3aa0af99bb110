//! How long things take.

use std::time::{Duration, Instant};

use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::report::Verdict;

/// The reply to NOOP, the best of several.
pub(super) fn round_trip(_: &mut Clinic<'_>, access: &Access) -> Judged {
    let mut best = Duration::MAX;
    for _ in 0..TIMES {
        let answer = access.talk.send("NOOP");
        if matches!(answer.code(), 0 | 421) {
            return Judged::unknown(answer.first_line());
        }
        best = best.min(answer.took);
    }
    let because = format!("{:.1} ms for NOOP", best.as_secs_f64() * 1000.0);
    match best > SLOW_REPLY {
        true => Judged::of(Verdict::Info, "every command takes its time", because),
        false => Judged::ok(because),
    }
}

pub(super) fn login_time(clinic: &mut Clinic<'_>) -> Judged {
    let Some(took) = clinic.facts.login_took else {
        return Judged::skipped("nobody is logged in");
    };
    let because = format!("{} ms from the connection to the login", took.as_millis());
    match took > SLOW_LOGIN {
        true => Judged::of(
            Verdict::Info,
            "logging in takes its time: a client that opens many sessions waits each time",
            because,
        ),
        false => Judged::ok(because),
    }
}

/// From the last byte of a listing to the 226.
pub(super) fn final_reply_delay(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    if let Err(because) = clinic.open_data_for_listing(&access.talk) {
        return Judged::skipped(because);
    }
    let (answer, _) = access.talk.fetch("LIST", 1 << 20);
    if !answer.is_positive() {
        return Judged::skipped(answer.first_line());
    }
    let delay = answer.tail.unwrap_or_default();
    let because = format!(
        "{:.1} ms from the end of the data to the 226",
        delay.as_secs_f64() * 1000.0
    );
    match delay > DELAY {
        true => Judged::of(
            Verdict::Info,
            "the 226 comes late: about 40 or 200 ms are Nagle's algorithm waiting for an acknowledgement",
            because,
        ),
        false => Judged::ok(because),
    }
}

/// One file, at most 1 MiB.
pub(super) fn throughput(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let Some((name, bytes)) = clinic.facts.file.clone() else {
        return Judged::skipped(super::NO_FILE);
    };
    if bytes < MEASURABLE {
        return Judged::skipped(format!(
            "the largest file to read has {bytes} bytes, too few to measure"
        ));
    }
    let _ = access.talk.send("TYPE I");
    let begun = Instant::now();
    match clinic.fetch(&access.talk, &format!("RETR {name}")) {
        Ok((_, data)) => {
            let seconds = begun.elapsed().as_secs_f64().max(0.001);
            let rate = data.len() as f64 / seconds / 1e6;
            let because = format!("{rate:.2} MB/s over {} bytes", data.len());
            match rate < SLOW_RATE {
                true => Judged::of(Verdict::Info, "files come slowly", because),
                false => Judged::ok(because),
            }
        }
        Err(because) => Judged::unknown(because),
    }
}

const TIMES: usize = 5;
const SLOW_REPLY: Duration = Duration::from_millis(500);
const SLOW_LOGIN: Duration = Duration::from_secs(3);
const DELAY: Duration = Duration::from_millis(35);

/// In MB/s.
const SLOW_RATE: f64 = 0.1;
const MEASURABLE: u64 = 64 * 1024;
