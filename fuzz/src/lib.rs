//! What must hold for any bytes, one module for each fuzz target.
//!
//! `fuzz_targets/` gives them to the fuzzer. `tests/integration/corpora.rs` includes this file too, and plays the
//! corpora through them with no fuzzer at hand.

pub mod imports;
pub mod lines;
pub mod listings;
pub mod logs;
pub mod netrc;
pub mod patterns;
pub mod proxies;
pub mod replies;
pub mod reply_texts;
pub mod server_hellos;
pub mod targets;
pub mod tls;
pub mod transcripts;
pub mod user_pi;

mod announcements;
mod bytes;
mod data_ports;
mod keys;

/// A property: it panics for bytes that break it.
pub type Property = fn(&[u8]);

/// Every target by its name, which is that of its corpus.
pub const TARGETS: [(&str, Property); 14] = [
    ("imports", imports::hold),
    ("lines", lines::hold),
    ("listings", listings::hold),
    ("logs", logs::hold),
    ("netrc", netrc::hold),
    ("patterns", patterns::hold),
    ("proxies", proxies::hold),
    ("replies", replies::hold),
    ("reply_texts", reply_texts::hold),
    ("server_hellos", server_hellos::hold),
    ("targets", targets::hold),
    ("tls", tls::hold),
    ("transcripts", transcripts::hold),
    ("user_pi", user_pi::hold),
];
