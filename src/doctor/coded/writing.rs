//! What is written on the server, and how it is removed.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::listings::lines;
use super::tls::no_tls;
use crate::client::Ending;
use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::obstacle::Obstacle;
use crate::doctor::report::{Evidence, Protection, Remains, Verdict};
use crate::doctor::shown::{TRANSFERRED, transferred_with};
use crate::doctor::stop::Stop;
use crate::doctor::talk::{Answer, Talk};

impl Clinic<'_> {
    /// Makes the folder that everything goes into, and sees that it is a place of its own.
    pub(in crate::doctor) fn make_folder(&mut self, talk: &Talk) -> Result<(), Obstacle> {
        let name = format!("ftpsh-doctor-{}", unlikely_letters());
        let answer = talk.send(&format!("MKD {name}"));
        let is_refused = answer.outcome.reply.is_some() && !(200..300).contains(&answer.code());
        if !is_refused {
            // Without a reply too it may have been made.
            self.facts.values.insert("folder".to_owned(), name.clone());
            self.facts.folder = Some(name.clone());
        }
        if !(200..300).contains(&answer.code()) {
            return Err(Obstacle::NoFolder(Box::new(answer)));
        }
        let listed = self.listed_in(talk, &format!("NLST {name}"));
        match listed.into_iter().flatten().next() {
            Some(path) => Err(Obstacle::FolderNotEmpty(lossy(&path))),
            None => Ok(()),
        }
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
        let remains = match self.log_in_again() {
            Ok(access) => {
                let remains = self.empty_and_remove(&access.talk, &folder);
                access.talk.end();
                remains
            }
            Err(obstacle) => {
                let because = obstacle.to_string();
                let stored = self.stored_in(&folder).into_iter();
                let stored = stored.map(|path| Remains::of("DELE", &path, &because));
                let folder = Remains::of("RMD", folder.as_bytes(), &because);
                stored.chain([folder]).collect()
            }
        };
        self.cleaning = None;
        drop(time);
        self.left_behind.extend(remains);
    }

    /// Nothing is ever deleted but what was stored by the name under which it is deleted.
    fn empty_and_remove(&self, talk: &Talk, folder: &str) -> Vec<Remains> {
        let stored = self.stored_in(folder);
        let mut kept = Vec::new();
        if !stored.is_empty() {
            let listed = self.listed_in(talk, &format!("NLST {folder}"));
            for path in &stored {
                let answer = talk.send_bytes_line(&[b"DELE ", path.as_slice()].concat());
                let may_be_there = match &listed {
                    Some(listed) => listed.contains(path),
                    None => self.log.has_begun(path),
                };
                if !answer.is_positive() && may_be_there {
                    kept.push(Remains::of("DELE", path, &self.reason(&answer)));
                }
            }
            let others = listed
                .iter()
                .flatten()
                .filter(|path| !stored.contains(*path));
            kept.extend(others.map(|path| Remains::of("DELE", path, NOT_STORED)));
        }
        let answer = talk.send(&format!("RMD {folder}"));
        // There are servers that remove nothing and say that they have, and some that say they have made it.
        let is_there = talk.send(&format!("CWD {folder}")).is_positive();
        let reason = match answer.is_positive() {
            true => STILL_THERE.to_owned(),
            false => self.reason(&answer),
        };
        if is_there || !(answer.is_positive() || stored.is_empty()) {
            kept.push(Remains::of("RMD", folder.as_bytes(), &reason));
            return kept;
        }
        Vec::new()
    }

    /// The paths of the folder's files that were sent, as they were sent.
    fn stored_in(&self, folder: &str) -> BTreeSet<Vec<u8>> {
        let inside = format!("{folder}/").into_bytes();
        let mut stored = self.log.stored();
        stored.retain(|path| path.starts_with(&inside));
        stored
    }

    /// The paths that this listing names in the folder; `None` if there is no listing.
    fn listed_in(&self, talk: &Talk, line: &str) -> Option<BTreeSet<Vec<u8>>> {
        let folder = self.facts.folder.as_deref()?;
        let (_, listed) = self.fetch(talk, line).ok()?;
        let names = names_listed_in(folder, &listed).take(LISTED_MOST);
        Some(
            names
                .map(|name| [folder.as_bytes(), b"/", name].concat())
                .collect(),
        )
    }

    fn reason(&self, answer: &Answer) -> String {
        match &self.cleaning {
            Some(cleaning) if cleaning.is_stopped() => OUT_OF_TIME.to_owned(),
            _ => answer.first_line(),
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
        ("capitals", "Aa"),
        ("- in front", "-x"),
        ("quotes", "q\"q"),
        ("UTF-8", "\u{fc}"),
        ("UTF-8 in pieces", "u\u{308}"),
        ("255 bytes", long.as_str()),
    ];
    let (mut wrong, mut first) = (Vec::new(), None);
    let _ = access.talk.send("TYPE I");
    for (what, name) in all {
        if let Err(because) = store(clinic, &access.talk, name) {
            if !access.talk.is_open() {
                return Judged::unknown(because);
            }
            wrong.push(format!("{what}: {because}"));
            let line = format!("STOR {}", clinic.path(name));
            first.get_or_insert((line, TRANSFERRED.to_owned()));
        }
    }
    let folder = clinic.facts.folder.clone().unwrap_or_default();
    let listed = match clinic.fetch(&access.talk, &format!("NLST {folder}")) {
        Ok((_, listed)) => listed,
        Err(Obstacle::Command { answer, .. }) if matches!(answer.code(), 500 | 502) => {
            return Judged::skipped(format!("there is no NLST that would tell: {answer}"));
        }
        Err(because) => return Judged::unknown(because),
    };
    let names: Vec<&[u8]> = names_listed_in(&folder, &listed).collect();
    // There are servers to which the folder's own name is a pattern.
    let is_any_listed = all.iter().any(|(_, name)| names.contains(&name.as_bytes()));
    if !is_any_listed && wrong.len() < all.len() {
        return Judged::unknown(format!(
            "NLST {folder} lists nothing of what was stored there"
        ));
    }
    for (what, name) in all {
        let is_listed = names.contains(&name.as_bytes());
        if !is_listed && !wrong.iter().any(|text| text.starts_with(what)) {
            wrong.push(format!("{what}: it is not in NLST as it was sent"));
            first.get_or_insert(("NLST".to_owned(), transferred_with(name)));
        }
    }
    let Some((command, expected)) = first else {
        return Judged::ok(format!("{} names came back as they were sent", all.len()));
    };
    Judged::of(
        Verdict::Warn,
        "some names do not stay what they are",
        wrong.join("; "),
    )
    .instead(&command, expected)
}

