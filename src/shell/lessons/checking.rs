//! `--check`: plays what lessons bring with them, and says what does not go as it should.

use std::path::Path;

use anyhow::Result;

use super::run::refuse;
use super::running::Lessons;
use crate::learn::{Course, Lesson, LessonError, Script, Suspect};
use crate::practice::free_port;
use crate::shell::config::options::Common;
use crate::shell::editor::{Input, Source};
use crate::shell::exit::{Exit, Tally};
use crate::shell::run::Shell;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Dialogue, Painter, Screen, Tone};
use crate::shell::start::new_shell;

/// Checks the lessons in a folder, or ours.
pub(super) fn run(common: &Common, folder: Option<&Path>, painter: &Painter) -> Result<Exit> {
    let mut problems = Vec::new();
    let lessons = match folder {
        Some(folder) => match Course::read_each(folder) {
            Err(error) => return Ok(refuse(&error, painter)),
            Ok(read) => {
                let mut lessons = Vec::new();
                for lesson in read {
                    match lesson {
                        Ok(lesson) => lessons.push(lesson),
                        Err(error) => problems.push(error),
                    }
                }
                lessons
            }
        },
        None => match Course::embedded() {
            Ok(course) => course.lessons,
            Err(error) => return Ok(refuse(&error, painter)),
        },
    };
    let course = Course {
        name: String::new(),
        lessons,
    };
    problems.extend(course.unexplained());
    for error in &problems {
        refuse(error, painter);
    }
    let exit = check_course(common, course, painter)?;
    Ok(if problems.is_empty() {
        exit
    } else {
        Exit::Expectation
    })
}

fn check_course(common: &Common, course: Course, painter: &Painter) -> Result<Exit> {
    painter.say(
        Tone::Note,
        "the lessons' own solutions must pass, and their wrong-*.ftp must not:",
    );
    let before = std::env::current_dir()?;
    let nowhere = Painter::new(Screen::new(Dialogue::Nowhere, Some(false)));
    let mut shell = new_shell(common, &nowhere, false)?;
    shell.settings = shell.settings.of_the_screen();
    shell.lessons = Some(Lessons::to_check(course.clone()));
    let mut exit = Exit::Done;
    for (index, lesson) in course.lessons.iter().enumerate() {
        let found = check_lesson(&mut shell, index, lesson);
        match found.as_slice() {
            [] => painter.verdict(Tone::Success, "ok", &escape(lesson.name.as_bytes())),
            found => {
                exit = Exit::Expectation;
                painter.verdict(Tone::Error, "wrong", &escape(lesson.name.as_bytes()));
                for error in found {
                    refuse(error, painter);
                }
            }
        }
    }
    // Some systems cannot remove the current folder of a process.
    std::env::set_current_dir(before)?;
    drop(shell);
    Ok(exit)
}

/// Everything that does not go as it should.
fn check_lesson(shell: &mut Shell, index: usize, lesson: &Lesson) -> Vec<LessonError> {
    let mut found = Vec::new();
    let suspects: Vec<Option<&Suspect>> = match lesson.suspects.as_slice() {
        [] => vec![None],
        suspects => suspects.iter().map(Some).collect(),
    };
    for (seed, suspect) in suspects.into_iter().enumerate() {
        if let Some(lessons) = &mut shell.lessons {
            lessons.seed = seed as u64;
        }
        for script in [&lesson.solution].into_iter().chain(&lesson.wrong) {
            found.extend(check_script(shell, index, lesson, script, suspect));
        }
    }
    found
}

fn check_script(
    shell: &mut Shell,
    index: usize,
    lesson: &Lesson,
    script: &Script,
    suspect: Option<&Suspect>,
) -> Option<LessonError> {
    let port = script.needs_port().then(free_port).and_then(Result::ok);
    let lines = script.tolerant_lines(&lesson.places(suspect, port));
    shell.input = Input::new(Source::Given(
        lines.into_iter().map(String::into_bytes).collect(),
    ));
    shell.is_over = false;
    shell.tally = Tally::default();
    let begun = shell.begin_lesson(index);
    if begun == Exit::Done {
        shell.run_to_the_end(false);
    }
    let open = shell.lessons.as_ref().and_then(|it| it.first_open());
    let with = suspect.map_or(String::new(), |it| format!(" (with the fault {})", it.name));
    let problem = match (&script.fails_at, open) {
        (None, None) => return None,
        (None, Some(open)) => format!(
            "must pass{with}, but `{}` does not hold at its end: {}",
            open.condition, open.seen
        ),
        (Some(expected), Some(open)) if open.condition == *expected => return None,
        (Some(expected), Some(open)) => format!(
            "is to fail at `{expected}`{with}, but the first condition that does not hold is `{}`: {}",
            open.condition, open.seen
        ),
        (Some(expected), None) => {
            format!(
                "must not pass{with}: `{expected}` holds at its end, and so does everything else"
            )
        }
    };
    Some(LessonError {
        file: script.file.clone(),
        line: None,
        problem,
    })
}
