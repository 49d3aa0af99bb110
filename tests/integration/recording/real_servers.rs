//! Sessions on real servers, recorded, and replayed on a fresh instance of the same server.

use std::fs::{self, OpenOptions};

use super::{lines, record, replay, transcript};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::real_server::{Kind, Options, RealServer};
use crate::support::terminal::Key;

const TEXT: &[u8] = b"one\ntwo\n";
const HUGE: u64 = 1 << 30;

/// Everything that a session can hold, errors and replies of several lines among it.
const SCRIPT: &str = "\
SYST
FEAT
HELP
STAT
PWD
NOSUCH
PASV
LIST
TYPE I
SIZE text
MDTM text
SIZE missing
PASV
RETR text
PASV
RETR octets > back
REST 4
PASV
RETR text
PASV
RETR missing
STOR new <<< 'I am '
PASV
APPE new <<< 'zfive5'
SIZE new
PASV
STOR octets.copy < octets
SIZE octets.copy
EPSV
RETR new
listen
RETR new
listen
STOR active <<END
line
END
PASV
RETR {cut} | head -c 9 > nine
TYPE A
PASV
STOR lines <<< 'unix'
PASV
NLST
MKD sub
CWD sub
CDUP
RMD sub
RNFR new
RNTO renamed
DELE renamed
DELE renamed
NOOP
QUIT
";

#[test]
fn vsftpd() {
    round_trip(Kind::Vsftpd);
}

#[test]
fn proftpd() {
    round_trip(Kind::Proftpd);
}

#[test]
fn pure_ftpd() {
    round_trip(Kind::PureFtpd);
}

#[test]
fn pyftpdlib() {
    round_trip(Kind::Pyftpdlib);
}

#[test]
fn what_is_recorded_on_one_server_replays_on_every_other_one() {
    let servers: Vec<(Kind, Home)> = Kind::ALL
        .into_iter()
        .filter_map(|kind| {
            let server = start(kind)?;
            let home = Home::new();
            let folder = path_on(&server);
            let lines = login(&server) + &COMMON_SCRIPT.replace("{folder}", &folder);
            let _ = record(&home, server.address(), &lines).code(1);
            assert_eq!(server.read_file("new"), b"I am zfive5");
            Some((kind, home))
        })
        .collect();
    for (recorded, home) in &servers {
        let text = transcript(home);
        for line in ["C> REST {size}", "C> CWD {path}", "C> USER {user}"] {
            assert!(text.contains(&format!("{line}\n")), "{line}\n{text}");
        }
        for (played, _) in servers.iter().filter(|(kind, _)| kind != recorded) {
            let fresh = start(*played).expect("it was there a moment ago");
            let finished = Ftpsh::new()
                .home(home.path())
                .env("FTPSH_VAR_PASSWORD", fresh.password())
                .args(["--timeout", "10", "replay", "session.ftp"])
                .arg(format!("ftp://{}@{}", fresh.user(), fresh.address()))
                .run();
            assert_eq!(
                finished.status, 0,
                "{recorded:?} on {played:?}\n{}\n{text}",
                finished.stderr
            );
            assert_eq!(fresh.read_file("new"), b"I am zfive5");
        }
    }
}

/// What PWD says after a login.
fn path_on(server: &RealServer) -> String {
    let finished = Ftpsh::new()
        .args(["-c", "PWD"])
        .arg(format!(
            "ftp://{}:{}@{}",
            server.user(),
            server.password(),
            server.address()
        ))
        .run()
        .success();
    let said = finished.stderr.split("257 \"").nth(1);
    let path = said.and_then(|said| said.split('"').next());
    path.expect("PWD was answered").to_owned()
}

/// What every server can do, with refusals among it. It names what the replies before have said.
const COMMON_SCRIPT: &str = "\
SYST
FEAT
PWD
TYPE I
SIZE text
MDTM text
SIZE missing
PASV
LIST
EPSV
RETR text
SIZE text
REST 8
PASV
RETR text
PASV
RETR octets > back
PASV
STOR new <<< 'I am '
PASV
APPE new <<< 'zfive5'
listen
RETR new
MKD sub
CWD sub
CDUP
RMD sub
RNFR text
RNTO renamed
DELE renamed
DELE renamed
CWD {folder}
NOOP
QUIT
";

#[test]
fn an_abort_on_vsftpd() {
    abort(Kind::Vsftpd);
}

#[test]
fn an_abort_on_proftpd() {
    abort(Kind::Proftpd);
}

#[test]
fn an_abort_on_pure_ftpd() {
    abort(Kind::PureFtpd);
}

#[test]
fn an_abort_on_pyftpdlib() {
    abort(Kind::Pyftpdlib);
}

