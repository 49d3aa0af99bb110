//! Other people's notation, read in each of the kinds and in the one that is found.

use ftpsh::transcript::Transcript;
use ftpsh::transcript::import::{Imported, Kind, read};

/// Imports the bytes.
pub fn hold(bytes: &[u8]) {
    let found = read(bytes, None);
    for kind in Kind::ALL {
        let imported = read(bytes, Some(kind));
        match &found {
            Ok(found) if found.kind == kind => assert_eq!(imported.as_ref(), Ok(found)),
            Ok(_) => {}
            Err(_) => assert!(imported.is_err(), "{kind} was not found"),
        }
        if let Ok(imported) = imported {
            assert_eq!(imported.kind, kind);
            assert_can_be_played(&imported, bytes);
        }
    }
}

fn assert_can_be_played(imported: &Imported, bytes: &[u8]) {
    let text = imported.transcript.to_string();
    let again = Transcript::read(text.as_bytes());
    assert_eq!(again.as_ref(), Ok(&imported.transcript), "{text}");
    if let Err(error) = imported.transcript.dialogue() {
        panic!("{error:?} in {text}");
    }
    // UTF-16 has two bytes for a line end.
    let most = bytes.len() + 1;
    for remark in imported.not_understood.iter().chain(&imported.notes) {
        assert!((1..=most).contains(&remark.line), "{remark:?}");
    }
    let lines = imported.not_understood.iter().map(|remark| remark.line);
    assert!(lines.is_sorted(), "{:?}", imported.not_understood);
}
