//! Data that are sent without anybody typing them: by `-c` lines and by a script on standard input.

use super::scene::Scene;
use crate::support::real_server::Kind;

on_every_server!(
    lines_append_exactly_the_given_text,
    lines_append_a_file_and_standard_input_and_a_here_document,
    a_script_appends_by_every_kind_of_redirection,
    without_data_nothing_is_sent,
    text_is_sent_with_the_line_ends_of_type_a,
);

fn lines_append_exactly_the_given_text(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("1.TXT", b"I am ");
    let finished = scene
        .run(&[
            "TYPE I",
            "SIZE 1.TXT",
            "PASV",
            "APPE 1.TXT <<< 'zfive5'",
            "QUIT",
        ])
        .success();
    assert_eq!(scene.server.read_file("1.TXT"), b"I am zfive5");
    assert_eq!(finished.stdout, b"");
    assert_eq!(scene.count_sent("QUIT"), 1);
}

fn lines_append_a_file_and_standard_input_and_a_here_document(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.write_local("part", b"\xff\x00\n\r");
    let lines = [
        "TYPE I",
        "PASV",
        "APPE f < part",
        "PASV",
        "APPE f <<END",
        "one",
        "two",
        "END",
        "PASV",
        "APPE f < -",
    ];
    let _ = scene.run_with_input(&lines, b"rest\n\xfe").success();
    let expected = b"\xff\x00\n\rone\ntwo\nrest\n\xfe";
    assert_eq!(scene.server.read_file("f"), expected);
}

fn a_script_appends_by_every_kind_of_redirection(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.write_local("part", b"\xff\x00\n\r");
    let script = b"TYPE I\nPASV\nAPPE f <<< 'zfive5'\nPASV\nAPPE f < part\r\n\
        PASV\nAPPE f <<END\none\ntwo\nEND\nPASV\nAPPE f < -\nPWD\n\xfe\x00rest";
    let _ = scene.run_script(script).success();
    let expected = b"zfive5\xff\x00\n\rone\ntwo\nPWD\n\xfe\x00rest";
    assert_eq!(scene.server.read_file("f"), expected);
    assert_eq!(scene.count_sent("PWD"), 0);
}

fn without_data_nothing_is_sent(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("f", b"I am ");
    let lines = ["TYPE I", "PASV", "APPE f", "APPE f < absent"];
    let _ = scene.run(&lines).code(2);
    assert_eq!(scene.server.read_file("f"), b"I am ");
    assert_eq!(scene.count_sent("APPE"), 0);
}

fn text_is_sent_with_the_line_ends_of_type_a(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.write_local("text", b"one\ntwo\r\nthree");
    let lines = [
        "TYPE A",
        "PASV",
        "STOR f < text",
        "PASV",
        "APPE f <<END",
        "four",
        "END",
    ];
    let _ = scene.run(&lines).success();
    assert_eq!(scene.moved().0, b"one\r\ntwo\r\nthreefour\r\n".len() as u64);
    let expected: &[u8] = if scene.keeps_line_ends() {
        b"one\r\ntwo\r\nthreefour\r\n"
    } else {
        b"one\ntwo\nthreefour\n"
    };
    assert_eq!(scene.server.read_file("f"), expected);
}
