//! One lesson, read and checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Spanned, Value};

use super::condition::Condition;
use super::content;
use super::error::{LessonError, line_of};
use super::files::{LessonFiles, UNREADABLE, is_unreadable};
use super::hints::LessonHints;
use super::script::{Places, Script};
use crate::practice::{Content, Fault, PlacedFile};
use crate::protocol::Command;

/// One lesson.
#[derive(Clone, Debug)]
pub(crate) struct Lesson {
    /// The name of its folder, by which progress is kept.
    pub(crate) name: String,
    /// Its folder, as it is named to the user.
    pub(crate) place: String,
    /// What it is called.
    pub(crate) title: String,
    /// About how long it takes.
    pub(crate) minutes: u32,
    /// Those in a hurry take it too.
    pub(crate) is_fast: bool,
    /// The words that it explains: verbs, built-ins, redirections.
    pub(crate) introduces: Vec<String>,
    /// The faults of its server, besides the one that is chosen.
    pub(crate) faults: Vec<Fault>,
    /// The faults of which one is chosen, each with the lines that show it.
    pub(crate) suspects: Vec<Suspect>,
    /// It begins with USER and PASS, which are shown.
    pub(crate) logs_in: bool,
    /// What is sent before anything is typed, and shown.
    pub(crate) begins: Vec<Command>,
    /// It is done when these hold.
    pub(crate) conditions: Vec<Condition>,
    /// What is to be answered; empty if nothing is, or the goal alone says it.
    pub(crate) question: String,
    /// What there is to do; a line with four spaces before it stays as it is.
    pub(crate) goal: String,
    /// What `hint` says.
    pub(crate) hints: LessonHints,
    /// What it is called in the RFC.
    pub(crate) rfc: String,
    /// What to try afterwards.
    pub(crate) try_next: String,
    /// What lies on both sides.
    pub(crate) content: Content,
    /// What passes.
    pub(crate) solution: Script,
    /// What must not pass.
    pub(crate) wrong: Vec<Script>,
}

/// A fault that may be the one.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    /// As `--fault` takes it; what stands before an `=` is its name.
    pub(crate) fault: Fault,
    /// Its name.
    pub(crate) name: String,
    /// The lines that show it.
    pub(crate) evidence: Vec<String>,
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    ///
    /// The first thing wrong in it, with file, line and what is expected.
    pub(super) fn read(files: &LessonFiles) -> Result<Self, LessonError> {
        let table = Table::read(files)?;
        let (faults, suspects, content) = (table.faults()?, table.suspects()?, table.content()?);
        let conditions = table.conditions()?;
        let texts: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        let wrong = files.named("wrong-", ".ftp");
        let wrong = wrong
            .map(|(name, text)| Script::wrong(&files.path(name), text, &texts))
            .collect::<Result<Vec<_>, _>>()?;
        if wrong.len() < 2 {
            let problem = format!(
                "{} of the wrong-*.ftp are there: a lesson needs at least two ways in which it is not done",
                wrong.len()
            );
            return Err(LessonError::of_file(&files.place, problem));
        }
        let goal = files.text("goal.md")?.trim().to_owned();
        if goal.is_empty() {
            let problem = "empty: write what there is to do, in under 12 lines";
            return Err(LessonError::of_file(&files.path("goal.md"), problem));
        }
        let name = files.place.rsplit(['/', '\\']).next().unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            place: files.place.clone(),
            introduces: table.tables.introduces.clone(),
            faults,
            suspects,
            content,
            begins: table.begins()?,
            conditions,
            goal,
            hints: LessonHints::read(files, &texts)?,
            solution: Script::solution(&files.path("solution.ftp"), files.text("solution.ftp")?)?,
            wrong,
            title: table.tables.title,
            minutes: table.tables.minutes,
            is_fast: table.tables.fast,
            logs_in: table.tables.login,
            question: table.tables.question,
            rfc: table.tables.rfc,
            try_next: table.tables.try_next,
        })
    }

    /// The suspect of a number, which goes around.
    pub(crate) fn suspect(&self, seed: u64) -> Option<&Suspect> {
        let count = u64::try_from(self.suspects.len()).ok()?;
        let index = seed.checked_rem(count)?;
        self.suspects.get(usize::try_from(index).ok()?)
    }

    /// What the words in braces stand for, if this suspect was chosen.
    pub(crate) fn places(&self, suspect: Option<&Suspect>, port: Option<u16>) -> Places {
        Places {
            port,
            fault: suspect.map_or_else(String::new, |suspect| suspect.name.clone()),
            evidence: suspect.map_or_else(Vec::new, |suspect| suspect.evidence.clone()),
        }
    }

    /// Whether there is something to look for in the local folder.
    pub(crate) fn uses_local_folder(&self) -> bool {
        !self.content.local.is_empty() || self.conditions.iter().any(Condition::is_local)
    }

    /// The transcripts that it asks for, as paths in the local folder.
    pub(crate) fn transcripts(&self) -> BTreeSet<&str> {
        let conditions = self.conditions.iter();
        conditions.filter_map(Condition::transcript).collect()
    }

    /// The goal with what its words in braces stand for.
    pub(crate) fn goal(&self) -> String {
        let names: Vec<&str> = self.suspects.iter().map(|it| it.name.as_str()).collect();
        self.goal.replace("{suspects}", &names.join(", "))
    }
}

