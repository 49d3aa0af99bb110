//! Error messages repeat no password.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Script;

use super::{PASSWORD, assert_unseen};

#[test]
fn a_command_line_that_cannot_be_used_is_refused_without_its_password() {
    let url = format!("ftp://u:{PASSWORD}@127.0.0.1");
    let lines: [&[&str]; 12] = [
        &[&format!("{url}:99999/")],
        &[&format!("{url}:x")],
        &[&format!("http{}", &url[3..])],
        &[&format!("gopher{}", &url[3..])],
        &[&format!("u:{PASSWORD}@127.0.0.1")],
        &[&format!("u:{PASSWORD}@127.0.0.1:21")],
        &[&format!("ftp://u:{PASSWORD}")],
        &["practice", &url],
        &["--timeout", &url, "127.0.0.1"],
        &["127.0.0.1", &url],
        &["replay", "article", "127.0.0.1", "127.0.0.1", &url],
        &["replay", &url],
    ];
    for arguments in lines {
        let finished = Ftpsh::new().args(arguments).run();
        assert_eq!(finished.status, 2, "{arguments:?}: {}", finished.stderr);
        assert_unseen(finished.stderr.as_bytes(), "standard error");
        assert_unseen(&finished.stdout, "standard output");
    }
}

#[test]
fn an_argument_in_the_wrong_place_is_refused_without_its_password() {
    let userinfo = format!("u:{PASSWORD}@h:1");
    let with_blanks = format!("u:{PASSWORD}' {PASSWORD}@h:1");
    let url = format!("ftp://u:{PASSWORD}@h");
    let home = Home::new();
    home.configure(&format!("[host.\"u:{PASSWORD}@h\"]\n"));
    let lines: [&[&str]; 14] = [
        &["--set", &userinfo],
        &["--set", &with_blanks],
        &["--set", &format!("http://{userinfo}=proxy"), "-c", "set"],
        &["--set", &format!("{userinfo}=x"), "-c", "set"],
        &["--source", &userinfo],
        &[&format!("--source={with_blanks}")],
        &["--timeout", &with_blanks],
        &["a", "b", &userinfo],
        &["a", "b", &url, &url],
        &[&userinfo, "practice"],
        &["--netrc-file", &userinfo, "-c", "open 127.0.0.1:1"],
        &["--config", &url, "-c", "set"],
        &["import", &url],
        &["replay", &url, &url],
    ];
    for arguments in lines {
        let finished = Ftpsh::new().args(arguments).run();
        assert_ne!(finished.status, 0, "{arguments:?}: {}", finished.stderr);
        assert_unseen(finished.stderr.as_bytes(), "standard error");
        assert_unseen(&finished.stdout, "standard output");
    }
    let finished = Ftpsh::new().home(home.path()).args(["-c", "set"]).run();
    let finished = finished.code(2);
    assert!(finished.stderr.contains("u:****@h"), "{}", finished.stderr);
    let finished = Ftpsh::new().args(["a", "b", &url]).run().code(2);
    let said = &finished.stderr;
    assert!(said.contains("'ftp://u:****@h'"), "{said}");
}

#[test]
fn a_line_that_cannot_be_sent_is_refused_without_its_password() {
    let server = Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin(format!(
            "PASS {PASSWORD}\rx\n\
             PASS \0{PASSWORD}\n\
             quote -x PASS {PASSWORD}\\x0d\n\
             quote -x PASS {PASSWORD}\\q\n\
             login u '{PASSWORD}\n\
             login u {PASSWORD} {PASSWORD}\n\
             open ftp://u:{PASSWORD}@h:99999/\n\
             open u:{PASSWORD}@h\n\
             alias pass 'PASS {PASSWORD}'\n\
             alias in 'PASS {PASSWORD}' 'nosuchbuiltin\n\
             alias in 'PASS {PASSWORD}' 'login u {PASSWORD} \"'\n"
        ))
        .run()
        .code(2);
    let _ = server.finish();
    let count = finished.stderr.matches("ftpsh: ").count();
    assert_eq!(count, 11, "{}", finished.stderr);
    assert_unseen(finished.stderr.as_bytes(), "standard error");
}

#[test]
fn a_url_whose_password_holds_a_line_end_sends_nothing() {
    for byte in ["%0D", "%0A", "%00"] {
        // Nobody listens there: with a connection attempt it would end with 3.
        let url = format!("ftp://u:{PASSWORD}{byte}@127.0.0.1:1/");
        let finished = Ftpsh::new().arg(url).run().code(2);
        assert!(finished.stderr.contains("nothing was sent"));
        assert_unseen(finished.stderr.as_bytes(), "standard error");
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_refused_without_its_password() {
    for text in [
        format!("[alias]\npass = \"PASS {PASSWORD}\"\n"),
        format!("[alias]\nin = \"PASS {PASSWORD}\n"),
        format!("[alias]\nin = {{ a = \"PASS {PASSWORD}\" }}\n"),
        format!("[alias]\nin = [\"PASS {PASSWORD}\", \"\"]\n"),
        format!("[alias]\nin = [\"PASS {PASSWORD} $\", \"login 'u {PASSWORD}\"]\n"),
        format!("alias = \"PASS {PASSWORD}\"\n"),
        format!("[host.h]\npassword = \"{PASSWORD}\"\n"),
        format!("[host.h]\ntarget = \"ftp://u:{PASSWORD}@h\"\n"),
        format!("[host.h]\ntarget = \"u:{PASSWORD}@h\"\n"),
    ] {
        let home = Home::new();
        home.configure(&text);
        let finished = Ftpsh::new().home(home.path()).run();
        assert_unseen(finished.stderr.as_bytes(), "standard error");
    }
}
