//! The corpora of the fuzzer, played through the same properties without it (`docs/fuzzing.md`).

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[expect(unreachable_pub, reason = "it is a crate of its own for the fuzzer")]
#[path = "../../fuzz/src/lib.rs"]
mod properties;

#[test]
fn every_input_in_the_corpora_keeps_what_its_target_promises() {
    let mut broken = Vec::new();
    for (target, property) in properties::TARGETS {
        let files = files_in(&folder("corpus").join(target));
        assert!(!files.is_empty(), "{target} has no corpus");
        for file in files {
            let bytes = fs::read(&file).expect("a file that was listed");
            if catch_unwind(|| property(&bytes)).is_err() {
                broken.push(file);
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_target_is_given_to_the_fuzzer_and_every_corpus_to_a_target() {
    let named: BTreeSet<&str> = properties::TARGETS.map(|(name, _)| name).into();
    for listed in ["corpus", "fuzz_targets"] {
        let files = files_in(&folder(listed));
        let stems = files.iter().filter_map(|file| file.file_stem()?.to_str());
        assert_eq!(stems.collect::<BTreeSet<_>>(), named, "{listed}");
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| entry.expect("it can be listed").path())
        .collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}
