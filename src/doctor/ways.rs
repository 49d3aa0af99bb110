//! The ways of opening a data connection: each is really opened, and a listing comes through it.

use std::io;
use std::net::IpAddr;

use super::clinic::{Access, Clinic};
use super::obstacle::Obstacle;
use super::report::{Family, Mode, Protection, Way, WayResult};
use super::talk::{Answer, Talk};
use crate::client::TransferResult;

/// What a way came to.
#[derive(Clone)]
pub(super) struct Tried {
    pub(super) way: Way,
    /// What its detail tells in words; none where it worked.
    pub(super) obstacle: Option<Obstacle>,
}

impl Clinic<'_> {
    /// Tries every mode on a connection that somebody has logged in on.
    pub(super) fn try_ways(&mut self, access: &Access, protection: Protection) {
        // For the listings (RFC 959 section 4.1.3).
        let _ = access.talk.send("TYPE A");
        for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
            (self.progress)(&format!("{} {}", mode.word(), protection.word()));
            let _ = self.log.take_offered();
            let _ = self.log.take_dial_error();
            let mut way = self.way_in(mode, protection, WayResult::Ok);
            let opened = self.open_way(&access.talk, mode);
            if mode == Mode::Pasv
                && let Some(offered) = self.log.take_offered()
            {
                self.facts.offered.push((protection, offered));
            }
            let tried = opened.and_then(|opened| {
                let listed = self.list_through(&access.talk, mode)?;
                Ok(match mode {
                    Mode::Port => opened.ms() + listed.ms(),
                    Mode::Epsv | Mode::Pasv => opened.ms(),
                })
            });
            let obstacle = match tried {
                Ok(ms) => {
                    let tls = access.talk.data_tls();
                    let tls = tls.filter(|_| protection != Protection::Clear);
                    way.detail = tls.map_or_else(String::new, |tls| tls.version);
                    way.ms = Some(ms);
                    None
                }
                Err((result, obstacle)) => {
                    way.result = result;
                    way.detail = obstacle.to_string();
                    Some(obstacle)
                }
            };
            self.ways.push(Tried { way, obstacle });
        }
        if let Some(std::net::SocketAddr::V4(own)) = self.log.own() {
            let commas = own.ip().to_string().replace('.', ",");
            self.facts.values.insert("own".to_owned(), commas);
        }
    }

    /// Writes down that the ways under a protection were not tried, or how they failed before.
    pub(super) fn fail_ways(
        &mut self,
        protection: Protection,
        result: WayResult,
        obstacle: &Obstacle,
    ) {
        for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
            let detail = obstacle.to_string();
            let way = self.way_in(mode, protection, result);
            self.ways.push(Tried {
                way: Way { detail, ..way },
                obstacle: Some(obstacle.clone()),
            });
        }
    }

    fn way_in(&self, mode: Mode, protection: Protection, result: WayResult) -> Way {
        Way {
            mode,
            protection,
            family: self.family(),
            result,
            ms: None,
            detail: String::new(),
        }
    }

    /// The answer to the command that opens a way.
    fn open_way(&self, talk: &Talk, mode: Mode) -> Result<Answer, (WayResult, Obstacle)> {
        let skipped = |obstacle| Err((WayResult::Skipped, obstacle));
        if let Some(reason) = self.stop.reason() {
            return skipped(Obstacle::Ended(reason));
        }
        if !talk.is_open() {
            return skipped(Obstacle::Inapplicable("the server ended the connection"));
        }
        if mode == Mode::Pasv && self.family() == Family::Ipv6 {
            return skipped(Obstacle::Inapplicable("PASV knows no IPv6"));
        }
        if mode == Mode::Port && self.request.settings.route.proxy.is_some() {
            let text = "no server can connect through the proxy";
            return skipped(Obstacle::Inapplicable(text));
        }
        let opened = match mode {
            Mode::Port => talk.listen(),
            mode => talk.send(mode.word()),
        };
        if mode == Mode::Port
            && let Some(own) = self.address_behind_router()
        {
            return skipped(Obstacle::BehindRouter(own));
        }
        if !opened.is_positive() {
            return Err(self.why_not(&opened));
        }
        if opened.code() != code_of(mode) {
            let obstacle = Obstacle::command(mode.word(), &opened);
            return Err((WayResult::Rejected, obstacle));
        }
        // This program reads other forms too; other clients do not.
        if mode == Mode::Epsv && !names_extended_port(&opened.text()) {
            return Err((WayResult::Rejected, Obstacle::OtherForm(Box::new(opened))));
        }
        Ok(opened)
    }

    fn list_through(&self, talk: &Talk, mode: Mode) -> Result<Answer, (WayResult, Obstacle)> {
        let (listed, _) = talk.fetch("LIST", LIST_MOST);
        match listed.has_brought_data() {
            true => Ok(listed),
            false => Err(self.why_no_listing(mode, &listed)),
        }
    }

    /// Refused, silent and unreachable are three things.
    fn why_not(&self, answer: &Answer) -> (WayResult, Obstacle) {
        if let Some((kind, text)) = self.log.take_dial_error() {
            let result = match kind {
                io::ErrorKind::TimedOut => WayResult::Silent,
                _ => WayResult::Unreachable,
            };
            return (result, Obstacle::DataUnconnected(text));
        }
        let result = match &answer.outcome.reply {
            Some(reply) if reply.code.is_negative() => WayResult::Refused,
            Some(_) => WayResult::Rejected,
            None => WayResult::Silent,
        };
        (result, Obstacle::answered(answer))
    }

    /// The way was opened: if the data connection is not to blame, LIST is.
    fn why_no_listing(&self, mode: Mode, listed: &Answer) -> (WayResult, Obstacle) {
        if self.log.dial_error().is_some() {
            return self.why_not(listed);
        }
        let ended = listed.outcome.transfer.as_ref().map(|end| &end.result);
        match (ended, listed.code()) {
            (Some(TransferResult::TlsFailed(failure)), _) => {
                (WayResult::Rejected, Obstacle::Tls(failure.clone()))
            }
            (Some(TransferResult::CloseNotifyMissing), _) => {
                (WayResult::Rejected, Obstacle::CloseNotifyMissing)
            }
            (Some(TransferResult::NeverConnected), code) if listed.outcome.begun || code == 0 => {
                (WayResult::Silent, Obstacle::NeverConnected)
            }
            // It had taken the port.
            (_, 425) if mode == Mode::Port => (WayResult::Silent, Obstacle::answered(listed)),
            _ => {
                let obstacle = Obstacle::NoListing(Box::new(listed.clone()));
                (WayResult::Rejected, obstacle)
            }
        }
    }

    pub(super) fn family(&self) -> Family {
        match self.facts.ip.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V6(_)) => Family::Ipv6,
            _ => Family::Ipv4,
        }
    }

    /// The server cannot reach an address that only this side's network knows.
    fn address_behind_router(&self) -> Option<IpAddr> {
        let own = self.log.own()?.ip();
        let is_private_here = is_private(own) && !own.to_canonical().is_loopback();
        (is_private_here && !self.facts.ip.is_some_and(is_private)).then_some(own)
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

/// `(|||PORT|)`, with any delimiter (RFC 2428 section 3).
fn names_extended_port(text: &str) -> bool {
    text.split('(').skip(1).any(|text| {
        let Some(delimiter) = text.chars().next().filter(char::is_ascii_graphic) else {
            return false;
        };
        let fields: Vec<&str> = text.split(delimiter).take(5).collect();
        matches!(fields[..], ["", "", "", port, end] if port.parse::<u16>().is_ok() && end.starts_with(')'))
    })
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

#[cfg(test)]
mod tests {
    use super::names_extended_port;

    #[test]
    fn a_229_in_the_form_of_a_227_names_no_port_for_other_clients() {
        for text in [
            "229 here (|||6446|)",
            "229 (well) (!!!80!).",
            "229-a\n229 b (|||80|)",
        ] {
            assert!(names_extended_port(text), "{text}");
        }
        for text in [
            "229 here (127,0,0,1,4,1)",
            "229 |||6446|",
            "229 (|||0x50|)",
            "229 (|||65536|)",
            "229 (||80|)",
            "229 (|||80",
            "229 (",
        ] {
            assert!(!names_extended_port(text), "{text}");
        }
    }
}
