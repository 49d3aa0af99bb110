//! What a practice server is started with.

use std::fmt;

use super::faults::Faults;
use super::recorded::Recording;

/// How a practice server is to be.
#[derive(Clone)]
pub struct Configuration {
    /// The faults that are switched on.
    pub faults: Faults,
    /// Whether the scratch folder stays when the server is gone.
    pub keep: bool,
    /// The one user that may log in.
    pub user: String,
    /// That user's password.
    pub password: String,
    /// A session of another server; its answers come before the server's own.
    pub recording: Option<Recording>,
}

impl Default for Configuration {
    /// No faults, a folder that is removed, user `A` and password `A`, no recording.
    fn default() -> Self {
        Self {
            faults: Faults::default(),
            keep: false,
            user: "A".to_owned(),
            password: "A".to_owned(),
            recording: None,
        }
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("faults", &self.faults)
            .field("keep", &self.keep)
            .field("user", &self.user)
            .field("password", &"****")
            .field("recording", &self.recording)
            .finish()
    }
}
