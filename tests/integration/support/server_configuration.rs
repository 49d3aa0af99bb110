//! How each real server is configured: what the tests ask for, in the server's own directives.

use std::fs;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::real_server::{Kind, Options, PASSWORD, Tls, USER};
use super::server_process::Launch;

/// [`PASSWORD`] as crypt(3) writes it.
const PASSWORD_HASH: &str = "$6$ftpshtests$idT.s/oQbGSTcrJ9.vUXVvYc/UVidcz0XcEALMVdxOMeOHwEKPiEV1Z5VYEMY9V07YCKzojJcoh1vSB3roJAJ0";
/// The unprivileged user that Pure-FTPd serves files as.
pub(super) const NOBODY: u32 = 65534;

/// Where one server lives.
pub(super) struct Place<'a> {
    /// What tests/servers/setup unpacked of it.
    pub(super) package: PathBuf,
    /// Configuration and logs; key and certificate, `key.pem`, `cert.pem` and `both.pem`.
    pub(super) home: &'a Path,
    /// The files that it serves.
    pub(super) root: &'a Path,
    pub(super) address: SocketAddr,
    /// Where it is to listen for data, if that was said.
    pub(super) data_ports: Option<RangeInclusive<u16>>,
    pub(super) owner: Owner,
}

/// The user who runs the tests.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub(super) user: u32,
    pub(super) group: u32,
}

/// Writes the configuration of a server, and says how to start it.
pub(super) fn configure(kind: Kind, place: &Place<'_>, options: &Options) -> Launch {
    let mut launch = match kind {
        Kind::Vsftpd => vsftpd(place, options),
        Kind::Proftpd => proftpd(place, options),
        Kind::PureFtpd => pure_ftpd(place, options),
        Kind::Pyftpdlib => pyftpdlib(place, options),
    };
    // Some tell times of the zone that they are in.
    launch.environment.push(("TZ".to_owned(), "UTC".to_owned()));
    launch
}

impl Place<'_> {
    fn write(&self, name: &str, content: &str) -> String {
        let path = self.home.join(name);
        fs::write(&path, content).expect("the test's own folder is writable");
        text(&path)
    }

    fn write_private(&self, name: &str, content: &str) -> String {
        let path = self.write(name, content);
        only_for_owner(Path::new(&path));
        path
    }

    fn pem(&self, name: &str) -> String {
        text(&self.home.join(name))
    }

    fn program(&self, path: &str) -> PathBuf {
        self.package.join(path)
    }

    fn libraries(&self) -> (String, String) {
        let libraries = self.package.join("libraries");
        ("LD_LIBRARY_PATH".to_owned(), text(&libraries))
    }
}

/// Anonymous, with write access; runs as the launching user, who must own the configuration file.
fn vsftpd(place: &Place<'_>, options: &Options) -> Launch {
    let empty = place.home.join("empty");
    fs::create_dir(&empty).expect("the test's own folder is writable");
    let (ipv4, ipv6) = if place.address.is_ipv4() {
        ("YES", "NO")
    } else {
        ("NO", "YES")
    };
    let suffix = if place.address.is_ipv4() { "" } else { "6" };
    let mut lines = vec![
        format!("listen={ipv4}"),
        format!("listen_ipv6={ipv6}"),
        format!("listen_address{suffix}={}", place.address.ip()),
        format!("listen_port={}", place.address.port()),
        format!("anon_root={}", text(place.root)),
        format!("secure_chroot_dir={}", text(&empty)),
        format!("vsftpd_log_file={}", text(&place.home.join("vsftpd.log"))),
        format!("ssl_enable={}", yes_or_no(options.tls != Tls::None)),
        format!("implicit_ssl={}", yes_or_no(options.tls == Tls::Implicit)),
        format!("rsa_cert_file={}", place.pem("both.pem")),
    ];
    lines.extend(
        [
            "background=NO",
            "run_as_launching_user=YES",
            // Its filter of system calls is older than today's C library, and kills the session.
            "seccomp_sandbox=NO",
            "isolate=NO",
            "isolate_network=NO",
            "anonymous_enable=YES",
            "local_enable=NO",
            "ftp_username=nobody",
            "nopriv_user=nobody",
            "anon_world_readable_only=NO",
            "write_enable=YES",
            "anon_upload_enable=YES",
            "anon_mkdir_write_enable=YES",
            "anon_other_write_enable=YES",
            "anon_umask=022",
            "connect_from_port_20=NO",
            "xferlog_enable=NO",
            "allow_anon_ssl=YES",
            "force_anon_logins_ssl=NO",
            "force_anon_data_ssl=NO",
            "ssl_tlsv1=YES",
            "ssl_ciphers=HIGH",
        ]
        .map(str::to_owned),
    );
    if let Some(seconds) = options.idle_seconds {
        lines.push(format!("idle_session_timeout={seconds}"));
        lines.push(format!("data_connection_timeout={seconds}"));
    }
    if let Some(ports) = &place.data_ports {
        lines.push(format!("pasv_min_port={}", ports.start()));
        lines.push(format!("pasv_max_port={}", ports.end()));
    }
    lines.extend(options.extra.iter().cloned());
    Launch {
        program: place.program("usr/sbin/vsftpd"),
        arguments: vec![place.write("vsftpd.conf", &joined(&lines))],
        environment: vec![place.libraries()],
    }
}

