//! Which time the server's listings tell.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::listings::{is_plain, lines};
use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::report::Verdict;
use crate::doctor::talk::Talk;
use crate::protocol::listing::{self, ListedEntry};

/// The time of day of LIST against that of MDTM or MLST, and against this side's clock.
pub(super) fn list_clock(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let listed = match clinic.fetch(&access.talk, "LIST") {
        Ok((_, listed)) => listed,
        Err(because) => return Judged::skipped(because),
    };
    let now = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
    let Some((name, guessed)) = newest(&listed, now) else {
        return Judged::skipped("LIST tells the time of day of no file");
    };
    let (source, utc) = match utc_of(clinic, &access.talk, &name) {
        Ok(found) => found,
        Err(judged) => return judged,
    };
    // Its year is that in which it is nearest to what the other reply says.
    let Some((_, local)) = newest_named(&listed, utc, &name) else {
        return Judged::unknown("LIST gave it once and not again");
    };
    let judged = judge(source, utc, (local, guessed), now);
    let expected = match is_without_year(utc, (local, guessed), now) {
        true => guessed,
        false => local,
    };
    let minutes = expected.strftime("%Y%m%d%H%M");
    match source {
        // That clock is not on the wire.
        _ if is_of_the_future(utc, now) => judged,
        "MDTM" => judged.instead(source, format!("S> 213 {minutes}[..]\n")),
        source => judged.instead(
            source,
            format!("S> 250-[..]\nS> /(?i)modify={minutes}/\nS> 250 [..]\n"),
        ),
    }
}

fn is_of_the_future(utc: DateTime, now: DateTime) -> bool {
    now.duration_until(utc).as_secs() > CLOCKS_APART
}

/// What LIST says is told apart from this year's by its year alone, which it leaves out (Globus, nodeftpd).
fn is_without_year(utc: DateTime, list: (DateTime, DateTime), now: DateTime) -> bool {
    let (local, guessed) = list;
    guessed != local && utc.duration_until(now).as_secs() > YEAR
}

/// `list` is the time of LIST in the year that is nearest to the other one, and in that which is nearest to now.
fn judge(source: &str, utc: DateTime, list: (DateTime, DateTime), now: DateTime) -> Judged {
    let (local, _) = list;
    let because = format!(
        "LIST: {}; {source}: {} UTC",
        local.strftime(MINUTES),
        utc.strftime(MINUTES)
    );
    if is_of_the_future(utc, now) {
        return Judged::of(
            Verdict::Warn,
            &format!(
                "a file is of the future: the server's clock is ahead of this side's, or {source} is not in UTC"
            ),
            format!("{because}; here it is {} UTC", now.strftime(MINUTES)),
        );
    }
    if is_without_year(utc, list, now) {
        return Judged::of(
            Verdict::Warn,
            "LIST leaves out the year of an old file: clients take it for a newer one",
            because,
        );
    }
    let minutes = minutes_between(utc, local);
    if minutes == 0 {
        return Judged::ok(because);
    }
    if minutes % ZONE_STEP == 0 && (-WEST_MOST..=EAST_MOST).contains(&minutes) {
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        return Judged::of(
            Verdict::Info,
            &format!(
                "LIST tells the time of the server's own zone, and does not say which that is, if {source} is in UTC"
            ),
            format!("{because}: it would be UTC{sign}{hours:02}:{rest:02}"),
        );
    }
    Judged::of(
        Verdict::Warn,
        &format!("LIST and {source} give times that are no zone apart: one of them is wrong"),
        because,
    )
}

/// LIST has no seconds.
fn minutes_between(utc: DateTime, local: DateTime) -> i64 {
    let whole = utc.duration_until(local).as_secs().div_euclid(60);
    whole + i64::from(utc.second() > 0)
}

/// What MDTM says, or MLST where there is no MDTM.
fn utc_of(
    clinic: &Clinic<'_>,
    talk: &Talk,
    name: &str,
) -> Result<(&'static str, DateTime), Judged> {
    let answer = talk.send(&format!("MDTM {name}"));
    let text = answer.text();
    if answer.code() == 213 {
        let time = text.get(4..).and_then(read_utc);
        return time
            .map(|time| ("MDTM", time))
            .ok_or_else(|| Judged::unknown(format!("MDTM: {text}")));
    }
    if matches!(answer.code(), 0 | 421) {
        return Err(Judged::unknown(format!("MDTM: {text}")));
    }
    if clinic.facts.feature("MLST").is_none() {
        return Err(Judged::skipped(format!(
            "the server tells no time in UTC: {text}"
        )));
    }
    let answer = talk.send(&format!("MLST {name}"));
    let text = answer.text().to_lowercase();
    let fact = text.split_once("modify=");
    let time = fact.and_then(|(_, time)| read_utc(time));
    time.map(|time| ("MLST", time))
        .ok_or_else(|| Judged::skipped(format!("MLST: {}", answer.first_line())))
}

