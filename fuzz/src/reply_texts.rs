//! What stands in the text of one reply: data ports, sizes, paths.

use super::{announcements, data_ports};

/// Reads the octets as every kind of reply.
pub fn hold(octets: &[u8]) {
    announcements::hold(octets);
    data_ports::hold(octets);
}
