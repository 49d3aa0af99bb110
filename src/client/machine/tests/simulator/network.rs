//! One direction of a connection: what goes in comes out in order, later, and perhaps not all of it.

use super::random::Random;

/// Microseconds since the session began.
pub(super) type Time = u64;

pub(super) const MILLISECOND: Time = 1000;
pub(super) const SECOND: Time = 1000 * MILLISECOND;

/// What arrives at one end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    End,
    Reset,
}

/// What goes wrong on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) towards_server: bool,
    /// How many bytes pass in that direction before.
    pub(super) after: usize,
    pub(super) kind: FaultKind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FaultKind {
    /// The connection is reset for both sides.
    Cut,
    /// Nothing passes for this time, or ever again.
    Stall(Option<Time>),
}

/// The directions of a new connection: towards the server, and towards the client.
pub(super) fn connection(random: &mut Random, fault: Option<Fault>) -> (Direction, Direction) {
    let up = fault.filter(|fault| fault.towards_server);
    let down = fault.filter(|fault| !fault.towards_server);
    (Direction::new(random, up), Direction::new(random, down))
}

#[derive(Clone, Debug)]
pub(super) struct Direction {
    latency: Time,
    fault: Option<Fault>,
    passed: usize,
    is_dead: bool,
    /// When the last piece arrives: none overtakes another.
    last_arrival: Time,
}

impl Direction {
    fn new(random: &mut Random, fault: Option<Fault>) -> Self {
        let slowest = random.pick(&[2, 30, 400]);
        Self {
            latency: random.below(0..slowest) * MILLISECOND,
            fault,
            passed: 0,
            is_dead: false,
            last_arrival: 0,
        }
    }

    /// When which pieces arrive. A [`Piece::Reset`] is for both ends.
    pub(super) fn pass(
        &mut self,
        mut piece: Piece,
        now: Time,
        random: &mut Random,
    ) -> Vec<(Time, Piece)> {
        let mut arrivals = Vec::new();
        if self.is_dead {
            return arrivals;
        }
        if let Piece::Bytes(bytes) = &mut piece
            && let Some(fault) = self.fault
            && self.passed + bytes.len() > fault.after
        {
            self.fault = None;
            let rest = bytes.split_off(fault.after - self.passed);
            self.push(piece, now, random, &mut arrivals);
            piece = Piece::Bytes(rest);
            match fault.kind {
                FaultKind::Stall(Some(time)) => {
                    self.last_arrival = self.last_arrival.max(now) + time;
                }
                FaultKind::Stall(None) => self.is_dead = true,
                FaultKind::Cut => {
                    self.push(Piece::Reset, now, random, &mut arrivals);
                    self.is_dead = true;
                }
            }
        }
        if !self.is_dead {
            self.push(piece, now, random, &mut arrivals);
        }
        arrivals
    }

    fn push(
        &mut self,
        piece: Piece,
        now: Time,
        random: &mut Random,
        arrivals: &mut Vec<(Time, Piece)>,
    ) {
        if matches!(&piece, Piece::Bytes(bytes) if bytes.is_empty()) {
            return;
        }
        let jitter = random.below(0..MILLISECOND);
        self.last_arrival = self.last_arrival.max(now + self.latency + jitter);
        if let Piece::Bytes(bytes) = &piece {
            self.passed += bytes.len();
            if bytes.len() > 1 && random.percent(10) {
                let (head, tail) = bytes.split_at(random.size(1..bytes.len() as u64));
                arrivals.push((self.last_arrival, Piece::Bytes(head.to_vec())));
                self.last_arrival += random.below(0..20) * MILLISECOND;
                arrivals.push((self.last_arrival, Piece::Bytes(tail.to_vec())));
                return;
            }
        }
        arrivals.push((self.last_arrival, piece));
    }
}
