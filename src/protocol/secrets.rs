//! Masks secrets in what is shown: in what is sent, and in replies that echo it. Some servers repeat the line that they
//! did not understand: `500 'PASS hunter2' not understood`.
//!
//! ```text
//! sent      "PASS hun", "ter2\r\n"              shown   "PASS ****", "****\r\n"
//! received  "500 PASS hun", "ter2?\r\n"         shown   "500 PASS ", "****?\r\n"
//! ```

use std::ops::Range;

use super::command::{Command, MASK, begins_with_verb, secret_offset};
use super::reply::Reply;
use super::reply_codes;
use super::telnet::{Filtered, TelnetFilter};
use super::url_passwords::url_passwords;
use super::verbs;

/// The secrets that were sent last, and the masking of replies that repeat them.
pub struct SecretEcho {
    recent: Vec<Secret>,
    /// How many of them are kept.
    kept: usize,
}

impl Default for SecretEcho {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

struct Secret {
    bytes: Vec<u8>,
    /// A line that had no verb, or a part of it: what servers take for a verb and repeat.
    is_line: bool,
    /// It may be one of a reply's own words.
    is_ordinary: bool,
}

impl SecretEcho {
    /// Keeps so many secrets, the last ones.
    #[must_use]
    pub(crate) fn keeping(kept: usize) -> Self {
        Self {
            recent: Vec::new(),
            kept,
        }
    }

    /// Remembers what this command must not show.
    pub(crate) fn remember_command(&mut self, command: &Command) {
        if command.is_secret() {
            return self.remember_line(command.line());
        }
        let changes_password = command.verb().is("SITE");
        for place in command.secret_places() {
            let secret = &command.line()[place];
            self.remember(secret);
            // The old one and the new one.
            let words = secret.split(u8::is_ascii_whitespace);
            words
                .filter(|_| changes_password)
                .for_each(|word| self.remember(word));
        }
    }

    /// Remembers a secret that is about to be sent.
    pub fn remember(&mut self, secret: &[u8]) {
        let secret = secret.trim_ascii();
        self.keep(secret, false);
        // As a 257 quotes a path (RFC 959 appendix II).
        let quoted: Vec<&[u8]> = secret.split(|&byte| byte == b'"').collect();
        self.keep(&quoted.join(&b"\"\""[..]), false);
    }

    /// Remembers a line that is a secret as a whole.
    pub fn remember_line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        self.keep(line, true);
        if let Some(end) = line.iter().position(u8::is_ascii_whitespace) {
            self.keep(&line[..end], true);
            self.keep(line[end..].trim_ascii(), true);
        }
    }

    fn keep(&mut self, secret: &[u8], is_line: bool) {
        let is_known = |known: &Secret| known.bytes == secret && known.is_line == is_line;
        if secret.is_empty() || self.recent.iter().any(is_known) {
            return;
        }
        if self.recent.len() == self.kept {
            self.recent.remove(0);
        }
        self.recent.push(Secret {
            bytes: secret.to_vec(),
            is_line,
            is_ordinary: (secret.len() < LONG && !is_mixed(secret))
                || reply_codes::has_word_with(secret),
        });
    }

    /// The reply with every echo of a secret replaced by `****`.
    ///
    /// The password `5` must not hide every `213 5`, nor `wrong` what a server says of any password. So a secret that is
    /// shorter than `LONG` bytes and has not both letters and digits, or is part of a word that replies are made of, is
    /// masked only where the line that carried it is repeated: after its verb, or in quotes in the reply to it.
    pub fn mask(&self, reply: &mut Reply, answers_secret: bool) {
        let halves = self.halves(&reply.lines);
        for (index, line) in reply.lines.iter_mut().enumerate() {
            let mut places = self.places(line, answers_secret);
            places.extend(
                halves
                    .iter()
                    .filter(|half| half.0 == index)
                    .map(|half| half.1.clone()),
            );
            replace(line, &joined(places));
        }
    }

