//! How many bytes of a connection its peer's system has not taken: the system's own count.

use std::net::SocketAddr;

/// Bytes that were sent from `own` to `peer` and are not acknowledged; `None` where this system does not tell, or no
/// longer knows the connection.
#[cfg(target_os = "linux")]
pub(super) fn unacknowledged(own: SocketAddr, peer: SocketAddr) -> Option<u64> {
    let table = if own.is_ipv4() {
        "/proc/self/net/tcp"
    } else {
        "/proc/self/net/tcp6"
    };
    queued(&std::fs::read_to_string(table).ok()?, own, peer)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn unacknowledged(_own: SocketAddr, _peer: SocketAddr) -> Option<u64> {
    None
}

/// Reads `tx_queue` of one connection from the table of proc_net_tcp(5).
#[cfg(target_os = "linux")]
fn queued(table: &str, own: SocketAddr, peer: SocketAddr) -> Option<u64> {
    let (own, peer) = (in_table(own), in_table(peer));
    table.lines().find_map(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        let is_it = columns.next() == Some(&own) && columns.next() == Some(&peer);
        let queues = columns.nth(1).filter(|_| is_it)?;
        let (sent, _) = queues.split_once(':')?;
        u64::from_str_radix(sent, 16).ok()
    })
}

/// An address as the table writes it: each word of the address in this machine's order.
#[cfg(target_os = "linux")]
fn in_table(address: SocketAddr) -> String {
    let words = |bytes: &[u8]| -> String {
        let words = bytes.chunks_exact(4);
        words
            .map(|word| {
                format!(
                    "{:08X}",
                    u32::from_ne_bytes([word[0], word[1], word[2], word[3]])
                )
            })
            .collect()
    };
    let host = match address {
        SocketAddr::V4(address) => words(&address.ip().octets()),
        SocketAddr::V6(address) => words(&address.ip().octets()),
    };
    format!("{host}:{:04X}", address.port())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use super::unacknowledged;

    #[test]
    fn what_a_peer_does_not_read_is_counted_on_both_families() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(host).unwrap();
            let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (own, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            assert_eq!(unacknowledged(own, peer), Some(0));
            stream.set_nonblocking(true).unwrap();
            let mut sent = 0;
            while let Ok(length) = stream.write(&[0; 65536]) {
                sent += length as u64;
            }
            let left = unacknowledged(own, peer).unwrap();
            assert!(left > 0 && left < sent, "{left} of {sent}");
        }
    }
}
