//! Client certificates: which are shown, what a server that requires one is told, and where their secrets never are.

use crate::support::certificates::{Authority, ServerCertificate};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::scripted_server::{Script, ScriptedServer};
use crate::support::tls_server::TlsServer;

use super::{AGREE, Rig, agreed, agreed_on_both, passive};

/// An authority for clients, and a client's certificate in the folder that ftpsh runs in.
struct Clients {
    rig: Rig,
    authority: Authority,
    certificate: ServerCertificate,
}

impl Clients {
    fn new() -> Self {
        let rig = Rig::new();
        let authority = Authority::new();
        let certificate = authority.issue_for_client();
        certificate.write_to(rig.home.path());
        certificate.write_encrypted_key_to(&rig.path("locked.pem"), PASSPHRASE);
        Self {
            rig,
            authority,
            certificate,
        }
    }

    /// A server of each version that requires a certificate of the authority.
    fn servers(&self) -> [TlsServer; 2] {
        [
            TlsServer::tls12(&self.rig.certificate).requiring_clients_of(&self.authority),
            TlsServer::tls13(&self.rig.certificate).requiring_clients_of(&self.authority),
        ]
    }

    fn run(&self, server: &ScriptedServer, options: &[&str], lines: &[&str]) -> Finished {
        let lines = lines.iter().flat_map(|line| ["-c", line]);
        self.rig.ftpsh(server).args(options).args(lines).run()
    }
}

/// A server that says NOOP is fine, once it has believed the client.
fn believing(tls: &TlsServer) -> ScriptedServer {
    agreed(tls)
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start()
}

/// A server that does not go on with the client.
fn refusing(tls: &TlsServer) -> ScriptedServer {
    Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .be_refused_on_control(tls)
        .start()
}

fn assert_says(finished: &Finished, said: &str) {
    assert!(
        finished.stderr.contains(said),
        "{said}: {}",
        finished.stderr
    );
}

#[test]
fn both_connections_show_the_certificate() {
    let clients = Clients::new();
    for tls in clients.servers() {
        let server = passive(agreed_on_both(&tls))
            .take_upload(&tls)
            .wait_for_client_close()
            .start();
        // Else the data connection would stand for what the control connection showed.
        let lines = [
            &AGREE[..],
            &["set tls-resume off", "tls", "PASV", "STOR f <<< 'x'"],
        ]
        .concat();
        let options = ["--cert", "cert.pem", "--key", "key.pem"];
        let finished = clients.run(&server, &options, &lines).success();
        let heard = server.finish();
        let shown = Some(clients.certificate.der());
        assert!(!heard.secured_data[0].is_resumed);
        assert_eq!(heard.secured_control[0].client_certificate, shown);
        assert_eq!(heard.secured_data[0].client_certificate, shown);
        assert_says(
            &finished,
            "shown by you        certificate of CN=the client",
        );
    }
}

#[test]
fn the_key_may_be_in_the_file_of_the_certificate_and_both_in_the_configuration() {
    let clients = Clients::new();
    let [tls, _] = clients.servers();
    std::fs::write(
        clients.rig.path("both.toml"),
        "[set]\ntls-cert = \"~/both.pem\"\n",
    )
    .unwrap();
    std::fs::write(
        clients.rig.path("two.toml"),
        "[set]\ntls-cert = \"cert.pem\"\ntls-key = \"key.pem\"\n",
    )
    .unwrap();
    for options in [
        &["--cert", "both.pem"][..],
        &["--set", "tls-cert=both.pem"],
        &["--config", "both.toml"],
        &["--config", "two.toml"],
        // The command line wins.
        &[
            "--cert",
            "cert.pem",
            "--key",
            "key.pem",
            "--set",
            "tls-cert=nothing",
        ],
    ] {
        let server = believing(&tls);
        clients
            .run(&server, options, &["AUTH TLS", "NOOP"])
            .success();
        let shown = server.finish().secured_control.remove(0).client_certificate;
        assert_eq!(shown, Some(clients.certificate.der()), "{options:?}");
    }
    let server = believing(&tls);
    let lines = [
        "set tls-cert cert.pem",
        "set tls-key key.pem",
        "AUTH TLS",
        "NOOP",
    ];
    clients.run(&server, &[], &lines).success();
    let _ = server.finish();
}

