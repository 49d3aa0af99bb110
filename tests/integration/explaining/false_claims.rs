//! What a log does not show is not claimed: a log in, its cause out.

use serde_json::Value;

use super::explain;

struct Report(Value);

impl Report {
    fn of(log: &str) -> Self {
        let printed = explain(log, &["--json"]).success().stdout_text();
        Self(serde_json::from_str(&printed).expect("one line of JSON"))
    }

    fn cause(&self) -> &str {
        self.0["problem"]["cause"].as_str().unwrap_or("-")
    }

    /// All causes but the first, and the oddities.
    fn others(&self) -> Vec<&str> {
        let lists = [
            ("later", "cause"),
            ("overcome", "cause"),
            ("oddities", "id"),
        ];
        let all = lists.iter().flat_map(|(list, name)| {
            let items = self.0[list].as_array().expect("it is valid").iter();
            items.filter_map(move |item| item[name].as_str())
        });
        all.collect()
    }
}

const CURL_PASV: &str = "*   Trying 127.0.0.1:2121...\n* Connected to 127.0.0.1 (127.0.0.1) port 2121 (#0)\n< 220 ready\n\
    > USER bob\n< 331 word?\n> PASS x\n< 230 in\n> PASV\n";
const PROGRESS: &str =
    "  0     0    0     0    0     0      0      0 --:--:--  0:00:05 --:--:--     0";

#[test]
fn curl_that_does_not_reach_the_data_port_is_understood() {
    for (lines, cause) in [
        (
            format!(
                "< 227 Entering Passive Mode (127,0,0,1,132,157).\n* Connecting to 127.0.0.1 (127.0.0.1) port 33949\n\
                 {PROGRESS}* ipv4 connect timeout after 5987ms, move on!\n\
                 * Failed to connect to 127.0.0.1 port 2121 after 6001 ms: Couldn't connect to server\n\
                 curl: (28) Failed to connect to 127.0.0.1 port 2121 after 6001 ms: Couldn't connect to server\n"
            ),
            "data-port-silent",
        ),
        (
            "< 227 Entering Passive Mode (10,9,9,9,168,65).\n* Immediate connect fail for 10.9.9.9: Invalid argument\n\
             curl: (7) Failed to connect to 127.0.0.1 port 2121 after 15 ms: Couldn't connect to server\n"
                .to_owned(),
            "data-port-unreachable",
        ),
        (
            "< 227 Entering Passive Mode (127,0,0,1,0,9).\n* connect to 127.0.0.1 port 9 failed: Connection refused\n\
             curl: (7) Failed to connect to 127.0.0.1 port 2121 after 15 ms: Couldn't connect to server\n"
                .to_owned(),
            "data-port-refused",
        ),
    ] {
        let report = Report::of(&format!("{CURL_PASV}{lines}"));
        assert_eq!(report.cause(), cause, "{:?}", report.0);
    }
}

#[test]
fn settings_and_names_that_are_resolved_are_no_failed_connection() {
    for line in [
        "Setting --timeout (timeout) to 4",
        "* Name '127.0.0.1' family 2 resolved to '127.0.0.1' family 2",
        "* Host ftp.example.org:21 was resolved.",
    ] {
        let transfer = "< 227 (127,0,0,1,9,9)\n> LIST\n< 150 go\n< 226 done\n";
        let report = Report::of(&format!("{line}\n{CURL_PASV}{transfer}"));
        assert_eq!((report.cause(), report.others()), ("-", vec![]), "{line}");
    }
}

#[test]
fn the_data_connection_is_not_taken_for_the_server() {
    let report = Report::of(
        ". 2024-03-05 10:22:33.200 Connecting to 203.0.113.7 ...\n< 2024-03-05 10:22:33.300 220 hi\n\
         > 2024-03-05 10:22:34.021 STOR report.pdf\n. 2024-03-05 10:22:34.022 Connecting to 203.0.113.7:51210 ...\n\
         < 2024-03-05 10:22:34.050 553 Could not create file.\n",
    );
    assert_eq!(report.0["session"]["port"], Value::Null);
}

