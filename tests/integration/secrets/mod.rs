//! A password is seen nowhere but on the wire, however it was typed.

mod errors;
mod history;
mod scripts;
mod terminals;

use crate::support::home::Home;

/// None of its characters occurs in anything else that the tests show, so that one of them alone is a leak.
const PASSWORD: &str = "ωψξφжщю";

/// The same, as `quote -x` takes it.
fn escaped_password() -> String {
    let octets = PASSWORD.bytes();
    octets.map(|octet| format!("\\x{octet:02x}")).collect()
}

/// No character of the password, in whatever form, is among these octets.
#[track_caller]
fn assert_unseen(octets: &[u8], place: &str) {
    let text = String::from_utf8_lossy(octets);
    let lower_case = text.to_lowercase();
    for character in PASSWORD.chars() {
        let mut buffer = [0; 4];
        let octets = character.encode_utf8(&mut buffer).bytes();
        let octets: Vec<u8> = octets.collect();
        let forms = [
            character.to_string(),
            octets
                .iter()
                .map(|octet| format!("\\x{octet:02x}"))
                .collect(),
            octets.iter().map(|octet| format!("%{octet:02x}")).collect(),
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
    for (path, octets) in home.files() {
        assert_unseen(&octets, &path.display().to_string());
    }
}