#[test]
fn a_host_of_the_configuration_has_a_certificate_and_a_name_of_its_own() {
    let clients = Clients::new();
    let certificate = clients.rig.authority.issue_for_somebody_else();
    let tls = TlsServer::tls13(&certificate).requiring_clients_of(&clients.authority);
    let server = agreed_on_both(&tls)
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let host = format!(
        "[host.work]\ntarget = '{}'\ntls = 'require'\n\
         set = {{ tls-cert = 'both.pem', tls-sni = 'elsewhere.example' }}\n",
        server.address()
    );
    std::fs::write(clients.rig.path("config.toml"), host).unwrap();
    let run = |options: &[&str]| {
        let ftpsh = Ftpsh::new().home(clients.rig.home.path());
        let ftpsh = ftpsh.args(["--timeout", "10", "--config", "config.toml", "--ca"]);
        ftpsh.arg(clients.rig.authority.file()).args(options).run()
    };
    run(&["work", "-c", "NOOP"]).success();
    let heard = server.finish().secured_control.remove(0);
    let shown = Some(clients.certificate.der());
    assert_eq!(heard.client_certificate, shown);
    assert_eq!(heard.server_name.as_deref(), Some("elsewhere.example"));
    // The command line is stronger, and says that before anybody is called.
    let finished = run(&["--cert", "nothing.pem", "work", "-c", "NOOP"]).code(4);
    assert_says(&finished, "nothing.pem: ");
}

#[test]
fn without_a_certificate_the_flags_are_named_and_the_script_ends_with_4() {
    let clients = Clients::new();
    for tls in clients.servers() {
        let server = refusing(&tls);
        let lines = ["AUTH TLS", "USER me"];
        let finished = clients.run(&server, &["--why"], &lines).code(4);
        let refusals = server.finish().refusals;
        assert_eq!(refusals, [rustls::Error::NoCertificatesPresented]);
        assert_says(&finished, "Cause   certificate-wanted\n");
        assert_says(
            &finished,
            "the server requires a client certificate, and none was shown",
        );
        assert_says(&finished, "--cert FILE names one, --key FILE its key");
    }
}

#[test]
fn a_server_that_asks_and_ends_without_a_word_may_require_one() {
    let clients = Clients::new();
    for tls in [
        TlsServer::tls12(&clients.rig.certificate),
        TlsServer::tls13(&clients.rig.certificate),
    ] {
        let tls = tls.asking_clients_of(&clients.authority);
        let server = agreed(&tls).close().start();
        let finished = clients.run(&server, &[], &["AUTH TLS", "USER me"]).code(4);
        let _ = server.finish();
        assert_says(
            &finished,
            "asked for a client certificate and then ended the connection",
        );
        let server = agreed(&tls).close().start();
        let options = ["--cert", "both.pem"];
        let finished = clients
            .run(&server, &options, &["AUTH TLS", "USER me"])
            .code(4);
        let _ = server.finish();
        assert_says(&finished, "(it ended the connection without a word)");
    }
}

