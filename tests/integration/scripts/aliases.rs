//! The shipped aliases, on the disk of the practice server.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;

#[test]
fn the_shipped_aliases_do_what_their_names_say() {
    let home = Home::new();
    let server = practice_server(&[]);
    let at_server = |name: &str| server.server_folder().join(name);
    fs::write(home.path().join("1.TXT"), "I am zfive5").unwrap();
    fs::write(home.path().join("with space"), b"octets\n\0\xff").unwrap();
    fs::write(at_server("part"), "0123456789").unwrap();
    fs::write(home.path().join("part"), "01234").unwrap();
    fs::write(at_server("old"), "old").unwrap();
    fs::write(at_server("waste"), "waste").unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(
            "mkdir dir\ncd dir\nput 'with space'\nput 'with space' copy\ncd ..\nget dir/copy\nget dir/copy 'a copy'\n\
             reput 1.TXT\nreget part\nrm waste\nmkdir gone\nrmdir gone\nmv old new\nls\n",
        )
        .run()
        .success();
    let bytes = b"octets\n\0\xff";
    for name in ["dir/with space", "dir/copy"] {
        assert_eq!(fs::read(at_server(name)).unwrap(), bytes, "{name}");
    }
    for name in ["copy", "a copy"] {
        assert_eq!(fs::read(home.path().join(name)).unwrap(), bytes, "{name}");
    }
    assert_eq!(fs::read(at_server("1.TXT")).unwrap(), b"I am zfive5");
    assert_eq!(fs::read(home.path().join("part")).unwrap(), b"0123456789");
    for name in ["waste", "gone", "old"] {
        assert!(!at_server(name).exists(), "{name}");
    }
    assert_eq!(fs::read(at_server("new")).unwrap(), b"old");
    assert!(
        finished.stdout_text().contains(" new\r\n"),
        "{}",
        finished.stdout_text()
    );
}

#[test]
fn an_alias_stops_at_the_first_refusal() {
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("alias two 'MKD $1' 'XYZZY' 'MKD $2'\ntwo a b\nmv nosuch c\nMKD on\n")
        .run()
        .code(1);
    let made = |name: &str| server.server_folder().join(name).exists();
    assert!(made("a") && made("on"));
    assert!(!made("b") && !made("c"));
}

#[test]
fn an_argument_brings_in_nothing_but_itself() {
    let home = Home::new();
    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("alias show '$passive' 'RETR $1'\nshow '1.TXT > stolen'\nshow '1.TXT | touch stolen'\nmkdir '$1 > $*'\n")
        .run()
        .code(1);
    assert!(!home.path().join("stolen").exists());
    // Windows has no such name, so it is not the disk that is looked at.
    assert!(finished.stderr.contains("→ MKD $1 > $*\n"));
}

#[test]
fn a_user_may_replace_and_forget_aliases() {
    let home = Home::new();
    home.configure("[alias]\nls = \"MKD from-alias\"\nmake = [\"MKD $1\", \"MKD $1/$2\"]\n");
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("ls\nmake a b\nunalias make\nmake c d\n")
        .run()
        .code(1);
    let made = |name: &str| server.server_folder().join(name).exists();
    assert!(made("from-alias") && made("a/b"));
    assert!(!made("c"));
}
