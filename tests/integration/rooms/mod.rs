//! The rules of the house, read off the source: who imports whom, and who touches what.

mod paths;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rules::complaints;

#[test]
fn every_file_keeps_the_rules_of_its_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let files = rust_files(&src);
    assert!(files.len() > 5, "the source is not where it was looked for");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&src).unwrap().to_str().unwrap();
        found.extend(complaints(&name.replace('\\', "/"), &text));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_broken_rule_is_complained_about() {
    let cases = [
        (
            "protocol/a.rs",
            "use crate::net::control;",
            "may not import net",
        ),
        (
            "protocol/a.rs",
            "use crate::{net, session as s};",
            "may not import session",
        ),
        (
            "protocol/a.rs",
            "fn f() { crate::shell::run() }",
            "may not import shell",
        ),
        (
            "net/a.rs",
            "use super::super::session::A;",
            "may not import session",
        ),
        (
            "net/mod.rs",
            "use super::session::A;",
            "may not import session",
        ),
        (
            "net/a/b.rs",
            "use super::super::super::{protocol::A, shell::{B, C}};",
            "may not import shell",
        ),
        (
            "session/a.rs",
            "use ftpsh::transcript::A;",
            "may not import transcript",
        ),
        (
            "transcript/a.rs",
            "use crate::practice::A;",
            "may not import practice",
        ),
        (
            "session/mod.rs",
            "use crate::practice;",
            "may not import practice",
        ),
        (
            "practice/a.rs",
            "use crate::session::A;",
            "may not import session",
        ),
        ("net/a.rs", "use crate::Shortcut;", "no room"),
        (
            "net/a.rs",
            "#[cfg(test)]\nmod tests {\n use super::super::super::shell::A;\n}",
            "may not import shell",
        ),
        ("shell/a.rs", "use crate::net::*;", "glob import"),
        (
            "shell/a.rs",
            "use crate::{\n    net::{a, b::*},\n};",
            "glob import",
        ),
        (
            "shell/a.rs",
            "#[cfg(test)]\nmod tests {\n    use super::*;\n}",
            "glob import",
        ),
        (
            "session/a.rs",
            "use std::net::{SocketAddr, TcpStream};",
            "TcpStream",
        ),
        (
            "practice/a.rs",
            "fn f(l: std::net::TcpListener) {}",
            "TcpListener",
        ),
        ("shell/a.rs", "use std::net::UdpSocket;", "UdpSocket"),
        ("session/a.rs", "use socket2::Socket;", "socket2"),
        ("session/a.rs", "use mio::Poll;", "mio"),
        ("shell/a.rs", "use rustls::ClientConfig;", "rustls"),
        ("shell/repl.rs", "use rustyline::Editor;", "rustyline"),
        ("transcript/a.rs", "use rustyline::Editor;", "rustyline"),
        ("shell/a.rs", "fn f() { println!(\"a\"); }", "println!"),
        ("session/a.rs", "fn f() { eprint!(\"a\"); }", "eprint!"),
        ("main.rs", "fn main() { eprintln!(\"a\"); }", "eprintln!"),
        ("shell/a.rs", "fn f() { io::stdout().lock(); }", "stdout()"),
        (
            "shell/a.rs",
            "fn f() { std::io::stderr().flush(); }",
            "stderr()",
        ),
        (
            "session/a.rs",
            "fn f() { io::stdout().is_terminal(); }",
            "stdout()",
        ),
        ("net/a.rs", "use std::io::IsTerminal;", "IsTerminal"),
        (
            "protocol/a.rs",
            "fn f() { std::time::Instant::now(); }",
            "Instant::now",
        ),
        (
            "protocol/a.rs",
            "fn f() { SystemTime :: now(); }",
            "SystemTime::now",
        ),
        ("protocol/a.rs", "use std::fs::File;", "std::fs"),
        ("net/a.rs", "use std::{fs, io};", "std::fs"),
        (
            "session/a.rs",
            "fn f() { std::fs::read(\"a\"); }",
            "std::fs",
        ),
        ("session/a.rs", "use tempfile::TempDir;", "tempfile"),
        ("session/a.rs", "use std::env;", "std::env"),
        (
            "practice/a.rs",
            "fn f() { std::env::temp_dir(); }",
            "std::env",
        ),
        ("shell/a.rs", "fn f() { unsafe { } }", "unsafe"),
        ("shell/a.rs", "fn f() { dbg!(1); }", "dbg!"),
        ("shell/a.rs", "fn f() { todo!() }", "todo!"),
        (
            "shell/a.rs",
            "fn f() { unimplemented!() }",
            "unimplemented!",
        ),
        ("shell/a.rs", "// FIXME: later", "FIXME"),
        ("shell/a.rs", "/* XXX */", "XXX"),
        ("hall/mod.rs", "", "unknown room"),
    ];
    for (name, text, complaint) in cases {
        let found = complaints(name, text);
        assert!(
            found
                .iter()
                .any(|line| line.contains(complaint) && line.contains(name)),
            "{name}: {text:?} gave {found:?}"
        );
    }
    let long = "\n".repeat(501);
    assert!(complaints("net/a.rs", &long)[0].contains("501 lines"));
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    let cases = [
        (
            "net/a.rs",
            "use crate::protocol::Reply; use std::net::TcpStream; use rustls::A; use mio::Poll;",
        ),
        (
            "net/a/b.rs",
            "use super::c::D; use super::super::e::F; use super::super::super::protocol::A;",
        ),
        ("net/mod.rs", "use super::protocol::A;"),
        (
            "net/a.rs",
            "#[cfg(test)]\nmod tests { use super::super::b::C; use super::D; }",
        ),
        (
            "practice/a.rs",
            "use crate::{net::loopback, protocol::Reply};",
        ),
        (
            "shell/a.rs",
            "use crate::{practice, session, transcript}; use std::env; use std::fs;",
        ),
        (
            "main.rs",
            "fn main() { ftpsh::shell::run(std::env::args_os()) }",
        ),
        ("lib.rs", "pub mod net;\n#![forbid(unsafe_code)]"),
        ("shell/editor/hints.rs", "use rustyline::hint::Hinter;"),
        ("shell/editor.rs", "use rustyline::Editor;"),
        (
            "shell/painter.rs",
            "fn f() { print!(\"a\"); io::stdout().flush(); }",
        ),
        ("shell/painter/colour.rs", "fn f() { io::stderr().lock(); }"),
        (
            "shell/a.rs",
            "use std::io::IsTerminal; fn f() { io::stdout().is_terminal(); }",
        ),
        ("shell/a.rs", "fn f() { command.stdout(Stdio::piped()); }"),
        (
            "net/a.rs",
            "//! Uses no rustyline, no std::fs.\nconst A: &str = \"use crate::shell::*; println!\";",
        ),
        (
            "net/a.rs",
            "const A: &str = r#\"\" crate::shell \"#; const B: char = '\"'; // crate::shell\nfn f<'a>() {}",
        ),
        (
            "session/a.rs",
            "/* /* TcpStream */ TcpStream */ fn f() { let fs = 1; let env = fs * 2; }",
        ),
        (
            "session/a.rs",
            "fn f() { env!(\"CARGO_PKG_VERSION\"); a.dbg(); }",
        ),
        (
            "session/a.rs",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n use std::net::TcpListener; use std::fs;\n fn f() { println!(); }\n}",
        ),
        ("session/a/tests.rs", "use std::net::TcpListener;"),
    ];
    for (name, text) in cases {
        assert_eq!(complaints(name, text), [""; 0], "{name}: {text:?}");
    }
    let long = "\n".repeat(501);
    assert_eq!(complaints("protocol/verbs.rs", &long), [""; 0]);
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
