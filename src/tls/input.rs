//! Bytes that came and have not been taken, handed out record by record.
//!
//! TLS libraries throw away what follows a close_notify. After a CCC the bytes after it are replies in the clear, so no
//! more than whole records that are needed are ever shown (RFC 8446 section 5.1: 5 bytes of header, the last two the
//! length).

/// The bytes of one connection.
#[derive(Debug, Default)]
pub(crate) struct RecordInput {
    bytes: Vec<u8>,
    /// Taken already.
    start: usize,
    /// Up to where whole records are shown.
    end: usize,
}

impl RecordInput {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.end -= self.start;
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whole records that are shown and have not been taken.
    pub(crate) fn shown(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    pub(crate) fn take(&mut self, bytes: usize) {
        self.start += bytes.min(self.end - self.start);
    }

    /// Shows one more record; `false` if it has not come whole.
    pub(crate) fn show_next(&mut self) -> bool {
        let hidden = &self.bytes[self.end..];
        let Some([_, _, _, high, low]) = hidden.first_chunk() else {
            return false;
        };
        let length = HEADER_BYTES + usize::from(u16::from_be_bytes([*high, *low]));
        if hidden.len() < length {
            return false;
        }
        self.end += length;
        true
    }

    /// What has not been taken begins as no record does.
    pub(crate) fn is_in_clear(&self) -> bool {
        self.bytes[self.start..]
            .first()
            .is_some_and(|byte| !CONTENT_TYPES.contains(byte))
    }

    pub(crate) fn take_rest(&mut self) -> Vec<u8> {
        let rest = self.bytes.split_off(self.start);
        *self = Self::default();
        rest
    }
}

const HEADER_BYTES: usize = 5;
/// change_cipher_spec, alert, handshake, application_data.
const CONTENT_TYPES: std::ops::RangeInclusive<u8> = 20..=23;

#[cfg(test)]
mod tests {
    use super::RecordInput;

    #[test]
    fn records_are_shown_one_by_one_and_the_rest_is_kept() {
        let mut input = RecordInput::default();
        input.push(b"\x17\x03\x03\x00\x02ab\x15\x03\x03\x00");
        assert!(!input.is_in_clear());
        assert!(input.show_next());
        assert_eq!(input.shown(), b"\x17\x03\x03\x00\x02ab");
        assert!(!input.show_next());
        input.push(b"\x01x220 hello");
        assert!(input.show_next());
        assert_eq!(input.shown().len(), 7 + 6);
        input.take(7 + 6);
        assert!(input.shown().is_empty() && input.is_in_clear());
        assert_eq!(input.take_rest(), b"220 hello");
    }
}
