use proptest::collection::vec;
use proptest::{prop_assert, proptest};

use super::{Form, export};
use crate::transcript::{ARTICLE, Transcript, import};

#[track_caller]
fn exported(text: &str, form: Form) -> String {
    export(&Transcript::read(text.as_bytes()).unwrap(), form).unwrap()
}

#[test]
fn the_article_becomes_a_text_and_back() {
    let text = exported(ARTICLE, Form::Text);
    assert!(
        text.contains("C: pass {password}\n")
            && text.contains("C: zfive5 (close the data connection)\n")
    );
    let back = import::read(text.as_bytes(), None).unwrap();
    assert!(back.not_understood.is_empty() && back.notes.is_empty());
    let again = exported(&back.transcript.to_string(), Form::Text);
    // The first line says where it came from.
    assert_eq!(
        again.split_once('\n').unwrap().1,
        text.split_once('\n').unwrap().1
    );
}

#[test]
fn what_steers_a_terminal_is_told_by_its_number_in_headers_and_names_of_files_too() {
    let text = "# server: a\u{1b}[2J\n\nS> 220\nC> STOR x\nS> 150\nD< @file b\u{9b}c\nS> 226\n";
    for form in [Form::Markdown, Form::Text] {
        let exported = exported(text, form);
        let is_hidden = |c: char| c.is_control() && c != '\n';
        assert!(!exported.contains(is_hidden), "{exported:?}");
    }
}

proptest! {
    #[test]
    fn whatever_can_be_imported_can_be_exported_without_its_secrets(
        lines in vec("(C:|S:)(220|150|226|PASV|RETR .*|PASS hunter2|.*)", 1..20),
    ) {
        if let Ok(imported) = import::read(lines.join("\n").as_bytes(), None) {
            for form in Form::ALL {
                let text = export(&imported.transcript, form).unwrap();
                prop_assert!(!text.contains("hunter2"), "{}", text);
            }
        }
    }
}
