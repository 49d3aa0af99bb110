//! What bash needs besides: it breaks words at `:` and `=`, and gives them as they are typed, with their quotes.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;

use clap_complete::engine;

/// Candidates are put into the line as they are, so they get the quotes that they need, unless the user has opened one.
pub(super) const WRAPPER: &str = r#"
_ftpsh() {
    _clap_complete_ftpsh "$@"
    if [[ ${COMP_WORDS[COMP_CWORD]} == [\'\"]* ]]; then
        return
    fi
    local place quoted
    for place in "${!COMPREPLY[@]}"; do
        printf -v quoted '%q' "${COMPREPLY[place]}"
        COMPREPLY[place]=${quoted/#\\~/\~}
    done
}
complete -o nospace -o bashdefault -F _ftpsh ftpsh
"#;

/// A line of the script that clap makes. After `--set tls=`, bash says that the word to complete is an empty one, and that
/// would take the place of the `=`.
pub(super) const LOSES_BREAK: &str = "        words[COMP_CWORD]=\"$2\"\n";

/// Then the empty word comes after it.
pub(super) const KEEPS_BREAK: &str = r#"        if [[ -z $2 && ${words[COMP_CWORD]} == [:=]* ]]; then
            words=("${words[@]:0:COMP_CWORD+1}" "")
            _CLAP_COMPLETE_INDEX=$((COMP_CWORD + 1))
        else
            words[COMP_CWORD]="$2"
        fi
"#;

/// Writes the candidates for the word at `_CLAP_COMPLETE_INDEX`, without what bash takes for earlier words.
pub(super) fn complete(
    command: &mut clap::Command,
    words: &[OsString],
    folder: Option<&Path>,
    output: &mut Vec<u8>,
) -> io::Result<()> {
    let index = std::env::var("_CLAP_COMPLETE_INDEX");
    let index = index.ok().and_then(|index| index.parse().ok());
    let line = Line::read(words, index.unwrap_or_default());
    let candidates = engine::complete(command, line.words, line.index, folder)?;
    for (place, candidate) in candidates.iter().enumerate() {
        let value = candidate.get_value().to_string_lossy();
        let value = value.strip_prefix(&line.kept).unwrap_or(&value);
        let between = if place == 0 { "" } else { "\u{b}" };
        write!(output, "{between}{value}")?;
    }
    Ok(())
}

/// A command line as it is meant.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    words: Vec<OsString>,
    /// The word to complete.
    index: usize,
    /// The beginning of that word that bash will not replace.
    kept: String,
}

impl Line {
    fn read(pieces: &[OsString], at: usize) -> Self {
        let mut line = Self {
            words: Vec::new(),
            index: 0,
            kept: String::new(),
        };
        let mut joins = false;
        for (place, piece) in pieces.iter().enumerate().take(at + 1) {
            let piece = piece.to_string_lossy();
            let is_break = !piece.is_empty() && piece.bytes().all(|byte| b":=".contains(&byte));
            let last = line.words.len().saturating_sub(1);
            let kept = match line.words.last_mut() {
                Some(word) if place > 1 && (joins || is_break) => {
                    let kept = word.to_string_lossy().into_owned();
                    word.push(unquoted(&piece));
                    line.index = last;
                    kept
                }
                _ => {
                    line.index = line.words.len();
                    line.words.push(unquoted(&piece));
                    String::new()
                }
            };
            line.kept = kept;
            joins = is_break;
        }
        line
    }
}

/// A word without what the shell will take from it.
pub(super) fn unquoted(word: &str) -> OsString {
    let mut text = String::new();
    let mut quote = None;
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None | Some('"'), '\\') => text.extend(characters.next()),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => text.push(character),
        }
    }
    OsStr::new(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Line;

    #[test]
    fn words_that_bash_broke_or_quoted_are_read_as_they_are_meant() {
        let table: [(&[&str], &[&str], &str); 8] = [
            (&["ftpsh", "ex"], &["ftpsh", "ex"], ""),
            (&["ftpsh", "h", ":", "21"], &["ftpsh", "h:21"], "h:"),
            (
                &["ftpsh", "--tls", "=", "r"],
                &["ftpsh", "--tls=r"],
                "--tls=",
            ),
            (
                &["ftpsh", "ftp", ":", "//u@h", "x"],
                &["ftpsh", "ftp://u@h", "x"],
                "",
            ),
            (&["ftpsh", "a\\ b"], &["ftpsh", "a b"], ""),
            (&["ftpsh", "'a b", ""], &["ftpsh", "a b", ""], ""),
            (&["ftpsh", "\"a\\\"b\"c"], &["ftpsh", "a\"bc"], ""),
            (
                &["ftpsh", "[", "::", "1]", ":", "2"],
                &["ftpsh", "[::1]:2"],
                "[::1]:",
            ),
        ];
        for (pieces, words, kept) in table {
            let pieces: Vec<OsString> = pieces.iter().map(OsString::from).collect();
            let line = Line::read(&pieces, pieces.len() - 1);
            let expected = Line {
                words: words.iter().map(OsString::from).collect(),
                index: words.len() - 1,
                kept: kept.to_owned(),
            };
            assert_eq!(line, expected);
        }
    }
}
