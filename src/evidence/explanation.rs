//! What is said of one cause here and now.

use super::cause::Cause;

/// A cause with what is known filled into its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// The cause's name.
    pub(crate) id: &'static str,
    /// What happened, in whole sentences.
    pub(crate) here: String,
    /// What to type next; may be empty.
    pub(crate) next: String,
    /// The one line to say without being asked.
    pub(crate) hint: Option<String>,
    /// The usual reasons, where the cause has its own.
    pub(crate) usually: &'static str,
    /// Where that is written, where the cause has its own.
    pub(crate) source: &'static str,
    /// It is what the text of a reply says.
    pub(crate) is_in_servers_words: bool,
}

impl Explanation {
    /// What a cause says with these facts, each by the name that its place has; that of the command is empty.
    pub(crate) fn of<T: AsRef<str>>(cause: &str, facts: &[(&str, T)]) -> Self {
        let cause = Cause::named(cause);
        Self {
            id: cause.id,
            here: filled(cause.here, facts),
            next: filled(cause.next, facts),
            hint: cause.hint().map(|hint| filled(&hint, facts)),
            usually: cause.usually,
            source: cause.source,
            is_in_servers_words: false,
        }
    }
}

/// The text with its places filled. What is filled in may have braces of its own, which mean nothing.
pub(super) fn filled<T: AsRef<str>>(text: &str, facts: &[(&str, T)]) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        let fact = facts.iter().find(|(known, _)| *known == name);
        shown += before;
        shown += fact.map_or("", |(_, text)| text.as_ref());
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn what_is_filled_in_has_no_places() {
        let facts = [("", "RETR {b}"), ("b", "x")];
        assert_eq!(filled("{} and {b}", &facts), "RETR {b} and x");
        assert_eq!(filled("{c}.{", &facts), ".{");
    }
}
