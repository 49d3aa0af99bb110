//! What is written on the server, and how it is removed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::tls::no_tls;
use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::report::{Protection, Remains, Verdict};
use crate::doctor::stop::Stop;
use crate::doctor::talk::Talk;

impl Clinic<'_> {
    /// Makes the folder that everything goes into.
    pub(in crate::doctor) fn make_folder(&mut self, talk: &Talk) -> Result<(), String> {
        let name = format!("ftpsh-doctor-{}", unlikely_letters());
        let answer = talk.send(&format!("MKD {name}"));
        if answer.code() != 257 {
            return Err(format!(
                "no folder could be made: MKD: {}",
                answer.first_line()
            ));
        }
        self.facts.values.insert("folder".to_owned(), name.clone());
        self.facts.folder = Some(name);
        Ok(())
    }

    /// Removes the folder and what is in it, even if the run was ended; what stays is told.
    pub(in crate::doctor) fn remove_folder(&mut self) {
        let Some(folder) = self.facts.folder.clone() else {
            return;
        };
        (self.progress)("removing the folder");
        let cleaning = Stop::default();
        // Without a thread for it, the limits of the replies are all that ends it.
        let time = cleaning.after(CLEANING_LIMIT);
        self.cleaning = Some(cleaning);
        let removed = match self.log_in_again() {
            Ok(access) => {
                let removed = self.empty_and_remove(&access.talk, &folder);
                access.talk.end();
                removed
            }
            Err(because) => Err(vec![Remains {
                path: folder.clone(),
                command: format!("RMD {folder}"),
                because,
            }]),
        };
        self.cleaning = None;
        drop(time);
        if let Err(remains) = removed {
            self.left_behind.extend(remains);
        }
    }

    fn empty_and_remove(&self, talk: &Talk, folder: &str) -> Result<(), Vec<Remains>> {
        let mut remains = Vec::new();
        let entered = talk.send(&format!("CWD {folder}"));
        if entered.is_positive() {
            let listed = self.fetch(talk, "NLST").map(|(_, listed)| listed);
            let listed = listed.unwrap_or_default();
            for line in listed.split(|byte| *byte == b'\n') {
                let name = line.strip_suffix(b"\r").unwrap_or(line);
                if name.is_empty() || name == b"." || name == b".." {
                    continue;
                }
                let answer = talk.send_bytes_line(&[b"DELE ", name].concat());
                if !answer.is_positive() {
                    let name = String::from_utf8_lossy(name);
                    remains.push(Remains {
                        path: format!("{folder}/{name}"),
                        command: format!("DELE {folder}/{name}"),
                        because: answer.first_line(),
                    });
                }
            }
            let _ = talk.send("CDUP");
        }
        let answer = talk.send(&format!("RMD {folder}"));
        if !answer.is_positive() {
            remains.push(Remains {
                path: folder.to_owned(),
                command: format!("RMD {folder}"),
                because: answer.first_line(),
            });
        }
        match remains.is_empty() {
            true => Ok(()),
            false => Err(remains),
        }
    }

    fn path(&self, name: &str) -> String {
        let folder = self.facts.folder.as_deref().unwrap_or_default();
        format!("{folder}/{name}")
    }
}

