//! What a server that says odd things was once blamed for, or praised for.

use std::fs;
use std::net::SocketAddr;

use ftpsh::practice::PracticeServer;

use super::meddler::{Meddling, meddle};
use crate::support::practice::practice_server;

fn server() -> PracticeServer {
    let server = practice_server(&[]);
    let file = server.server_folder().join("data.bin");
    fs::write(file, b"a line\n".repeat(1000)).expect("the server's folder is the test's own");
    server
}

fn reply_with(reply: fn(&str, usize) -> String) -> Meddling {
    Meddling {
        reply,
        ..Meddling::default()
    }
}

fn json(address: SocketAddr, password: &str) -> (i32, serde_json::Value) {
    let program = crate::support::ftpsh::Ftpsh::new();
    let finished = program
        .args(["doctor", &address.to_string(), "--user", "A", "--json"])
        .env("FTPSH_PASSWORD", password)
        .run();
    let report = serde_json::from_slice(&finished.stdout).expect("--json writes JSON");
    (finished.status, report)
}

#[test]
fn a_login_that_fails_is_a_finding_and_no_success() {
    let refused = reply_with(|line, _| line.replace("230 ", "421 "));
    let addresses = [(server(), None, "wrong"), (server(), Some(refused), "A")];
    for (server, meddling, password) in addresses {
        let address = match meddling {
            Some(meddling) => meddle(server.address(), meddling),
            None => server.address(),
        };
        let (code, report) = json(address, password);
        assert_eq!(code, 9, "{report}");
        let login = finding(&report, "login");
        assert_eq!(login["verdict"], "bad", "{login}");
        let evidence = login["evidence"].to_string();
        assert!(evidence.contains("USER A"), "{evidence}");
        let cut_short = report["cut_short"].as_str().unwrap_or_default();
        assert!(cut_short.starts_with("the login failed: "), "{cut_short}");
    }
}

fn finding<'a>(report: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    let findings = report["findings"].as_array().expect("there are findings");
    let found = findings.iter().find(|it| it["id"] == id);
    found.expect("each check is told")
}