fn proftpd(place: &Place<'_>, options: &Options) -> Launch {
    let Owner { user, group } = place.owner;
    let home = text(place.home);
    let root = text(place.root);
    let mut environment = vec![place.libraries()];
    let passwd = place.write_private(
        "passwd",
        &format!("{USER}:{PASSWORD_HASH}:{user}:{group}::{root}:/bin/sh\n"),
    );
    let (user_name, group_name) = match (name_of("-un"), name_of("-gn")) {
        (Some(user), Some(group)) => (user, group),
        // It insists on names, and a container's user may have none.
        _ => {
            let groups = place.write("groups", &format!("{USER}:x:{group}:\n"));
            environment.extend([
                ("LD_PRELOAD".to_owned(), "libnss_wrapper.so".to_owned()),
                ("NSS_WRAPPER_PASSWD".to_owned(), passwd.clone()),
                ("NSS_WRAPPER_GROUP".to_owned(), groups),
            ]);
            (USER.to_owned(), USER.to_owned())
        }
    };
    let ipv6 = if place.address.is_ipv4() { "off" } else { "on" };
    let mut lines = vec![
        format!("ModulePath {}", text(&place.program("usr/lib/proftpd"))),
        "LoadModule mod_tls.c".to_owned(),
        "LoadModule mod_deflate.c".to_owned(),
        "LoadModule mod_digest.c".to_owned(),
        format!("UseIPv6 {ipv6}"),
        format!("DefaultAddress {}", place.address.ip()),
        format!("Port {}", place.address.port()),
        format!("User {user_name}"),
        format!("Group {group_name}"),
        format!("AuthUserFile {passwd}"),
        format!("PidFile {home}/pid"),
        format!("ScoreboardFile {home}/scoreboard"),
        format!("SystemLog {home}/system.log"),
    ];
    lines.extend(
        [
            "ServerName test",
            "ServerType standalone",
            "DefaultServer on",
            "SocketBindTight on",
            "UseReverseDNS off",
            "AuthPAM off",
            "AuthOrder mod_auth_file.c",
            "RequireValidShell off",
            "UseFtpUsers off",
            "RootLogin on",
            "DelayTable none",
            "DelayEngine off",
            "TransferLog none",
            "WtmpLog off",
            "AllowOverwrite on",
            "AllowStoreRestart on",
            "AllowRetrieveRestart on",
            "DeflateEngine on",
        ]
        .map(str::to_owned),
    );
    if user == 0 {
        lines.push("DefaultRoot ~".to_owned());
    }
    if options.tls != Tls::None {
        lines.extend([
            "TLSEngine on".to_owned(),
            "TLSRequired off".to_owned(),
            format!("TLSLog {home}/tls.log"),
            format!("TLSECCertificateFile {}", place.pem("cert.pem")),
            format!("TLSECCertificateKeyFile {}", place.pem("key.pem")),
        ]);
    }
    let names_clients = |line: &String| line.starts_with("TLSVerifyClient ");
    if options.tls != Tls::None && !options.extra.iter().any(names_clients) {
        lines.push("TLSVerifyClient off".to_owned());
    }
    if options.tls == Tls::Implicit {
        lines.push("TLSOptions UseImplicitSSL".to_owned());
    }
    if let Some(seconds) = options.idle_seconds {
        lines.push(format!("TimeoutIdle {seconds}"));
    }
    if let Some(ports) = &place.data_ports {
        lines.push(format!("PassivePorts {} {}", ports.start(), ports.end()));
    }
    lines.extend(options.extra.iter().cloned());
    let configuration = place.write("proftpd.conf", &joined(&lines));
    Launch {
        program: place.program("usr/sbin/proftpd"),
        arguments: ["-n", "-q", "-c", &configuration]
            .map(str::to_owned)
            .to_vec(),
        environment,
    }
}

