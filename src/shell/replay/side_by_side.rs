//! Two servers' answers to the same command, beside each other where there is room.
//!
//! ```text
//! = SIZE 1.TXT  213 5  (1 ms, 2 ms)
//! ≠ PWD
//!   257 "/" is the current directory │ 257 "/srv/ftp" is current
//!                                    │ directory.
//!   1 ms                             │ 2 ms
//! ```

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::protocol::{Reply, ReplyCode};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::count;
use crate::transcript::data::DataDigest;
use crate::transcript::replay::Performed;

/// One command on both servers.
pub(super) struct Step<'a> {
    pub(super) command: String,
    pub(super) sides: [&'a Performed; 2],
    /// From the command to its last reply.
    pub(super) times: [Duration; 2],
}

/// Whether both did the same, times aside.
pub(super) fn is_same(step: &Step<'_>, compares_data: bool, codes_alone: bool) -> bool {
    let [one, other] = step.sides;
    let same_replies = one.replies.len() == other.replies.len()
        && one.replies.iter().zip(&other.replies).all(|(one, other)| {
            let (one, other) = (compared(one, codes_alone), compared(other, codes_alone));
            one == other
        });
    let same_data = !compares_data || one.data == other.data;
    same_replies && same_data && one.problem == other.problem
}

/// What of a reply is compared: 125 and 150 mean the same, and times, ports and counts are others each time.
fn compared(reply: &Reply, codes_alone: bool) -> (ReplyCode, Vec<Vec<u8>>) {
    let ReplyCode(number) = reply.code;
    let code = match reply.code.is_preliminary() {
        true => ReplyCode(100),
        false => reply.code,
    };
    let has_numbers = reply.code.is_preliminary() || number / 10 == 22;
    let texts = reply.lines.iter().filter(|_| !codes_alone).map(|line| {
        let text = line.get(4..).unwrap_or(line);
        match has_numbers {
            true => without_numbers(text),
            false => text.to_vec(),
        }
    });
    (code, texts.collect())
}

fn without_numbers(text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|byte| !byte.is_ascii_digit())
        .collect()
}

/// The rows in which a step is shown.
pub(super) fn shown(step: &Step<'_>, equal: bool, columns: usize) -> Vec<String> {
    if equal {
        return vec![cut(&in_one_row(step), columns)];
    }
    let [mut left, mut right] = step.sides.map(side);
    // Times stand beside each other, below the longer side.
    let length = left.len().max(right.len());
    let is_wide = columns >= SIDE_BY_SIDE_COLUMNS;
    for (lines, time) in [&mut left, &mut right].into_iter().zip(step.times) {
        if is_wide {
            lines.resize(length, String::new());
        }
        lines.push(milliseconds(time));
    }
    let mut rows = wrapped(&format!("≠ {}", step.command), columns);
    if is_wide {
        let width = (columns - INDENT - SEPARATOR.width()) / 2;
        let lines = left.iter().zip(&right);
        rows.extend(lines.flat_map(|(left, right)| beside(left, right, width)));
    } else {
        rows.extend(named("A", &left, columns));
        rows.extend(named("B", &right, columns));
    }
    rows
}

fn in_one_row(step: &Step<'_>) -> String {
    let [one, _] = step.sides;
    let reply = one.replies.last().and_then(|reply| reply.lines.first());
    let text = reply.map(|line| escape(line)).unwrap_or_default();
    let [time, other] = step.times.map(milliseconds);
    format!("= {}  {text}  ({time}, {other})", step.command)
}

/// Two lines beside each other, in as many rows as the longer one needs.
fn beside(left: &str, right: &str, width: usize) -> Vec<String> {
    let (left, right) = (wrapped(left, width), wrapped(right, width));
    let row = |at: usize| {
        let text = |rows: &[String]| rows.get(at).cloned().unwrap_or_default();
        let (left, right) = (text(&left), text(&right));
        let blanks = " ".repeat(width.saturating_sub(left.width()));
        format!("  {left}{blanks}{SEPARATOR}{right}")
    };
    (0..left.len().max(right.len())).map(row).collect()
}

