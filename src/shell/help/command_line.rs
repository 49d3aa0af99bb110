//! What `--help` and the manual pages say after the options of each mode: what its arguments mean, examples, exit codes.

use super::builtins::LESSON_WORDS;
use crate::practice::FAULTS;
use crate::shell::exit::Exit;
use crate::shell::screen::page::{Layout, Page};

/// The end of `ftpsh MODE --help`; `ftpsh` is the program itself.
pub(crate) fn more(mode: &str) -> String {
    let mut page = Page::new(COLUMNS);
    describe(&mut page, mode);
    page.heading("Examples");
    for (line, about) in examples(mode) {
        page.paragraph(2, line);
        page.paragraph(6, about);
    }
    if mode == PROGRAM {
        page.heading("Exit codes");
        exit_codes(&mut page);
    }
    page.into_text().trim_end().to_owned()
}

/// What the arguments of a mode mean, beyond their own help.
pub(crate) fn describe(layout: &mut dyn Layout, mode: &str) {
    match mode {
        "practice" => {
            layout.heading("Faults");
            for fault in FAULTS {
                layout.item(&fault.usage(), FAULT_COLUMNS, fault.summary);
            }
        }
        "learn" => {
            layout.heading("In a lesson");
            for (_, usage, about) in LESSON_WORDS {
                layout.item(usage, WORD_COLUMNS, about);
            }
        }
        "replay" => {
            layout.heading("Files and targets");
            for text in REPLAY {
                layout.paragraph(0, text);
            }
        }
        "explain" => {
            layout.heading("Logs");
            layout.paragraph(0, LOGS);
        }
        "import" => {
            layout.heading("Kinds");
            for (kind, about) in KINDS {
                layout.item(kind, WORD_COLUMNS, about);
            }
        }
        "export" => {
            layout.heading("Forms");
            for (form, about) in FORMS {
                layout.item(form, WORD_COLUMNS, about);
            }
        }
        _ => {}
    }
}

/// Lines of a shell, and what each does.
pub(crate) fn examples(mode: &str) -> &'static [(&'static str, &'static str)] {
    let mut all = EXAMPLES.iter();
    all.find_map(|(name, examples)| (*name == mode).then_some(*examples))
        .unwrap_or_default()
}

/// What each exit code means.
pub(crate) fn exit_codes(layout: &mut dyn Layout) {
    for (exit, meaning) in Exit::MEANINGS {
        layout.item(&exit.code().to_string(), CODE_COLUMNS, meaning);
    }
    layout.paragraph(0, PRECEDENCE);
}

/// The name by which [`more`] knows the program itself.
pub(crate) const PROGRAM: &str = "ftpsh";

const REPLAY: [&str; 3] = [
    "FILE ends in `.ftp`; `article` is the built-in one, a broken upload finished by hand with SIZE and APPE. `.txt` and `.log` \
     are files that others wrote: one that is not a transcript is imported first.",
    "The last argument is the TARGET if it is not a FILE. With --target or --practice every argument is a FILE. Without a TARGET, \
     the practice server is started anew for each FILE.",
    "{name} in a transcript is a variable: --var name=value, or FTPSH_VAR_NAME in the environment, or the user and the password \
     of an ftp:// TARGET.",
];

const LOGS: &str = "Any log in which commands and replies stand, after whatever: curl -v and --trace, lftp -d, ftp and tnftp, wget, NcFTP, \
    rclone, the FTP libraries of Python, Node, Ruby, Perl, PHP, Java and .NET, FileZilla, WinSCP, Wireshark, tcpdump, the screens of \
    ftpsh and telnet, and the logs of vsftpd, ProFTPD, Pure-FTPd, pyftpdlib and FileZilla Server. Several sessions are told apart.";

/// The notations that `import` reads.
pub(crate) const KINDS: [(&str, &str); 9] = [
    (
        "written",
        "C: and S:, as articles print them, with remarks between them",
    ),
    (
        "telnet",
        "the screen of telnet or nc, the data connection's window too",
    ),
    ("curl", "curl -v"),
    ("lftp", "lftp with debug"),
    (
        "tnftp",
        "tnftp, and the ftp of inetutils and netkit, with debug",
    ),
    ("filezilla", "the message log of FileZilla"),
    ("winscp", "the session log of WinSCP"),
    ("wireshark", "the list of packets of Wireshark or tshark"),
    (
        "log",
        "any other log with commands and replies, such as `explain` reads",
    ),
];

/// What `export` makes.
pub(crate) const FORMS: [(&str, &str); 2] = [
    ("markdown", "a page with the dialogue in fenced blocks"),
    ("text", "C: and S:, which `ftpsh import` reads"),
];

const PRECEDENCE: &str = "A script goes on after a refusal and ends with the code of the first failure; --stop ends it there, and so does \
    a login or a path of its target that is refused. 3, 4, 5 and 130 always end it and take precedence over earlier failures.";

type Examples = &'static [(&'static str, &'static str)];

