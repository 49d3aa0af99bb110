//! A server that does not connect: for how long it is waited for, and what Ctrl-C does meanwhile.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ftpsh::client::{
    DataSource, Form, Observation, Observer, Origin, Session, Settings, Transfer, TransferResult,
};
use ftpsh::protocol::Command;

use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::Key;

use super::{Login, OwnPort, nobody_listens_on};

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Observer for Recorder {
    fn observe(&mut self, observation: &Observation) {
        let text = format!("{observation:?}");
        self.0.lock().expect("no holder panics").push(text);
    }
}

impl Recorder {
    fn holds(&self, text: &str) -> bool {
        self.0
            .lock()
            .expect("no holder panics")
            .iter()
            .any(|seen| seen.contains(text))
    }
}

fn connect(script: &crate::support::scripted_server::ScriptedServer) -> (Session, Recorder) {
    let settings = Settings {
        silence_limit: Some(Duration::from_secs(20)),
        connect_limit: Some(Duration::from_millis(200)),
        ..Settings::default()
    };
    let recorder = Recorder::default();
    let (session, greeting) = Session::connect(
        "127.0.0.1",
        script.address().port(),
        settings,
        Box::new(recorder.clone()),
    )
    .expect("the server listens");
    assert_eq!(greeting.wait().code(), 220);
    (session, recorder)
}

fn command(line: &str) -> Command {
    Command::new(line).expect("a legal line")
}

fn upload() -> Transfer {
    Transfer::Send(DataSource::new(&b"data"[..]), Form::Exact, None)
}

#[test]
fn a_server_that_does_not_connect_is_given_up_and_the_port_closed() {
    for preliminary in ["", "150 connecting\r\n"] {
        let port = OwnPort::ipv4();
        let given_up = Gate::new();
        let server = Script::new()
            .send("220 hi\r\n")
            .expect(port.port())
            .send("200 ok\r\n")
            .expect("STOR f")
            .send(preliminary)
            .pause_until(&given_up)
            .send("425 cannot\r\n")
            .expect("NOOP")
            .send("200 ok\r\n")
            .start();
        let (session, recorder) = connect(&server);
        let answered = session.perform(command(&port.port()), Origin::Typed, None);
        assert!(answered.is_positive());
        let exchange = session.begin(command("STOR f"), Origin::Typed, Some(upload()));
        assert!(matches!(
            exchange.next_news(),
            ftpsh::client::News::DataEnded
        ));
        assert!(nobody_listens_on(port.address()));
        given_up.open();
        let outcome = exchange.wait();
        assert_eq!(outcome.code(), 425);
        let result = outcome.transfer.map(|end| end.result);
        assert_eq!(result, Some(TransferResult::NeverConnected));
        assert!(recorder.holds("ServerDidNotConnect"));
        assert_eq!(
            session.perform(command("NOOP"), Origin::Typed, None).code(),
            200
        );
        drop(session);
        server.finish();
    }
}

#[test]
fn without_a_transfer_the_port_stays_open() {
    let port = OwnPort::ipv4();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect(port.port())
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let (session, recorder) = connect(&server);
    session.perform(command(&port.port()), Origin::Typed, None);
    let connected = std::net::TcpStream::connect(port.address());
    assert!(connected.is_ok());
    assert!(!recorder.holds("ServerDidNotConnect"));
    drop(session);
    assert!(nobody_listens_on(port.address()));
    server.finish();
}

#[test]
fn ctrl_c_while_the_server_has_not_connected_closes_the_port_and_gives_the_prompt_back() {
    for line in ["RETR f > f", "STOR f"] {
        let port = OwnPort::ipv4();
        let server = Script::new()
            .send("220 hi\r\n")
            .expect(port.port())
            .send("200 ok\r\n")
            .expect(line.split(" > ").next().unwrap())
            .send("150 connecting\r\n")
            .expect_bytes(b"\xff\xf4\xff\xf2ABOR\r\n")
            .send("426 cut\r\n226 done\r\n")
            .expect("NOOP")
            .send("200 still here\r\n")
            .expect("QUIT")
            .send("221 bye\r\n")
            .start();
        let login = Login::unnamed(server.address());
        let mut terminal = login.program().terminal();
        terminal.expect("220 hi");
        terminal.send_line(&port.port());
        terminal.expect("200 ok");
        terminal.send_line(line);
        terminal.expect("150 connecting");
        let pressed = Instant::now();
        terminal.send_key(Key::CtrlC);
        terminal.expect("226 done");
        terminal.expect("ftp>");
        // The server's time to connect is longer.
        assert!(pressed.elapsed() < Duration::from_secs(10));
        assert!(nobody_listens_on(port.address()));
        terminal.send_line("NOOP");
        terminal.expect("200 still here");
        terminal.send_line("QUIT");
        assert_eq!(terminal.wait_exit(), 0);
        server.finish();
    }
}
