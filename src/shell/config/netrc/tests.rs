//! Files in tables: a text, and what it says about a host.

use super::{Netrc, NetrcError, NetrcProblem};

/// `login password account` of the entry for `host`, with `-` for what it lacks.
fn said(text: &str, host: &str, user: Option<&str>) -> String {
    let netrc = Netrc::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let Some(entry) = netrc.entry(host, user.map(str::as_bytes)) else {
        return "nobody".to_owned();
    };
    let word = |word: &Option<Vec<u8>>| {
        let word = word.as_deref().unwrap_or(b"-");
        word.escape_ascii().to_string()
    };
    [&entry.login, &entry.password, &entry.account]
        .map(word)
        .join(" ")
}

#[test]
fn the_entry_of_a_host_says_who_logs_in() {
    for (text, wanted) in [
        ("machine h login u password p", "u p -"),
        ("machine h\nlogin u\npassword p\naccount a\n", "u p a"),
        ("machine\n h\n\tlogin\r\n  u\r\n\r\npassword p", "u p -"),
        ("MACHINE H LOGIN u PassWord P", "u P -"),
        ("\u{feff}machine h login u", "u - -"),
        (
            "machine x login a password b\nmachine h login u password p",
            "u p -",
        ),
        (
            "machine h login u password p\nmachine h login v password q",
            "u p -",
        ),
        (
            "machine h password p\nmachine h login v password q",
            "v q -",
        ),
        ("machine x login u\ndefault login d password e", "d e -"),
        ("default login d\nmachine h login u", "d - -"),
        ("machine h login u login v", "v - -"),
        ("machine x login u password p", "nobody"),
        ("", "nobody"),
    ] {
        assert_eq!(said(text, "h", None), wanted, "{text:?}");
    }
}

#[test]
fn a_user_who_is_named_gets_only_an_entry_of_that_name() {
    let text = "machine h login u password p\nmachine h login v password q\n\
                machine h password r\ndefault login w password s";
    for (user, wanted) in [
        ("u", "u p -"),
        ("v", "v q -"),
        ("w", "w s -"),
        ("x", "nobody"),
    ] {
        assert_eq!(said(text, "h", Some(user)), wanted, "{user}");
    }
}

#[test]
fn words_are_quoted_as_curl_reads_them() {
    for (password, wanted) in [
        ("pass\\word", "pass\\\\word"),
        ("it's", "it\\'s"),
        ("a\"b", "a\\\"b"),
        ("#1", "#1"),
        ("a#b", "a#b"),
        ("\"\"", ""),
        ("\"a b\"", "a b"),
        ("\"a \\\"b\\\" \\\\ \\t \\x\"", "a \\\"b\\\" \\\\ \\t x"),
        ("\"#\" # a comment", "#"),
        ("p # machine h login x password \"", "p"),
    ] {
        let text = format!("machine h login u password {password}\n");
        assert_eq!(said(&text, "h", None), format!("u {wanted} -"), "{text}");
    }
    let latin1 = Netrc::parse(b"machine h login u password caf\xe9").unwrap();
    let entry = latin1.entry("h", None).unwrap();
    assert_eq!(entry.password.as_deref(), Some(&b"caf\xe9"[..]));
}

#[test]
fn comments_and_macros_are_passed_over() {
    let text = "# machine h login no password no\n\
                machine h # here\n  # password no\n  login u\n\
                macdef init with rest\n  cd \"pub\n# machine h\nlogin no\n \n\
                password p\n\
                macdef last\nmachine h login no";
    assert_eq!(said(text, "h", None), "u p -");
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    use NetrcProblem::{LineEnd, MissingValue, OpenQuote, OutsideEntry, UnknownWord};
    for (text, line, problem) in [
        ("machine h login u password hunter2 hunter2", 1, UnknownWord),
        ("machine h\nlogin u\n\npassword \"hunter2", 4, OpenQuote),
        ("machine h login u password \"hunter2\\", 1, OpenQuote),
        (
            "machine h login u password \"hunter2\"hunter2",
            1,
            UnknownWord,
        ),
        ("# x\nlogin u", 2, OutsideEntry("login")),
        ("password hunter2", 1, OutsideEntry("password")),
        ("machine h\npassword\n", 3, MissingValue("password")),
        ("machine", 1, MissingValue("machine")),
        ("machine h password \"hunter2\\r\"", 1, LineEnd("password")),
        ("machine h password hun\0ter2", 1, UnknownWord),
        ("machine h login \"a\\nb\"", 1, LineEnd("login")),
        ("hunter2", 1, UnknownWord),
    ] {
        let error = Netrc::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, NetrcError { line, problem }, "{text:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn only_a_password_of_somebody_is_secret_and_none_is_shown() {
    for (text, is_secret) in [
        ("machine h login u password hunter2", true),
        ("machine h login u account hunter2", true),
        ("machine h password hunter2", true),
        ("machine h login u", false),
        ("machine h login Anonymous password hunter2", false),
        ("machine h login ftp password hunter2", false),
    ] {
        let netrc = Netrc::parse(text.as_bytes()).unwrap();
        assert_eq!(netrc.entries[0].is_secret(), is_secret, "{text}");
        assert!(!format!("{netrc:?}").contains("hunter2"));
    }
}
