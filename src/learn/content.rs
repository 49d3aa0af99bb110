//! What lesson.toml says of the files on both sides.

use std::time::SystemTime;

use jiff::Timestamp;
use toml::Value;

use crate::practice::PlacedFile;

/// Reads one entry of `[server]` or `[local]`.
///
/// # Errors
///
/// What is expected.
pub(super) fn read(path: &str, value: &Value) -> Result<PlacedFile, String> {
    if leads_out(path) {
        return Err(format!(
            "`{path}` leads out of its side: write a relative path without `..`"
        ));
    }
    let (bytes, modified) = match value {
        Value::String(text) => (text.as_bytes().to_vec(), None),
        Value::Table(table) => {
            let unknown = table.keys().find(|key| !KEYS.contains(&key.as_str()));
            if let Some(key) = unknown {
                return Err(format!("`{key}` is not known here: {EXPECTED}"));
            }
            (
                bytes_of(table)?,
                table.get("modified").map(time_of).transpose()?,
            )
        }
        _ => return Err(EXPECTED.to_owned()),
    };
    Ok(PlacedFile {
        path: path.to_owned(),
        bytes,
        modified,
    })
}

/// Whether a path names nothing, or something that is not below its side.
pub(super) fn leads_out(path: &str) -> bool {
    let is_rooted = path.starts_with('/') || path.contains(['\\', ':']);
    path.is_empty() || is_rooted || path.split('/').any(|name| name == "..")
}

fn bytes_of(table: &toml::Table) -> Result<Vec<u8>, String> {
    match (table.get("text"), table.get("hex"), table.get("pattern")) {
        (Some(Value::String(text)), None, None) => Ok(text.as_bytes().to_vec()),
        (None, Some(Value::String(hex)), None) => hex_bytes(hex),
        (None, None, Some(&Value::Integer(length))) => usize::try_from(length)
            .ok()
            .filter(|length| *length <= LONGEST)
            .map(pattern)
            .ok_or_else(|| format!("pattern needs a number from 0 to {LONGEST}")),
        (None, None, None) if table.contains_key("modified") => Ok(Vec::new()),
        _ => Err(EXPECTED.to_owned()),
    }
}

fn hex_bytes(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2);
    let bytes = pairs.map(|pair| {
        let text = std::str::from_utf8(pair)
            .ok()
            .filter(|text| text.len() == 2);
        text.and_then(|text| u8::from_str_radix(text, 16).ok())
    });
    bytes.collect::<Option<_>>().ok_or_else(|| {
        "hex needs pairs of hexadecimal digits, as in hex = \"89 50 4e 47\"".to_owned()
    })
}

/// So many bytes that hold every value, line ends too; a shorter one is the beginning of a longer one.
pub(super) fn pattern(length: usize) -> Vec<u8> {
    let mut state: u32 = 2463534242;
    let next = |_| {
        // Xorshift (Marsaglia): the same bytes everywhere, and nothing that repeats soon.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[1]
    };
    (0..length).map(next).collect()
}

fn time_of(value: &Value) -> Result<SystemTime, String> {
    let text = match value {
        Value::Datetime(time) => time.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    let time: Result<Timestamp, _> = text.parse();
    time.map(SystemTime::from).map_err(|_| {
        "modified needs a time with its zone, as in modified = 2019-05-01T12:00:00Z".to_owned()
    })
}

const KEYS: [&str; 4] = ["text", "hex", "pattern", "modified"];
const LONGEST: usize = 16 * 1024 * 1024;
const EXPECTED: &str = "a file is \"its text\", or one of { text = \"...\" }, { hex = \"89 50\" } and { pattern = 1000 }, with \
    modified = 2019-05-01T12:00:00Z if its date matters; a path that ends with / is a folder";
