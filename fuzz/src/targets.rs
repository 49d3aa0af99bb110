//! What a person names as a server: HOST, HOST:PORT, URL.

use ftpsh::shell::config::target::{PathEnd, Target, TargetError};

/// Reads the bytes, if they are text, as a target.
pub fn hold(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match Target::read(text) {
        Ok(target) => assert_usable(&target),
        Err(error) => assert_discreet(&error, text),
    }
}

fn assert_usable(target: &Target) {
    assert_ne!(target.port, 0);
    assert!(!target.host.is_empty());
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '/';
    assert!(!target.host.contains(is_odd), "{:?}", target.host);
    let login = target.login.iter();
    let login = login.flat_map(|login| login.password.iter().chain([&login.user]));
    let file = match &target.end {
        PathEnd::File { name, .. } => Some(name),
        PathEnd::Undecided | PathEnd::Listing | PathEnd::Directory => None,
    };
    assert!(file.is_none_or(|name| !name.is_empty() && !name.ends_with(b"/")));
    for part in login.chain(&target.directories).chain(file) {
        assert!(!part.iter().any(|byte| b"\r\n\0".contains(byte)));
    }
    let again = Target::with_port(&target.host, &target.port.to_string());
    if !target.host.contains(['[', ']', '@']) {
        let again = Target::read(&again).expect("it was a host before");
        assert_eq!((&again.host, again.port), (&target.host, target.port));
        assert!(again.names_port);
    }
    let debug = format!("{target:?}{:?}", target.login);
    assert!(!debug.contains(SECRET) || target.host.contains(SECRET) || is_user(target));
}

fn is_user(target: &Target) -> bool {
    let user = target.login.as_ref().map(|login| &login.user[..]);
    user.is_some_and(|user| String::from_utf8_lossy(user).contains(SECRET))
}

/// What stands between a colon and an `@` is a password, wherever it was written.
fn assert_discreet(error: &TargetError, text: &str) {
    let shown = error.to_string();
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    if let Some((before, _)) = text.split_once('@')
        && let Some((_, password)) = before.rsplit_once(':')
        && password == SECRET
        && text.to_ascii_lowercase().matches(SECRET).count() == 1
    {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// Stands in the dictionary and the corpus.
const SECRET: &str = "hunter2";
