//! The ways of opening a data connection: each is really opened, and a listing comes through it.

use std::io;
use std::net::IpAddr;

use super::clinic::{Access, Clinic};
use super::report::{Family, Mode, Protection, Way, WayResult};
use super::talk::{Answer, Talk};
use crate::client::TransferResult;
use crate::protocol::data_port::DataPort;

/// What a way came to, and what the reply to PASV said.
pub(super) struct Tried {
    pub(super) way: Way,
    pub(super) offered: Option<DataPort>,
}

impl Clinic<'_> {
    /// Tries every mode on a connection that somebody has logged in on.
    pub(super) fn try_ways(&mut self, access: &Access, protection: Protection) {
        for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
            (self.progress)(&format!("{} {}", mode.word(), protection.word()));
            let tried = self.try_way(&access.talk, mode, protection);
            if mode == Mode::Pasv
                && let Some(offered) = tried.offered
            {
                self.facts.offered.push((protection, offered));
            }
            self.ways.push(tried.way);
        }
        if let Some(std::net::SocketAddr::V4(own)) = self.log.own() {
            let commas = own.ip().to_string().replace('.', ",");
            self.facts.values.insert("own".to_owned(), commas);
        }
    }

    /// Writes down that the ways under a protection were not tried, or how they failed before.
    pub(super) fn fail_ways(&mut self, protection: Protection, result: WayResult, detail: &str) {
        for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
            let family = self.family();
            self.ways.push(Way {
                mode,
                protection,
                family,
                result,
                ms: None,
                detail: detail.to_owned(),
            });
        }
    }

    fn try_way(&self, talk: &Talk, mode: Mode, protection: Protection) -> Tried {
        let family = self.family();
        let way = |result, ms, detail: String| Way {
            mode,
            protection,
            family,
            result,
            ms,
            detail,
        };
        let plain = |result, detail: &str| Tried {
            way: way(result, None, detail.to_owned()),
            offered: None,
        };
        if let Some(reason) = self.stop.reason() {
            return plain(WayResult::Skipped, reason);
        }
        if !talk.is_open() {
            return plain(WayResult::Skipped, "the server ended the connection");
        }
        if mode == Mode::Pasv && family == Family::Ipv6 {
            return plain(WayResult::Skipped, "PASV knows no IPv6");
        }
        if mode == Mode::Port && self.request.settings.route.proxy.is_some() {
            return plain(
                WayResult::Skipped,
                "no server can connect through the proxy",
            );
        }
        let _ = self.log.take_offered();
        let _ = self.log.take_dial_error();
        let opened = match mode {
            Mode::Port => talk.listen(),
            mode => talk.send(mode.word()),
        };
        if mode == Mode::Port && self.is_behind_router() {
            let own = self.log.own().map(|own| own.ip().to_string());
            let text = format!("this side is {}, behind a router", own.unwrap_or_default());
            return plain(WayResult::Skipped, &text);
        }
        let offered = self.log.take_offered();
        if !opened.is_positive() {
            let result = self.why_not(&opened);
            let way = way(result, None, self.detail_of(&opened));
            return Tried { way, offered };
        }
        if opened.code() != code_of(mode) {
            let detail = format!("{}: {}", mode.word(), opened.first_line());
            return plain(WayResult::Rejected, &detail);
        }
        let (listed, _) = talk.fetch("LIST", LIST_MOST);
        let way = if listed.has_brought_data() {
            let took = match mode {
                Mode::Port => opened.ms() + listed.ms(),
                Mode::Epsv | Mode::Pasv => opened.ms(),
            };
            let tls = talk.data_tls().filter(|_| protection != Protection::Clear);
            let detail = tls.map_or_else(String::new, |tls| tls.version);
            way(WayResult::Ok, Some(took), detail)
        } else {
            let (result, detail) = self.why_no_listing(mode, &listed);
            way(result, None, detail)
        };
        Tried { way, offered }
    }

    /// Refused, silent and unreachable are three things.
    fn why_not(&self, answer: &Answer) -> WayResult {
        if let Some((kind, _)) = self.log.dial_error() {
            return match kind {
                io::ErrorKind::TimedOut => WayResult::Silent,
                _ => WayResult::Unreachable,
            };
        }
        match &answer.outcome.reply {
            Some(reply) if reply.code.is_negative() => WayResult::Refused,
            Some(_) => WayResult::Rejected,
            None => WayResult::Silent,
        }
    }

    fn detail_of(&self, answer: &Answer) -> String {
        let error = self.log.take_dial_error();
        error.map_or_else(|| answer.first_line(), |(_, error)| error)
    }

    /// The way was opened: if the data connection is not to blame, LIST is.
    fn why_no_listing(&self, mode: Mode, listed: &Answer) -> (WayResult, String) {
        if self.log.dial_error().is_some() {
            return (self.why_not(listed), self.detail_of(listed));
        }
        let ended = listed.outcome.transfer.as_ref().map(|end| &end.result);
        match (ended, listed.code()) {
            (Some(TransferResult::TlsFailed(failure)), _) => {
                (WayResult::Rejected, failure.to_string())
            }
            (Some(TransferResult::CloseNotifyMissing), _) => {
                let text = "the data ended without close_notify";
                (WayResult::Rejected, text.to_owned())
            }
            (Some(TransferResult::NeverConnected), code) if listed.outcome.begun || code == 0 => {
                (WayResult::Silent, "the server did not connect".to_owned())
            }
            // It had taken the port.
            (_, 425) if mode == Mode::Port => (WayResult::Silent, listed.first_line()),
            _ => (
                WayResult::Rejected,
                format!("LIST: {}", listed.first_line()),
            ),
        }
    }

    pub(super) fn family(&self) -> Family {
        match self.facts.ip.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V6(_)) => Family::Ipv6,
            _ => Family::Ipv4,
        }
    }

    /// The server cannot reach an address that only this side's network knows.
    fn is_behind_router(&self) -> bool {
        let own = self.log.own().map(|own| own.ip().to_canonical());
        let is_private_here = own.is_some_and(|ip| is_private(ip) && !ip.is_loopback());
        is_private_here && !self.facts.ip.is_some_and(is_private)
    }
}

/// What accepts the mode (RFC 959 section 5.4, RFC 2428 section 3).
fn code_of(mode: Mode) -> u16 {
    match mode {
        Mode::Epsv => 229,
        Mode::Pasv => 227,
        Mode::Port => 200,
    }
}

/// An address that only its own network can reach.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || is_shared(ip)
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// 100.64.0.0/10, of carriers (RFC 6598).
fn is_shared(ip: std::net::Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && (64..128).contains(&second)
}

const LIST_MOST: usize = 1 << 20;
