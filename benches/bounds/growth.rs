//! The same work once, and ten times as much of it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use super::files::is_same;
use super::measure::{Job, Measured, measure};
use super::support::ftpsh::Ftpsh;
use super::support::home::Home;
use super::support::real_server::{Kind, RealServer};

/// The most that a transfer has resident.
pub(crate) fn memory(quick: bool) -> String {
    let sizes: [u64; 2] = if quick {
        [1 << 20, 10 << 20]
    } else {
        [1 << 30, 10 << 30]
    };
    let mut table = Table::new(["transfer", "MiB", "peak, MiB", "seconds"]);
    let Some(server) = RealServer::start(Kind::Vsftpd) else {
        return String::new();
    };
    for bytes in sizes {
        let home = Home::new();
        let (here, there) = (home.path().join("here"), server.root().join("there"));
        write_sparse(&here, bytes);
        let mut row = |name: &str, line: &str| {
            let measured = measure(
                &mut script(&server, &home, &["TYPE I", "PASV", line]),
                "ftpsh",
            );
            table.row([
                name.to_owned(),
                (bytes >> 20).to_string(),
                mebibytes(&measured),
                seconds(&measured),
            ]);
        };
        row("upload", "STOR there < here");
        assert!(is_same(&here, &there), "the upload of {bytes} bytes");
        fs::remove_file(&here).expect("it is ours");
        row("download", "RETR there > here");
        assert!(is_same(&here, &there), "the download of {bytes} bytes");
        fs::remove_file(&there).expect("the server's folder is ours");
    }
    table.text()
}

/// LIST of very many names.
pub(crate) fn listings(quick: bool) -> String {
    let counts = if quick {
        [1_000, 10_000]
    } else {
        [100_000, 1_000_000]
    };
    let mut table = Table::new(["listing", "names", "peak, MiB", "seconds"]);
    let Some(server) = RealServer::start(Kind::Vsftpd) else {
        return String::new();
    };
    let folder = server.root().join("many");
    fs::create_dir(&folder).expect("the server's folder is ours");
    let mut made = 0;
    for names in counts {
        while made < names {
            File::create(folder.join(format!("{made:07}"))).expect("there is room");
            made += 1;
        }
        let home = Home::new();
        for (name, line) in [
            ("to a file", "LIST many > listed"),
            ("through a pipe", "LIST many | cat > listed"),
        ] {
            let measured = measure(&mut script(&server, &home, &["PASV", line]), "ftpsh");
            check_listing(&home.path().join("listed"), names);
            fs::remove_file(home.path().join("listed")).expect("it is ours");
            table.row([
                format!("LIST {name}"),
                names.to_string(),
                mebibytes(&measured),
                seconds(&measured),
            ]);
        }
    }
    table.text()
}

/// Many transcripts, each on a practice server of its own.
pub(crate) fn replays(quick: bool) -> String {
    let counts = if quick { [10, 100] } else { [1_000, 10_000] };
    let mut table = Table::new(["replay, --jobs 2", "transcripts", "peak, MiB", "seconds"]);
    let home = Home::new();
    fs::write(home.path().join("one.ftp"), TRANSCRIPT).expect("it is ours");
    for count in counts {
        let program = Ftpsh::new()
            .home(home.path())
            .args(["replay", "--jobs", "2"]);
        let files = vec!["one.ftp"; count];
        let mut job = Job {
            command: program.args(files).command(),
            stdin: Vec::new(),
        };
        let measured = measure(&mut job, "ftpsh");
        table.row([
            "login, SIZE, LIST, QUIT".to_owned(),
            count.to_string(),
            mebibytes(&measured),
            seconds(&measured),
        ]);
    }
    table.text()
}

const TRANSCRIPT: &str = "\
S> 220
C> USER {user}
S> 331
C> PASS {password}
S> 230
C> SIZE 1.TXT
S> 213 5
C> PASV
S> 227
C> LIST
S> 150
S> 226
C> QUIT
S> 221
";

/// Lines of markdown.
struct Table(String);

impl Table {
    fn new(head: [&str; 4]) -> Self {
        let mut table = Self(String::new());
        table.row(head.map(str::to_owned));
        table.0 += "|---|--:|--:|--:|\n";
        table
    }

    fn row(&mut self, cells: [String; 4]) {
        self.0 += &format!("| {} |\n", cells.join(" | "));
    }

    fn text(self) -> String {
        self.0
    }
}

/// A script that logs in and runs these lines.
fn script(server: &RealServer, home: &Home, lines: &[&str]) -> Job {
    let login = [
        format!("USER {}", server.user()),
        format!("PASS {}", server.password()),
    ];
    let lines = lines.iter().map(|&line| line.to_owned());
    let lines: Vec<String> = login
        .into_iter()
        .chain(lines)
        .chain(["QUIT".to_owned()])
        .collect();
    let program = Ftpsh::new().home(home.path());
    Job {
        command: program.arg(server.address().to_string()).command(),
        stdin: (lines.join("\n") + "\n").into_bytes(),
    }
}

/// Holes, with something else in every sixteenth of it.
fn write_sparse(path: &Path, bytes: u64) {
    let mut file = File::create(path).expect("it is ours");
    file.set_len(bytes).expect("holes take no room");
    for part in 0..16 {
        let mark = format!("part {part} of {bytes} bytes");
        let at = bytes / 16 * part + part * 1000;
        let marked = file.seek(SeekFrom::Start(at));
        marked
            .and_then(|_| file.write_all(mark.as_bytes()))
            .expect("there is room");
    }
}

/// Every name once, in the server's order.
fn check_listing(path: &Path, names: u32) {
    let listed = BufReader::new(File::open(path).expect("the listing was written"));
    let mut expected = 0;
    for line in listed.lines() {
        let line = line.expect("names are digits");
        assert!(
            line.ends_with(&format!(" {expected:07}")),
            "{line:?} for {expected}"
        );
        expected += 1;
    }
    assert_eq!(expected, names);
}

fn mebibytes(measured: &Measured) -> String {
    format!("{:.1}", measured.peak_kib as f64 / 1024.0)
}

fn seconds(measured: &Measured) -> String {
    format!("{:.2}", measured.wall.as_secs_f64())
}
