//! The table of settings, and what it makes of names and values.

use super::{
    Abort, Ascii, DataHost, DataPeer, Multiline, PictureOnPrompt, PromptParts, SettingError,
    Settings, TlsMaximum, TlsStart,
};
use crate::client::AddressFamily;

fn list(settings: &Settings) -> Vec<String> {
    let all = Settings::TABLE.iter();
    all.map(|setting| setting.describe(settings)).collect()
}

#[test]
fn the_defaults_are_the_first_values_of_the_table() {
    let settings = Settings::default();
    for setting in Settings::TABLE {
        let first = setting.of.names().first().copied();
        let value = setting.value(&settings);
        assert!(first.is_none_or(|first| first == value), "{}", setting.name);
    }
}

#[test]
fn every_value_of_the_table_can_be_set_and_changes_nothing_else() {
    for setting in Settings::TABLE {
        for value in setting.of.names() {
            let mut settings = Settings::default();
            settings.set(setting.name, value).unwrap();
            assert_eq!(setting.value(&settings), value);
            let others = Settings::TABLE
                .iter()
                .filter(|other| other.name != setting.name);
            for other in others {
                assert_eq!(other.value(&settings), other.value(&Settings::default()));
            }
        }
    }
}

#[test]
fn every_value_of_every_type_can_be_reached_by_its_name() {
    let mut settings = Settings::default();
    for (name, value) in [
        ("data-host", "reply"),
        ("data-peer", "any"),
        ("ascii", "raw"),
        ("multiline", "strict"),
        ("abort", "plain"),
        ("hints", "off"),
        ("gutter", "off"),
        ("pager", "off"),
        ("picture", "ascii"),
        ("time", "on"),
        ("prompt-user", "on"),
        ("prompt-host", "on"),
        ("prompt-dir", "on"),
        ("prompt-tls", "off"),
        ("prompt-data", "off"),
        ("prompt-rest", "off"),
        ("prompt-rnfr", "off"),
        ("prompt-jobs", "off"),
        ("netrc", "on"),
        ("verify", "on"),
        ("data-ports", "40000-40009"),
        ("source", "192.0.2.7"),
        ("ip", "6"),
        ("proxy", "socks5://u:p@h:9"),
        ("keepalive", "60 STAT"),
        ("rate", "2M"),
        ("charset", "latin1"),
        ("escapes", "on"),
        ("tls", "require"),
        ("tls-max", "1.2"),
        ("tls-resume", "off"),
        ("tls-close-notify", "off"),
        ("tls-cert", "cert.pem"),
        ("tls-key", "key.pem"),
        ("tls-sni", "ftp.example.com"),
    ] {
        settings.set(name, value).unwrap();
    }
    let expected = Settings {
        data_host: DataHost::Reply,
        data_peer: DataPeer::Any,
        ascii: Ascii::Raw,
        multiline: Multiline::Strict,
        abort: Abort::Plain,
        hints: false,
        gutter: false,
        pager: false,
        picture: PictureOnPrompt::Ascii,
        time: true,
        prompt: PromptParts {
            host: true,
            user: true,
            directory: true,
            tls: false,
            data: false,
            restart: false,
            rename: false,
            background: false,
        },
        netrc: true,
        verify: true,
        data_ports: "40000-40009".parse().ok(),
        source: "192.0.2.7".parse().ok(),
        ip: AddressFamily::V6,
        proxy: "socks5://u:p@h:9".parse().ok(),
        keepalive: "60 STAT".parse().ok(),
        rate: "2M".parse().ok(),
        charset: "latin1".parse().ok(),
        escapes: true,
        tls: TlsStart::Require,
        tls_max: TlsMaximum::Tls12,
        tls_resume: false,
        tls_close_notify: false,
        tls_cert: Some("cert.pem".to_owned()),
        tls_key: Some("key.pem".to_owned()),
        tls_sni: Some("ftp.example.com".parse().unwrap()),
    };
    assert_eq!(settings, expected);
}

