//! The settings with which a server is tested.

use crate::support::tls_server::TlsServer;

use super::{AGREE, Rig, agreed, agreed_on_both, passive};

#[test]
fn tls_max_limits_what_is_offered() {
    let rig = Rig::new();
    for (value, lines) in [
        ("1.2", &["set tls-max 1.2", "AUTH TLS", "tls"][..]),
        ("1.3", &["AUTH TLS", "tls"][..]),
    ] {
        let server = agreed(&rig.server()).wait_for_client_close().start();
        let finished = rig.run(&server, lines).success();
        let heard = server.finish();
        let version = format!("{:?}", heard.secured_control[0].version);
        assert_eq!(version, format!("TLSv{}", value.replace('.', "_")));
        let said = format!("TLS {value}");
        assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    }
    let server = agreed_and_refused(&rig);
    rig.run(&server, &["set tls-max 1.2", "AUTH TLS"]).code(4);
    let _ = server.finish();
}

fn agreed_and_refused(rig: &Rig) -> crate::support::scripted_server::ScriptedServer {
    crate::support::scripted_server::Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .be_refused_on_control(&TlsServer::tls13(&rig.certificate))
        .start()
}

#[test]
fn tls_resume_off_begins_a_session_for_every_data_connection() {
    let rig = Rig::new();
    for (tls, setting, resumed) in [
        (TlsServer::tls12(&rig.certificate), "off", false),
        (TlsServer::tls13(&rig.certificate), "off", false),
        (TlsServer::tls12(&rig.certificate), "on", true),
        (TlsServer::tls13(&rig.certificate), "on", true),
    ] {
        let server = passive(agreed_on_both(&tls))
            .take_upload(&tls)
            .wait_for_client_close()
            .start();
        let set = format!("set tls-resume {setting}");
        let lines = [&AGREE[..], &[&set, "PASV", "STOR f <<< 'x'"]].concat();
        rig.run(&server, &lines).success();
        assert_eq!(server.finish().secured_data[0].is_resumed, resumed);
    }
}

#[test]
fn tls_close_notify_off_leaves_the_end_of_an_upload_unannounced() {
    let rig = Rig::new();
    let tls = rig.server();
    for (setting, announced) in [("off", false), ("on", true)] {
        let server = passive(agreed_on_both(&tls))
            .take_upload(&tls)
            .wait_for_client_close()
            .start();
        let set = format!("set tls-close-notify {setting}");
        let lines = [&AGREE[..], &[&set, "PASV", "STOR f <<< 'x'"]].concat();
        rig.run(&server, &lines).success();
        let heard = server.finish();
        assert_eq!(heard.data, [b"x"]);
        assert_eq!(heard.secured_data[0].has_close_notify, announced);
    }
}

#[test]
fn the_end_of_a_session_is_announced_on_the_control_connection() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("QUIT")
        .send("221 bye\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &["AUTH TLS", "QUIT"]).success();
    assert!(server.finish().secured_control[0].has_close_notify);
}
