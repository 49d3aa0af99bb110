//! Command codes (RFC 959 section 5.3).

use std::fmt;

/// A command code, compared without case (RFC 959 section 5.3).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Verb {
    upper: Vec<u8>,
}

impl Verb {
    /// Takes the code in any case; a code that no RFC knows is legal.
    #[must_use]
    pub fn new(code: &[u8]) -> Self {
        Self {
            upper: code.to_ascii_uppercase(),
        }
    }

    /// The code in upper case.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.upper
    }

    /// Whether this is the verb `name` (given in upper case).
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.upper == name.as_bytes()
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.upper.escape_ascii())
    }
}
