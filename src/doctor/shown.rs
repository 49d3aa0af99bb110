//! The transcript of a finding that comes from code, made from what was said.
//!
//! ```text
//! evidence --> what leads to it, expected as it came
//! Shown    --> the command that the finding is about, with what should have come
//! ```

use super::check::{Check, Judged};
use super::clinic::{Access, Clinic, GUEST};
use super::report::{Class, Evidence};

/// The dialogue in which a finding shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// These lines, where the check begins; with `S> ` in front, from the greeting on.
    Lines(String),
    /// What was said up to the last command that begins so, which should have brought these lines.
    Instead {
        /// Its verb, or all of it.
        command: String,
        /// Lines of a transcript.
        expected: String,
    },
}

/// A command and the replies to it; the greeting has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    command: Option<String>,
    codes: Vec<String>,
}

impl Judged {
    /// The finding shows in these lines.
    pub(super) fn shown_by(mut self, lines: impl Into<String>) -> Self {
        self.shown = Some(Shown::Lines(lines.into()));
        self
    }

    /// The last command that begins so should have brought these lines.
    pub(super) fn instead(mut self, command: &str, expected: impl Into<String>) -> Self {
        self.shown = Some(Shown::Instead {
            command: command.to_owned(),
            expected: expected.into(),
        });
        self
    }
}

impl Clinic<'_> {
    /// What `ftpsh replay` plays to the same finding.
    pub(super) fn transcript_of(
        &self,
        check: &Check,
        judged: &Judged,
        evidence: &[Evidence],
        shared: Option<&Access>,
    ) -> Option<String> {
        let (sentence, shown) = (judged.sentence.as_ref()?, judged.shown.as_ref()?);
        let finding = format!("# finding: {} \"{sentence}\"\n", judged.verdict.word());
        let shared = shared.map(|access| access.preamble.as_str());
        let (preamble, body) = match shown {
            Shown::Lines(lines) if lines.starts_with("S> ") => {
                (self.lines_before_greeting(), lines.clone())
            }
            Shown::Lines(lines) => (shared.unwrap_or("S> 220\n").to_owned(), lines.clone()),
            Shown::Instead { command, expected } => {
                let mut said = said(evidence);
                let is_it = |said: &Said| {
                    let own = said.command.as_deref();
                    own.is_some_and(|own| own == command || own.starts_with(&format!("{command} ")))
                };
                let line = match said.iter().rposition(is_it) {
                    Some(at) => said.drain(at..).next()?.command?,
                    None => command.clone(),
                };
                let is_own = said.first().is_some_and(|first| first.command.is_none());
                let mut preamble = match (is_own, shared) {
                    (false, Some(shared)) => shared.to_owned(),
                    _ => self.lines_before_greeting(),
                };
                let mut before: Vec<String> = said.iter().map(|said| self.as_lines(said)).collect();
                if check.class == Class::Write {
                    let is_used = |lines: &String| lines.contains("{folder}");
                    let at = before.iter().position(is_used).unwrap_or(before.len());
                    before.insert(at, "C> MKD {folder}\nS> 2yz\n".to_owned());
                }
                preamble += &before.concat();
                (preamble, format!("C> {}\n{expected}", self.as_sent(&line)))
            }
        };
        let text = format!("{preamble}{finding}{body}");
        // What is not UTF-8 cannot be written down as it was.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return None;
        }
        let mut values = self.values_in(&text);
        if text.contains("C> USER anonymous\n") {
            values.push(("password".to_owned(), GUEST.to_owned()));
        }
        let check = check.with_body(&format!("{finding}{body}"));
        let text = check.with_preamble(&values, &preamble);
        // A name of the server's may be no line of a transcript.
        let is_readable = Check::read(&text).is_ok_and(|check| check.is_dialogue());
        is_readable.then(|| self.to_keep(&check, text))
    }

    fn lines_before_greeting(&self) -> String {
        match self.request.is_implicit {
            true => "# tls: implicit\n".to_owned(),
            false => String::new(),
        }
    }

    fn as_lines(&self, said: &Said) -> String {
        let mut lines = String::new();
        if let Some(command) = &said.command {
            lines += &format!("C> {}\n", self.as_sent(command));
        }
        lines.extend(said.codes.iter().map(|code| format!("S> {code}\n")));
        if said.codes.iter().all(|code| code.starts_with('1')) {
            lines += "S> @unanswered\n";
        }
        lines
    }

    /// A command with variables for what is another's next time.
    fn as_sent(&self, command: &str) -> String {
        let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
        let login = self.request.login.as_ref();
        match verb {
            "USER" if login.is_some_and(|login| login.user == argument) => "USER {user}".to_owned(),
            "PASS" => "PASS {password}".to_owned(),
            "PORT" | "EPRT" => format!("{verb} {{listen}}"),
            _ => {
                let command = command.replace('{', "{{");
                match &self.facts.folder {
                    Some(folder) => command.replace(folder.as_str(), "{folder}"),
                    None => command,
                }
            }
        }
    }
}

fn said(evidence: &[Evidence]) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut open: Option<String> = None;
    for line in evidence {
        match line {
            Evidence::Sent(command) => all.push(Said {
                command: Some(command.clone()),
                codes: Vec::new(),
            }),
            Evidence::Received(text) => {
                let (code, mark) = (text.get(..3).unwrap_or_default(), text.get(3..4));
                let is_inside = open
                    .as_ref()
                    .is_some_and(|open| open != code || mark == Some("-"));
                if is_inside {
                    continue;
                }
                open = (mark == Some("-")).then(|| code.to_owned());
                if open.is_none() {
                    if all.is_empty() {
                        all.push(Said::default());
                    }
                    if let Some(last) = all.last_mut() {
                        last.codes.push(code.to_owned());
                    }
                }
            }
            Evidence::Happened(_) => {}
        }
    }
    all
}

/// What a transfer that goes well is answered with.
pub(super) const TRANSFERRED: &str = "S> 1yz\nS> 2yz\n";

/// The same for a data connection that is opened with this command and comes to a listing.
pub(super) fn listed_through(command: &str, code: u16) -> String {
    format!("C> {command}\nS> {code}\nC> LIST\n{TRANSFERRED}")
}

/// The same for data with a line among others.
pub(super) fn transferred_with(line: &str) -> String {
    format!("S> 1yz\nD> ...\nD> {line}\nD> ...\nS> 2yz\n")
}

#[cfg(test)]
mod tests {
    use super::{Evidence, said};

    #[test]
    fn each_command_has_the_codes_that_followed_it() {
        let received = |text: &str| Evidence::Received(text.to_owned());
        let evidence = [
            received("220-hello"),
            received("226 is no end"),
            received("220 ready"),
            Evidence::Sent("LIST".to_owned()),
            received("150 here"),
            Evidence::Happened("5 bytes of data".to_owned()),
            received("226 done"),
            Evidence::Sent("NOOP".to_owned()),
        ];
        let found: Vec<_> = said(&evidence)
            .into_iter()
            .map(|said| (said.command.unwrap_or_default(), said.codes.join(" ")))
            .collect();
        let expected = [("", "220"), ("LIST", "150 226"), ("NOOP", "")];
        let expected = expected.map(|(command, codes)| (command.to_owned(), codes.to_owned()));
        assert_eq!(found, expected);
    }
}
