//! A panic where the environment asks for one. Only the feature `panic-injection` has it: the tests look at what
//! becomes of a bug.

/// Panics if FTPSH_PANIC names this place.
#[cfg(feature = "panic-injection")]
pub(crate) fn panic_if_asked(place: &str) {
    let asked = std::env::var("FTPSH_PANIC");
    assert!(asked.as_deref() != Ok(place), "FTPSH_PANIC asked for it");
}

#[cfg(not(feature = "panic-injection"))]
pub(crate) fn panic_if_asked(_: &str) {}
