//! Where an exception of Python came.

use super::said::Stage;

/// The functions of Python's ftplib in which an exception came, as far as they tell what was waited for.
#[derive(Debug, Default)]
pub(super) struct Traceback {
    moves_data: bool,
    stage: Option<Stage>,
}

impl Traceback {
    pub(super) fn take(&mut self, line: &[u8]) {
        if line.starts_with(b"Traceback (most recent") {
            *self = Self::default();
        }
        let Some(name) = line.trim_ascii().rsplit(|byte| *byte == b' ').next() else {
            return;
        };
        match name {
            _ if !line.starts_with(b"  File \"") => {}
            b"storbinary" | b"storlines" | b"retrbinary" | b"retrlines" => self.moves_data = true,
            b"ntransfercmd" => self.stage = Some(Stage::Passive),
            b"voidresp" if self.moves_data => self.stage = Some(Stage::Ended),
            b"voidcmd" | b"sendcmd" | b"makepasv" | b"makeport" => *self = Self::default(),
            _ => {}
        }
    }

    /// Where it came, if they tell.
    pub(super) fn stage(&self) -> Option<Stage> {
        self.stage
    }
}
