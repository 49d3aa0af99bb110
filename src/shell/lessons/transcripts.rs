//! The sessions of a lesson as transcripts, kept in memory for the report.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transcript::recorder::{Recorder, RecordingPlace};

/// Those of one lesson, in order.
#[derive(Default)]
pub(super) struct KeptTranscripts {
    sessions: Vec<(Recorder, Text)>,
}

/// One of them. Clones share it.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<String>>);

impl KeptTranscripts {
    /// Keeps another session, which the recorder is to observe.
    pub(super) fn begin(&mut self) -> Recorder {
        let (recorder, text) = (Recorder::new(false), Text::default());
        recorder.start(Box::new(text.clone()), true);
        self.sessions.push((recorder.clone(), text));
        recorder
    }

    /// What they say, once their sessions are over.
    pub(super) fn texts(&self) -> Vec<String> {
        let texts = self.sessions.iter().map(|(recorder, text)| {
            recorder.stop();
            text.lock().clone()
        });
        texts.filter(|text| !text.is_empty()).collect()
    }
}

impl Text {
    fn lock(&self) -> MutexGuard<'_, String> {
        // Whole lines are added at once.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordingPlace for Text {
    fn write(&mut self, lines: &str) -> io::Result<()> {
        self.lock().push_str(lines);
        Ok(())
    }

    fn replace_end(&mut self, old: &str, new: &str) -> io::Result<()> {
        let mut text = self.lock();
        let kept = text.len().saturating_sub(old.len());
        text.truncate(kept);
        text.push_str(new);
        Ok(())
    }

    fn take_back(&mut self, bytes: u64) {
        let mut text = self.lock();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let kept = text.len().saturating_sub(bytes);
        text.truncate(kept);
    }

    /// Long uploads are told by their digest; the file beside is not kept.
    fn data_file(&mut self) -> (String, Box<dyn io::Write + Send>) {
        ("upload.data".to_owned(), Box::new(io::sink()))
    }
}
