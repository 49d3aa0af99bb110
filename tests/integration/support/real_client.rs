//! Other people's FTP clients, made available by `tests/servers/setup`.

use std::path::Path;
use std::process::{Command, Stdio};

use super::home::Home;

/// A client that fetches one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Curl,
    Lftp,
    Tnftp,
}

impl Client {
    pub(crate) const ALL: [Self; 3] = [Self::Curl, Self::Lftp, Self::Tnftp];

    fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Lftp => "lftp",
            Self::Tnftp => "tnftp",
        }
    }

    /// Fetches a file as `anonymous`; `None` where the client is not available, after a line that says so.
    ///
    /// Panics when `FTPSH_REQUIRE_SERVERS` names it.
    pub(crate) fn fetch(self, address: std::net::SocketAddr, file: &str) -> Option<Vec<u8>> {
        let name = self.name();
        let package = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/.servers")
            .join(name);
        if !package.join(".ready").exists() {
            let line = format!("skipped: no {name}: tests/servers/setup has not made it available");
            assert!(!is_required(name), "{line}");
            say(&line);
            return None;
        }
        let home = Home::new();
        let url = format!("ftp://{address}/{file}");
        let script = format!("set net:timeout 20; set net:max-retries 1; get {url} -o fetched");
        let arguments: &[&str] = match self {
            Self::Curl => &["-q", "-sS", "--max-time", "20", "-o", "fetched", &url],
            Self::Lftp => &["--norc", "-c", &script],
            Self::Tnftp => &["-a", "-o", "fetched", &url],
        };
        let output = Command::new(package.join("usr/bin").join(name))
            .args(arguments)
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("LD_LIBRARY_PATH", package.join("libraries"))
            .stdin(Stdio::null())
            .output()
            .expect("what was unpacked can be run");
        let fetched = std::fs::read(home.path().join("fetched"));
        Some(fetched.unwrap_or_else(|error| panic!("{name}: {error}\n{output:?}")))
    }
}

fn is_required(name: &str) -> bool {
    let required = std::env::var("FTPSH_REQUIRE_SERVERS").unwrap_or_default();
    required
        .split([',', ' '])
        .any(|word| word == "all" || word == name)
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn say(line: &str) {
    eprintln!("{line}");
}
