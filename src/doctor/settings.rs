//! What to set in other clients, from the ways that worked and from nothing else.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::report::{Family, Mode, Protection, Report, Verdict, WayResult};

/// A client, and what to type or to choose there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Its name.
    pub client: &'static str,
    /// One line.
    pub line: String,
}

/// How a client should connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Best {
    protection: Protection,
    is_passive: bool,
    has_epsv: bool,
    has_pasv: bool,
    is_ipv4: bool,
}

impl Best {
    /// Some clients know EPSV for IPv6 alone.
    fn has_way_for_pasv_alone(self) -> bool {
        !self.is_passive || self.has_pasv || !self.is_ipv4
    }
}

/// The settings for the best way that worked; none if none did.
#[must_use]
pub fn settings(report: &Report) -> Vec<ClientSettings> {
    let Some(best) = best(report) else {
        return Vec::new();
    };
    let host = authority(report);
    let user = report.target.user.as_deref().unwrap_or("anonymous");
    let lines = [
        ("curl", curl(best, &host, user)),
        ("lftp", lftp(best, &host, user)),
        ("FileZilla", by_hand(best)),
        ("WinSCP", winscp(best, &host, user)),
        ("rclone", rclone(best, report, user)),
        ("Python ftplib", python(best, report)),
        ("PHP", php(best, report)),
    ];
    let lines = lines.into_iter().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(client, line)| ClientSettings { client, line })
        .collect()
}

fn best(report: &Report) -> Option<Best> {
    let works = |protection, mode| {
        report.ways.iter().any(|way| {
            way.protection == protection && way.mode == mode && way.result == WayResult::Ok
        })
    };
    [
        Protection::Explicit,
        Protection::Implicit,
        Protection::Clear,
    ]
    .into_iter()
    .map(|protection| Best {
        protection,
        is_passive: works(protection, Mode::Epsv) || works(protection, Mode::Pasv),
        has_epsv: works(protection, Mode::Epsv),
        has_pasv: works(protection, Mode::Pasv),
        is_ipv4: report.ways.iter().all(|way| way.family == Family::Ipv4),
    })
    .find(|best| best.is_passive || works(best.protection, Mode::Port))
}

/// HOST:PORT, without the port where it is the usual one.
fn authority(report: &Report) -> String {
    let host = &report.target.host;
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.clone()
    };
    match report.target.port {
        21 => host,
        port => format!("{host}:{port}"),
    }
}

fn curl(best: Best, host: &str, user: &str) -> String {
    let scheme = if best.protection == Protection::Implicit {
        "ftps"
    } else {
        "ftp"
    };
    let mut options = String::new();
    if best.protection == Protection::Explicit {
        options += "--ssl-reqd ";
    }
    if !best.is_passive {
        options += "--ftp-port - ";
    } else if !best.has_epsv {
        options += "--disable-epsv ";
    }
    let url = format!("{scheme}://{host}/");
    format!(
        "curl {options}--user {} {}",
        for_shell(user),
        for_shell(&url)
    )
}

fn lftp(best: Best, host: &str, user: &str) -> String {
    let passive = if best.is_passive { "on" } else { "off" };
    let secure = if best.protection == Protection::Explicit {
        "set ftp:ssl-force on; set ftp:ssl-protect-data on; "
    } else {
        "set ftp:ssl-allow off; "
    };
    let prefer = if best.has_epsv && !best.has_pasv {
        "set ftp:prefer-epsv on; "
    } else {
        ""
    };
    let user = for_shell(user);
    match best.protection {
        Protection::Implicit => {
            format!("lftp -e 'set ftp:passive-mode {passive}' -u {user} ftps://{host}")
        }
        _ => format!("lftp -e '{secure}{prefer}set ftp:passive-mode {passive}' -u {user} {host}"),
    }
}

fn by_hand(best: Best) -> String {
    let encryption = match best.protection {
        Protection::Explicit => "Require explicit FTP over TLS",
        Protection::Implicit => "Require implicit FTP over TLS",
        Protection::Clear => "Only use plain FTP (insecure)",
    };
    let mode = if best.is_passive { "Passive" } else { "Active" };
    format!("Encryption: {encryption}; Transfer mode: {mode}")
}

fn winscp(best: Best, host: &str, user: &str) -> String {
    let scheme = match best.protection {
        Protection::Explicit => "ftpes",
        Protection::Implicit => "ftps",
        Protection::Clear => "ftp",
    };
    let passive = u8::from(best.is_passive);
    let user = for_url(user);
    format!("open {scheme}://{user}@{host}/ -passive={passive}")
}