fn bytes() -> Vec<u8> {
    (0..3_000_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn start(kind: Kind) -> Option<RealServer> {
    let options = Options::heeding_abor(kind);
    let server = RealServer::start_with(kind, &options)?;
    server.write_file("text", TEXT);
    server.write_file("octets", &bytes());
    server.write_file("huge", b"");
    let huge = OpenOptions::new()
        .write(true)
        .open(server.root().join("huge"));
    huge.and_then(|huge| huge.set_len(HUGE))
        .expect("a sparse file");
    Some(server)
}

fn login(server: &RealServer) -> String {
    format!("USER {}\nPASS {}\n", server.user(), server.password())
}

fn round_trip(kind: Kind) {
    let Some(server) = start(kind) else { return };
    let home = Home::new();
    fs::write(home.path().join("octets"), bytes()).expect("the home is writable");
    // Pure-FTPd has no final reply to a transfer that broke off; of the others none has the whole file on its way.
    let cut = match kind {
        Kind::PureFtpd => "octets",
        _ => "huge",
    };
    let script = login(&server) + &SCRIPT.replace("{cut}", cut);
    let finished = record(&home, server.address(), &script);
    assert!(finished.stderr.contains("\n221"), "{}", finished.stderr);
    let text = transcript(&home);
    let commands = lines(&text)
        .into_iter()
        .filter(|line| line.starts_with("C> "))
        .count();
    let sent = finished
        .stderr
        .lines()
        .filter(|line| line.starts_with("→ "))
        .count();
    assert_eq!(commands, sent, "{text}");
    assert!(!text.contains(&format!("PASS {}", server.password())));

    let fresh = start(kind).expect("it was there a moment ago");
    let _ = replay(&home, fresh.address(), fresh.password()).success();
    for name in ["octets.copy", "active", "lines"] {
        assert_eq!(fresh.read_file(name), server.read_file(name), "{name}");
    }

    assert_found_out(
        &home,
        kind,
        "C> SIZE missing\nS> 550",
        "C> SIZE missing\nS> 551",
    );
    assert_found_out(&home, kind, "D> one{lf}", "D> one");
    let digest = text
        .lines()
        .find(|line| line.starts_with("D> @octets "))
        .expect("some data is too long for the transcript");
    let mut other = digest.to_owned();
    let last = if other.pop() == Some('0') { '1' } else { '0' };
    other.push(last);
    assert_found_out(&home, kind, digest, &other);
}

/// With this change, a replay fails at the last line of what was changed.
fn assert_found_out(home: &Home, kind: Kind, before: &str, after: &str) {
    let path = home.path().join("session.ftp");
    let text = fs::read_to_string(&path).expect("it was recorded");
    let at = text
        .find(before)
        .unwrap_or_else(|| panic!("no {before:?} in\n{text}"));
    let line = text[..at + before.len()].lines().count();
    fs::write(&path, text.replacen(before, after, 1)).expect("it can be changed");
    let fresh = start(kind).expect("it was there a moment ago");
    let finished = replay(home, fresh.address(), fresh.password()).code(6);
    let named = format!("session.ftp:{line} ");
    assert!(
        finished.stderr.contains(&named),
        "{named}\n{}",
        finished.stderr
    );
    fs::write(&path, text).expect("it can be changed");
}

fn abort(kind: Kind) {
    let Some(server) = start(kind) else { return };
    let home = Home::new();
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(server.address().to_string())
        .terminal();
    terminal.expect("\n220");
    for (line, reply, prompt) in [
        (format!("USER {}", server.user()), "\n331", "ftp> "),
        (format!("PASS {}", server.password()), "\n230", "ftp> "),
        ("TYPE I".to_owned(), "\n200", "ftp> "),
        ("PASV".to_owned(), "\n227", "ftp ⇄> "),
    ] {
        terminal.expect("ftp> ");
        terminal.send_line(&line);
        terminal.expect(reply);
        if prompt == "ftp ⇄> " {
            terminal.expect(prompt);
        }
    }
    terminal.send_line("RETR huge > /dev/null");
    terminal.expect("\n1");
    // Before the data moves, ProFTPD now and then does not hear an ABOR until all of it has been sent.
    terminal.expect("B/s");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    terminal.expect("\n257");
    terminal.expect("ftp> ");
    terminal.send_line("QUIT");
    terminal.expect("\n221");
    assert_eq!(terminal.wait_exit(), 0);
    let text = transcript(&home);
    let recorded = lines(&text);
    let at = recorded
        .iter()
        .position(|line| *line == "C> ABOR")
        .expect("it was sent");
    assert_eq!(recorded[at - 2], "C> RETR huge", "{text}");
    assert!(recorded[at - 1].starts_with("S> 1"), "{text}");
    let fresh = start(kind).expect("it was there a moment ago");
    let _ = replay(&home, fresh.address(), fresh.password()).success();
}