/// An upload that ends without close_notify must not be taken for a whole file (RFC 4217 section 12.7).
pub(super) fn close_notify_upload(clinic: &mut Clinic<'_>) -> Judged {
    let Some(protection) = clinic
        .facts
        .logged_in_over
        .filter(|it| *it != Protection::Clear)
    else {
        return Judged::skipped(no_tls(clinic));
    };
    let access = match clinic.log_in_with(protection, |settings| settings.tls.close_notify = false)
    {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let judged = match clinic.open_data(&access.talk) {
        Err(because) => Judged::skipped(because),
        Ok(()) => {
            let line = format!("STOR {}", clinic.path("no-close-notify"));
            let answer = access.talk.store(&line, b"the beginning only");
            match answer.code() {
                226 | 250 => Judged::of(
                    Verdict::Warn,
                    "an upload that ends without close_notify is taken for a whole one",
                    answer.first_line(),
                ),
                0 | 421 => Judged::unknown(answer.first_line()),
                _ => Judged::ok(answer.first_line()),
            }
        }
    };
    access.talk.end();
    judged
}

/// Names that clients send, each in the listing as it was sent.
pub(super) fn names(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let long = "n".repeat(255);
    let all = [
        ("a blank", "a b"),
        ("- in front", "-x"),
        ("quotes", "q\"q"),
        ("UTF-8", "\u{fc}"),
        ("UTF-8 in pieces", "u\u{308}"),
        ("255 bytes", long.as_str()),
    ];
    let mut wrong = Vec::new();
    for (what, name) in all {
        if let Err(because) = store(clinic, &access.talk, name) {
            if !access.talk.is_open() {
                return Judged::unknown(because);
            }
            wrong.push(format!("{what}: {because}"));
        }
    }
    let folder = clinic.facts.folder.clone().unwrap_or_default();
    let _ = access.talk.send(&format!("CWD {folder}"));
    let listed = clinic.fetch(&access.talk, "NLST");
    let _ = access.talk.send("CDUP");
    let listed = match listed {
        Ok((_, listed)) => listed,
        Err(because) => return Judged::unknown(because),
    };
    let lines: Vec<&[u8]> = listed
        .split(|byte| *byte == b'\n')
        .map(|line| line.trim_ascii_end())
        .collect();
    for (what, name) in all {
        let is_listed = lines.contains(&name.as_bytes());
        if !is_listed && !wrong.iter().any(|text| text.starts_with(what)) {
            wrong.push(format!("{what}: it is not in NLST as it was sent"));
        }
    }
    match wrong.is_empty() {
        true => Judged::ok(format!("{} names came back as they were sent", all.len())),
        false => Judged::of(
            Verdict::Warn,
            "some names do not stay what they are",
            wrong.join("; "),
        ),
    }
}

fn store(clinic: &Clinic<'_>, talk: &Talk, name: &str) -> Result<(), String> {
    clinic.open_data(talk)?;
    let answer = talk.store(&format!("STOR {}", clinic.path(name)), b"five5");
    match answer.is_positive() {
        true => Ok(()),
        false => Err(answer.first_line()),
    }
}

/// STOU says which name it took (RFC 1123 section 4.1.2.9).
pub(super) fn stou(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let folder = clinic.facts.folder.clone().unwrap_or_default();
    let entered = access.talk.send(&format!("CWD {folder}"));
    if !entered.is_positive() {
        return Judged::skipped(entered.first_line());
    }
    let judged = match clinic.open_data(&access.talk) {
        Err(because) => Judged::skipped(because),
        Ok(()) => {
            let mark = clinic.log.mark();
            let answer = access.talk.store("STOU", b"five5");
            let names_it = clinic.log.since(mark).iter().any(|line| {
                matches!(line, crate::doctor::report::Evidence::Received(text) if text.contains("FILE: "))
            });
            match answer.code() {
                500 | 502 => Judged::skipped(format!(
                    "the server does not have it: {}",
                    answer.first_line()
                )),
                0 | 421 => Judged::unknown(answer.first_line()),
                226 | 250 if names_it => Judged::ok("the 1yz names the file"),
                226 | 250 => Judged::of(
                    Verdict::Info,
                    "STOU stores, and no reply names the file in the way of RFC 1123",
                    answer.first_line(),
                ),
                _ => Judged::of(Verdict::Warn, "STOU does not work", answer.first_line()),
            }
        }
    };
    let _ = access.talk.send("CDUP");
    judged
}

/// What is left of an upload whose data connection is reset.
pub(super) fn cut_upload(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let _ = access.talk.send("TYPE I");
    if let Err(because) = clinic.open_data(&access.talk) {
        return Judged::skipped(because);
    }
    let path = clinic.path("cut");
    let answer = access.talk.store_cut(&format!("STOR {path}"), CUT_AFTER);
    let size = access.talk.send(&format!("SIZE {path}"));
    let kept = size.outcome.reply.as_ref().and_then(|reply| reply.size());
    match (answer.code(), kept) {
        (0 | 421, _) => Judged::unknown(answer.first_line()),
        (200..300, _) => Judged::of(
            Verdict::Warn,
            "an upload whose connection is reset is answered as if it were whole",
            answer.first_line(),
        ),
        (_, Some(kept)) => Judged::ok(format!(
            "{}; {kept} bytes are left and can be continued",
            answer.first_line()
        )),
        (_, None) => Judged::of(
            Verdict::Info,
            "what came of an upload that is cut is not kept, or not told: it begins anew",
            format!("{}; SIZE: {}", answer.first_line(), size.first_line()),
        ),
    }
}

/// Six letters that nobody has used.
fn unlikely_letters() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut number = now.as_nanos() ^ (u128::from(std::process::id()) << 20);
    let mut letters = String::new();
    for _ in 0..6 {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        letters.push(char::from_digit(digit, 36).unwrap_or('x'));
        number /= 36;
    }
    letters
}

/// Beyond the budget, for what was made to be removed.
const CLEANING_LIMIT: Duration = Duration::from_secs(5);
const CUT_AFTER: usize = 100_000;
