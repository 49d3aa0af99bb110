//! Every check of this program, in the order in which they run.

use super::check::Check;

/// The checks that are built in.
///
/// # Panics
///
/// If one of them cannot be read, which a test rules out.
#[must_use]
pub fn built_in() -> Vec<Check> {
    let texts = TEXTS.iter();
    texts
        .map(|text| Check::read(text).expect("a test reads each of them"))
        .collect()
}

/// The files, in the order in which they are played.
const TEXTS: [&str; 61] = [
    include_str!("../checks/greeting-time.ftp"),
    include_str!("../checks/greeting-protocol.ftp"),
    include_str!("../checks/banner-version.ftp"),
    include_str!("../checks/tls-offered.ftp"),
    include_str!("../checks/tls-versions.ftp"),
    include_str!("../checks/tls-old-versions.ftp"),
    include_str!("../checks/tls-certificate.ftp"),
    include_str!("../checks/tls-implicit.ftp"),
    include_str!("../checks/clear-login.ftp"),
    include_str!("../checks/anonymous.ftp"),
    include_str!("../checks/login.ftp"),
    include_str!("../checks/line-handling.ftp"),
    include_str!("../checks/login-state.ftp"),
    include_str!("../checks/user-enumeration.ftp"),
    include_str!("../checks/quit.ftp"),
    include_str!("../checks/pasv-address.ftp"),
    include_str!("../checks/pasv-dial.ftp"),
    include_str!("../checks/epsv.ftp"),
    include_str!("../checks/active.ftp"),
    include_str!("../checks/pasv-under-tls.ftp"),
    include_str!("../checks/clear-data.ftp"),
    include_str!("../checks/tls-session-reuse.ftp"),
    include_str!("../checks/tls-reuse-lasts.ftp"),
    include_str!("../checks/close-notify-download.ftp"),
    include_str!("../checks/data-certificate.ftp"),
    include_str!("../checks/unknown-verbs.ftp"),
    include_str!("../checks/minimum.ftp"),
    include_str!("../checks/syst.ftp"),
    include_str!("../checks/mlst-facts.ftp"),
    include_str!("../checks/mdtm-utc.ftp"),
    include_str!("../checks/abor-idle.ftp"),
    include_str!("../checks/feat-truth.ftp"),
    include_str!("../checks/size-truth.ftp"),
    include_str!("../checks/size-in-ascii.ftp"),
    include_str!("../checks/rest-download.ftp"),
    include_str!("../checks/abor-transfer.ftp"),
    include_str!("../checks/during-transfer.ftp"),
    include_str!("../checks/list-options.ftp"),
    include_str!("../checks/list-form.ftp"),
    include_str!("../checks/list-names.ftp"),
    include_str!("../checks/list-clock.ftp"),
    include_str!("../checks/round-trip.ftp"),
    include_str!("../checks/login-time.ftp"),
    include_str!("../checks/final-reply-delay.ftp"),
    include_str!("../checks/throughput.ftp"),
    include_str!("../checks/pasv-sequence.ftp"),
    include_str!("../checks/port-privileged.ftp"),
    include_str!("../checks/appe.ftp"),
    include_str!("../checks/rest-upload.ftp"),
    include_str!("../checks/cut-upload.ftp"),
    include_str!("../checks/ascii-conversion.ftp"),
    include_str!("../checks/empty-upload.ftp"),
    include_str!("../checks/mfmt.ftp"),
    include_str!("../checks/names.ftp"),
    include_str!("../checks/stou.ftp"),
    include_str!("../checks/close-notify-upload.ftp"),
    include_str!("../checks/auth-injection.ftp"),
    include_str!("../checks/bounce.ftp"),
    include_str!("../checks/long-line.ftp"),
    include_str!("../checks/reply-codes.ftp"),
    include_str!("../checks/reply-form.ftp"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::TEXTS;
    use crate::doctor::check::Check;
    use crate::doctor::coded;

    #[test]
    fn every_check_can_be_read_and_is_either_a_dialogue_or_code() {
        for text in TEXTS {
            let check = Check::read(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
            assert_ne!(
                check.is_dialogue(),
                coded::is_coded(&check.id),
                "{}",
                check.id
            );
            assert!(
                !check.why.is_empty() && !check.who.is_empty(),
                "{}",
                check.id
            );
        }
    }

    #[test]
    fn every_file_and_every_code_is_in_the_list_once() {
        let listed: Vec<String> = TEXTS
            .iter()
            .map(|text| Check::read(text).unwrap().id)
            .collect();
        let ids: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        assert_eq!(ids.len(), listed.len());
        for id in coded::ids() {
            assert!(ids.contains(id), "{id} has no file");
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks");
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                ids.contains(name.trim_end_matches(".ftp")),
                "{name} is not in the list"
            );
        }
    }
}
