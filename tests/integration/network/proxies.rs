//! Both connections through real proxies.

use std::path::Path;

use tempfile::TempDir;

use super::noting_server::NotingServer;
use super::{run, script};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::real_proxy::{
    ENCODED_PASSWORD, PROXY_USER, ProxyKind, ProxyOptions, RealProxy,
};
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::terminal::Key;

fn with_password() -> ProxyOptions {
    ProxyOptions {
        wants_password: true,
        ..ProxyOptions::default()
    }
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).expect("the file was received")
}

/// A session with five data connections: each of them, and the control connection, is in the log of the proxy.
fn everything_goes_through(kind: Kind, tls: Tls, proxy: ProxyKind, scheme: &str) {
    let options = Options {
        tls,
        ..Options::default()
    };
    let (Some(server), Some(proxy)) = (
        RealServer::start_with(kind, &options),
        RealProxy::start(proxy, &with_password()),
    ) else {
        return;
    };
    let whole: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    server.write_file("there", &whole);
    server.write_file("part", &whole[..200_000]);
    let home = TempDir::new().expect("a temporary folder");
    for name in ["here", "part"] {
        std::fs::write(home.path().join(name), &whole).expect("its own folder");
    }
    let login = format!("login {} {}", server.user(), server.password());
    let lines = [
        &login,
        "TYPE I",
        "PASV",
        "RETR there > got",
        "EPSV",
        "STOR new < here",
        "PASV",
        "NLST > names",
        "resume part",
    ];
    // A name goes to the proxy as it is, but for socks5.
    let target = format!("localhost:{}", server.address().port());
    let url = proxy.url(scheme);
    let mut program = script(&["--proxy", &url, &target], lines).home(home.path());
    if tls == Tls::Explicit {
        program = program.args(["--tls", "require", "--ca"]);
        program = program.arg(server.authority().file());
    }
    let finished = program.run().success();
    assert!(read(home.path(), "got") == whole);
    assert!(server.read_file("new") == whole && server.read_file("part") == whole);
    let names = read(home.path(), "names");
    assert!(String::from_utf8_lossy(&names).contains("there"));

    let peer = match scheme {
        "socks5" => server.address().to_string(),
        _ => target,
    };
    let shown = format!(
        "connected to {peer} through {scheme}://{}\n",
        proxy.address()
    );
    assert!(finished.stderr.contains(&shown), "{finished:?}");
    let ports = proxy.ports();
    let opened = finished.stderr.matches("data connection open to ").count();
    assert_eq!(ports[0], server.address().port());
    // `resume` reads back before and after what it sends.
    assert!(opened >= 5, "{finished:?}");
    assert_eq!(ports.len(), 1 + opened, "{}", proxy.log());
}

fn goes_through_each(kind: Kind) {
    for proxy in ProxyKind::ALL {
        for scheme in proxy.schemes() {
            everything_goes_through(kind, Tls::None, proxy, scheme);
        }
    }
}

#[test]
fn vsftpd_is_reached_through_each_proxy_with_both_connections() {
    goes_through_each(Kind::Vsftpd);
}

#[test]
fn proftpd_is_reached_through_each_proxy_with_both_connections() {
    goes_through_each(Kind::Proftpd);
}

