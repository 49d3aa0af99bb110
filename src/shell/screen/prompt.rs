//! The prompt: what is pending, and where one is. Only what the server has acknowledged is in it.
//!
//! ```text
//! ftp>                                    nothing is pending
//! ftp ⇄>                                  a data connection is open
//! ftps>                                   TLS protects the control connection
//! (REST 5) ftp ⇄>                         and the next transfer begins at byte 5
//! (RETR &) ftp>                           a transfer runs in the background
//! A@127.0.0.1:/pub ftp>                   with the parts that are off unless asked for
//! ```

use super::escape::{escape, with_seen_tabs};
use crate::client::{DataState, Status};
use crate::shell::charset::Charset;

/// Which parts the prompt has, if there is something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PromptParts {
    /// The host, as it was named.
    pub(crate) host: bool,
    /// The user who is logged in.
    pub(crate) user: bool,
    /// The working directory, as the last 257 said.
    pub(crate) directory: bool,
    /// `ftps` while TLS protects the control connection.
    pub(crate) tls: bool,
    /// `⇄` for an open data connection.
    pub(crate) data: bool,
    /// The marker of a REST that is pending.
    pub(crate) restart: bool,
    /// An RNFR that waits for its RNTO.
    pub(crate) rename: bool,
    /// The verb of a transfer in the background.
    pub(crate) background: bool,
}

impl Default for PromptParts {
    fn default() -> Self {
        Self {
            host: false,
            user: false,
            directory: false,
            tls: true,
            data: true,
            restart: true,
            rename: true,
            background: true,
        }
    }
}

/// The prompt of a session with this host; `None` where there is no connection.
pub(crate) fn prompt(
    connection: Option<(&str, &Status)>,
    parts: PromptParts,
    charset: Charset,
) -> String {
    let Some((host, status)) = connection.filter(|(_, status)| status.connected) else {
        return "(closed) ftp> ".to_owned();
    };
    let mut prompt = place(host, status, parts, charset);
    let marks = marks(status, parts);
    if !marks.is_empty() {
        prompt += &format!("({}) ", marks.join(", "));
    }
    let is_open = status.data == DataState::Open;
    let is_protected = status.control_tls.is_some();
    prompt += if is_protected && parts.tls {
        "ftps"
    } else {
        "ftp"
    };
    prompt += if is_open && parts.data {
        " ⇄> "
    } else {
        "> "
    };
    prompt
}

/// `user@host:directory `, as far as it is known and wanted.
fn place(host: &str, status: &Status, parts: PromptParts, charset: Charset) -> String {
    let mut place = String::new();
    let shows_user = parts.user && status.learnt.logged_in;
    if let Some(user) = status.learnt.user.as_ref().filter(|_| shows_user) {
        place += &shortened(&charset.escape(user));
    }
    if parts.host {
        let at = if place.is_empty() { "" } else { "@" };
        place += &format!("{at}{}", shortened(&escape(host.as_bytes())));
    }
    if let Some(directory) = status.learnt.directory.as_ref().filter(|_| parts.directory) {
        let colon = if place.is_empty() { "" } else { ":" };
        place += &format!(
            "{colon}{}",
            shortened(&with_seen_tabs(&charset.escape(directory)))
        );
    }
    if !place.is_empty() {
        place.push(' ');
    }
    place
}

/// What is pending, or goes on.
fn marks(status: &Status, parts: PromptParts) -> Vec<String> {
    let restart = status.learnt.pending_restart.filter(|_| parts.restart);
    let restart = restart.map(|marker| format!("REST {marker}"));
    let rename = (status.learnt.pending_rename && parts.rename).then(|| "RNFR".to_owned());
    let background = status.background.as_ref().filter(|_| parts.background);
    let background = background.map(|transfer| {
        let verb = transfer.command.verb();
        format!("{} &", escape(verb.as_bytes()))
    });
    let pending = restart.into_iter().chain(rename);
    pending.chain(background).collect()
}

/// The name, which is escaped, on one line; of a long one, its end.
fn shortened(name: &str) -> String {
    let shown = name.replace('\t', "\\x09");
    let length = shown.chars().count();
    if length <= MAX_CHARACTERS {
        return shown;
    }
    let end: String = shown.chars().skip(length - MAX_CHARACTERS + 1).collect();
    format!("…{end}")
}

const MAX_CHARACTERS: usize = 30;

#[cfg(test)]
mod tests {
    use super::{Charset, DataState, PromptParts, Status};
    use crate::protocol::parameters::RestartMarker;
    use crate::protocol::user_pi::Learnt;
    use crate::tls::{Secured, Trust};

    fn prompt(connection: Option<(&str, &Status)>, parts: PromptParts) -> String {
        super::prompt(connection, parts, Charset::default())
    }

