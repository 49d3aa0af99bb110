//! hints.md: three rungs for the lesson, and others for what may be left when most of it is done.

use super::error::LessonError;
use super::files::LessonFiles;

/// What to think of, the verb, the line itself with its reason.
pub(crate) type Rungs = [String; 3];

/// The hints of a lesson.
#[derive(Clone, Debug)]
pub(crate) struct LessonHints {
    usual: Rungs,
    /// By the condition that is open, as lesson.toml writes it.
    left: Vec<(String, Rungs)>,
}

impl LessonHints {
    /// Reads hints.md: three paragraphs, and three more after each `# CONDITION`.
    ///
    /// # Errors
    ///
    /// Another number of paragraphs, or a condition that the lesson does not have.
    pub(super) fn read(files: &LessonFiles, conditions: &[String]) -> Result<Self, LessonError> {
        let (file, text) = (files.path("hints.md"), files.text("hints.md")?);
        let mut usual = String::new();
        let mut left: Vec<(usize, &str, String)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if let Some(condition) = line.strip_prefix(HEADING) {
                left.push((index + 1, condition.trim(), String::new()));
                continue;
            }
            let paragraphs = left.last_mut().map_or(&mut usual, |(_, _, text)| text);
            paragraphs.push_str(line);
            paragraphs.push('\n');
        }
        let left = left.into_iter().map(|(line, condition, text)| {
            if !conditions.iter().any(|known| known == condition) {
                let problem = format!(
                    "`{condition}` is not a condition of this lesson, which has: {}",
                    conditions.join(", ")
                );
                return Err(LessonError::at(&file, line, problem));
            }
            let rungs = rungs(&text).map_err(|problem| LessonError::at(&file, line, problem))?;
            Ok((condition.to_owned(), rungs))
        });
        Ok(Self {
            left: left.collect::<Result<_, _>>()?,
            usual: rungs(&usual).map_err(|problem| LessonError::of_file(&file, problem))?,
        })
    }

    /// The hints where this condition is the first that is open.
    pub(crate) fn at(&self, open: &str) -> &Rungs {
        let found = self.left.iter().find(|(condition, _)| condition == open);
        found.map_or(&self.usual, |(_, rungs)| rungs)
    }
}

/// Three paragraphs.
fn rungs(text: &str) -> Result<Rungs, String> {
    let rungs = text.trim().split("\n\n").map(str::trim);
    let rungs: Vec<String> = rungs
        .filter(|rung| !rung.is_empty())
        .map(|rung| rung.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let count = rungs.len();
    rungs.try_into().map_err(|_| {
        format!(
            "{count} paragraphs, and three are expected: what to think of, the verb, the line itself with its reason"
        )
    })
}

const HEADING: &str = "# ";
