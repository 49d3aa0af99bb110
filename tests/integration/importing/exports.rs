//! What is exported, read by those that it is for.

use super::{import, replay};
use crate::support::ftpsh::Ftpsh;
use crate::support::real_server::{Kind, RealServer};

const TRANSCRIPT: &str = "\
# A page from a notebook.
# server: vsftpd 3.0.5
# var: user = tester
# var: password = hunter2
# var: name = a b.txt
S> 220
C> USER {user}
S> 331
C> PASS {password}
S> 230
C> TYPE I
S> 200
C> SIZE nosuch
S> 550
C> MKD sub
S> 257
C> CWD sub
S> 250
C> PASV
S> 227
C> STOR {name}
S> 150
D< it's 100%
D< {0x00ff}-\\{no-eol}
S> 226
C> PASV
S> 227
C> APPE {name}
S> 150
D< more{lf}
S> 226
C> EPSV
S> 229
C> REST 3
S> 350
C> RETR {name}
S> 150
D> ...
S> 226
C> DELE ../gone
S> 250
C> QUIT
S> 221
";

#[track_caller]
fn export(text: &str, form: &str) -> String {
    let finished = Ftpsh::new()
        .args(["export", "--to", form, "-"])
        .stdin(text)
        .run()
        .success();
    finished.stdout_text()
}

#[test]
fn no_form_shows_a_secret() {
    for form in ["markdown", "text"] {
        let exported = export(TRANSCRIPT, form);
        assert!(!exported.contains("hunter2"), "{form}: {exported}");
        assert!(exported.contains("tester"), "{form}: {exported}");
    }
}

#[test]
fn the_text_of_the_article_is_imported_and_replayed_again() {
    let text = export(
        "# var: user = A\nS> 220\nC> user {user}\nS> 331\nC> pass {password}\nS> 230\nC> TYPE I\nS> 200\nC> pasv\nS> 227\n\
                       C> appe 1.TXT\nS> 150\nD< a\nD< b c{no-eol}\nS> 226\nC> pasv\nS> 227\nC> appe 1.TXT\nS> 150\nD< d\nS> 226\n",
        "text",
    );
    let imported = import(text.as_bytes());
    assert!(
        !imported.stderr.contains("not understood"),
        "{}",
        imported.stderr
    );
    let imported = imported.stdout_text();
    assert!(
        imported.contains("D< a\nD< b c{no-eol}\nS> 226\n"),
        "{imported}"
    );
    let Some(server) = RealServer::start(Kind::PureFtpd) else {
        return;
    };
    server.write_file("1.TXT", b"x");
    let _ = replay(text.as_bytes(), &server).success();
    assert_eq!(server.read_file("1.TXT"), b"xa\r\nb cd\r\n");
}

#[test]
fn a_page_has_the_dialogue_in_blocks_that_their_content_cannot_close() {
    let page = export(
        "S> 220 ```\nC> PASV\nS> 227\nC> STOR x\nS> 150\nD< ````{no-eol}\nS> 226\n",
        "markdown",
    );
    assert!(page.contains("\n````text\nS: 220 ```\nC: PASV\n"), "{page}");
    assert!(page.contains("\n`````text\n````\n`````\n"), "{page}");
    assert!(page.ends_with("\n```text\nS: 226\n```\n"), "{page}");
}
