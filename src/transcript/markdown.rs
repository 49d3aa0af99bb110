//! Text that is not markup, in Markdown.

/// The most backquotes that stand together.
pub(crate) fn longest_run(lines: &[String]) -> usize {
    let runs = lines
        .iter()
        .flat_map(|line| line.split(|character| character != '`'));
    runs.map(str::len).max().unwrap_or(0)
}

/// As it stands: nothing in it is markup.
pub(crate) fn escaped(text: &str) -> String {
    let escape = |character: char| match character {
        c if c.is_ascii_punctuation() && !".,:;'\"%{}()/?-".contains(c) => format!("\\{c}"),
        c => c.to_string(),
    };
    let text: String = text.chars().map(escape).collect();
    // Some readers make links of these without any markup.
    let text = text.replace("://", "\\://").replace("www.", "www\\.");
    // These mean something where a line begins.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let begins_list = digits > 0 && text[digits..].starts_with(['.', ')']);
    match text.chars().next() {
        Some('-') => format!("\\{text}"),
        _ if begins_list => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
    }
}

/// As code, whatever it holds.
pub(crate) fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(&[text.to_owned()]) + 1);
    format!("{fence}{text}{fence}")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn only_what_could_be_markup_is_escaped() {
        for (text, expected) in [
            ("1.2.3.4 says \"{a}\"", "1\\.2.3.4 says \"{a}\""),
            ("- a|b *c*", "\\- a\\|b \\*c\\*"),
            ("http://a www.b <i>", "http\\://a www\\.b \\<i\\>"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }
}
