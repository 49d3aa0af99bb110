//! What `set NAME VALUE` changes.

use super::keepalive::Keepalive;
use super::proxies::ProxyChoice;
use super::rate::Rate;
use super::secrets::without_userinfo;
use super::setting::{Choice, FilePath, Named, Optional, Setting, WrongValue};
use super::source_address::SourceAddress;
use crate::client::{AddressFamily, PortRange};
use crate::shell::charset::Charset;
use crate::shell::line::Spelling;
use crate::shell::screen::escape::escape;
use crate::shell::screen::prompt::PromptParts;
use crate::tls::SentName;

/// The address that a passive data connection goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DataHost {
    /// The one that the 227 names.
    Reply,
    /// The control connection's peer, whatever the 227 names.
    #[default]
    Peer,
}

impl Named for DataHost {
    const NAMES: &'static [(&'static str, Self)] = &[("peer", Self::Peer), ("reply", Self::Reply)];
}

/// Who may open an active data connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DataPeer {
    /// Anyone.
    Any,
    /// The server's address only.
    #[default]
    Server,
}

impl Named for DataPeer {
    const NAMES: &'static [(&'static str, Self)] = &[("server", Self::Server), ("any", Self::Any)];
}

impl Named for AddressFamily {
    const NAMES: &'static [(&'static str, Self)] =
        &[("any", Self::Any), ("4", Self::V4), ("6", Self::V6)];
}

/// What happens to line ends in TYPE A.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ascii {
    /// They are turned into those of the other side.
    #[default]
    Convert,
    /// Nothing.
    Raw,
}

impl Named for Ascii {
    const NAMES: &'static [(&'static str, Self)] =
        &[("convert", Self::Convert), ("raw", Self::Raw)];
}

/// What ends a multi-line reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Multiline {
    /// A line of another code too, if silence follows.
    #[default]
    Lenient,
    /// Only a line of the first line's code.
    Strict,
}

impl Named for Multiline {
    const NAMES: &'static [(&'static str, Self)] =
        &[("lenient", Self::Lenient), ("strict", Self::Strict)];
}

/// How a transfer is aborted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Abort {
    /// ABOR after Telnet IP and Synch.
    #[default]
    Synch,
    /// ABOR alone.
    Plain,
}

impl Named for Abort {
    const NAMES: &'static [(&'static str, Self)] =
        &[("synch", Self::Synch), ("plain", Self::Plain)];
}

/// How `open` begins with regard to TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TlsStart {
    /// In the clear: AUTH TLS can be typed.
    #[default]
    Off,
    /// AUTH TLS, PBSZ 0 and PROT P are sent, and if one is refused the connection is closed.
    Require,
    /// TLS begins before the greeting, then PBSZ 0 and PROT P are sent.
    Implicit,
}

impl Named for TlsStart {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("off", Self::Off),
        ("require", Self::Require),
        ("implicit", Self::Implicit),
    ];
}

/// The newest version of TLS that is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TlsMaximum {
    /// RFC 8446.
    #[default]
    Tls13,
    /// RFC 5246.
    Tls12,
}

impl Named for TlsMaximum {
    const NAMES: &'static [(&'static str, Self)] = &[("1.3", Self::Tls13), ("1.2", Self::Tls12)];
}

/// The picture of both connections above the prompt of a lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PictureOnPrompt {
    /// Drawn with lines.
    #[default]
    On,
    /// Drawn with + - and |.
    Ascii,
    /// Only `picture` draws it.
    Off,
}

impl Named for PictureOnPrompt {
    const NAMES: &'static [(&'static str, Self)] =
        &[("on", Self::On), ("ascii", Self::Ascii), ("off", Self::Off)];
}