const EXAMPLES: [(&str, Examples); 10] = [
    (
        PROGRAM,
        &[
            (
                "ftpsh ftp.example.org",
                "connect, show the greeting, and send what is typed",
            ),
            (
                "ftpsh -c 'USER bob' -c PASV -c 'LIST | sort' ftp.example.org",
                "run these lines and exit; the listing, sorted, goes to standard output",
            ),
            (
                "ftpsh -c 'resume big.iso' ftp://bob@ftp.example.org/incoming",
                "log in, change directory, and finish an upload that broke off",
            ),
            (
                "ftpsh --tls require --ca ours.pem ftp.example.org",
                "AUTH TLS, or no connection, with a certificate that ours.pem vouches for",
            ),
            (
                "ftpsh manual ftpsh.1",
                "print this as a manual page, for `man -l -`; `ftpsh manual --list` names the others",
            ),
        ],
    ),
    (
        "practice",
        &[
            (
                "ftpsh practice",
                "type FTP against a server that cannot be harmed",
            ),
            (
                "ftpsh practice -c 'login A A' -c 'resume 1.TXT'",
                "finish the broken upload of the article, and show every command",
            ),
            (
                "ftpsh practice --fault no-appe --fault slow=1000",
                "a server without APPE that moves 1000 bytes a second",
            ),
        ],
    ),
    (
        "learn",
        &[
            (
                "ftpsh learn",
                "begin, or go on with the first lesson that is not done",
            ),
            (
                "ftpsh learn 9 --report done.json",
                "the lesson of the broken upload, and a report of what was typed",
            ),
            (
                "ftpsh learn --from lessons",
                "the lessons of a teacher, in the folder lessons",
            ),
        ],
    ),
    (
        "record",
        &[(
            "ftpsh record upload.ftp ftp.example.org",
            "type, and have the session in upload.ftp",
        )],
    ),
    (
        "replay",
        &[
            (
                "ftpsh replay article",
                "play the built-in transcript against the practice server",
            ),
            (
                "ftpsh replay *.ftp ftp.example.org --report junit=report.xml",
                "play all transcripts against a server, and write a report",
            ),
            (
                "ftpsh replay login.ftp old.example.org new.example.org",
                "play a transcript on two servers, and show what they do differently",
            ),
        ],
    ),
    (
        "explain",
        &[
            (
                "ftpsh explain report.txt",
                "say what went wrong in the log of somebody else's client",
            ),
            (
                "lftp -d -e 'ls; bye' ftp.example.org 2>&1 | ftpsh explain -",
                "the same for a client that runs now",
            ),
            (
                "ftpsh explain --json report.txt",
                "the same for programs: docs/explain.md describes it",
            ),
        ],
    ),
    (
        "import",
        &[(
            "ftpsh import session.log > session.ftp",
            "make a transcript of what curl -v, lftp, FileZilla or others printed",
        )],
    ),
    (
        "export",
        &[(
            "ftpsh export --to markdown session.ftp > session.md",
            "make a page of a transcript",
        )],
    ),
    (
        "doctor",
        &[
            (
                "ftpsh doctor ftp.example.org",
                "what can be seen without a login",
            ),
            (
                "ftpsh doctor --user bob --write ftp.example.org",
                "everything but attacks; the password is asked for",
            ),
            (
                "ftpsh doctor --user bob --transcripts found ftp.example.org",
                "keep a transcript of each finding, for `ftpsh replay found/*.ftp ftp.example.org`",
            ),
            (
                "ftpsh doctor --user bob --json ftp.example.org > tuesday.json",
                "keep the report for later",
            ),
            (
                "ftpsh doctor --diff monday.json tuesday.json",
                "what differs between two reports",
            ),
        ],
    ),
    (
        "completions",
        &[
            (
                "ftpsh completions bash > ~/.local/share/bash-completion/completions/ftpsh",
                "for bash with the package bash-completion; without it, add the output to ~/.bashrc",
            ),
            (
                "ftpsh completions zsh > ~/.zfunc/_ftpsh",
                "for zsh, if ~/.zfunc is in $fpath before compinit is called",
            ),
            (
                "ftpsh completions fish > ~/.config/fish/completions/ftpsh.fish",
                "for fish",
            ),
            ("ftpsh completions powershell >> $PROFILE", "for PowerShell"),
        ],
    ),
];

const COLUMNS: usize = 79;
const FAULT_COLUMNS: usize = 29;
const WORD_COLUMNS: usize = 13;
const CODE_COLUMNS: usize = 7;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{COLUMNS, EXAMPLES, FORMS, KINDS, more};
    use crate::practice::FAULTS;
    use crate::shell::config::options::Options;
    use crate::shell::exit::Exit;
    use crate::transcript::export::Form;
    use crate::transcript::import::Kind;

    #[test]
    fn every_fault_is_in_the_help_and_no_line_is_broken_by_a_narrow_terminal() {
        let help = more("practice");
        for fault in FAULTS {
            assert!(help.contains(&format!("\n  {} ", fault.usage())));
        }
        for (mode, _) in EXAMPLES {
            for line in more(mode).lines() {
                assert!(line.len() <= COLUMNS, "{line}");
            }
        }
    }

    #[test]
    fn every_notation_and_every_form_is_in_the_help() {
        let (mut kinds, known) = (KINDS.map(|(name, _)| name), Kind::names());
        let mut known: Vec<&str> = known.split(", ").collect();
        kinds.sort_unstable();
        known.sort_unstable();
        assert_eq!(kinds.as_slice(), known);
        for (name, _) in FORMS {
            assert!(name.parse::<Form>().is_ok());
        }
    }

    #[test]
    fn every_example_is_a_command_line_that_is_understood() {
        for (line, _) in EXAMPLES.iter().flat_map(|(_, examples)| *examples) {
            let words = shlex::split(line).unwrap();
            let words = words.iter().skip_while(|word| *word != "ftpsh");
            let words = words.take_while(|word| !word.starts_with('>'));
            let parsed = Options::try_parse_from(words);
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }

    #[test]
    fn the_readme_has_the_same_exit_codes() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
        let readme = readme.unwrap();
        for (exit, meaning) in Exit::MEANINGS {
            let row = format!("\n| {} | {meaning} |\n", exit.code());
            assert!(readme.contains(&row), "{row}");
        }
    }
}
