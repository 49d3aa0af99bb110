//! Values as they stand in a sentence.

use std::net::IpAddr;
use std::time::Duration;

/// What kind of address it is, where that explains something.
pub(crate) fn kind_of(host: IpAddr) -> &'static str {
    match host.to_canonical() {
        host if host.is_unspecified() => ", which is no address",
        IpAddr::V4(host) if host.is_private() || host.is_link_local() => ", a private address",
        IpAddr::V6(host) if host.is_unique_local() || host.is_unicast_link_local() => {
            ", a private address"
        }
        host if host.is_loopback() => ", the server's own loopback",
        _ => "",
    }
}

/// `1 byte`, `2 bytes`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `0.3 s`, `12 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_millis(50) {
        "less than 0.1 s".to_owned()
    } else if duration < Duration::from_secs(10) {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} s", duration.as_secs())
    }
}

/// The text without the `(os error 2)` that Rust puts after each message of the system, and without the full stop that
/// Windows puts before it.
pub(crate) fn without_os_codes(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OS_CODE) {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        rest = match after[digits..].strip_prefix(')') {
            Some(rest) if digits > 0 => {
                shown += before.strip_suffix('.').unwrap_or(before);
                rest
            }
            _ => {
                shown += before;
                shown += OS_CODE;
                after
            }
        };
    }
    shown + rest
}

const OS_CODE: &str = " (os error ";

#[cfg(test)]
mod tests {
    use super::without_os_codes;

    #[test]
    fn the_numbers_of_system_errors_are_not_shown() {
        for (text, shown) in [
            ("f: No such file (os error 2)", "f: No such file"),
            ("f: full (os error 27). 5 bytes", "f: full. 5 bytes"),
            (
                "f: Path not found. (os error 3). Nothing",
                "f: Path not found. Nothing",
            ),
            ("a (os error 1), b (os error 13)", "a, b"),
            (
                "an (os error ) or (os error x)",
                "an (os error ) or (os error x)",
            ),
            ("cut (os error 2", "cut (os error 2"),
        ] {
            assert_eq!(without_os_codes(text), shown);
        }
    }
}
