//! A capture file as Wireshark reads it, made of what went through a control connection.
//!
//! To capture on an interface takes privileges that a test does not have everywhere. So the control connection goes
//! through a relay of the test's own, and what the relay saw is written as packets.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::DEADLINE;

/// A relay for one control connection.
pub(crate) struct Tap {
    pub(crate) address: SocketAddr,
    relaying: JoinHandle<Vec<Segment>>,
}

struct Segment {
    is_from_server: bool,
    bytes: Vec<u8>,
}

impl Tap {
    pub(crate) fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let relaying = thread::spawn(move || relay(&listener, server));
        Self { address, relaying }
    }

    /// The capture, once both sides have closed the connection.
    pub(crate) fn capture(self) -> Vec<u8> {
        let segments = self.relaying.join().expect("both sides close");
        capture_file(&segments)
    }
}

fn relay(listener: &TcpListener, server: SocketAddr) -> Vec<Segment> {
    let (client, _) = listener.accept().expect("the client connects");
    let server = TcpStream::connect(server).expect("the server listens");
    let (sender, segments) = mpsc::channel();
    let directions = [(&server, &client, true), (&client, &server, false)];
    let copies = directions.map(|(from, to, is_from_server)| {
        let from = from.try_clone().expect("a socket can be cloned");
        let to = to.try_clone().expect("a socket can be cloned");
        let sender = sender.clone();
        thread::spawn(move || copy(from, to, is_from_server, &sender))
    });
    drop(sender);
    let segments = segments.into_iter().collect();
    for copy in copies {
        copy.join().expect("it does not panic");
    }
    segments
}

fn copy(mut from: TcpStream, mut to: TcpStream, is_from_server: bool, sender: &Sender<Segment>) {
    let _ = from.set_read_timeout(Some(DEADLINE + Duration::from_secs(1)));
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = buffer[..count].to_vec();
        // Before they are passed on, so that an answer cannot overtake them.
        let _ = sender.send(Segment {
            is_from_server,
            bytes,
        });
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// The format of libpcap, packets without a link layer.
fn capture_file(segments: &[Segment]) -> Vec<u8> {
    const RAW_IP: u32 = 101;
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(4_u16.to_le_bytes());
    for number in [0, 0, u32::from(u16::MAX), RAW_IP] {
        file.extend(number.to_le_bytes());
    }
    let mut sent = [1_u32; 2];
    for (second, segment) in (0_u32..).zip(segments) {
        let side = usize::from(segment.is_from_server);
        let packet = packet(segment, sent[side], sent[1 - side]);
        let length = u32::try_from(packet.len()).expect("a buffer is small");
        for number in [second, 0, length, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
        sent[side] += u32::try_from(segment.bytes.len()).expect("a buffer is small");
    }
    file
}

/// IPv4 and TCP; nobody checks the sums.
fn packet(segment: &Segment, sequence: u32, acknowledged: u32) -> Vec<u8> {
    const SERVER: u16 = 21;
    const CLIENT: u16 = 50_000;
    let length = u16::try_from(40 + segment.bytes.len()).expect("a buffer is small");
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    packet.extend([127, 0, 0, 1, 127, 0, 0, 1]);
    let (from, to) = if segment.is_from_server {
        (SERVER, CLIENT)
    } else {
        (CLIENT, SERVER)
    };
    packet.extend(from.to_be_bytes());
    packet.extend(to.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend(acknowledged.to_be_bytes());
    // Five words of header; ACK and PSH.
    packet.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(&segment.bytes);
    packet
}
