use proptest::collection::vec;
use proptest::{prop_assert, proptest};

use super::{Form, export};
use crate::transcript::{ARTICLE, Transcript, import};

#[track_caller]
fn exported(text: &str, form: Form) -> String {
    export(&Transcript::read(text.as_bytes()).unwrap(), form).unwrap()
}

#[test]
fn the_article_becomes_one_command_line_of_curl() {
    let script = exported(ARTICLE, Form::Curl);
    let (_, command) = script.split_once("\n\n").unwrap();
    assert_eq!(
        command,
        "printf 'zfive5' | curl -v --ftp-method nocwd \\\n  -u A:\"$FTPSH_VAR_PASSWORD\" \\\n  -Q 'size 1.TXT' \\\n  \
         -a \\\n  -T - \\\n  -B \\\n  --disable-epsv \\\n  \"ftp://${FTP_HOST:?}/1.TXT\"\n"
    );
}

#[test]
fn the_article_becomes_a_text_and_back() {
    let text = exported(ARTICLE, Form::Text);
    assert!(
        text.contains("C: pass {password}\n")
            && text.contains("C: zfive5 (close the data connection)\n")
    );
    let back = import::read(text.as_bytes(), None).unwrap();
    assert!(back.not_understood.is_empty() && back.notes.is_empty());
    let again = exported(&back.transcript.to_string(), Form::Text);
    // The first line says where it came from.
    assert_eq!(
        again.split_once('\n').unwrap().1,
        text.split_once('\n').unwrap().1
    );
}

#[test]
fn what_steers_a_terminal_is_told_by_its_number_in_headers_and_names_of_files_too() {
    let text = "# server: a\u{1b}[2J\n\nS> 220\nC> STOR x\nS> 150\nD< @file b\u{9b}c\nS> 226\n";
    for form in [Form::Markdown, Form::Text, Form::Curl] {
        let exported = exported(text, form);
        let is_hidden = |c: char| c.is_control() && c != '\n';
        assert!(!exported.contains(is_hidden), "{exported:?}");
    }
}

#[test]
fn options_of_curl_stand_for_what_the_dialogue_says() {
    for (lines, option) in [
        (
            "C> PORT {listen}\nS> 200\nC> NLST\nS> 150\nS> 226\n",
            "-P - \\\n  --disable-eprt",
        ),
        (
            "C> EPRT {listen}\nS> 200\nC> LIST\nS> 150\nS> 226\n",
            "-P - \\\n  \"ftp",
        ),
        ("C> MLSD a b\nS> 150\nS> 226\n", "-X 'MLSD a b'"),
        ("C> REST 5\nS> 350\nC> RETR x\nS> 150\nS> 226\n", "-C 5"),
        ("C> RETR /x\nS> 150\nS> 226\n", "/%2Fx\""),
        ("C> STOR x\nS> 150\nD< @file a{0x20}b\nS> 226\n", "-T 'a b'"),
        ("C> STOR x\nS> 150\nS> 226\n", "-T /dev/null"),
        (
            "C> STOR x\nS> 150\nS> 226\nC> DELE x\nS> 250\n",
            "-Q -'DELE x'",
        ),
        ("C> FEAT\nS> 211\n", "-Q FEAT \\\n  --head"),
        ("C> SIZE x\nS> 550\n", "-Q '*''SIZE x'"),
        (
            "C> AUTH TLS\nS> 234\nC> PROT C\nS> 200\n",
            "--ftp-ssl-control",
        ),
        (
            "C> ACCT {account}\nS> 230\n",
            "--ftp-account \"$FTPSH_VAR_ACCOUNT\"",
        ),
        (
            "C> STOU\nS> 150\nS> 226\n",
            "# curl cannot send this command: STOU\n",
        ),
        (
            "C> NOOP {0x07}\nS> 200\n",
            "# curl cannot send octets that cannot be seen: NOOP \\x07\n",
        ),
        (
            "C> RETR x\nS> 150\nD> @cut 5\nS> 426\n",
            "# curl cannot send its end in the middle of: RETR x\n",
        ),
    ] {
        let script = exported(&format!("S> 220\n{lines}"), Form::Curl);
        assert!(script.contains(option), "{option}\n{script}");
    }
    assert!(exported("# tls: implicit\nS> 220\n", Form::Curl).contains("ftps://"));
}

proptest! {
    #[test]
    fn whatever_can_be_imported_can_be_exported_without_its_secrets(
        lines in vec("(C:|S:)(220|150|226|PASV|RETR .*|PASS hunter2|.*)", 1..20),
    ) {
        if let Ok(imported) = import::read(lines.join("\n").as_bytes(), None) {
            for form in Form::ALL {
                let text = export(&imported.transcript, form).unwrap();
                prop_assert!(!text.contains("hunter2"), "{}", text);
            }
        }
    }
}
