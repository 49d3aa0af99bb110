//! Logins by what a file says: a `.netrc`, a host of the configuration with a command that prints the password.

use super::scene::Scene;
use crate::support::home::Home;
use crate::support::real_server::Kind;
use crate::support::secret_file::write_private;

on_every_server!(
    a_netrc_logs_in_and_is_not_read_unasked,
    a_named_host_logs_in_and_runs_its_startup_lines,
);

fn a_netrc_logs_in_and_is_not_read_unasked(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let (user, password) = (scene.server.user(), scene.server.password());
    let netrc = format!("machine 127.0.0.1 login {user} password {password}\n");
    let path = scene.local_path("netrc");
    write_private(&path, &netrc);
    let address = scene.relay.address();
    let _ = scene
        .binary(address)
        .env("NETRC", &path)
        .args(["-c", "NOOP"])
        .run();
    assert_eq!((scene.count_sent("USER"), scene.count_sent("PASS")), (0, 0));
    let finished = scene
        .binary(address)
        .env("NETRC", &path)
        .args(["--netrc", "-c", "MKD in"])
        .run()
        .success();
    assert!(scene.server.root().join("in").is_dir());
    let shown = format!("\n→ USER {user}\n");
    assert!(finished.stderr.contains(&shown), "{}", finished.stderr);
    assert!(finished.stderr.contains("\n→ PASS ****\n"));
}

fn a_named_host_logs_in_and_runs_its_startup_lines(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.write_local("password", scene.server.password().as_bytes());
    let home = Home::new();
    home.configure(&format!(
        "[host.work]\n\
         target = '{}'\n\
         user = '{}'\n\
         password-command = 'cat password'\n\
         startup = ['MKD first', 'cd first', 'MKD second']\n",
        scene.relay.address(),
        scene.server.user(),
    ));
    let finished = scene
        .binary_on("work")
        .home(home.path())
        .args(["-c", "CWD second", "-c", "MKD third"])
        .run()
        .success();
    assert!(scene.server.root().join("first/second/third").is_dir());
    let said = format!("connected to work ({})\n", scene.relay.address());
    assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    assert!(finished.stderr.contains("\n→ MKD first\n"));
}
