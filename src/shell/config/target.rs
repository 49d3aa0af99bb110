//! What a user may name as a server: HOST, HOST:PORT, `[IPV6]:PORT`, ftp://user@host/path, ftps://user@host/path.

use percent_encoding::percent_decode_str;
use url::Url;

/// A server, and what to do there at once.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port of the control connection.
    pub port: u16,
    /// The port was written down.
    pub names_port: bool,
    /// `ftps://`: TLS begins before the greeting.
    pub implicit_tls: bool,
    /// `ftpes://`: AUTH TLS or no connection.
    pub requires_tls: bool,
    /// Whom to log in as; only a URL says.
    pub login: Option<UrlLogin>,
    /// The directories to change to, one after the other; only a URL has them.
    pub directories: Vec<Vec<u8>>,
    /// What the path ends with.
    pub end: PathEnd,
}

/// What the last part of a URL's path names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PathEnd {
    /// The last of the directories, as a `/` says; or there is no path.
    #[default]
    Directory,
    /// The last of the directories, which `;type=d` asks to list.
    Listing,
    /// The last of the directories, unless the server says that it is not one: its name has no dot.
    Undecided,
    /// A file in the last of the directories: its name has a dot in the middle, or `;type=` says so.
    File {
        /// Its name.
        name: Vec<u8>,
        /// `;type=a`.
        is_text: bool,
    },
}

/// The user part of a URL.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlLogin {
    /// The user name.
    pub user: Vec<u8>,
    /// The password, if the URL has one.
    pub password: Option<Vec<u8>>,
}

/// Why a target means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing between the separators.
    #[error(
        "that target names no host: write HOST, HOST:PORT, [IPV6]:PORT or ftp://user@host/path"
    )]
    NoHost,
    /// After the colon, where somebody may have put a password.
    #[error(
        "that target names no port: a port is a number from 1 to 65535. An IPv6 address goes in brackets, as in [::1]:2121"
    )]
    BadPort,
    /// `user@host`, or with a password that must not be repeated.
    #[error("a user belongs in a URL: write ftp://user@host, and the password is asked for")]
    UserWithoutUrl,
    /// CR, LF or NUL in a part of the URL.
    #[error(
        "that URL holds CR, LF or NUL, and a second command could hide there, so nothing was sent: leave out %0D, %0A and %00"
    )]
    LineEndInUrl,
    /// Not a URL that can be read.
    #[error("that URL cannot be read: {0}. Write ftp://user@host:port/path")]
    BadUrl(String),
    /// After `;type=`.
    #[error(
        "a URL ends in ;type=a (text), ;type=i (binary) or ;type=d (a list), but this one has another type: write a ; that is part of a name as %3B"
    )]
    UnknownType,
    /// Another scheme.
    #[error(
        "{0}:// is not supported: write ftp://host, or just the host; for TLS ftps://host, or ftpes://host with AUTH TLS"
    )]
    UnknownScheme(String),
}

impl Target {
    /// Reads a target.
    ///
    /// # Errors
    ///
    /// [`TargetError`] says what was expected. It never repeats a password.
    pub fn read(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        match text.split_once("://") {
            // What is before the `@` may be a password.
            Some((scheme, _)) if scheme.contains('@') => Err(TargetError::UserWithoutUrl),
            Some((scheme, _)) => match scheme.to_ascii_lowercase().as_str() {
                "ftp" => Self::from_url(text),
                "ftps" => Self::from_url(text).map(Self::under_implicit_tls),
                // The url crate splits hosts from ports for the schemes that it knows, and this is not one.
                "ftpes" => {
                    let url = format!("ftp{}", &text["ftpes".len()..]);
                    let target = Self::from_url(&url)?;
                    Ok(Self {
                        requires_tls: true,
                        ..target
                    })
                }
                other => Err(TargetError::UnknownScheme(other.escape_debug().to_string())),
            },
            None if text.contains('@') => Err(TargetError::UserWithoutUrl),
            None => Self::from_host(text),
        }
    }

    /// The same server under TLS from the first byte, at the port for that unless another was named.
    #[must_use]
    pub fn under_implicit_tls(mut self) -> Self {
        self.implicit_tls = true;
        if !self.names_port {
            self.port = FTPS_PORT;
        }
        self
    }

    /// `HOST PORT`, as telnet and ftp take it, in the form that [`Target::read`] reads.
    #[must_use]
    pub fn with_port(host: &str, port: &str) -> String {
        if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }

    fn from_host(text: &str) -> Result<Self, TargetError> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or(TargetError::NoHost)?;
            (
                host,
                rest.strip_prefix(':').or(rest.is_empty().then_some("")),
            )
        } else if text.matches(':').count() > 1 {
            (text, Some(""))
        } else {
            text.split_once(':')
                .map_or((text, Some("")), |(host, port)| (host, Some(port)))
        };
        let is_text = |c: char| !c.is_whitespace() && !c.is_control() && c != '/';
        if host.is_empty() || !host.chars().all(is_text) {
            return Err(TargetError::NoHost);
        }
        let port_text = port;
        let port = match port {
            Some("") if !text.ends_with(':') || text.starts_with("::") => FTP_PORT,
            Some(digits) => read_port(digits)?,
            None => return Err(TargetError::BadPort),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            names_port: port_text.is_some_and(|digits| !digits.is_empty()),
            implicit_tls: false,
            requires_tls: false,
            login: None,
            directories: Vec::new(),
            end: PathEnd::Directory,
        })
    }

    fn from_url(text: &str) -> Result<Self, TargetError> {
        // A URL is read without the tabs in it, so they could hide an escape.
        let without_tabs = text.replace('\t', "");
        if percent_decode_str(&without_tabs).any(|byte| b"\r\n\0".contains(&byte)) {
            return Err(TargetError::LineEndInUrl);
        }
        let url = Url::parse(text).map_err(|error| TargetError::BadUrl(error.to_string()))?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(TargetError::NoHost)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if url.port() == Some(0) {
            return Err(TargetError::BadPort);
        }
        let login = (!url.username().is_empty()).then(|| UrlLogin {
            user: percent_decode_str(url.username()).collect(),
            password: url
                .password()
                .map(|password| percent_decode_str(password).collect()),
        });
        let (directories, end) = read_path(&url)?;
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(FTP_PORT),
            names_port: url.port().is_some(),
            implicit_tls: false,
            requires_tls: false,
            login,
            directories,
            end,
        })
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({}:{})", self.host, self.port)
    }
}

impl std::fmt::Debug for UrlLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UrlLogin({})", self.user.escape_ascii())
    }
}

/// The directories of a path, and what it ends with. FTP has no queries: a `?` is part of a name.
fn read_path(url: &Url) -> Result<(Vec<Vec<u8>>, PathEnd), TargetError> {
    let query = url.query().map(|query| format!("?{query}"));
    let path = format!("{}{}", url.path(), query.unwrap_or_default());
    let (path, kind) = split_type(&path)?;
    let parts = path.split('/').filter(|part| !part.is_empty());
    let mut directories: Vec<Vec<u8>> = parts
        .map(|part| percent_decode_str(part).collect())
        .collect();
    let last = directories.last().filter(|_| !path.ends_with('/'));
    let Some(last) = last.filter(|name| !name.ends_with(b"/")) else {
        let end = match kind {
            Some('d') => PathEnd::Listing,
            _ => PathEnd::Directory,
        };
        return Ok((directories, end));
    };
    let end = match kind {
        Some('d') => PathEnd::Listing,
        None if !has_inner_dot(last) => PathEnd::Undecided,
        _ => PathEnd::File {
            name: directories.pop().unwrap_or_default(),
            is_text: kind == Some('a'),
        },
    };
    Ok((directories, end))
}

/// The path without `;type=X` (RFC 1738 section 3.2.2), and X in lower case.
fn split_type(path: &str) -> Result<(&str, Option<char>), TargetError> {
    let start = path.rfind(';').filter(|&start| {
        let name = path[start + 1..].get(..TYPE.len());
        name.is_some_and(|name| name.eq_ignore_ascii_case(TYPE))
    });
    let Some(start) = start else {
        return Ok((path, None));
    };
    match path[start + 1 + TYPE.len()..].to_ascii_lowercase().as_str() {
        "a" => Ok((&path[..start], Some('a'))),
        "i" => Ok((&path[..start], Some('i'))),
        "d" => Ok((&path[..start], Some('d'))),
        _ => Err(TargetError::UnknownType),
    }
}

/// As in `f.txt`, and not in `.profile` or `etc.`.
fn has_inner_dot(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let inner = name.get(1..name.len().saturating_sub(1));
    inner.is_some_and(|inner| inner.contains(&b'.'))
}

const TYPE: &str = "type=";

fn read_port(digits: &str) -> Result<u16, TargetError> {
    match digits.parse() {
        Ok(port) if port != 0 => Ok(port),
        _ => Err(TargetError::BadPort),
    }
}

const FTP_PORT: u16 = 21;
/// Of implicit TLS, by the registry of IANA.
const FTPS_PORT: u16 = 990;

#[cfg(test)]
mod tests {
    use super::{PathEnd, Target, TargetError};

    fn host_and_port(text: &str) -> Option<(String, u16)> {
        Target::read(text)
            .ok()
            .map(|target| (target.host, target.port))
    }

