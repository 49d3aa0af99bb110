//! The faults that show on the control connection.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use super::client::{
    Client, address_in, assert_reset, dial, end_data, is_reset, on_disk, put, rest_of, server,
};
#[cfg(unix)]
use crate::practice::faults::{HOSTILE_FOLDER_NAME, HOSTILE_NAMES};

#[test]
fn no_appe_no_size_no_mlst_and_no_rest_answer_502_and_leave_feat() {
    let server = server(&["no-appe", "no-size", "no-mlst", "no-rest"]);
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    for line in [
        "APPE 1.TXT",
        "SIZE 1.TXT",
        "MLST 1.TXT",
        "MLSD",
        "REST 1",
        "REST 0",
    ] {
        client.expect(line, 502);
    }
    client.expect("OPTS MLST size;", 501);
    let said = client.expect("FEAT", 211);
    for feature in ["SIZE", "MLST", "REST"] {
        assert!(!said.contains(feature), "{feature} in {said}");
    }
}

#[test]
fn size_needs_type_i_refuses_size_in_type_a() {
    let server = server(&["size-needs-type-i"]);
    let mut client = Client::logged_in(&server);
    assert_eq!(
        client.expect("SIZE 1.TXT", 550),
        "550 SIZE not allowed in ASCII mode."
    );
    client.expect("TYPE I", 200);
    assert_eq!(client.expect("SIZE 1.TXT", 213), "213 5");
}

#[test]
fn pasv_foreign_address_names_another_host_and_listens_on_loopback() {
    let server = server(&["pasv-foreign-address"]);
    let mut client = Client::logged_in(&server);
    let said = client.expect("PASV", 227);
    assert!(said.contains("(10,9,9,9,"), "{said}");
    let data = dial(([127, 0, 0, 1], address_in(&said).port()).into());
    client.expect("RETR 1.TXT", 150);
    assert_eq!(rest_of(&data), b"I am ");
}

#[test]
fn pasv_no_parentheses_leaves_bare_numbers() {
    let server = server(&["pasv-no-parentheses"]);
    let mut client = Client::logged_in(&server);
    let said = client.expect("PASV", 227);
    assert!(said.starts_with("227 Entering Passive Mode 127,0,0,1,"));
    assert!(said.ends_with(|last: char| last.is_ascii_digit()));
    assert_eq!(client.download("RETR 1.TXT").0, b"I am ");
}

#[test]
fn two_replies_answers_cwd_twice() {
    let server = server(&["two-replies"]);
    let mut client = Client::logged_in(&server);
    client.send("CWD /");
    assert_eq!(client.codes(), [200, 250]);
    client.expect("CDUP", 250);
    client.expect("CWD absent", 550);
    client.expect("NOOP", 200);
}

#[test]
fn silent_ignores_its_verb() {
    let server = server(&["silent=dele", "silent=SIZE"]);
    let mut client = Client::logged_in(&server);
    client.send("size 1.TXT");
    client.send("DELE 1.TXT");
    client.expect("NOOP", 200);
    assert_eq!(on_disk(&server, "1.TXT"), b"I am ");
}

#[test]
fn reply_in_pieces_sends_each_byte_alone() {
    let server = server(&["reply-in-pieces"]);
    let mut client = Client::logged_in(&server);
    let whole = b"200 Command okay.\r\n";
    // Bytes that lie in the buffer together are read together, so one attempt may not show it.
    for _ in 0..200 {
        client.send("NOOP");
        let mut reply = vec![0; whole.len()];
        let first = client.stream().read(&mut reply).unwrap();
        client.stream().read_exact(&mut reply[first..]).unwrap();
        assert_eq!(reply, whole);
        if first < whole.len() {
            return;
        }
    }
    panic!("every reply came in one piece");
}

#[test]
fn idle_421_says_so_and_closes() {
    let server = server(&["idle-421=1"]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.reply().code, 421);
    client.assert_closed();
}

#[test]
fn echo_secrets_repeats_lines_in_replies() {
    let server = server(&["echo-secrets"]);
    let (mut client, _) = Client::connect(&server);
    assert!(client.expect("PASS early", 503).ends_with(" PASS early"));
    client.expect("USER A", 331);
    assert!(client.expect("PASS wrong", 530).ends_with(" PASS wrong"));
    client.expect("USER A", 331);
    assert!(client.expect("pass A", 230).ends_with(" pass A"));
    assert!(client.expect("ACCT number", 202).ends_with(" ACCT number"));
    assert!(client.expect(" PASS x", 500).ends_with("  PASS x"));
    assert_eq!(client.expect("NOOP", 200), "200 Command okay.");
}

