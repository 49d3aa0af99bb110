//! The line editor's helper: it asks [`crate::shell::editor::assistance`] and paints what that says. Secrets are stars,
//! with colour and without.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, RwLockReadGuard};

use nu_ansi_term::{Color, Style};
use rustyline::completion::{self, Completer};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{self, Hinter};
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::keys::{InputKind, Keys};
use super::reflow::Reflow;
use crate::shell::editor::assistance::{self, Candidate, Hint, Knowledge, Mark, SharedKnowledge};
use crate::shell::screen::painter::Screen;

/// The editor's view of the line.
pub(super) struct Assistant {
    keys: Arc<Keys>,
    knowledge: SharedKnowledge,
    reflow: Mutex<Reflow>,
}

impl Assistant {
    pub(super) fn new(keys: Arc<Keys>, knowledge: SharedKnowledge, screen: Screen) -> Self {
        Self {
            keys,
            knowledge,
            reflow: Mutex::new(Reflow::new(screen)),
        }
    }

    /// A line is read after this prompt.
    pub(super) fn begin(&mut self, prompt: &str) {
        let reflow = self.reflow.get_mut();
        reflow.unwrap_or_else(PoisonError::into_inner).begin(prompt);
    }

    /// How many rows a line covers that was written when it fitted one.
    pub(super) fn rows_of_line(&self, line: &str) -> usize {
        let reflow = self.reflow.lock().unwrap_or_else(PoisonError::into_inner);
        reflow.rows_of_line(line)
    }

    fn knowledge(&self) -> RwLockReadGuard<'_, Knowledge> {
        self.knowledge
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A paste may hold several lines, each with a secret of its own.
    fn paint_lines(&self, lines: &str) -> String {
        let knowledge = self.knowledge();
        let mut knowledge = Cow::Borrowed(&*knowledge);
        let is_command = self.keys.kind() == InputKind::Line;
        let mut painted = String::with_capacity(lines.len() + 32);
        for line in lines.split_inclusive('\n') {
            let text = line.strip_suffix('\n').unwrap_or(line);
            painted += &paint_line(text, &knowledge, is_command);
            painted += &line[text.len()..];
            if text.len() < line.len() && Knowledge::begins_login(text) {
                knowledge.to_mut().secret_is_asked = true;
            }
        }
        painted
    }
}

/// A line as it is shown; where no command is being typed, only its secrets are marked.
pub(super) fn paint_line(line: &str, knowledge: &Knowledge, is_command: bool) -> String {
    let mut painted = String::with_capacity(line.len() + 32);
    let mut end = 0;
    for (range, mark) in assistance::marks(line, knowledge) {
        if !is_command && mark != Mark::Secret {
            continue;
        }
        painted.push_str(&line[end..range.start]);
        let part = match mark {
            Mark::Secret => stars(&line[range.clone()]),
            _ => line[range.clone()].to_owned(),
        };
        match style_of(mark).filter(|_| knowledge.colour) {
            Some(style) => painted.push_str(&style.paint(part).to_string()),
            None => painted.push_str(&part),
        }
        end = range.end;
    }
    painted.push_str(&line[end..]);
    painted
}

fn style_of(mark: Mark) -> Option<Style> {
    match mark {
        Mark::Verb => Some(Style::new().bold()),
        Mark::UnknownVerb => Some(Color::Yellow.normal()),
        Mark::OwnWord => Some(Color::Blue.bold()),
        Mark::Operator => Some(Color::Purple.bold()),
        Mark::Path => Some(Color::Cyan.normal()),
        Mark::Secret => None,
        Mark::Refused => Some(Color::Red.normal()),
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        match self.keys.kind() {
            InputKind::Data => Cow::Borrowed(line),
            InputKind::Secret => {
                Cow::Owned(line.split('\n').map(stars).collect::<Vec<_>>().join("\n"))
            }
            InputKind::Line | InputKind::Text => Cow::Owned(self.paint_lines(line)),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(Color::DarkGray.paint(hint).to_string())
    }

    /// Every key can make a secret of what stands there, or end one.
    fn highlight_char(&self, _line: &str, _pos: usize, _kind: CmdKind) -> bool {
        true
    }
}

impl completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.replacement
    }
}

impl Completer for Assistant {
    type Candidate = Candidate;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Candidate>)> {
        let completion = assistance::complete(line, pos, &self.knowledge());
        Ok((completion.start, completion.candidates))
    }
}

impl hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.taken.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Hint;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Hint> {
        // It is asked for before each painting of the whole line.
        let mut reflow = self.reflow.lock().unwrap_or_else(PoisonError::into_inner);
        reflow.note(&line[..pos]);
        drop(reflow);
        match self.keys.kind() {
            InputKind::Line => assistance::hint(line, pos, &self.knowledge()),
            InputKind::Data | InputKind::Secret | InputKind::Text => None,
        }
    }
}

impl Validator for Assistant {}

impl Helper for Assistant {}

/// As many stars as there were characters, so that the cursor stands where it should.
pub(super) fn stars(secret: &str) -> String {
    "*".repeat(secret.chars().count())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, RwLock};

    use rustyline::highlight::Highlighter;

    use super::{Assistant, Knowledge, paint_line};
    use crate::shell::config::aliases::Aliases;
    use crate::shell::screen::painter::{Dialogue, Screen};

    #[test]
    fn every_character_of_a_secret_becomes_a_star_with_colour_and_without() {
        for colour in [true, false] {
            let knowledge = Knowledge::new(Aliases::shipped(), colour);
            for (line, shown) in [("pass tür", "***"), ("login joe pw", " **")] {
                let painted = paint_line(line, &knowledge, true);
                assert!(painted.ends_with(shown), "{painted}");
                assert!(paint_line(line, &knowledge, false).ends_with(shown));
            }
        }
    }

    #[test]
    fn a_password_that_is_pasted_after_its_user_is_stars() {
        let knowledge = Arc::new(RwLock::new(Knowledge::new(Aliases::shipped(), false)));
        let screen = Screen::new(Dialogue::StandardError, Some(false));
        let assistant = Assistant::new(Arc::default(), knowledge, screen);
        for (pasted, shown) in [
            ("USER bob\nhunter22\nNOOP", "USER bob\n********\nNOOP"),
            ("quote user bob\r\nhunter22", "quote user bob\r\n********"),
            ("login bob\nhunter22\n", "login bob\n********\n"),
            ("open ftp://bob@h\nhunter22", "open ftp://bob@h\n********"),
            ("NOOP\nXYZZY", "NOOP\nXYZZY"),
            ("USER bob", "USER bob"),
        ] {
            assert_eq!(assistant.highlight(pasted, 0), shown);
        }
    }

    #[test]
    fn without_colour_a_line_stays_as_it_is() {
        let knowledge = Knowledge::new(Aliases::shipped(), false);
        for line in ["RETR f > g", "NOSUCH", "set x", "get a"] {
            assert_eq!(paint_line(line, &knowledge, true), line);
        }
    }

    #[test]
    fn colour_changes_no_letter() {
        let knowledge = Knowledge::new(Aliases::shipped(), true);
        for line in ["RETR f > g", "NOSUCH", "set x", "get a", "ls | x", " x", ""] {
            let painted = paint_line(line, &knowledge, true);
            let mut plain = String::new();
            let mut parts = painted.split("\x1b[");
            plain.push_str(parts.next().unwrap());
            for part in parts {
                plain.push_str(part.split_once('m').unwrap().1);
            }
            assert_eq!(plain, line);
            assert!(line.trim() != line || line.is_empty() || painted != line);
        }
    }
}
