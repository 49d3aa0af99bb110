//! Dialogues as text (RFC 3659 section 2.5): `C> ` a line sent, `S> ` a reply received, `D< ` data sent.
//!
//! ```text
//! C> appe 1.TXT
//! S> 150
//! D< zfive5
//! S> 226
//! ```

pub mod replay;

use crate::protocol::{Command, ReplyCode};

/// The article's session.
pub const ARTICLE: &str = include_str!("article.ftp");

/// A dialogue that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The exchanges in order; the first has no command and expects the greeting.
    pub exchanges: Vec<ExpectedExchange>,
}

/// One command and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedExchange {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The command; `None` for the greeting.
    pub command: Option<Command>,
    /// A 1yz is expected. Which one differs by server (125, 150), so it is compared by class.
    pub preliminary: bool,
    /// The octets to send, without an addition of ours.
    pub sent_data: Option<Vec<u8>>,
    /// The final reply code.
    pub code: Option<ReplyCode>,
}

/// A line that is none of a transcript's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TranscriptError {
    /// Counted from 1.
    pub line: usize,
    /// What was expected.
    pub problem: &'static str,
}

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    ///
    /// [`TranscriptError`] for the first line that cannot be read.
    pub fn read(text: &str) -> Result<Self, TranscriptError> {
        let mut exchanges = vec![ExpectedExchange {
            line: 1,
            ..ExpectedExchange::default()
        }];
        for (index, text) in text.lines().enumerate() {
            let line = index + 1;
            let problem = |problem| TranscriptError { line, problem };
            let last = exchanges.len() - 1;
            let current = &mut exchanges[last];
            if text.is_empty() || text.starts_with("# ") {
                continue;
            } else if let Some(typed) = text.strip_prefix("C> ") {
                let command = Command::new(typed).map_err(|_| problem("NUL cannot be sent"))?;
                let command = Some(command);
                exchanges.push(ExpectedExchange {
                    line,
                    command,
                    ..ExpectedExchange::default()
                });
            } else if let Some(reply) = text.strip_prefix("S> ") {
                let code = reply
                    .get(..3)
                    .and_then(|digits| digits.parse().ok())
                    .map(ReplyCode);
                let code = code.ok_or(problem("a reply code was expected after S> "))?;
                if code.is_preliminary() {
                    current.preliminary = true;
                } else {
                    current.line = line;
                    current.code = Some(code);
                }
            } else if let Some(data) = text.strip_prefix("D< ") {
                current.sent_data = Some(data.as_bytes().to_vec());
            } else {
                return Err(problem("a line begins with `C> `, `S> `, `D< ` or `# `"));
            }
        }
        Ok(Self { exchanges })
    }
}

#[cfg(test)]
mod tests {
    use super::{ARTICLE, ReplyCode, Transcript};

    #[test]
    fn the_article_is_a_transcript() {
        let transcript = Transcript::read(ARTICLE).unwrap();
        let codes: Vec<_> = transcript
            .exchanges
            .iter()
            .map(|e| e.code.unwrap().0)
            .collect();
        assert_eq!(codes, [220, 331, 230, 213, 227, 226, 221]);
        assert_eq!(
            transcript.exchanges[5].sent_data.as_deref(),
            Some(&b"zfive5"[..])
        );
        assert!(transcript.exchanges[5].preliminary);
    }

    #[test]
    fn a_line_of_another_kind_is_named() {
        assert_eq!(Transcript::read("S> 220\nX> y\n").unwrap_err().line, 2);
        assert_eq!(Transcript::read("S> abc\n").unwrap_err().line, 1);
        assert_eq!(
            Transcript::read("S> 220 hi\n").unwrap().exchanges[0].code,
            Some(ReplyCode(220))
        );
    }
}
