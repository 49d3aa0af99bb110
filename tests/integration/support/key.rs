//! What a keyboard has besides text.

/// Keys that are not text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    CtrlC,
    CtrlD,
    Enter,
    Tab,
    Backspace,
    Up,
    Down,
}

impl Key {
    pub(crate) const ALL: [Self; 7] = [
        Self::CtrlC,
        Self::CtrlD,
        Self::Enter,
        Self::Tab,
        Self::Backspace,
        Self::Up,
        Self::Down,
    ];

    /// What a keyboard sends.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::CtrlC => b"\x03",
            Self::CtrlD => b"\x04",
            Self::Enter => b"\r",
            Self::Tab => b"\t",
            Self::Backspace => b"\x7f",
            Self::Up => b"\x1b[A",
            Self::Down => b"\x1b[B",
        }
    }
}
