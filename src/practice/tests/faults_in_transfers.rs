//! The faults that show in transfers and listings.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use super::client::{Client, assert_reset, end_data, is_reset, on_disk, put, rest_of, server};

#[test]
fn appe_as_stor_overwrites() {
    let server = server(&["appe-as-stor"]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.upload("APPE 1.TXT", "zfive5").code, 226);
    assert_eq!(on_disk(&server, "1.TXT"), b"zfive5");
}

#[test]
fn rest_zero_fills_leaves_zero_octets_in_front_of_the_marker() {
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
    let mut octets = Vec::new();
    let error = data.read_to_end(&mut octets).unwrap_err();
    assert!(is_reset(error.kind()), "{error}");
    assert!(octets.len() <= 100_000);
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