/// It has passive mode alone.
fn rclone(best: Best, report: &Report, user: &str) -> String {
    if !best.is_passive {
        return String::new();
    }
    let secure = match best.protection {
        Protection::Explicit => ",explicit_tls=true",
        Protection::Implicit => ",tls=true",
        Protection::Clear => "",
    };
    let epsv = if best.has_epsv {
        ""
    } else {
        ",disable_epsv=true"
    };
    let (host, port) = (&report.target.host, report.target.port);
    // rclone puts a colon and the port after the host, and no brackets around it.
    let host = match host.contains(':') {
        true => for_rclone(&format!("[{host}]")),
        false => for_rclone(host),
    };
    let user = for_rclone(user);
    let remote = format!(":ftp,host={host},port={port},user={user}{secure}{epsv}:");
    format!("rclone lsd {} --ftp-ask-password", for_shell(&remote))
}

/// It has no implicit TLS, and resumes no session.
fn python(best: Best, report: &Report) -> String {
    let wants_resumption = report
        .findings
        .iter()
        .any(|finding| finding.id == "tls-session-reuse" && finding.title == RESUMPTION_WANTED);
    if wants_resumption || !best.has_way_for_pasv_alone() {
        return String::new();
    }
    let (host, port) = (&report.target.host, report.target.port);
    let passive = if best.is_passive {
        ""
    } else {
        "; f.set_pasv(False)"
    };
    match best.protection {
        Protection::Explicit => format!(
            "f = FTP_TLS(); f.connect('{host}', {port}); f.login(user, password); f.prot_p(){passive}"
        ),
        Protection::Clear => {
            format!("f = FTP(); f.connect('{host}', {port}); f.login(user, password){passive}")
        }
        Protection::Implicit => String::new(),
    }
}

fn php(best: Best, report: &Report) -> String {
    if !best.has_way_for_pasv_alone() {
        return String::new();
    }
    let (host, port) = (&report.target.host, report.target.port);
    let connect = match best.protection {
        Protection::Explicit => "ftp_ssl_connect",
        Protection::Clear => "ftp_connect",
        Protection::Implicit => return String::new(),
    };
    let passive = best.is_passive;
    let address = match passive && names_another_address(report) {
        true => " ftp_set_option($f, FTP_USEPASVADDRESS, false);",
        false => "",
    };
    format!(
        "$f = {connect}('{host}', {port}); ftp_login($f, $user, $password);{address} ftp_pasv($f, {passive});"
    )
}

/// PHP connects where the 227 says, unless it is told otherwise.
fn names_another_address(report: &Report) -> bool {
    report.findings.iter().any(|finding| {
        finding.id == "pasv-address" && matches!(finding.verdict, Verdict::Warn | Verdict::Bad)
    })
}

/// One word of a shell's line.
fn for_shell(text: &str) -> String {
    // Only NUL cannot be quoted, and it is in no line that can be sent.
    shlex::try_quote(text).map_or_else(|_| String::new(), Cow::into_owned)
}

