//! A check as it stands in its file: what it is about, what its page says, and the dialogue that decides it.
//!
//! ```text
//! # check: quit
//! # group: by-the-book
//! # class: before-login
//! # title: QUIT is answered and ends the session
//! # source: RFC 959 4.1.1
//! S> 220
//! # finding: warn "QUIT is not answered with 221"
//! # skip-if: 500 502
//! C> QUIT
//! S> 221
//! ```
//!
//! What stands above the first `# finding:` leads to the place where the check begins. A file without a dialogue
//! describes a check that is code.

use std::collections::BTreeSet;

use super::report::{Class, Group, Verdict};
use super::shown::Shown;
use crate::transcript::replay::{Failure, Played};
use crate::transcript::{Dialogue, Transcript};

/// One check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name, which stays.
    pub id: String,
    /// What it is about.
    pub group: Group,
    /// What has to be allowed for it.
    pub class: Class,
    /// One sentence: how it should be.
    pub title: String,
    /// The document and section that decide it.
    pub source: Option<String>,
    /// Why it matters.
    pub why: String,
    /// Who is hit by it.
    pub who: String,
    /// How to set it right: a server, and what to do there.
    pub fixes: Vec<(String, String)>,
    /// Where that is written: a server, and an address.
    pub fix_sources: Vec<(String, String)>,
    /// It ends the session, or changes what cannot be changed back.
    pub wants_own_connection: bool,
    /// The whole file.
    pub text: String,
    judgements: Vec<Judgement>,
    skips: Vec<Skip>,
}

/// What a failure below this line means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Judgement {
    line: usize,
    verdict: Verdict,
    sentence: String,
}

/// Replies that say that the server lacks what the next command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Skip {
    line: usize,
    codes: BTreeSet<u16>,
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How bad it is.
    pub verdict: Verdict,
    /// The sentence of the finding; none if everything was as it should be.
    pub sentence: Option<String>,
    /// What it rests on.
    pub because: String,
    /// Where a dialogue shows it.
    pub(super) shown: Option<Shown>,
}

/// Why a file is not a check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct CheckError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub problem: String,
}

impl Check {
    /// Reads the file of a check.
    ///
    /// # Errors
    ///
    /// [`CheckError`] for the first line that is wrong, or for a line that is missing.
    pub fn read(text: &str) -> Result<Self, CheckError> {
        let mut reader = Reader::default();
        for (index, line) in text.lines().enumerate() {
            reader.take(index + 1, line)?;
        }
        let check = reader.end(text)?;
        if check.is_dialogue() {
            check.dialogue()?;
        }
        Ok(check)
    }

    /// Whether a dialogue decides it; else it is code.
    #[must_use]
    pub fn is_dialogue(&self) -> bool {
        !self.judgements.is_empty()
    }

    /// How to set it right on the server that says it is this product, if that is known.
    #[must_use]
    pub fn fix_for(&self, product: &str) -> Option<&str> {
        let mut fixes = self.fixes.iter();
        let (_, fix) = fixes.find(|(server, _)| product.contains(server.as_str()))?;
        (fix != NOT_KNOWN).then_some(fix)
    }

    /// The dialogue from the greeting on.
    ///
    /// # Errors
    ///
    /// [`CheckError`] for the first line that is not a transcript's.
    pub fn dialogue(&self) -> Result<Dialogue, CheckError> {
        let read = Transcript::read(self.text.as_bytes());
        let dialogue = read.and_then(|transcript| transcript.dialogue());
        dialogue.map_err(|error| CheckError {
            line: error.line,
            problem: error.to_string(),
        })
    }

    /// The same from where the check begins; `true` if that is the greeting.
    ///
    /// # Errors
    ///
    /// As [`Check::dialogue`].
    pub fn body(&self) -> Result<(Dialogue, bool), CheckError> {
        let mut dialogue = self.dialogue()?;
        let begin = self.first_line();
        let whole = dialogue.exchanges.len();
        dialogue.exchanges.retain(|exchange| exchange.line > begin);
        let has_greeting = dialogue.exchanges.len() == whole;
        Ok((dialogue, has_greeting))
    }

    /// The check as it is played and kept: its values, the way to where it begins, and the dialogue.
    #[must_use]
    pub fn with_preamble(&self, values: &[(String, String)], preamble: &str) -> String {
        let begin = self.first_line();
        let is_header = |line: &&str| line.starts_with("# ") && !line.starts_with("# finding: ");
        let mut text: String = self
            .text
            .lines()
            .take_while(is_header)
            .filter(|line| !line.starts_with("# var: "))
            .map(|line| format!("{line}\n"))
            .collect();
        for (name, value) in values {
            text += &format!("# var: {name} = {value}\n");
        }
        text += preamble;
        let body = self.text.lines().skip(begin.saturating_sub(1));
        text.extend(body.map(|line| format!("{line}\n")));
        text
    }

