//! What stands in the text of one reply: data ports, sizes, paths.

use super::{announcements, data_ports};

/// Reads the bytes as every kind of reply.
pub fn hold(bytes: &[u8]) {
    announcements::hold(bytes);
    data_ports::hold(bytes);
}