/// Lines below the name of their server.
fn named(name: &str, lines: &[String], columns: usize) -> Vec<String> {
    let width = columns.saturating_sub(INDENT + 2).max(1);
    let rows = lines.iter().flat_map(|line| wrapped(line, width));
    let row = |(index, row): (usize, String)| {
        let name = if index == 0 { name } else { " " };
        format!("  {name} {row}")
    };
    rows.enumerate().map(row).collect()
}

/// Everything that one server did.
fn side(performed: &Performed) -> Vec<String> {
    let replies = performed.replies.iter().flat_map(|reply| &reply.lines);
    let mut lines: Vec<String> = replies.map(|line| escape(line)).collect();
    lines.extend(
        performed
            .problem
            .as_ref()
            .map(|problem| escape(problem.as_bytes())),
    );
    lines.extend(performed.data.as_ref().map(data));
    lines
}

fn data(digest: &DataDigest) -> String {
    let bytes = count(digest.bytes, "byte");
    match digest.sha256 {
        Some(sha256) => {
            let hex = base16ct::lower::encode_string(&sha256[..8]);
            format!("data: {bytes}, sha256 {hex}..")
        }
        None => format!("data: {bytes}"),
    }
}

fn milliseconds(duration: Duration) -> String {
    match duration.as_millis() {
        0..10 => format!("{:.1} ms", duration.as_secs_f64() * 1e3),
        whole => format!("{whole} ms"),
    }
}

/// In rows of this width, broken between words where there is one.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    let rows = textwrap::wrap(text, options);
    rows.into_iter().map(String::from).collect()
}

fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken < columns
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

const INDENT: usize = 2;
const SEPARATOR: &str = " │ ";
/// Below so many columns one stands under the other.
const SIDE_BY_SIDE_COLUMNS: usize = 60;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use unicode_width::UnicodeWidthStr;

    use super::{Performed, Reply, ReplyCode, Step, is_same, shown};

    fn performed(replies: &[&str]) -> Performed {
        let reply = |text: &&str| Reply {
            code: ReplyCode(text[..3].parse().unwrap()),
            lines: text.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_bytes: 0,
        };
        Performed {
            replies: replies.iter().map(reply).collect(),
            ..Performed::default()
        }
    }

    #[test]
    fn times_and_ports_are_not_compared_and_codes_and_values_are() {
        for (one, other, same, same_codes) in [
            (&["213 5"][..], &["213 5"][..], true, true),
            (&["213 5"], &["213 6"], false, true),
            (&["550 no"], &["553 no"], false, false),
            (
                &["227 here (1,2,3,4,5,6)"],
                &["227 here (9,9,9,9,9,99)"],
                true,
                true,
            ),
            (
                &["150 x (5 bytes)", "226 0.1 s"],
                &["125 x (9 bytes)", "226 0.25 s"],
                true,
                true,
            ),
            (&["150 x", "226 y"], &["550 x"], false, false),
            (&["211-a\n b\n211 c"], &["211-a\n d\n211 c"], false, true),
        ] {
            let (left, right) = (performed(one), performed(other));
            let step = Step {
                command: "X".to_owned(),
                sides: [&left, &right],
                times: [Duration::from_millis(3); 2],
            };
            assert_eq!(is_same(&step, true, false), same, "{one:?} {other:?}");
            assert_eq!(is_same(&step, true, true), same_codes, "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_differs_fits_the_terminal() {
        let left = performed(&["257 \"/\" is the current directory of this user"]);
        let right = performed(&["257 \"/srv/ftp/a/rather/long/path/without/a/blank\""]);
        let step = Step {
            command: "PWD".to_owned(),
            sides: [&left, &right],
            times: [Duration::from_micros(3210), Duration::from_millis(12)],
        };
        for columns in [40, 60, 80, 200] {
            let rows = shown(&step, false, columns);
            assert!(rows.iter().all(|row| row.width() <= columns), "{rows:#?}");
            assert_eq!(rows[0], "≠ PWD");
        }
        assert_eq!(
            shown(&step, false, 80)[1..],
            [
                "  257 \"/\" is the current directory of   │ 257",
                "  this user                             │ \"/srv/ftp/a/rather/long/path/without/",
                "                                        │ a/blank\"",
                "  3.2 ms                                │ 12 ms",
            ]
        );
        assert_eq!(shown(&step, true, 30), ["= PWD  257 \"/\" is the current…"]);
    }
}