    /// The lines that decide it, with what leads to them.
    pub(super) fn dialogue_text(&self) -> String {
        let is_header = |line: &&str| line.starts_with("# ") && !line.starts_with("# finding: ");
        let lines = self.text.lines().skip_while(is_header);
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The same check with this dialogue, which was written for one server.
    #[must_use]
    pub(super) fn with_body(&self, body: &str) -> Self {
        // Whatever leads to it takes the place of the greeting.
        let text = format!("{}S> 220\n{body}", self.text);
        Self::read(&text).unwrap_or_else(|_| self.clone())
    }

    /// What a replay of this check comes to.
    pub(crate) fn judge(&self, played: &Played) -> Judged {
        match &played.result {
            Ok(_) => Judged::ok(""),
            Err(failure) => self.judge_failure(failure),
        }
    }

    fn judge_failure(&self, failure: &Failure) -> Judged {
        match failure {
            Failure::Interrupted => Judged::skipped("interrupted"),
            Failure::Unsendable { problem, .. } => Judged::skipped(problem.clone()),
            // Silence, or the end of the session, is what these must not bring.
            Failure::Lost { line } | Failure::TimedOut { line, .. }
                if matches!(self.verb_above(*line), Some("QUIT" | "ABOR")) =>
            {
                self.judged_at(*line, without_line(failure))
            }
            Failure::Lost { .. } | Failure::TimedOut { .. } | Failure::ProtocolBroken { .. } => {
                Judged::unknown(without_line(failure))
            }
            Failure::Mismatch(mismatch) => {
                let first = mismatch.actual.first().map(Vec::as_slice);
                let code = first.and_then(code_of);
                let came = first.map_or_else(|| mismatch.what.clone(), in_words);
                if code == Some(421) {
                    return Judged::unknown(format!("the session ended: {came}"));
                }
                if mismatch.expected == [b"5yz"]
                    && code.is_some_and(|code| !(100..400).contains(&code))
                {
                    return Judged::unknown(format!("it is not accepted: {came}"));
                }
                if self.is_skipped(mismatch.line, code) {
                    return Judged::skipped(match code {
                        Some(500 | 502 | 504) => format!("the server does not have it: {came}"),
                        _ => came,
                    });
                }
                let because = match first {
                    Some(_) => format!("{came} ({})", mismatch.what),
                    None => came,
                };
                self.judged_at(mismatch.line, because)
            }
            Failure::NoDataConnection { line }
            | Failure::Tls { line }
            | Failure::LocalFile { line, .. } => self.judged_at(*line, without_line(failure)),
        }
    }

    /// The verdict and the sentence of the nearest finding above a line.
    #[must_use]
    pub fn finding_at(&self, line: usize) -> Option<(Verdict, &str)> {
        let mut above = self.judgements.iter().rev();
        let judgement = above.find(|judgement| judgement.line < line)?;
        Some((judgement.verdict, &judgement.sentence))
    }

    fn judged_at(&self, line: usize, because: String) -> Judged {
        match self.finding_at(line) {
            Some((verdict, sentence)) => Judged::of(verdict, sentence, because),
            None => Judged::unknown(because),
        }
    }

    /// The verb of the command that is answered in this line.
    fn verb_above(&self, line: usize) -> Option<&str> {
        let lines = self.text.lines().take(line);
        let command = lines.filter_map(|line| line.strip_prefix("C> ")).last()?;
        command.split(' ').next()
    }

    /// Whether a reply that was expected in this line says that the server lacks the command.
    fn is_skipped(&self, line: usize, code: Option<u16>) -> bool {
        let is_command = |line: &str| line.starts_with("C> ");
        let lines: Vec<&str> = self.text.lines().take(line).collect();
        let Some(command) = lines.iter().rposition(|line| is_command(line)) else {
            return false;
        };
        // From below the command before to the command: what stands there is about it.
        let above = lines[..command]
            .iter()
            .rposition(|line| is_command(line))
            .map_or(0, |at| at + 1);
        let about = above + 1..=command + 1;
        let mut skips = self.skips.iter().filter(|skip| about.contains(&skip.line));
        skips.any(|skip| code.is_some_and(|code| skip.codes.contains(&code)))
    }

    fn first_line(&self) -> usize {
        let first = self.judgements.first();
        first.map_or(0, |judgement| judgement.line)
    }
}

fn code_of(line: &[u8]) -> Option<u16> {
    std::str::from_utf8(line.get(..3)?).ok()?.parse().ok()
}

/// What came instead; of data that a transcript names by its digest, how much it was.
fn in_words(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let digest = line.strip_prefix("@octets ");
    match digest.and_then(|it| it.split(' ').next()) {
        Some(bytes) => format!("{bytes} bytes came"),
        None => line.into_owned(),
    }
}

fn without_line(failure: &Failure) -> String {
    let text = failure.to_string();
    match text.split_once(": ") {
        Some((line, rest)) if line.starts_with("line ") => rest.to_owned(),
        _ => text,
    }
}

#[derive(Default)]
struct Reader {
    id: Option<String>,
    group: Option<Group>,
    class: Option<Class>,
    title: Option<String>,
    source: Option<String>,
    why: String,
    who: String,
    fixes: Vec<(String, String)>,
    fix_sources: Vec<(String, String)>,
    wants_own_connection: bool,
    judgements: Vec<Judgement>,
    skips: Vec<Skip>,
}

impl Reader {
    fn take(&mut self, number: usize, line: &str) -> Result<(), CheckError> {
        let wrong = |problem: &str| CheckError {
            line: number,
            problem: problem.to_owned(),
        };
        let Some((key, value)) = line
            .strip_prefix("# ")
            .and_then(|comment| comment.split_once(": "))
        else {
            return Ok(());
        };
        let value = value.trim();
        match key {
            "check" => self.id = Some(value.to_owned()),
            "group" => self.group = Some(Group::named(value).ok_or_else(|| wrong(GROUPS))?),
            "class" => self.class = Some(Class::named(value).ok_or_else(|| wrong(CLASSES))?),
            "title" => self.title = Some(value.to_owned()),
            "source" => self.source = Some(value.to_owned()),
            "why" => self.why = value.to_owned(),
            "who" => self.who = value.to_owned(),
            "connection" => self.wants_own_connection = value == "own",
            "finding" => {
                let judgement = read_finding(number, value);
                self.judgements
                    .push(judgement.ok_or_else(|| wrong(FINDINGS))?);
            }
            "skip-if" => {
                let codes: Result<_, _> = value.split_whitespace().map(str::parse).collect();
                let codes = codes.map_err(|_| wrong(SKIPS))?;
                self.skips.push(Skip {
                    line: number,
                    codes,
                });
            }
            key => {
                if let Some(server) = key.strip_prefix("fix ") {
                    self.fixes.push((server.to_owned(), value.to_owned()));
                } else if let Some(server) = key.strip_prefix("fix-source ") {
                    let source = (server.to_owned(), value.to_owned());
                    self.fix_sources.push(source);
                }
            }
        }
        Ok(())
    }

