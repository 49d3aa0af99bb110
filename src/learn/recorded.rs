//! A transcript in the place of typed lines: a teacher may record a solution.

use super::error::LessonError;
use crate::practice::Configuration;
use crate::transcript::data::SentData;
use crate::transcript::exchange::{DataContent, Exchange, SentCommand};
use crate::transcript::{Transcript, Variables};

/// The lines that would be typed for what a transcript sends; `None` if it is not one. Its replies are not compared: the
/// conditions judge.
///
/// # Errors
///
/// What cannot be read, or cannot be typed.
pub(super) fn typed(file: &str, text: &str) -> Result<Option<Vec<String>>, LessonError> {
    if !Transcript::is_begun_by(text.as_bytes()) {
        return Ok(None);
    }
    let dialogue = Transcript::read(text.as_bytes()).and_then(|it| it.dialogue());
    let dialogue = dialogue.map_err(|error| LessonError::at(file, error.line, &*error.problem))?;
    let who = Configuration::default();
    let mut variables = Variables::default();
    variables.set("user", who.user);
    variables.set("password", who.password);
    variables.take_defaults(&dialogue.headers.defaults);
    let mut lines = Vec::new();
    for exchange in &dialogue.exchanges {
        let typed = typed_lines(exchange, &variables);
        lines.extend(typed.map_err(|problem| LessonError::at(file, exchange.line, problem))?);
    }
    Ok(Some(lines))
}

fn typed_lines(exchange: &Exchange, variables: &Variables) -> Result<Vec<String>, String> {
    let line = match &exchange.command {
        None => return Ok(Vec::new()),
        Some(SentCommand::Listen(_)) => "listen".to_owned(),
        Some(SentCommand::Line(template)) => text_of(template.resolve(variables))?,
    };
    let data = match &exchange.data {
        Some(data) => &data.content,
        None => return Ok(vec![line]),
    };
    match data {
        DataContent::Received(_) => Ok(vec![line]),
        DataContent::Sent(SentData::File(_)) => {
            Err("its data is in a file: write the line with < and a file of [local]".to_owned())
        }
        DataContent::Sent(SentData::Inline(template)) => {
            let text = text_of(template.resolve(variables))?.replace("\r\n", "\n");
            with_data(&line, &text)
        }
    }
}

/// One text without a line end, or whole lines.
fn with_data(line: &str, text: &str) -> Result<Vec<String>, String> {
    if !text.contains(['\n', '\'']) {
        return Ok(vec![format!("{line} <<< '{text}'")]);
    }
    let has_end_word = text.lines().any(|line| line == END);
    if !text.ends_with('\n') || has_end_word {
        return Err(format!(
            "its data is not whole lines, or has a line {END}: write the lines of the lesson as they are typed"
        ));
    }
    let data = text.lines().map(str::to_owned);
    let first = [format!("{line} <<{END}")];
    Ok(first
        .into_iter()
        .chain(data)
        .chain([END.to_owned()])
        .collect())
}

/// `Err` with the name of a variable is an error here too.
fn text_of(resolved: Result<Vec<u8>, String>) -> Result<String, String> {
    let bytes = resolved.map_err(|name| format!("{{{name}}} has no value: write it out"))?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8, so nobody can type it".to_owned())
}

const END: &str = "END";

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn what_a_transcript_sends_is_typed() {
        let text = "# recorded\nS> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\nC> PASV\nS> 227\n\
                    C> APPE 1.TXT\nS> 150\nD< zfive5{no-eol}\nS> 226\nC> PORT {listen}\nS> 200\n\
                    C> STOR f\nS> 150\nD< one\nD< two\nS> 226\n";
        let lines = typed("solution.ftp", text).unwrap().unwrap();
        let expected = [
            "USER A",
            "PASS A",
            "PASV",
            "APPE 1.TXT <<< 'zfive5'",
            "listen",
            "STOR f <<END",
            "one",
            "two",
            "END",
        ];
        assert_eq!(lines, expected);
        assert_eq!(typed("solution.ftp", "# typed\nUSER A\n"), Ok(None));
    }

    #[test]
    fn what_cannot_be_typed_is_named_with_its_line() {
        for (text, said) in [
            (
                "S> 220\nC> NOOP {what}\nS> 200\n",
                "solution.ftp:2: {what} has no value",
            ),
            (
                "S> 220\nC> STOR f\nS> 150\nD< one\nD< two{no-eol}\nS> 226\n",
                "solution.ftp:2: its data is not whole lines",
            ),
            ("S> 220\nX> NOOP\n", "solution.ftp:2: a line begins with"),
        ] {
            let error = typed("solution.ftp", text).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
