//! Who logs in, and where the password comes from.

use std::process::Stdio;

use super::shell::Shell;
use crate::shell::config::netrc_file::{NetrcFile, ReadNetrc};
use crate::shell::config::target::{Target, UrlLogin};
use crate::shell::exit::Exit;
use crate::shell::local::password_command::run_for_password;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;

/// Where users and passwords are that nobody has typed.
pub(crate) struct Credentials {
    netrc: NetrcFile,
    command: Option<String>,
    /// Whom the command prints a password for: no other server is told it, and no other user gets it.
    served: Option<Served>,
    /// As the URL of the session says, if it does.
    of_url: Option<UrlLogin>,
}

/// A server, and the user there if the target names one.
struct Served {
    host: String,
    port: u16,
    user: Option<Vec<u8>>,
}

/// A user, and the secrets that are known already. It has no debug print.
pub(crate) struct Login {
    pub(crate) user: Vec<u8>,
    pub(crate) password: Option<Vec<u8>>,
    account: Option<Vec<u8>>,
}

impl Credentials {
    /// Nothing is read or run yet. The command is the one of `--password-command`.
    pub(crate) fn new(netrc: NetrcFile, command: Option<String>) -> Self {
        Self {
            netrc,
            command,
            served: None,
            of_url: None,
        }
    }

    /// The login of the URL that is opened, until its session ends.
    pub(super) fn keep_login_of_url(&mut self, login: Option<UrlLogin>) {
        self.of_url = login;
    }

    /// The command of the command line belongs to the first server that is opened, and to the user who is named with it.
    pub(crate) fn serve_first(&mut self, target: &Target) {
        self.served.get_or_insert_with(|| Served {
            host: target.host.clone(),
            port: target.port,
            user: target.login.as_ref().map(|login| login.user.clone()),
        });
    }

