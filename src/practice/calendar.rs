//! Dates in UTC, as listings and MDTM show them.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// One moment of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    year: i64,
    /// 1 to 12.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Moment {
    /// The calendar's view of a system time.
    pub(super) fn of(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(0),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(0),
        };
        let (year, month, day) = civil_date(seconds.div_euclid(SECONDS_PER_DAY));
        let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        Self {
            year,
            month,
            day,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
        }
    }

    /// `YYYYMMDDHHMMSS` (RFC 3659 section 2.3).
    pub(super) fn time_val(self) -> String {
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// `Nov 22 06:50`, as `ls -l` shows a recent file.
    pub(super) fn recent(self) -> String {
        let month = self.month_name();
        format!(
            "{month} {:>2} {:02}:{:02}",
            self.day, self.hour, self.minute
        )
    }

    /// `Nov 22  2024`, as `ls -l` shows an old file.
    pub(super) fn old(self) -> String {
        format!("{} {:>2}  {:04}", self.month_name(), self.day, self.year)
    }

    /// `11-22-26  06:50AM`, as DOS listings have it.
    pub(super) fn dos(self) -> String {
        let half = if self.hour < 12 { "AM" } else { "PM" };
        let hour = (self.hour + 11) % 12 + 1;
        format!(
            "{:02}-{:02}-{:02}  {hour:02}:{:02}{half}",
            self.month,
            self.day,
            self.year.rem_euclid(100),
            self.minute
        )
    }

    fn month_name(self) -> &'static str {
        usize::try_from(self.month - 1)
            .ok()
            .and_then(|index| MONTHS.get(index))
            .copied()
            .unwrap_or("???")
    }
}

/// Year, month and day of a day counted from 1970-01-01; eras of 400 years keep leap years simple.
fn civil_date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Moment;

    #[test]
    fn moments_are_shown_in_each_form() {
        // 2026-11-22 06:50:07 UTC.
        let moment = Moment::of(UNIX_EPOCH + Duration::from_secs(1_795_330_207));
        assert_eq!(moment.time_val(), "20261122065007");
        assert_eq!(moment.recent(), "Nov 22 06:50");
        assert_eq!(moment.old(), "Nov 22  2026");
        assert_eq!(moment.dos(), "11-22-26  06:50AM");
    }

    #[test]
    fn leap_days_midnight_and_noon_are_right() {
        let leap = Moment::of(UNIX_EPOCH + Duration::from_secs(951_782_400));
        assert_eq!(leap.time_val(), "20000229000000");
        assert_eq!(leap.dos(), "02-29-00  12:00AM");
        let noon = Moment::of(UNIX_EPOCH + Duration::from_secs(43_200));
        assert_eq!(noon.dos(), "01-01-70  12:00PM");
        let before = Moment::of(UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(before.time_val(), "19691231235959");
    }
}
