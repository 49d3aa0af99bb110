//! What `set NAME VALUE` changes.

use crate::shell::screen::escape::escape;
use crate::shell::screen::prompt::PromptParts;

/// The address that a passive data connection goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataHost {
    /// The one that the 227 names.
    Reply,
    /// The control connection's peer, whatever the 227 names.
    #[default]
    Peer,
}

/// Who may open an active data connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataPeer {
    /// Anybody.
    Any,
    /// The server's address only.
    #[default]
    Server,
}

/// What happens to line ends in TYPE A.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ascii {
    /// They are turned into those of the other side.
    #[default]
    Convert,
    /// Nothing.
    Raw,
}

/// What ends a multi-line reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Multiline {
    /// A line of another code too, if silence follows.
    #[default]
    Lenient,
    /// Only a line of the first line's code.
    Strict,
}

/// How a transfer is aborted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Abort {
    /// ABOR behind Telnet IP and Synch.
    #[default]
    Synch,
    /// ABOR alone.
    Plain,
}

/// A choice between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Switch {
    /// It is done.
    #[default]
    On,
    /// It is left out.
    Off,
}

/// How `open` goes about TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsStart {
    /// Not at all: who wants TLS types AUTH TLS.
    #[default]
    Off,
    /// AUTH TLS, PBSZ 0 and PROT P are sent, and without them there is no connection.
    Require,
    /// TLS begins before the greeting, then PBSZ 0 and PROT P are sent.
    Implicit,
}

/// The newest version of TLS that is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMaximum {
    /// RFC 8446.
    #[default]
    Tls13,
    /// RFC 5246.
    Tls12,
}

/// The settings of one shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `set data-host`.
    pub data_host: DataHost,
    /// `set data-peer`.
    pub data_peer: DataPeer,
    /// `set ascii`.
    pub ascii: Ascii,
    /// `set multiline`.
    pub multiline: Multiline,
    /// `set abort`.
    pub abort: Abort,
    /// `set hints`.
    pub hints: bool,
    /// `set prompt-...`.
    pub prompt: PromptParts,
    /// `set gutter`.
    pub gutter: bool,
    /// `set pager`.
    pub pager: bool,
    /// `set time`.
    pub time: bool,
    /// `set tls`.
    pub tls: TlsStart,
    /// `set tls-max`.
    pub tls_max: TlsMaximum,
    /// `set tls-resume`.
    pub tls_resume: Switch,
    /// `set tls-close-notify`.
    pub tls_close_notify: Switch,
}

/// One row of the table of settings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name behind `set`.
    pub name: &'static str,
    /// The values that it takes.
    pub values: &'static [&'static str],
    /// What it decides.
    pub about: &'static str,
    value: fn(&Settings) -> usize,
    change: fn(&mut Settings, usize),
}

/// Why a setting was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No such setting.
    #[error("set: there is no setting {}{} settings are {}", escape(name.as_bytes()), meant(name), names())]
    UnknownName {
        /// As given.
        name: String,
    },
    /// Not a value of this setting.
    #[error("set {name}: {} is not one of its values: it takes {}", escape(value.as_bytes()), values.join(" or "))]
    UnknownValue {
        /// The setting.
        name: &'static str,
        /// As given.
        value: String,
        /// What it takes.
        values: &'static [&'static str],
    },
}

