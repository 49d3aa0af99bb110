//! Listings and files, through redirections, in both representation types.

use super::content::{assert_same, random_bytes};
use super::scene::Scene;
use crate::support::real_server::Kind;

on_every_server!(
    any_bytes_go_there_and_back_in_type_i,
    text_goes_there_and_back_in_type_a,
    received_data_are_added_to_a_file,
    listings_go_to_files_commands_and_standard_output,
    a_refused_download_leaves_the_local_file_as_it_is,
    a_store_replaces_a_longer_file,
);

fn any_bytes_go_there_and_back_in_type_i(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let bytes = random_bytes(11, 1_000_003);
    scene.write_local("here", &bytes);
    scene.write_local("back", b"what was there before");
    let lines = [
        "TYPE I",
        "PASV",
        "STOR there < here",
        "PASV",
        "RETR there > back",
        "PASV",
        "RETR there | cat > piped",
        "PASV",
        "RETR there > -",
    ];
    let finished = scene.run(&lines).success();
    assert_same(&scene.server.read_file("there"), &bytes);
    assert_same(&scene.read_local("back"), &bytes);
    assert_same(&finished.stdout, &bytes);
    if cfg!(unix) {
        assert_same(&scene.read_local("piped"), &bytes);
    }
}

fn text_goes_there_and_back_in_type_a(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let text = b"one\ntwo\n\nlast".repeat(5_000);
    scene.write_local("here", &text);
    let lines = [
        "TYPE A",
        "PASV",
        "STOR there < here",
        "PASV",
        "RETR there > back",
    ];
    let _ = scene.run(&lines).success();
    assert_same(&scene.read_local("back"), &text);
    let ends = text.iter().filter(|&&byte| byte == b'\n').count();
    let on_the_wire = (text.len() + ends) as u64;
    assert_eq!(scene.moved(), (on_the_wire, on_the_wire));
    if !scene.keeps_line_ends() {
        assert_same(&scene.server.read_file("there"), &text);
    }
}

fn received_data_are_added_to_a_file(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("f", b"\x00two\xff");
    scene.write_local("all", b"one");
    let lines = ["TYPE I", "PASV", "RETR f >> all", "PASV", "RETR f >> new"];
    let _ = scene.run(&lines).success();
    assert_eq!(scene.read_local("all"), b"one\x00two\xff");
    assert_eq!(scene.read_local("new"), b"\x00two\xff");
}

fn listings_go_to_files_commands_and_standard_output(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    for name in ["a.txt", "b.txt", "c d.txt"] {
        scene.server.write_file(name, b"x");
    }
    let lines = [
        "PASV",
        "LIST > list",
        "PASV",
        "NLST > names",
        "PASV",
        "NLST | sort -r > reversed",
        "PASV",
        "NLST",
    ];
    let finished = scene.run(&lines).success();
    let list = String::from_utf8(scene.read_local("list")).expect("names are plain here");
    assert!(!list.contains('\r'), "{list:?}");
    assert_eq!(
        sorted_lines(&finished.stdout),
        sorted_lines(b"a.txt\nb.txt\nc d.txt")
    );
    assert_eq!(
        sorted_lines(&scene.read_local("names")),
        ["a.txt", "b.txt", "c d.txt"]
    );
    assert!(
        list.lines().any(|line| line.ends_with(" c d.txt")),
        "{list}"
    );
    if cfg!(unix) {
        let reversed = scene.read_local("reversed");
        assert!(reversed.starts_with(b"c d.txt\nb.txt\na.txt\n"));
    }
    let machine_readable = scene.run(&["PASV", "MLSD > facts"]);
    if kind == Kind::Vsftpd {
        let _ = machine_readable.code(1);
        assert!(!scene.local_path("facts").exists());
    } else {
        let _ = machine_readable.success();
        let facts = String::from_utf8(scene.read_local("facts")).expect("names are plain here");
        assert!(
            facts.lines().any(|line| line.ends_with("; c d.txt")),
            "{facts}"
        );
    }
}

fn a_refused_download_leaves_the_local_file_as_it_is(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("there", b"there");
    scene.write_local("f", b"mine");
    let lines = [
        "TYPE I",
        "PASV",
        "RETR absent > f",
        "RETR absent >> f",
        "RETR absent > new",
        "PASV",
        "RETR there > other",
    ];
    let _ = scene.run(&lines).code(1);
    assert_eq!(scene.read_local("f"), b"mine");
    assert!(!scene.local_path("new").exists());
    assert_eq!(scene.read_local("other"), b"there");
}

fn a_store_replaces_a_longer_file(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("f", &[b'x'; 1_000]);
    scene.write_local("empty", b"");
    let lines = ["TYPE I", "PASV", "STOR f <<< ab", "PASV", "STOR g < empty"];
    let _ = scene.run(&lines).success();
    assert_eq!(scene.server.read_file("f"), b"ab");
    assert_eq!(scene.server.read_file("g"), b"");
}

fn sorted_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("names are plain here");
    // Pure-FTPd lists the folder and its parent too.
    let names = text.lines().filter(|line| !matches!(*line, "." | ".."));
    let mut lines: Vec<String> = names.map(str::to_owned).collect();
    lines.sort();
    lines
}