fn store(clinic: &Clinic<'_>, talk: &Talk, name: &str) -> Result<(), Obstacle> {
    clinic.open_data(talk)?;
    let answer = talk.store(&format!("STOR {}", clinic.path(name)), b"five5");
    match answer.is_positive() {
        true => Ok(()),
        false => Err(Obstacle::answered(&answer)),
    }
}

/// STOU says which name it took (RFC 1123 section 4.1.2.9).
pub(super) fn stou(clinic: &mut Clinic<'_>) -> Judged {
    // It stores where the session is, which is where no other check is to be.
    let access = match clinic.log_in_again() {
        Ok(access) => access,
        Err(because) => return Judged::skipped(because),
    };
    let folder = clinic.facts.folder.clone().unwrap_or_default();
    let judged = match enter(&access.talk, &folder) {
        Ok(()) => store_under_unique_name(clinic, &access.talk, &folder),
        Err(because) => Judged::skipped(because),
    };
    access.talk.end();
    judged
}

/// Changes into the folder, and sees that the server has done what it says.
fn enter(talk: &Talk, folder: &str) -> Result<(), Obstacle> {
    let entered = talk.send(&format!("CWD {folder}"));
    if entered.code() != 250 {
        return Err(Obstacle::command("CWD", &entered));
    }
    let place = talk.send("PWD");
    match place.code() == 257 && place.text().contains(folder) {
        true => Ok(()),
        false => Err(Obstacle::command(format!("PWD after CWD {folder}"), &place)),
    }
}