impl Settings {
    /// Every setting; listing, completion and parsing read it.
    pub const TABLE: &'static [Setting] = &[
        Setting {
            name: "data-host",
            values: &["peer", "reply"],
            about: "where a passive data connection goes: to the server we talk to, or where its 227 says",
            value: |settings| place(&DATA_HOSTS, settings.data_host),
            change: |settings, index| settings.data_host = DATA_HOSTS[index],
        },
        Setting {
            name: "data-peer",
            values: &["server", "any"],
            about: "who may open an active data connection: the server's address, or any",
            value: |settings| place(&DATA_PEERS, settings.data_peer),
            change: |settings, index| settings.data_peer = DATA_PEERS[index],
        },
        Setting {
            name: "ascii",
            values: &["convert", "raw"],
            about: "line ends of files and pipes in TYPE A: converted, or left alone",
            value: |settings| place(&ASCII, settings.ascii),
            change: |settings, index| settings.ascii = ASCII[index],
        },
        Setting {
            name: "multiline",
            values: &["lenient", "strict"],
            about: "what ends a multi-line reply: another code and silence too, or its own code only",
            value: |settings| place(&MULTILINES, settings.multiline),
            change: |settings, index| settings.multiline = MULTILINES[index],
        },
        Setting {
            name: "abort",
            values: &["synch", "plain"],
            about: "how Ctrl-C sends ABOR: behind Telnet IP and Synch, or alone",
            value: |settings| place(&ABORTS, settings.abort),
            change: |settings, index| settings.abort = ABORTS[index],
        },
        Setting {
            name: "hints",
            values: &["on", "off"],
            about: "what could come next and what may go wrong, and in grey what a line may go on with",
            value: |settings| place(&SWITCH, settings.hints),
            change: |settings, index| settings.hints = SWITCH[index],
        },
        Setting {
            name: "time",
            values: &["off", "on"],
            about: "the time of day and the milliseconds since the last command, in front of what happens",
            value: |settings| place(&SWITCH_OFF_FIRST, settings.time),
            change: |settings, index| settings.time = SWITCH_OFF_FIRST[index],
        },
        Setting {
            name: "prompt-user",
            values: &["off", "on"],
            about: "in the prompt: the user who is logged in",
            value: |settings| place(&SWITCH_OFF_FIRST, settings.prompt.user),
            change: |settings, index| settings.prompt.user = SWITCH_OFF_FIRST[index],
        },
        Setting {
            name: "prompt-host",
            values: &["off", "on"],
            about: "in the prompt: the host",
            value: |settings| place(&SWITCH_OFF_FIRST, settings.prompt.host),
            change: |settings, index| settings.prompt.host = SWITCH_OFF_FIRST[index],
        },
        Setting {
            name: "prompt-dir",
            values: &["off", "on"],
            about: "in the prompt: the working directory, as the last 257 said",
            value: |settings| place(&SWITCH_OFF_FIRST, settings.prompt.directory),
            change: |settings, index| settings.prompt.directory = SWITCH_OFF_FIRST[index],
        },
        Setting {
            name: "prompt-tls",
            values: &["on", "off"],
            about: "in the prompt: `ftps` while TLS protects the control connection",
            value: |settings| place(&SWITCH, settings.prompt.tls),
            change: |settings, index| settings.prompt.tls = SWITCH[index],
        },
        Setting {
            name: "prompt-data",
            values: &["on", "off"],
            about: "in the prompt: whether a data connection is open",
            value: |settings| place(&SWITCH, settings.prompt.data),
            change: |settings, index| settings.prompt.data = SWITCH[index],
        },
        Setting {
            name: "prompt-rest",
            values: &["on", "off"],
            about: "in the prompt: the marker of a REST that is pending",
            value: |settings| place(&SWITCH, settings.prompt.restart),
            change: |settings, index| settings.prompt.restart = SWITCH[index],
        },
        Setting {
            name: "prompt-rnfr",
            values: &["on", "off"],
            about: "in the prompt: an RNFR that waits for its RNTO",
            value: |settings| place(&SWITCH, settings.prompt.rename),
            change: |settings, index| settings.prompt.rename = SWITCH[index],
        },
        Setting {
            name: "prompt-jobs",
            values: &["on", "off"],
            about: "in the prompt: the verb of a transfer in the background",
            value: |settings| place(&SWITCH, settings.prompt.background),
            change: |settings, index| settings.prompt.background = SWITCH[index],
        },
        Setting {
            name: "gutter",
            values: &["on", "off"],
            about: "the mark in front of data on the screen that tells them from replies",
            value: |settings| place(&SWITCH, settings.gutter),
            change: |settings, index| settings.gutter = SWITCH[index],
        },
        Setting {
            name: "pager",
            values: &["on", "off"],
            about: "data that are longer than the screen go to $PAGER, or to less",
            value: |settings| place(&SWITCH, settings.pager),
            change: |settings, index| settings.pager = SWITCH[index],
        },
        Setting {
            name: "tls",
            values: &["off", "require", "implicit"],
            about: "how `open` begins: in clear, with AUTH TLS or not at all, or under TLS before the greeting",
            value: |settings| place(&TLS_STARTS, settings.tls),
            change: |settings, index| settings.tls = TLS_STARTS[index],
        },
        Setting {
            name: "tls-max",
            values: &["1.3", "1.2"],
            about: "the newest version of TLS that the next handshake of a control connection offers",
            value: |settings| place(&TLS_MAXIMA, settings.tls_max),
            change: |settings, index| settings.tls_max = TLS_MAXIMA[index],
        },
        Setting {
            name: "tls-resume",
            values: &["on", "off"],
            about: "data connections resume the TLS session of the control connection",
            value: |settings| place(&SWITCHES, settings.tls_resume),
            change: |settings, index| settings.tls_resume = SWITCHES[index],
        },
        Setting {
            name: "tls-close-notify",
            values: &["on", "off"],
            about: "the end of what is sent is announced, as TLS wants it",
            value: |settings| place(&SWITCHES, settings.tls_close_notify),
            change: |settings, index| settings.tls_close_notify = SWITCHES[index],
        },
    ];

    /// Does `set NAME VALUE`.
    ///
    /// # Errors
    ///
    /// A name or a value that is not in the table; the error lists what is.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let setting = Setting::named(name)?;
        let index = setting
            .values
            .iter()
            .position(|known| *known == value)
            .ok_or_else(|| SettingError::UnknownValue {
                name: setting.name,
                value: value.to_owned(),
                values: setting.values,
            })?;
        (setting.change)(self, index);
        Ok(())
    }

    /// The lines that `set` alone shows: name, value, the other values, what it decides.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        Self::TABLE
            .iter()
            .map(|setting| setting.describe(self))
            .collect()
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
            time: false,
            prompt: PromptParts::default(),
            gutter: true,
            pager: true,
            tls: TlsStart::default(),
            tls_max: TlsMaximum::default(),
            tls_resume: Switch::default(),
            tls_close_notify: Switch::default(),
        }
    }
}

