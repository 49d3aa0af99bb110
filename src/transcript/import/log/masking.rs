//! What must not be shown of a line that is no command.

use std::sync::LazyLock;

use regex::Regex;

use crate::protocol::secrets::{SecretEcho, percent_decoded};
use crate::protocol::url_passwords::url_passwords;
use crate::protocol::{Command, Verb, verbs};
use crate::transcript::read_error::without_secret;

/// The secrets of a log, whichever of its lines tells them: any other line may repeat them, also an earlier one.
#[derive(Debug)]
pub(crate) struct LogSecrets {
    all: SecretEcho,
    /// What is masked while the log is read; of a long one, all of them take too long.
    recent: SecretEcho,
    /// Arguments of USER that may be passwords.
    user_names: Vec<Vec<u8>>,
}

impl Default for LogSecrets {
    fn default() -> Self {
        Self {
            all: SecretEcho::keeping(KEPT),
            recent: SecretEcho::default(),
            user_names: Vec::new(),
        }
    }
}

impl LogSecrets {
    pub(crate) fn take_command(&mut self, command: &Command) {
        self.all.remember_command(command);
        self.recent.remember_command(command);
    }

    /// Takes a line of a reply: where the log does not tell the password, the server may.
    pub(crate) fn take_reply_line(&mut self, line: &[u8], answers: Option<&Verb>) {
        let answers_secret = answers.is_some_and(|verb| verbs::is_secret(verb.as_bytes()));
        if let Some(word) = repeated(line).filter(|_| answers_secret) {
            self.remember(word);
        }
    }

    /// Takes a line that is neither.
    pub(crate) fn take_words(&mut self, line: &[u8]) {
        for secret in secrets(&String::from_utf8_lossy(line)) {
            self.remember(secret.as_bytes());
        }
        if let Some(word) = repeated(line) {
            self.remember(word);
        }
    }

    /// Takes arguments of USER that may be passwords.
    pub(crate) fn take_user_names(&mut self, names: Vec<Vec<u8>>) {
        for name in names {
            self.remember(&name);
            if self.user_names.len() < KEPT {
                self.user_names.push(name);
            }
        }
    }

    /// Whether this argument of USER may be a password.
    pub(crate) fn may_be_password(&self, user: &[u8]) -> bool {
        self.user_names.iter().any(|name| name == user.trim_ascii())
    }

    /// Takes what is a password.
    pub(super) fn remember(&mut self, secret: &[u8]) {
        for secret in [secret, &percent_decoded(secret)] {
            self.all.remember(secret);
            self.recent.remember(secret);
        }
    }

    /// The words of a program as they may be shown.
    pub(crate) fn masked(&self, words: &str) -> String {
        let without = self.all.masked(masked(words).as_bytes());
        String::from_utf8_lossy(&without).into_owned()
    }

    /// For what is a command or a reply, once all of the log was read.
    pub(crate) fn all(&self) -> &SecretEcho {
        &self.all
    }

    /// For what is a command or a reply, before that.
    pub(super) fn recent(&self) -> &SecretEcho {
        &self.recent
    }
}

/// The word after PASS or ACCT in a line that is no command, if nobody says so of any password.
fn repeated(reply: &[u8]) -> Option<&[u8]> {
    let is_edge = |byte: &u8| byte.is_ascii_whitespace() || b"'\"`".contains(byte);
    let words = reply.split(is_edge).filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| !verbs::is_secret(word)).skip(1);
    let word = words.next()?;
    // Of `'PASS x\r\n'` as languages write it.
    let end = word
        .windows(2)
        .position(|pair| matches!(pair, b"\\r" | b"\\n"));
    let word = &word[..end.unwrap_or(word.len())];
    let letters = word.trim_ascii_end().strip_suffix(b".").unwrap_or(word);
    let is_usual = |usual: &&str| letters.eq_ignore_ascii_case(usual.as_bytes());
    (letters.len() > 1 && !USUAL_AFTER_PASS.iter().any(is_usual)).then_some(word)
}

/// What stands in the line as a password: a server may repeat it.
fn secrets(line: &str) -> Vec<&str> {
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
    let expression =
        r#"(?i)(\bpass(?:word|wd|phrase)?["']?(?:\s*[=:]\s*|\)\ to\ ))("[^"]*"|'[^']*'|[^\s,;&]+)"#;
    Regex::new(expression).expect("a constant expression")
});
/// As curl and lftp take them, as programs call Python's ftplib, and as vsftpd logs that of an anonymous user.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r#"(?x) ( (?:^|\s)(?:-u|--user)(?:\s+|=)["']?[^\s:,"']+[:,] | \blogin\(\s*["'][^"']*["'],\s* | \banon\ password\ )
          ( "[^"]*" | '[^']*' | [^\s"']+ )"#;
    Regex::new(expression).expect("a constant expression")
});
/// What follows PASS in a reply that repeats nothing.
const USUAL_AFTER_PASS: [&str; 30] = [
    "after",
    "again",
    "and",
    "as",
    "before",
    "but",
    "by",
    "command",
    "denied",
    "expected",
    "failed",
    "first",
    "for",
    "in",
    "incorrect",
    "invalid",
    "is",
    "must",
    "needed",
    "not",
    "ok",
    "or",
    "refused",
    "rejected",
    "required",
    "to",
    "was",
    "with",
    "without",
    "wrong",
];
/// Secrets of one log.
const KEPT: usize = 1000;
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
            (
                "Setting --password (password) to hunter2",
                "Setting --password (password) to ****",
            ),
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
            (
                "OK LOGIN: Client \"::1\", anon password \"hunter2\"",
                "OK LOGIN: Client \"::1\", anon password ****",
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
