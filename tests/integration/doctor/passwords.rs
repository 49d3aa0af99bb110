//! Where the password of `ftpsh doctor` comes from, and where it goes: the log of the server is the witness.

use std::fs;

use tempfile::TempDir;

use super::far_server::FarServer;
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::{practice_server, practice_server_for};

const WITHOUT_TLS: &[&str] = &["reply=AUTH:502 no"];

#[test]
fn a_server_elsewhere_is_told_no_password_in_clear() {
    let server = FarServer::start(WITHOUT_TLS);
    let finished = server
        .program(&["doctor", &server.named(), "--user", "A"])
        .run();
    assert!(!server.was_told_in_clear(), "{finished:?}");
    let told = finished.stdout_text();
    assert!(told.contains("--clear-login"), "{told}");
    assert_eq!(finished.status, 9, "it is no lost connection: {told}");
}

#[test]
fn with_clear_login_a_server_elsewhere_is_told_the_password_in_clear() {
    let server = FarServer::start(WITHOUT_TLS);
    let finished = server
        .program(&["doctor", &server.named(), "--user", "A", "--clear-login"])
        .run();
    assert!(server.was_told_in_clear(), "{finished:?}");
    assert!(finished.stdout_text().contains("EPSV    ok"));
}

#[test]
fn a_server_elsewhere_that_has_tls_is_told_the_password_under_tls_alone() {
    let server = FarServer::start(&[]);
    let finished = server
        .program(&["doctor", &server.named(), "--user", "A", "--insecure"])
        .run();
    assert!(server.was_entered(), "{finished:?}");
    assert!(!server.was_told_in_clear(), "{finished:?}");
}

#[test]
fn a_certificate_that_nothing_vouches_for_is_told_no_password() {
    let server = FarServer::start(&[]);
    // It is for another name.
    let finished = server
        .program(&["doctor", &server.named(), "--user", "A"])
        .run();
    assert!(!server.was_entered(), "{finished:?}");
    assert!(!server.was_told_in_clear(), "{finished:?}");
}

#[test]
fn a_loopback_address_behind_a_proxy_is_not_this_machine() {
    let server = FarServer::start(WITHOUT_TLS);
    let finished = server
        .program(&["doctor", &server.numbered(), "--user", "A"])
        .run();
    assert!(!server.was_told_in_clear(), "{finished:?}");
}

/// Whether this run logged in; the server knows one password.
fn logs_in(program: Ftpsh) -> bool {
    let finished = program.run();
    assert!(matches!(finished.status, 0 | 9), "{finished:?}");
    finished.stdout_text().contains("EPSV    ok")
}

fn home_with_netrc(password: &str) -> TempDir {
    let home = TempDir::new().expect("a temporary folder");
    let netrc = home.path().join(".netrc");
    let text = format!("machine 127.0.0.1 login A password {password}\n");
    fs::write(&netrc, text).expect("its own folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&netrc, fs::Permissions::from_mode(0o600)).expect("its own file");
    }
    home
}

#[test]
fn the_url_the_environment_the_netrc_and_the_command_are_asked_for_a_password_in_this_order() {
    let server = practice_server_for("right", &[]);
    let address = server.address();
    let (right, wrong) = (home_with_netrc("right"), home_with_netrc("wrong"));
    let with_user = format!("ftp://A@{address}");
    let run = |target: &str, home: &TempDir, arguments: &[&str]| {
        let program = Ftpsh::new().args(["doctor", target]).args(arguments);
        program.home(home.path()).stdin("wrong\n")
    };
    let command = |password: &str| ["--password-command".to_owned(), format!("echo {password}")];

    let url = format!("ftp://A:right@{address}");
    let elsewhere = run(&url, &wrong, &["--netrc"]).args(command("wrong"));
    assert!(logs_in(elsewhere.env("FTPSH_PASSWORD", "wrong")));

    for target in [with_user.as_str(), &address.to_string()] {
        let elsewhere = run(target, &wrong, &["--netrc"]).args(command("wrong"));
        assert!(
            logs_in(elsewhere.env("FTPSH_PASSWORD", "right")),
            "{target}"
        );
    }

    let elsewhere = run(&with_user, &right, &["--netrc"]).args(command("wrong"));
    assert!(logs_in(elsewhere));

    assert!(logs_in(run(&with_user, &wrong, &[]).args(command("right"))));
}

#[test]
fn no_command_runs_and_no_file_is_read_for_a_password_that_is_in_the_environment() {
    let server = practice_server(&[]);
    let home = TempDir::new().expect("a temporary folder");
    let target = format!("ftp://A@{}", server.address());
    let program = Ftpsh::new().args(["doctor", &target, "--netrc"]);
    let program = program.args(["--password-command", "echo > it-ran; echo A"]);
    let program = program.home(home.path()).current_dir(home.path());
    assert!(logs_in(program.env("FTPSH_PASSWORD", "A")));
    assert!(!home.path().join("it-ran").exists());
}
