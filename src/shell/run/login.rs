//! Who logs in, and where the password comes from.

use super::shell::Shell;
use crate::shell::config::netrc::Entry;
use crate::shell::config::netrc_file::{NetrcFile, NetrcFileError, ReadNetrc};
use crate::shell::config::target::{Target, UrlLogin};
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;

/// Where users and passwords are that nobody has typed.
pub(crate) struct Credentials {
    netrc: NetrcFile,
}

/// A user, and the secrets that are known already. It has no debug print.
pub(crate) struct Login {
    pub(crate) user: Vec<u8>,
    pub(crate) password: Option<Vec<u8>>,
    account: Option<Vec<u8>>,
}

impl Credentials {
    /// Nothing is read yet.
    pub(crate) fn new(netrc: NetrcFile) -> Self {
        Self { netrc }
    }
}

impl Login {
    /// Only the user is known.
    fn of(user: Vec<u8>) -> Self {
        Self {
            user,
            password: None,
            account: None,
        }
    }
}

impl Shell {
    /// Who logs in at this target without being asked; nobody at a bare host, unless the `.netrc` is to be read.
    ///
    /// # Errors
    ///
    /// What is wrong was said, and nothing is to be sent.
    pub(crate) fn login_for(&mut self, target: &Target) -> Result<Option<Login>, Exit> {
        match &target.login {
            Some(UrlLogin {
                user,
                password: Some(password),
            }) => Ok(Some(Login {
                password: Some(password.clone()),
                ..Login::of(user.clone())
            })),
            Some(UrlLogin { user, .. }) => self.with_secrets(user.clone()).map(Some),
            None if self.settings.netrc => self.login_of_netrc(&target.host, Tone::Note),
            None => Ok(None),
        }
    }

    /// `login [USER [PASSWORD]]`.
    pub(crate) fn login(&mut self, user: Option<String>, password: Option<String>) -> Exit {
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        let login = match (user, password) {
            (Some(user), Some(password)) => Ok(Some(Login {
                password: Some(password.into_bytes()),
                ..Login::of(user.into_bytes())
            })),
            (Some(user), None) => self.with_secrets(user.into_bytes()).map(Some),
            (None, _) if self.is_interactive() => self.ask_for_login(),
            (None, _) if self.settings.netrc => {
                let host = self.host();
                self.login_of_netrc(&host, Tone::Error)
            }
            (None, _) => Err(self.refuse_login()),
        };
        match login {
            Ok(Some(login)) => self.login_as(login),
            Ok(None) => Exit::Usage,
            Err(exit) => exit,
        }
    }

    /// USER, and PASS and ACCT as far as they are asked for.
    pub(super) fn login_as(&mut self, login: Login) -> Exit {
        let mut outcome = match self.send_shown(b"USER ", &login.user) {
            Ok(outcome) => outcome,
            Err(exit) => return exit,
        };
        for (code, verb, given, prompt, what) in [
            (
                331,
                &b"PASS "[..],
                login.password,
                "password: ",
                "a password",
            ),
            (332, &b"ACCT "[..], login.account, "account: ", "an account"),
        ] {
            if outcome.code() != code {
                continue;
            }
            let asked = given.or_else(|| self.input.ask_secret(prompt).map(String::into_bytes));
            let Some(secret) = asked else {
                self.painter.say(
                    Tone::Error,
                    &format!("the server asks for {what}, and none was given"),
                );
                return Exit::Usage;
            };
            outcome = match self.send_shown(verb, &secret) {
                Ok(outcome) => outcome,
                Err(exit) => return exit,
            };
        }
        self.finish_shown(&outcome)
    }

    /// Asks for the user, and offers the one that is known: Enter takes that one with what is known of it.
    fn ask_for_login(&mut self) -> Result<Option<Login>, Exit> {
        let offered = self.offered_login();
        let question = match &offered {
            Some(offered) => format!("user [{}]: ", escape(offered.user())),
            None => "user: ".to_owned(),
        };
        let Some(typed) = self.input.next_line(&question) else {
            return Err(self.refuse_login());
        };
        match offered {
            Some(offered) if typed.is_empty() => self.take(offered).map(Some),
            _ => self.with_secrets(typed).map(Some),
        }
    }

