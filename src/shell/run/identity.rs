//! The client certificate of `set tls-cert` and `set tls-key`: read, and its key opened, when TLS is about to begin.

use std::io;
use std::path::{Path, PathBuf};

use super::shell::Shell;
use crate::shell::config::settings::Settings;
use crate::shell::editor::Typed;
use crate::shell::exit::Exit;
use crate::shell::line::expand_home;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;
use crate::tls::{ClientIdentity, ClientKey, IdentityError};

/// The environment variable with the passphrase of the key. No local command gets it.
pub(crate) const PASSPHRASE_VARIABLE: &str = "FTPSH_KEY_PASSWORD";

/// A certificate with an open key, and the settings that it was read for.
#[derive(Clone, Debug)]
pub(crate) struct LoadedIdentity {
    certificate: String,
    key: Option<String>,
    pub(crate) identity: ClientIdentity,
}

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("{}: {reason}", shown(path))]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{}: {reason}", shown(path))]
    Unfit {
        path: PathBuf,
        reason: IdentityError,
    },
    #[error(
        "{}: the passphrase in {PASSPHRASE_VARIABLE} does not open its private key",
        shown(path)
    )]
    WrongVariable { path: PathBuf },
    #[error("the passphrase in {PASSPHRASE_VARIABLE} is not UTF-8, so it cannot be used")]
    VariableNotText,
    #[error(
        "{}: its private key is encrypted, and there is nobody to ask: put the passphrase into the environment, as \
         {PASSPHRASE_VARIABLE}",
        shown(path)
    )]
    NobodyToAsk { path: PathBuf },
    #[error(
        "{}: its private key is encrypted, and no passphrase was given",
        shown(path)
    )]
    NoPassphrase { path: PathBuf },
    #[error(
        "{}: there is no private key in it: --key FILE (`set tls-key FILE`) names the one that belongs to it",
        shown(path)
    )]
    KeyElsewhere { path: PathBuf },
    #[error(
        "{}: the private key does not belong to the first certificate in {}, which is the one that is shown",
        shown(key),
        shown(certificate)
    )]
    OtherKey { key: PathBuf, certificate: PathBuf },
    #[error("there is a key without a certificate: `set tls-cert FILE` or --cert FILE names that")]
    NoCertificate,
}

impl LoadedIdentity {
    /// Whether it is what the settings name now.
    pub(super) fn is_of(&self, settings: &Settings) -> bool {
        settings.tls_cert.as_ref() == Some(&self.certificate) && self.key == settings.tls_key
    }
}

impl Shell {
    /// To be called before TLS begins: the client certificate is read, if the settings name one.
    ///
    /// # Errors
    ///
    /// The exit code, once it was said what is wrong.
    pub(crate) fn prepare_tls(&mut self) -> Result<(), Exit> {
        let is_loaded = |it: &LoadedIdentity| it.is_of(&self.settings);
        if self.certificates.identity.as_ref().is_some_and(is_loaded) {
            return Ok(());
        }
        self.certificates.identity = match self.load_identity() {
            Ok(identity) => identity,
            Err(error) => return Err(self.refuse_tls(&error.to_string())),
        };
        if let Some(session) = self.connection.session() {
            session.configure(self.session_settings());
        }
        Ok(())
    }

    /// Going on without TLS could bring a password into the clear, so this ends a script.
    fn refuse_tls(&self, reason: &str) -> Exit {
        let text = format!("{reason}. TLS was not begun");
        self.painter.say(Tone::Error, &text);
        Exit::Tls
    }

    fn load_identity(&mut self) -> Result<Option<LoadedIdentity>, Unusable> {
        let key = self.settings.tls_key.clone();
        let Some(certificate) = self.settings.tls_cert.clone() else {
            return key.map_or(Ok(None), |_| Err(Unusable::NoCertificate));
        };
        let home = self.home.clone();
        let path_of = |text: &str| expand_home(Path::new(text), home.as_deref());
        let certificate_path = path_of(&certificate);
        let key_path = path_of(key.as_ref().unwrap_or(&certificate));
        let chain = read(&certificate_path)?;
        let sealed = ClientKey::from_pem(&read(&key_path)?).map_err(|reason| match reason {
            IdentityError::NoKey if key.is_none() => Unusable::KeyElsewhere {
                path: key_path.clone(),
            },
            reason => unfit(&key_path, reason),
        })?;
        let opened = self.open_key(&sealed, &key_path)?;
        let identity = ClientIdentity::new(&chain, &opened).map_err(|reason| match reason {
            IdentityError::NoCertificate
            | IdentityError::NotPem
            | IdentityError::OldVersion(_)
            | IdentityError::UnreadableCertificate => unfit(&certificate_path, reason),
            IdentityError::OtherKey if key.is_some() => Unusable::OtherKey {
                key: key_path.clone(),
                certificate: certificate_path.clone(),
            },
            _ => unfit(&key_path, reason),
        })?;
        Ok(Some(LoadedIdentity {
            certificate,
            key,
            identity,
        }))
    }

    /// With the passphrase from the environment, or else that of the person at the terminal.
    fn open_key(&mut self, key: &ClientKey, path: &Path) -> Result<ClientKey, Unusable> {
        let path = path.to_owned();
        if !key.is_encrypted() {
            return key.decrypt("").map_err(|reason| unfit(&path, reason));
        }
        if let Some(passphrase) = std::env::var_os(PASSPHRASE_VARIABLE) {
            let passphrase = passphrase.into_string();
            let passphrase = passphrase.map_err(|_| Unusable::VariableNotText)?;
            return key.decrypt(&passphrase).map_err(|reason| match reason {
                IdentityError::WrongPassphrase => Unusable::WrongVariable { path },
                reason => Unusable::Unfit { path, reason },
            });
        }
        if !self.is_interactive() {
            return Err(Unusable::NobodyToAsk { path });
        }
        let prompt = format!("passphrase of {}: ", shown(&path));
        for _ in 1..PASSPHRASES {
            match self.open_with_typed(key, &prompt, &path) {
                Err(Unusable::Unfit {
                    reason: reason @ IdentityError::WrongPassphrase,
                    ..
                }) => self.painter.say(Tone::Error, &reason.to_string()),
                opened => return opened,
            }
        }
        self.open_with_typed(key, &prompt, &path)
    }

    fn open_with_typed(
        &mut self,
        key: &ClientKey,
        prompt: &str,
        path: &Path,
    ) -> Result<ClientKey, Unusable> {
        match self.input.ask_passphrase(prompt) {
            Typed::Line(passphrase) | Typed::LastText(passphrase) => key
                .decrypt(&passphrase)
                .map_err(|reason| unfit(path, reason)),
            Typed::End | Typed::Interrupt | Typed::NotText => Err(Unusable::NoPassphrase {
                path: path.to_owned(),
            }),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Unusable> {
    std::fs::read(path).map_err(|reason| Unusable::Unreadable {
        path: path.to_owned(),
        reason,
    })
}

fn unfit(path: &Path, reason: IdentityError) -> Unusable {
    Unusable::Unfit {
        path: path.to_owned(),
        reason,
    }
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// How often a person may try.
const PASSPHRASES: usize = 3;
