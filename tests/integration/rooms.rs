//! The rules of the house, read off the source: who imports whom, and what belongs where.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Each room after those that it may import.
const ROOMS: [&str; 11] = [
    "protocol",
    "tls",
    "client",
    "resume",
    "transcript",
    "practice",
    "evidence",
    "explain",
    "learn",
    "doctor",
    "shell",
];

/// What only some parts of the source may name outside their tests.
const BELONGINGS: [(&str, &[&str]); 8] = [
    (
        r"\b(TcpStream|TcpListener|UdpSocket|socket2|mio)\b",
        &["client/driver", "practice/loopback"],
    ),
    (r"\b(rustls|rcgen)\b", &["tls", "practice/loopback"]),
    (r"\brustyline\b", &["shell/editor"]),
    // The shell may ask whether they are terminals.
    (
        r"\b(stdout|stderr)\(\)(?:\.lock|\.flush|\.write|[^.]|$)",
        &["shell/screen"],
    ),
    (
        r"\b(Instant|SystemTime)::now\b",
        &[
            "tls/trust",
            "client/driver",
            "client/exchange",
            "practice",
            "doctor",
            "shell",
        ],
    ),
    (
        r"\b(Mutex|Condvar|Atomic\w+)\b|\bthread::",
        &[
            "client/driver",
            "client/endpoint",
            "client/destination",
            "client/observation",
            "resume",
            "transcript",
            "practice",
            "doctor",
            "shell",
        ],
    ),
    (
        r"\bstd::fs(?:;|::[a-z{])|\bFile::(?:open|create)|\btempfile\b",
        &[
            "client/driver",
            "transcript",
            "practice",
            "learn",
            "shell",
            "main",
        ],
    ),
    (
        r"\bstd::env\b|\bis_terminal\b",
        &["shell", "main", "client/panic_injection"],
    ),
];

#[test]
fn every_file_keeps_the_rules_of_its_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(files.len() > 5, "the source is not where it was looked for");
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&src).unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        found.extend(complaints(&name.replace('\\', "/"), &text));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_broken_rule_is_complained_about() {
    for (name, text) in [
        ("protocol/a.rs", "use crate::client::Session;"),
        ("client/mod.rs", "fn f() { crate::shell::run() }"),
        ("transcript/a.rs", "use ftpsh::practice::A;"),
        ("client/a.rs", "use crate::{protocol, shell};"),
        ("shell/a.rs", "use crate::client::*;"),
        ("hall/a.rs", ""),
        ("shell/a.rs", "use std::net::{SocketAddr, TcpStream};"),
        ("client/a.rs", "use rustls::ClientConfig;"),
        ("shell/line.rs", "use rustyline::Editor;"),
        ("client/a.rs", "fn f() { io::stdout().lock(); }"),
        ("protocol/a.rs", "let now = Instant::now();"),
        ("client/machine/a.rs", "let now = Instant::now();"),
        ("client/machine/a.rs", "std::thread::sleep(moment)"),
        ("client/machine/a.rs", "use std::sync::Mutex;"),
        ("client/a.rs", "std::fs::read(path)"),
        ("practice/a.rs", "fn f() { std::env::temp_dir(); }"),
    ] {
        assert!(!complaints(name, text).is_empty(), "{name}: {text}");
    }
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    for (name, text) in [
        ("client/a.rs", "use crate::protocol::Reply; // crate::shell"),
        (
            "client/driver/a.rs",
            "use std::net::TcpStream; use mio::Poll;",
        ),
        ("shell/a.rs", "if io::stdout().is_terminal() {}"),
        (
            "client/a.rs",
            "#[cfg(test)]\nmod tests { use std::net::TcpListener; }",
        ),
        ("lib.rs", "pub mod shell;"),
    ] {
        assert_eq!(complaints(name, text), [""; 0], "{name}: {text}");
    }
}

/// What is wrong with a file: its name relative to src, and its text.
fn complaints(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let room = name.split(['/', '.']).next().unwrap_or(name);
    let place = ROOMS.iter().position(|other| *other == room);
    let is_top = matches!(name, "lib.rs" | "main.rs");
    if place.is_none() && !is_top {
        found.push(format!("src/{name}: {room} is not a room"));
    }
    let code = without_comments(text);
    let import = Regex::new(r"\b(?:crate|ftpsh)::(\w+|\{)").expect("it is a regular expression");
    for imported in import.captures_iter(&code).map(|path| path[1].to_owned()) {
        let other = ROOMS.iter().position(|other| *other == imported);
        if !is_top && (other.is_none() || other > place) {
            found.push(format!("src/{name}: {room} may not import {imported}"));
        }
    }
    if code.contains("::*;") || code.contains("::*,") || code.contains("::*}") {
        found.push(format!("src/{name}: a glob import"));
    }
    let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    for (what, owners) in BELONGINGS {
        let is_owner = owners.iter().any(|owner| name.starts_with(owner));
        if let (false, Some(hit)) = (
            is_owner || is_test,
            Regex::new(what).expect("as above").find(code),
        ) {
            found.push(format!(
                "src/{name}: {} belongs to {owners:?}",
                hit.as_str()
            ));
        }
    }
    found
}

fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
