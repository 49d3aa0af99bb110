//! Texts of lessons, laid out for the screen: goals, the list of lessons, the map of verbs.

use std::collections::BTreeMap;

use crate::learn::{Course, Lesson, State, VerbMap};
use crate::shell::screen::page::{Layout, Page};

/// The title, and what there is to do.
pub(super) fn goal(lesson: &Lesson, number: usize, of: usize, columns: usize) -> String {
    let minutes = match lesson.minutes {
        1 => "about a minute".to_owned(),
        minutes => format!("about {minutes} minutes"),
    };
    let mut page = Page::new(columns);
    page.paragraph(
        0,
        &format!("Lesson {number} of {of}: {} ({minutes})", lesson.title),
    );
    page.gap();
    format!("{}{}", page.into_text(), text(&lesson.goal(), columns))
}

/// Paragraphs, broken for the screen; a line with four spaces before it stays a line of its own.
pub(super) fn text(text: &str, columns: usize) -> String {
    let mut page = Page::new(columns);
    let mut paragraph = String::new();
    let mut follows_paragraph = false;
    for line in text.lines().chain([""]) {
        let is_apart = line.starts_with(INDENT);
        if !is_apart && !line.is_empty() {
            paragraph.push_str(line);
            paragraph.push(' ');
            continue;
        }
        if !paragraph.is_empty() {
            if follows_paragraph {
                page.gap();
            }
            page.paragraph(0, paragraph.trim_end());
            paragraph.clear();
            follows_paragraph = true;
        }
        if is_apart {
            apart(&mut page, line.trim_start());
            follows_paragraph = false;
        }
    }
    page.into_text()
}

/// A line with two columns, if there are two blanks in it.
fn apart(page: &mut Page, line: &str) {
    match line.split_once("  ") {
        Some((label, about)) => {
            let about_at = line.len() - about.trim_start().len();
            page.labelled_or_above(
                INDENT.len(),
                label,
                INDENT.len() + about_at,
                about.trim_start(),
            );
        }
        None => page.paragraph(INDENT.len(), line),
    }
}

/// The lessons with their minutes, and how far somebody is.
pub(super) fn list(course: &Course, states: &BTreeMap<String, State>, fast: bool) -> String {
    let widest = course
        .lessons
        .iter()
        .map(|it| it.title.chars().count())
        .max();
    let width = widest.unwrap_or_default();
    let mut lines = String::new();
    let mut total = 0;
    for (index, lesson) in course.lessons.iter().enumerate() {
        if fast && !lesson.is_fast {
            continue;
        }
        total += lesson.minutes;
        let star = if lesson.is_fast { "*" } else { " " };
        let state = states.get(&lesson.name).copied().unwrap_or_default();
        let line = format!(
            "{:>3} {star} {:<width$} {:>2} min {}",
            index + 1,
            lesson.title,
            lesson.minutes,
            state.word()
        );
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    format!(
        "{lines}{:>w$} min\n    * for those in a hurry (--fast)\n",
        total,
        w = width + 9
    )
}

/// The verbs of RFC 959, and how they have been answered.
pub(super) fn map(used: &VerbMap) -> String {
    let mut text = "The verbs of RFC 959, and the replies that you have had to them:\n".to_owned();
    let (mut known, mut all) = (0, 0);
    for entry in VerbMap::of_rfc_959() {
        let codes = used.codes(entry.name);
        all += 1;
        known += usize::from(!codes.is_empty());
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let line = match codes.as_slice() {
            [] => format!("  {:<4}  -", entry.name),
            codes => format!("  {:<4}  {}", entry.name, codes.join(" ")),
        };
        text.push_str(&line);
        text.push('\n');
    }
    format!("{text}{known} of {all}. `help VERB` says what each is for.\n")
}

const INDENT: &str = "    ";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{list, text};
    use crate::learn::{Course, State};

    #[test]
    fn the_list_of_lessons_fits_40_columns() {
        let course = Course::embedded().unwrap();
        let names = course.lessons.iter().map(|it| it.name.clone());
        let states: BTreeMap<_, _> = names.map(|name| (name, State::Shown)).collect();
        let listed = list(&course, &states, false);
        assert!(listed.lines().all(|line| line.len() <= 40), "{listed}");
        assert!(
            listed.ends_with(" 80 min\n    * for those in a hurry (--fast)\n"),
            "{listed}"
        );
    }

    #[test]
    fn every_goal_has_under_12_lines_at_80_columns_and_no_line_is_too_wide_at_60() {
        let mut found = Vec::new();
        for lesson in Course::embedded().unwrap().lessons {
            let lines = text(&lesson.goal(), 80).lines().count();
            if lines > 11 {
                found.push(format!("{}: {lines} lines", lesson.name));
            }
            let narrow = text(&lesson.goal(), 60);
            let wide = narrow.lines().filter(|line| line.chars().count() > 60);
            found.extend(wide.map(|line| format!("{}: {line}", lesson.name)));
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
