//! Changes of a transcript, so that it expects what came. Comments, and all lines that were right, stay.

use std::ops::Range;

use super::Transcript;
use super::data::ExpectedData;
use super::expected_reply::{ExpectedLine, ExpectedReply, ExpectedText};
use super::pattern::LinePattern;
use super::template::Template;
use super::{Line, LineKind};
use crate::protocol::Reply;

/// Lines that take the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The lines that go, counted from 1, in order.
    removed: Vec<usize>,
    /// The new lines stand in front of this line.
    at: usize,
    new: Vec<Line>,
}

impl Change {
    pub(super) fn of_reply(lines: Range<usize>, reply: &ExpectedReply) -> Self {
        Self::new(lines, LineKind::Reply, reply.printed())
    }

    /// The same for a reply below which comments said what came: they say what came now.
    pub(super) fn telling(mut self, reply: &Reply) -> Self {
        let lines = reply.lines.iter();
        let came: Vec<String> = lines
            .map(|line| Template::literal(line).to_string())
            .collect();
        self.tell(LineKind::Reply, &came);
        self
    }

    pub(super) fn of_data(lines: Vec<usize>, data: &ExpectedData) -> Self {
        let at = lines.first().copied().unwrap_or_default();
        let mut change = Self::new(at..at, LineKind::DataReceived, data.printed());
        change.removed = lines;
        change
    }

    fn tell(&mut self, kind: LineKind, came: &[String]) {
        let lines = came.iter().map(|line| Line::new(kind, line));
        if lines.clone().eq(self.new.iter().cloned()) {
            return;
        }
        let comments = lines.map(|line| Line::new(LineKind::Comment, line.text()));
        self.new.extend(comments);
    }

    pub(super) fn removal(lines: Range<usize>) -> Self {
        Self::new(lines, LineKind::Reply, Vec::new())
    }

    fn new(lines: Range<usize>, kind: LineKind, texts: Vec<String>) -> Self {
        Self {
            at: lines.start,
            removed: lines.collect(),
            new: texts.iter().map(|text| Line::new(kind, text)).collect(),
        }
    }
}

impl Transcript {
    /// The transcript with these changes, which must be in the order of its lines.
    pub(crate) fn changed(&self, changes: &[Change]) -> Self {
        let mut lines = Vec::new();
        let mut is_outdated = false;
        for (index, line) in self.lines.iter().enumerate() {
            let number = index + 1;
            for change in changes.iter().filter(|change| change.at == number) {
                let ended = change
                    .new
                    .iter()
                    .map(|new| new.clone().ended_as(&self.lines[0]));
                lines.extend(ended);
            }
            let is_removed = changes
                .iter()
                .any(|change| change.removed.contains(&number));
            let is_note = matches!(line.kind(), LineKind::Blank | LineKind::Comment);
            // What came an earlier time is not what came now.
            is_outdated = is_removed || (is_outdated && tells_what_came(line));
            if !is_outdated || (is_removed && is_note) {
                lines.push(line.clone());
            }
        }
        let after_last = changes.iter().filter(|change| change.at > self.lines.len());
        for new in after_last.flat_map(|change| &change.new) {
            if let Some(last) = lines.pop() {
                lines.push(last.ended());
            }
            lines.push(new.clone());
        }
        Self { lines }
    }
}

/// The reply in as much detail as was expected before.
pub(super) fn reply_as_received(expected: &ExpectedReply, reply: &Reply) -> ExpectedReply {
    let mut received = ExpectedReply::of_code(reply.code);
    let literal = |line: &Vec<u8>| LinePattern::literal(line.get(4..).unwrap_or_default());
    received.text = match (&expected.text, reply.lines.as_slice()) {
        (ExpectedText::Any, _) | (_, []) => ExpectedText::Any,
        (_, [line]) => ExpectedText::Line(literal(line)),
        (_, [first, body @ .., last]) => {
            let body = body
                .iter()
                .map(|line| ExpectedLine::Body(LinePattern::literal(line)));
            let first = std::iter::once(ExpectedLine::Coded(literal(first)));
            let last = std::iter::once(ExpectedLine::Coded(literal(last)));
            ExpectedText::Lines(first.chain(body).chain(last).collect())
        }
    };
    received
}

fn tells_what_came(line: &Line) -> bool {
    let kinds = [LineKind::Reply, LineKind::DataReceived];
    kinds.iter().any(|kind| line.came(*kind).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Change, ExpectedReply, LineKind, Transcript};
    use crate::protocol::ReplyCode;

    fn change(at: usize, length: usize, code: u16) -> Change {
        let reply = ExpectedReply::of_code(ReplyCode(code));
        Change::of_reply(at..at + length, &reply)
    }

    fn changed(text: &str, changes: &[Change]) -> String {
        Transcript::read(text.as_bytes())
            .unwrap()
            .changed(changes)
            .to_string()
    }

    #[test]
    fn lines_are_replaced_and_notes_stay() {
        let text = "# a\r\nS> 220-x\r\n# note\r\nS> 220 y\r\n\r\nC> NOOP\r\nS> 200";
        assert_eq!(
            changed(
                text,
                &[change(2, 3, 230), change(7, 1, 500), change(8, 0, 421)]
            ),
            "# a\r\nS> 230\r\n# note\r\n\r\nC> NOOP\r\nS> 500\r\nS> 421\n"
        );
    }

    #[test]
    fn what_came_after_a_changed_line_goes_with_it() {
        let text = "S> 220\n# S> 220-a\n# S> 220 b\n# note\n# S> odd\nC> A\nS> 200\n# S> 200 c\n";
        assert_eq!(
            changed(text, &[change(1, 1, 230)]),
            "S> 230\n# note\n# S> odd\nC> A\nS> 200\n# S> 200 c\n"
        );
    }

    #[test]
    fn what_came_now_takes_the_place_of_what_came_before() {
        let text = "S> 220\n# S> 220 a\n# note\nC> A\nS> 200\n# S> 200 c\n";
        let reply = super::Reply {
            code: ReplyCode(230),
            lines: vec![b"230-{x".to_vec(), b"230 y".to_vec()],
            ended_with: None,
            dropped_bytes: 0,
        };
        assert_eq!(
            changed(text, &[change(1, 1, 230).telling(&reply)]),
            "S> 230\n# S> 230-{{x\n# S> 230 y\n# note\nC> A\nS> 200\n# S> 200 c\n"
        );
    }

    #[test]
    fn nothing_changes_without_changes() {
        let text = "S> 220\n\nC> A\nS> 200";
        assert_eq!(changed(text, &[]), text);
    }

    #[test]
    fn lines_are_removed() {
        let text = "S> 220\nS> 230\n";
        assert_eq!(changed(text, &[Change::removal(2..3)]), "S> 220\n");
        let line = Change::new(2..2, LineKind::Reply, vec!["1yz".to_owned()]);
        assert_eq!(changed(text, &[line]), "S> 220\nS> 1yz\nS> 230\n");
    }
}
