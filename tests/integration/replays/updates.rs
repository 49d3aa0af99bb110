//! `--update`: a transcript expects what came.

use super::{LOGIN, Scripts};
use crate::support::scripted_server::Script;

#[test]
fn only_what_differs_is_written_and_it_plays_afterwards() {
    let before = format!(
        "# a note\n{LOGIN}\n# the size\nC> SIZE 1.TXT\nS> 213 99\nC> SYST\nS> 2yz [..]\n\
         C> PASV\nS> 227 [..]\nC> RETR 1.TXT\nS> 150\n# the data\nD> other\nD> lines\nS> 226\nC> FOO\nS> 200\n"
    );
    let after = before
        .replace("213 99", "213 5")
        .replace("D> other\nD> lines\n", "D> I am {no-eol}\n")
        .replace("C> FOO\nS> 200", "C> FOO\nS> 500");
    let scripts = Scripts::new(&[("x.ftp", &before)]);
    let _ = scripts.replay(&["x.ftp"]).run().code(6);
    assert_eq!(scripts.read("x.ftp"), before);
    let finished = scripts.replay(&["x.ftp", "--update"]).run().success();
    assert!(
        finished.stderr.contains("updated  x.ftp"),
        "{}",
        finished.stderr
    );
    assert_eq!(scripts.read("x.ftp"), after);
    let finished = scripts.replay(&["x.ftp", "--update"]).run().success();
    assert!(
        finished.stderr.contains("ok       x.ftp"),
        "{}",
        finished.stderr
    );
    assert_eq!(scripts.read("x.ftp"), after);
}

#[test]
fn replies_are_added_and_removed() {
    let server = Script::new()
        .send("220-hello\r\n220 ready\r\n")
        .expect("NOOP")
        .send("200 a\r\n")
        .expect("STAT")
        .send("211-x\r\n y\r\n211 z\r\n")
        .wait_for_client_close()
        .start();
    let before = "S> 220 hello\nC> NOOP\nS> 1yz\nS> 200\nC> STAT\nS> 211\n";
    let scripts = Scripts::new(&[("x.ftp", before)]);
    let target = server.address().to_string();
    let arguments = ["x.ftp", &target, "--update", "--timeout", "1"];
    let _ = scripts.replay(&arguments).run().success();
    server.finish();
    // What came stands in the place of what was expected there; what did not come is gone.
    let after = "S> 220-hello\nS> 220 ready\nC> NOOP\nS> 200\nC> STAT\nS> 211\n";
    assert_eq!(scripts.read("x.ftp"), after);
}

#[test]
fn a_transcript_that_could_not_be_played_to_its_end_stays() {
    let server = Script::new().send("221 no\r\n").close().start();
    let before = "S> 220\nC> NOOP\nS> 200\n";
    let scripts = Scripts::new(&[("x.ftp", before)]);
    let target = server.address().to_string();
    let _ = scripts
        .replay(&["x.ftp", &target, "--update"])
        .run()
        .code(3);
    server.finish();
    assert_eq!(scripts.read("x.ftp"), before);
}
