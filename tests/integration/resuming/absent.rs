//! Files that are not on the server, and what must be seen before that is believed.

use super::scripted::{appended, greeted, local, passive, put_back, run};
use crate::support::scripted_server::Script;

/// SIZE and MLST answered, and then a data connection.
fn asked(size: &str, mlst: &str) -> Script {
    let script = greeted().expect("SIZE f").send(format!("{size}\r\n"));
    passive(script.expect("MLST f").send(format!("{mlst}\r\n")))
}

/// A listing, on the connection that is open.
fn listed(script: Script, line: &str, listing: &str) -> Script {
    let script = script.expect(line).send("150 here\r\n").send_data(listing);
    script.close_data().send("226 done\r\n")
}

fn refused(script: Script, line: &str, reply: &str) -> Script {
    script.expect(line).send(format!("{reply}\r\n"))
}

/// The upload of the whole file, on the connection that is open or not.
fn uploaded(script: Script) -> Script {
    let script = appended(passive(script), "550 no");
    script.expect("SIZE f").send("213 11\r\n")
}

#[test]
fn a_server_that_answers_the_list_of_an_absent_file_with_451_gets_the_file() {
    let script = refused(asked("550 no", "500 what"), "LIST f", "451 no");
    let script = listed(refused(script, "RETR f", "550 no"), "LIST", "g\r\n");
    let (server, folder) = (put_back(uploaded(script)).start(), local());
    let _ = run(server.address(), &folder, &["resume f"]).success();
    assert_eq!(server.finish().data[1], b"I am zfive5");
}

#[test]
fn a_server_that_says_in_a_listing_that_a_file_is_absent_gets_the_file() {
    let script = listed(
        asked("550 no", "500 what"),
        "LIST f",
        "f: No such file or directory\r\n",
    );
    let script = refused(passive(script), "RETR f", "551 no");
    let script = listed(script, "LIST", "-rw-r--r-- 1 o g 5 Nov 22 06:50 ff\r\n");
    let (server, folder) = (put_back(uploaded(script)).start(), local());
    let _ = run(server.address(), &folder, &["resume f"]).success();
    assert_eq!(server.finish().data[2], b"I am zfive5");
}

#[test]
fn a_file_that_two_replies_call_absent_is_not_listed_by_its_name() {
    let script = refused(asked("550 no", "550 no"), "RETR f", "550 no");
    let script = uploaded(listed(script, "LIST", ""));
    let (server, folder) = (put_back(script).start(), local());
    let _ = run(server.address(), &folder, &["resume f"]).success();
    assert_eq!(server.finish().data[1], b"I am zfive5");
}

#[test]
fn a_file_that_is_hidden_from_size_but_not_from_its_folder_is_not_taken_for_absent() {
    for entry in [
        "-rw-r--r-- 1 o g 5 Nov 22 06:50 f",
        "lrwxrwxrwx 1 o g 5 Nov 22 06:50 f -> g",
        "-rwxr-xr-x 1 o g 5 Nov 22 06:50 f*",
        "a form that is not known: f",
        "F;1    1/3  22-NOV-2026 06:50",
        "-rw-r--r-- 1 o g 5 Nov 22 06:50 F",
        "-rw-r--r-- 1 o g 5 Nov 22 06:50 \"f\"",
        "srwxr-xr-x 1 o g 5 Nov 22 06:50 f=",
        "-rw-r--r-- 1 o g 5 Nov 22 06:50 f ",
    ] {
        let script = refused(asked("550 no", "550 no"), "RETR f", "550 no");
        let script = listed(script, "LIST", &format!("a\r\n{entry}\r\nz\r\n"));
        let (server, folder) = (put_back(script).start(), local());
        let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
        let _ = server.finish();
        assert!(said.contains("its folder lists it"), "{said}");
        assert!(said.contains("Nothing was sent; `put` sends"), "{said}");
    }
}

#[test]
fn a_name_that_begins_with_a_dot_is_never_taken_for_absent() {
    let script = greeted().expect("SIZE .f").send("550 no\r\n");
    let script = passive(script.expect("MLST .f").send("550 no\r\n"));
    let script = refused(script, "RETR .f", "550 no");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f .f"])
        .code(8)
        .stderr;
    let _ = server.finish();
    assert!(said.contains("begin with a dot"), "{said}");
}

#[test]
fn a_file_that_can_be_read_is_not_taken_for_absent() {
    let script = asked("550 no", "550 no");
    let script = script.expect("RETR f").send("150 here\r\n");
    let script = script.send_data("I am ").close_data().send("226 done\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("RETR does not say so"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_listed_shows_nothing() {
    let script = refused(asked("550 no", "550 no"), "RETR f", "550 no");
    let script = refused(script, "LIST", "550 no");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("its folder cannot be listed"), "{said}");
}

#[test]
fn a_listing_that_lacks_its_data_connection_is_asked_for_over_another_one() {
    for reply in [
        "425 no data connection",
        "451 No connector setup, send PASV or PORT",
        "500 Command failed",
    ] {
        let script = refused(asked("550 no", "550 no"), "RETR f", "550 no");
        let script = passive(refused(script, "LIST", reply));
        let script = uploaded(listed(script, "LIST", "g\r\n"));
        let (server, folder) = (put_back(script).start(), local());
        let _ = run(server.address(), &folder, &["resume f"]).success();
        assert_eq!(server.finish().data[2], b"I am zfive5", "{reply}");
    }
}

#[test]
fn a_download_does_not_call_a_file_absent_because_list_was_refused() {
    let reply = "550 data encoding must be set to utf8 for listing";
    let script = refused(asked("502 no", "502 no"), "LIST f", reply);
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume --get f"]).code(8);
    let _ = server.finish();
    assert!(!said.stderr.contains("no such file"), "{}", said.stderr);
    assert!(
        said.stderr.contains("LIST does not show"),
        "{}",
        said.stderr
    );
}
