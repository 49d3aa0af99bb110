//! What the end of a URL's path asks for: the line that does it stands ready, and nothing is sent.

use super::shell::Shell;
use crate::protocol::hidden::is_hidden;
use crate::shell::config::target::PathEnd;
use crate::shell::line::{Spelling, quoted};
use crate::shell::screen::painter::Tone;

impl Shell {
    /// Offers the line that fetches the file, or lists the directory, that the URL named.
    pub(super) fn offer_end(&mut self, end: &PathEnd) {
        match end {
            PathEnd::File { name, is_text } => {
                let alias = if *is_text { "get-text" } else { "get" };
                let shown = self.settings.charset().escape(name);
                self.offer_file(
                    name,
                    alias,
                    &format!("{shown} is taken for a file"),
                    "A / at the end of the URL makes it a directory",
                );
            }
            PathEnd::Listing => {
                let how = self.offer("ls", "lists it");
                self.painter
                    .say(Tone::Note, &format!("the URL asks for a list: {how}"));
            }
            PathEnd::Undecided | PathEnd::Directory => {}
        }
    }

    /// After a CWD that was refused: the same for what may have been a file.
    pub(super) fn offer_file_instead(&mut self, name: &[u8]) {
        let shown = self.settings.charset().escape(name);
        self.offer_file(
            name,
            "get",
            &format!("{shown} may be a file"),
            ";type=i at the end of the URL says so",
        );
    }

    fn offer_file(&mut self, name: &[u8], alias: &str, what: &str, remark: &str) {
        if self.input.is_mentioned(name) {
            return;
        }
        let how = match as_word(name, self.settings.spelling().of_words()) {
            Some(word) => self.offer(&format!("{alias} {word}"), "fetches it"),
            None => format!(
                "its name cannot be typed, but PASV and `quote -x RETR {}` show it",
                as_escapes(name)
            ),
        };
        self.painter
            .say(Tone::Note, &format!("{what}: {how}. {remark}"));
    }

    /// Puts the line at the next prompt, or says where it belongs.
    fn offer(&mut self, line: &str, does: &str) -> String {
        if self.input.begin_next_line(line) {
            return format!("Enter {does}");
        }
        match quoted(line).filter(|_| !self.is_interactive()) {
            Some(argument) => format!("-c {argument} {does}"),
            None => format!("`{line}` {does}"),
        }
    }
}

/// The name as one word of a line; `None` if a line cannot hold it, or shows something else than it holds.
fn as_word(name: &[u8], spelling: Spelling) -> Option<String> {
    let text = spelling.spell(name)?;
    let is_plain = !text.chars().any(|c| is_hidden(c) || c == '\t');
    is_plain.then(|| quoted(&text)).flatten()
}

/// The name as `quote -x` takes it.
fn as_escapes(name: &[u8]) -> String {
    let escaped = name.iter().map(|&byte| match byte {
        b'\\' => "\\\\".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\x{other:02X}"),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{Spelling, as_escapes, as_word};
    use crate::shell::line::{Line, read};

    #[test]
    fn a_name_is_one_word_if_a_line_shows_what_it_holds() {
        for (name, word) in [
            (&b"f.txt"[..], Some("f.txt")),
            (b"a b.txt", Some("'a b.txt'")),
            (b"it's.txt", Some("\"it's.txt\"")),
            (b"gr\xc3\xb6\xc3\x9fe.txt", Some("größe.txt")),
            (b"caf\xe9.txt", None),
            (b"a\tb.txt", None),
            (b"\x1b[2J.txt", None),
            (b"txt\xe2\x80\xaecod.exe", None),
        ] {
            let found = as_word(name, Spelling::default());
            let unquoted = found.as_deref().map(|word| word.trim_matches('\''));
            let wanted = word.map(|word| word.trim_matches('\''));
            assert_eq!(unquoted, wanted, "{}", name.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_is_offered_names_exactly_this_file(name in vec(1_u8..=255, 1..12)) {
            if let Some(word) = as_word(&name, Spelling::default()) {
                let line = format!("get {word}");
                let read = read(line.as_bytes(), &|alias| alias == "get").unwrap();
                let meant = Line::Alias { name: "get".to_owned(), arguments: vec![name.clone()] };
                prop_assert!(read == meant);
            }
            if !name.iter().any(|byte| b"\r\n".contains(byte)) {
                let line = format!("quote -x RETR {}", as_escapes(&name));
                let Ok(Line::Quote(command)) = read(line.as_bytes(), &|_| false) else {
                    panic!("{line}");
                };
                prop_assert_eq!(command.argument(), Some(&name[..]));
            }
        }
    }
}
