//! Which proxy a server is reached through: the setting, and what the environment says where it says nothing.

use std::ffi::OsString;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::setting::WrongValue;
use crate::client::{Proxy, ProxyUrlError};

/// What `set proxy` takes besides `environment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyChoice {
    /// None, whatever the environment says.
    Off,
    /// This one.
    Through(Proxy),
}

/// The variables of the environment that tell of proxies, as curl reads them.
#[derive(Clone, Default)]
pub(crate) struct ProxyEnvironment {
    proxy: Option<Variable>,
    exceptions: Option<Variable>,
    /// A host of our own that no proxy is used for.
    own: Option<IpAddr>,
}

#[derive(Clone)]
struct Variable {
    name: &'static str,
    value: OsString,
}

/// What is wrong with a variable of the environment. Its value is not repeated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyVariableError {
    /// It names no proxy.
    #[error("{variable} in the environment names a proxy: {error}. `--proxy ''` goes without one")]
    NotProxy {
        /// Its name.
        variable: &'static str,
        /// What is wrong with the URL.
        error: ProxyUrlError,
    },
    /// It could name anything.
    #[error(
        "{variable} in the environment is not UTF-8, so it cannot be read: change it. `--proxy ''` goes without a proxy"
    )]
    NotText {
        /// Its name.
        variable: &'static str,
    },
}

impl Variable {
    fn text(&self) -> Result<&str, ProxyVariableError> {
        let variable = self.name;
        let text = self.value.to_str();
        text.ok_or(ProxyVariableError::NotText { variable })
    }
}

impl FromStr for ProxyChoice {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        match text {
            "" | "off" => Ok(Self::Off),
            url => url.parse().map(Self::Through),
        }
    }
}

impl From<ProxyUrlError> for WrongValue {
    fn from(error: ProxyUrlError) -> Self {
        Self::Explained(error.to_string())
    }
}

/// Without the user and the password.
impl std::fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Through(proxy) => write!(f, "{proxy}"),
        }
    }
}

impl ProxyEnvironment {
    /// Reads the variables. An empty one counts as none.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let read = |name: &'static str| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some(Variable { name, value })
        };
        Self {
            proxy: VARIABLES.into_iter().find_map(read),
            exceptions: ["no_proxy", "NO_PROXY"].into_iter().find_map(read),
            own: None,
        }
    }

    /// The same with one more host that no proxy is used for.
    pub(crate) fn except(mut self, host: IpAddr) -> Self {
        self.own = Some(host);
        self
    }

    /// The proxy through which this host is to be reached.
    ///
    /// # Errors
    ///
    /// A variable that counts and names no proxy, or is not text.
    pub(crate) fn proxy_for(
        &self,
        host: &str,
        choice: Option<&ProxyChoice>,
    ) -> Result<Option<Proxy>, ProxyVariableError> {
        match (choice, &self.proxy) {
            (Some(ProxyChoice::Off), _) | (None, None) => Ok(None),
            _ if self.is_exception(host)? => Ok(None),
            (Some(ProxyChoice::Through(proxy)), _) => Ok(Some(proxy.clone())),
            (None, Some(variable)) => {
                let proxy = variable.text()?.parse();
                let proxy = proxy.map_err(|error| ProxyVariableError::NotProxy {
                    variable: variable.name,
                    error,
                })?;
                Ok(Some(proxy))
            }
        }
    }

    fn is_exception(&self, host: &str) -> Result<bool, ProxyVariableError> {
        if self.own.is_some_and(|own| host.parse() == Ok(own)) {
            return Ok(true);
        }
        let exceptions = self.exceptions.as_ref().map(Variable::text).transpose()?;
        Ok(exceptions.is_some_and(|exceptions| is_exception(host, exceptions)))
    }
}

/// Whether NO_PROXY names the host: by `*`, by its name or the end of it, by its address or the network around it.
fn is_exception(host: &str, exceptions: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host.parse::<IpAddr>().ok();
    let words = exceptions.split([',', ' ', '\t']);
    words.filter(|word| !word.is_empty()).any(|word| {
        let word = word.trim_end_matches('.').to_ascii_lowercase();
        match address {
            _ if word == "*" => true,
            Some(address) => holds(&word, address),
            None => is_end_of(word.trim_start_matches('.'), &host),
        }
    })
}

/// An address, or a network as `192.168.0.0/16`.
fn holds(word: &str, address: IpAddr) -> bool {
    let word = word.trim_start_matches('[').trim_end_matches(']');
    match word.parse::<IpNet>() {
        Ok(network) => network.contains(&address),
        Err(_) => word.parse() == Ok(address),
    }
}

