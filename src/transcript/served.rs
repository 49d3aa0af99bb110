//! A transcript from the server's side: what it sent, as far as the transcript knows.
//!
//! Where a recording holds a reply as it came, that is what was sent; else it is what is expected, without its elisions.

use std::io::Read;
use std::path::Path;

use super::as_it_came;
use super::data::{ExpectedData, ExpectedDataLine, SentData};
use super::dialogue::{Data, DataContent, ExpectedCommand, ExpectedExchange};
use super::expected_reply::{ExpectedCode, ExpectedLine, ExpectedReply, ExpectedText};
use super::pattern::LinePattern;
use super::replay::files;
use super::template::{Piece, Template};
use super::variables::Variables;
use super::{ReadError, Transcript};
use crate::protocol::{DataDirection, ReplyCode};

/// One exchange from the server's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedExchange {
    /// The command's line in the transcript, counted from 1.
    pub line: usize,
    /// The command; `None` for the greeting.
    pub command: Option<ExpectedCommand>,
    /// Every reply, in order: its code, and its lines with their codes.
    pub replies: Vec<(ReplyCode, Vec<Vec<u8>>)>,
    /// What went over the data connection.
    pub data: ServedData,
    /// The client sent ABOR behind the 1yz.
    pub is_aborted: bool,
    /// The server then closed the control connection.
    pub closes: bool,
}

/// What went over the data connection, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServedData {
    /// Nothing.
    None,
    /// The client sent something.
    Upload,
    /// These octets went to the client.
    Octets(Vec<u8>),
    /// Something went to the client that is not known.
    Unknown,
}

impl Transcript {
    /// What the server sent; `folder` is where the transcript lies.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the transcript is no dialogue.
    pub fn served(&self, folder: &Path) -> Result<Vec<ServedExchange>, ReadError> {
        let exchanges = self.dialogue()?.exchanges;
        Ok(exchanges
            .into_iter()
            .map(|exchange| self.serve(exchange, folder))
            .collect())
    }

    fn serve(&self, exchange: ExpectedExchange, folder: &Path) -> ServedExchange {
        let replies = exchange.replies.iter().map(|reply| {
            let came = self.came_behind(reply.lines.end, as_it_came::REPLY);
            let came = came
                .iter()
                .filter_map(|line| octets(line))
                .collect::<Vec<_>>();
            sent(reply, came)
        });
        ServedExchange {
            line: exchange.line,
            replies: replies.collect(),
            data: self.served_data(&exchange, folder),
            is_aborted: exchange.aborted.is_some(),
            closes: exchange.closed.is_some(),
            command: exchange.command,
        }
    }

    /// The comments behind this line, counted from 0, that tell what came.
    fn came_behind(&self, line: usize, mark: &str) -> Vec<&str> {
        let comments = self.lines.iter().skip(line - 1);
        comments
            .map_while(|line| as_it_came::told(line, mark))
            .collect()
    }

    fn served_data(&self, exchange: &ExpectedExchange, folder: &Path) -> ServedData {
        let is_refused = !exchange
            .replies
            .iter()
            .any(|reply| reply.code.is_preliminary());
        match (exchange.direction(), &exchange.data) {
            (None, _) => ServedData::None,
            (_, None) if is_refused => ServedData::None,
            (Some(DataDirection::Sent), _) => ServedData::Upload,
            (Some(DataDirection::Received), None) => data_unsaid(exchange),
            (Some(DataDirection::Received), Some(data)) => self.received(data, folder),
        }
    }

