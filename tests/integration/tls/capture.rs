//! What a real tool reads.
