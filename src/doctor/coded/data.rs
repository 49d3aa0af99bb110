//! Whether data connections can be made, from what the ways came to.

use std::collections::BTreeSet;

use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::obstacle::Obstacle;
use crate::doctor::report::{Family, Mode, Protection, Verdict, Way, WayResult};
use crate::doctor::shown::listed_through;
use crate::doctor::talk::Talk;
use crate::doctor::ways::{Tried, is_private};
use crate::protocol::data_port::DataPort;

/// The 227 names the address that was connected to.
pub(super) fn pasv_address(clinic: &mut Clinic<'_>) -> Judged {
    let Some((_, offered)) = clinic.facts.offered.first() else {
        return Judged::skipped(why_no_227(clinic));
    };
    if offered.only_port_trusted {
        return Judged::of(
            Verdict::Bad,
            "the 227 names an address that cannot be one, such as 0.0.0.0",
            format!("port {}", offered.port),
        )
        .shown_by(OWN_ADDRESS);
    }
    let (Some(named), Some(server)) = (offered.host, clinic.facts.ip) else {
        return Judged::unknown("the 227 names no address that can be read");
    };
    let because = format!("the 227 names {named}; the control connection goes to {server}");
    if named == server.to_canonical() {
        return Judged::ok(format!("the 227 names {named}"));
    }
    if is_private(named) && !is_private(server) {
        return Judged::of(
            Verdict::Warn,
            "the 227 names an address that only the server's network knows: clients that believe it fail",
            because,
        )
        .shown_by(OWN_ADDRESS);
    }
    Judged::of(
        Verdict::Warn,
        "the 227 names another address than the server's: clients that believe it connect there",
        because,
    )
    .shown_by(OWN_ADDRESS)
}

/// The port of the 227 can be connected to, at the address of the control connection.
pub(super) fn pasv_dial(clinic: &mut Clinic<'_>) -> Judged {
    let Some(tried) = clinic.way(Mode::Pasv) else {
        return Judged::skipped("nobody is logged in");
    };
    judge_way(tried, "the port that the 227 names cannot be connected to")
}

pub(super) fn epsv(clinic: &mut Clinic<'_>) -> Judged {
    let is_listed = clinic.facts.feature("EPSV").is_some();
    let Some(tried) = clinic.way(Mode::Epsv) else {
        return Judged::skipped("nobody is logged in");
    };
    let because = tried.way.detail.clone();
    match tried.way.result {
        WayResult::Refused if is_listed => {
            Judged::of(Verdict::Warn, "FEAT lists EPSV, and it is refused", because)
                .shown_by(listed_through("EPSV", 229))
        }
        WayResult::Refused => Judged::of(
            Verdict::Info,
            "the server has no EPSV: clients on IPv6 cannot transfer",
            because,
        )
        .shown_by(listed_through("EPSV", 229)),
        _ => judge_way(tried, "the port that the 229 names cannot be connected to"),
    }
}

pub(super) fn active(clinic: &mut Clinic<'_>) -> Judged {
    let Some(tried) = clinic.way(Mode::Port) else {
        return Judged::skipped("nobody is logged in");
    };
    let because = tried.way.detail.clone();
    match tried.way.result {
        WayResult::Ok => Judged::ok("the server connects to the port that it is given"),
        WayResult::Refused => Judged::of(
            Verdict::Info,
            "the server does no active mode: clients that cannot be passive fail",
            because,
        )
        .shown_by(way_in_lines(&tried.way)),
        _ => judge_way(tried, "the server accepts PORT and does not connect"),
    }
}

fn judge_way(Tried { way, obstacle }: &Tried, sentence: &str) -> Judged {
    let obstacle = obstacle.as_ref();
    let is_over = obstacle.is_some_and(Obstacle::is_end_of_session);
    let detail = way.detail.clone();
    let judged = match way.result {
        WayResult::Ok => {
            let ms = way.ms.unwrap_or_default();
            Judged::ok(format!("a listing came through it, {ms} ms"))
        }
        WayResult::Skipped => Judged::skipped(detail),
        WayResult::Refused => Judged::of(
            Verdict::Warn,
            &format!("{} does not work: it is refused", way.mode.word()),
            detail,
        ),
        WayResult::Silent | WayResult::Rejected if is_over => Judged::unknown(detail),
        WayResult::Silent | WayResult::Unreachable => Judged::of(Verdict::Bad, sentence, detail),
        WayResult::Rejected if matches!(obstacle, Some(Obstacle::NoListing(_))) => Judged::of(
            Verdict::Warn,
            &format!("{} is accepted, and LIST gives nothing", way.mode.word()),
            detail,
        ),
        WayResult::Rejected => Judged::of(
            Verdict::Bad,
            &format!("{} gives no connection that is of use", way.mode.word()),
            detail,
        ),
    };
    judged.shown_by(way_in_lines(way))
}