    #[test]
    fn hosts_and_ports_are_read_in_every_form() {
        let table = [
            ("localhost", Some(("localhost", 21))),
            ("127.0.0.1:2121", Some(("127.0.0.1", 2121))),
            ("[::1]:2121", Some(("::1", 2121))),
            ("[::1]", Some(("::1", 21))),
            ("::1", Some(("::1", 21))),
            ("ftp://h", Some(("h", 21))),
            ("FTP://u@h:2/p", Some(("h", 2))),
            ("ftp://[::1]:2121/", Some(("::1", 2121))),
            ("ftps://h", Some(("h", 990))),
            ("ftps://h:21", Some(("h", 21))),
            ("ftps://[::1]/", Some(("::1", 990))),
            ("h:", None),
            ("h:0", None),
            ("ftp://h:0/", None),
            ("h:65536", None),
            ("h:x", None),
            (":21", None),
            ("", None),
            ("a b", None),
            ("http://h", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(host_and_port(text), expected, "{text}");
        }
    }

    #[test]
    fn a_url_gives_user_password_and_directories_as_bytes() {
        let target = Target::read("ftp://a%40b:p%3A%E9@h/x%20y/z/").unwrap();
        let login = target.login.clone().unwrap();
        assert_eq!(login.user, b"a@b");
        assert_eq!(login.password.as_deref(), Some(&b"p:\xe9"[..]));
        assert_eq!(target.directories, [b"x y".to_vec(), b"z".to_vec()]);
        assert!(!format!("{target:?}{login:?}").contains("p:"));
    }

    #[test]
    fn the_last_part_of_a_path_is_a_file_if_it_has_a_dot_inside_or_a_type() {
        let end = |path: &str| {
            let target = Target::read(&format!("ftp://h{path}")).unwrap();
            let directories = target.directories.iter();
            let directories: Vec<String> = directories
                .map(|name| name.escape_ascii().to_string())
                .collect();
            let end = match target.end {
                PathEnd::Directory => "directory".to_owned(),
                PathEnd::Listing => "listing".to_owned(),
                PathEnd::Undecided => "undecided".to_owned(),
                PathEnd::File { name, is_text } => {
                    let kind = if is_text { "text" } else { "file" };
                    format!("{kind} {}", name.escape_ascii())
                }
            };
            format!("{}: {end}", directories.join(","))
        };
        for (path, wanted) in [
            ("", ": directory"),
            ("/", ": directory"),
            ("/a", "a: undecided"),
            ("/a/", "a: directory"),
            ("/a.b", ": file a.b"),
            ("/a.b/", "a.b: directory"),
            ("/x/a.b", "x: file a.b"),
            ("/x/.a", "x,.a: undecided"),
            ("/x/a.", "x,a.: undecided"),
            ("/x/.a.b", "x: file .a.b"),
            ("/x/%2Fetc%2Fa.b", "x: file /etc/a.b"),
            ("/x.y%2Fa", "x.y/a: undecided"),
            ("/x.y%2F", "x.y/: directory"),
            ("/a%20b's.t", ": file a b\\'s.t"),
            ("/caf%E9.t", ": file caf\\xe9.t"),
            ("/caf%C3%A9.t", ": file caf\\xc3\\xa9.t"),
            ("/a%3Bb.t;type=i", ": file a;b.t"),
            ("/README;type=i", ": file README"),
            ("/README;TYPE=A", ": text README"),
            ("/x/y.z;type=d", "x,y.z: listing"),
            ("/x/;type=d", "x: listing"),
            ("/x/;type=a", "x: directory"),
            ("/;type=i", ": directory"),
            ("/a;b.c", ": file a;b.c"),
            ("/what?.t", ": file what?.t"),
            ("/what?x/a'b.t", "what?x: file a\\'b.t"),
        ] {
            assert_eq!(end(path), wanted, "{path}");
        }
        for path in ["/a.b;type=x", "/a.b;type=", "/a.b;type=i/", "/a;type=ab"] {
            let read = Target::read(&format!("ftp://h{path}"));
            assert_eq!(read, Err(TargetError::UnknownType), "{path}");
        }
    }

    #[test]
    fn a_user_without_a_url_is_refused_and_its_password_not_repeated() {
        for text in ["u@h", "u:secret@h", "u:secret@h:21", "u:secret@ftp://h"] {
            assert_eq!(Target::read(text), Err(TargetError::UserWithoutUrl));
        }
    }

    #[test]
    fn a_url_that_could_hide_a_second_command_is_refused() {
        for text in [
            "ftp://u:p%0Dx@h",
            "ftp://u%00@h/",
            "ftp://h/a%0ab",
            "ftp://h/a\nb",
            "ftp://u:p%\t0Dx@h",
            "ftp://h/%0\ta",
        ] {
            assert_eq!(Target::read(text), Err(TargetError::LineEndInUrl));
        }
    }

    #[test]
    fn implicit_tls_has_a_port_of_its_own_unless_one_is_named() {
        for (text, port) in [("h", 990), ("h:21", 21), ("::1", 990), ("[::1]:21", 21)] {
            let target = Target::read(text).unwrap();
            assert!(!target.implicit_tls);
            let target = target.under_implicit_tls();
            assert_eq!((target.implicit_tls, target.port), (true, port), "{text}");
        }
        assert!(Target::read("ftps://h").unwrap().implicit_tls);
        let explicit = Target::read("FTPES://u@h:2121/x").unwrap();
        assert!(explicit.requires_tls && !explicit.implicit_tls);
        assert_eq!((explicit.port, explicit.directories.len()), (2121, 1));
    }
}
