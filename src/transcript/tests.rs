use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};

use super::{ARTICLE, Line, LineKind, Transcript};

fn is_printed_as_read(text: &str) -> bool {
    Transcript::read(text.as_bytes()).unwrap().to_string() == text
}

#[test]
fn a_transcript_prints_as_it_was() {
    assert!(is_printed_as_read(ARTICLE));
    assert!(is_printed_as_read(
        "S> 220\r\n\r\n  \n#\n# a  \nC>\nC> \nD<  x \nS> 2yz"
    ));
    assert!(is_printed_as_read(""));
}

#[test]
fn new_lines_have_their_prefix() {
    let line = Line::new(LineKind::DataSent, "zfive5{no-eol}");
    assert_eq!(line.to_string(), "D< zfive5{no-eol}\n");
    assert_eq!(Line::new(LineKind::Command, "").to_string(), "C>\n");
    assert_eq!(
        Line::new(LineKind::Comment, "server: x").to_string(),
        "# server: x\n"
    );
    assert_eq!(Line::new(LineKind::Blank, "").to_string(), "\n");
}

proptest! {
    #[test]
    fn any_transcript_prints_octet_for_octet(
        lines in vec("((C>|S>|D>|D<)( .*)?|#.*| *)(\r\n|\n)", 0..20),
        last in "((S>|#) .*)?",
    ) {
        let text = lines.concat() + &last;
        // `.` is any character but LF.
        prop_assert_eq!(Transcript::read(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in vec(any::<u8>(), 0..200)) {
        if let Ok(transcript) = Transcript::read(&octets) {
            prop_assert_eq!(transcript.to_string().into_bytes(), octets);
            let _ = transcript.dialogue();
        }
    }
}
