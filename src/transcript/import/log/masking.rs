//! What must not be shown of a line that is no command.

use std::sync::LazyLock;

use regex::Regex;

use crate::protocol::url_passwords::url_passwords;
use crate::transcript::read_error::without_secret;

/// The line with `****` for what follows PASS, ACCT or ADAT, for the passwords of URLs, and for what is set as a password:
/// `pass='...'`, `password: ...`.
pub(crate) fn masked(line: &str) -> String {
    let line = without_secret(line);
    let line = SETTING.replace_all(&line, "${1}****");
    let mut shown = String::new();
    let mut end = 0;
    for place in url_passwords(line.as_bytes()) {
        let (Some(before), Some(secret)) = (line.get(end..place.start), line.get(place.clone()))
        else {
            continue;
        };
        // A port, and the colon after it that ends a remark.
        let is_port = secret.bytes().all(|it| it.is_ascii_digit() || it == b':')
            && !line[place.end..].starts_with('@');
        shown += before;
        shown += if is_port { secret } else { "****" };
        end = place.end;
    }
    shown + line.get(end..).unwrap_or_default()
}

static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let expression =
        r#"(?i)(\bpass(?:word|wd|phrase)?["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&]+)"#;
    Regex::new(expression).expect("a constant expression")
});

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_may_be_a_secret_is_masked_wherever_it_stands() {
        for (line, expected) in [
            ("*put* 'PASS hunter2\\r\\n'", "*put* 'PASS ****"),
            (
                "open ftp://bob:hunter2@host/x",
                "open ftp://bob:****@host/x",
            ),
            (
                ":ftp,host='h',pass='hunter2',port=1",
                ":ftp,host='h',pass=****,port=1",
            ),
            ("{\"password\": \"hunter2\"}", "{\"password\": ****}"),
            ("Password: hunter2", "Password: ****"),
            (
                "530 Login or password incorrect!",
                "530 Login or password incorrect!",
            ),
            ("passive: yes", "passive: yes"),
            (
                "DEBUG : ftp://127.0.0.1:2121: > dial",
                "DEBUG : ftp://127.0.0.1:2121: > dial",
            ),
            ("ftp://bob:12345@host", "ftp://bob:****@host"),
        ] {
            assert_eq!(masked(line), expected);
        }
    }
}
