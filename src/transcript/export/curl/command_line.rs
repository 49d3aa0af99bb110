//! One command line of curl, and who logs in for it.

use super::super::shell_words::{printf, url_path, word};
use crate::transcript::data::SentData;
use crate::transcript::dialogue::{DataContent, ExpectedExchange};
use crate::transcript::template::Template;

/// A command line, before it is put together.
pub(super) struct CommandLine {
    /// What writes the data that curl reads.
    pub(super) source: Option<String>,
    pub(super) options: Vec<String>,
    /// The file; `None` is the folder that one is in.
    pub(super) path: Option<Template>,
}

/// What every command line begins with.
pub(super) struct Login {
    pub(super) scheme: &'static str,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) options: Vec<String>,
}

/// How the data connection comes about.
#[derive(Clone, Copy)]
pub(super) enum Connection {
    Extended,
    Passive,
    Port,
    ExtendedPort,
}

impl CommandLine {
    pub(super) fn written(self, login: &Login) -> String {
        let mut words = vec!["curl -v --ftp-method nocwd".to_owned()];
        if let Some(user) = &login.user {
            let password = login.password.as_deref().unwrap_or_default();
            words.push(format!("-u {user}:{password}"));
        }
        words.extend(login.options.iter().cloned());
        words.extend(self.options);
        let path = self.path.as_ref().map(url_path).unwrap_or_default();
        words.push(format!("\"{}://${{FTP_HOST:?}}/{path}\"", login.scheme));
        let source = self
            .source
            .map_or(String::new(), |source| format!("{source} | "));
        format!("\n{source}{}\n", words.join(" \\\n  "))
    }

    /// Lets it send what the exchange sends.
    pub(super) fn upload(
        &mut self,
        exchange: &ExpectedExchange,
        resolve: impl Fn(&Template) -> Template,
    ) {
        let source = match exchange.data.as_ref().map(|data| &data.content) {
            Some(DataContent::Sent(SentData::File(file))) => {
                word(&resolve(&file.path)).unwrap_or_default()
            }
            Some(DataContent::Sent(SentData::Inline(octets))) => {
                self.source = Some(printf(&resolve(octets)));
                "-".to_owned()
            }
            _ => "/dev/null".to_owned(),
        };
        self.options.push(format!("-T {source}"));
    }
}

impl Connection {
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Self::Extended => &[],
            Self::Passive => &["--disable-epsv"],
            Self::Port => &["-P -", "--disable-eprt"],
            Self::ExtendedPort => &["-P -"],
        }
    }
}
