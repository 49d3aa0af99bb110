//! The transcript of a finding, played against the server at which it was found.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use ftpsh::doctor::check::Check;

use super::examination::Examination;
use crate::support::ftpsh::Ftpsh;

/// What is wrong unless it fails below the finding that the examination tells. The login is A with the password A.
pub(super) fn replay_fault(
    path: &Path,
    address: SocketAddr,
    examination: &Examination,
) -> Option<String> {
    let text = fs::read_to_string(path).expect("it was just written");
    let check = match Check::read(&text) {
        Ok(check) => check,
        Err(error) => return Some(format!("{error}\n{text}")),
    };
    let Some(line) = failing_line(path, &address.to_string()) else {
        return Some(format!("it does not fail:\n{text}"));
    };
    let Some((verdict, sentence)) = check.finding_at(line) else {
        return Some(format!("no finding stands above {line}:\n{text}"));
    };
    let id = &check.id;
    let found: String = examination.text(id).split_whitespace().collect();
    let sentence: String = sentence.split_whitespace().collect();
    let is_same = verdict.word() == examination.verdict(id) && found.contains(&sentence);
    (!is_same).then(|| format!("{line} is about another finding:\n{text}"))
}

/// The line at which a replay of a transcript fails.
fn failing_line(transcript: &Path, address: &str) -> Option<usize> {
    let replayed = Ftpsh::new()
        .args(["replay", &transcript.display().to_string(), address])
        .env("FTPSH_VAR_USER", "A")
        .env("FTPSH_VAR_PASSWORD", "A")
        .args(["--insecure", "--report", "json", "--reply-timeout", "10"])
        .run();
    let report: serde_json::Value = serde_json::from_slice(&replayed.stdout)
        .unwrap_or_else(|error| panic!("{error}: {replayed:?}"));
    let line = find_line(&report);
    line.and_then(|line| usize::try_from(line).ok())
}

fn find_line(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::Object(fields) => {
            let own = fields.get("line").and_then(serde_json::Value::as_u64);
            own.or_else(|| fields.values().find_map(find_line))
        }
        serde_json::Value::Array(values) => values.iter().find_map(find_line),
        _ => None,
    }
}
