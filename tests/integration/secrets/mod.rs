//! A password is seen nowhere but on the wire, however it was typed.

mod errors;
mod history;
mod scripts;
#[cfg(target_os = "linux")]
mod sources;
mod terminals;

use crate::support::home::Home;

/// None of its characters occurs in anything else that the tests show, so that one of them alone is a leak.
const PASSWORD: &str = "ωψξφжщю";

/// The same, as `quote -x` takes it.
fn escaped_password() -> String {
    let bytes = PASSWORD.bytes();
    bytes.map(|byte| format!("\\x{byte:02x}")).collect()
}

/// No character of the password, in whatever form, is among these bytes.
#[track_caller]
fn assert_unseen(bytes: &[u8], place: &str) {
    let text = String::from_utf8_lossy(bytes);
    let lower_case = text.to_lowercase();
    for character in PASSWORD.chars() {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).bytes();
        let bytes: Vec<u8> = bytes.collect();
        let forms = [
            character.to_string(),
            bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
            bytes.iter().map(|byte| format!("%{byte:02x}")).collect(),
            format!("\\u{{{:x}}}", u32::from(character)),
        ];
        for form in forms {
            assert!(!lower_case.contains(&form), "{form} in {place}:\n{text}");
        }
    }
}

/// No file in the home holds any of the password.
#[track_caller]
fn assert_unseen_in(home: &Home) {
    for (path, bytes) in home.files() {
        assert_unseen(&bytes, &path.display().to_string());
    }
}