#[test]
fn hostile_text_is_in_the_greeting_and_in_replies_but_not_in_values() {
    let server = server(&["hostile-text"]);
    let (mut client, greeting) = Client::connect(&server);
    let hostile: [&[u8]; 8] = [
        b"\x1b[31m",
        b"\x1b]0;",
        b"\x1b]52;",
        b"\xc2\x9b",
        b"m\x9b",
        "\u{202e}".as_bytes(),
        "\u{200b}".as_bytes(),
        b"\x07",
    ];
    client.send("USER A");
    let reply = client.reply();
    for bytes in hostile {
        for said in [&greeting.bytes, &reply.bytes] {
            assert!(said.windows(bytes.len()).any(|window| window == bytes));
        }
    }
    client.expect("PASS A", 230);
    assert_eq!(client.expect("SIZE 1.TXT", 213), "213 5");
    let (content, _) = client.download("RETR hostile.bin");
    assert!(content.contains(&0x1b) && content.contains(&0x9b));
}

#[cfg(unix)]
#[test]
fn hostile_text_is_in_the_names_of_listings_and_directories() {
    let server = server(&["hostile-text"]);
    let mut client = Client::logged_in(&server);
    for line in ["LIST", "NLST", "MLSD"] {
        let (listing, _) = client.download(line);
        let raw_names_are_allowed = cfg!(target_os = "linux");
        for name in HOSTILE_NAMES {
            if raw_names_are_allowed || std::str::from_utf8(name).is_ok() {
                assert!(listing.windows(name.len()).any(|window| window == *name));
            }
        }
    }
    client.expect([b"CWD ".as_slice(), HOSTILE_FOLDER_NAME].concat(), 250);
    client.send("PWD");
    let shown = client.reply().bytes;
    assert!(
        shown
            .windows(HOSTILE_FOLDER_NAME.len())
            .any(|window| window == HOSTILE_FOLDER_NAME)
    );
}

#[test]
fn appe_as_stor_overwrites() {
    let server = server(&["appe-as-stor"]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.upload("APPE 1.TXT", "zfive5").code, 226);
    assert_eq!(on_disk(&server, "1.TXT"), b"zfive5");
}

#[test]
fn rest_zero_fills_leaves_zero_bytes_in_front_of_the_marker() {
    let server = server(&["rest-zero-fills"]);
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    client.expect("REST 5", 350);
    assert_eq!(client.upload("STOR 1.TXT", "zfive5").code, 226);
    assert_eq!(on_disk(&server, "1.TXT"), b"\0\0\0\0\0zfive5");
}

#[test]
fn write_only_refuses_retr_alone() {
    let server = server(&["write-only"]);
    let mut client = Client::logged_in(&server);
    client.expect("RETR 1.TXT", 550);
    client.expect("SIZE 1.TXT", 213);
    client.expect("MLST 1.TXT", 250);
    assert!(client.download("LIST").0.ends_with(b" 1.TXT\r\n"));
    client.upload("APPE 1.TXT", "x");
    assert_eq!(on_disk(&server, "1.TXT"), b"I am x");
}

#[test]
fn dos_list_has_the_form_of_dos() {
    let server = server(&["dos-list"]);
    let mut client = Client::logged_in(&server);
    client.expect("MKD sub", 257);
    let listing = String::from_utf8(client.download("LIST").0).unwrap();
    let lines: Vec<_> = listing.lines().collect();
    assert!(
        lines[0].ends_with("                   5 1.TXT"),
        "{listing}"
    );
    assert!(lines[1].ends_with("       <DIR>          sub"), "{listing}");
    assert_eq!(&lines[0][2..3], "-");
    assert!(client.expect("SYST", 215).contains("Windows_NT"));
}