/// A value in a connection string of rclone's.
fn for_rclone(text: &str) -> String {
    match text.contains([',', ':', '"', '\'', '=', ' ']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

fn for_url(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// All but what RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The finding of `tls-session-reuse` where a client has to resume.
pub(super) const RESUMPTION_WANTED: &str =
    "the server wants data connections to resume the session: clients that cannot fail";

#[cfg(test)]
mod tests {
    use super::settings;
    use crate::doctor::forms::samples::finding;
    use crate::doctor::report::{
        Family, Group, Mode, Protection, Report, Target, Verdict, Way, WayResult,
    };

    fn report(ways: &[(Mode, Protection, WayResult)]) -> Report {
        let ways = ways.iter().map(|(mode, protection, result)| Way {
            mode: *mode,
            protection: *protection,
            family: Family::Ipv4,
            result: *result,
            ms: None,
            detail: String::new(),
        });
        Report {
            target: Target {
                host: "h".to_owned(),
                port: 21,
                addresses: Vec::new(),
                user: Some("bob".to_owned()),
            },
            ways: ways.collect(),
            ..Report::default()
        }
    }

    fn line(report: &Report, client: &str) -> String {
        let found = settings(report).into_iter().find(|it| it.client == client);
        found.map(|it| it.line).unwrap_or_default()
    }

    /// What a shell makes of the line.
    fn words(report: &Report, client: &str) -> Vec<String> {
        shlex::split(&line(report, client)).unwrap()
    }

    #[test]
    fn only_what_worked_is_told() {
        use Mode::{Epsv, Pasv, Port};
        use Protection::{Clear, Explicit, Implicit};
        use WayResult::{Ok, Refused, Skipped};
        let explicit = report(&[(Pasv, Clear, Ok), (Epsv, Explicit, Ok)]);
        assert_eq!(
            line(&explicit, "curl"),
            "curl --ssl-reqd --user bob ftp://h/"
        );
        let no_epsv = report(&[(Epsv, Clear, Refused), (Pasv, Clear, Ok)]);
        assert_eq!(
            line(&no_epsv, "curl"),
            "curl --disable-epsv --user bob ftp://h/"
        );
        let active = report(&[(Pasv, Clear, Refused), (Port, Clear, Ok)]);
        assert_eq!(
            line(&active, "curl"),
            "curl --ftp-port - --user bob ftp://h/"
        );
        assert_eq!(line(&active, "rclone"), "");
        let implicit = report(&[(Pasv, Implicit, Ok)]);
        assert_eq!(line(&implicit, "WinSCP"), "open ftps://bob@h/ -passive=1");
        assert_eq!(line(&implicit, "Python ftplib"), "");
        assert_eq!(settings(&report(&[(Pasv, Clear, Skipped)])), []);
    }

    #[test]
    fn a_user_is_written_as_each_client_reads_it() {
        let mut report = report(&[(Mode::Pasv, Protection::Clear, WayResult::Ok)]);
        for (user, winscp, rclone) in [
            ("bob", "bob", "bob"),
            ("DOM\\bob", "DOM%5Cbob", "DOM\\bob"),
            ("bob smith;x", "bob%20smith%3Bx", "\"bob smith;x\""),
            ("bob@example.org", "bob%40example.org", "bob@example.org"),
            ("o'b,x", "o%27b%2Cx", "\"o'b,x\""),
        ] {
            report.target.user = Some(user.to_owned());
            let curl = ["curl", "--disable-epsv", "--user", user, "ftp://h/"];
            assert_eq!(words(&report, "curl"), curl);
            assert!(words(&report, "lftp").ends_with(&["-u".into(), user.into(), "h".into()]));
            let expected = format!("open ftp://{winscp}@h/ -passive=1");
            assert_eq!(line(&report, "WinSCP"), expected);
            let remote = format!(":ftp,host=h,port=21,user={rclone},disable_epsv=true:");
            let rclone = ["rclone", "lsd", &remote, "--ftp-ask-password"];
            assert_eq!(words(&report, "rclone"), rclone);
        }
        report.target.host = "::1".to_owned();
        assert!(words(&report, "rclone")[2].starts_with(":ftp,host=\"[::1]\",port=21,"));
        assert_eq!(words(&report, "curl")[4], "ftp://[::1]/");
    }

    #[test]
    fn a_client_that_cannot_use_the_way_is_left_out() {
        let mut only_epsv = report(&[
            (Mode::Epsv, Protection::Clear, WayResult::Ok),
            (Mode::Pasv, Protection::Clear, WayResult::Refused),
        ]);
        for client in ["Python ftplib", "PHP"] {
            assert_eq!(line(&only_epsv, client), "");
        }
        for way in &mut only_epsv.ways {
            way.family = Family::Ipv6;
        }
        assert_ne!(line(&only_epsv, "PHP"), "");
        let mut resuming = report(&[(Mode::Pasv, Protection::Explicit, WayResult::Ok)]);
        assert_ne!(line(&resuming, "Python ftplib"), "");
        let mut reuse = finding("tls-session-reuse", Group::Tls, Verdict::Info);
        reuse.title = super::RESUMPTION_WANTED.to_owned();
        resuming.findings = vec![reuse];
        assert_eq!(line(&resuming, "Python ftplib"), "");
        assert_ne!(line(&resuming, "PHP"), "");
    }

    #[test]
    fn php_is_told_not_to_believe_a_227_that_names_another_address() {
        let mut report = report(&[(Mode::Pasv, Protection::Clear, WayResult::Ok)]);
        assert!(!line(&report, "PHP").contains("FTP_USEPASVADDRESS"));
        let group = Group::Reachability;
        report.findings = vec![finding("pasv-address", group, Verdict::Warn)];
        let expected = "ftp_set_option($f, FTP_USEPASVADDRESS, false); ftp_pasv($f, true);";
        assert!(line(&report, "PHP").ends_with(expected));
    }
}
