//! The user-PI: commands of this side and bytes of the server, with a NUL between them.

use ftpsh::protocol::Command;
use ftpsh::protocol::user_pi::{Event, UserPi};

use super::bytes::{contains, pieces};

/// Plays it with the server's bytes whole and in pieces.
pub fn hold(bytes: &[u8]) {
    let whole = play(bytes, |sent| vec![sent]);
    let in_pieces = play(bytes, pieces);
    assert_eq!(whole.events, in_pieces.events);
}

#[derive(Default)]
struct Played {
    events: Vec<Event>,
    /// The last ones that were sent.
    secrets: Vec<Vec<u8>>,
}

impl Played {
    fn remember(&mut self, secret: Option<&[u8]>) {
        let secret = secret.map(<[u8]>::trim_ascii).unwrap_or_default();
        if secret.is_empty() || self.secrets.iter().any(|known| known == secret) {
            return;
        }
        self.secrets.push(secret.to_vec());
        if self.secrets.len() > KEPT {
            self.secrets.remove(0);
        }
    }
}

fn play(bytes: &[u8], cut: fn(&[u8]) -> Vec<&[u8]>) -> Played {
    let mut played = Played::default();
    let (mut pi, _) = UserPi::new();
    for (turn, part) in bytes.split(|byte| *byte == 0).enumerate() {
        if turn % 2 == 0 {
            for piece in cut(part) {
                pi.receive(piece);
                if take_events(&mut pi, &mut played) {
                    // Who sent the rest of it in clear is not known: it is never read.
                    break;
                }
            }
        } else if part == b"\xff" {
            pi.silence();
            take_events(&mut pi, &mut played);
        } else if let Ok(command) = Command::new(part) {
            played.remember(command.secret());
            pi.send(&command);
        }
    }
    pi.end_of_file();
    take_events(&mut pi, &mut played);
    played
}

/// Whether TLS begins.
fn take_events(pi: &mut UserPi, played: &mut Played) -> bool {
    let mut is_tls = false;
    while let Some(event) = pi.next_event() {
        assert_discreet(&event, &played.secrets);
        let agrees_on_tls = event == Event::TlsAgreed;
        played.events.push(event);
        if agrees_on_tls {
            pi.begin_protected();
            is_tls = true;
        }
    }
    is_tls
}

/// What may be shown holds no secret that is long enough to be one.
fn assert_discreet(event: &Event, secrets: &[Vec<u8>]) {
    let shown: &[Vec<u8>] = match event {
        Event::ReplyReceived { reply, .. } => &reply.lines,
        Event::StrayReceived(line) => std::slice::from_ref(line),
        _ => return,
    };
    let can_be_told = |secret: &&Vec<u8>| {
        secret.len() >= LEAST_SECRET
            && secret.iter().any(u8::is_ascii_digit)
            && !secret.contains(&b'*')
    };
    for secret in secrets.iter().filter(can_be_told) {
        for line in shown {
            assert!(
                !contains(line, secret),
                "{} shows {}",
                line.escape_ascii(),
                secret.escape_ascii()
            );
        }
    }
}

/// Shorter ones, and words without a digit, stand in too many replies that mean something else.
const LEAST_SECRET: usize = 6;
/// So many of the last secrets are masked.
const KEPT: usize = 4;
