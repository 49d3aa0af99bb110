//! Checks that a dialogue cannot do: they measure, compare, or look at TLS.

mod attacks;
mod book;
mod clocks;
mod data;
mod greeting;
mod listings;
mod resuming;
mod speed;
mod tls;
mod transfers;
mod writing;

use crate::doctor::check::{Check, Judged};
use crate::doctor::clinic::{Access, Clinic};

/// What a check came to, and the dialogue that shows it where there is one.
pub(super) struct Examined {
    pub(super) judged: Judged,
    pub(super) transcript: Option<String>,
}

impl From<Judged> for Examined {
    fn from(judged: Judged) -> Self {
        Self {
            judged,
            transcript: None,
        }
    }
}

/// What a check needs before it can be made.
enum Need {
    /// Nothing: it looks at what the first connection came to.
    Meeting(fn(&mut Clinic<'_>) -> Judged),
    /// Nothing: it opens what it needs, or looks at what is known.
    Nothing(fn(&mut Clinic<'_>) -> Judged),
    /// A connection, which stays usable.
    Connection(fn(&mut Clinic<'_>, &Access) -> Judged),
    /// The same, and it writes its dialogue.
    Dialogue(fn(&mut Clinic<'_>, &Check, &Access) -> Examined),
    /// The whole run.
    Run(fn(&mut Clinic<'_>) -> Judged),
}

const CHECKS: &[(&str, Need)] = &[
    ("greeting-time", Need::Meeting(greeting::time)),
    ("greeting-protocol", Need::Meeting(greeting::protocol)),
    ("banner-version", Need::Meeting(greeting::version)),
    ("anonymous", Need::Nothing(greeting::anonymous)),
    ("login", Need::Nothing(greeting::login)),
    ("tls-offered", Need::Run(tls::offered)),
    ("tls-versions", Need::Meeting(tls::versions)),
    ("tls-old-versions", Need::Nothing(tls::old_versions)),
    ("tls-certificate", Need::Meeting(tls::certificate)),
    ("tls-implicit", Need::Nothing(tls::implicit)),
    ("clear-login", Need::Nothing(tls::clear_login)),
    ("line-handling", Need::Connection(book::line_handling)),
    ("pasv-address", Need::Nothing(data::pasv_address)),
    ("pasv-dial", Need::Nothing(data::pasv_dial)),
    ("epsv", Need::Nothing(data::epsv)),
    ("active", Need::Nothing(data::active)),
    ("pasv-under-tls", Need::Nothing(data::pasv_under_tls)),
    ("pasv-sequence", Need::Connection(data::pasv_sequence)),
    ("clear-data", Need::Connection(tls::clear_data)),
    ("tls-session-reuse", Need::Nothing(tls::session_reuse)),
    ("tls-reuse-lasts", Need::Nothing(tls::reuse_lasts)),
    (
        "close-notify-download",
        Need::Connection(tls::close_notify_download),
    ),
    ("data-certificate", Need::Connection(tls::data_certificate)),
    ("feat-truth", Need::Connection(book::feat_truth)),
    ("reply-codes", Need::Run(book::reply_codes)),
    ("reply-form", Need::Run(book::reply_form)),
    ("size-in-ascii", Need::Connection(transfers::size_in_ascii)),
    ("size-truth", Need::Connection(transfers::size_truth)),
    ("abor-transfer", Need::Connection(transfers::abor_transfer)),
    (
        "during-transfer",
        Need::Connection(transfers::during_transfer),
    ),
    ("rest-download", Need::Dialogue(resuming::rest_download)),
    ("list-options", Need::Connection(listings::options)),
    ("list-form", Need::Connection(listings::form)),
    ("list-names", Need::Connection(listings::names)),
    ("list-clock", Need::Connection(clocks::list_clock)),
    ("round-trip", Need::Connection(speed::round_trip)),
    ("login-time", Need::Nothing(speed::login_time)),
    (
        "final-reply-delay",
        Need::Connection(speed::final_reply_delay),
    ),
    ("throughput", Need::Connection(speed::throughput)),
    (
        "close-notify-upload",
        Need::Nothing(writing::close_notify_upload),
    ),
    ("names", Need::Connection(writing::names)),
    ("stou", Need::Nothing(writing::stou)),
    ("cut-upload", Need::Connection(writing::cut_upload)),
    ("auth-injection", Need::Nothing(attacks::auth_injection)),
    ("long-line", Need::Nothing(attacks::long_line)),
];

/// The ids of all checks that are code.
#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(id, _)| *id)
}

pub(super) fn is_coded(id: &str) -> bool {
    need(id).is_some()
}

/// It looks at what the whole run has heard.
pub(super) fn runs_at_end(id: &str) -> bool {
    matches!(need(id), Some(Need::Run(_)))
}

/// What it looks at was said on the first connection.
pub(super) fn is_of_meeting(id: &str) -> bool {
    id == "tls-offered" || matches!(need(id), Some(Need::Meeting(_)))
}

/// What is odd in the replies there comes of what it does.
pub(super) fn provokes(id: &str) -> bool {
    matches!(
        id,
        "abor-transfer"
            | "line-handling"
            | "long-line"
            | "auth-injection"
            | "cut-upload"
            | "close-notify-upload"
    )
}

/// It tells of replies that come too often, or too late.
pub(super) fn expects_surplus(id: &str) -> bool {
    matches!(id, "abor-idle" | "during-transfer") || provokes(id)
}

/// It can be made where nobody is let in.
pub(super) fn needs_greeting_alone(id: &str) -> bool {
    matches!(
        id,
        "greeting-time" | "greeting-protocol" | "banner-version" | "tls-implicit"
    )
}

/// Makes the check.
pub(super) fn examine(clinic: &mut Clinic<'_>, check: &Check, shared: Option<&Access>) -> Examined {
    let open = shared.filter(|access| access.talk.is_open());
    match (need(&check.id), open) {
        (Some(Need::Meeting(examine) | Need::Nothing(examine) | Need::Run(examine)), _) => {
            examine(clinic).into()
        }
        (Some(Need::Connection(examine)), Some(access)) => examine(clinic, access).into(),
        (Some(Need::Dialogue(examine)), Some(access)) => examine(clinic, check, access),
        (Some(_), None) => Judged::skipped(super::clinic::NO_CONNECTION).into(),
        (None, _) => Judged::skipped("this program does not know how").into(),
    }
}

fn need(id: &str) -> Option<&'static Need> {
    let mut checks = CHECKS.iter();
    checks.find(|(other, _)| *other == id).map(|(_, need)| need)
}

pub(super) const NO_FILE: &str = "the folder of the login has no file of at most 1 MiB";
