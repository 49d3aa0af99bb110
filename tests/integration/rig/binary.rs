//! The binary is run in an environment of its own.

use crate::support::ftpsh::Ftpsh;

#[test]
fn the_binary_runs() {
    Ftpsh::new().arg("--help").run().success();
}

#[cfg(unix)]
#[test]
fn arguments_input_and_both_outputs_pass() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "from the folder").unwrap();
    let finished = Ftpsh::of_program("sh")
        .arg("-c")
        .arg("cat; echo \"$1\" >&2; cat file; exit 4")
        .args(["name", "argument"])
        .stdin(b"\xffinput\n")
        .current_dir(folder.path())
        .run()
        .code(4);
    assert_eq!(finished.stdout, b"\xffinput\nfrom the folder");
    assert_eq!(finished.stderr, "argument\n");
}

#[cfg(unix)]
#[test]
fn the_environment_is_the_tests_own() {
    let home = tempfile::tempdir().unwrap();
    let finished = Ftpsh::of_program("sh")
        .args(["-c", "env; echo kept >\"$XDG_STATE_HOME/file\""])
        .env("NO_COLOR", "1")
        .home(home.path())
        .run()
        .success();
    let text = finished.stdout_text();
    assert!(text.contains("NO_COLOR=1\n"));
    assert!(text.contains(&format!("HOME={}", home.path().display())));
    assert!(!text.contains("CARGO"), "{text}");
    let kept = std::fs::read(home.path().join("state/file")).unwrap();
    assert_eq!(kept, b"kept\n");
}

#[cfg(unix)]
#[test]
#[should_panic(expected = "standard error:\nwhy")]
fn another_exit_code_fails_with_what_was_said() {
    let finished = Ftpsh::of_program("sh")
        .args(["-c", "echo why >&2; exit 1"])
        .run();
    finished.success();
}
