//! Whether a condition holds, and what was seen instead.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use sha2::{Digest, Sha256};

use super::condition::{AskedFor, Condition, Expected, Kind, Side};
use super::playing::{Playing, play};
use crate::evidence::words::count;
use crate::practice::{Content, Fault, LogEntry, LogEvent, LoggedTransfer, PlacedFile};
use crate::protocol::Verb;

/// All that conditions are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// What the server saw.
    pub(crate) entries: &'a [LogEntry],
    /// The server's folder.
    pub(crate) server: &'a Path,
    /// The local folder.
    pub(crate) local: &'a Path,
    /// What lay there at the beginning.
    pub(crate) content: &'a Content,
    /// The faults of the server.
    pub(crate) faults: &'a [Fault],
    /// What the lesson asks; empty where it asks nothing, or does not say it again.
    pub(crate) question: &'a str,
    /// What was answered last.
    pub(crate) answer: Option<&'a str>,
    /// The name of the fault that was chosen.
    pub(crate) fault: &'a str,
}

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// As lesson.toml writes it.
    pub(crate) condition: String,
    /// What is wanted, in words.
    pub(crate) wanted: String,
    /// What was seen instead.
    pub(crate) seen: String,
    /// It is a rule, and no line makes it hold again.
    pub(crate) is_broken: bool,
    /// It is none, and no line makes it hold any more.
    pub(crate) is_lost: bool,
}

