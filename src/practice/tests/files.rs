//! Commands on files and directories.

use std::fs;

use super::client::{Client, on_disk, put, server};

// A quotation mark in a name is for Unix alone.
#[cfg(unix)]
#[test]
fn directories_are_made_entered_shown_and_removed() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.expect("MKD a\"b", 257), "257 \"/a\"\"b\" created.");
    client.expect("MKD a\"b", 550);
    client.expect("CWD a\"b", 250);
    assert!(client.expect("PWD", 257).starts_with("257 \"/a\"\"b\" "));
    client.expect("XMKD sub", 257);
    client.expect("XCWD sub", 250);
    assert!(client.expect("XPWD", 257).contains("\"/a\"\"b/sub\""));
    client.expect("CDUP", 250);
    client.expect("RMD sub", 250);
    client.expect("XCUP", 250);
    client.expect("XRMD a\"b", 250);
    client.expect("CWD a\"b", 550);
    client.expect("CWD 1.TXT", 550);
    client.expect("CWD", 501);
    assert!(!server.server_folder().join("a\"b").exists());
}

#[test]
fn files_are_renamed_and_deleted() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.expect("RNTO x", 503);
    client.expect("RNFR absent", 550);
    client.expect("RNFR 1.TXT", 350);
    client.expect("RNTO 2.TXT", 250);
    assert_eq!(on_disk(&server, "2.TXT"), b"I am ");
    client.expect("RNFR 2.TXT", 350);
    client.expect("NOOP", 200);
    client.expect("RNTO 3.TXT", 503);
    client.expect("DELE 2.TXT", 250);
    client.expect("DELE 2.TXT", 550);
    client.expect("DELE /", 550);
}

#[test]
fn nothing_leads_out_of_the_folder() {
    let server = server(&[]);
    put(&server, "inside", "x");
    let outside = server.scratch_folder().join("outside");
    fs::write(&outside, "outside").unwrap();
    let mut client = Client::logged_in(&server);
    client.expect("CWD ..", 250);
    assert!(client.expect("PWD", 257).contains("\"/\""));
    client.expect("SIZE ../outside", 550);
    client.expect("SIZE ../local/1.TXT", 550);
    client.expect("SIZE ../../inside", 213);
    client.expect(format!("SIZE {}", outside.display()), 550);
    client.expect("DELE ../outside", 550);
    client.expect("RNFR inside", 350);
    client.expect("RNTO ../renamed", 250);
    assert!(server.server_folder().join("renamed").exists());
    assert_eq!(fs::read(outside).unwrap(), b"outside");
}

#[cfg(unix)]
#[test]
fn symbolic_links_that_lead_out_are_neither_followed_nor_listed() {
    use std::os::unix::fs::symlink;

    let server = server(&[]);
    let local = server.local_folder().to_owned();
    let at = |name: &str| server.server_folder().join(name);
    symlink(&local, at("out")).unwrap();
    symlink(local.join("1.TXT"), at("file")).unwrap();
    symlink(local.join("absent"), at("dangling")).unwrap();
    let mut client = Client::logged_in(&server);
    for line in ["CWD out", "SIZE file", "MDTM file", "MLST out/1.TXT"] {
        client.expect(line, 550);
    }
    let _data = client.passive();
    for (line, code) in [
        ("RETR file", 550),
        ("RETR out/1.TXT", 550),
        ("STOR file", 553),
        ("APPE file", 553),
        ("STOR out/new", 553),
        ("STOR dangling", 553),
        ("MKD out/new", 550),
        ("DELE out/1.TXT", 550),
        ("LIST out", 450),
    ] {
        client.expect(line, code);
    }
    let (names, _) = client.download("NLST");
    assert_eq!(names, b"1.TXT\r\n");
    assert_eq!(fs::read(local.join("1.TXT")).unwrap(), b"I am zfive5");
    assert_eq!(fs::read_dir(&local).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn names_are_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let server = server(&[]);
    let name = b" caf\xe9 \xff ";
    let file = server.server_folder().join(OsStr::from_bytes(name));
    if fs::write(file, "four").is_err() {
        return; // This file system takes UTF-8 only.
    }
    let mut client = Client::logged_in(&server);
    client.expect("TYPE I", 200);
    let said = client.expect([b"SIZE ".as_slice(), name].concat(), 213);
    assert_eq!(said, "213 4");
    let (names, _) = client.download("NLST");
    assert_eq!(names, [name.as_slice(), b"\r\n1.TXT\r\n"].concat());
}

#[test]
fn size_counts_what_the_present_type_would_transfer() {
    let server = server(&[]);
    put(&server, "lines", "one\ntwo\r\n");
    let mut client = Client::logged_in(&server);
    assert_eq!(client.expect("SIZE lines", 213), "213 10");
    client.expect("TYPE I", 200);
    assert_eq!(client.expect("SIZE lines", 213), "213 9");
    client.expect("SIZE absent", 550);
    client.expect("SIZE /", 550);
    client.expect("SIZE", 501);
}

#[test]
fn mdtm_and_mlst_tell_of_one_file() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    let time = client.expect("MDTM 1.TXT", 213);
    assert_eq!(time.len(), "213 20261122065007".len());
    client.expect("MDTM /", 550);
    let said = client.expect("MLST 1.TXT", 250);
    let fact = format!("\r\n type=file;size=5;modify={}; /1.TXT\r\n", &time[4..]);
    assert!(said.contains(&fact), "{said}");
    assert!(client.expect("MLST", 250).contains(" type=dir;"));
    client.expect("MLST absent", 550);
    assert_eq!(
        client.expect("OPTS MLST size;nonsense;", 200),
        "200 MLST OPTS size;"
    );
    let said = client.expect("MLST 1.TXT", 250);
    assert!(said.contains("\r\n size=5; /1.TXT\r\n"), "{said}");
    assert!(
        client
            .expect("FEAT", 211)
            .contains(" MLST type;size*;modify;")
    );
}

#[test]
fn listings_show_a_folder_or_one_file() {
    let server = server(&[]);
    fs::create_dir(server.server_folder().join("sub")).unwrap();
    put(&server, "sub/in", "x");
    let mut client = Client::logged_in(&server);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let listing = text(client.download("LIST").0);
    let lines: Vec<_> = listing.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("-rw-r--r--   1 ") && lines[0].ends_with(" 1.TXT"));
    assert!(lines[1].starts_with("drwxr-xr-x   1 ") && lines[1].ends_with(" sub"));
    assert_eq!(text(client.download("LIST -la").0), listing);
    assert!(text(client.download("LIST 1.TXT").0).ends_with(" 1.TXT\r\n"));
    assert_eq!(text(client.download("NLST").0), "1.TXT\r\nsub\r\n");
    assert_eq!(text(client.download("NLST sub").0), "sub/in\r\n");
    let facts = text(client.download("MLSD sub").0);
    assert!(facts.starts_with("type=file;size=1;modify=") && facts.ends_with("; in\r\n"));
    client.expect("MLSD 1.TXT", 501);
    client.expect("LIST absent", 450);
    let status = client.expect("STAT 1.TXT", 213);
    assert!(status.contains("\r\n -rw-r--r--   1 "), "{status}");
    client.expect("STAT absent", 450);
}
