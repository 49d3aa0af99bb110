//! What is read from which file, and what is refused with which words.

use std::path::Path;

use super::{Configuration, ConfigurationError, ConfigurationFile};
use crate::shell::config::settings::{Ascii, Settings};
use crate::shell::editor::{Mode, Preferences};

fn is_verb(name: &str) -> bool {
    name == "SIZE"
}

fn parse(text: impl AsRef<[u8]>) -> Result<Configuration, ConfigurationError> {
    Configuration::parse(text.as_ref(), Path::new("config.toml"), &is_verb)
}

#[test]
fn aliases_and_settings_are_read() {
    let configuration = parse(
        "[alias]\n\
         dir = \"LIST -la $*\"\n\
         ls = \"LIST\"  # replaces the shipped one\n\
         log = ['TYPE A', '$passive', 'RETR $1 > -']\n\
         [set]\n\
         ascii = \"raw\"\n\
         hints = false\n\
         [editor]\n\
         mode = 'vi'\n\
         history = 5\n",
    )
    .ok()
    .unwrap();
    let aliases = &configuration.aliases;
    assert_eq!(
        aliases.describe("dir").unwrap(),
        ["dir [...]", "LIST -la $*"]
    );
    assert_eq!(aliases.describe("ls").unwrap(), ["ls", "LIST"]);
    assert_eq!(aliases.describe("log").unwrap().len(), 4);
    assert!(aliases.contains("get"));
    let expected = Settings {
        ascii: Ascii::Raw,
        hints: false,
        ..Settings::default()
    };
    assert_eq!(configuration.settings, expected);
    let expected = Preferences {
        mode: Mode::Vi,
        history: 5,
        ..Preferences::default()
    };
    assert_eq!(configuration.editor, expected);
}