impl Setting {
    /// The setting of this name.
    ///
    /// # Errors
    ///
    /// [`SettingError::UnknownName`], which lists the names.
    pub fn named(name: &str) -> Result<&'static Self, SettingError> {
        Settings::TABLE
            .iter()
            .find(|setting| setting.name == name)
            .ok_or_else(|| SettingError::UnknownName {
                name: name.to_owned(),
            })
    }

    /// Its value now.
    #[must_use]
    pub fn value(&self, settings: &Settings) -> &'static str {
        self.values[(self.value)(settings)]
    }

    /// One line: name, value, the other values, what it decides.
    #[must_use]
    pub fn describe(&self, settings: &Settings) -> String {
        let (value, others) = (self.value(settings), self.others(settings));
        format!("{:<16} {value:<8} {others:<22} {}", self.name, self.about)
    }

    /// The other values, and what it decides.
    #[must_use]
    pub fn choices(&self, settings: &Settings) -> String {
        format!("{} {}", self.others(settings), self.about)
    }

    fn others(&self, settings: &Settings) -> String {
        let value = self.value(settings);
        let others = self.values.iter().copied().filter(|other| *other != value);
        format!("(or {})", others.collect::<Vec<_>>().join(", "))
    }
}

const DATA_HOSTS: [DataHost; 2] = [DataHost::Peer, DataHost::Reply];
const DATA_PEERS: [DataPeer; 2] = [DataPeer::Server, DataPeer::Any];
const ASCII: [Ascii; 2] = [Ascii::Convert, Ascii::Raw];
const MULTILINES: [Multiline; 2] = [Multiline::Lenient, Multiline::Strict];
const ABORTS: [Abort; 2] = [Abort::Synch, Abort::Plain];
const SWITCH: [bool; 2] = [true, false];
const SWITCH_OFF_FIRST: [bool; 2] = [false, true];
const TLS_STARTS: [TlsStart; 3] = [TlsStart::Off, TlsStart::Require, TlsStart::Implicit];
const TLS_MAXIMA: [TlsMaximum; 2] = [TlsMaximum::Tls13, TlsMaximum::Tls12];
const SWITCHES: [Switch; 2] = [Switch::On, Switch::Off];

/// The index of a value among all values of its type.
fn place<T: PartialEq>(all: &[T], value: T) -> usize {
    all.iter()
        .position(|one| *one == value)
        .expect("each array holds every value of its type, which a test checks")
}

/// The setting that a name without one was probably meant for, as the middle of a sentence.
fn meant(name: &str) -> String {
    let distance = |setting: &&Setting| strsim::osa_distance(name, setting.name);
    let nearest = Settings::TABLE.iter().min_by_key(distance);
    nearest
        .filter(|setting| distance(setting) <= MOST_SLIPS)
        .map_or_else(
            || ": the".to_owned(),
            |setting| format!(", did you mean {}? The", setting.name),
        )
}

const MOST_SLIPS: usize = 2;

fn names() -> String {
    let names: Vec<&str> = Settings::TABLE.iter().map(|setting| setting.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