/// `20261122065007` (RFC 3659 section 2.3).
fn read_utc(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok()
}

/// The file with the latest time of day, and that time in the year in which it is nearest to another.
fn newest(listed: &[u8], near: DateTime) -> Option<(String, DateTime)> {
    files(listed, near).max_by_key(|(_, time)| *time)
}

fn newest_named(listed: &[u8], near: DateTime, name: &str) -> Option<(String, DateTime)> {
    files(listed, near).find(|(other, _)| other == name)
}

fn files(listed: &[u8], near: DateTime) -> impl Iterator<Item = (String, DateTime)> {
    lines(listed).filter_map(move |line| {
        let entry = listing::read_line(line)?;
        let name = String::from_utf8(entry.name.to_vec()).ok()?;
        let is_file = matches!(entry.entry, ListedEntry::File(_));
        let words = std::str::from_utf8(&entry.modified).ok()?;
        let time = read_local(words, near)?;
        (is_file && is_plain(&name)).then_some((name, time))
    })
}

/// `Nov 22 06:50` or `11-22-26 06:50AM`; what tells a day alone is no time.
fn read_local(words: &str, near: DateTime) -> Option<DateTime> {
    for form in ["%m-%d-%y %I:%M%p", "%m-%d-%Y %I:%M%p", "%m-%d-%y %H:%M"] {
        if let Ok(time) = DateTime::strptime(form, words) {
            return Some(time);
        }
    }
    let (day, time) = words
        .rsplit_once(' ')
        .filter(|(_, time)| time.contains(':'))?;
    let years = near.year().checked_sub(1)?..=near.year().checked_add(1)?;
    let times = years.filter_map(|year| {
        let date = Date::strptime("%Y %b %d", format!("{year} {day}")).ok()?;
        let time = jiff::civil::Time::strptime("%H:%M", time).ok()?;
        Some(date.to_datetime(time))
    });
    times.min_by_key(|time| time.duration_since(near).abs())
}

const MINUTES: &str = "%Y-%m-%d %H:%M";

/// In seconds: what clocks that nobody looks after are apart.
const CLOCKS_APART: i64 = 120;

/// In seconds.
const YEAR: i64 = 366 * 24 * 60 * 60;

/// In minutes, as all of the following: Nepal is at +05:45.
const ZONE_STEP: i64 = 15;
const WEST_MOST: i64 = 12 * 60;
const EAST_MOST: i64 = 14 * 60;

#[cfg(test)]
mod tests {
    use super::{judge, read_local, read_utc};

    /// What LIST says, what MDTM says, and the verdict where it is noon of 2026-11-22.
    const TABLE: [(&str, &str, &str, &str); 11] = [
        ("Nov 22 06:50", "20261122065007", "ok", ""),
        ("Nov 22 06:50", "20261122065000", "ok", ""),
        ("11-22-26 06:50AM", "20261122065007", "ok", ""),
        ("Nov 22 07:50", "20261122065007", "info", "UTC+01:00"),
        ("Nov 22 01:20", "20261122065059", "info", "UTC-05:30"),
        ("Jan  1 00:30", "20251231233010", "info", "UTC+01:00"),
        ("Nov 22 06:53", "20261122065007", "warn", ""),
        ("Nov 20 06:50", "20261122065007", "warn", ""),
        ("Nov 22 13:00", "20261122130000", "warn", "here it is"),
        ("May  6 07:08", "20200506070809", "warn", "2020-05-06 07:08"),
        ("05-06-20 07:08AM", "20200506070809", "ok", ""),
    ];

    #[test]
    fn the_zone_of_list_is_what_it_differs_by_from_mdtm() {
        let now = read_utc("20261122120000").unwrap();
        for (list, mdtm, verdict, because) in TABLE {
            let utc = read_utc(mdtm).unwrap();
            let local = read_local(list, utc).unwrap();
            let guessed = read_local(list, now).unwrap();
            let judged = judge("MDTM", utc, (local, guessed), now);
            assert_eq!(judged.verdict.word(), verdict, "{list} {judged:?}");
            assert!(judged.because.contains(because), "{list} {judged:?}");
        }
        for words in ["Nov 22 2026", "", "Nov 31 06:50", "yesterday 06:50"] {
            assert_eq!(read_local(words, now), None, "{words}");
        }
    }
}
