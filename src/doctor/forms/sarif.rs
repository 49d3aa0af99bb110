//! The report as SARIF 2.1.0 (OASIS), which code scanning and its viewers read.

use serde_json::{Value, json};
use url::Url;

use super::json::as_text;
use crate::doctor::report::{Finding, Report, Target, Verdict};
use crate::protocol::hidden::visible;

/// One run, with a rule and a result for each check.
#[must_use]
pub fn write(report: &Report) -> String {
    let location = location(&report.target);
    let results = report.findings.iter().enumerate();
    let results: Vec<Value> = results
        .map(|(index, finding)| result(index, finding, &location))
        .collect();
    let notifications: Vec<Value> = report
        .cut_short
        .iter()
        .map(|reason| notification(reason))
        .collect();
    as_text(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "ftpsh doctor",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": report.findings.iter().map(rule).collect::<Vec<Value>>(),
                }
            },
            "invocations": [{
                "executionSuccessful": report.cut_short.is_none(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }]
    }))
}

/// The server: findings are not about files.
fn location(target: &Target) -> Value {
    let host = visible(&target.host);
    let mut location = json!({
        "logicalLocations": [{ "name": host, "fullyQualifiedName": format!("{host}:{}", target.port), "kind": "resource" }]
    });
    let bracketed = match target.host.contains(':') {
        true => format!("[{}]", target.host),
        false => target.host.clone(),
    };
    if let Ok(url) = Url::parse(&format!("ftp://{bracketed}:{}/", target.port)) {
        location["physicalLocation"] = json!({ "artifactLocation": { "uri": url.as_str() } });
    }
    location
}

fn rule(finding: &Finding) -> Value {
    json!({
        "id": visible(&finding.id),
        "properties": { "tags": [finding.group.word()], "source": finding.source },
    })
}

fn result(index: usize, finding: &Finding, location: &Value) -> Value {
    let text = match finding.because.as_str() {
        "" => finding.title.clone(),
        because => format!("{}: {because}", finding.title),
    };
    let (kind, level) = weight(finding.verdict);
    json!({
        "ruleId": visible(&finding.id),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": message(&text) },
        "locations": [location],
        "properties": {
            "verdict": finding.verdict,
            "class": finding.class,
            "source": finding.source,
            "fix": finding.fix,
            "evidence": finding.evidence,
        },
    })
}

/// `kind` and `level` (sections 3.27.9 and 3.27.10). What is no failure has no level.
fn weight(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Ok => ("pass", "none"),
        Verdict::Info => ("informational", "none"),
        Verdict::Warn => ("fail", "warning"),
        Verdict::Bad => ("fail", "error"),
        Verdict::Skipped => ("notApplicable", "none"),
        Verdict::Unknown => ("open", "none"),
    }
}

fn notification(reason: &str) -> Value {
    json!({ "level": "warning", "message": { "text": message(&format!("cut short: {reason}")) } })
}

/// Braces would hold the place of an argument (section 3.11.5), and brackets would begin a link (section 3.11.6).
fn message(text: &str) -> String {
    let mut message = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '{' | '}' => message.extend([character, character]),
            '[' | ']' | '\\' => message.extend(['\\', character]),
            _ => message.push(character),
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::write;
    use crate::doctor::forms::samples::{HOSTILE, finding, report};
    use crate::doctor::report::{Group, Report, Verdict};
    use crate::protocol::hidden::is_hidden;

    fn value(report: &Report) -> Value {
        serde_json::from_str(&write(report)).unwrap()
    }

    #[test]
    fn a_report_is_valid_against_the_schema_that_oasis_published() {
        let schema = include_str!("../../../tests/fixtures/sarif-2.1.0/sarif-schema-2.1.0.json");
        // The published pattern of languages has a `]` too many. No report names a language.
        let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for report in [report(), Report::default()] {
            let value = value(&report);
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|it| it.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}\n{value:#}");
        }
        let mut wrong = value(&report());
        wrong["runs"][0]["results"][0]["kind"] = json!("failed");
        assert!(!validator.is_valid(&wrong));
    }

    #[test]
    fn every_verdict_has_a_kind_and_only_what_is_wrong_has_a_level() {
        let value = value(&report());
        let results = value["runs"][0]["results"].as_array().unwrap();
        let weights: Vec<[&str; 3]> = results
            .iter()
            .map(|it| {
                [
                    it["properties"]["verdict"].as_str(),
                    it["kind"].as_str(),
                    it["level"].as_str(),
                ]
                .map(Option::unwrap)
            })
            .collect();
        assert_eq!(
            weights,
            [
                ["warn", "fail", "warning"],
                ["bad", "fail", "error"],
                ["ok", "pass", "none"],
                ["info", "informational", "none"],
                ["unknown", "open", "none"],
                ["skipped", "notApplicable", "none"],
            ]
        );
        let rules = value["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap();
        for (result, rule) in results.iter().zip(rules) {
            assert_eq!(result["ruleId"], rule["id"]);
        }
    }

    #[test]
    fn a_result_is_about_the_server_and_has_its_evidence() {
        let value = value(&report());
        let result = &value["runs"][0]["results"][0];
        let uri = "/locations/0/physicalLocation/artifactLocation/uri";
        assert_eq!(result.pointer(uri).unwrap(), "ftp://ftp.example.com:2121/");
        assert_eq!(result["properties"]["evidence"][0], json!({"sent": "PASV"}));
        let notification = "/runs/0/invocations/0/toolExecutionNotifications/0/message/text";
        assert_eq!(
            value.pointer(notification).unwrap(),
            "cut short: the budget of 60 s is spent"
        );
    }

    #[test]
    fn an_ipv6_address_is_in_brackets_in_the_location() {
        let mut report = report();
        report.target.host = "2001:db8::7".to_owned();
        let uri = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
        assert_eq!(
            value(&report).pointer(uri).unwrap(),
            "ftp://[2001:db8::7]:2121/"
        );
    }

    #[test]
    fn nothing_that_a_server_says_is_a_link_or_a_placeholder() {
        let mut bad = finding("quit", Group::ByTheBook, Verdict::Bad);
        bad.title = "[x](http://evil.example) {0}\\".to_owned();
        bad.because = HOSTILE.to_owned();
        let report = Report {
            findings: vec![bad],
            ..Report::default()
        };
        let text = write(&report);
        assert!(
            !text.chars().any(|it| it != '\n' && is_hidden(it)),
            "{text}"
        );
        let message = value(&report)["runs"][0]["results"][0]["message"]["text"].clone();
        let message = message.as_str().unwrap();
        assert!(
            message.starts_with("\\[x\\](http://evil.example) {{0}}\\\\: "),
            "{message}"
        );
        assert!(message.contains("\\\\u{{1b}}\\]0;x"), "{message}");
    }
}