#[test]
fn a_server_that_asks_and_goes_on_without_one_ends_for_other_reasons() {
    let clients = Clients::new();
    let tls = clients.rig.server().asking_clients_of(&clients.authority);
    let server = agreed(&tls)
        .expect("NOOP")
        .send("421 too late\r\n")
        .close()
        .start();
    let lines = ["AUTH TLS", "tls", "NOOP", "NOOP"];
    let finished = clients.run(&server, &[], &lines).code(3);
    let _ = server.finish();
    assert_says(
        &finished,
        "shown by you        no certificate, though the server asked for one",
    );
    assert!(!finished.stderr.contains("requires"), "{}", finished.stderr);
    assert!(
        !finished.stderr.contains("may require"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_certificate_of_a_stranger_is_named_with_what_the_server_has_against_it() {
    let clients = Clients::new();
    Authority::new()
        .issue_for_client()
        .write_to(clients.rig.home.path());
    for tls in clients.servers() {
        let server = refusing(&tls);
        let options = ["--cert", "both.pem", "--why"];
        let finished = clients
            .run(&server, &options, &["AUTH TLS", "USER me"])
            .code(4);
        let _ = server.finish();
        assert_says(&finished, "Cause   certificate-refused\n");
        assert_says(
            &finished,
            "the server does not accept the client certificate CN=the client (unknown_ca)",
        );
    }
}

#[test]
fn an_encrypted_key_is_opened_by_the_passphrase_in_the_environment() {
    let clients = Clients::new();
    let [tls, _] = clients.servers();
    let options = ["--cert", "cert.pem", "--key", "locked.pem"];
    let server = believing(&tls);
    let finished = clients
        .rig
        .ftpsh(&server)
        .args(options)
        .env(VARIABLE, PASSPHRASE)
        .args([
            "-c",
            "record out.ftp",
            "-c",
            "trace hex",
            "-c",
            "trace out.trace",
        ])
        .args([
            "-c",
            "AUTH TLS",
            "-c",
            "NOOP",
            "-c",
            "tls",
            "-c",
            "set",
            "-c",
            "timeline all",
        ])
        .run()
        .success();
    let shown = server.finish().secured_control.remove(0).client_certificate;
    assert_eq!(shown, Some(clients.certificate.der()));
    let mut seen = vec![finished.stderr.clone(), finished.stdout_text()];
    for file in ["out.ftp", "out.trace"] {
        seen.push(std::fs::read_to_string(clients.rig.path(file)).unwrap());
    }
    assert_keeps_secrets(&clients, &seen);
}

#[test]
fn a_key_that_cannot_be_opened_is_refused_before_auth_is_sent() {
    let clients = Clients::new();
    let options = ["--cert", "cert.pem", "--key", "locked.pem"];
    for (passphrase, said) in [
        (
            Some("open.barley"),
            "the passphrase in FTPSH_KEY_PASSWORD does not open its private key",
        ),
        (
            None,
            "put the passphrase into the environment, as FTPSH_KEY_PASSWORD",
        ),
    ] {
        let server = Script::new()
            .send("220 hi\r\n")
            .wait_for_client_close()
            .start();
        let mut ftpsh = clients.rig.ftpsh(&server).args(options);
        if let Some(passphrase) = passphrase {
            ftpsh = ftpsh.env(VARIABLE, passphrase);
        }
        let finished = ftpsh
            .args(["-c", "AUTH TLS", "-c", "USER me", "-c", "PASS in.clear"])
            .run()
            .code(4);
        // A password must not go out in the clear instead.
        assert!(server.finish().lines.is_empty());
        assert_says(&finished, said);
        assert_says(&finished, "locked.pem");
        assert!(
            !finished.stderr.contains("open.barley"),
            "{}",
            finished.stderr
        );
        assert_keeps_secrets(&clients, &[finished.stderr]);
    }
}

#[cfg(unix)]
#[test]
fn a_passphrase_of_the_environment_that_is_not_text_is_told_from_none() {
    use std::os::unix::ffi::OsStringExt;

    let clients = Clients::new();
    let finished = clients
        .rig
        .ftpsh_at("127.0.0.1:1")
        .args(["--tls", "require", "--cert", "cert.pem"])
        .args(["--key", "locked.pem", "-c", "NOOP"])
        .env(VARIABLE, std::ffi::OsString::from_vec(b"open\xff".to_vec()))
        .run()
        .code(4);
    assert_says(&finished, "FTPSH_KEY_PASSWORD is not UTF-8");
}

#[test]
fn files_that_do_not_fit_are_named_with_the_reason() {
    let clients = Clients::new();
    std::fs::write(clients.rig.path("none.pem"), "nothing\n").unwrap();
    std::fs::write(
        clients.rig.path("old.pem"),
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA \
         PRIVATE KEY-----\n",
    )
    .unwrap();
    let other = Authority::new().issue_for_client();
    std::fs::create_dir(clients.rig.path("other")).unwrap();
    other.write_to(&clients.rig.path("other"));
    for (certificate, key, said) in [
        (
            "cert.pem",
            "other/key.pem",
            "key.pem: the private key does not belong to the first certificate in cert.pem",
        ),
        (
            "cert.pem",
            "",
            "cert.pem: there is no private key in it: --key FILE",
        ),
        (
            "key.pem",
            "key.pem",
            "key.pem: there is no certificate in it",
        ),
        (
            "none.pem",
            "key.pem",
            "none.pem: there is no certificate in it",
        ),
        ("missing.pem", "key.pem", "missing.pem: "),
        (
            "cert.pem",
            "old.pem",
            "`openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`",
        ),
        ("none", "key.pem", "there is a key without a certificate"),
    ] {
        // With TLS wanted from the start, nobody is even connected to.
        let (certificate, key) = (format!("tls-cert={certificate}"), format!("tls-key={key}"));
        let finished = clients
            .rig
            .ftpsh_at("127.0.0.1:1")
            .args(["--tls", "require", "--set", &certificate, "--set", &key])
            .args(["-c", "NOOP"])
            .run()
            .code(4);
        assert_says(&finished, said);
        assert_says(&finished, "TLS was not begun");
    }
}

#[test]
fn a_replay_shows_the_certificate_and_needs_its_passphrase_first() {
    let clients = Clients::new();
    let [tls, _] = clients.servers();
    let session = "S> 220\nC> AUTH TLS\nS> 234\nC> NOOP\nS> 200\n";
    std::fs::write(clients.rig.path("session.ftp"), session).unwrap();
    let replay = |target: &str| {
        Ftpsh::new()
            .home(clients.rig.home.path())
            .args([
                "replay",
                "--timeout",
                "10",
                "--cert",
                "cert.pem",
                "--key",
                "locked.pem",
                "--ca",
            ])
            .arg(clients.rig.authority.file())
            .args(["--target", target, "session.ftp"])
    };
    let finished = replay("127.0.0.1:1").run().code(4);
    assert_says(&finished, "put the passphrase into the environment");
    let server = believing(&tls);
    let target = server.address().to_string();
    replay(&target).env(VARIABLE, PASSPHRASE).run().success();
    let shown = server.finish().secured_control.remove(0).client_certificate;
    assert_eq!(shown, Some(clients.certificate.der()));
    let server = refusing(
        &clients
            .rig
            .server()
            .requiring_clients_of(&clients.authority),
    );
    let finished = Ftpsh::new()
        .home(clients.rig.home.path())
        .args(["replay", "--timeout", "10", "--ca"])
        .arg(clients.rig.authority.file())
        .args(["--target", &server.address().to_string(), "session.ftp"])
        .run()
        .code(4);
    let _ = server.finish();
    assert_says(&finished, "the server requires a client certificate");
}

#[test]
fn a_person_is_asked_for_the_passphrase_and_may_try_again() {
    let clients = Clients::new();
    let [_, tls] = clients.servers();
    let server = believing(&tls);
    let mut terminal = clients
        .rig
        .ftpsh(&server)
        .args(["--cert", "cert.pem", "--key", "locked.pem"])
        .terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("locked.pem: ");
    terminal.send_line("open.barley");
    terminal.expect("does not open");
    terminal.expect("locked.pem: ");
    terminal.send_line(PASSPHRASE);
    terminal.expect("ftps> ");
    terminal.send_line("NOOP");
    terminal.expect("200 ok");
    let seen = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
    super::leave(terminal);
    assert_eq!(server.finish().lines, ["AUTH TLS", "NOOP"]);
    assert!(!seen.contains("barley"), "{seen}");
    let history = files_below(clients.rig.home.path(), "history");
    assert_keeps_secrets(&clients, &[seen, history]);
}

#[test]
fn no_passphrase_means_no_tls_and_the_session_goes_on() {
    let clients = Clients::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = clients
        .rig
        .ftpsh(&server)
        .args(["--cert", "cert.pem", "--key", "locked.pem"])
        .terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("locked.pem: ");
    terminal.send("\u{3}");
    terminal.expect("TLS was not begun");
    terminal.send_line("NOOP");
    terminal.expect("200 ok");
    super::leave(terminal);
    assert_eq!(server.finish().lines, ["NOOP"]);
}

#[cfg(unix)]
#[test]
fn a_local_command_does_not_get_the_passphrase() {
    let finished = Ftpsh::new()
        .env(VARIABLE, PASSPHRASE)
        .args(["-c", "!env; echo end"])
        .run()
        .success();
    assert!(finished.stdout_text().contains("end"));
    assert!(!finished.stdout_text().contains(PASSPHRASE));
}

/// What the real servers ask for: their directives, and the version that is spoken.
fn real(kind: Kind, clients: &Authority) -> Option<RealServer> {
    let file = clients.file().display().to_string();
    let extra = match kind {
        Kind::Proftpd => vec![
            "TLSVerifyClient on".to_owned(),
            format!("TLSCACertificateFile {file}"),
        ],
        _ => vec![
            "require_cert=YES".to_owned(),
            "validate_cert=YES".to_owned(),
            format!("ca_certs_file={file}"),
        ],
    };
    let options = Options {
        tls: Tls::Explicit,
        extra,
        ..Options::default()
    };
    RealServer::start_with(kind, &options)
}

fn run_against(
    server: &RealServer,
    clients: &Clients,
    options: &[&str],
    version: &str,
) -> Finished {
    let user = format!("USER {}", server.user());
    let password = format!("PASS {}", server.password());
    let set = format!("set tls-max {version}");
    let lines = [
        &set,
        "AUTH TLS",
        "PBSZ 0",
        "PROT P",
        &user,
        &password,
        "PASV",
        "RETR there > got",
    ];
    Ftpsh::new()
        .home(clients.rig.home.path())
        .args(["--timeout", "20", "--ca"])
        .arg(server.authority().file())
        .args(options)
        .arg(server.address().to_string())
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
}

fn a_real_server_takes_only_who_shows_a_certificate(kind: Kind) {
    let clients = Clients::new();
    let Some(server) = real(kind, &clients.authority) else {
        return;
    };
    server.write_file("there", b"octets");
    for version in ["1.2", "1.3"] {
        let options = ["--cert", "cert.pem", "--key", "key.pem"];
        run_against(&server, &clients, &options, version).success();
        let got = clients.rig.path("got");
        assert_eq!(
            std::fs::read(&got).expect("it was received"),
            b"octets",
            "{version}"
        );
        std::fs::remove_file(&got).expect("its own file");

        let finished = run_against(&server, &clients, &[], version).code(4);
        assert_says(
            &finished,
            "requires a client certificate, and none was shown. --cert FILE",
        );

        let stranger = Authority::new().issue_for_client();
        let folder = tempfile::tempdir().expect("a temporary folder");
        stranger.write_to(folder.path());
        let file = folder.path().join("both.pem").display().to_string();
        let finished = run_against(&server, &clients, &["--cert", &file], version).code(4);
        assert_says(
            &finished,
            "the server does not accept the client certificate CN=the client",
        );
    }
}

#[test]
fn proftpd_takes_only_who_shows_a_certificate() {
    a_real_server_takes_only_who_shows_a_certificate(Kind::Proftpd);
}

#[test]
fn vsftpd_takes_only_who_shows_a_certificate() {
    a_real_server_takes_only_who_shows_a_certificate(Kind::Vsftpd);
}

fn assert_keeps_secrets(clients: &Clients, seen: &[String]) {
    for seen in seen {
        assert!(!seen.contains(PASSPHRASE), "{seen}");
        for line in clients.certificate.key_lines() {
            assert!(!seen.contains(line), "{seen}");
        }
    }
}

/// The text of all files of this name.
fn files_below(folder: &std::path::Path, name: &str) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            text += &files_below(&path, name);
        } else if path.file_name().is_some_and(|file| file == name) {
            text += &std::fs::read_to_string(&path).expect("it is text");
        }
    }
    text
}

const PASSPHRASE: &str = "open.sesame.77";
const VARIABLE: &str = "FTPSH_KEY_PASSWORD";