    /// Where nobody is named, it belongs to the user who asks first.
    fn command_for(&mut self, target: &Target, user: &[u8]) -> Option<&String> {
        let served = self.served.as_mut()?;
        let is_served = (&served.host, served.port) == (&target.host, target.port)
            && served.user.get_or_insert_with(|| user.to_owned()) == user;
        self.command.as_ref().filter(|_| is_served)
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
            Some(UrlLogin { user, .. }) => self.with_known_secrets(user.clone()).map(Some),
            None if self.settings.netrc => self.login_of_netrc(&target.host, Tone::Note),
            None => Ok(None),
        }
    }

    /// Who logs in for an examination, whose password may be in the environment: that is asked before a file is read or a
    /// command is run, and the `.netrc` before the command.
    ///
    /// # Errors
    ///
    /// What is wrong was said, and nothing is to be sent.
    pub(crate) fn login_to_examine(
        &mut self,
        target: &Target,
        from_environment: Option<Vec<u8>>,
    ) -> Result<Option<Login>, Exit> {
        let given = target.login.as_ref();
        if given.is_some_and(|login| login.password.is_some()) {
            return self.login_for(target);
        }
        let is_read = self.settings.netrc && (given.is_none() || from_environment.is_none());
        let netrc = is_read.then(|| self.read_netrc()).transpose()?;
        let user = match (given, &netrc) {
            (Some(login), _) => Some(login.user.clone()),
            (None, Some(netrc)) => self.user_of_netrc(netrc, &target.host, Tone::Note),
            (None, None) => None,
        };
        let Some(user) = user else {
            return Ok(None);
        };
        let mut login = Login::of(user);
        login.password = from_environment;
        if login.password.is_none() {
            self.take_secrets_of_netrc(&mut login, netrc.as_ref())?;
        }
        if login.password.is_none()
            && let Some(command) = self.password_command(&login.user)
        {
            login.password = Some(self.run_password_command(&command)?);
        }
        Ok(Some(login))
    }

    /// `login [USER [PASSWORD]]`.
    pub(crate) fn login(&mut self, user: Option<String>, password: Option<String>) -> Exit {
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        let login = match (user, password) {
            (Some(user), Some(password)) => self.typed_login(&user, &password).map(Some),
            (Some(user), None) => {
                let login = self.with_known_secrets(user.into_bytes());
                login
                    .and_then(|login| self.with_typed_user(login))
                    .map(Some)
            }
            (None, _) if self.is_interactive() => self.ask_for_login(),
            (None, _) if self.settings.netrc => {
                let host = self.host();
                self.login_of_netrc(&host, Tone::Error)
            }
            (None, _) => Err(self.painter.refuse(
                &"usage: login USER [PASSWORD] (without USER, the .netrc is asked after `set netrc on`)",
            )),
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
            let asked = match given {
                Some(given) => Some(given),
                None => match self.ask_secret(prompt) {
                    Ok(typed) => typed,
                    Err(exit) => return exit,
                },
            };
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
        let exit = self.finish_shown(&outcome);
        if exit == Exit::Done && outcome.code() >= 300 {
            let text = format!("{} ends no login: nobody is logged in", outcome.code());
            self.painter.say(Tone::Error, &text);
            return Exit::Refused;
        }
        exit
    }

    /// Asks for the user, and offers the one that is known: Enter takes that one with what is known of it.
    fn ask_for_login(&mut self) -> Result<Option<Login>, Exit> {
        let netrc = self.netrc_to_offer();
        let offered = self.user_to_offer(netrc.as_ref());
        let question = match &offered {
            Some(user) => format!("user [{}]: ", escape(user)),
            None => "user: ".to_owned(),
        };
        let Some(typed) = self.input.next_line(&question) else {
            return Ok(None);
        };
        match offered {
            Some(user) if typed.is_empty() => self.with_secrets(user, netrc.as_ref()),
            _ => {
                let login = self.with_known_secrets(typed);
                login.and_then(|login| self.with_typed_user(login))
            }
        }
        .map(Some)
    }

    /// What is typed is encoded as the server wants it; what a file or a URL says is sent as it is there.
    fn typed_login(&self, user: &str, password: &str) -> Result<Login, Exit> {
        let password = self.encode_secret(password)?;
        let login = self.with_typed_user(Login::of(user.as_bytes().to_vec()))?;
        Ok(Login {
            password: Some(password),
            ..login
        })
    }

    fn with_typed_user(&self, login: Login) -> Result<Login, Exit> {
        let spelling = self.settings.spelling().of_words();
        let user = spelling.argument(&login.user);
        let user = user.map_err(|error| self.painter.refuse(&error))?;
        Ok(Login { user, ..login })
    }

    fn encode_secret(&self, typed: &str) -> Result<Vec<u8>, Exit> {
        let spelling = self.settings.spelling().of_words();
        let secret = spelling.secret(typed.as_bytes());
        secret.map_err(|error| self.painter.refuse(&error))
    }

    /// The password of this user at the server of the session, where it is known without asking.
    pub(crate) fn known_password(&mut self, user: &[u8]) -> Result<Option<Vec<u8>>, Exit> {
        let of_url = self.credentials.of_url.as_ref();
        let of_url = of_url.filter(|login| login.user == user);
        match of_url.and_then(|login| login.password.clone()) {
            Some(password) => Ok(Some(password)),
            None => Ok(self.with_known_secrets(user.to_vec())?.password),
        }
    }

    pub(crate) fn ask_secret(&mut self, prompt: &str) -> Result<Option<Vec<u8>>, Exit> {
        let typed = self.input.ask_secret(prompt);
        typed.map(|typed| self.encode_secret(&typed)).transpose()
    }

    /// The `.netrc`, which is read because a person asks for it; one that is not there offers nothing.
    fn netrc_to_offer(&self) -> Option<ReadNetrc> {
        match self.credentials.netrc.read() {
            Ok(netrc) => Some(netrc),
            Err(error) => {
                if !error.is_missing_file() {
                    self.painter.say(Tone::Warning, &error.to_string());
                }
                None
            }
        }
    }

    /// The user of the target, else the one whom the `.netrc` names for the host.
    fn user_to_offer(&self, netrc: Option<&ReadNetrc>) -> Option<Vec<u8>> {
        let target = self.connection.target.as_ref()?;
        if let Some(login) = &target.login {
            return Some(login.user.clone());
        }
        netrc?.entry(&target.host, None)?.login.clone()
    }

    /// The login of the entry for this host; without one nobody logs in, and that is said in this tone.
    fn login_of_netrc(&mut self, host: &str, tone: Tone) -> Result<Option<Login>, Exit> {
        let netrc = self.read_netrc()?;
        match self.user_of_netrc(&netrc, host, tone) {
            Some(user) => self.with_secrets(user, Some(&netrc)).map(Some),
            None => Ok(None),
        }
    }

    fn user_of_netrc(&self, netrc: &ReadNetrc, host: &str, tone: Tone) -> Option<Vec<u8>> {
        let entry = netrc.entry(host, None);
        let user = entry.and_then(|entry| entry.login.clone());
        if user.is_none() {
            let host = escape(host.as_bytes());
            let text = format!("{} names no user for {host}", netrc.shown_path());
            self.painter.say(tone, &text);
        }
        user
    }

    /// This user, with what is known of its secrets without asking.
    fn with_known_secrets(&mut self, user: Vec<u8>) -> Result<Login, Exit> {
        let netrc = if self.settings.netrc {
            Some(self.read_netrc()?)
        } else {
            None
        };
        self.with_secrets(user, netrc.as_ref())
    }

    /// The same with this file. A password command is stronger: somebody wrote it for this server.
    fn with_secrets(&mut self, user: Vec<u8>, netrc: Option<&ReadNetrc>) -> Result<Login, Exit> {
        let mut login = Login::of(user);
        if let Some(command) = self.password_command(&login.user) {
            login.password = Some(self.run_password_command(&command)?);
            return Ok(login);
        }
        self.take_secrets_of_netrc(&mut login, netrc)?;
        Ok(login)
    }

    fn take_secrets_of_netrc(
        &self,
        login: &mut Login,
        netrc: Option<&ReadNetrc>,
    ) -> Result<(), Exit> {
        let host = self.host();
        let entry = netrc.and_then(|netrc| Some((netrc, netrc.entry(&host, Some(&login.user))?)));
        if let Some((netrc, entry)) = entry {
            let guarded = netrc.guarded(entry);
            let entry = guarded.map_err(|error| self.painter.refuse(&error))?;
            login.password = entry.password.clone();
            login.account = entry.account.clone();
        }
        Ok(())
    }

    /// The command that prints this user's password: that of the command line, else that of the host. Where the target
    /// names a user it is for that one, and else for whoever logs in.
    fn password_command(&mut self, user: &[u8]) -> Option<String> {
        let target = self.connection.target.as_ref()?;
        let names_another = |login: &UrlLogin| login.user != user;
        if target.login.as_ref().is_some_and(names_another) {
            return None;
        }
        let host = self.hosts.entered();
        let given = self.credentials.command_for(target, user);
        let command = given.or_else(|| host?.password_command.as_ref());
        command.cloned()
    }

    fn run_password_command(&mut self, command: &str) -> Result<Vec<u8>, Exit> {
        let input = if self.is_interactive() {
            Stdio::inherit()
        } else {
            // The lines of a script are not for it.
            Stdio::null()
        };
        let printed = self.lend_terminal(|shell| {
            let is_interrupted = || shell.interrupts.is_pressed();
            run_for_password(command, input, shell.silence_limit, &is_interrupted)
        });
        printed.map_err(|error| {
            let text = format!("{error}. Nothing was sent");
            let exit = self.painter.refuse(&text);
            if self.interrupts.take() {
                return Exit::Interrupted;
            }
            exit
        })
    }

    fn read_netrc(&self) -> Result<ReadNetrc, Exit> {
        self.credentials
            .netrc
            .read()
            .map_err(|error| self.painter.refuse(&error))
    }

    /// The host of the target.
    fn host(&self) -> String {
        let target = self.connection.target.as_ref();
        target.map_or_else(String::new, |target| target.host.clone())
    }
}
