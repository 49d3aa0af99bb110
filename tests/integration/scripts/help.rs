//! What `help` and `why` print, and where it fits.

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

fn lines_of(lines: &[&str]) -> Vec<String> {
    let binary = lines
        .iter()
        .fold(Ftpsh::new(), |binary, line| binary.arg("-c").arg(line));
    let finished = binary.run().success();
    finished.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn help_of_a_verb_tells_what_it_wants_and_what_it_may_get() {
    let text = lines_of(&["help SIZE"]).join("\n");
    for part in [
        "SIZE <path>\n",
        "RFC 3659 section 4 (in the IANA registry)",
        "\n  Before  A login; TYPE I,",
        "\n  Servers In TYPE A ProFTPD and pyftpdlib answer 550",
        "\n  Example TYPE I\n          200 ",
        "\n          550  The file is not available: absent, or no access.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn help_of_a_code_tells_its_digits_its_causes_and_what_to_do() {
    let text = lines_of(&["help 425"]).join("\n");
    for part in [
        "  425  The data connection cannot be opened.",
        "\n  4yz  not done; the same command may succeed later.",
        "\n  x2z  about the control connection or the data connection.",
        "\n  When    No PASV or PORT before the transfer",
        "\n  Next    PASV (or EPSV)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let classes = lines_of(&["help 5yz"]).join("\n");
    assert!(classes.contains("\n  553  ") && !classes.contains("\n  425  "));
}

#[test]
fn help_is_laid_out_for_the_terminal_that_shows_it() {
    let narrow = "\n  Before  A login; TYPE I, for the\n          number of bytes on the disk.\n";
    let wide = "\n  Before  A login; TYPE I, for the number of bytes on the disk.\n";
    for (columns, expected) in [(40, narrow), (80, wide)] {
        let mut terminal = Ftpsh::new().terminal_of(60, columns);
        terminal.expect("ftp> ");
        terminal.send_line("help SIZE");
        terminal.wait_for_screen("help of SIZE", |screen| screen.contains("explains)"));
        let screen = terminal.screen();
        assert!(screen.contains(expected), "{screen}");
        // A word that was cut at the edge would go on in the first column.
        let is_cut = |line: &&str| line.starts_with(|first: char| first.is_lowercase());
        assert_eq!(screen.lines().find(is_cut), None, "{screen}");
    }
}

#[test]
fn why_without_a_reply_says_so_and_after_one_sends_nothing() {
    let finished = Ftpsh::new().arg("-c").arg("why").run().code(2);
    assert!(finished.stderr.contains("no reply has come yet"));

    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin("why\nUSER A\nwhy\nPASS wrong\nwhy\n")
        .run()
        .code(1);
    let said = finished.stderr;
    assert!(said.contains("220 as the greeting"), "{said}");
    assert!(
        said.contains("\n  Next    PASS and the password\n"),
        "{said}"
    );
    assert!(said.contains("530 in answer to PASS ****"), "{said}");
    assert!(
        !said.contains("wrong\n") && !said.contains("PASS wrong"),
        "{said}"
    );
    assert_eq!(said.matches("\n→ ").count(), 2, "{said}");
}