/// lesson.toml as it stands.
struct Table<'a> {
    file: String,
    text: &'a str,
    tables: Tables,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    title: String,
    minutes: u32,
    #[serde(default)]
    fast: bool,
    #[serde(default)]
    introduces: Vec<String>,
    #[serde(default)]
    faults: Vec<Spanned<String>>,
    #[serde(default)]
    suspects: BTreeMap<Spanned<String>, Vec<String>>,
    #[serde(default)]
    login: bool,
    #[serde(default)]
    begins: Vec<Spanned<String>>,
    done: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    question: String,
    #[serde(default)]
    rfc: String,
    #[serde(default, rename = "try")]
    try_next: String,
    #[serde(default)]
    server: BTreeMap<Spanned<String>, Value>,
    #[serde(default)]
    local: BTreeMap<Spanned<String>, Value>,
}

impl<'a> Table<'a> {
    fn read(files: &'a LessonFiles) -> Result<Self, LessonError> {
        let (file, text) = (files.path("lesson.toml"), files.text("lesson.toml")?);
        let tables = toml::from_str(text).map_err(|error: toml::de::Error| {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = error.message().replace('\n', ", ");
            LessonError::at(
                &file,
                line_of(text, offset),
                format!("{problem}. {EXPECTED}"),
            )
        })?;
        let table = Self { file, text, tables };
        table.check_texts()?;
        Ok(table)
    }

    /// What an escape such as `\u001b` stands for is shown too.
    fn check_texts(&self) -> Result<(), LessonError> {
        let Tables {
            title,
            question,
            rfc,
            try_next,
            ..
        } = &self.tables;
        match [title, question, rfc, try_next]
            .iter()
            .any(|text| text.contains(is_unreadable))
        {
            true => Err(LessonError::of_file(&self.file, UNREADABLE)),
            false => Ok(()),
        }
    }

    fn fail<T>(&self, at: &Spanned<T>, problem: impl Into<String>) -> LessonError {
        LessonError::at(&self.file, line_of(self.text, at.span().start), problem)
    }

    fn conditions(&self) -> Result<Vec<Condition>, LessonError> {
        let done = &self.tables.done;
        if done.get_ref().is_empty() {
            return Err(self.fail(done, "done is empty: at least one condition is expected"));
        }
        let conditions = done.get_ref().iter();
        conditions
            .map(|text| Condition::read(text.get_ref()).map_err(|problem| self.fail(text, problem)))
            .collect()
    }

    fn begins(&self) -> Result<Vec<Command>, LessonError> {
        let lines = self.tables.begins.iter();
        lines
            .map(|line| {
                let command = Command::new(line.get_ref().clone().into_bytes());
                command.map_err(|error| self.fail(line, error.to_string()))
            })
            .collect()
    }

    fn faults(&self) -> Result<Vec<Fault>, LessonError> {
        self.tables.faults.iter().map(|it| self.fault(it)).collect()
    }

    fn fault(&self, text: &Spanned<String>) -> Result<Fault, LessonError> {
        let fault = text.get_ref().parse();
        fault.map_err(|error: crate::practice::FaultError| self.fail(text, error.to_string()))
    }

    fn suspects(&self) -> Result<Vec<Suspect>, LessonError> {
        let suspects = self.tables.suspects.iter();
        suspects
            .map(|(fault, evidence)| {
                let name = fault.get_ref().split('=').next().unwrap_or_default();
                Ok(Suspect {
                    fault: self.fault(fault)?,
                    name: name.to_owned(),
                    evidence: evidence.clone(),
                })
            })
            .collect()
    }

    fn content(&self) -> Result<Content, LessonError> {
        let side = |files: &BTreeMap<Spanned<String>, Value>| {
            let files = files.iter();
            files
                .map(|(path, value)| {
                    content::read(path.get_ref(), value).map_err(|problem| self.fail(path, problem))
                })
                .collect::<Result<Vec<PlacedFile>, _>>()
        };
        Ok(Content {
            server: side(&self.tables.server)?,
            local: side(&self.tables.local)?,
        })
    }
}

const EXPECTED: &str = "lesson.toml has title, minutes, done (a list of conditions), and may have fast, introduces, faults, \
    suspects, login, begins, question, rfc, try, [server] and [local]";
