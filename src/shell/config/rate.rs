//! `set rate BYTES`: how many bytes a data connection moves in a second.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use super::setting::WrongValue;

/// Bytes in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) NonZeroU64);

/// Not a number, or none of its units.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotRate;

impl Rate {
    fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let text = text.strip_suffix('b').unwrap_or(&text);
        let unit = UNITS.iter().find_map(|&(unit, bytes)| {
            let number = text.strip_suffix(&unit.to_ascii_lowercase())?;
            Some((number, bytes))
        });
        let (number, unit) = unit.unwrap_or((text, 1));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let part = thousandths(part).filter(|part| part * unit % 1_000 == 0)?;
        // `parse` takes a sign, too.
        let is_number = whole.bytes().all(|byte| byte.is_ascii_digit());
        let whole: u64 = is_number.then(|| whole.parse().ok())??;
        let bytes = whole.checked_mul(unit)?.checked_add(part * unit / 1_000)?;
        NonZeroU64::new(bytes).map(Self)
    }
}

/// At most three digits after a point.
fn thousandths(digits: &str) -> Option<u64> {
    let is_number = digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{digits:0<3}").parse().ok())?
}

impl From<NotRate> for WrongValue {
    fn from(_: NotRate) -> Self {
        Self::Unknown
    }
}

impl FromStr for Rate {
    type Err = NotRate;

    fn from_str(text: &str) -> Result<Self, NotRate> {
        Self::read(text).ok_or(NotRate)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.get();
        match UNITS
            .iter()
            .rev()
            .find(|(_, unit)| bytes.is_multiple_of(*unit))
        {
            Some((name, unit)) => write!(f, "{}{name}", bytes / unit),
            None => write!(f, "{bytes}"),
        }
    }
}

/// As the progress of a transfer is shown.
const UNITS: [(&str, u64); 2] = [("k", 1_000), ("M", 1_000_000)];

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn bytes_may_be_counted_in_thousands_and_millions() {
        for (text, bytes, written) in [
            ("1", 1, "1"),
            ("500k", 500_000, "500k"),
            ("2M", 2_000_000, "2M"),
            ("2000k", 2_000_000, "2M"),
            ("1500", 1_500, "1500"),
            ("1000", 1_000, "1k"),
            ("1.5M", 1_500_000, "1500k"),
            ("0.125k", 125, "125"),
            ("500KB", 500_000, "500k"),
            ("2mb", 2_000_000, "2M"),
            ("700B", 700, "700"),
        ] {
            let read = Rate::read(text).expect(text);
            assert_eq!(read.0.get(), bytes, "{text}");
            assert_eq!(read.to_string(), written, "{text}");
            assert_eq!(Rate::read(written), Some(read));
        }
        for text in [
            "",
            "off",
            "0",
            "0k",
            "k",
            "-1",
            "+1",
            "1.5",
            "1.0005k",
            ".5k",
            "1..5k",
            "1.k5",
            "1KiB",
            "B",
            "1 k",
            "on",
            "18446744073709551616",
            "18446744073709551615k",
        ] {
            assert_eq!(Rate::read(text), None, "{text}");
        }
    }
}