fn store_under_unique_name(clinic: &mut Clinic<'_>, talk: &Talk, folder: &str) -> Judged {
    let before = clinic.listed_in(talk, "NLST");
    if let Err(because) = clinic.open_data(talk) {
        return Judged::skipped(because);
    }
    let mark = clinic.log.mark();
    let answer = talk.store("STOU", b"five5");
    let lines = clinic.log.since(mark);
    let named = lines.iter().find_map(|line| match line {
        Evidence::Received(text) => text.split_once("FILE: "),
        Evidence::Sent(_) | Evidence::Happened(_) => None,
    });
    let name = named.map(|(_, name)| name.trim().trim_end_matches('.'));
    let name = name.filter(|name| is_name(name.as_bytes()));
    if let Some(name) = name {
        clinic
            .log
            .note_stored(format!("{folder}/{name}").as_bytes());
    }
    match answer.code() {
        // Some have it and want a name (those that come from BSD).
        500 | 502 => return Judged::skipped(format!("STOU is not understood: {answer}")),
        501 | 504 => {
            return Judged::of(
                Verdict::Info,
                "STOU is not done without a name, which RFC 959 does not ask for",
                answer.first_line(),
            )
            .instead("STOU", TRANSFERRED);
        }
        0 | 421 => return Judged::unknown(answer.first_line()),
        226 | 250 => {}
        _ => {
            return Judged::of(Verdict::Warn, "STOU does not work", answer.first_line())
                .instead("STOU", TRANSFERRED);
        }
    }
    let after = clinic.listed_in(talk, "NLST");
    if before
        .zip(after)
        .is_some_and(|(before, after)| !note_added(clinic, &before, &after))
    {
        clinic.left_behind.push(match name {
            Some(name) => Remains::of("DELE", name.as_bytes(), ELSEWHERE),
            None => Remains {
                path: "a file of 5 bytes".to_owned(),
                command: String::new(),
                because: NOWHERE.to_owned(),
            },
        });
        return Judged::of(
            Verdict::Warn,
            "STOU stores somewhere else than in the folder where the session is",
            format!("{answer}; NLST does not list it there"),
        );
    }
    match name {
        Some(_) if answer.text().contains("FILE: ") => Judged::ok("the final reply names the file"),
        Some(_) => Judged::ok("the 1yz names the file"),
        None => Judged::of(
            Verdict::Info,
            "STOU stores, and no reply names the file in the way of RFC 1123",
            answer.first_line(),
        )
        .instead("STOU", "S> 1yz FILE: [..]\nS> 2yz\n"),
    }
}

/// Whether the folder has something that it had not before: that is what was stored, by whatever name.
fn note_added(clinic: &Clinic<'_>, before: &BTreeSet<Vec<u8>>, after: &BTreeSet<Vec<u8>>) -> bool {
    let mut added = after.difference(before).peekable();
    let is_any = added.peek().is_some();
    for path in added {
        clinic.log.note_stored(path);
    }
    is_any
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
    if matches!(answer.outcome.ending, Ending::TimedOut | Ending::Unanswered) {
        return Judged::of(
            Verdict::Warn,
            "an upload whose connection is reset is never answered: a client waits for the reply",
            format!("{answer}; SIZE: {size}"),
        );
    }
    match (answer.code(), kept) {
        (0 | 421, _) => Judged::unknown(answer.first_line()),
        (200..300, _) => Judged::of(
            Verdict::Warn,
            "an upload whose connection is reset is answered as if it were whole",
            answer.first_line(),
        ),
        (_, Some(kept @ 1..)) => Judged::ok(format!(
            "{}; {kept} bytes are left and can be continued",
            answer.first_line()
        )),
        (_, Some(0) | None) => Judged::of(
            Verdict::Info,
            "what came of an upload that is cut is not kept, or not told: it begins anew",
            format!("{}; SIZE: {}", answer.first_line(), size.first_line()),
        ),
    }
}

/// Some servers put the folder in front of each name.
fn names_listed_in<'a>(folder: &'a str, listed: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let names = lines(listed).map(move |path| {
        let inside = path.strip_prefix(folder.as_bytes());
        inside
            .and_then(|name| name.strip_prefix(b"/"))
            .unwrap_or(path)
    });
    names.filter(move |name| is_name(name) && *name != folder.as_bytes())
}

/// It leads nowhere else, on Windows neither.
fn is_name(name: &[u8]) -> bool {
    let leads_on = |byte: &u8| matches!(byte, b'/' | b'\\');
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(leads_on)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Remains {
    fn of(verb: &str, path: &[u8], because: &str) -> Self {
        let path = lossy(path);
        Self {
            command: format!("{verb} {path}"),
            path,
            because: because.to_owned(),
        }
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
const NOT_STORED: &str = "nothing was stored under this name";
const ELSEWHERE: &str = "STOU has stored it, and not in the folder where the session was";
const NOWHERE: &str =
    "STOU has stored it: no reply told its name, and NLST does not list it where the session was";
const STILL_THERE: &str = "RMD is answered as if it were gone, and CWD still leads there";
const OUT_OF_TIME: &str = "there was no time left to remove it";
/// More than all checks store.
const LISTED_MOST: usize = 100;
const CUT_AFTER: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::names_listed_in;

    #[test]
    fn a_listed_name_is_one_in_the_folder_and_leads_nowhere_else() {
        let listed =
            b"one\r\nf/two\n.\r\n.\r\r\nf/six\r\r\n../three\r\n/four\r\nf/../five\r\n..\\seven\r\n\r\n-x\r\nf\r\n";
        let names: Vec<_> = names_listed_in("f", listed).collect();
        assert_eq!(names, [b"one".as_slice(), b"two", b"six", b"-x"]);
    }
}