    /// Where an echo begins on one line and goes on with the next: the index of each line, and the place there.
    fn halves(&self, lines: &[Vec<u8>]) -> Vec<(usize, Range<usize>)> {
        let mut halves = Vec::new();
        for (index, pair) in lines.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            let text = after_code(second);
            let long = self.recent.iter().filter(|secret| !secret.is_ordinary);
            for secret in long {
                let cut =
                    (1..secret.bytes.len()).find(|&cut| secret.is_cut(cut, first, &second[text..]));
                if let Some(cut) = cut {
                    halves.push((index, first.len() - cut..first.len()));
                    halves.push((index + 1, text..text + secret.bytes.len() - cut));
                }
            }
        }
        halves
    }

    /// The same for any bytes that a server sent, outside replies.
    #[must_use]
    pub fn masked(&self, bytes: &[u8]) -> Vec<u8> {
        let mut line = bytes.to_vec();
        let places = self.places(&line, false);
        replace(&mut line, &places);
        line
    }

    /// Where a line echoes secrets: ranges of bytes, in order and apart.
    #[must_use]
    pub fn places(&self, line: &[u8], answers_secret: bool) -> Vec<Range<usize>> {
        if self.recent.is_empty() {
            return Vec::new();
        }
        let mut places = self.places_in_text(line, answers_secret);
        // An echo with a NUL in it can be read on the screen all the same, and so can one in the form of a URL.
        for readable in [Readable::without_nul(line), Readable::of_url(line)] {
            let found = readable.map(|text| text.places(self, answers_secret));
            places.extend(found.into_iter().flatten());
        }
        joined(places)
    }

    fn places_in_text(&self, line: &[u8], answers_secret: bool) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        // Most lines do not even have the letters of a secret.
        let mut letters = [false; 256];
        for byte in line {
            letters[usize::from(byte.to_ascii_lowercase())] = true;
        }
        let has = |byte: &u8| letters[usize::from(byte.to_ascii_lowercase())];
        for secret in &self.recent {
            if !secret.bytes.iter().all(has) {
                continue;
            }
            let length = secret.bytes.len();
            let found = line
                .windows(length)
                .enumerate()
                .filter(|(_, window)| secret.is(window))
                .map(|(start, _)| start..start + length);
            places.extend(found.filter(|place| secret.is_echoed(line, place, answers_secret)));
        }
        joined(places)
    }

    /// How many of the last bytes may be the beginning of an echo that has not come whole.
    #[must_use]
    pub fn unfinished_bytes(&self, line: &[u8]) -> usize {
        if self.recent.is_empty() {
            return 0;
        }
        let unfinished = self.unfinished_bytes_of_text(line);
        let escape = match line {
            [.., b'%'] => 1,
            [.., b'%', digit] if digit.is_ascii_hexdigit() => 2,
            _ => 0,
        };
        let line = &line[..line.len() - escape];
        let of_url = Readable::of_url(line).map_or_else(
            || self.unfinished_bytes_of_text(line),
            |text| text.unfinished_bytes(self, line.len()),
        );
        unfinished.max(match escape {
            0 => of_url,
            escape => of_url + escape,
        })
    }

    fn unfinished_bytes_of_text(&self, line: &[u8]) -> usize {
        let begun = |secret: &Secret| {
            let longest = line.len().min(secret.bytes.len().saturating_sub(1));
            (1..=longest)
                .rev()
                .find(|&length| secret.begins_with(&line[line.len() - length..]))
        };
        self.recent.iter().filter_map(begun).max().unwrap_or(0)
    }

    /// The length of the longest echo in bytes.
    #[must_use]
    pub fn longest(&self) -> usize {
        let lengths = self.recent.iter().map(|secret| secret.bytes.len());
        lengths.max().unwrap_or(0) * ESCAPE_BYTES
    }
}

impl Secret {
    /// Some servers repeat a line in upper case.
    fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.bytes.len() && self.begins_with(bytes)
    }

    /// Its first bytes end one line, and the others begin the text of the next.
    fn is_cut(&self, cut: usize, first: &[u8], text: &[u8]) -> bool {
        let (head, tail) = self.bytes.split_at(cut);
        let end = first.len().checked_sub(cut).and_then(|at| first.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(head))
            && text
                .get(..tail.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(tail))
    }

    fn begins_with(&self, bytes: &[u8]) -> bool {
        self.bytes[..bytes.len()].eq_ignore_ascii_case(bytes)
    }

    fn is_echoed(&self, line: &[u8], place: &Range<usize>, answers_secret: bool) -> bool {
        let is_repeated = if self.is_line {
            is_whole_word
        } else {
            is_quoted
        };
        !self.is_ordinary
            || follows_verb(line, place)
            || is_in_url(line, place)
            || (answers_secret && is_repeated(line, place))
    }
}

