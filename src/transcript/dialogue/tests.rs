use proptest::{prop_assert, proptest};

use super::{Data, DataContent, ExpectedData, SentCommand, SentData, Variables};
use crate::transcript::{Dialogue, ReadError, Transcript};

fn dialogue(text: &str) -> Dialogue {
    read(text).unwrap()
}

fn read(text: &str) -> Result<Dialogue, ReadError> {
    Transcript::read(text.as_bytes())?.dialogue()
}

#[test]
fn the_article_is_a_dialogue() {
    let dialogue = dialogue(crate::transcript::ARTICLE);
    let codes: Vec<Vec<String>> = dialogue
        .exchanges
        .iter()
        .map(|exchange| {
            exchange
                .replies
                .iter()
                .map(|reply| reply.code.to_string())
                .collect()
        })
        .collect();
    let finals: Vec<&str> = codes
        .iter()
        .map(|codes| codes.last().unwrap().as_str())
        .collect();
    assert_eq!(finals, ["220", "331", "230", "213", "227", "226", "221"]);
    assert_eq!(codes[5], ["150", "226"]);
    let Some(Data {
        lines,
        content: DataContent::Sent(SentData::Inline(data)),
        ..
    }) = &dialogue.exchanges[5].data
    else {
        panic!("{:?}", dialogue.exchanges[5]);
    };
    assert_eq!(data.resolve(&Variables::default()).unwrap(), b"zfive5");
    assert_eq!(*lines, [14]);
    assert_eq!(dialogue.unset_variable(&dialogue.headers.defaults), None);
}

#[test]
fn an_abort_belongs_to_the_transfer_that_it_ends() {
    let text = "S> 220\nC> RETR big\nS> 150\nD> @cut 9\nC> ABOR\nS> 426\nS> 226\nC> ABOR\nS> 226\n";
    let dialogue = dialogue(text);
    assert_eq!(dialogue.exchanges.len(), 3);
    assert_eq!(dialogue.exchanges[1].aborted, Some(5));
    assert_eq!(dialogue.exchanges[1].replies.len(), 3);
    assert!(dialogue.exchanges[2].command.is_some());
}

#[test]
fn a_command_may_be_expected_to_get_no_final_reply() {
    let text =
        "S> 220\nC> RETR f\nS> 150\nS> @unanswered\nC> ABOR\nS> 226\nC> NOOP\nS> @unanswered\n";
    let dialogue = dialogue(text);
    assert_eq!(dialogue.exchanges.len(), 4);
    assert_eq!(dialogue.exchanges[1].unanswered, Some(4));
    assert_eq!(dialogue.exchanges[1].aborted, None);
    assert_eq!(dialogue.exchanges[3].unanswered, Some(8));
}

#[test]
fn lines_without_a_text_are_empty_ones() {
    let dialogue = dialogue("S> 220\nC>\nS> 500\n");
    let Some(SentCommand::Line(template)) = &dialogue.exchanges[1].command else {
        panic!();
    };
    assert!(template.pieces().is_empty());
}

#[test]
fn a_variable_needs_a_value_before_it_is_sent() {
    let text = "# var: user = A\nS> 220\nC> USER {user}\nS> 331\nC> SIZE x\nS> 213 {size}\nC> REST {size}\nS> 350\nC> DELE {name}\nS> 250\n";
    let dialogue = dialogue(text);
    let unset = dialogue.unset_variable(&dialogue.headers.defaults).unwrap();
    assert_eq!((unset.line, unset.name.as_str()), (9, "name"));
    let unset = dialogue.unset_variable(&Variables::default()).unwrap();
    assert_eq!((unset.line, unset.name.as_str()), (3, "user"));
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (text, line, column, problem) in [
        ("S> 220\nX> y\n", 2, 1, "a line begins with"),
        ("S> abc\n", 1, 4, "a reply code was expected"),
        ("", 1, 1, "the greeting was expected"),
        ("C> NOOP\nS> 200\n", 1, 4, "the greeting was expected"),
        (
            "S> 220\nC> NOOP\n# end\n",
            2,
            4,
            "the final reply to this command is missing",
        ),
        (
            "S> 220\nC> RETR x\nS> 150\nC> NOOP\nS> 200\n",
            2,
            4,
            "the final reply",
        ),
        (
            "S> 220-a\nS> b\nC> NOOP\n",
            1,
            4,
            "the last line of this reply is missing",
        ),
        (
            "S> 220\nC> PASS hunter2\nS> 230\n",
            2,
            4,
            "a secret does not belong",
        ),
        (
            "S> 220\nC> acct a{b}\nS> 230\n",
            2,
            4,
            "a secret does not belong",
        ),
        (
            "S> 220\nC> a{0x0a}\nS> 230\n",
            2,
            4,
            "a command cannot hold CR",
        ),
        (
            "S> 220\nC> HELP {p}\nS> 214\nC> PASS {p}\nS> 230\n",
            2,
            4,
            "{p} is a secret",
        ),
        ("S> 220\nD> x\n", 2, 4, "no command above this line"),
        (
            "S> 220\nC> STOR x\nS> 150\nD> x\n",
            4,
            4,
            "the command above moves data the other way",
        ),
        ("S> 220\nS> @closed\nC> NOOP\n", 3, 4, "nothing can follow"),
        (
            "S> 220\nC> größe {\nS> 500\n",
            2,
            10,
            "this brace is never closed",
        ),
        ("# tls: yes\nS> 220\n", 1, 8, "`implicit` was expected"),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(
            (error.line, error.column()),
            (line, column),
            "{text}{error}"
        );
        assert!(error.problem.starts_with(problem), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn octets_that_are_not_utf_8_are_named_with_their_place() {
    let error = Transcript::read(b"S> 220\nC> RETR \xe9\n").unwrap_err();
    assert_eq!((error.line, error.column()), (2, 9));
}

#[test]
fn data_may_stand_before_the_reply_and_comments_anywhere() {
    let text =
        "S> 220-a\n# note\nS> 220 b\nC> LIST\n\nD> a\n# tls: later\nS> 150\nD> ...\nS> 226\n";
    let dialogue = dialogue(text);
    let Some(Data {
        lines,
        content: DataContent::Received(ExpectedData::Lines(data)),
        ..
    }) = &dialogue.exchanges[1].data
    else {
        panic!();
    };
    assert_eq!((lines.as_slice(), data.len()), (&[6, 9][..], 2));
    assert!(!dialogue.headers.implicit_tls);
}

proptest! {
    #[test]
    fn any_lines_are_read_or_refused_with_a_place(
        text in "((C>|S>|D>|D<|#| )?( )?(RETR x|ABOR|220|150-|226 |@closed|@file a|PASS|\\.\\.\\.|\\{|é|\\[\\.\\.\\]|)\r?\n){0,8}",
    ) {
        if let Err(error) = read(&text) {
            prop_assert!(error.line >= 1 && error.text.get(error.span.clone()).is_some());
            prop_assert!(error.column() >= 1);
        }
    }
}
