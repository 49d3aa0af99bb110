//! A secret of a transcript is seen nowhere but on the wire.

use super::Scripts;
use crate::support::scripted_server::Script;

const SECRET: &str = "hunter2wqz";

#[track_caller]
fn assert_unseen(scripts: &Scripts, finished: &crate::support::ftpsh::Finished) {
    assert!(!finished.stderr.contains(SECRET), "{}", finished.stderr);
    assert!(!finished.stdout_text().contains(SECRET));
    for name in ["r.json", "r.xml", "r.tap"] {
        assert!(!scripts.read(name).contains(SECRET), "{name}");
    }
}

const REPORTS: [&str; 6] = [
    "--report",
    "json=r.json",
    "--report",
    "junit=r.xml",
    "--report",
    "tap=r.tap",
];

#[test]
fn a_literal_secret_is_refused_and_not_repeated() {
    for line in [
        format!("C> PASS {SECRET}"),
        format!("C>   pass {SECRET} x"),
        format!("C> ACCT a{{b}}{SECRET}"),
        format!("C> ADAT {SECRET}{{"),
        format!("c> PASS {SECRET}"),
        format!("C> PASS {SECRET}{{0xzz}}"),
        format!("C> PASS\t{SECRET}"),
    ] {
        let scripts = Scripts::new(&[("x.ftp", &format!("S> 220\n{line}\nS> 230\n"))]);
        let finished = scripts.replay(&["x.ftp"]).args(REPORTS).run().code(2);
        assert!(finished.stderr.contains("x.ftp:2:"), "{}", finished.stderr);
        assert_unseen(&scripts, &finished);
    }
}

#[test]
fn a_secret_that_a_server_echoes_is_in_no_report_and_no_update() {
    for update in [&[][..], &["--update"]] {
        let server = Script::new()
            .send("220 hi\r\n")
            .expect(format!("PASS {SECRET}"))
            .send(format!("530 PASS {SECRET} is wrong\r\n"))
            .wait_for_client_close()
            .start();
        let scripts = Scripts::new(&[("x.ftp", "S> 220\nC> PASS {password}\nS> 230 [..]\n")]);
        let target = server.address().to_string();
        let replay = scripts
            .replay(&["x.ftp", &target])
            .args(REPORTS)
            .args(update);
        let finished = replay.env("FTPSH_VAR_PASSWORD", SECRET).run();
        server.finish();
        assert_eq!(finished.status, if update.is_empty() { 6 } else { 0 });
        assert_unseen(&scripts, &finished);
        assert!(!scripts.read("x.ftp").contains(SECRET));
    }
}

#[test]
fn a_variable_that_cannot_be_read_is_refused_without_its_value() {
    let scripts = Scripts::new(&[("x.ftp", "S> 220\n")]);
    let given = format!("Password={SECRET}");
    let finished = scripts.replay(&["x.ftp", "--var", &given]).run().code(2);
    assert!(!finished.stderr.contains(SECRET), "{}", finished.stderr);
}