/// As root it serves as [`NOBODY`]; else in a user namespace of its own, with a wrapper around its changes of user.
fn pure_ftpd(place: &Place<'_>, options: &Options) -> Launch {
    let root = text(place.root);
    let privileged = place.owner.user == 0;
    let home = if privileged {
        format!("{root}/./")
    } else {
        root
    };
    let users = place.write(
        "users",
        &format!("{USER}:{PASSWORD_HASH}:{NOBODY}:{NOBODY}::{home}::::::::::::\n"),
    );
    let database = text(&place.home.join("users.pdb"));
    let made = Command::new(place.program("usr/bin/pure-pw"))
        .args(["mkdb", &database, "-f", &users])
        .envs([place.libraries()])
        .status()
        .expect("pure-pw was unpacked");
    assert!(made.success(), "pure-pw: {made}");

    let server = text(&place.program("usr/sbin/pure-ftpd"));
    let mut environment = vec![place.libraries()];
    let mut arguments: Vec<String> = Vec::new();
    let program = if privileged {
        PathBuf::from(server)
    } else {
        environment.extend([
            ("UID_WRAPPER".to_owned(), "1".to_owned()),
            ("UID_WRAPPER_ROOT".to_owned(), "1".to_owned()),
        ]);
        arguments
            .extend(["-Ur", "env", "LD_PRELOAD=libuid_wrapper.so", &server].map(str::to_owned));
        PathBuf::from("unshare")
    };
    let address = place.address;
    let version = if address.is_ipv4() { "-4" } else { "-6" };
    let socket = format!("{},{}", address.ip(), address.port());
    let authentication = format!("puredb:{database}");
    let pid = text(&place.home.join("pid"));
    arguments.extend(
        [
            version,
            "-S",
            &socket,
            "-l",
            &authentication,
            "-E",
            "-H",
            "-u",
            "1",
            "-g",
            &pid,
            "-C",
            "50",
            "-c",
            "50",
        ]
        .map(str::to_owned),
    );
    if privileged {
        arguments.push("-A".to_owned());
    }
    if let Some(seconds) = options.idle_seconds {
        // It counts in minutes.
        arguments.extend(["-I".to_owned(), seconds.div_ceil(60).to_string()]);
    }
    if let Some(ports) = &place.data_ports {
        arguments.extend([
            "-p".to_owned(),
            format!("{}:{}", ports.start(), ports.end()),
        ]);
    }
    assert_ne!(options.tls, Tls::Implicit, "Pure-FTPd has no implicit TLS");
    if options.tls == Tls::Explicit {
        arguments.extend(["-Y", "1", "-2", &place.pem("both.pem")].map(str::to_owned));
    }
    arguments.extend(options.extra.iter().cloned());
    Launch {
        program,
        arguments,
        environment,
    }
}

/// `extra` is Python, run with the handler's class in `handler`.
fn pyftpdlib(place: &Place<'_>, options: &Options) -> Launch {
    let address = place.address;
    assert_ne!(options.tls, Tls::Implicit, "pyftpdlib has no implicit TLS");
    let class = if options.tls == Tls::Explicit {
        "TLS_FTPHandler"
    } else {
        "FTPHandler"
    };
    let mut lines = vec![
        "import logging".to_owned(),
        "from pyftpdlib.authorizers import DummyAuthorizer".to_owned(),
        format!("from pyftpdlib.handlers import {class}"),
        "from pyftpdlib.servers import FTPServer".to_owned(),
        "logging.basicConfig(level=logging.WARNING)".to_owned(),
        format!("class handler({class}): pass"),
        "handler.authorizer = DummyAuthorizer()".to_owned(),
        format!(
            "handler.authorizer.add_user({USER:?}, {PASSWORD:?}, {:?}, perm='elradfmwMT')",
            text(place.root)
        ),
        "handler.auth_failed_timeout = 0".to_owned(),
    ];
    if options.tls == Tls::Explicit {
        lines.push(format!("handler.certfile = {:?}", place.pem("cert.pem")));
        lines.push(format!("handler.keyfile = {:?}", place.pem("key.pem")));
    }
    if let Some(seconds) = options.idle_seconds {
        lines.push(format!("handler.timeout = {seconds}"));
    }
    if let Some(ports) = &place.data_ports {
        let (first, after) = (ports.start(), u32::from(*ports.end()) + 1);
        lines.push(format!("handler.passive_ports = range({first}, {after})"));
    }
    lines.extend(options.extra.iter().cloned());
    lines.push(format!(
        "FTPServer(({:?}, {}), handler).serve_forever()",
        address.ip().to_string(),
        address.port()
    ));
    Launch {
        program: PathBuf::from("python3"),
        arguments: vec![place.write("server.py", &joined(&lines))],
        environment: vec![("PYTHONPATH".to_owned(), text(&place.package))],
    }
}

/// The name that `id` has for the user or the group.
fn name_of(option: &str) -> Option<String> {
    let output = Command::new("id").arg(option).output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| name.trim().to_owned())
}

fn yes_or_no(is_yes: bool) -> &'static str {
    if is_yes { "YES" } else { "NO" }
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

fn text(path: &Path) -> String {
    path.to_str()
        .expect("the folders of the tests have plain names")
        .to_owned()
}

pub(super) fn only_for_owner(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("the test's own file");
    #[cfg(not(unix))]
    let _ = path;
}
