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
