//! Transcripts against real servers, and recordings that hold against a fresh instance of the same server.

use super::Scripts;
use crate::support::ftpsh::Finished;
use crate::support::real_server::{Kind, Options, RealServer};

/// What every server does alike.
const SESSION: &str = "\
S> 220
C> USER {user}
S> 331
C> PASS {password}
S> 230
C> TYPE I
S> 200
C> PASV
S> 227 [..](127,0,0,1,[..])[..]
C> STOR half
S> 150
D< I am{lf}
D< {0x00ff}z{no-eol}
S> 226
C> SIZE half
S> 213 {size}
C> EPSV
S> 229
C> APPE half
S> 150
D< five5{no-eol}
S> 226
C> SIZE half
S> 213 /^13$/
C> PASV
S> 227
C> REST {size}
S> 350
C> RETR half
S> 1yz
D> five5{no-eol}
S> 226
C> PORT {listen}
S> 200
C> RETR half
S> 150
D> @octets 13
S> 226
C> PASV
S> 227
C> RETR nosuch
S> 550
C> PASV
S> 227
C> LIST
S> 150
D> ...
D> [..]half
D> ...
S> 226
C> FEAT
S> 211-[..]
S> ...
S>  SIZE
S> ...
S> 211 [..]
C> DELE half
S> 250
C> QUIT
S> 221
S> @closed
";

fn run(server: &RealServer, text: &str) -> Finished {
    let scripts = Scripts::new(&[("x.ftp", text)]);
    let target = server.address().to_string();
    let user = format!("user={}", server.user());
    let replay = scripts.replay(&["x.ftp", &target, "--var", &user, "--timeout", "20"]);
    replay.env("FTPSH_VAR_PASSWORD", server.password()).run()
}

#[test]
fn one_session_is_the_same_on_every_server() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        let finished = run(&server, SESSION);
        assert_eq!(finished.status, 0, "{}:\n{}", kind.name(), finished.stderr);
        assert!(!server.root().join("half").exists(), "{}", kind.name());
    }
}

#[test]
fn what_a_server_stored_is_on_its_disk() {
    let text = "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\nC> TYPE I\nS> 200\n\
                C> PASV\nS> 227\nC> STOR f\nS> 150\nD< a\nD< b{no-eol}\nS> 226\n";
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        let finished = run(&server, text);
        assert_eq!(finished.status, 0, "{}:\n{}", kind.name(), finished.stderr);
        assert_eq!(server.read_file("f"), b"a\r\nb", "{}", kind.name());
    }
}

#[test]
fn a_port_of_this_side_is_named_over_ipv6_too() {
    let text = "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\nC> TYPE I\nS> 200\n\
                C> EPRT {listen}\nS> 200\nC> STOR f\nS> 150\nD< six{no-eol}\nS> 226\n";
    let ipv6 = Options {
        ipv6: true,
        ..Options::default()
    };
    let Some(server) = RealServer::start_with(Kind::Proftpd, &ipv6) else {
        return;
    };
    let finished = run(&server, text);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(server.read_file("f"), b"six");
    let finished = run(&server, &text.replace("EPRT", "PORT"));
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(!finished.stderr.contains("→ PORT"), "{}", finished.stderr);
}

#[test]
fn an_upload_that_is_aborted_leaves_the_dialogue_in_step() {
    let text = "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\nC> TYPE I\nS> 200\n\
                C> PASV\nS> 227\nC> STOR f\nS> 150\nD< begun\nC> ABOR\nS> 4yz\nS> 2yz\n\
                C> PWD\nS> 257\nC> QUIT\nS> 221\n";
    // The others leave one of the two without a reply now and then: docs/quirks.md.
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let options = Options::heeding_abor(kind);
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        let finished = run(&server, text);
        assert_eq!(finished.status, 0, "{}:\n{}", kind.name(), finished.stderr);
    }
}