impl Seen<'_> {
    /// The first condition that does not hold.
    pub(crate) fn first_open(&self, conditions: &[Condition]) -> Option<Finding> {
        conditions.iter().find_map(|condition| {
            let (wanted, mut seen) = self.judge(&condition.kind)?;
            let is_lost = self.is_lost(condition, conditions);
            if is_lost {
                seen.push_str(": `again` makes the server anew");
            }
            Some(Finding {
                condition: condition.to_string(),
                wanted,
                seen,
                is_broken: condition.rule().is_some(),
                is_lost,
            })
        })
    }

    /// The first rule that was broken.
    pub(crate) fn broken_rule(&self, conditions: &[Condition]) -> Option<Finding> {
        let rules = conditions.iter().filter(|it| it.rule().is_some());
        self.first_open(&rules.cloned().collect::<Vec<_>>())
    }

    /// The rules that have not been broken so far, in words.
    pub(crate) fn rules_kept(&self, conditions: &[Condition]) -> Vec<String> {
        let kept = conditions
            .iter()
            .filter(|it| self.judge(&it.kind).is_none());
        kept.filter_map(Condition::rule).collect()
    }

    /// Whether no line can make the condition come true without breaking another one, or one is broken for good already.
    fn is_lost(&self, condition: &Condition, conditions: &[Condition]) -> bool {
        // These say so themselves.
        if condition.rule().is_some() {
            return false;
        }
        let mut rules = conditions.iter().filter(|it| it.rule().is_some());
        let is_limited = conditions
            .iter()
            .any(|it| matches!(it.kind, Kind::DataAtMost(_)));
        (is_limited && self.is_spoilt(&condition.kind))
            || rules.any(|it| self.judge(&it.kind).is_some())
    }

    /// Whether a file that was there in part holds, or lacks, what nothing that is added to it can mend.
    fn is_spoilt(&self, kind: &Kind) -> bool {
        let Kind::File(side, path, expected) = kind else {
            return false;
        };
        let expected = match expected {
            Expected::Bytes(bytes) => bytes.as_slice(),
            Expected::AsPlaced(side, path) => {
                self.placed(*side, path).map_or(&[][..], |file| &file.bytes)
            }
            Expected::Missing | Expected::Sha256(_) => return false,
        };
        let found = fs::read(self.folder(*side).join(path)).unwrap_or_default();
        let lacks =
            |placed: &PlacedFile| !expected.starts_with(&found) || found.len() < placed.bytes.len();
        self.placed(*side, path).is_some_and(lacks)
    }

    /// What is wanted and what was seen instead; `None` if it holds.
    fn judge(&self, kind: &Kind) -> Option<(String, String)> {
        match kind {
            Kind::Sent(verb, argument) => self.judge_sent(verb, argument.as_ref()),
            Kind::Reply(verb, code) => self.judge_reply(verb, *code),
            Kind::File(side, path, expected) => self.judge_file(*side, path, expected),
            Kind::Tree(side, names) => self.judge_tree(*side, names),
            Kind::Never { verb, in_the_clear } => {
                let seen = self.judge_never(verb, *in_the_clear)?;
                Some((kind.rule().unwrap_or_default(), seen))
            }
            Kind::DataAtMost(limit) => {
                let seen = self.judge_amount(*limit)?;
                Some((kind.rule().unwrap_or_default(), seen))
            }
            Kind::ControlTls => {
                let wanted = "the control connection under TLS";
                let holds = self.has(|event| *event == LogEvent::ControlSecured);
                (!holds).then(|| (wanted.to_owned(), "it is in the clear".to_owned()))
            }
            Kind::DataTlsResumed => self.judge_data_tls(),
            Kind::DataActive => self.judge_active(),
            Kind::InStep => self.judge_step(),
            Kind::Answer(expected) => self.judge_answer(expected),
            Kind::LookedAt(path) => self.judge_look(path),
            Kind::Transcript(path, fault) => self.judge_transcript(path, fault.as_ref()),
        }
    }

    fn events(&self) -> impl Iterator<Item = &LogEvent> {
        self.entries.iter().map(|entry| &entry.event)
    }

    fn has(&self, wanted: impl Fn(&LogEvent) -> bool) -> bool {
        self.events().any(wanted)
    }

    fn transfers(&self) -> impl Iterator<Item = &LoggedTransfer> {
        self.events().filter_map(|event| match event {
            LogEvent::Transfer(transfer) => Some(transfer),
            _ => None,
        })
    }

    /// The lines with this verb, in order.
    fn lines_of(&self, wanted: &Verb) -> Vec<String> {
        let lines = self.events().filter_map(|event| match event {
            LogEvent::Command { verb, line, .. } if verb == wanted => {
                Some(String::from_utf8_lossy(line).into_owned())
            }
            _ => None,
        });
        lines.collect()
    }

    /// The codes that answered this verb, in order.
    fn codes_of(&self, wanted: &Verb) -> Vec<u16> {
        let codes = self.events().filter_map(|event| match event {
            LogEvent::Reply {
                verb: Some(verb),
                code,
                ..
            } if verb == wanted => Some(*code),
            _ => None,
        });
        codes.collect()
    }

    fn judge_sent(&self, verb: &Verb, argument: Option<&Regex>) -> Option<(String, String)> {
        let lines = self.lines_of(verb);
        let holds = |line: &String| {
            let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
            argument.is_none_or(|argument| argument.is_match(rest))
        };
        let wanted = match argument {
            None => format!("{verb} sent"),
            Some(_) => format!("{verb} sent with another argument"),
        };
        (!lines.iter().any(holds)).then(|| (wanted, last_line(&lines, verb)))
    }

    fn judge_reply(&self, verb: &Verb, code: u16) -> Option<(String, String)> {
        let codes = self.codes_of(verb);
        let seen = match codes.last() {
            None => last_line(&self.lines_of(verb), verb),
            Some(last) => format!("{verb} was answered with {last}"),
        };
        let wanted = format!("{verb} answered with {code}");
        (!codes.contains(&code)).then_some((wanted, seen))
    }

    fn judge_amount(&self, limit: u64) -> Option<String> {
        let files = self.transfers().filter(|it| is_of_file(&it.verb));
        let bytes: u64 = files.map(|transfer| transfer.bytes).sum();
        let seen = format!("{} went over them: {ANOTHER_WAY}", byte_count(bytes));
        (bytes > limit).then_some(seen)
    }

    fn judge_active(&self) -> Option<(String, String)> {
        let wanted = "a data connection that the server has made";
        let opened = |is_active| self.has(|event| *event == LogEvent::DataOpened { is_active });
        let seen = match opened(false) {
            true => "so far you have made them all, after PASV",
            false => NOTHING_MOVED,
        };
        (!opened(true)).then(|| (wanted.to_owned(), seen.to_owned()))
    }

    fn folder(&self, side: Side) -> &Path {
        match side {
            Side::Remote => self.server,
            Side::Local => self.local,
        }
    }

    fn placed(&self, side: Side, path: &str) -> Option<&PlacedFile> {
        let files = match side {
            Side::Remote => &self.content.server,
            Side::Local => &self.content.local,
        };
        files.iter().find(|file| file.path == path)
    }

    fn judge_file(&self, side: Side, path: &str, expected: &Expected) -> Option<(String, String)> {
        let place = shown_side(side);
        let file = fs::read(self.folder(side).join(path));
        let bytes = match expected {
            Expected::Missing => {
                let wanted = format!("{path} gone {place}");
                return file
                    .is_ok()
                    .then(|| (wanted, "it is still there".to_owned()));
            }
            Expected::Bytes(bytes) => Some(bytes.as_slice()),
            Expected::AsPlaced(side, path) => {
                Some(self.placed(*side, path).map_or(&[][..], |file| &file.bytes))
            }
            Expected::Sha256(_) => None,
        };
        let wanted = match bytes {
            Some([]) => format!("{path} {place}, empty"),
            Some(bytes) => format!(
                "{path} {place}, all {} of it right",
                byte_count(bytes.len() as u64)
            ),
            None => format!("{path} {place}, whole and right"),
        };
        let Ok(found) = file else {
            return Some((wanted, "it is not there".to_owned()));
        };
        let seen = match (bytes, expected) {
            (Some(bytes), _) => difference(&found, bytes)?,
            (None, Expected::Sha256(digest))
                if base16ct::lower::encode_string(&Sha256::digest(&found)) == *digest =>
            {
                return None;
            }
            (None, _) => format!(
                "it has {} there, and they are not the right ones",
                byte_count(found.len() as u64)
            ),
        };
        Some((wanted, seen))
    }

    fn judge_tree(&self, side: Side, names: &[String]) -> Option<(String, String)> {
        let mut found = Vec::new();
        list(self.folder(side), "", &mut found);
        found.sort_unstable();
        let missing: Vec<&str> = names
            .iter()
            .filter(|it| !found.contains(it))
            .map(String::as_str)
            .collect();
        let more: Vec<&str> = found
            .iter()
            .filter(|it| !names.contains(it))
            .map(String::as_str)
            .collect();
        let seen = match (missing.as_slice(), more.as_slice()) {
            ([], []) => return None,
            ([], more) => format!("{} should not be there", more.join(" ")),
            (missing, []) => format!("{} is missing", missing.join(" ")),
            (missing, more) => format!(
                "{} is missing, and {} should not be there",
                missing.join(" "),
                more.join(" ")
            ),
        };
        Some((
            format!("exactly this {}: {}", shown_side(side), names.join(" ")),
            seen,
        ))
    }

    fn judge_never(&self, wanted: &Verb, in_the_clear: bool) -> Option<String> {
        let sent = self.has(|event| match event {
            LogEvent::Command {
                verb, is_under_tls, ..
            } => verb == wanted && !(in_the_clear && *is_under_tls),
            _ => false,
        });
        let how = if in_the_clear { " in the clear" } else { "" };
        sent.then(|| format!("{wanted} was sent{how}: {ANOTHER_WAY}"))
    }

    fn judge_data_tls(&self) -> Option<(String, String)> {
        let wanted =
            "a data connection under TLS that resumes the session of the control connection";
        let is = |wanted: bool| {
            self.has(|event| matches!(event, LogEvent::DataSecured { is_resumed } if *is_resumed == wanted))
        };
        let seen = match (is(true), is(false)) {
            (true, _) => return None,
            (false, true) => "its TLS session was a new one",
            (false, false) if self.has(|event| matches!(event, LogEvent::DataOpened { .. })) => {
                "data connections were in the clear so far"
            }
            (false, false) => NOTHING_MOVED,
        };
        Some((wanted.to_owned(), seen.to_owned()))
    }

    /// What comes after the last transfer counts: a NOOP that had its own 200, and no command without its reply.
    fn judge_step(&self) -> Option<(String, String)> {
        let wanted = "a NOOP after the transfer that gets its own 200";
        let events: Vec<&LogEvent> = self.events().collect();
        let last = |is: &dyn Fn(&LogEvent) -> bool| events.iter().rposition(|event| is(event));
        let transfer = last(&|event| matches!(event, LogEvent::Transfer(_))).unwrap_or(0);
        let noop = Verb::new(b"NOOP");
        let answer = last(
            &|event| matches!(event, LogEvent::Reply { verb: Some(verb), code: 200, .. } if *verb == noop),
        );
        let seen = match answer {
            Some(answer) if answer > transfer => return None,
            Some(_) => "the last NOOP was before the end of the transfer",
            None if self.lines_of(&noop).is_empty() => "no NOOP has been sent",
            None => "the NOOP has not been answered with 200",
        };
        Some((wanted.to_owned(), seen.to_owned()))
    }

    fn judge_answer(&self, expected: &str) -> Option<(String, String)> {
        let asked_for = AskedFor::by(expected);
        let expected = expected.replace("{fault}", self.fault);
        let wanted = match self.question {
            "" => format!("the right answer (`answer {asked_for}`)"),
            question => format!("the right answer (`answer {asked_for}`): {question}"),
        };
        match self.answer {
            None => Some((wanted, "no answer so far".to_owned())),
            Some(answer) if answer.trim().eq_ignore_ascii_case(&expected) => None,
            Some(answer) => Some((wanted, format!("{} is not it", answer.trim()))),
        }
    }

    fn judge_look(&self, path: &str) -> Option<(String, String)> {
        let wanted =
            format!("the size or the content of {path} looked at after the last transfer to it");
        let events: Vec<&LogEvent> = self.events().collect();
        let is_it = |other: &[u8]| other.strip_prefix(b"/").unwrap_or(other) == path.as_bytes();
        let stores = |event: &&LogEvent| match event {
            LogEvent::Transfer(it) => is_upload(&it.verb) && is_it(&it.path),
            _ => false,
        };
        let stored = events.iter().rposition(stores);
        let Some(stored) = stored else {
            return Some((wanted, format!("nothing was transferred to {path} so far")));
        };
        let is_look = |at: usize| match events[at] {
            LogEvent::Transfer(it) => {
                is_listing(&it.verb) || (it.verb.is("RETR") && it.is_complete && is_it(&it.path))
            }
            LogEvent::Reply {
                verb: Some(verb),
                code: 213 | 250,
                ..
            } if ["SIZE", "MLST", "STAT"].iter().any(|name| verb.is(name)) => {
                let asked = events[..at].iter().rev().find_map(|event| match event {
                    LogEvent::Command {
                        verb: asked, line, ..
                    } if asked == verb => Some(line),
                    _ => None,
                });
                asked.is_some_and(|line| is_it(line.get(5..).unwrap_or_default()))
            }
            _ => false,
        };
        let looked = (stored..events.len()).any(is_look);
        (!looked).then(|| (wanted, "226 came, and nobody has looked".to_owned()))
    }

    fn judge_transcript(&self, path: &str, fault: Option<&Fault>) -> Option<(String, String)> {
        let wanted = match fault {
            None => format!("{path} plays on a server like this one"),
            Some(_) => {
                format!("{path} does not play where APPE overwrites, as it does on some servers")
            }
        };
        let mut faults = self.faults.to_vec();
        faults.extend(fault.cloned());
        let playing = play(&self.local.join(path), self.content, faults);
        let seen = match (playing, fault) {
            (Playing::Unreadable(problem), _) => problem,
            (Playing::Passed, None) | (Playing::Failed(_), Some(_)) => return None,
            (Playing::Failed(problem), None) => problem,
            (Playing::Passed, Some(_)) => {
                "it plays there too: it expects nothing that would be different".to_owned()
            }
        };
        Some((wanted, seen))
    }
}

