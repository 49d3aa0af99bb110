//! Made-up reports for the tests of the forms.

use crate::doctor::report::{
    Class, Evidence, Family, Finding, Group, Mode, Protection, Remains, Report, Server, Target,
    Verdict, Way, WayResult,
};

/// What a server could write to control a terminal, or to be taken for Markdown, HTML, XML or a link.
pub(crate) const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}|`**a**` <b>&amp;]]> [x](http://evil.example) www.evil.example {0} \u{fffe}\\";

/// A finding about nothing in particular.
pub(crate) fn finding(id: &str, group: Group, verdict: Verdict) -> Finding {
    Finding {
        id: id.to_owned(),
        group,
        title: format!("what {id} says"),
        verdict,
        class: Class::Read,
        because: format!("because of {id}"),
        source: None,
        fix: None,
        ms: 5,
        evidence: Vec::new(),
        transcript: None,
    }
}

/// A way under protection and with a result, over IPv4.
pub(crate) fn way(mode: Mode, protection: Protection, result: WayResult, detail: &str) -> Way {
    Way {
        mode,
        protection,
        family: Family::Ipv4,
        result,
        ms: (result == WayResult::Ok).then_some(21),
        detail: detail.to_owned(),
    }
}

/// A report with every verdict, every class, every kind of evidence, and hostile text wherever a server's text may stand.
pub(crate) fn report() -> Report {
    let mut quit = finding("quit", Group::ByTheBook, Verdict::Ok);
    quit.class = Class::BeforeLogin;
    let mut feat = finding("feat-truth", Group::ByTheBook, Verdict::Info);
    feat.title = format!("FEAT lists {HOSTILE}");
    let mut address = finding("pasv-address", Group::Reachability, Verdict::Warn);
    address.title = "the 227 names 10.0.0.5, which is private".to_owned();
    address.because = HOSTILE.to_owned();
    address.source = Some("RFC 1123 section 4.1.2.6".to_owned());
    address.fix = Some("MasqueradeAddress PUBLIC-ADDRESS".to_owned());
    address.evidence = vec![
        Evidence::Sent("PASV".to_owned()),
        Evidence::Received("227 Entering Passive Mode (10,0,0,5,4,1)".to_owned()),
        Evidence::Received(HOSTILE.to_owned()),
        Evidence::Happened("no data connection".to_owned()),
    ];
    address.transcript = Some("S> 220\nC> PASV\nS> 227\n".to_owned());
    let mut upload = finding("close-notify-upload", Group::Tls, Verdict::Bad);
    upload.class = Class::Write;
    upload.source = Some("RFC 4217 section 12.7".to_owned());
    let mut long = finding("long-line", Group::Security, Verdict::Skipped);
    long.class = Class::Hard;
    long.because = "it looks like an attack: --hard allows it".to_owned();
    let unknown = finding("list-form", Group::Listings, Verdict::Unknown);
    Report {
        target: Target {
            host: "ftp.example.com".to_owned(),
            port: 2121,
            addresses: vec![
                ([203, 0, 113, 7], 2121).into(),
                "[2001:db8::7]:2121".parse().expect("it is an address"),
            ],
            user: Some("bob".to_owned()),
        },
        server: Server {
            greeting: format!("220-{HOSTILE}\n220 ready"),
            product: Some(format!("ProFTPD 1.3.8 {HOSTILE}")),
            features: vec!["MDTM".to_owned(), HOSTILE.to_owned()],
        },
        ways: vec![
            way(Mode::Epsv, Protection::Clear, WayResult::Ok, ""),
            way(Mode::Pasv, Protection::Clear, WayResult::Silent, HOSTILE),
            way(
                Mode::Port,
                Protection::Clear,
                WayResult::Skipped,
                "behind a router",
            ),
            way(Mode::Epsv, Protection::Explicit, WayResult::Ok, "TLS 1.3"),
            way(
                Mode::Pasv,
                Protection::Explicit,
                WayResult::Refused,
                "500 no",
            ),
            way(
                Mode::Port,
                Protection::Explicit,
                WayResult::Rejected,
                "no handshake",
            ),
            way(
                Mode::Epsv,
                Protection::Implicit,
                WayResult::Unreachable,
                "refused",
            ),
        ],
        findings: vec![address, upload, quit, feat, unknown, long],
        commands: 61,
        connections: 5,
        ms: 6100,
        cut_short: Some("the budget of 60 s is spent".to_owned()),
        left_behind: vec![Remains {
            path: format!("/ftpsh-doctor-a1/{HOSTILE}"),
            command: "DELE f".to_owned(),
            because: "550 no".to_owned(),
        }],
    }
}
