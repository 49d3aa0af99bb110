//! `set rate BYTES`: how many bytes a data connection moves in a second.

use std::num::NonZeroU64;

use super::setting::{Notation, Written};

/// As fast as it can unless this was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) Option<NonZeroU64>);

impl Written for Rate {
    const VALUES: &'static str = "off, or bytes a second, as in 500k or 2M";
    const OFFERED: &'static [&'static str] = &["off"];
    const NOTATION: Notation = Notation::Number;

    fn read(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(None));
        }
        let unit = UNITS
            .iter()
            .find_map(|&(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
        let (digits, unit) = unit.unwrap_or((text, 1));
        // `parse` takes a sign, too.
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = is_number.then(|| digits.parse().ok())??;
        let bytes = NonZeroU64::new(number.checked_mul(unit)?)?;
        Some(Self(Some(bytes)))
    }

    fn written(&self) -> String {
        let Some(bytes) = self.0.map(NonZeroU64::get) else {
            return "off".to_owned();
        };
        let unit = UNITS.iter().rev().find(|(_, unit)| bytes % unit == 0);
        unit.map_or_else(
            || bytes.to_string(),
            |(name, unit)| format!("{}{name}", bytes / unit),
        )
    }
}

/// As the progress of a transfer is shown.
const UNITS: [(&str, u64); 2] = [("k", 1_000), ("M", 1_000_000)];

#[cfg(test)]
mod tests {
    use super::{Rate, Written};

    #[test]
    fn bytes_may_be_counted_in_thousands_and_millions() {
        for (text, bytes, written) in [
            ("off", 0, "off"),
            ("1", 1, "1"),
            ("500k", 500_000, "500k"),
            ("2M", 2_000_000, "2M"),
            ("2000k", 2_000_000, "2M"),
            ("1500", 1_500, "1500"),
            ("1000", 1_000, "1k"),
        ] {
            let read = Rate::read(text).expect(text);
            assert_eq!(read.0.map_or(0, u64::from), bytes, "{text}");
            assert_eq!(read.written(), written, "{text}");
            assert_eq!(Rate::read(written), Some(read));
        }
        for text in [
            "",
            "0",
            "0k",
            "k",
            "-1",
            "+1",
            "1.5M",
            "1K",
            "1m",
            "1 k",
            "on",
            "18446744073709551616",
            "18446744073709551615k",
        ] {
            assert_eq!(Rate::read(text), None, "{text}");
        }
    }
}