    fn end(self, text: &str) -> Result<Check, CheckError> {
        let missing = |name: &str| CheckError {
            line: 1,
            problem: format!("a check needs a line `# {name}: `"),
        };
        Ok(Check {
            id: self.id.ok_or_else(|| missing("check"))?,
            group: self.group.ok_or_else(|| missing("group"))?,
            class: self.class.ok_or_else(|| missing("class"))?,
            title: self.title.ok_or_else(|| missing("title"))?,
            source: self.source,
            why: self.why,
            who: self.who,
            fixes: self.fixes,
            fix_sources: self.fix_sources,
            wants_own_connection: self.wants_own_connection,
            text: text.to_owned(),
            judgements: self.judgements,
            skips: self.skips,
        })
    }
}

fn read_finding(line: usize, value: &str) -> Option<Judgement> {
    let (verdict, sentence) = value.split_once(' ')?;
    let verdict = Verdict::named(verdict)?;
    let sentence = sentence.strip_prefix('"')?.strip_suffix('"')?;
    Some(Judgement {
        line,
        verdict,
        sentence: sentence.to_owned(),
    })
}

/// A fix that its page says nobody has found.
const NOT_KNOWN: &str = "not known";
const GROUPS: &str = "the groups are reachability, tls, login, by-the-book, resume, transfer, listings, speed and security";
const CLASSES: &str = "the classes are before-login, read, write and hard";
const FINDINGS: &str = "a finding is a verdict and a sentence: # finding: warn \"PASV is refused\"";
const SKIPS: &str = "`# skip-if: ` takes reply codes: # skip-if: 500 502";

#[cfg(test)]
mod tests {
    use super::{Check, Verdict};
    use crate::transcript::replay::{Failure, Mismatch, Played};

