//! What `--format json` puts out, held against the schema in `docs/json.md`.

use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// The events of one run. Panics unless every line is valid, in no field more than described, and the last is the end with
/// this exit code.
#[track_caller]
pub(crate) fn valid_events(text: &str, exit: i32) -> Vec<Value> {
    let events = valid_lines(text);
    let end = events.last().unwrap_or(&Value::Null);
    assert!(end["event"] == "end" && end["exit"] == exit, "{text}");
    let ends = events.iter().filter(|event| event["event"] == "end");
    assert_eq!(ends.count(), 1, "{text}");
    events
}

/// The same of a run that was ended from outside.
#[track_caller]
pub(crate) fn valid_lines(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines().map(valid_event).collect()
}

#[track_caller]
fn valid_event(line: &str) -> Value {
    static VALIDATOR: OnceLock<(Validator, Value)> = OnceLock::new();
    let (validator, schema) = VALIDATOR.get_or_init(|| {
        let schema = schema();
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        (validator, schema)
    });
    let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    if let Err(error) = validator.validate(&event) {
        panic!("{error}: {line}");
    }
    let kinds = schema["oneOf"].as_array().expect("a kind for each event");
    let kind = kinds
        .iter()
        .find(|kind| kind["properties"]["event"]["const"] == event["event"])
        .expect("it is valid");
    let fields = event.as_object().expect("it is valid");
    for field in fields.keys().filter(|field| *field != "v") {
        let described = kind["properties"].get(field).is_some();
        assert!(described, "{field} is not described: {line}");
    }
    event
}

fn schema() -> Value {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let blocks = page.split("```json\n").nth(1);
    let block = blocks.and_then(|rest| rest.split("```").next());
    serde_json::from_str(block.expect("the page has a schema")).expect("it is JSON")
}