#[test]
fn late_226_waits_for_the_clients_close() {
    let server = server(&["late-226"]);
    let mut client = Client::logged_in(&server);
    let data = client.passive();
    client.expect("RETR 1.TXT", 150);
    assert_eq!(rest_of(&data), b"I am ");
    // The end of the data has come, and the transfer is not over yet.
    let said = client.expect("STAT", 211);
    assert!(said.contains("Transfer running"), "{said}");
    let closed = Instant::now();
    drop(data);
    assert_eq!(client.reply().code, 226);
    assert!(closed.elapsed() < Duration::from_secs(5));
    assert_eq!(client.upload("APPE 1.TXT", "x").code, 226);
}

#[test]
fn no_226_never_comes_and_the_session_goes_on() {
    let server = server(&["no-226"]);
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("APPE 1.TXT", 150);
    data.write_all(b"zfive5").unwrap();
    end_data(&data);
    assert_eq!(rest_of(&data), b"");
    assert_eq!(client.expect("SIZE 1.TXT", 213), "213 11");
    assert_eq!(on_disk(&server, "1.TXT"), b"I am zfive5");
}

#[test]
fn cut_after_resets_both_connections_of_an_upload_once() {
    let server = server(&["cut-after=3"]);
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("APPE 1.TXT", 150);
    // The reset may come while this is being written.
    let _ = data.write_all(b"zfive5");
    client.assert_reset();
    assert_reset(&mut data);
    assert_eq!(on_disk(&server, "1.TXT"), b"I am zfi");
    let mut again = Client::logged_in(&server);
    assert_eq!(again.upload("APPE 1.TXT", "ve5").code, 226);
    assert_eq!(on_disk(&server, "1.TXT"), b"I am zfive5");
}

#[test]
fn cut_after_resets_a_download_and_spares_shorter_ones() {
    let server = server(&["cut-after=100000"]);
    put(&server, "long", vec![b'x'; 300_000]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.download("RETR 1.TXT").1.code, 226);
    let mut data = client.passive();
    client.expect("RETR long", 150);
    let mut bytes = Vec::new();
    let error = data.read_to_end(&mut bytes).unwrap_err();
    assert!(is_reset(error.kind()), "{error}");
    assert!(bytes.len() <= 100_000);
    client.assert_reset();
    let mut again = Client::logged_in(&server);
    assert_eq!(again.download("RETR long").0.len(), 300_000);
}

#[test]
fn slow_keeps_its_pace_both_ways() {
    let server = server(&["slow=10000"]);
    put(&server, "long", vec![b'x'; 4000]);
    let mut client = Client::logged_in(&server);
    let start = Instant::now();
    assert_eq!(client.download("RETR long").0.len(), 4000);
    assert!(start.elapsed() >= Duration::from_millis(350));
    let start = Instant::now();
    assert_eq!(client.upload("STOR copy", vec![b'x'; 4000]).code, 226);
    assert!(start.elapsed() >= Duration::from_millis(350));
    assert_eq!(on_disk(&server, "copy").len(), 4000);
}

#[test]
fn a_slow_transfer_is_aborted_at_once() {
    let server = server(&["slow=1"]);
    put(&server, "long", vec![b'x'; 4000]);
    let mut client = Client::logged_in(&server);
    let _data = client.passive();
    client.expect("RETR long", 150);
    let start = Instant::now();
    client.send("ABOR");
    assert_eq!(client.codes(), [426, 226]);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn hidden_files_are_left_out_by_list_and_nlst_alone() {
    let server = server(&["hidden-files"]);
    put(&server, ".hidden", "x");
    let mut client = Client::logged_in(&server);
    let mut listed = |line: &str| {
        let listing = client.download(line).0;
        String::from_utf8(listing).unwrap().contains(".hidden")
    };
    for (line, is_there) in [
        ("LIST", false),
        ("NLST", false),
        ("LIST -la", true),
        ("MLSD", true),
        ("LIST .hidden", true),
    ] {
        assert_eq!(listed(line), is_there, "{line}");
    }
}

#[test]
fn a_short_file_ends_in_the_middle_as_if_it_were_whole() {
    let server = server(&["short-file=b"]);
    put(&server, "a", "whole file");
    put(&server, "b", "whole file");
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    let (bytes, reply) = client.download("RETR b");
    assert_eq!((bytes.as_slice(), reply.code), (&b"whole"[..], 226));
    assert_eq!(client.download("RETR a").0, b"whole file");
    assert_eq!(client.expect("SIZE b", 213), "213 10");
}
