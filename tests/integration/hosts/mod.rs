//! Who is called and who logs in, where that is written down: `.netrc`, `[host.NAME]`, commands that print a password,
//! URLs to files.

mod named;
mod netrc;
mod password_commands;
mod urls;

use crate::support::scripted_server::Script;

/// A server that greets and takes this login.
fn logged_in(user: &str, password: &str) -> Script {
    Script::new()
        .send("220 hi\r\n")
        .expect(format!("USER {user}"))
        .send("331 password\r\n")
        .expect(format!("PASS {password}"))
        .send("230 in\r\n")
}

/// A server to which nothing is sent.
fn spoken_to_by_nobody() -> Script {
    Script::new().send("220 hi\r\n").wait_for_client_close()
}
