//! The report as JSON, and back: schema 1 in `docs/doctor-json.md`.

use serde::{Deserialize, Serialize};

use crate::doctor::difference::Difference;
use crate::doctor::report::{Report, Summary};
use crate::protocol::hidden::visible_json;

/// It changes when a field changes its meaning or goes; others may be added.
const SCHEMA: u64 = 1;

#[derive(Serialize)]
struct Written<'a> {
    schema: u64,
    #[serde(flatten)]
    report: &'a Report,
    summary: Summary,
}

#[derive(Serialize)]
struct WrittenDifference<'a> {
    schema: u64,
    #[serde(flatten)]
    difference: &'a Difference,
}

/// Read first, so that another version is called by its name and not by its first difference.
#[derive(Deserialize)]
struct Version {
    schema: u64,
}

/// Why a text is not a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or a field is missing or holds something else than it should.
    #[error("not a report that `ftpsh doctor --json` wrote: {0}")]
    NotReport(#[from] serde_json::Error),
    /// It is JSON, and no object.
    #[error("not a report that `ftpsh doctor --json` wrote: that is one object with a `schema`")]
    NotObject,
    /// It is a report that this version does not know.
    #[error(
        "a report of schema {0}; this ftpsh reads schema {SCHEMA}: write it anew with `ftpsh doctor --json`"
    )]
    OtherSchema(u64),
}

/// The report as one JSON object, with a line end after it.
#[must_use]
pub fn write(report: &Report) -> String {
    let written = Written {
        schema: SCHEMA,
        report,
        summary: report.summary(),
    };
    as_text(&written)
}

/// What [`write()`] wrote. Fields that are not known are passed over.
///
/// # Errors
///
/// [`ReadError`], which names line and column.
pub fn read(text: &str) -> Result<Report, ReadError> {
    // Some editors put it in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: serde_json::Value = serde_json::from_str(text)?;
    if !value.is_object() {
        return Err(ReadError::NotObject);
    }
    let Version { schema } = serde_json::from_str(text)?;
    if schema != SCHEMA {
        return Err(ReadError::OtherSchema(schema));
    }
    Ok(serde_json::from_str(text)?)
}

/// What differs, likewise.
#[must_use]
pub fn write_difference(difference: &Difference) -> String {
    let written = WrittenDifference {
        schema: SCHEMA,
        difference,
    };
    as_text(&written)
}

