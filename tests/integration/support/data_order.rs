//! The end of the data and the final reply travel on two connections, and either may be seen first.

/// Puts the end of a transfer's data before its 226 where it was seen after it.
pub(crate) fn put_data_first<L: ToString>(lines: &mut [L]) {
    for at in 1..lines.len() {
        let (reply, note) = (lines[at - 1].to_string(), lines[at].to_string());
        if reply.starts_with("226 ") && note.ends_with(", data connection closed") {
            lines.swap(at - 1, at);
        }
    }
}