    /// The user of the target, else the one whom the `.netrc` names for the host. It is read here because a person
    /// asks for it.
    fn offered_login(&self) -> Option<OfferedLogin> {
        let target = self.connection.target.as_ref()?;
        let user = target.login.as_ref().map(|login| &login.user);
        let netrc = match self.credentials.netrc.read() {
            Ok(netrc) => Some(netrc),
            Err(error) => {
                if !error.is_missing_file() {
                    self.painter.say(Tone::Warning, &error.to_string());
                }
                None
            }
        };
        let entry = netrc.and_then(|netrc| {
            let entry = netrc.entry(&target.host, user.map(Vec::as_slice))?.clone();
            Some((netrc, entry))
        });
        match (entry, user) {
            (Some((netrc, entry)), _) => Some(OfferedLogin::Entry(netrc, entry)),
            (None, Some(user)) => Some(OfferedLogin::User(user.clone())),
            (None, None) => None,
        }
    }

    fn take(&mut self, offered: OfferedLogin) -> Result<Login, Exit> {
        match offered {
            OfferedLogin::User(user) => self.with_secrets(user),
            OfferedLogin::Entry(netrc, entry) => self.login_of_entry(&netrc, &entry),
        }
    }

    /// The login of the entry for this host; without one nobody logs in, and that is said in this tone.
    fn login_of_netrc(&mut self, host: &str, tone: Tone) -> Result<Option<Login>, Exit> {
        let netrc = self.read_netrc()?;
        match netrc.entry(host, None) {
            Some(entry) => self.login_of_entry(&netrc, entry).map(Some),
            None => {
                let host = escape(host.as_bytes());
                let text = format!("{} names no user for {host}", netrc.shown_path());
                self.painter.say(tone, &text);
                Ok(None)
            }
        }
    }

    fn login_of_entry(&mut self, netrc: &ReadNetrc, entry: &Entry) -> Result<Login, Exit> {
        let entry = self.guarded(netrc, entry)?;
        Ok(Login {
            user: entry.login.clone().unwrap_or_default(),
            password: entry.password.clone(),
            account: entry.account.clone(),
        })
    }

    /// This user, with what is known of its secrets without asking.
    fn with_secrets(&mut self, user: Vec<u8>) -> Result<Login, Exit> {
        if !self.settings.netrc {
            return Ok(Login::of(user));
        }
        let netrc = self.read_netrc()?;
        let host = self.host();
        match netrc.entry(&host, Some(&user)) {
            Some(entry) => self.login_of_entry(&netrc, entry),
            None => Ok(Login::of(user)),
        }
    }

    fn read_netrc(&self) -> Result<ReadNetrc, Exit> {
        self.credentials
            .netrc
            .read()
            .map_err(|error| self.painter.refuse(&error))
    }

    fn guarded<'a>(&self, netrc: &ReadNetrc, entry: &'a Entry) -> Result<&'a Entry, Exit> {
        let guarded = netrc.guarded(entry);
        guarded.map_err(|error: NetrcFileError| self.painter.refuse(&error))
    }

    /// The host of the target.
    fn host(&self) -> String {
        let target = self.connection.target.as_ref();
        target.map_or_else(String::new, |target| target.host.clone())
    }

    fn refuse_login(&self) -> Exit {
        let text =
            "usage: login USER [PASSWORD] (without USER, the .netrc is asked after `set netrc on`)";
        self.painter.refuse(&text)
    }
}

/// Who is offered where nobody was named.
enum OfferedLogin {
    User(Vec<u8>),
    Entry(ReadNetrc, Entry),
}

impl OfferedLogin {
    fn user(&self) -> &[u8] {
        match self {
            Self::User(user) => user,
            Self::Entry(_, entry) => entry.login.as_deref().unwrap_or_default(),
        }
    }
}
