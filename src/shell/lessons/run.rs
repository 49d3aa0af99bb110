//! One run of `ftpsh learn`: which lessons, where they begin, and what is left at the end.

use anyhow::{Context, Result};

use super::checking;
use super::layout::{list, map};
use super::report::make_file;
use super::running::Lessons;
use crate::learn::{Course, LessonError, Progress};
use crate::shell::config::locations::progress_path;
use crate::shell::config::options::{Common, Learn, LessonChoice};
use crate::shell::exit::Exit;
use crate::shell::line::Words;
use crate::shell::replay::importing::print;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};
use crate::shell::start::new_shell;

pub(crate) fn run(
    common: &Common,
    options: &Learn,
    painter: &Painter,
    interactive: bool,
) -> Result<Exit> {
    if let Some(folder) = &options.check {
        return checking::run(common, folder.as_deref(), painter);
    }
    let course = match &options.from {
        Some(folder) => Course::read(folder),
        None => Course::embedded(),
    };
    let course = match course {
        Ok(course) => course,
        Err(error) => return Ok(refuse(&error, painter)),
    };
    let progress = Progress::at(progress_path(), &course.name);
    if options.report.is_some() && (options.list || options.lesson == Some(LessonChoice::Map)) {
        let text = "--report tells of lessons that are taken, and --list and map take none";
        painter.say(Tone::Error, text);
        return Ok(Exit::Usage);
    }
    if options.list {
        let text = list(&course, &progress.states(), options.fast);
        return Ok(print(text.as_bytes(), painter));
    }
    if options.lesson == Some(LessonChoice::Map) {
        return Ok(print(map(&progress.used()).as_bytes(), painter));
    }
    let first = match options.lesson {
        Some(LessonChoice::Number(number)) if number > course.lessons.len() => {
            let text = format!(
                "there is no lesson {number}: the last one is {}. `ftpsh learn --list` lists them",
                course.lessons.len()
            );
            painter.say(Tone::Error, &text);
            return Ok(Exit::Usage);
        }
        Some(LessonChoice::Number(number)) => number - 1,
        _ => progress.where_to_go_on(&course, options.fast),
    };
    let before = std::env::current_dir().context("the local folder")?;
    let mut shell = new_shell(common, painter, interactive)?;
    shell.settings = shell.settings.of_the_screen();
    painter.heed(&shell.settings);
    painter.problems().set_words(Words::OfLesson);
    let report = options.report.as_deref().map(std::path::absolute);
    let report = report.transpose().context("--report")?;
    if let Some(Err(problem)) = report.as_deref().map(make_file) {
        painter.say(Tone::Error, &problem);
        return Ok(Exit::LocalFile);
    }
    shell.lessons = Some(Lessons::new(course, progress, options, report, &before));
    let begun = shell.begin_lesson(first);
    let exit = match begun {
        Exit::Done => shell.run_to_the_end(common.stop),
        exit => exit,
    };
    shell.end_lessons();
    let report = shell.lessons.as_mut().map_or(Ok(()), Lessons::write_report);
    // Some systems cannot remove the current folder of a process.
    std::env::set_current_dir(before).context("the local folder")?;
    drop(shell);
    if let Err(problem) = report {
        painter.say(Tone::Error, &problem);
        return Ok(if exit == Exit::Done {
            Exit::LocalFile
        } else {
            exit
        });
    }
    Ok(exit)
}

pub(super) fn refuse(error: &LessonError, painter: &Painter) -> Exit {
    painter.say(Tone::Error, &escape(error.to_string().as_bytes()));
    Exit::Usage
}