    const ALL: PromptParts = PromptParts {
        host: true,
        user: true,
        directory: true,
        tls: true,
        data: true,
        restart: true,
        rename: true,
        background: true,
    };
    const NONE: PromptParts = PromptParts {
        host: false,
        user: false,
        directory: false,
        tls: false,
        data: false,
        restart: false,
        rename: false,
        background: false,
    };

    fn status(learnt: Learnt, open: bool) -> Status {
        Status {
            connected: true,
            lost: false,
            tls_failed: false,
            quit_answered: false,
            is_proxied: false,
            learnt,
            data: if open {
                DataState::Open
            } else {
                DataState::Closed
            },
            outstanding: Vec::new(),
            background: None,
            line_is_unfinished: false,
            control_tls: None,
            data_tls: None,
            abort_unanswered: false,
            has_lost_upload: false,
            last_answered: None,
        }
    }

    fn busy() -> Status {
        let learnt = Learnt {
            pending_restart: Some(RestartMarker(5)),
            pending_rename: true,
            directory: Some(b"/pub".to_vec()),
            user: Some(b"A".to_vec()),
            logged_in: true,
            ..Learnt::default()
        };
        status(learnt, true)
    }

    #[test]
    fn it_is_short_unless_something_is_pending() {
        let parts = PromptParts::default();
        let idle = status(Learnt::default(), false);
        assert_eq!(prompt(Some(("h", &idle)), parts), "ftp> ");
        assert_eq!(prompt(Some(("h", &idle)), ALL), "h ftp> ");
        assert_eq!(prompt(None, ALL), "(closed) ftp> ");
        let open = status(Learnt::default(), true);
        assert_eq!(prompt(Some(("h", &open)), parts), "ftp ⇄> ");
        assert_eq!(
            prompt(Some(("h", &busy())), parts),
            "(REST 5, RNFR) ftp ⇄> "
        );
    }

    #[test]
    fn each_part_can_be_switched_on_and_off() {
        let all = prompt(Some(("h", &busy())), ALL);
        assert_eq!(all, "A@h:/pub (REST 5, RNFR) ftp ⇄> ");
        for (parts, expected) in [
            (NONE, "ftp> "),
            (PromptParts { host: true, ..NONE }, "h ftp> "),
            (PromptParts { user: true, ..NONE }, "A ftp> "),
            (
                PromptParts {
                    directory: true,
                    ..NONE
                },
                "/pub ftp> ",
            ),
            (PromptParts { data: true, ..NONE }, "ftp ⇄> "),
            (
                PromptParts {
                    restart: true,
                    ..NONE
                },
                "(REST 5) ftp> ",
            ),
            (
                PromptParts {
                    rename: true,
                    ..NONE
                },
                "(RNFR) ftp> ",
            ),
        ] {
            assert_eq!(prompt(Some(("h", &busy())), parts), expected);
        }
    }

    #[test]
    fn tls_on_the_control_connection_makes_it_ftps() {
        let mut status = status(Learnt::default(), true);
        status.control_tls = Some(Secured {
            version: "TLS 1.3".to_owned(),
            cipher_suite: String::new(),
            group: None,
            signature: None,
            shown: None,
            name: None,
            resumed: false,
            chain: Vec::new(),
            trust: Trust::Verified,
        });
        let tls = PromptParts { tls: true, ..NONE };
        assert_eq!(prompt(Some(("h", &status)), tls), "ftps> ");
        assert_eq!(prompt(Some(("h", &status)), NONE), "ftp> ");
        let parts = PromptParts::default();
        assert_eq!(prompt(Some(("h", &status)), parts), "ftps ⇄> ");
    }

    #[test]
    fn a_transfer_in_the_background_is_named() {
        let mut status = status(Learnt::default(), false);
        status.background = Some(crate::client::BackgroundTransfer {
            command: crate::protocol::Command::new("retr big").unwrap(),
            progress: None,
        });
        let shown = |parts| prompt(Some(("h", &status)), parts);
        assert_eq!(shown(PromptParts::default()), "(RETR &) ftp> ");
        assert_eq!(shown(NONE), "ftp> ");
    }

    #[test]
    fn a_hostile_or_long_directory_does_no_harm() {
        let learnt = Learnt {
            directory: Some(b"/\x1b[2J\n".to_vec()),
            ..Learnt::default()
        };
        let shown = prompt(Some(("h", &status(learnt, false))), ALL);
        assert_eq!(shown, "h:/\\x1b[2J\\x0a ftp> ");
        let learnt = Learnt {
            directory: Some(format!("/{}/end", "x".repeat(500)).into_bytes()),
            ..Learnt::default()
        };
        let shown = prompt(Some(("h", &status(learnt, false))), ALL);
        assert!(shown.starts_with("h:…xx") && shown.ends_with("xx/end ftp> "));
        assert_eq!(shown.chars().count(), 2 + 30 + 6);
    }
}