/// A value as JSON over several lines, with what could control a terminal by its number.
pub(super) fn as_text(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value)
        .expect("names, numbers and strings are always written as JSON");
    visible_json(&text) + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{read, write};
    use crate::doctor::forms::samples::{HOSTILE, report};
    use crate::doctor::report::{
        Class, Family, Group, Mode, Protection, Report, Verdict, WayResult,
    };
    use crate::protocol::hidden::is_hidden;

    fn validator() -> jsonschema::Validator {
        let page = include_str!("../../../docs/doctor-json.md");
        let block = page.split("```json\n").nth(1);
        let block = block.and_then(|rest| rest.split("```").next()).unwrap();
        let mut schema: Value = serde_json::from_str(block).unwrap();
        forbid_more(&mut schema);
        jsonschema::validator_for(&schema).unwrap()
    }

    /// What the page does not describe is refused here; a reader passes it over.
    fn forbid_more(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                members.values_mut().for_each(forbid_more);
                if members.contains_key("required") {
                    members.insert("additionalProperties".to_owned(), false.into());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(forbid_more),
            _ => {}
        }
    }

    fn value(report: &Report) -> Value {
        serde_json::from_str(&write(report)).unwrap()
    }

    #[test]
    fn what_is_no_report_is_refused_in_words_of_ones_own_and_a_mark_in_front_is_passed_over() {
        for text in ["[]", "null", "5"] {
            let error = read(text).unwrap_err().to_string();
            assert!(
                error.ends_with("that is one object with a `schema`"),
                "{error}"
            );
        }
        let written = format!("\u{feff}{}", write(&report()));
        assert!(read(&written).is_ok());
    }

    #[test]
    fn a_report_is_valid_against_the_schema_of_the_page_and_has_no_more_than_that_describes() {
        let validator = validator();
        for report in [report(), Report::default()] {
            let value = value(&report);
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|it| it.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}\n{value:#}");
        }
    }

    #[test]
    fn the_schema_of_the_page_refuses_what_is_not_a_report() {
        let validator = validator();
        for (pointer, wrong) in [
            ("/schema", json!(2)),
            ("/findings/0/verdict", json!("good")),
            ("/findings/0/evidence/0", json!({"said": "PASV"})),
            ("/ways/0/mode", json!("SPSV")),
            ("/summary/works", json!([1])),
        ] {
            let mut value = value(&report());
            *value.pointer_mut(pointer).unwrap() = wrong;
            assert!(!validator.is_valid(&value), "{pointer}");
        }
        let mut value = value(&report());
        value["server"]["mood"] = json!("good");
        assert!(!validator.is_valid(&value));
    }

    #[test]
    fn a_report_has_the_names_and_words_of_the_specification() {
        let value = value(&report());
        assert_eq!(value["schema"], 1);
        assert_eq!(value["target"]["addresses"][1], "[2001:db8::7]:2121");
        let way = json!({"mode": "EPSV", "protection": "explicit", "family": "ipv4", "result": "ok", "ms": 21, "detail": "TLS 1.3"});
        assert_eq!(value["ways"][3], way);
        let finding = &value["findings"][0];
        assert_eq!(finding["id"], "pasv-address");
        assert_eq!(finding["evidence"][0], json!({"sent": "PASV"}));
        assert_eq!(finding["evidence"][2], json!({"received": HOSTILE}));
        assert_eq!(value["findings"][2]["group"], "by-the-book");
        assert_eq!(value["findings"][2]["class"], "before-login");
        assert_eq!(
            value["summary"],
            json!({"works": [0, 1], "safe": [0, 1], "by_the_book": [2, 2]})
        );
        for (name, number) in [("commands", 61), ("connections", 5), ("ms", 6100)] {
            assert_eq!(value[name], number);
        }
    }

    #[test]
    fn every_word_of_a_report_is_the_same_in_json() {
        fn written<T: serde::Serialize>(values: &[T], word: impl Fn(&T) -> &'static str) {
            for value in values {
                assert_eq!(serde_json::to_value(value).unwrap(), word(value));
            }
        }
        written(&Verdict::ALL, |it| it.word());
        written(&Class::ALL, |it| it.word());
        written(&Group::ALL, |it| it.word());
        written(&[Mode::Epsv, Mode::Pasv, Mode::Port], |it| it.word());
        written(&[Family::Ipv4, Family::Ipv6], |it| it.word());
        let results: Vec<WayResult> = report().ways.iter().map(|way| way.result).collect();
        written(&results, |it| it.word());
        let protections: Vec<Protection> = report().ways.iter().map(|way| way.protection).collect();
        written(&protections, |it| it.word());
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was_and_nothing_in_it_controls_a_terminal() {
        let text = write(&report());
        assert_eq!(read(&text).unwrap(), report());
        assert!(
            !text.chars().any(|it| it != '\n' && is_hidden(it)),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_place_and_what_was_expected() {
        let text = write(&report());
        for (text, expected) in [
            (
                String::new(),
                "EOF while parsing a value at line 1 column 0",
            ),
            ("{}".to_owned(), "missing field `schema` at line 1 column 2"),
            (
                text.replace("\"schema\": 1", "\"schema\": 2"),
                "a report of schema 2; this ftpsh reads schema 1",
            ),
            (
                text.replace("\"warn\"", "\"good\""),
                "unknown variant `good`, expected one of `ok`, `info`",
            ),
            (
                text.replace("\"port\": 2121", "\"port\": true"),
                "invalid type: boolean `true`, expected u16 at line 5 column",
            ),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn fields_that_a_later_version_adds_are_passed_over() {
        let text =
            write(&report()).replace("\"commands\":", "\"mood\": \"good\",\n  \"commands\":");
        assert_eq!(read(&text).unwrap(), report());
    }
}
