//! What must not be shown of a line that is no command.

use std::sync::LazyLock;

use regex::Regex;

use crate::protocol::url_passwords::url_passwords;
use crate::transcript::read_error::without_secret;

/// What stands in the line as a password: a server may repeat it.
pub(crate) fn secrets(line: &str) -> Vec<&str> {
    let set = SETTING
        .captures_iter(line)
        .chain(OPTION.captures_iter(line));
    let set = set.filter_map(|found| Some(found.get(2)?.as_str().trim_matches(QUOTES)));
    let of_urls = url_passwords(line.as_bytes()).filter_map(|place| line.get(place));
    set.chain(of_urls).collect()
}

/// The line with `****` for what follows PASS, ACCT or ADAT, for the passwords of URLs, and for what is set as a password:
/// `pass='...'`, `password: ...`, `-u bob,...`.
pub(crate) fn masked(line: &str) -> String {
    let line = without_secret(line);
    let line = SETTING.replace_all(&line, "${1}****");
    let line = OPTION.replace_all(&line, "${1}****");
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
    let expression = r#"(?i)(\bpass(?:word|wd|phrase)?["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)"#;
    Regex::new(expression).expect("a constant expression")
});
/// As curl and lftp take them, and as programs call Python's ftplib.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r#"(?x) ( (?:^|\s)(?:-u|--user)(?:\s+|=)["']?[^\s:,"']+[:,] | \blogin\(\s*["'][^"']*["'],\s* )
          ( "[^"]*" | '[^']*' | [^\s"']+ )"#;
    Regex::new(expression).expect("a constant expression")
});
const QUOTES: [char; 2] = ['"', '\''];

#[cfg(test)]
mod tests {
    use super::{masked, secrets};

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
            ("$ lftp -u bob,hunter2 host", "$ lftp -u bob,**** host"),
            (
                "$ curl --user 'bob:hunter2' x",
                "$ curl --user 'bob:****' x",
            ),
            (
                "    ftp.login('bob', 'hunter2')",
                "    ftp.login('bob', ****)",
            ),
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
            let is_hidden = line.contains("hunter2") && !line.contains("PASS");
            assert_eq!(secrets(line).contains(&"hunter2"), is_hidden, "{line}");
        }
    }
}