#[test]
fn pure_ftpd_is_reached_through_each_proxy_with_both_connections() {
    goes_through_each(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_is_reached_through_each_proxy_with_both_connections() {
    goes_through_each(Kind::Pyftpdlib);
}

/// Both insist that data connections resume the session of the control connection.
#[test]
fn both_connections_are_under_tls_through_a_proxy() {
    everything_goes_through(Kind::Vsftpd, Tls::Explicit, ProxyKind::Dante, "socks5h");
    everything_goes_through(Kind::Proftpd, Tls::Explicit, ProxyKind::Tinyproxy, "http");
}

#[test]
fn a_probe_of_tls_versions_goes_through_the_proxy() {
    let options = Options {
        tls: Tls::Explicit,
        ..Options::default()
    };
    let (Some(server), Some(proxy)) = (
        RealServer::start_with(Kind::Proftpd, &options),
        RealProxy::start(ProxyKind::Dante, &with_password()),
    ) else {
        return;
    };
    let probe = format!("tls probe {}", server.address());
    let url = proxy.url("socks5");
    let _ = script(&["--proxy", &url], [probe.as_str()]).run().success();
    assert_eq!(
        proxy.ports(),
        [server.address().port(); 5],
        "{}",
        proxy.log()
    );
}

/// PASV and LIST on a server that notes who comes, through a proxy or not.
fn list_with(proxy: &RealProxy, program: impl FnOnce(Ftpsh) -> Ftpsh) -> (Finished, usize) {
    let before = proxy.ports().len();
    let server = NotingServer::start();
    let port = server.address().port();
    let target = server.address().to_string();
    let finished = program(script(&[&target], ["PASV", "LIST"]))
        .run()
        .success();
    let callers = server.callers();
    assert_eq!((callers.control.len(), callers.data.len()), (1, 1));
    let ports = proxy.ports();
    assert!(ports[before..].first().is_none_or(|first| *first == port));
    (finished, ports.len() - before)
}

#[test]
fn the_environment_names_the_proxy_and_the_exceptions() {
    for kind in ProxyKind::ALL {
        let Some(proxy) = RealProxy::start(kind, &with_password()) else {
            continue;
        };
        let url = proxy.url(kind.schemes()[0]);
        let nobody = "socks5://127.0.0.1:1";
        for (variables, connections) in [
            (&[("ALL_PROXY", url.as_str())][..], 2),
            (&[("all_proxy", &url)], 2),
            (&[("FTP_PROXY", &url), ("ALL_PROXY", nobody)], 2),
            (&[("ftp_proxy", &url), ("FTP_PROXY", nobody)], 2),
            (
                &[("ALL_PROXY", &url), ("NO_PROXY", "example.net,127.0.0.0/8")],
                0,
            ),
            (&[("ALL_PROXY", &url), ("no_proxy", "*")], 0),
            (&[("ALL_PROXY", &url), ("NO_PROXY", "example.net")], 2),
            (&[("HTTPS_PROXY", nobody), ("http_proxy", nobody)], 0),
        ] {
            let with_variables = |program: Ftpsh| {
                let set = |program: Ftpsh, (name, value): &(&str, &str)| program.env(name, value);
                variables.iter().fold(program, set)
            };
            let (finished, through) = list_with(&proxy, with_variables);
            assert_eq!(through, connections, "{variables:?}");
            assert_eq!(finished.stderr.contains(" through "), connections > 0);
        }
        let all = |program: Ftpsh| program.env("ALL_PROXY", &url);
        let (_, through) = list_with(&proxy, |program| all(program).args(["--proxy", ""]));
        assert_eq!(through, 0);
        let (_, through) = list_with(&proxy, |program| all(program).args(["--set", "proxy=off"]));
        assert_eq!(through, 0);
    }
}

/// An old kind of proxy takes GET of ftp:// URLs; what is named here is asked to CONNECT.
#[test]
fn a_proxy_without_a_scheme_speaks_http() {
    let Some(proxy) = RealProxy::start(ProxyKind::Tinyproxy, &ProxyOptions::default()) else {
        return;
    };
    let host = proxy.address().to_string();
    let (_, through) = list_with(&proxy, |program| program.env("ftp_proxy", &host));
    assert_eq!(through, 2);
}

#[test]
fn the_setting_holds_for_the_next_connection_and_the_open_one_keeps_its_proxy() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &ProxyOptions::default()) else {
        return;
    };
    let home = Home::new();
    home.configure(&format!("[set]\nproxy = \"{}\"\n", proxy.url("socks5")));
    let (first, second) = (NotingServer::start(), NotingServer::start());
    let open = format!("open {}", second.address());
    let lines = [
        "set proxy off",
        "PASV",
        "LIST",
        "close",
        &open,
        "PASV",
        "LIST",
    ];
    let target = first.address().to_string();
    let program = script(&[&target], lines).home(home.path());
    program.run().success();
    let (first, second) = (first.callers(), second.callers());
    assert_eq!((first.data.len(), second.data.len()), (1, 1));
    assert_eq!(proxy.ports().len(), 2);
}

#[test]
fn after_a_host_without_a_proxy_the_one_before_has_its_password_again() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &with_password()) else {
        return;
    };
    let (server, host) = (NotingServer::start(), NotingServer::start());
    let home = Home::new();
    home.configure(&format!(
        "[set]\nproxy = \"{}\"\n[host.direct]\ntarget = '{}'\nset = {{ proxy = 'off' }}\n",
        proxy.url("socks5"),
        host.address()
    ));
    let open = format!("open {}", server.address());
    let program = script(&["direct"], ["close", &open, "NOOP"]).home(home.path());
    let _ = program.run().success();
    assert_eq!(proxy.ports(), [server.address().port()], "{}", proxy.log());
}

