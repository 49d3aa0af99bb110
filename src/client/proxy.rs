//! A proxy that connections are made through.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// A proxy as its URL names it: `socks5://`, `socks5h://` or `http://`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    scheme: ProxyScheme,
    host: String,
    port: u16,
    credentials: Option<Credentials>,
}

/// What a proxy speaks, and who looks the server's name up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyScheme {
    /// SOCKS5 (RFC 1928) with an address that this side has looked up.
    Socks5,
    /// SOCKS5 with the name as it is.
    Socks5h,
    /// CONNECT (RFC 9110 section 9.3.6) with the name as it is.
    Http,
}

/// A user and a password. They have no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Why a URL names no proxy. It never repeats the URL, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyUrlError {
    /// Another scheme.
    #[error("ftpsh speaks to proxies by socks5://, socks5h:// and http://, and to no others")]
    UnknownScheme,
    /// Not a URL.
    #[error("that is not the URL of a proxy: write socks5://HOST:PORT or http://HOST:PORT")]
    Unreadable,
    /// More than `//USER:PASSWORD@HOST:PORT`, which may be the rest of a password.
    #[error(
        "nothing may follow the port of a proxy; in a user or a password write / as %2F, ? as %3F, # as %23, @ as %40 \
         and % as %25"
    )]
    MoreThanHostAndPort,
    /// Not text.
    #[error("the user and the password of a proxy have to be UTF-8")]
    NotText,
    /// RFC 1929 has one byte for the length of each.
    #[error("a SOCKS5 proxy takes a user and a password of 1 to 255 bytes each")]
    UnusableCredentials,
}

impl Proxy {
    /// What it speaks.
    pub(crate) fn scheme(&self) -> ProxyScheme {
        self.scheme
    }

    /// Where it is: a name or an address, without brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Who is to be served.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Whether it looks names up, so that this side does not.
    pub(crate) fn looks_names_up(&self) -> bool {
        self.scheme != ProxyScheme::Socks5
    }
}

/// Without a scheme it is `http://`, as for curl. The ports that need not be written are 1080 for SOCKS and 80 for
/// HTTP.
impl FromStr for Proxy {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("http", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "socks5" => ProxyScheme::Socks5,
            "socks5h" => ProxyScheme::Socks5h,
            "http" => ProxyScheme::Http,
            _ => return Err(ProxyUrlError::UnknownScheme),
        };
        // The url crate knows hosts and ports of this scheme.
        let url = Url::parse(&format!("http://{rest}")).map_err(|_| ProxyUrlError::Unreadable)?;
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        if has_more {
            return Err(ProxyUrlError::MoreThanHostAndPort);
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(ProxyUrlError::Unreadable),
        };
        let port = match scheme {
            _ if url.port() == Some(0) => return Err(ProxyUrlError::Unreadable),
            ProxyScheme::Http => url.port().unwrap_or(HTTP_PORT),
            // The url crate drops a port 80 that was written.
            _ if url.port().is_none() && rest.trim_end_matches('/').ends_with(":80") => HTTP_PORT,
            _ => url.port().unwrap_or(SOCKS_PORT),
        };
        let credentials = credentials_of(&url)?;
        let is_usable = |text: &str| (1..=255).contains(&text.len());
        let are_usable = credentials
            .as_ref()
            .is_none_or(|it| is_usable(&it.user) && is_usable(&it.password));
        if scheme != ProxyScheme::Http && !are_usable {
            return Err(ProxyUrlError::UnusableCredentials);
        }
        Ok(Self {
            scheme,
            host,
            port,
            credentials,
        })
    }
}

fn credentials_of(url: &Url) -> Result<Option<Credentials>, ProxyUrlError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        let decoded = decoded.map_err(|_| ProxyUrlError::NotText)?;
        Ok(decoded.into_owned())
    };
    Ok(Some(Credentials {
        user: decode(url.username())?,
        password: decode(url.password().unwrap_or_default())?,
    }))
}

/// Without the user and the password.
impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.scheme {
            ProxyScheme::Socks5 => "socks5",
            ProxyScheme::Socks5h => "socks5h",
            ProxyScheme::Http => "http",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// As it is displayed.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({self})")
    }
}

const SOCKS_PORT: u16 = 1080;
const HTTP_PORT: u16 = 80;

#[cfg(test)]
mod tests {
    use super::{Proxy, ProxyUrlError};

    #[test]
    fn a_proxy_is_shown_without_its_user_and_its_password() {
        for (url, shown) in [
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
            ("socks5://127.0.0.1:80", "socks5://127.0.0.1:80"),
            ("socks5h://h:80/", "socks5h://h:80"),
            (
                "SOCKS5H://u:secret@Proxy.example:9/",
                "socks5h://proxy.example:9",
            ),
            ("socks5://[::1]:1", "socks5://[::1]:1"),
            ("http://h", "http://h:80"),
            ("http://u:secret@h:3128", "http://h:3128"),
            ("http://u@h:3128", "http://h:3128"),
            ("h:3128", "http://h:3128"),
            ("u:secret@h:3128", "http://h:3128"),
        ] {
            let proxy: Proxy = url.parse().expect(url);
            assert_eq!(proxy.to_string(), shown);
            assert_eq!(format!("{proxy:?}"), format!("Proxy({shown})"));
        }
    }

    #[test]
    fn user_and_password_are_taken_out_of_their_escapes() {
        let proxy: Proxy = "socks5://a%40b:%2F%25%C3%A9@h".parse().unwrap();
        let credentials = proxy.credentials().unwrap();
        assert_eq!(credentials.user, "a@b");
        assert_eq!(credentials.password, "/%\u{e9}");
        let proxy: Proxy = "http://u@h".parse().unwrap();
        assert_eq!(proxy.credentials().unwrap().password, "");
    }

    #[test]
    fn what_is_not_a_proxy_is_refused_without_being_repeated() {
        for (url, expected) in [
            ("", ProxyUrlError::Unreadable),
            ("socks5://", ProxyUrlError::Unreadable),
            ("http://h:0", ProxyUrlError::Unreadable),
            ("http://h:99999", ProxyUrlError::Unreadable),
            ("https://h:1", ProxyUrlError::UnknownScheme),
            ("socks4://h:1", ProxyUrlError::UnknownScheme),
            ("ftp://h:1", ProxyUrlError::UnknownScheme),
            ("http://u:12/secret@h:1", ProxyUrlError::MoreThanHostAndPort),
            ("http://u:12?secret@h:1", ProxyUrlError::MoreThanHostAndPort),
            ("http://u:12#secret@h:1", ProxyUrlError::MoreThanHostAndPort),
            ("http://u:se/cret@h:1", ProxyUrlError::Unreadable),
            ("http://u:%FF@h:1", ProxyUrlError::NotText),
            ("socks5://u@h:1", ProxyUrlError::UnusableCredentials),
            ("socks5://:secret@h:1", ProxyUrlError::UnusableCredentials),
        ] {
            let error = url.parse::<Proxy>().expect_err(url);
            assert_eq!(error, expected, "{url}");
        }
    }
}