#[test]
fn a_connection_without_a_greeting_is_not_a_failed_one() {
    let report = Report::of(
        "Traceback (most recent call last):\n  File \"ftplib.py\", line 162, in connect\n    self.welcome = self.getresp()\n\
         TimeoutError: timed out\n*cmd* 'NOOP'\n",
    );
    assert_eq!(report.cause(), "no-greeting");
}

#[test]
fn a_server_that_closes_after_pass_is_told() {
    for (before, after) in [
        (
            "> ",
            "* response reading failed (errno: 115)\ncurl: (56) response reading failed (errno: 115)\n",
        ),
        (
            "--> ",
            "\nError in server response, closing control connection.\nClosed fd 4\n",
        ),
    ] {
        let report = Report::of(&format!(
            "220 hi\n{before}USER bob\n331 word?\n{before}PASS x\n{after}"
        ));
        assert_eq!(report.cause(), "control-closed", "{after}");
    }
}

#[test]
fn a_log_that_begins_late_misses_no_greeting() {
    for log in [
        "Command:\tUSER bob\nResponse:\t331 word?\nCommand:\tPASS ****\nResponse:\t530 Login incorrect.\n",
        "> PASV\n< 227 Entering Passive Mode (10,0,0,5,200,10).\n",
        "< 150 Opening BINARY mode data connection for x.zip (123456 bytes).\n< 426 Failure writing network stream.\n",
        "425 Can't open data connection.\n",
        "[1] 220 hi\n[2] 220 hi\n[1] USER a\n[2] USER b\n[1] 331 p\n[2] 331 p\n[1] PASS x\n[1] 230 ok\n[2] PASS y\n[2] 530 no\n",
    ] {
        let report = Report::of(log);
        assert!(report.others().is_empty(), "{log}: {:?}", report.others());
    }
    let shown = Report::of("Status:\tConnecting to 203.0.113.7:21...\nResponse:\t425 what\n");
    assert_eq!(shown.others(), ["greeting-code"]);
}

#[test]
fn a_log_that_ends_after_a_private_address_names_it() {
    let page = explain(
        "> PASV\n< 227 Entering Passive Mode (10,0,0,5,200,10).\n",
        &[],
    );
    let page = page.success().stdout_text();
    assert!(
        page.contains("offers 10.0.0.5, a private address"),
        "{page}"
    );
}

#[test]
fn a_carriage_return_within_a_reply_does_not_lose_it() {
    let report = Report::of("220 hi\nLIST\n425 Can't open\rdata connection.\n");
    assert_eq!(
        report.0["problem"]["text"],
        "425 Can't open data connection."
    );
}

#[test]
fn what_a_client_asks_before_the_login_is_not_what_went_wrong() {
    let report = Report::of(
        "<--- 220 hi\n---> OPTS UTF8 ON\n<--- 530 Log in with USER and PASS first.\n---> USER bob\n\
         <--- 550 SSL/TLS required on the control channel.\n---> QUIT\n<--- 221 bye\n",
    );
    assert_eq!(report.cause(), "tls-required");
}

#[test]
fn a_client_that_waits_in_a_transfer_has_not_been_idle() {
    let report = Report::of(
        "ftp> put x.zip\n229 Entering Extended Passive Mode (|||40010|)\n150 Ok to send data.\n\
         421 Service not available, remote server timed out. Connection closed\n",
    );
    assert_eq!(report.cause(), "data-silent");
}

#[test]
fn the_address_that_was_dialled_is_the_one_that_the_client_says() {
    let report = Report::of(
        "Status:\tConnecting to 203.0.113.7:21...\nResponse:\t220 hi\nCommand:\tPASV\n\
         Response:\t227 Entering Passive Mode (192,168,1,5,195,80)\n\
         Status:\tServer sent passive reply with unroutable address. Using server address instead.\nCommand:\tLIST\n\
         Error:\tConnection timed out after 20 seconds of inactivity\n",
    );
    let here = report.0["problem"]["here"].as_str().unwrap_or_default();
    assert!(here.contains("203.0.113.7:50000 was dialled"), "{here}");
}
