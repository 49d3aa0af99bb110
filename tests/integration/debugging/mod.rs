//! What shows both connections as they are: `set time`, `timeline`, `trace`, and `send`.

mod real_servers;
mod sends;
mod timelines;
mod times;
mod traces;
mod traces_under_tls;

use std::net::SocketAddr;

use crate::support::ftpsh::Ftpsh;

/// The binary with these lines as `-c`, against a server that has nothing more to say after 10 s.
fn lines(address: SocketAddr, lines: &[&str]) -> Ftpsh {
    let commands = lines.iter().flat_map(|line| ["-c", line]);
    Ftpsh::new()
        .args(["--timeout", "10"])
        .args(commands)
        .arg(address.to_string())
}

/// The text with every digit of times replaced, so that runs can be compared: `12:01:03.120` and `+2`.
fn without_times(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = clock_length(rest).or_else(|| elapsed_length(rest));
        match length {
            Some((length, name)) => {
                shown.push_str(name);
                rest = &rest[length..];
            }
            None => {
                shown.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    shown
}

fn clock_length(text: &str) -> Option<(usize, &'static str)> {
    let has_form = |form: &str| {
        text.len() >= form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(byte, wanted)| match wanted {
                    b'0' => byte.is_ascii_digit(),
                    other => byte == other,
                })
    };
    match () {
        () if has_form("00:00:00.000") => Some((12, "TIME")),
        () if has_form("00:00:00") => Some((8, "TIME")),
        () => None,
    }
}

/// A sign, its digits and the blanks in front, which differ in number; a unit stays.
fn elapsed_length(text: &str) -> Option<(usize, &'static str)> {
    let sign = text.trim_start_matches(' ');
    let digits = sign.strip_prefix('+')?;
    let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let after_unit = after.trim_start_matches("ms");
    (after.len() < digits.len() && after_unit.starts_with("  "))
        .then_some((text.len() - after.len(), " +MS"))
}