#[test]
fn a_proxy_that_wants_another_password_or_one_at_all_says_so_and_nothing_was_sent() {
    for kind in ProxyKind::ALL {
        let Some(proxy) = RealProxy::start(kind, &with_password()) else {
            continue;
        };
        for scheme in kind.schemes() {
            for (credentials, expected) in [
                (
                    "",
                    "the proxy wants a user and a password: write both before its host",
                ),
                (
                    "proxyuser:wr0ng@",
                    "the proxy refused the user or the password of its URL",
                ),
            ] {
                let server = NotingServer::start();
                let target = server.address().to_string();
                let url = proxy.url_for(scheme, credentials);
                let finished = run(&["--proxy", &url, &target], ["NOOP"]).code(3);
                let expected = format!(
                    "cannot connect to {target} through {scheme}://{}: {expected}",
                    proxy.address()
                );
                assert!(finished.stderr.contains(&expected), "{finished:?}");
                assert!(!finished.stderr.contains("wr0ng"), "{finished:?}");
                // Nobody came but this.
                run(&[&target], ["NOOP"]).success();
                assert_eq!(server.callers().lines, ["NOOP"]);
            }
        }
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_told_from_a_server_that_cannot() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &ProxyOptions::default()) else {
        return;
    };
    let closed = crate::support::server_process::ReservedPort::on_loopback();
    let target = closed.address.to_string();
    let finished = run(&["--proxy", &proxy.url("socks5"), &target], ["NOOP"]).code(3);
    let expected = "the proxy refused: nobody listens on that port (SOCKS5 reply 5)";
    assert!(finished.stderr.contains(expected), "{finished:?}");
    let url = format!("socks5://u:s3cret@{target}");
    let finished = run(&["--proxy", &url, "127.0.0.1:1"], ["NOOP"]).code(3);
    let expected = format!("the proxy socks5://{target} cannot be reached: ");
    assert!(finished.stderr.contains(&expected), "{finished:?}");
    assert!(!finished.stderr.contains("s3cret"), "{finished:?}");
}

/// A proxy for the web lets clients connect to few ports.
#[test]
fn a_proxy_that_refuses_the_data_port_says_so_and_the_session_goes_on() {
    for kind in ProxyKind::ALL {
        let server = practice_server(&[]);
        let options = ProxyOptions {
            ports: vec![server.address().port()],
            ..ProxyOptions::default()
        };
        let Some(proxy) = RealProxy::start(kind, &options) else {
            continue;
        };
        let target = server.address().to_string();
        let arguments = ["--proxy", &proxy.url(kind.schemes()[0]), &target];
        let program = || script(&arguments, ["login A A", "PASV"]);
        let finished = program().run().code(3);
        let expected = match kind {
            ProxyKind::Dante => "its rules do not allow it (SOCKS5 reply 2)",
            ProxyKind::Tinyproxy => "403 Access violation",
        };
        let mut lines = finished.stderr.lines();
        let line = lines.find(|line| line.contains("no data connection to 127.0.0.1:"));
        let line = line.unwrap_or_else(|| panic!("{finished:?}"));
        let expected = format!("the proxy refused: {expected}");
        assert!(line.ends_with(&format!(": {expected}")), "{line}");

        let mut terminal = Ftpsh::new().args(arguments).terminal_of(24, 120);
        terminal.expect("ftp> ");
        for (line, reply) in [
            ("user A", "331 "),
            ("pass A", "230 "),
            ("pasv", expected.as_str()),
        ] {
            terminal.send_line(line);
            terminal.expect(reply);
            terminal.expect("ftp> ");
        }
        terminal.send_line("noop");
        terminal.expect("200 ");
        terminal.expect("ftp> ");
        terminal.send_key(Key::CtrlD);
        assert_eq!(terminal.wait_exit(), 0);
    }
}

