//! Bytes that were sent as they are, in hexadecimal.

use crate::client::SentPiece;
use crate::protocol::{MaskedBytes, TelnetCommand};

/// What is said where urgent bytes were wanted.
pub(super) const NOT_URGENT: &str =
    "TLS has no urgent bytes (RFC 4217 section 14): all of them went inside it, in order";

/// `FF F4, FF urgent, F2  (Telnet IP, DM)`.
pub(crate) fn describe(pieces: &[SentPiece]) -> String {
    let shown: Vec<String> = pieces
        .iter()
        .map(|piece| {
            let urgent = if piece.urgent { " urgent" } else { "" };
            format!("{}{urgent}", hexadecimal(&piece.bytes))
        })
        .collect();
    let bytes: Vec<&[u8]> = pieces.iter().map(|piece| &*piece.bytes.bytes).collect();
    let names = match TelnetCommand::read_all(&bytes.concat()) {
        Some(commands) if !commands.is_empty() => {
            let names: Vec<&str> = commands.iter().map(|command| command.name).collect();
            format!("  (Telnet {})", names.join(", "))
        }
        _ => String::new(),
    };
    format!("{}{names}", shown.join(", "))
}

/// Whether any of them should have been urgent and was not.
pub(super) fn lost_urgency(pieces: &[SentPiece]) -> bool {
    pieces
        .iter()
        .any(|piece| piece.should_be_urgent && !piece.urgent)
}

/// `50 41 53 53 20 **`: each byte by its number, and each secret as `**`.
pub(crate) fn hexadecimal(masked: &MaskedBytes) -> String {
    let mut shown = Vec::new();
    let mut start = 0;
    let show =
        |bytes: &[u8]| -> Vec<String> { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    for secret in &masked.secrets {
        shown.extend(show(&masked.bytes[start..secret.start]));
        shown.push("**".to_owned());
        start = secret.end;
    }
    shown.extend(show(&masked.bytes[start..]));
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{describe, hexadecimal, lost_urgency};
    use crate::client::SentPiece;
    use crate::protocol::SentMask;

    fn piece(bytes: &[u8], urgent: bool, should_be_urgent: bool) -> SentPiece {
        SentPiece {
            bytes: SentMask::default().take(bytes, false),
            urgent,
            should_be_urgent,
        }
    }

    #[test]
    fn telnet_commands_are_named_and_urgent_bytes_marked() {
        let synch = [
            piece(b"\xff\xf4", false, false),
            piece(b"\xff", true, true),
            piece(b"\xf2", false, false),
        ];
        assert_eq!(describe(&synch), "FF F4, FF urgent, F2  (Telnet IP, DM)");
        assert!(!lost_urgency(&synch));
        assert_eq!(describe(&[piece(b"\xff\xf4x", false, false)]), "FF F4 78");
        assert!(lost_urgency(&[piece(b"\xff", false, true)]));
    }

    #[test]
    fn a_secret_is_masked_in_hexadecimal_too() {
        let masked = SentMask::default().take(b"PASS xyz\r\nA", false);
        assert_eq!(hexadecimal(&masked), "50 41 53 53 20 ** 0D 0A 41");
    }
}
