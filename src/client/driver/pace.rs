//! How fast the bytes of one data connection may move.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// Limits how many bytes move per second. They move in portions, with pauses between them.
#[derive(Debug)]
pub(super) struct Pace {
    bytes_per_second: NonZeroU64,
    /// What has moved accounts for the time up to here.
    used_until: Instant,
    now: Instant,
}

impl Pace {
    /// The first portion may move at once.
    pub(super) fn new(bytes_per_second: NonZeroU64, now: Instant) -> Self {
        let portion = portion(bytes_per_second);
        Self {
            bytes_per_second,
            used_until: now.checked_sub(portion).unwrap_or(now),
            now,
        }
    }

    pub(super) fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    /// How many bytes may move now, at least one; or when the next portion may.
    pub(super) fn allowance(&self) -> Result<usize, Instant> {
        let portion = portion(self.bytes_per_second);
        let unused = self.now.saturating_duration_since(self.used_until);
        let bytes =
            unused.min(portion).as_nanos() * u128::from(self.bytes_per_second.get()) / SECOND;
        match usize::try_from(bytes).unwrap_or(usize::MAX) {
            0 => Err(self.used_until + portion),
            bytes => Ok(bytes),
        }
    }

    /// So many bytes have moved.
    pub(super) fn take(&mut self, bytes: usize) {
        let portion = portion(self.bytes_per_second);
        // Time in which nothing could move is not made up for.
        let oldest = self.now.checked_sub(portion).unwrap_or(self.now);
        self.used_until =
            self.used_until.max(oldest) + time_of(bytes as u64, self.bytes_per_second);
    }
}

/// How long a portion takes.
fn portion(bytes_per_second: NonZeroU64) -> Duration {
    PORTION.max(time_of(1, bytes_per_second))
}

fn time_of(bytes: u64, bytes_per_second: NonZeroU64) -> Duration {
    let nanoseconds = (u128::from(bytes) * SECOND).div_ceil(u128::from(bytes_per_second.get()));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// Often enough for an eye, and seldom enough for a processor.
const PORTION: Duration = Duration::from_millis(100);
/// In nanoseconds.
const SECOND: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::time::{Duration, Instant};

    use super::{PORTION, Pace, portion};

    struct Moved {
        bytes: usize,
        elapsed: Duration,
        turns: u32,
    }

    /// Moves so many bytes as fast as the pace allows, at most `at_once` in one step.
    fn move_all(rate: u64, bytes: usize, at_once: usize) -> Moved {
        let start = Instant::now();
        let mut pace = Pace::new(NonZeroU64::new(rate).unwrap(), start);
        let mut now = start;
        let mut moved = Moved {
            bytes: 0,
            elapsed: Duration::ZERO,
            turns: 0,
        };
        while moved.bytes < bytes {
            pace.set_now(now);
            match pace.allowance() {
                Ok(allowed) => {
                    let step = allowed.min(at_once).min(bytes - moved.bytes);
                    pace.take(step);
                    moved.bytes += step;
                }
                Err(at) => {
                    assert!(at > now, "it would be asked again and again");
                    now = at;
                    moved.turns += 1;
                }
            }
        }
        moved.elapsed = now - start;
        moved
    }

    #[test]
    fn so_many_bytes_take_as_long_as_the_rate_says_to_a_portion() {
        for (rate, bytes, at_once) in [
            (1, 5, 100),
            (3, 30, 1),
            (7, 100, 100),
            (1_000, 12_345, 64),
            (100_000, 1_000_000, 65_536),
            (1_000_000_000, 2_000_000_000, 65_536),
            (u64::MAX, 1_000_000, 1_000),
        ] {
            let moved = move_all(rate, bytes, at_once);
            let rate_of_time = Duration::from_secs_f64(bytes as f64 / rate as f64);
            let portion = portion(NonZeroU64::new(rate).unwrap());
            assert!(
                moved.elapsed + portion >= rate_of_time,
                "{rate}: {:?}",
                moved.elapsed
            );
            assert!(
                moved.elapsed <= rate_of_time + portion,
                "{rate}: {:?}",
                moved.elapsed
            );
            let portions = moved.elapsed.as_nanos() / PORTION.min(portion).as_nanos();
            assert!(
                u128::from(moved.turns) <= portions + 1,
                "{rate}: {}",
                moved.turns
            );
        }
    }

    #[test]
    fn what_could_not_move_is_not_made_up_for() {
        let start = Instant::now();
        let mut pace = Pace::new(NonZeroU64::new(1_000).unwrap(), start);
        pace.take(100);
        let later = start + Duration::from_secs(60);
        pace.set_now(later);
        assert_eq!(pace.allowance(), Ok(100));
        pace.take(100);
        assert_eq!(pace.allowance(), Err(later + PORTION));
    }
}