#[test]
fn listen_is_refused_through_a_proxy_and_a_typed_port_is_sent_with_a_note() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &ProxyOptions::default()) else {
        return;
    };
    let why = "through a proxy no server can connect to this machine. PASV and EPSV connect from this side";
    for (line, code, sent, expected) in [
        ("listen", 3, None, "no port could be opened"),
        (
            "PORT 127,0,0,1,200,1",
            0,
            Some("PORT 127,0,0,1,200,1"),
            "this shell does not listen on 127.0.0.1:51201",
        ),
    ] {
        let server = NotingServer::start();
        let target = server.address().to_string();
        let arguments = ["--proxy", &proxy.url("socks5h"), &target];
        let finished = run(&arguments, [line]).code(code);
        assert_eq!(server.callers().lines, Vec::from_iter(sent));
        let expected = format!("{expected}: {why}");
        assert!(finished.stderr.contains(&expected), "{finished:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_way_to_a_proxy_leaves_from_the_source_address() {
    let Some(proxy) = RealProxy::start(ProxyKind::Tinyproxy, &ProxyOptions::default()) else {
        return;
    };
    let source = |program: Ftpsh| {
        let program = program.args(["--proxy", &proxy.url("http")]);
        program.args(["--source", "127.0.0.2"])
    };
    let (_, through) = list_with(&proxy, source);
    assert_eq!(through, 2);
    let log = proxy.log();
    assert_eq!(log.matches("): 127.0.0.2\n").count(), 2, "{log}");
}

#[test]
fn a_replay_goes_through_the_proxy() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &with_password()) else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let transcript = "S> 220\nC> PASV\nS> 227\nC> LIST\nS> 150\nD> listed\nS> 226\n";
    std::fs::write(folder.path().join("x.ftp"), transcript).expect("its own folder");
    let server = NotingServer::start();
    let target = server.address().to_string();
    let program = Ftpsh::new().current_dir(folder.path());
    let program = program.env("ALL_PROXY", proxy.url("socks5h"));
    program.args(["replay", "x.ftp", &target]).run().success();
    assert_eq!(server.callers().data.len(), 1);
    assert_eq!(proxy.ports().len(), 2);
}

#[test]
fn the_practice_server_is_reached_through_a_proxy_of_the_command_line_alone() {
    let Some(proxy) = RealProxy::start(ProxyKind::Dante, &with_password()) else {
        return;
    };
    let url = format!(
        "socks5://{PROXY_USER}:{ENCODED_PASSWORD}@{}",
        proxy.address()
    );
    for (mode, lines) in [
        ("practice", &["-c", "login A A", "-c", "get 1.TXT got"][..]),
        ("replay", &["article"]),
    ] {
        let before = proxy.ports().len();
        let program = || Ftpsh::new().arg(mode).args(lines).env("ALL_PROXY", &url);
        program().run().success();
        program()
            .args(["--set", &format!("proxy={url}")])
            .run()
            .success();
        assert_eq!(proxy.ports().len(), before, "{mode}");
        program().args(["--proxy", &url]).run().success();
        assert!(proxy.ports().len() >= before + 2, "{mode}");
    }
}

#[test]
fn a_variable_that_names_no_proxy_stops_everything_with_the_way_out() {
    for arguments in [&["127.0.0.1:1"][..], &["replay", "article", "127.0.0.1:1"]] {
        let program = Ftpsh::new().args(arguments);
        let finished = program
            .env("ALL_PROXY", "https://u:s3cret@127.0.0.1:1")
            .run()
            .code(2);
        let expected =
            "ALL_PROXY in the environment names a proxy: ftpsh speaks to proxies by socks5://";
        assert!(finished.stderr.contains(expected), "{finished:?}");
        assert!(finished.stderr.contains("--proxy ''"), "{finished:?}");
        assert!(!finished.stderr.contains("s3cret"), "{finished:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_proxy_variable_that_is_not_text_is_an_error_and_nobody_is_called() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let bytes = OsString::from_vec(b"http://s3cret\xff@127.0.0.1:1".to_vec());
    for (name, others) in [
        ("FTP_PROXY", &[][..]),
        ("all_proxy", &[]),
        ("NO_PROXY", &["--proxy", "http://127.0.0.1:1"]),
    ] {
        let server = NotingServer::start();
        let target = server.address().to_string();
        let program = script(others, ["NOOP"]).arg(&target).env(name, &bytes);
        let finished = program.run().code(2);
        let said = &finished.stderr;
        assert!(said.contains(name) && said.contains("UTF-8"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
        let program = script(&["--proxy", "", &target], ["NOOP"]).env(name, &bytes);
        let _ = program.run().success();
        assert_eq!(server.callers().control.len(), 1);
    }
}