/// What a person would type; the replies are the server's own.
const TYPED: &[&str] = &[
    "USER {user}",
    "PASS {password}",
    "SYST",
    "FEAT",
    "PWD",
    "TYPE I",
    "MKD sub",
    "CWD sub",
    "CWD nosuch",
    "CDUP",
    "PASV",
    "STOR f",
    "SIZE f",
    "MDTM f",
    "EPSV",
    "LIST",
    "PASV",
    "REST 2",
    "RETR f",
    "STAT",
    "NOOP",
    "NONSENSE",
    "DELE nosuch",
    "HELP",
    "QUIT",
];

/// A recorder does this: it writes for each reply what `expectation_of` makes of it.
fn record(server: &RealServer) -> String {
    let mut text = String::new();
    let (session, heard) = recorder::connect(server.address());
    recorder::write(&mut text, "", &heard);
    for line in TYPED {
        text.push_str(&format!("C> {line}\n"));
        let line = line
            .replace("{user}", server.user())
            .replace("{password}", server.password());
        recorder::perform(&session, &line, &mut text, &heard);
    }
    text
}

#[test]
fn a_recording_holds_against_a_fresh_instance_in_another_folder() {
    for kind in Kind::ALL {
        let Some(first) = RealServer::start(kind) else {
            continue;
        };
        let text = record(&first);
        drop(first);
        let second = RealServer::start(kind).expect("it started before");
        let finished = run(&second, &text);
        assert_eq!(
            finished.status,
            0,
            "{}:\n{text}\n{}",
            kind.name(),
            finished.stderr
        );
        assert!(text.contains("S> 213 9\n"), "{text}");
    }
}

mod recorder {
    use std::io::Cursor;
    use std::net::SocketAddr;
    use std::sync::{Arc, Mutex};

    use ftpsh::client::{
        DataSource, Form, KeptBytes, Observation, Observer, Origin, Session, Settings, Transfer,
    };
    use ftpsh::protocol::{Command, Reply, Verb};
    use ftpsh::transcript::recorder::{expectation_of, expected_data_of};

    type Heard = Arc<Mutex<Vec<Reply>>>;

    struct Ear(Heard);

    impl Observer for Ear {
        fn observe(&mut self, observation: &Observation) {
            if let Observation::ReplyReceived { reply, .. } = observation {
                self.0
                    .lock()
                    .expect("nobody panicked")
                    .push((*reply).clone());
            }
        }
    }

    pub(super) fn connect(address: SocketAddr) -> (Session, Heard) {
        let heard = Heard::default();
        let observer = Box::new(Ear(Arc::clone(&heard)));
        let host = address.ip().to_string();
        let connected = Session::connect(&host, address.port(), Settings::default(), observer);
        let (session, greeting) = connected.expect("it greets");
        assert_eq!(greeting.wait().code(), 220);
        (session, heard)
    }

    pub(super) fn perform(session: &Session, line: &str, text: &mut String, heard: &Heard) {
        let verb = line.split(' ').next().unwrap_or_default();
        let received = KeptBytes::at_most(4096);
        let transfer = match verb {
            "STOR" => {
                text.push_str("D< I am here{no-eol}\n");
                Some(Transfer::Send(
                    DataSource::new(Cursor::new("I am here")),
                    Form::Exact,
                    None,
                ))
            }
            "RETR" | "LIST" => Some(Transfer::Receive(Box::new(received.clone()), Form::Exact)),
            _ => None,
        };
        let is_receiving = matches!(transfer, Some(Transfer::Receive(..)));
        let command = Command::new(line).expect("no line end");
        let _ = session.perform(command, Origin::Typed, transfer);
        if is_receiving {
            let expected = expected_data_of(&received.bytes(), &Verb::new(verb.as_bytes()));
            expected
                .printed()
                .iter()
                .for_each(|line| text.push_str(&format!("D> {line}\n")));
        }
        write(text, verb, heard);
    }

    pub(super) fn write(text: &mut String, verb: &str, heard: &Heard) {
        for reply in heard.lock().expect("nobody panicked").drain(..) {
            let expected = expectation_of(&reply, &Verb::new(verb.as_bytes()));
            expected
                .printed()
                .iter()
                .for_each(|line| text.push_str(&format!("S> {line}\n")));
        }
    }
}
