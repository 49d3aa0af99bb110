//! The verbs of RFC 959: which were used, and how they were answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::practice::{LogEntry, LogEvent};
use crate::protocol::verbs::{VERBS, VerbEntry};

/// Verbs with the codes that answered them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VerbMap {
    codes: BTreeMap<Vec<u8>, BTreeSet<u16>>,
}

impl VerbMap {
    /// Takes what a server saw.
    pub(crate) fn take(&mut self, entries: &[LogEntry]) {
        for entry in entries {
            if let LogEvent::Reply {
                verb: Some(verb),
                code,
                ..
            } = &entry.event
            {
                self.add(verb.as_bytes(), *code);
            }
        }
    }

    /// Takes one reply to a verb; says whether it is new.
    pub(crate) fn add(&mut self, verb: &[u8], code: u16) -> bool {
        self.codes.entry(verb.to_vec()).or_default().insert(code)
    }

    /// Every verb with a code that answered it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (String, u16)> {
        self.codes.iter().flat_map(|(verb, codes)| {
            let verb = String::from_utf8_lossy(verb).into_owned();
            codes.iter().map(move |code| (verb.clone(), *code))
        })
    }

    /// What answered a verb so far.
    pub(crate) fn codes(&self, verb: &str) -> Vec<u16> {
        let codes = self.codes.get(verb.as_bytes());
        codes.map_or_else(Vec::new, |codes| codes.iter().copied().collect())
    }

    /// The verbs of RFC 959, in the order of the table of verbs.
    pub(crate) fn of_rfc_959() -> impl Iterator<Item = &'static VerbEntry> {
        VERBS
            .iter()
            .filter(|entry| entry.reference.starts_with("RFC 959 "))
    }
}
