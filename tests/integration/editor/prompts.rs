//! The prompt: what it shows, and that it can be switched off.

use crate::support::home::Home;

use super::{await_last_line, greeted, shell};

#[test]
fn a_pending_rest_and_rnfr_stand_in_the_prompt_until_they_are_used() {
    let home = Home::new();
    let server = greeted()
        .expect("REST 5")
        .send("350 go on\r\n")
        .expect("RNFR a")
        .send("350 go on\r\n")
        .expect("RNTO b")
        .send("250 done\r\n")
        .expect("REST 0")
        .send("350 go on\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    for (line, reply, prompt) in [
        ("REST 5", "350 go on", "(REST 5) ftp>"),
        ("RNFR a", "350 go on", "(REST 5, RNFR) ftp> RNTO <new-path>"),
        ("RNTO b", "250 done", "(REST 5) ftp>"),
        ("set prompt-rest off", "", "ftp>"),
        ("REST 0", "350 go on", "ftp>"),
    ] {
        terminal.send_line(line);
        terminal.expect(reply);
        await_last_line(&terminal, prompt);
    }
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn user_host_and_directory_stand_in_the_prompt_if_they_are_wanted_and_known() {
    let home = Home::new();
    home.configure("[set]\nprompt-user = true\nprompt-host = true\n");
    let server = greeted()
        .expect("USER A")
        .send("331 password?\r\n")
        .expect("PASS A")
        .send("230 in\r\n")
        .expect("PWD")
        .send("257 \"/a\x1b[2Jb\" is it\r\n")
        .expect("CWD c")
        .send("250 there\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    for (line, reply, prompt) in [
        ("USER A", "331 ", "127.0.0.1 ftp>"),
        ("PASS A", "230 ", "A@127.0.0.1 ftp>"),
        ("set prompt-dir on", "", "A@127.0.0.1 ftp>"),
        ("PWD", "257 ", "A@127.0.0.1:/a\\x1b[2Jb ftp>"),
        // Where a CWD led, only the next 257 tells.
        ("CWD c", "250 ", "A@127.0.0.1 ftp>"),
        ("set prompt-user off", "", "127.0.0.1 ftp>"),
    ] {
        terminal.send_line(line);
        terminal.expect(reply);
        await_last_line(&terminal, prompt);
    }
    drop(terminal);
    let _ = server.finish();
}
