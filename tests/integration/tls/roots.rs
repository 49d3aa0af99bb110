//! Where trust begins without `--ca`: the environment may name a file or folders of roots.

use crate::support::ftpsh::Ftpsh;

use super::{Rig, agreed};

/// Runs AUTH TLS with one of these variables set to a path.
fn run(rig: &Rig, variables: &[(&str, &std::path::Path)], code: i32) -> String {
    let server = agreed(&rig.server()).wait_for_client_close().start();
    let mut ftpsh = Ftpsh::new().home(rig.home.path());
    for (name, path) in variables {
        ftpsh = ftpsh.env(*name, *path);
    }
    let finished = ftpsh
        .args([&server.address().to_string(), "--why", "-c", "AUTH TLS"])
        .run()
        .code(code);
    let _ = server.finish();
    finished.stderr
}

#[test]
fn ssl_cert_file_names_the_roots() {
    let rig = Rig::new();
    let said = run(&rig, &[("SSL_CERT_FILE", &rig.authority.file())], 0);
    assert!(said.contains("certificate verified"), "{said}");
    let other = crate::support::certificates::Authority::new();
    let said = run(&rig, &[("SSL_CERT_FILE", &other.file())], 4);
    assert!(said.contains("does not chain to a trusted root"), "{said}");
}

/// All its files are read, whatever their names.
#[test]
fn ssl_cert_dir_names_a_folder_of_roots() {
    let rig = Rig::new();
    let folder = rig.path("roots");
    std::fs::create_dir(&folder).unwrap();
    let other = crate::support::certificates::Authority::new();
    std::fs::copy(other.file(), folder.join("0a1b2c3d.0")).unwrap();
    let said = run(&rig, &[("SSL_CERT_DIR", &folder)], 4);
    assert!(said.contains("does not chain to a trusted root"), "{said}");
    std::fs::copy(rig.authority.file(), folder.join("mine.pem")).unwrap();
    let said = run(&rig, &[("SSL_CERT_DIR", &folder)], 0);
    assert!(said.contains("certificate verified"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_named_with_the_way_out() {
    let rig = Rig::new();
    let said = run(&rig, &[("SSL_CERT_FILE", &rig.path("missing.pem"))], 4);
    assert!(
        said.contains("missing.pem") && said.contains("--ca FILE"),
        "{said}"
    );
    assert!(said.contains("Cause   certificate-no-roots\n"), "{said}");
}

#[test]
fn ca_wins_over_the_environment() {
    let rig = Rig::new();
    let server = agreed(&rig.server()).wait_for_client_close().start();
    let other = crate::support::certificates::Authority::new();
    rig.ftpsh(&server)
        .env("SSL_CERT_FILE", other.file())
        .args(["-c", "AUTH TLS"])
        .run()
        .success();
    let _ = server.finish();
}