/// `example.net` is the end of `ftp.example.net`, and not of `myexample.net`.
fn is_end_of(end: &str, host: &str) -> bool {
    let before = host.strip_suffix(end);
    before.is_some_and(|before| !end.is_empty() && (before.is_empty() || before.ends_with('.')))
}

/// In the order in which they count.
const VARIABLES: [&str; 4] = ["ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY"];

#[cfg(test)]
mod tests {
    use super::{ProxyChoice, ProxyEnvironment, is_exception};

    fn environment(variables: &[(&str, &str)]) -> ProxyEnvironment {
        ProxyEnvironment::read(|name| {
            let known = variables.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| value.into())
        })
    }

    #[track_caller]
    fn assert_proxy(variables: &[(&str, &str)], choice: Option<&str>, expected: Option<&str>) {
        let choice: Option<ProxyChoice> = choice.map(|choice| choice.parse().unwrap());
        let found = environment(variables).proxy_for("ftp.example.net", choice.as_ref());
        let found = found.unwrap().map(|proxy| proxy.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_variable_for_ftp_counts_before_the_one_for_all_and_small_letters_before_capitals() {
        let all = [
            ("ALL_PROXY", "socks5://d"),
            ("all_proxy", "socks5://c"),
            ("FTP_PROXY", "socks5://b"),
            ("ftp_proxy", "socks5://a"),
        ];
        for (count, expected) in ["d", "c", "b", "a"].iter().enumerate() {
            let expected = format!("socks5://{expected}:1080");
            assert_proxy(&all[..=count], None, Some(&expected));
        }
        assert_proxy(&[], None, None);
        assert_proxy(
            &[("ftp_proxy", ""), ("ALL_PROXY", "h:1")],
            None,
            Some("http://h:1"),
        );
        assert_proxy(&[("http_proxy", "h:1"), ("HTTPS_PROXY", "h:1")], None, None);
    }

    #[test]
    fn the_setting_counts_before_the_environment_and_no_proxy_before_both() {
        let all = ("ALL_PROXY", "socks5://d");
        assert_proxy(&[all], Some("off"), None);
        assert_proxy(&[all], Some(""), None);
        assert_proxy(&[all], Some("http://h:1"), Some("http://h:1"));
        for name in ["NO_PROXY", "no_proxy"] {
            let exception = (name, "other, .example.net");
            assert_proxy(&[all, exception], None, None);
            assert_proxy(&[all, exception], Some("http://h:1"), None);
        }
        let exceptions = [("NO_PROXY", "example.net"), ("no_proxy", "other")];
        assert_proxy(
            &[all, exceptions[0], exceptions[1]],
            None,
            Some("socks5://d:1080"),
        );
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_named_and_not_repeated() {
        let environment = environment(&[("FTP_PROXY", "https://u:secret@h:1")]);
        let error = environment.proxy_for("h", None).unwrap_err().to_string();
        assert!(error.starts_with("FTP_PROXY in the environment"), "{error}");
        assert!(!error.contains("secret"), "{error}");
        assert_eq!(
            environment.proxy_for("h", Some(&ProxyChoice::Off)),
            Ok(None)
        );
    }

    #[test]
    fn exceptions_are_read_as_curl_reads_them() {
        for (exceptions, host, expected) in [
            ("", "h", false),
            ("*", "h", true),
            ("*", "::1", true),
            ("a,*", "h", true),
            ("example.net", "example.net", true),
            ("example.net", "Example.NET.", true),
            ("Example.NET.", "ftp.example.net", true),
            (".example.net", "ftp.example.net", true),
            (".example.net", "example.net", true),
            ("example.net", "myexample.net", false),
            ("example.net", "example.net.org", false),
            ("*.example.net", "ftp.example.net", false),
            ("a, b\tc", "c", true),
            (" , .", "h", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.11", false),
            ("0.1", "127.0.0.1", false),
            ("127.0.0.0/8", "127.1.2.3", true),
            ("127.0.0.0/8", "128.0.0.1", false),
            ("192.168.5.0/20", "192.168.15.1", true),
            ("192.168.5.0/99", "192.168.5.1", false),
            ("::1", "::1", true),
            ("[::1]", "::1", true),
            ("2001:db8::/32", "2001:db8:5::1", true),
            ("2001:db8::/32", "10.0.0.1", false),
            ("127.0.0.0/8", "localhost", false),
        ] {
            assert_eq!(
                is_exception(host, exceptions),
                expected,
                "{exceptions} {host}"
            );
        }
    }
}