#[test]
fn a_host_is_read_with_everything_that_belongs_to_it() {
    let configuration = parse(
        "[host.work]\n\
         target = 'ftpes://ftp.example.com:2121/pub/'\n\
         user = 'me'\n\
         password-command = 'pass show ftp'\n\
         ca = 'ca.pem'\n\
         netrc = true\n\
         tls = 'implicit'\n\
         startup = ['CWD in', 'set hints off']\n\
         [host.work.set]\n\
         tls = 'require'\n\
         ascii = 'raw'\n\
         [host.'ftp.example.com']\n\
         set = { hints = false }\n",
    );
    let hosts = configuration.ok().unwrap().hosts;
    let work = hosts.named("work").unwrap();
    assert_eq!(work.target.host, "ftp.example.com");
    assert_eq!((work.target.port, work.target.requires_tls), (2121, true));
    let login = work.target.login.as_ref().unwrap();
    assert_eq!((&login.user[..], &login.password), (&b"me"[..], &None));
    assert_eq!(work.password_command.as_deref(), Some("pass show ftp"));
    assert_eq!(work.ca.as_deref(), Some(Path::new("ca.pem")));
    assert_eq!(work.startup, ["CWD in", "set hints off"]);
    let settings = [
        ("tls", "require"),
        ("ascii", "raw"),
        ("netrc", "on"),
        ("tls", "implicit"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(work.settings, settings);
    let bare = hosts.named("ftp.example.com").unwrap();
    assert_eq!(
        (&bare.target.host[..], bare.target.port),
        ("ftp.example.com", 21)
    );
    assert!(bare.target.login.is_none());
    assert_eq!(
        hosts.names().collect::<Vec<_>>(),
        ["ftp.example.com", "work"]
    );
}

#[test]
fn what_is_wrong_with_a_host_is_named_by_its_line() {
    for (lines, line, part) in [
        ("password = 'hunter2'", 2, "write password-command ="),
        (
            "user = 'u'\ntarget = 'ftp://u:hunter2@h'",
            3,
            "write password-command =",
        ),
        ("target = 'u:hunter2@h'", 2, "write ftp://user@host"),
        ("target = 'h:hunter2'", 2, "names no port"),
        (
            "target = 'ftp://v@h'\nuser = 'u'",
            3,
            "leave out one of them",
        ),
        ("user = \"u\\nDELE hunter2\"", 2, "user holds CR, LF or NUL"),
        (
            "startup = ['NOOP',\n \"PASS hunter2\\r\"]",
            3,
            "the line holds CR",
        ),
        ("password-command = ' '", 2, "write the command that prints"),
        ("tls = 'hunter2x'", 2, "off or require or implicit"),
        ("netrc = 'maybe'", 2, "off or on"),
        ("set = { colour = 'on' }", 2, "no setting colour"),
        ("set = { ascii = 'maybe' }", 2, "convert or raw"),
        (
            "usr = 'u'",
            2,
            "unknown field `usr`, expected one of `target`, `user`",
        ),
        ("startup = 'NOOP'", 2, "expected a list of lines"),
        ("target = 5", 2, "expected a string"),
    ] {
        let error = parse(format!("[host.h]\n{lines}\n")).err().unwrap();
        assert_eq!(error.line, Some(line), "{lines}: {error}");
        let message = error.to_string();
        assert!(message.contains(part), "{lines}: {message}");
    }
    for (name, part) in [
        ("''", "cannot be the name of a host"),
        ("'a b'", "cannot be the name of a host"),
        ("'h:21'", "take letters, digits"),
        ("'-c'", "take letters, digits"),
        ("practice", "ftpsh practice is something else"),
        ("help", "ftpsh help is something else"),
    ] {
        let error = parse(format!("\n[host.{name}]\n")).err().unwrap();
        assert_eq!(error.line, Some(2), "{name}: {error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_file_that_is_empty_or_not_there_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for text in [
        None,
        Some(""),
        Some("[alias]\n[set]\n"),
        Some("# nothing\n"),
    ] {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let file = ConfigurationFile::Usual(path.clone());
        let configuration = Configuration::read(&file, &is_verb).ok().unwrap();
        assert_eq!(configuration.settings, Settings::default());
    }
    for unreadable in [folder.path().to_path_buf(), folder.path().join("none")] {
        let file = ConfigurationFile::Named(unreadable);
        let error = Configuration::read(&file, &is_verb).err().unwrap();
        assert!(error.line.is_none() && error.to_string().contains("cannot be read"));
    }
}

#[test]
fn errors_name_the_file_the_line_and_what_to_do() {
    for (text, line, parts) in [
        (
            "[alias]\n\nsize = 'NOOP'",
            3,
            &["size is an FTP verb", "another name"][..],
        ),
        ("[alias]\nopen = 'NOOP'", 2, &["open is a built-in"]),
        (
            "[alias]\n\"a b\" = 'NOOP'",
            2,
            &["a b", "lower-case letters"],
        ),
        (
            "[alias]\nx = 'NOOP'\ny = ['NOOP',\n '!ls']",
            3,
            &["alias y, step 2", "local"],
        ),
        ("[alias]\nz = 'NOOP'\na = 'z'", 3, &["z is an alias"]),
        ("[alias]\nx = []", 2, &["alias x has no steps"]),
        ("[alias]\nx = 1", 2, &["expected an FTP command in quotes"]),
        ("[alias]\nx = ['NOOP', 1]", 2, &["expected a string"]),
        (
            "[set]\ncolour = 'on'",
            2,
            &["no setting colour", "data-host"],
        ),
        (
            "[set]\nhints = 'on'\nascii = 'x'",
            3,
            &["set ascii", "convert or raw"],
        ),
        ("[set]\nascii = true", 2, &["on", "convert or raw"]),
        ("[set]\nhints = 1", 2, &["expected the name of a value"]),
        (
            "[set]\nhints = ['on']",
            2,
            &["expected the name of a value"],
        ),
        (
            "\n[alais]\nx = 'NOOP'",
            2,
            &["unknown field `alais`", "[editor] and [host.NAME]"],
        ),
        (
            "alias = 'x'",
            1,
            &["expected a map", "[editor] and [host.NAME]"],
        ),
        ("[alias]\nx = 'NOOP'\nx = 'NOOP'", 3, &["duplicate key"]),
        ("[alias\nx = 1", 1, &["[editor] and [host.NAME]"]),
    ] {
        let error = parse(text).err().unwrap();
        assert_eq!(error.line, Some(line), "{text}: {error}");
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("config.toml:{line}: ")),
            "{message}"
        );
        assert!(!message.contains('\n'), "{message}");
        for part in parts {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn a_file_that_is_not_utf_8_names_the_line() {
    let error = parse(b"[alias]\nx = 'RETR caf\xe9'").err().unwrap();
    assert_eq!(error.line, Some(2));
    assert!(error.to_string().contains("not UTF-8"));
}

#[test]
fn errors_show_no_password() {
    for text in [
        "alias = 'PASS hunter2'",
        "alias = 'PASS hunter2, expected x'",
        "[alias]\nx = 'PASS hunter2 $y'",
        "[alias]\nx = ['PASS hunter2', 1]",
        "[alias]\nx = 'PASS hunter2",
        "set = ['PASS hunter2']",
        "[alias]\nx = { y = 'PASS hunter2' }",
        "[host.x]\npassword = 'hunter2'",
        "[host.x]\ntarget = 'ftp://u:hunter2@h:x'",
        "[host.x]\ntarget = 'ftp://u:hunter2@h'",
        "[host.x]\ntarget = 'u:hunter2@h'",
        "[host.x]\npassword-command = ['hunter2']",
        "[host]\nx = 'hunter2'",
    ] {
        let error = parse(text).err().unwrap();
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}
