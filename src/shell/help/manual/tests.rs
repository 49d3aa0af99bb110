use clap::CommandFactory;

use super::{names, page};
use crate::shell::config::options::{Options, fitted};
use crate::shell::config::settings::Settings;
use crate::shell::exit::Exit;
use crate::shell::help::builtins::BUILTINS;
use crate::shell::help::surroundings::{FILES, VARIABLES};

/// A page as it is read: without fonts, and with the characters that are escaped.
fn text_of(name: &str) -> String {
    let page = page(name).unwrap_or_else(|| panic!("no page {name}"));
    let lines = page.lines().filter(|line| !line.starts_with('.'));
    let text = lines.collect::<Vec<_>>().join(" ");
    let text = text.replace("\\fB", "").replace("\\fR", "");
    let text = text.replace("\\fI", "").replace("\\*(Aq", "'");
    text.replace("\\-", "-").replace("\\\\", "\\")
}

fn assert_contains(page: &str, part: &str) {
    let part = part.replace('`', "");
    assert!(page.contains(&part), "{part} is not in {page}");
}

#[test]
fn every_option_is_in_the_page_of_its_mode() {
    let whole = fitted(Options::command());
    let modes = whole
        .get_subcommands()
        .filter(|mode| !mode.is_hide_set() && mode.get_name() != "help");
    for mode in modes.chain([&whole]) {
        let text = text_of(mode.get_name());
        for argument in mode.get_arguments().filter(|it| !it.is_hide_set()) {
            let help = argument.get_long_help().or(argument.get_help());
            let help = help.expect("every option has help").to_string();
            help.split("\n\n")
                .for_each(|part| assert_contains(&text, part));
            if let Some(name) = argument.get_long() {
                assert_contains(&text, &format!("--{name}"));
            }
        }
    }
}

#[test]
fn every_built_in_setting_exit_code_variable_and_file_is_in_the_page_of_the_program() {
    let text = text_of("ftpsh");
    for (_, usage, about) in BUILTINS {
        assert_contains(&text, &format!("{usage} {about}"));
    }
    for setting in Settings::TABLE {
        assert_contains(&text, &format!("{} ", setting.name));
        assert_contains(&text, setting.about);
    }
    for (exit, meaning) in Exit::MEANINGS {
        assert_contains(&text, &format!("{} {meaning}", exit.code()));
    }
    for (name, about) in VARIABLES.iter().chain(FILES) {
        assert_contains(&text, &format!("{name} {about}"));
    }
    assert_contains(&text, "--verify full read everything back");
}

#[test]
fn the_page_about_transcripts_says_what_the_documentation_says() {
    let text = text_of("ftpsh-transcript.5");
    for part in [
        "C> LINE a line sent on the control connection, CR LF after it",
        "C> USER {user}",
        "--var name=value on the command line,",
        "A transcript is an FTP session as text: what is sent, and what is expected back.",
        "transcript  = *(comment / blank / line)",
        "practice --from",
    ] {
        assert_contains(&text, part);
    }
    let roff = page("transcript").unwrap();
    assert!(roff.contains("\n.SH HEADERS\n"), "{roff}");
    assert!(roff.contains("\n.IP 1. 4\n"), "{roff}");
}

#[test]
fn every_page_is_ascii_names_the_others_and_leaves_no_mark_of_its_source() {
    let names = names();
    assert!(names.len() >= 7, "{names:?}");
    for name in &names {
        let roff = page(name).unwrap();
        assert!(roff.is_ascii(), "{name}");
        assert!(!roff.contains('`') && !roff.contains("]("), "{name}");
        assert_eq!(roff.matches("\n.TH ").count(), 1, "{name}");
        let text = text_of(name);
        for other in names.iter().filter(|other| *other != name) {
            let (other, section) = other.rsplit_once('.').unwrap();
            assert_contains(&text, &format!("{other}({section})"));
        }
    }
    assert_eq!(page("ftpsh-nonsense"), None);
}
