//! What is a log of FTP, and what is not.

use serde_json::Value;

use super::explain;

fn cause(log: &str) -> Option<String> {
    let printed = explain(log, &["--json"]).success().stdout_text();
    let report: Value = serde_json::from_str(&printed).expect("one line of JSON");
    Some(report["problem"]["cause"].as_str()?.to_owned())
}

#[test]
fn a_web_servers_log_and_random_bytes_are_no_ftp() {
    let web = "10.0.0.1 - - [29/Nov/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n\
               10.0.0.1 - - [29/Nov/2026:10:00:00 +0000] \"MODE /a HTTP/1.1\" 404 512\n";
    explain(web, &[]).code(2);
    let mut state = 1_u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(1 << 20)
    .collect();
    explain(&random, &[]).code(2);
    explain(web.to_owned() + "220 hi\nUSER bob\n530 no\n", &[]).code(0);
}

#[test]
fn the_lines_of_tcpdump_and_of_an_sftp_server_are_read() {
    let packet =
        "10:22:31.110000 IP 203.0.113.7.21 > 198.51.100.9.50122: Flags [P.], length 34: FTP:";
    let log = format!(
        "{packet} USER bob\n{packet} 331 word?\n{packet} PASS x\n{packet} 530 Login incorrect.\n"
    );
    assert_eq!(cause(&log).as_deref(), Some("login-refused-in-clear"));
    let sftp = "Status:\tConnecting to 203.0.113.7:22...\nResponse:\tSSH-2.0-OpenSSH_8.9p1\n\
                Error:\tCannot establish FTP connection to an SFTP server.\n";
    assert_eq!(cause(sftp).as_deref(), Some("not-ftp"));
    let vsftpd = "Tue Mar  5 10:23:31 2024 [pid 4811] CONNECT: Client \"198.51.100.19\"\n\
                  Tue Mar  5 10:23:33 2024 [pid 4810] [eve] FAIL LOGIN: Client \"198.51.100.19\"\n";
    assert_eq!(cause(vsftpd).as_deref(), Some("login-refused"));
}

#[test]
fn an_endless_argument_is_cut_wherever_it_is_shown() {
    let log = format!(
        "220 hi\nUSER bob\n230 in\nRETR {}\n550 no\n",
        "a".repeat(60_000)
    );
    for arguments in [&[][..], &["--json"]] {
        let printed = explain(&log, arguments).success().stdout_text();
        assert!(printed.len() < 5000, "{}", printed.len());
    }
}