/// The settings of one shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `set data-host`.
    pub(crate) data_host: DataHost,
    /// `set data-peer`.
    pub(crate) data_peer: DataPeer,
    /// `set ascii`.
    pub(crate) ascii: Ascii,
    /// `set multiline`.
    pub(crate) multiline: Multiline,
    /// `set abort`.
    pub(crate) abort: Abort,
    /// `set hints`.
    pub(crate) hints: bool,
    /// `set prompt-...`.
    pub(crate) prompt: PromptParts,
    /// `set gutter`.
    pub(crate) gutter: bool,
    /// `set pager`.
    pub(crate) pager: bool,
    /// `set picture`.
    pub(crate) picture: PictureOnPrompt,
    /// `set time`.
    pub(crate) time: bool,
    /// `set netrc`.
    pub(crate) netrc: bool,
    /// `set verify`.
    pub(crate) verify: bool,
    /// `set data-ports`.
    pub(crate) data_ports: Option<PortRange>,
    /// `set source`.
    pub(crate) source: Option<SourceAddress>,
    /// `set ip`.
    pub(crate) ip: AddressFamily,
    /// `set proxy`; `None` leaves it to the environment.
    pub(crate) proxy: Option<ProxyChoice>,
    /// `set keepalive`.
    pub(crate) keepalive: Option<Keepalive>,
    /// `set rate`.
    pub(crate) rate: Option<Rate>,
    /// `set charset`; `None` is UTF-8.
    pub(crate) charset: Option<Charset>,
    /// `set escapes`.
    pub(crate) escapes: bool,
    /// `set tls`.
    pub(crate) tls: TlsStart,
    /// `set tls-max`.
    pub(crate) tls_max: TlsMaximum,
    /// `set tls-resume`.
    pub(crate) tls_resume: bool,
    /// `set tls-close-notify`.
    pub(crate) tls_close_notify: bool,
    /// `set tls-cert`: a file, or nothing.
    pub(crate) tls_cert: Option<String>,
    /// `set tls-key`: a file, or nothing for the key that is in `tls_cert`.
    pub(crate) tls_key: Option<String>,
    /// `set tls-sni`; nothing is the host.
    pub(crate) tls_sni: Option<SentName>,
}

/// Why a setting was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingError {
    /// No such setting.
    #[error("set: there is no setting {}{} settings are {}", escape(name.as_bytes()), meant(name), names())]
    UnknownName {
        /// As given.
        name: String,
    },
    /// `set NAME=VALUE`, of which the value may be a secret.
    #[error("set {name}=: a space stands between the two, as in set {name} VALUE")]
    EqualsSign {
        /// The setting.
        name: &'static str,
    },
    /// Not a value of this setting.
    #[error("set {name}: {} is not one of its values: it takes {values}", escape(without_credentials(value).as_bytes()))]
    UnknownValue {
        /// The setting.
        name: &'static str,
        /// As given.
        value: String,
        /// What it takes.
        values: String,
    },
    /// The same, with a reason; the value may hold a secret, so it is not repeated.
    #[error("set {name}: {reason}. It takes {values}")]
    WrongValue {
        /// The setting.
        name: &'static str,
        /// What is wrong with the value.
        reason: String,
        /// What it takes.
        values: String,
    },
}

impl Settings {
    /// What concerns the screen alone; all else as it is by default. A lesson begins in the same way for everybody.
    pub(crate) fn of_the_screen(&self) -> Self {
        Self {
            hints: self.hints,
            prompt: self.prompt,
            gutter: self.gutter,
            pager: self.pager,
            picture: self.picture,
            time: self.time,
            ..Self::default()
        }
    }

