//! A configuration that cannot be used is refused with file and line, before anybody is called.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;

#[test]
fn what_is_wrong_in_the_configuration_is_named_with_file_and_line() {
    let table = [
        (
            "[alias]\nok = \"NOOP\"\nsize = \"SIZE $1\"\n",
            3,
            "another name",
        ),
        ("[alias]\nPwd2 = \"PWD\"\n", 2, "lower-case"),
        ("[alias]\nopen = \"NOOP\"\n", 2, "built-in"),
        ("[alias]\nnone = []\n", 2, "at least one"),
        (
            "[set]\nhints = \"off\"\ncolour = \"on\"\n",
            3,
            "the settings are",
        ),
        ("[set]\nascii = \"maybe\"\n", 2, "convert or raw"),
        ("\n[alias\nx = 1\n", 2, "[editor] and [host.NAME]"),
        ("[alias]\nx = 1\n", 2, "FTP command"),
        (
            "[host.h]\nstartup = \"ls\"\n",
            2,
            "a list of lines, as in startup = [",
        ),
        ("[macro]\n", 1, "[editor] and [host.NAME]"),
    ];
    for (text, line, way_out) in table {
        let home = Home::new();
        home.configure(text);
        // Nobody listens there: with a connection attempt it would end with 3.
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["-c", "NOOP", "127.0.0.1:1"])
            .run();
        let said = &finished.stderr;
        assert_eq!(finished.status, 2, "{text:?}: {said}");
        let place = format!("{}:{line}: ", home.configuration().display());
        assert!(said.contains(&place), "{text:?}: {said}");
        assert!(said.contains(way_out), "{text:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{text:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_cannot_be_read_is_not_an_empty_one() {
    let home = Home::new();
    std::fs::create_dir_all(home.configuration()).unwrap();
    let finished = Ftpsh::new().home(home.path()).run().code(2);
    let path = home.configuration().display().to_string();
    assert!(finished.stderr.contains(&path), "{}", finished.stderr);
}

#[cfg(unix)]
#[test]
fn a_configuration_without_end_is_refused() {
    let finished = Ftpsh::new().args(["--config", "/dev/zero"]).run().code(2);
    let said = &finished.stderr;
    assert!(said.contains("more than 16 MiB in it"), "{said}");
}
