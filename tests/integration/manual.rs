//! The manual pages, as `man` sets them, and the long version.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::availability::{skip, unpacked};
use crate::support::ftpsh::Ftpsh;

#[test]
fn every_manual_page_is_set_without_a_warning() {
    let Some(tree) = unpacked("groff") else {
        return skip("groff", "tests/servers/setup has not unpacked it");
    };
    let names = Ftpsh::new().args(["manual", "--list"]).run().success();
    let names = names.stdout_text();
    assert!(names.lines().count() >= 8, "{names}");
    for name in names.lines() {
        let page = Ftpsh::new().args(["manual", name]).run().success().stdout;
        let groff = Ftpsh::of_program(tree.join("usr/bin/groff"))
            .args(["-ww", "-man", "-Tutf8"])
            .args(places(&tree))
            .env("GROFF_BIN_PATH", tree.join("usr/bin"))
            .env("LD_LIBRARY_PATH", tree.join("libraries"));
        let finished = groff.stdin(page).run().success();
        assert_eq!(finished.stderr, "", "{name}");
        let title = name
            .replace(".1", "(1)")
            .replace(".5", "(5)")
            .to_uppercase();
        assert!(finished.stdout_text().contains(&title), "{name}");
    }
}

/// Where it finds its fonts and macros, if it was not installed.
fn places(tree: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(tree.join("usr/share/groff"))
        .into_iter()
        .flatten();
    let folders = versions.filter_map(|version| Some(version.ok()?.path()));
    let folders = folders.filter(|folder| folder.join("tmac").exists());
    let options = folders.flat_map(|folder| {
        let [fonts, macros] = ["font", "tmac"].map(|name| folder.join(name));
        let local = tree.join("etc/groff");
        ["-F".into(), fonts, "-M".into(), macros, "-M".into(), local]
    });
    options.collect()
}

#[test]
fn a_page_that_does_not_exist_is_named_with_those_that_do() {
    let finished = Ftpsh::new().args(["manual", "nonsense"]).run().code(2);
    assert!(finished.stderr.contains("nonsense"), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("ftpsh-replay.1"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("\\x"), "{}", finished.stderr);
}

#[test]
fn the_long_version_says_nothing_of_the_environment() {
    let version = |name: &str| {
        let program = Ftpsh::new().args(["--version", "--verbose"]);
        program.env(name, "hunter2").run().success().stdout_text()
    };
    let plain = version("NOTHING");
    assert!(plain.contains("\ntarget: "), "{plain}");
    for name in ["FTPSH_VAR_PASSWORD", "RUSTC", "TARGET", "ALL_PROXY", "USER"] {
        assert_eq!(version(name), plain);
    }
}
