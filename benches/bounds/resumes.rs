//! `resume` of a half-sent file over a link of 100 ms, beside lftp, which compares nothing.

use std::time::Duration;

use super::files::{is_same, write_noise};
use super::measure::{Job, measure};
use super::slow_link::SlowLink;
use super::support::client::Client;
use super::support::ftpsh::Ftpsh;
use super::support::home::Home;
use super::support::real_server::{Kind, Options, RealServer};

const ROUND_TRIP: Duration = Duration::from_millis(100);
const DATA_PORTS: u16 = 40;

/// The table, a line for each server.
pub(crate) fn over_a_slow_link(quick: bool) -> String {
    let bytes: u64 = if quick { 40_000 } else { 1 << 20 };
    let mut lines = vec![
        "| resume over 100 ms | ftpsh, s | lftp, s | round trips more |\n|---|--:|--:|--:|"
            .to_owned(),
    ];
    for kind in Kind::ALL {
        let options = Options {
            data_ports: Some(DATA_PORTS),
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        let ports = server.data_ports().expect("it was asked for");
        let link = SlowLink::start(server.address(), ports, ROUND_TRIP / 2);
        let home = Home::new();
        let local = home.path().join("file");
        write_noise(&local, bytes);
        let whole = std::fs::read(&local).expect("it was just written");
        let seconds = |name: &str, job: &mut Job| {
            server.write_file("file", &whole[..whole.len() / 2]);
            let measured = measure(job, name);
            assert!(
                is_same(&local, &server.root().join("file")),
                "{name} on {}",
                kind.name()
            );
            measured.wall.as_secs_f64()
        };
        let ours = seconds("ftpsh", &mut by_ftpsh(&server, &link, &home));
        let Some(mut job) = by_lftp(&server, &link, &home) else {
            continue;
        };
        let theirs = seconds("lftp", &mut job);
        let more = (ours - theirs) / ROUND_TRIP.as_secs_f64();
        lines.push(format!(
            "| {} | {ours:.2} | {theirs:.2} | {more:.1} |",
            kind.name()
        ));
    }
    lines.join("\n") + "\n"
}

fn by_ftpsh(server: &RealServer, link: &SlowLink, home: &Home) -> Job {
    let address = link.address();
    let lines = [
        format!("USER {}", server.user()),
        format!("PASS {}", server.password()),
        "resume file".to_owned(),
        "QUIT".to_owned(),
    ];
    let program = Ftpsh::new().home(home.path());
    Job {
        command: program.arg(address.to_string()).command(),
        stdin: (lines.join("\n") + "\n").into_bytes(),
    }
}

fn by_lftp(server: &RealServer, link: &SlowLink, home: &Home) -> Option<Job> {
    let address = link.address();
    // With EPSV it need not believe the address of a 227.
    let lines = [
        "set cmd:fail-exit yes".to_owned(),
        "set net:max-retries 1".to_owned(),
        "set ftp:ssl-allow no".to_owned(),
        "set ftp:prefer-epsv yes".to_owned(),
        format!(
            "open -u {},{} ftp://{address}",
            server.user(),
            server.password()
        ),
        "put -c file".to_owned(),
        "bye".to_owned(),
    ];
    let program = Client::Lftp.program()?.home(home.path());
    Some(Job {
        command: program.arg("--norc").command(),
        stdin: (lines.join("\n") + "\n").into_bytes(),
    })
}