/// One may be open: what counts is what went over it.
const NOTHING_MOVED: &str = "nothing has gone over a data connection so far";
/// After a rule was broken.
const ANOTHER_WAY: &str = "type `again` and do it another way";

/// How a file differs from what it should be; `None` if it does not.
fn difference(found: &[u8], expected: &[u8]) -> Option<String> {
    if found == expected {
        return None;
    }
    let equal = found
        .iter()
        .zip(expected)
        .take_while(|(one, other)| one == other)
        .count();
    let (has, of) = (found.len(), expected.len());
    Some(if equal == has {
        format!("it has {has} of {} there", byte_count(of as u64))
    } else if equal == of {
        format!(
            "it has {} there, {} too many at the end",
            byte_count(has as u64),
            has - of
        )
    } else {
        let first_wrong = match equal as u64 {
            0 => "the first byte is wrong".to_owned(),
            right => format!("the first wrong one comes after {}", byte_count(right)),
        };
        format!("it has {} there, and {first_wrong}", byte_count(has as u64))
    })
}

/// The paths below a folder, those of folders with `/` at the end.
fn list(folder: &Path, before: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()));
    let paths: Vec<PathBuf> = entries.map_or_else(|_| Vec::new(), Iterator::collect);
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let inner = format!("{before}{name}/");
            list(&path, &inner, found);
            found.push(inner);
        } else {
            found.push(format!("{before}{name}"));
        }
    }
}

fn last_line(lines: &[String], verb: &Verb) -> String {
    match lines.last() {
        None => format!("{verb} has not been sent"),
        Some(line) => format!("the last one was {line}"),
    }
}

fn shown_side(side: Side) -> &'static str {
    match side {
        Side::Remote => "on the server",
        Side::Local => "in your folder",
    }
}

fn byte_count(bytes: u64) -> String {
    count(bytes, "byte")
}

fn is_of_file(verb: &Verb) -> bool {
    verb.is("RETR") || is_upload(verb)
}

fn is_upload(verb: &Verb) -> bool {
    ["STOR", "STOU", "APPE"].iter().any(|name| verb.is(name))
}

fn is_listing(verb: &Verb) -> bool {
    ["LIST", "MLSD"].iter().any(|name| verb.is(name))
}
