//! What `tests/servers/setup` has unpacked, and what is said of what it has not.

use std::path::{Path, PathBuf};

/// The folder of a server or a client, if it is there whole.
pub(crate) fn unpacked(name: &str) -> Option<PathBuf> {
    let folder = servers().join(name);
    folder.join(".ready").exists().then_some(folder)
}

/// Where everything is unpacked.
pub(super) fn servers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.servers")
}

/// A test goes without it, and says so.
///
/// Panics when `FTPSH_REQUIRE_SERVERS` names it, or `all`.
pub(crate) fn skip(name: &str, obstacle: &str) {
    let line = format!("skipped: no {name}: {obstacle}");
    let required = std::env::var("FTPSH_REQUIRE_SERVERS").unwrap_or_default();
    let mut words = required.split([',', ' ']);
    assert!(!words.any(|word| word == "all" || word == name), "{line}");
    say(&line);
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn say(line: &str) {
    eprintln!("{line}");
}