    fn received(&self, data: &Data, folder: &Path) -> ServedData {
        let DataContent::Received(expected) = &data.content else {
            return ServedData::Unknown;
        };
        let behind = data.lines.last().map_or(1, |last| last + 1);
        let came = self.came_behind(behind, as_it_came::DATA);
        if !came.is_empty() {
            return inline(&came);
        }
        match expected {
            ExpectedData::File(file) => {
                let mut octets = Vec::new();
                let file = files::open(folder, behind - 1, file, &Variables::default());
                match file.map(|mut file| file.read_to_end(&mut octets)) {
                    Ok(Ok(_)) => ServedData::Octets(octets),
                    Ok(Err(_)) | Err(_) => ServedData::Unknown,
                }
            }
            ExpectedData::Octets(digest) if digest.octets == 0 => ServedData::Octets(Vec::new()),
            ExpectedData::Octets(_) | ExpectedData::Cut(_) => ServedData::Unknown,
            ExpectedData::Lines(lines) => {
                let is_exact = |line: &ExpectedDataLine| match line {
                    ExpectedDataLine::Line(pattern, _) => is_literal(pattern),
                    ExpectedDataLine::AnyLines => false,
                };
                if !lines.iter().all(is_exact) {
                    return ServedData::Unknown;
                }
                let printed = expected.printed();
                inline(&printed.iter().map(String::as_str).collect::<Vec<_>>())
            }
        }
    }
}

/// Without a line, nothing is known of data that came whole; of others nothing needs to come.
fn data_unsaid(exchange: &ExpectedExchange) -> ServedData {
    let mut finals = exchange
        .replies
        .iter()
        .filter(|reply| !reply.code.is_preliminary());
    let is_whole = finals.next().is_some_and(|reply| code(reply).is_positive());
    if is_whole && exchange.aborted.is_none() {
        ServedData::Unknown
    } else {
        ServedData::Octets(Vec::new())
    }
}

fn octets(text: &str) -> Option<Vec<u8>> {
    Template::read(text)
        .ok()?
        .resolve(&Variables::default())
        .ok()
}

fn inline(lines: &[&str]) -> ServedData {
    let read = lines
        .iter()
        .try_fold(None, |before, line| SentData::read(line, before).map(Some));
    match read {
        Ok(Some(SentData::Inline(template))) => {
            let octets = template.resolve(&Variables::default());
            octets.map_or(ServedData::Unknown, ServedData::Octets)
        }
        _ if lines
            .first()
            .is_some_and(|line| line.starts_with(NO_OCTETS)) =>
        {
            ServedData::Octets(Vec::new())
        }
        _ => ServedData::Unknown,
    }
}

fn sent(reply: &ExpectedReply, came: Vec<Vec<u8>>) -> (ReplyCode, Vec<Vec<u8>>) {
    let code = code(reply);
    if !came.is_empty() {
        return (code, came);
    }
    let coded = |separator: &str, pattern: &LinePattern| {
        [format!("{code}{separator}").as_bytes(), &known(pattern)].concat()
    };
    let lines = match &reply.text {
        ExpectedText::Any => vec![format!("{code} ").into_bytes()],
        ExpectedText::Line(pattern) => vec![coded(" ", pattern)],
        ExpectedText::Lines(lines) => {
            let last = lines.len().saturating_sub(1);
            let line = |(at, line): (usize, &ExpectedLine)| match line {
                ExpectedLine::Coded(pattern) if at == last => Some(coded(" ", pattern)),
                ExpectedLine::Coded(pattern) => Some(coded("-", pattern)),
                ExpectedLine::Body(pattern) => Some(known(pattern)),
                ExpectedLine::AnyLines => None,
            };
            lines.iter().enumerate().filter_map(line).collect()
        }
    };
    (code, lines)
}

/// The code, or the plainest one of its class.
fn code(reply: &ExpectedReply) -> ReplyCode {
    match reply.code {
        ExpectedCode::Exact(code) => code,
        ExpectedCode::Class(class @ (1 | 3..=5)) => ReplyCode(u16::from(class) * 100 + 50),
        ExpectedCode::Class(class) => ReplyCode(u16::from(class) * 100),
    }
}

fn is_literal(pattern: &LinePattern) -> bool {
    matches!(pattern, LinePattern::Text(parts) if parts.len() == 1)
        && pattern.variables().next().is_none()
}

/// What is left of a pattern when everything is taken away that may be anything.
fn known(pattern: &LinePattern) -> Vec<u8> {
    let LinePattern::Text(parts) = pattern else {
        return Vec::new();
    };
    let pieces = parts.iter().flat_map(Template::pieces);
    let literals = pieces.filter_map(|piece| match piece {
        Piece::Literal(octets) => Some(octets.as_slice()),
        Piece::Variable(_) => None,
    });
    literals.collect::<Vec<_>>().concat()
}

