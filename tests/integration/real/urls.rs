//! A URL to a file: the line that fetches it stands ready at the prompt.

use super::scene::Scene;
use crate::support::real_server::Kind;
use crate::support::terminal::{Key, Terminal};

on_every_server!(
    enter_fetches_the_file_of_a_url,
    what_turns_out_not_to_be_a_directory_is_offered_as_a_file,
);

/// At the prompt after the URL's login and this line.
fn opened(scene: &Scene, path: &str, line: &str) -> Terminal {
    let (user, password) = (scene.server.user(), scene.server.password());
    let url = format!("ftp://{user}:{password}@{}/{path}", scene.relay.address());
    let terminal = scene.binary_on(&url).terminal();
    let prompt = format!("ftp> {line}");
    terminal.wait_for_screen(&prompt, |screen| {
        let mut lines = screen.lines();
        lines.any(|shown| shown.starts_with(&prompt))
    });
    terminal
}

fn enter_fetches_the_file_of_a_url(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let content = b"binary\x00\xff\r\n\n".repeat(100);
    std::fs::create_dir(scene.server.root().join("dir")).expect("the server's folder");
    scene.server.write_file("dir/it's a f.bin", &content);
    let mut terminal = opened(&scene, "dir/it%27s%20a%20f.bin", "get \"it's a f.bin\"");
    assert_eq!(scene.count_sent("RETR"), 0);
    assert!(!scene.local_path("it's a f.bin").exists());
    terminal.send_key(Key::Enter);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.read_local("it's a f.bin"), content);
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}

fn what_turns_out_not_to_be_a_directory_is_offered_as_a_file(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("README", b"read me\n");
    let mut terminal = opened(&scene, "README", "get README");
    terminal.wait_for("README may be a file");
    terminal.send_key(Key::Enter);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.read_local("README"), b"read me\n");
}
