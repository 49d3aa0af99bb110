//! What a server sends may not act on the terminal.

mod control;
mod data;
#[cfg(target_os = "linux")]
mod floods;
mod names;
mod ports;
mod replies;
mod scripts;
mod sizes;
mod terminals;
#[cfg(target_os = "linux")]
mod tls;

/// Sequences for title, clipboard and colour, C1 as bytes and as UTF-8, and characters that mislead or hide.
const PAYLOAD: &[u8] =
    b"\x1b]0;pwned\x07\x1b]52;c;aGk=\x07\x1b[35;5mX\x9b35mY\xc2\x9b35m\xc2\x85\x1bc\x08\x7f\
    \xe2\x80\xaetxt.exe\xe2\x81\xa6\xe2\x80\x8b\xe2\x80\x8f\xef\xbb\xbf\xe2\x80\xa8Z";

/// How its beginning is shown.
const SHOWN: &str = "\\x1b]0;pwned\\x07\\x1b]52;c;aGk=\\x07\\x1b[35;5mX\\x9b35mY\\u{9b}35m";

/// Puts the payload where the line has `@`.
fn hostile(line: &str) -> Vec<u8> {
    let mut parts = line.split('@').map(str::as_bytes);
    let first = parts.next().unwrap_or_default().to_vec();
    parts.fold(first, |line, part| [&line, PAYLOAD, part].concat())
}

/// Nothing of the payload came through. The editor's own sequences all begin with ESC `[`, and its colours do not
/// blink.
#[track_caller]
fn assert_harmless(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("a screen shows UTF-8");
    for sequence in [
        "\x1b]",
        "\x1bc",
        "\x1b[35;5m",
        "\x1b[31mred",
        "\x08",
        "\x7f",
        "\x07",
    ] {
        assert!(!text.contains(sequence), "{sequence:?} in {text:?}");
    }
    let misleads = |character: &char| {
        matches!(character, '\u{80}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert_eq!(text.chars().find(misleads), None, "{text:?}");
}