const NO_OCTETS: &str = "@octets 0";

#[cfg(test)]
mod tests {
    use super::{Path, ReplyCode, ServedData, ServedExchange, Transcript};

    fn served(text: &str) -> Vec<ServedExchange> {
        Transcript::read(text.as_bytes())
            .unwrap()
            .served(Path::new(""))
            .unwrap()
    }

    fn lines(exchange: &ServedExchange) -> Vec<String> {
        let lines = exchange.replies.iter().flat_map(|(_, lines)| lines);
        lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    #[test]
    fn what_came_is_served_and_else_what_is_expected() {
        let exchanges = served(
            "# S> 999 no reply\nS> 220\n# S> 220-Welcome {{you}\n# S>\n# S> 220 caf{0xe9}\n# another comment\n# S> 220 not this\n\
             C> FEAT\nS> 211-Features:\nS>  A{x}\nS> ...\nS> 211 End\nC> PASV\nS> 227 Entering ([..])\nC> NOOP\nS> 2yz\n\
             S> @closed\n",
        );
        assert_eq!(
            exchanges[0].replies,
            [(
                ReplyCode(220),
                vec![
                    b"220-Welcome {you}".to_vec(),
                    b"".to_vec(),
                    b"220 caf\xe9".to_vec()
                ]
            )]
        );
        assert_eq!(lines(&exchanges[1]), ["211-Features:", " A", "211 End"]);
        assert_eq!(lines(&exchanges[2]), ["227 Entering ()"]);
        assert_eq!(lines(&exchanges[3]), ["200 "]);
        assert!(exchanges[3].closes && !exchanges[2].closes);
    }

    #[test]
    fn data_are_served_where_they_are_known() {
        let octets = |text: &str| ServedData::Octets(text.as_bytes().to_vec());
        for (lines, data) in [
            ("D> a{lf}\nD> {{b}{no-eol}\n", octets("a\n{b}")),
            ("D> ...\n# D> one\n# D> two{no-eol}\n", octets("one\r\ntwo")),
            ("D> ...\n# D> @octets 0 sha256 00\n", octets("")),
            ("D> ...\n# D> @octets 10 sha256 00\n", ServedData::Unknown),
            ("D> ...\n", ServedData::Unknown),
            ("D> a[..]\n", ServedData::Unknown),
            ("D> {x}\n", ServedData::Unknown),
            ("D> @octets 9\n", ServedData::Unknown),
            ("D> @octets 0\n", octets("")),
            ("", ServedData::Unknown),
            ("C> ABOR\n", octets("")),
        ] {
            let text = format!("S> 220\nC> RETR f\nS> 150\n{lines}S> 226\n");
            assert_eq!(served(&text)[1].data, data, "{lines}");
        }
        for (text, data) in [
            ("C> RETR f\nS> 150\nS> 426\n", octets("")),
            ("C> RETR f\nS> 150\nS> @closed\n", octets("")),
            ("C> RETR f\nS> 550\n", ServedData::None),
            ("C> STOR f\nS> 150\nS> 226\n", ServedData::Upload),
            ("C> NOOP\nS> 200\n", ServedData::None),
        ] {
            assert_eq!(served(&format!("S> 220\n{text}"))[1].data, data, "{text}");
        }
    }

    #[test]
    fn a_file_beside_the_transcript_is_served() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("f"), "\u{1}").unwrap();
        for (line, data) in [
            ("@file f", ServedData::Octets(vec![1])),
            ("@file f octets 2", ServedData::Unknown),
            ("@file missing", ServedData::Unknown),
            ("@file ../f", ServedData::Unknown),
        ] {
            let text = format!("S> 220\nC> RETR f\nS> 150\nD> {line}\nS> 226\n");
            let transcript = Transcript::read(text.as_bytes()).unwrap();
            let served = transcript.served(folder.path()).unwrap();
            assert_eq!(served[1].data, data, "{line}");
        }
    }
}
