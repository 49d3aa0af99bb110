//! The limit of a dialogue: a socket, and nothing else. It sends a line, reads its reply, and sends the next.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

/// Sends the lines of standard input in turn, each when the one before it has been answered.
pub(crate) fn talk(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut reply = String::new();
    read_reply(&mut replies, &mut reply)?;
    for line in io::stdin().lines() {
        stream.write_all((line? + "\r\n").as_bytes())?;
        read_reply(&mut replies, &mut reply)?;
    }
    Ok(())
}

/// Reads up to the last line of a reply (RFC 959 section 4.2).
fn read_reply(replies: &mut impl BufRead, line: &mut String) -> io::Result<()> {
    loop {
        line.clear();
        let length = replies.read_line(line)?;
        if length == 0 || line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}