fn way_in_lines(way: &Way) -> String {
    match (way.mode, way.family) {
        (Mode::Epsv, _) => listed_through("EPSV", 229),
        (Mode::Pasv, _) => listed_through("PASV", 227),
        (Mode::Port, Family::Ipv4) => listed_through("PORT {listen}", 200),
        (Mode::Port, Family::Ipv6) => listed_through("EPRT {listen}", 200),
    }
}

/// What a 227 names in clear and under TLS: a router that rewrites it can do so only in clear.
pub(super) fn pasv_under_tls(clinic: &mut Clinic<'_>) -> Judged {
    let host = |protection: Protection| {
        let mut offered = clinic.facts.offered.iter();
        let found = offered.find(|(other, _)| *other == protection);
        found.and_then(|(_, offered)| offered.host)
    };
    let (clear, secure) = (host(Protection::Clear), host(Protection::Explicit));
    match (clear, secure) {
        (Some(clear), Some(secure)) if clear == secure => Judged::ok(format!("both name {clear}")),
        (Some(clear), Some(secure)) => Judged::of(
            Verdict::Warn,
            "something between here and the server rewrites the 227, and cannot under TLS",
            format!("{clear} in clear, {secure} under TLS"),
        )
        .shown_by(OWN_ADDRESS.replace("{commas}", &clear.to_string().replace('.', ","))),
        (None, _) => Judged::skipped("no 227 in clear"),
        (_, None) => Judged::skipped("no 227 under TLS"),
    }
}

/// Ports that can be guessed can be taken by somebody else.
pub(super) fn pasv_sequence(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let mut ports = Vec::new();
    for _ in 0..PORTS {
        match offered_port(clinic, &access.talk) {
            Ok(port) => ports.push(port),
            Err(because) => return Judged::skipped(because),
        }
    }
    // A session that keeps its port tells nothing of the ports of others.
    if ports.iter().all(|port| *port == ports[0]) {
        let other = clinic.log_in_again().and_then(|other| {
            let port = offered_port(clinic, &other.talk);
            other.talk.end();
            port
        });
        let other = match other {
            Ok(port) => port,
            Err(because) => return Judged::unknown(because),
        };
        ports = vec![ports[0], other];
    }
    let steps: BTreeSet<i32> = ports
        .windows(2)
        .map(|pair| i32::from(pair[1]) - i32::from(pair[0]))
        .collect();
    let list: Vec<String> = ports.iter().map(u16::to_string).collect();
    let because = format!("ports {}", list.join(", "));
    match steps.iter().next() {
        Some(step) if steps.len() == 1 && step.abs() <= 4 => Judged::of(
            Verdict::Warn,
            "the next passive port can be guessed: somebody else can connect to it first",
            because,
        ),
        _ => Judged::ok(because),
    }
}

/// The port that the server opens for the next data connection.
fn offered_port(clinic: &Clinic<'_>, talk: &Talk) -> Result<u16, Obstacle> {
    let verb = match clinic.family() {
        Family::Ipv4 => "PASV",
        Family::Ipv6 => "EPSV",
    };
    let answer = talk.send(verb);
    let reply = answer.outcome.reply.as_ref();
    match reply.and_then(|it| DataPort::from_reply(it).ok()) {
        Some(offered) => Ok(offered.port),
        None => Err(Obstacle::command(verb, &answer)),
    }
}

fn why_no_227(clinic: &Clinic<'_>) -> String {
    let tried = clinic.way(Mode::Pasv);
    tried.map_or_else(
        || "nobody is logged in".to_owned(),
        |tried| format!("PASV gave no address: {}", tried.way.detail),
    )
}

impl Clinic<'_> {
    /// What a mode came to under the protection that the login has.
    fn way(&self, mode: Mode) -> Option<&Tried> {
        let protection = self.facts.logged_in_over?;
        let mut ways = self.ways.iter();
        ways.find(|Tried { way, .. }| way.mode == mode && way.protection == protection)
    }
}

const OWN_ADDRESS: &str = "C> PASV\nS> 227 [..]{commas},[..]\n";
const PORTS: usize = 4;
