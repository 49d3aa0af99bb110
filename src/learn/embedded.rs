//! The lessons that are part of the program, from `src/lessons/`.

/// A folder and its files.
type Embedded = (&'static str, &'static [(&'static str, &'static str)]);

macro_rules! lesson {
    ($name:literal, $($wrong:literal),+) => {
        (
            concat!("src/lessons/", $name),
            &[
                text!($name, "lesson.toml"),
                text!($name, "goal.md"),
                text!($name, "hints.md"),
                text!($name, "solution.ftp"),
                $(text!($name, $wrong)),+
            ],
        )
    };
}

macro_rules! text {
    ($name:literal, $file:literal) => {
        (
            $file,
            include_str!(concat!("../lessons/", $name, "/", $file)),
        )
    };
}

/// In order; a test compares them with the folders.
#[rustfmt::skip]
pub(super) const LESSONS: &[Embedded] = &[
    lesson!("01-knock", "wrong-another-word.ftp", "wrong-nothing.ftp"),
    lesson!("02-who-are-you", "wrong-no-password.ftp", "wrong-wrong-password.ftp"),
    lesson!("03-the-second-connection", "wrong-digits-in-a-row.ftp", "wrong-no-pasv.ftp"),
    lesson!("04-three-listings", "wrong-fetched.ftp", "wrong-the-other-file.ftp"),
    lesson!("05-fetch", "wrong-one-pasv.ftp", "wrong-only-shown.ftp"),
    lesson!("06-store-by-hand", "wrong-another-name.ftp", "wrong-one-line.ftp"),
    lesson!("07-a-is-not-i", "wrong-as-text.ftp", "wrong-nothing-but-the-picture.ftp", "wrong-type-too-late.ftp"),
    lesson!("08-sizes-that-lie", "wrong-fetched.ftp", "wrong-in-type-a.ftp"),
    lesson!("09-the-broken-upload", "wrong-all-again.ftp", "wrong-all-appended.ftp", "wrong-blank-sent-twice.ftp"),
    lesson!("10-back-to-the-middle", "wrong-all-again.ftp", "wrong-no-marker.ftp", "wrong-one-too-far.ftp"),
    lesson!("11-226-is-no-proof", "wrong-believed.ftp", "wrong-not-looked.ftp", "wrong-sent-whole-at-once.ftp"),
    lesson!("12-rename-make-remove", "wrong-half-a-rename.ftp", "wrong-not-empty.ftp"),
    lesson!("13-the-server-calls-back", "wrong-no-transfer.ftp", "wrong-passive.ftp"),
    lesson!("14-stop", "wrong-no-noop.ftp", "wrong-nothing-to-stop.ftp"),
    lesson!("15-under-lock-and-key", "wrong-data-in-the-clear.ftp", "wrong-password-first.ftp"),
    lesson!("16-cut-or-ended", "wrong-the-first.ftp", "wrong-the-shortest.ftp"),
    lesson!("17-detective", "wrong-no-answer.ftp", "wrong-no-fault.ftp"),
    lesson!("18-write-it-down", "wrong-digits-alone.ftp", "wrong-no-size-after-it.ftp", "wrong-not-recorded.ftp"),
];