    const QUIT: &str = "# check: quit\n# group: by-the-book\n# class: before-login\n# title: QUIT ends it\n\
                        S> 220\n# finding: warn \"no 221\"\n# skip-if: 500 502\nC> QUIT\nS> 221\n\
                        # finding: bad \"it stays open\"\nS> @closed\n";

    fn differing(line: usize, actual: &str) -> Played {
        let mismatch = Mismatch {
            line,
            what: "expected 221".to_owned(),
            expected: Vec::new(),
            actual: vec![actual.as_bytes().to_vec()],
        };
        failing(Failure::Mismatch(mismatch))
    }

    fn failing(failure: Failure) -> Played {
        Played {
            exchanges: 1,
            result: Err(failure),
            changes: Vec::new(),
            differences: Vec::new(),
        }
    }

    #[test]
    fn the_nearest_finding_above_the_failing_line_is_the_verdict() {
        let check = Check::read(QUIT).unwrap();
        for (played, verdict, sentence) in [
            (differing(9, "226 bye"), Verdict::Warn, Some("no 221")),
            (
                differing(11, "226 bye"),
                Verdict::Bad,
                Some("it stays open"),
            ),
            (differing(9, "502 no"), Verdict::Skipped, None),
            (differing(9, "421 no"), Verdict::Unknown, None),
            (
                failing(Failure::Lost { line: 9 }),
                Verdict::Warn,
                Some("no 221"),
            ),
            (failing(Failure::Interrupted), Verdict::Skipped, None),
        ] {
            let judged = check.judge(&played);
            assert_eq!(judged.verdict, verdict, "{played:?}");
            assert_eq!(judged.sentence.as_deref(), sentence);
            assert!(!judged.because.is_empty());
        }
    }

    #[test]
    fn silence_is_a_finding_where_quit_or_abor_is_not_answered_and_elsewhere_decides_nothing() {
        let limit = std::time::Duration::from_secs(1);
        for (verb, verdict) in [
            ("QUIT", Verdict::Warn),
            ("ABOR", Verdict::Warn),
            ("PWD", Verdict::Unknown),
        ] {
            let check = Check::read(&QUIT.replace("C> QUIT", &format!("C> {verb}"))).unwrap();
            for failure in [
                Failure::Lost { line: 9 },
                Failure::TimedOut { line: 9, limit },
            ] {
                assert_eq!(check.judge(&failing(failure)).verdict, verdict, "{verb}");
            }
        }
    }

    #[test]
    fn data_that_differ_are_told_by_how_much_came() {
        let check = Check::read(QUIT).unwrap();
        let came = differing(11, "@octets 6 sha256 45de3ac2");
        assert_eq!(check.judge(&came).because, "6 bytes came (expected 221)");
    }

    #[test]
    fn a_fix_that_is_not_known_is_told_to_nobody() {
        let fixes = "# fix IIS: not known\n# fix vsftpd: x=NO\n# fix-source vsftpd: https://example.org/x\n";
        let check = Check::read(&format!("{fixes}{QUIT}")).unwrap();
        assert_eq!(check.fix_for("vsftpd 3.0.5"), Some("x=NO"));
        assert_eq!(check.fix_for("IIS 10"), None);
        assert_eq!(check.fix_for("another"), None);
        let page = super::super::page::page(&check);
        assert!(page.contains("| vsftpd | x=NO ([source](https://example.org/x)) |"));
        assert!(page.contains("| IIS | not known |"));
    }

    #[test]
    fn the_body_begins_at_the_first_finding() {
        let check = Check::read(QUIT).unwrap();
        let (body, has_greeting) = check.body().unwrap();
        assert_eq!((body.exchanges.len(), has_greeting), (1, false));
        let text = check.with_preamble(&[], "S> 220\nC> AUTH TLS\nS> 234\n");
        let again = Check::read(&text).unwrap();
        assert_eq!(again.body().unwrap().0.exchanges.len(), 1);
        assert_eq!(again.dialogue().unwrap().exchanges.len(), 3);
    }

    #[test]
    fn what_is_wrong_in_a_check_is_named_with_its_line() {
        for (text, line, what) in [
            (QUIT.replace("by-the-book", "books"), 2, "groups"),
            (QUIT.replace("before-login", "later"), 3, "classes"),
            (QUIT.replace("# check: quit\n", ""), 1, "check"),
            (QUIT.replace("warn \"no 221\"", "worse"), 6, "finding"),
            (QUIT.replace("500 502", "5xx"), 7, "skip-if"),
            (QUIT.replace("C> QUIT", "C: QUIT"), 8, "C> "),
        ] {
            let error = Check::read(&text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.problem.contains(what), "{error}");
        }
    }
}
