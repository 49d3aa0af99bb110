//! `send`: bytes that no command line can hold.

use crate::client::RawBytes;
use crate::protocol::TelnetCommand;
use crate::protocol::telnet::{DM, IAC, IP};

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SendError {
    #[error(
        "send knows {}, synch and hex: `help send` explains them. (`put FILE` uploads a file.) Nothing was sent",
        names()
    )]
    UnknownName,
    #[error(
        "send hex takes bytes of two hexadecimal digits each, as in: send hex 'FF F1'. Nothing was sent"
    )]
    NoBytes,
}

/// The bytes of `send`'s arguments.
pub(crate) fn read(arguments: &[String]) -> Result<Vec<RawBytes>, SendError> {
    match arguments {
        [name] if name == "synch" => Ok(synch()),
        [name] => {
            let command = TelnetCommand::named(name).ok_or(SendError::UnknownName)?;
            Ok(vec![plain(&command.wire())])
        }
        [name, digits @ ..] if name == "hex" => {
            let bytes = bytes_of(&digits.concat()).ok_or(SendError::NoBytes)?;
            Ok(vec![plain(&bytes)])
        }
        _ => Err(SendError::UnknownName),
    }
}

/// IP and Synch, as they go in front of ABOR (RFC 959 section 4.1.3).
fn synch() -> Vec<RawBytes> {
    let urgent = RawBytes {
        bytes: vec![IAC],
        urgent: true,
    };
    vec![plain(&[IAC, IP]), urgent, plain(&[DM])]
}

fn plain(bytes: &[u8]) -> RawBytes {
    RawBytes {
        bytes: bytes.to_vec(),
        urgent: false,
    }
}

/// Pairs of hexadecimal digits, blanks between them or not; `None` for anything else, and for nothing.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .map(|character| character.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes = digits.chunks(2).map(|pair| match *pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    bytes
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| !bytes.is_empty())
}

fn names() -> String {
    let names = crate::protocol::TELNET_COMMANDS
        .iter()
        .map(|command| command.name.to_lowercase());
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{SendError, bytes_of, read};

    fn bytes(arguments: &[&str]) -> Result<Vec<(Vec<u8>, bool)>, SendError> {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let pieces = read(&arguments)?.into_iter();
        Ok(pieces.map(|piece| (piece.bytes, piece.urgent)).collect())
    }

    #[test]
    fn telnet_commands_go_out_by_name_and_the_mark_of_a_synch_is_urgent() {
        assert_eq!(bytes(&["ayt"]), Ok(vec![(b"\xff\xf6".to_vec(), false)]));
        assert_eq!(bytes(&["IP"]), Ok(vec![(b"\xff\xf4".to_vec(), false)]));
        let synch = bytes(&["synch"]).unwrap();
        let urgent: Vec<bool> = synch.iter().map(|(_, urgent)| *urgent).collect();
        assert_eq!(urgent, [false, true, false]);
        let all: Vec<u8> = synch.into_iter().flat_map(|(bytes, _)| bytes).collect();
        assert_eq!(all, b"\xff\xf4\xff\xf2");
    }

    #[test]
    fn hexadecimal_is_read_in_pairs_with_blanks_and_without() {
        for digits in [&["FF F1"][..], &["ff", "f1"], &["fFF1"], &["F", "FF1"]] {
            let arguments = [&["hex"], digits].concat();
            assert_eq!(bytes(&arguments), Ok(vec![(b"\xff\xf1".to_vec(), false)]));
        }
    }

    #[test]
    fn anything_else_sends_nothing() {
        for arguments in [&[][..], &["file"], &["ip", "x"], &["hexx", "00"]] {
            assert_eq!(bytes(arguments), Err(SendError::UnknownName));
        }
        for digits in ["", " ", "F", "0xFF", "GG", "+1", "é"] {
            assert_eq!(bytes(&["hex", digits]), Err(SendError::NoBytes), "{digits}");
            assert_eq!(bytes_of(digits), None);
        }
        assert_eq!(bytes(&["hex"]), Err(SendError::UnknownName));
    }
}