/// A line as it is read by somebody who undoes what is special in it.
struct Readable {
    bytes: Vec<u8>,
    /// Where each of them stands in the line.
    places: Vec<Range<usize>>,
}

impl Readable {
    /// `None` if it is the line itself.
    fn without_nul(line: &[u8]) -> Option<Self> {
        let kept = |at: &usize| line[*at] != 0;
        line.contains(&0).then(|| Self {
            bytes: line.iter().copied().filter(|byte| *byte != 0).collect(),
            places: (0..line.len()).filter(kept).map(|at| at..at + 1).collect(),
        })
    }

    /// With `%40` as `@`, as URLs have it; `None` if there is nothing of that kind.
    fn of_url(line: &[u8]) -> Option<Self> {
        let first = (0..line.len()).find(|at| escaped_byte(&line[*at..]).is_some())?;
        let mut at = first;
        let mut text = Self {
            bytes: line[..first].to_vec(),
            places: (0..first).map(|at| at..at + 1).collect(),
        };
        while let Some(&byte) = line.get(at) {
            let escaped = escaped_byte(&line[at..]);
            let length = escaped.map_or(1, |_| ESCAPE_BYTES);
            text.bytes.push(escaped.unwrap_or(byte));
            text.places.push(at..at + length);
            at += length;
        }
        Some(text)
    }

    fn places(&self, echo: &SecretEcho, answers_secret: bool) -> Vec<Range<usize>> {
        let places = echo.places_in_text(&self.bytes, answers_secret);
        let in_line = |it: Range<usize>| self.places[it.start].start..self.places[it.end - 1].end;
        places.into_iter().map(in_line).collect()
    }

    fn unfinished_bytes(&self, echo: &SecretEcho, length: usize) -> usize {
        let unfinished = echo.unfinished_bytes_of_text(&self.bytes);
        let begins = self.places.get(self.bytes.len() - unfinished);
        begins.map_or(0, |place| length - place.start)
    }
}

/// The text with each `%40` as `@`.
pub(crate) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    Readable::of_url(text).map_or_else(|| text.to_vec(), |text| text.bytes)
}

/// What `%` and two digits stand for at the beginning of this.
fn escaped_byte(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else {
        return None;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

impl std::fmt::Debug for SecretEcho {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretEcho({} secrets)", self.recent.len())
    }
}

/// No reply has a word of letters and digits by chance.
fn is_mixed(secret: &[u8]) -> bool {
    secret.len() >= SHORTEST_MIXED
        && secret.iter().any(u8::is_ascii_digit)
        && secret.iter().any(u8::is_ascii_alphabetic)
}

/// Where the text of a reply line begins.
fn after_code(line: &[u8]) -> usize {
    let has_code = matches!(line, [a, b, c, b' ' | b'-', ..] if [a, b, c].iter().all(|it| it.is_ascii_digit()));
    if has_code {
        4
    } else {
        line.iter().take_while(|it| **it == b' ').count()
    }
}

fn is_whole_word(line: &[u8], range: &Range<usize>) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    // The reply code is not an echo.
    range.start >= 4 && is_edge(line.get(range.start - 1)) && is_edge(line.get(range.end))
}

/// `... PASS x ...`, as servers repeat a line that they did not understand.
fn follows_verb(line: &[u8], range: &Range<usize>) -> bool {
    let before = line[..range.start].trim_ascii_end();
    let verb = &before[before.len().saturating_sub(4)..];
    before.len() < range.start && verbs::is_secret(verb) && is_whole_word(line, range)
}

/// `... ://u:x@h ...`
fn is_in_url(line: &[u8], range: &Range<usize>) -> bool {
    let (before, after) = (&line[..range.start], &line[range.end..]);
    let follows_scheme = before.windows(3).any(|part| part == b"://");
    follows_scheme && before.ends_with(b":") && after.starts_with(b"@")
}

/// `... 'x' ...`
fn is_quoted(line: &[u8], range: &Range<usize>) -> bool {
    let is_quote = |byte: u8| matches!(byte, b'\'' | b'"' | b'`');
    is_whole_word(line, range) && is_quote(line[range.start - 1])
}

/// Ranges that overlap become one: of a secret inside another nothing stays readable.
pub(super) fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| place.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

