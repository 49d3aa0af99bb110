//! The script on the page about scripts does what the page says, against the practice server and the real ones.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::practice::practice_server;
use crate::support::real_server::{Kind, RealServer};

const WHOLE: &[u8] = b"first line\nsecond line\n\0\xff\r\nend";

/// A folder with the script, and with ftpsh where the script finds it.
struct Place {
    folder: TempDir,
    url: String,
    password: String,
}

impl Place {
    fn new(url: String, password: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scripting.md");
        let page = fs::read_to_string(page).expect("the page is there");
        let script = page.split("```bash\n").nth(1);
        let script = script.and_then(|rest| rest.split("```").next());
        let script = script.expect("the page has a script");
        assert!(script.contains("\nset -euo pipefail\n"), "{script}");
        assert!(script.lines().count() <= 30, "{script}");
        fs::write(folder.path().join("deliver"), script).expect("the folder is writable");
        symlink(env!("CARGO_BIN_EXE_ftpsh"), folder.path().join("ftpsh"))
            .expect("the folder is writable");
        fs::write(folder.path().join("a file"), WHOLE).expect("the folder is writable");
        Self {
            folder,
            url,
            password: password.to_owned(),
        }
    }

    fn deliver(&self) -> Finished {
        self.bash(&["deliver", "a file", &self.url])
    }

    fn bash(&self, arguments: &[&str]) -> Finished {
        let path = std::env::var("PATH").expect("there is a PATH");
        let folder = self.folder.path().display();
        Ftpsh::of_program("/bin/bash")
            .home(self.folder.path())
            .env("PATH", format!("{folder}:{path}"))
            .env("FTP_PASSWORD", &self.password)
            .args(arguments)
            .run()
    }

    /// Delivers in each of the states that the server may be in.
    fn deliver_whatever_is_there(&self, root: &Path) {
        let there: PathBuf = root.join("a file");
        let assert_done = |words: &str| {
            let finished = self.deliver().success();
            let printed = finished.stdout_text();
            assert_eq!(fs::read(&there).expect("it is there"), WHOLE, "{printed}");
            let lines: Vec<&str> = printed.lines().collect();
            assert_eq!(lines.last(), Some(&"200 213 213"), "{printed}");
            assert!(printed.starts_with(words), "{printed}");
        };
        assert_done("200 ");
        assert_done("200 ");
        fs::write(&there, &WHOLE[..15]).expect("the folder is writable");
        assert_done("200 ");
        fs::write(&there, "other").expect("the folder is writable");
        assert_done("another a file is there, keeping it as a file.old\n");
        assert_eq!(
            fs::read(root.join("a file.old")).expect("it is there"),
            b"other"
        );
    }
}

#[test]
fn the_script_delivers_whatever_is_there() {
    let server = practice_server(&[]);
    let place = Place::new(format!("ftp://A@{}", server.address()), "A");
    place.deliver_whatever_is_there(server.server_folder());
}

#[test]
fn the_script_delivers_to_real_servers() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        let url = format!("ftp://{}@{}", server.user(), server.address());
        Place::new(url, server.password()).deliver_whatever_is_there(server.root());
    }
}

#[test]
fn the_code_of_the_last_line_is_the_last_line_of_the_codes() {
    let server = practice_server(&[]);
    let place = Place::new(server.address().to_string(), "A");
    for (file, code) in [("1.TXT", "213"), ("absent", "550")] {
        let line = format!(
            "CODE=$(ftpsh --format codes -q -c 'login A A' -c 'SIZE {file}' {} | tail -1); echo \"<$CODE>\"",
            place.url
        );
        let finished = place.bash(&["-c", &line]).success();
        assert_eq!(finished.stdout_text(), format!("<{code}>\n"));
    }
}

#[test]
fn the_script_ends_where_nothing_can_be_delivered() {
    let server = practice_server(&[]);
    let place = Place::new(format!("ftp://A@{}", server.address()), "wrong");
    let said = place.deliver().code(1).stderr;
    assert!(said.contains("530 "), "{said}");
    let server = practice_server(&["no-size"]);
    let place = Place::new(format!("ftp://A@{}", server.address()), "A");
    fs::write(server.server_folder().join("a file"), "precious").unwrap();
    let said = place.deliver().code(1).stderr;
    assert!(said.contains("whether a file is there: 502"), "{said}");
    let kept = fs::read(server.server_folder().join("a file")).unwrap();
    assert_eq!(kept, b"precious");
    let server = practice_server(&["cut-after=7"]);
    let place = Place::new(format!("ftp://A@{}", server.address()), "A");
    let said = place.deliver().code(3).stderr;
    assert!(said.contains("ftpsh: "), "{said}");
}
