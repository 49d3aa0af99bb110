//! TLS in a transcript: AUTH and PROT are ordinary lines, implicit TLS is a header.

use super::Scripts;
use crate::support::practice::practice_server;

const SESSION: &str = "S> 220\nC> AUTH TLS\nS> 234\nC> USER A\nS> 331\nC> PASS {password}\nS> 230\n\
    C> PBSZ 0\nS> 200\nC> PROT P\nS> 200\nC> TYPE I\nS> 200\nC> PASV\nS> 227\n\
    C> RETR 1.TXT\nS> 150\nD> I am {no-eol}\nS> 226\nC> PASV\nS> 227\n\
    C> APPE 1.TXT\nS> 150\nD< zfive5{no-eol}\nS> 226\nC> SIZE 1.TXT\nS> 213 11\n";

#[test]
fn the_practice_server_is_trusted() {
    let scripts = Scripts::new(&[("x.ftp", SESSION)]);
    let finished = scripts.replay(&["x.ftp"]).run().success();
    assert!(finished.stderr.contains("TLS"), "{}", finished.stderr);
}

#[test]
fn a_certificate_of_a_target_has_to_be_trusted() {
    let scripts = Scripts::new(&[("x.ftp", SESSION)]);
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let arguments = ["x.ftp", &target, "--var", "password=A"];
    let finished = scripts.replay(&arguments).run().code(4);
    assert!(
        finished.stderr.contains("x.ftp:2  TLS failed"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("USER"), "{}", finished.stderr);
    let roots = server.certificate_path().display().to_string();
    let _ = scripts
        .replay(&arguments)
        .args(["--ca", &roots])
        .run()
        .success();
    let stored = std::fs::read(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(stored, b"I am zfive5");
}

#[test]
fn implicit_tls_begins_with_the_connection() {
    let scripts = Scripts::new(&[("x.ftp", "# tls: implicit\nS> 220\n")]);
    // A server that speaks first in the clear.
    let finished = scripts.replay(&["x.ftp"]).run().code(4);
    for words in ["does not speak TLS here", "x.ftp:2  TLS failed"] {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
}
