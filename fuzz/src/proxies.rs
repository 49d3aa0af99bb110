//! What a proxy answers, and the URL that names one.

use ftpsh::client::{Negotiation, Peer, Proxy, ProxyError};

/// The first byte chooses the proxy, the rest is what it says.
pub fn hold(bytes: &[u8]) {
    let Some((&way, said)) = bytes.split_first() else {
        return;
    };
    let proxy = PROXIES[usize::from(way) % PROXIES.len()];
    hold_for_answers(proxy, said);
    if let Ok(text) = str::from_utf8(said) {
        hold_for_url(text);
    }
}

/// The result is the same however the answer is cut, and the bytes after it are left unread: they are the server's.
fn hold_for_answers(proxy: &str, said: &[u8]) {
    let whole = talk(proxy, said, said.len().max(1));
    for length in [1, 2, 7] {
        assert_eq!(
            talk(proxy, said, length),
            whole,
            "{proxy} in pieces of {length}"
        );
    }
    match whole {
        Ok(Some(taken)) => {
            // The server's bytes take no part in it.
            assert_eq!(talk(proxy, &said[..taken], taken), Ok(Some(taken)));
            assert_eq!(talk(proxy, &said[..taken - 1], taken), Ok(None));
        }
        Ok(None) => {}
        Err(error) => {
            let shown = error.to_string();
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
            // What a proxy was not told, it cannot repeat.
            let shows = shown.contains(SECRET) || shown.contains(BASIC);
            assert!(!(shows && proxy.contains(SECRET)), "{shown:?}");
        }
    }
}

/// How many bytes were the proxy's, once it has made the connection.
fn talk(proxy: &str, said: &[u8], length: usize) -> Result<Option<usize>, ProxyError> {
    let proxy: Proxy = proxy.parse().expect("it is one");
    let peer = Peer::Address(([127, 0, 0, 1], 21).into());
    let mut negotiation = Negotiation::new(&proxy, &peer).expect("an address can be sent");
    let (mut at, mut sent) = (0, 0);
    while at < said.len() && !negotiation.is_over() {
        sent += negotiation.take_output().len();
        let offered = &said[at..said.len().min(at + length)];
        let taken = negotiation.receive(offered)?;
        assert!(taken <= offered.len() && (taken == offered.len() || negotiation.is_over()));
        at += taken;
    }
    assert!(sent < 1000 && !format!("{negotiation:?}").contains(SECRET));
    if !negotiation.is_over() {
        return Ok(None);
    }
    assert_eq!(negotiation.receive(b"220 hi"), Ok(0));
    Ok(Some(at))
}

fn hold_for_url(text: &str) {
    let shown = match text.parse::<Proxy>() {
        Ok(proxy) => {
            let shown = proxy.to_string();
            let again: Proxy = shown.parse().expect("it is shown as it is read");
            assert_eq!(again.to_string(), shown);
            shown
        }
        Err(error) => error.to_string(),
    };
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    let before = text.rsplit_once('@').map(|(before, _)| before);
    let password = before
        .and_then(|before| before.rsplit_once(':'))
        .map(|(_, password)| password);
    if password == Some(SECRET) && text.to_ascii_lowercase().matches(SECRET).count() == 1 {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

const PROXIES: [&str; 4] = [
    "socks5://h",
    "socks5h://u:hunter2@h",
    "http://h",
    "http://u:hunter2@h",
];
/// Stands in the dictionary and the corpus.
const SECRET: &str = "hunter2";
/// The base64 of `u:hunter2`.
const BASIC: &str = "dTpodW50ZXIy";