pub(super) fn replace(line: &mut Vec<u8>, places: &[Range<usize>]) {
    for place in places.iter().rev() {
        line.splice(place.clone(), MASK.iter().copied());
    }
}

const KEPT: usize = 64;
/// `%40`.
const ESCAPE_BYTES: usize = 3;
const LONG: usize = 6;
const SHORTEST_MIXED: usize = 4;

/// Bytes with `****` in the place of each secret, so that not even its length shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedBytes {
    /// What may be shown.
    pub bytes: Vec<u8>,
    /// Which of them stand for secrets: ranges, in order and apart.
    pub secrets: Vec<Range<usize>>,
}

/// Masks what is sent, piece after piece.
#[derive(Clone, Default)]
pub struct SentMask {
    /// What was sent since the last line end.
    line: Vec<u8>,
}

/// Masks what is received, piece after piece. Bytes that may be the beginning of an echo are held back until it is
/// known.
#[derive(Default)]
pub struct ReceivedMask {
    /// What came since the last line end, or the last of it.
    line: Vec<u8>,
    /// How much of `line` was handed out.
    shown: usize,
}

impl MaskedBytes {
    /// Masks these places of `bytes`, which are in order and apart.
    fn new(bytes: &[u8], places: impl Iterator<Item = Range<usize>>) -> Self {
        let mut masked = Self::default();
        let mut start = 0;
        for place in places.filter(|place| !place.is_empty()) {
            masked.bytes.extend_from_slice(&bytes[start..place.start]);
            let mask = masked.bytes.len();
            masked.bytes.extend_from_slice(MASK);
            masked.secrets.push(mask..masked.bytes.len());
            start = place.end;
        }
        masked.bytes.extend_from_slice(&bytes[start..]);
        masked
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl SentMask {
    /// Masks the next bytes that go out. Where a secret is asked for, whatever has no known verb may be it.
    #[must_use]
    pub fn take(&mut self, bytes: &[u8], secret_is_asked: bool) -> MaskedBytes {
        let sent_secrets = |bytes: &[u8]| sent_secrets(bytes, secret_is_asked);
        let mut earlier = self.line.len();
        self.line.extend_from_slice(bytes);
        let mut places = sent_secrets(&self.line);
        let is_covered = |own: Range<usize>| {
            let (start, end) = (own.start + earlier, own.end + earlier);
            let mut places = places.iter();
            places.any(|place| place.start <= start && end <= place.end)
        };
        // With what comes before it, a server may not read PASS there, but a person does.
        if !sent_secrets(bytes).into_iter().all(is_covered) {
            self.line.drain(..earlier);
            earlier = 0;
            places = sent_secrets(&self.line);
        }
        let places = places.into_iter().map(|place| rebased(&place, earlier));
        let masked = MaskedBytes::new(bytes, places);
        self.line.drain(..after_last_line_end(&self.line));
        masked
    }
}

impl ReceivedMask {
    /// Masks the next bytes that came. `answers_secret` as in [`SecretEcho::places`].
    #[must_use]
    pub fn take(&mut self, bytes: &[u8], echo: &SecretEcho, answers_secret: bool) -> MaskedBytes {
        self.line.extend_from_slice(bytes);
        let text = Text::of(&self.line);
        let places = text.echoes(echo, answers_secret);
        let end = text.end_of_certain(echo, places.last(), self.line.len());
        let end = end.max(self.shown);
        let shown = self.shown;
        let places = places
            .iter()
            .map(|place| rebased(&(place.start..place.end.min(end)), shown));
        let masked = MaskedBytes::new(&self.line[shown..end], places);
        self.shown = end;
        self.forget(echo.longest());
        masked
    }

    /// Takes bytes that will not be shown.
    pub fn skip(&mut self, bytes: &[u8], echo: &SecretEcho) {
        self.line.extend_from_slice(bytes);
        self.shown = self.line.len();
        self.forget(echo.longest());
    }

    /// Nothing more comes: what was held back may be part of a secret.
    #[must_use]
    pub fn end(&mut self) -> MaskedBytes {
        let held = self.line.split_off(self.shown);
        self.line.clear();
        self.shown = 0;
        MaskedBytes::new(&held, std::iter::once(0..held.len()))
    }

    /// Drops what no echo can need any more.
    fn forget(&mut self, longest_secret: usize) {
        let whole_lines = after_last_line_end(&self.line[..self.shown]);
        let context = longest_secret + CONTEXT_BYTES;
        let old = whole_lines.max(self.shown.saturating_sub(context));
        self.line.drain(..old);
        self.shown -= old;
    }
}

/// Bytes without what the other side takes out of them: Telnet commands and NUL.
struct Text {
    bytes: Vec<u8>,
    /// The place of each among all bytes.
    places: Vec<Range<usize>>,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        let mut text = Self {
            bytes: Vec::with_capacity(bytes.len()),
            places: Vec::with_capacity(bytes.len()),
        };
        let mut telnet = TelnetFilter::default();
        let mut start = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if telnet.held_bytes() == 0 {
                start = at;
            }
            match telnet.take(byte) {
                Filtered::Text(byte @ 1..) => text.push(byte, start..at + 1),
                Filtered::UndoubledIac(byte) => {
                    text.push(255, start..at);
                    text.push(byte, at..at + 1);
                }
                Filtered::Text(0) | Filtered::Nothing | Filtered::Command(_) => {}
            }
        }
        text
    }

    fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    /// Where echoes stand among all bytes.
    fn echoes(&self, echo: &SecretEcho, answers_secret: bool) -> Vec<Range<usize>> {
        let mut echoes = Vec::new();
        let mut start = 0;
        for line in self.bytes.split_inclusive(|&byte| byte == b'\n') {
            let places = echo.places(line, answers_secret).into_iter();
            echoes.extend(places.map(|place| {
                let (first, last) = (start + place.start, start + place.end - 1);
                self.places[first].start..self.places[last].end
            }));
            start += line.len();
        }
        echoes
    }

    /// Up to where it is known what is an echo and what is not.
    fn end_of_certain(
        &self,
        echo: &SecretEcho,
        last_echo: Option<&Range<usize>>,
        length: usize,
    ) -> usize {
        let unfinished = echo.unfinished_bytes(&self.bytes);
        let begins = self.bytes.len() - unfinished;
        let Some(place) = self.places.get(begins) else {
            return length;
        };
        match last_echo {
            // Its end looks like the beginning of another.
            Some(echo) if echo.end > place.start => echo.end,
            _ => place.start,
        }
    }
}

/// Where the lines hold secrets, and passwords of URLs. A server may take CR alone for a line end, so a verb may follow
/// one; a secret goes on to the LF.
fn sent_secrets(bytes: &[u8], secret_is_asked: bool) -> Vec<Range<usize>> {
    let text = Text::of(bytes);
    let mut secrets: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text
        .bytes
        .split_inclusive(|byte| matches!(byte, b'\r' | b'\n'))
    {
        let offset = if secret_is_asked && !begins_with_verb(line) {
            line.iter().position(|byte| !byte.is_ascii_whitespace())
        } else {
            secret_offset(line)
        };
        let places = match offset {
            Some(offset) => match text.places.get(start + offset) {
                Some(place) => {
                    std::iter::once(place.start..end_of_line(bytes, place.start)).collect()
                }
                None => Vec::new(),
            },
            None => {
                let passwords = joined(url_passwords(line).collect()).into_iter();
                let places = |it: Range<usize>| {
                    let (first, last) = (start + it.start, start + it.end - 1);
                    text.places[first].start..text.places[last].end
                };
                passwords.map(places).collect()
            }
        };
        for secret in places {
            if secrets.last().is_none_or(|last| last.end <= secret.start) {
                secrets.push(secret);
            }
        }
        start += line.len();
    }
    secrets
}

/// Where the line ends that `from` lies in: before its CR LF, before its LF, or with the bytes.
fn end_of_line(bytes: &[u8], from: usize) -> usize {
    let Some(length) = bytes[from..].iter().position(|&byte| byte == b'\n') else {
        return bytes.len();
    };
    let end = from + length;
    if end > from && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

fn after_last_line_end(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1)
}

/// A place counted from `start` on; what lies before that is cut off.
fn rebased(place: &Range<usize>, start: usize) -> Range<usize> {
    place.start.saturating_sub(start)..place.end.saturating_sub(start)
}

/// How much of a line is kept besides the longest secret: a verb in front of it, and Telnet commands in between.
const CONTEXT_BYTES: usize = 64;

#[cfg(test)]
mod tests;
