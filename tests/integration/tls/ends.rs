//! Back to clear: CCC and REIN.

use super::{AGREE, Rig, agreed, agreed_on_both, passive};

#[test]
fn ccc_goes_back_to_clear_even_where_the_next_reply_comes_in_the_same_segment() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("CCC")
        .send("200 ok\r\n")
        .clear_control("120 wait a moment\r\n")
        .expect("NOOP")
        .send("200 in the clear\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "CCC", "NOOP"]).success();
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\nNOOP\r\n");
    assert!(
        finished.stderr.contains("120 wait a moment"),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("200 in the clear"),
        "{}",
        finished.stderr
    );
}

#[test]
fn after_ccc_data_connections_still_resume_the_session() {
    let rig = Rig::new();
    let tls = rig.server().tickets(1);
    let script = agreed_on_both(&tls)
        .expect("CCC")
        .send("200 ok\r\n")
        .clear_control("");
    let server = passive(script)
        .take_upload(&tls)
        .wait_for_client_close()
        .start();
    rig.run(
        &server,
        &[&AGREE[..], &["CCC", "PASV", "STOR f <<< 'octets'"]].concat(),
    )
    .success();
    let heard = server.finish();
    assert_eq!(heard.data, [b"octets"]);
    assert!(heard.secured_data[0].is_resumed);
}

#[test]
fn a_refused_ccc_changes_nothing() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("CCC")
        .send("534 no\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &["AUTH TLS", "CCC", "NOOP"]).code(1);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
}

#[test]
fn rein_goes_back_to_clear_where_the_server_ends_tls() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("REIN")
        .send("220 as new\r\n")
        .clear_control("")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    rig.run(&server, &["AUTH TLS", "REIN", "NOOP"]).success();
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\nNOOP\r\n");
}

/// pyftpdlib.
#[test]
fn rein_stays_under_tls_where_the_server_does() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("REIN")
        .send("230 as new\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "REIN", "NOOP"]).success();
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
    assert!(
        finished.stderr.contains("goes on under TLS"),
        "{}",
        finished.stderr
    );
}
