//! What the editor makes of a line while it is typed: marks, hint, completion.

use ftpsh::shell::config::aliases::Aliases;
use ftpsh::shell::config::secrets::{secret_span, without_secrets};
use ftpsh::shell::editor::assistance::{Knowledge, LocalName, Mark, complete, hint, marks};

use super::bytes::assert_harmless;

/// Takes the bytes, if they are text, as a line with the cursor at each place.
pub(super) fn hold(bytes: &[u8]) {
    let Ok(line) = str::from_utf8(bytes) else {
        let _ = secret_span(bytes, &|_| false);
        return;
    };
    let mut knowledge = Knowledge::new(Aliases::shipped(), true);
    knowledge.home = Some("/home/a".into());
    knowledge.list_folder = |_| {
        let name = |(name, is_folder): (&str, bool)| LocalName {
            name: name.to_owned(),
            is_folder,
        };
        [("a b", false), ("pub", true), ("it's", false)]
            .map(name)
            .to_vec()
    };
    assert_marks(line, &knowledge);
    let places: Vec<usize> = (0..=line.len())
        .filter(|at| line.is_char_boundary(*at))
        .collect();
    let last = places.len().saturating_sub(PLACES);
    for &cursor in &places[last..] {
        assert_help(line, cursor, &knowledge);
    }
    assert_harmless_lines(&without_secrets(line), line);
}

/// Marks are in order and apart, and the secret is among them.
fn assert_marks(line: &str, knowledge: &Knowledge) {
    let marks = marks(line, knowledge);
    let mut end = 0;
    for (range, _) in &marks {
        assert!(end <= range.start && range.start <= range.end, "{marks:?}");
        assert!(line.get(range.clone()).is_some(), "{marks:?}");
        end = range.end;
    }
    let is_secret = |name: &str| knowledge.aliases.carries_secret(name);
    if let Some(span) = secret_span(line.trim_end().as_bytes(), &is_secret) {
        assert!(marks.contains(&(span, Mark::Secret)), "{marks:?}");
    }
}

fn assert_help(line: &str, cursor: usize, knowledge: &Knowledge) {
    if let Some(hint) = hint(line, cursor, knowledge) {
        assert_harmless(&hint.shown);
        hint.taken.iter().for_each(|taken| assert_harmless(taken));
    }
    let completion = complete(line, cursor, knowledge);
    if !completion.candidates.is_empty() {
        assert!(line.get(completion.start..cursor).is_some());
    }
    for candidate in &completion.candidates {
        assert_harmless(&candidate.shown);
    }
}

/// No line is lost where secrets are.
fn assert_harmless_lines(masked: &str, text: &str) {
    assert_eq!(masked.lines().count(), text.lines().count());
}

/// At each key the cursor stands near the end.
const PLACES: usize = 24;
