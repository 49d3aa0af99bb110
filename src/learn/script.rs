//! Lines that are typed for a lesson: its solution, and what must not pass.

use super::error::LessonError;
use super::recorded;

/// A script of a lesson: `solution.ftp` or `wrong-*.ftp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// The file, as it is named to the user.
    pub(crate) file: String,
    /// The condition that must still be open at its end; `None` for a solution.
    pub(crate) fails_at: Option<String>,
    lines: Vec<String>,
}

/// What the words in braces stand for when a script is played.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// `{p1}` and `{p2}`: the two numbers of a port of this machine that is free.
    pub(crate) port: Option<u16>,
    /// `{fault}`: the fault that was chosen.
    pub(crate) fault: String,
    /// `{evidence}`: the lines that show it.
    pub(crate) evidence: Vec<String>,
}

impl Script {
    /// Reads a solution: lines as they are typed, of which those that begin with # say something to people, or a transcript.
    pub(super) fn solution(file: &str, text: &str) -> Result<Self, LessonError> {
        let lines = typed_lines(file, text)?;
        if lines.is_empty() {
            return Err(LessonError::of_file(
                file,
                "empty: write what is typed, line by line",
            ));
        }
        Ok(Self {
            file: file.to_owned(),
            fails_at: None,
            lines,
        })
    }

    /// Reads what must not pass. Its first line says which condition is still open at the end.
    pub(super) fn wrong(
        file: &str,
        text: &str,
        conditions: &[String],
    ) -> Result<Self, LessonError> {
        let first = text.lines().next().unwrap_or_default();
        let Some(condition) = first.strip_prefix(FAILS_AT).map(str::trim) else {
            return Err(LessonError::at(file, 1, HEADER_EXPECTED));
        };
        if !conditions.iter().any(|known| known == condition) {
            let problem = format!(
                "`{condition}` is not a condition of this lesson: write one of lesson.toml's, word by word"
            );
            return Err(LessonError::at(file, 1, problem));
        }
        Ok(Self {
            file: file.to_owned(),
            fails_at: Some(condition.to_owned()),
            // A person may have typed nothing at all.
            lines: typed_lines(file, text)?,
        })
    }

    /// The lines with what their places stand for.
    pub(crate) fn lines(&self, places: &Places) -> Vec<String> {
        let [p1, p2] = places.port.unwrap_or_default().to_be_bytes();
        let filled = self.lines.iter().flat_map(|line| match line.as_str() {
            "{evidence}" => places.evidence.clone(),
            line => vec![line.to_owned()],
        });
        filled
            .map(|line| {
                line.replace("{p1}", &p1.to_string())
                    .replace("{p2}", &p2.to_string())
                    .replace("{fault}", &places.fault)
            })
            .collect()
    }

    /// The same for a script that goes on whatever becomes of each line.
    pub(crate) fn tolerant_lines(&self, places: &Places) -> Vec<String> {
        let lines = self.lines(places);
        let marked = with_data(&lines).map(|(line, is_data)| match is_data {
            true => line.to_owned(),
            false => format!("-{line}"),
        });
        marked.collect()
    }

    /// Whether it is played with a port of this machine.
    pub(crate) fn needs_port(&self) -> bool {
        self.lines.iter().any(|line| line.contains("{p1}"))
    }

    /// The words that somebody must know to type it: verbs in upper case, others as they are, redirections, `!`.
    pub(super) fn words(&self) -> Vec<String> {
        let lines = with_data(&self.lines);
        let typed = lines.filter(|(line, is_data)| !is_data && *line != "{evidence}");
        typed.flat_map(|(line, _)| words_of(line)).collect()
    }
}

fn typed_lines(file: &str, text: &str) -> Result<Vec<String>, LessonError> {
    if let Some(lines) = recorded::typed(file, text)? {
        return Ok(lines);
    }
    let lines = text.lines().map(str::trim_end);
    let typed = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(typed.map(str::to_owned).collect())
}

/// Each line, and whether it is data of the line before that ended with `<<WORD`.
fn with_data(lines: &[String]) -> impl Iterator<Item = (&str, bool)> {
    let mut end: Option<&str> = None;
    lines.iter().map(move |line| {
        let is_data = end.is_some();
        match end {
            Some(word) if line == word => end = None,
            Some(_) => {}
            None => end = here_document(line),
        }
        (line.as_str(), is_data)
    })
}

fn here_document(line: &str) -> Option<&str> {
    let (_, word) = line.split_once(" <<")?;
    let is_word = !word.starts_with('<') && !word.trim().is_empty();
    is_word.then(|| word.trim())
}

/// The words of one line, as [`Script::words`] gives them.
pub(super) fn words_of(line: &str) -> Vec<String> {
    if line.starts_with('!') {
        return vec!["!".to_owned()];
    }
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
    let quoted = rest.find(['\'', '"']).unwrap_or(rest.len());
    let signs = rest[..quoted].split_whitespace();
    let signs = signs.map(|word| {
        if word.starts_with("<<") && !word.starts_with("<<<") {
            "<<"
        } else {
            word
        }
    });
    let signs = signs.filter(|word| SIGNS.contains(word)).map(str::to_owned);
    [first].into_iter().chain(signs).collect()
}

const SIGNS: [&str; 7] = [">", ">>", "<", "<<<", "<<", "|", "&"];
const FAILS_AT: &str = "# fails at:";
const HEADER_EXPECTED: &str = "the first line says which condition is still open at the end, as in: # fails at: reply PASS 230";
