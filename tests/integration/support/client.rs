//! Other people's FTP clients, whose captures are imported.
//!
//! `tests/servers/setup` makes them available. One that is not is skipped as a server is.

use std::path::{Path, PathBuf};

use super::ftpsh::Ftpsh;

/// A program whose captures are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Curl,
    Lftp,
    Tnftp,
    Telnet,
    Tshark,
}

impl Client {
    /// The folder in tests/.servers, and the program in it.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Curl => ("curl", "usr/bin/curl"),
            Self::Lftp => ("lftp", "usr/bin/lftp"),
            Self::Tnftp => ("tnftp", "usr/bin/tnftp"),
            Self::Telnet => ("telnet", "usr/bin/inetutils-telnet"),
            Self::Tshark => ("tshark", "usr/bin/tshark"),
        }
    }

    /// The program, about to be run; `None` where it is not available, after a line that says so.
    ///
    /// Panics when `FTPSH_REQUIRE_SERVERS` asks for all.
    pub(crate) fn program(self) -> Option<Ftpsh> {
        let (name, program) = self.place();
        let folder = folder().join(name);
        if !cfg!(unix) || !folder.join(".ready").exists() {
            let line = format!("skipped: tests/servers/setup has not made {name} available");
            let required = std::env::var("FTPSH_REQUIRE_SERVERS").unwrap_or_default();
            assert!(!required.contains("all"), "{line}");
            say(&line);
            return None;
        }
        let program = Ftpsh::of_program(folder.join(program));
        Some(
            program
                .env("LD_LIBRARY_PATH", folder.join("libraries"))
                .env("LC_ALL", "C.UTF-8"),
        )
    }

    /// A script for a shell in which `"$0"` is the program.
    pub(crate) fn shell(self, script: &str) -> Option<Ftpsh> {
        let program = self.program()?;
        let path = program.program_path().to_owned();
        let arguments = ["-c".as_ref(), script.as_ref(), path.as_os_str()];
        Some(program.through("/bin/sh").args(arguments))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.servers")
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn say(line: &str) {
    eprintln!("{line}");
}