#[test]
fn an_unknown_name_or_value_lists_the_choices_and_changes_nothing() {
    let mut settings = Settings::default();
    let name = settings.set("colour", "on").unwrap_err().to_string();
    assert!(name.contains("colour") && name.contains("data-host, data-peer, ascii"));
    let value = settings.set("ascii", "RAW").unwrap_err().to_string();
    assert!(value.contains("RAW") && value.contains("convert or raw"));
    assert_eq!(settings, Settings::default());
    let hostile = settings.set("\x1b", "on").unwrap_err().to_string();
    assert!(hostile.contains("\\x1b") && !hostile.contains('\x1b'));
    assert!(matches!(
        Settings::named(""),
        Err(SettingError::UnknownName { .. })
    ));
}

#[test]
fn the_list_shows_each_setting_with_its_value_and_the_others() {
    let mut settings = Settings::default();
    settings.set("ascii", "raw").unwrap();
    let list = list(&settings);
    assert_eq!(list.len(), Settings::TABLE.len());
    assert!(list[2].starts_with("ascii            raw      (or convert)           line ends"));
    assert!(list[5].starts_with("hints            on       (or off)               what"));
}

#[test]
fn a_name_with_a_slip_is_asked_back_before_all_are_listed() {
    let said = |name: &str| {
        Settings::default()
            .set(name, "off")
            .unwrap_err()
            .to_string()
    };
    let start = "set: there is no setting hint, did you mean hints? The settings are data-host,";
    assert!(said("hint").starts_with(start), "{}", said("hint"));
    let start = "set: there is no setting frobnicate: the settings are data-host,";
    assert!(
        said("frobnicate").starts_with(start),
        "{}",
        said("frobnicate")
    );
}

#[test]
fn a_value_with_a_word_for_none_goes_back_to_none() {
    let mut settings = Settings::default();
    for (name, value, none) in [
        ("data-ports", "40000-40009", "off"),
        ("source", "2001:db8::7", "any"),
    ] {
        settings.set(name, value).unwrap();
        assert_eq!(Settings::named(name).unwrap().value(&settings), value);
        let error = settings.set(name, "x").unwrap_err().to_string();
        assert!(error.contains(&format!("x is not one of its values: it takes {none}, or ")));
        settings.set(name, none).unwrap();
        assert_eq!(Settings::named(name).unwrap().value(&settings), none);
    }
    assert_eq!(settings, Settings::default());
}

#[test]
fn no_setting_repeats_the_password_of_a_proxy() {
    let mut settings = Settings::default();
    settings.set("proxy", "http://u:secret@h:1").unwrap();
    let proxy = Settings::named("proxy").unwrap();
    assert_eq!(proxy.value(&settings), "http://h:1");
    assert!(!format!("{settings:?}{:?}", list(&settings)).contains("secret"));
    for (value, reason) in [
        ("https://u:secret@h:1", "and to no others"),
        (
            "socks5://u:se cret@h/secret@h",
            "nothing may follow the port",
        ),
        ("u:secret@h:x", "not the URL of a proxy"),
        ("http://u:secret", "not the URL of a proxy"),
        ("http://u:secret%40h:1", "not the URL of a proxy"),
        ("socks4://h", "and to no others"),
    ] {
        let error = settings.set("proxy", value).unwrap_err().to_string();
        assert!(error.contains(reason) && !error.contains("cret"), "{error}");
        // The name may be the one that is wrong.
        let error = settings.set("prox", value).unwrap_err().to_string();
        assert!(!error.contains("cret"), "{error}");
    }
    for value in ["off", ""] {
        settings.set("proxy", value).unwrap();
        assert_eq!(proxy.value(&settings), "off");
    }
    settings.set("proxy", "environment").unwrap();
    assert_eq!(settings, Settings::default());
}
