//! A page of the documentation as part of a manual page.

use clap_mangen::roff::{Inline, bold, italic, roman};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::roff_page::RoffPage;
use crate::shell::screen::page::Layout;

/// Appends all of a page but its title. The rows of a table become items: its first column, and what the others say of
/// it. Links become their texts.
pub(super) fn append(page: &mut RoffPage, markdown: &str) {
    let mut writer = Writer {
        page,
        line: Vec::new(),
        cells: Vec::new(),
        font: roman,
        numbers: Vec::new(),
        is_code: false,
        is_first_of_item: false,
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.take(event);
    }
}

struct Writer<'a> {
    page: &'a mut RoffPage,
    line: Vec<Inline>,
    cells: Vec<Vec<Inline>>,
    font: fn(String) -> Inline,
    /// Of each list that is open: the number of its next item, if it has numbers.
    numbers: Vec<Option<u64>>,
    is_code: bool,
    is_first_of_item: bool,
}

impl Writer<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => {
                text.lines().for_each(|line| self.page.line(line));
            }
            Event::Text(text) => self.line.push((self.font)(text.into_string())),
            Event::Code(code) => self.line.push(bold(code.into_string())),
            Event::SoftBreak | Event::HardBreak => self.line.push(roman(" ")),
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::CodeBlock(_) => {
                self.page.control("IP", &[]);
                self.page.control("EX", &[]);
                self.is_code = true;
            }
            Tag::List(first) => self.numbers.push(*first),
            Tag::Item => self.begin_item(),
            Tag::Strong => self.font = |text| bold(text),
            Tag::Emphasis => self.font = |text| italic(text),
            _ => {}
        }
    }

    fn begin_item(&mut self) {
        let number = self.numbers.last_mut().and_then(Option::as_mut);
        let label = match number {
            Some(number) => {
                *number += 1;
                format!("{}.", *number - 1)
            }
            None => "\\(bu".to_owned(),
        };
        self.page.control("IP", &[&label, "4"]);
        self.is_first_of_item = true;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(HeadingLevel::H1) => self.line.clear(),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Paragraph => {
                if !std::mem::take(&mut self.is_first_of_item) {
                    self.page.control("PP", &[]);
                }
                self.end_line();
            }
            TagEnd::Item => {
                self.is_first_of_item = false;
                self.end_line();
            }
            TagEnd::List(_) => {
                self.numbers.pop();
            }
            TagEnd::CodeBlock => {
                self.page.control("EE", &[]);
                self.is_code = false;
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.line)),
            TagEnd::TableHead => self.cells.clear(),
            TagEnd::TableRow => self.end_row(),
            TagEnd::Strong | TagEnd::Emphasis => self.font = roman,
            _ => {}
        }
    }

    fn end_heading(&mut self) {
        let words = self.line.drain(..).map(|part| match part {
            Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text,
            Inline::LineBreak => " ".to_owned(),
        });
        let heading: String = words.collect();
        self.page.heading(&heading);
    }

    fn end_row(&mut self) {
        let mut cells = self.cells.drain(..);
        self.page.control("TP", &[]);
        self.page.inlines(cells.next().unwrap_or_default());
        let rest: Vec<Vec<Inline>> = cells.collect();
        self.page.inlines(rest.join(&roman(" ")));
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.page.inlines(std::mem::take(&mut self.line));
        }
    }
}