    /// Every setting.
    pub(crate) const TABLE: &'static [Setting<Self>] = &[
        Setting {
            name: "data-host",
            of: &Choice(|settings: &mut Self| &mut settings.data_host),
            about: "where a passive data connection goes: to the server we talk to, or where its 227 says",
        },
        Setting {
            name: "data-peer",
            of: &Choice(|settings: &mut Self| &mut settings.data_peer),
            about: "who may open an active data connection: the server's address, or any",
        },
        Setting {
            name: "ascii",
            of: &Choice(|settings: &mut Self| &mut settings.ascii),
            about: "line ends of files and pipes in TYPE A: converted, or left alone",
        },
        Setting {
            name: "multiline",
            of: &Choice(|settings: &mut Self| &mut settings.multiline),
            about: "what ends a multi-line reply: another code and silence too, or its own code only",
        },
        Setting {
            name: "abort",
            of: &Choice(|settings: &mut Self| &mut settings.abort),
            about: "how Ctrl-C sends ABOR: after Telnet IP and Synch, or alone",
        },
        Setting {
            name: "hints",
            of: &Choice(|settings: &mut Self| &mut settings.hints),
            about: "what could come next and what may go wrong, and in grey how a line may continue",
        },
        Setting {
            name: "picture",
            of: &Choice(|settings: &mut Self| &mut settings.picture),
            about: "in a lesson, both connections drawn above the prompt of a terminal with 80 columns or more",
        },
        Setting {
            name: "time",
            of: &Choice(|settings: &mut Self| &mut settings.time),
            about: "the time of day and the milliseconds since the last command, in front of what happens",
        },
        Setting {
            name: "charset",
            of: &Optional {
                none: "utf-8",
                what: "latin1, windows-1251, shift_jis, ...",
                offered: Charset::KNOWN,
                field: |settings: &mut Self| &mut settings.charset,
            },
            about: "how names and texts are encoded in commands, replies and listings",
        },
        Setting {
            name: "escapes",
            of: &Choice(|settings: &mut Self| &mut settings.escapes),
            about: "in a raw line, \\xE9 is a byte and \\\\ a backslash",
        },
        Setting {
            name: "keepalive",
            of: &Optional {
                none: "off",
                what: "seconds and NOOP, PWD, STAT or SYST",
                offered: &[],
                field: |settings: &mut Self| &mut settings.keepalive,
            },
            about: "what is sent after so many seconds in which nothing moved, so that the server does not end the session",
        },
        Setting {
            name: "rate",
            of: &Optional {
                none: "off",
                what: "bytes a second, as in 500k or 2M",
                offered: &[],
                field: |settings: &mut Self| &mut settings.rate,
            },
            about: "how many bytes of a transfer move in a second, either way",
        },
        Setting {
            name: "prompt-user",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.user),
            about: "in the prompt: the user who is logged in",
        },
        Setting {
            name: "prompt-host",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.host),
            about: "in the prompt: the host",
        },
        Setting {
            name: "prompt-dir",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.directory),
            about: "in the prompt: the working directory, as the last 257 said",
        },
        Setting {
            name: "prompt-tls",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.tls),
            about: "in the prompt: `ftps` while TLS protects the control connection",
        },
        Setting {
            name: "prompt-data",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.data),
            about: "in the prompt: whether a data connection is open",
        },
        Setting {
            name: "prompt-rest",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.restart),
            about: "in the prompt: the marker of a REST that is pending",
        },
        Setting {
            name: "prompt-rnfr",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.rename),
            about: "in the prompt: an RNFR that waits for its RNTO",
        },
        Setting {
            name: "prompt-jobs",
            of: &Choice(|settings: &mut Self| &mut settings.prompt.background),
            about: "in the prompt: the verb of a transfer in the background",
        },
        Setting {
            name: "gutter",
            of: &Choice(|settings: &mut Self| &mut settings.gutter),
            about: "the mark in front of data on the screen that tells it from replies",
        },
        Setting {
            name: "pager",
            of: &Choice(|settings: &mut Self| &mut settings.pager),
            about: "data that is longer than the screen goes to $PAGER, or to less",
        },
        Setting {
            name: "netrc",
            of: &Choice(|settings: &mut Self| &mut settings.netrc),
            about: "`open` and `login` look into .netrc for who logs in",
        },
        Setting {
            name: "verify",
            of: &Choice(|settings: &mut Self| &mut settings.verify),
            about: "after STOR and APPE in TYPE I, SIZE is sent and compared with what was sent",
        },
        Setting {
            name: "data-ports",
            of: &Optional {
                none: "off",
                what: "FIRST-LAST",
                offered: &[],
                field: |settings: &mut Self| &mut settings.data_ports,
            },
            about: "active mode: the ports that `listen` picks from; a typed PORT names its own",
        },
        Setting {
            name: "source",
            of: &Optional {
                none: "any",
                what: "an IP address of this machine",
                offered: &[],
                field: |settings: &mut Self| &mut settings.source,
            },
            about: "from the next connection on: the address that both connections leave from",
        },
        Setting {
            name: "ip",
            of: &Choice(|settings: &mut Self| &mut settings.ip),
            about: "from the next connection on: which addresses of a host are tried, those of IPv4, of IPv6 or all",
        },
        Setting {
            name: "proxy",
            of: &Optional {
                none: "environment",
                what: "off, or socks5://HOST:PORT, socks5h:// or http://",
                offered: &["off"],
                field: |settings: &mut Self| &mut settings.proxy,
            },
            about: "from the next connection on: the proxy that both connections go through",
        },
        Setting {
            name: "tls",
            of: &Choice(|settings: &mut Self| &mut settings.tls),
            about: "how `open` begins: in the clear (off), with AUTH TLS or no connection (require), or under TLS before the greeting (implicit)",
        },
        Setting {
            name: "tls-max",
            of: &Choice(|settings: &mut Self| &mut settings.tls_max),
            about: "the newest version of TLS that the next handshake of a control connection offers",
        },
        Setting {
            name: "tls-resume",
            of: &Choice(|settings: &mut Self| &mut settings.tls_resume),
            about: "data connections resume the TLS session of the control connection",
        },
        Setting {
            name: "tls-close-notify",
            of: &Choice(|settings: &mut Self| &mut settings.tls_close_notify),
            about: "the end of what is sent is announced, as TLS requires",
        },
        Setting {
            name: "tls-cert",
            of: &FilePath {
                what: "a PEM file",
                field: |settings: &mut Self| &mut settings.tls_cert,
            },
            about: "the client certificate that is shown to a server that asks for one",
        },
        Setting {
            name: "tls-key",
            of: &FilePath {
                what: "a PEM file",
                field: |settings: &mut Self| &mut settings.tls_key,
            },
            about: "the key of the client certificate, if it is not in the same file",
        },
        Setting {
            name: "tls-sni",
            of: &Optional {
                none: "host",
                what: "a name, or none",
                offered: &["none"],
                field: |settings: &mut Self| &mut settings.tls_sni,
            },
            about: "the name that is sent to the server, and that its certificate must be for",
        },
    ];

    /// What the letters of a raw line stand for.
    pub(crate) fn spelling(&self) -> Spelling {
        Spelling {
            escapes: self.escapes,
            charset: self.charset(),
        }
    }

    /// How names and texts are encoded.
    pub(crate) fn charset(&self) -> Charset {
        self.charset.unwrap_or_default()
    }

    /// Does `set NAME VALUE`.
    ///
    /// # Errors
    ///
    /// A name or a value that is not in the table; the error lists what is.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let setting = Self::named(name)?;
        let (name, values) = (setting.name, setting.values(" or "));
        setting.of.set(self, value).map_err(|wrong| match wrong {
            WrongValue::Unknown => SettingError::UnknownValue {
                name,
                value: value.to_owned(),
                values,
            },
            WrongValue::Explained(reason) => SettingError::WrongValue {
                name,
                reason,
                values,
            },
        })
    }

    /// The setting of this name.
    ///
    /// # Errors
    ///
    /// [`SettingError::UnknownName`], which lists the names.
    pub(crate) fn named(name: &str) -> Result<&'static Setting<Self>, SettingError> {
        let (name, has_value) = match name.split_once('=') {
            Some((name, _)) => (name, true),
            None => (name, false),
        };
        match Self::TABLE.iter().find(|setting| setting.name == name) {
            Some(setting) if has_value => Err(SettingError::EqualsSign { name: setting.name }),
            Some(setting) => Ok(setting),
            None => Err(SettingError::UnknownName {
                name: without_userinfo(name),
            }),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_host: DataHost::default(),
            data_peer: DataPeer::default(),
            ascii: Ascii::default(),
            multiline: Multiline::default(),
            abort: Abort::default(),
            hints: true,
            picture: PictureOnPrompt::default(),
            time: false,
            prompt: PromptParts::default(),
            gutter: true,
            pager: true,
            netrc: false,
            verify: false,
            data_ports: None,
            source: None,
            ip: AddressFamily::default(),
            proxy: None,
            keepalive: None,
            rate: None,
            charset: None,
            escapes: false,
            tls: TlsStart::default(),
            tls_max: TlsMaximum::default(),
            tls_resume: true,
            tls_close_notify: true,
            tls_cert: None,
            tls_key: None,
            tls_sni: None,
        }
    }
}

/// The setting that a name without one was probably meant for, as the middle of a sentence.
fn meant(name: &str) -> String {
    let distance = |setting: &&Setting<Settings>| strsim::osa_distance(name, setting.name);
    let nearest = Settings::TABLE.iter().min_by_key(distance);
    nearest
        .filter(|setting| distance(setting) <= MAX_SLIPS)
        .map_or_else(
            || ": the".to_owned(),
            |setting| format!(", did you mean {}? The", setting.name),
        )
}

/// What is before an `@` may be the password of a proxy.
fn without_credentials(value: &str) -> String {
    match value.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://");
            let scheme = scheme.map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}****@{host}")
        }
        None => value.to_owned(),
    }
}

const MAX_SLIPS: usize = 2;

fn names() -> String {
    let names: Vec<&str> = Settings::TABLE.iter().map(|setting| setting.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
