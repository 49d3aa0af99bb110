//! What servers write in their replies, and which cause that is.

use std::sync::LazyLock;

use crate::protocol::Answered;

/// One row of `fragments.table`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    /// Reply codes, as in `425 450`; x stands for any digit.
    codes: &'static str,
    /// Verbs that were answered; * for all.
    verbs: &'static str,
    /// What stands in the reply's text, in any case; `...` for anything in between.
    text: &'static str,
    pub(super) cause: &'static str,
    /// Which server says so, or with which options it can be changed.
    pub(super) source: &'static str,
}

/// The cause that the reply's words name.
pub(super) fn cause_of(answered: &Answered) -> Option<&'static str> {
    let lines = answered.reply.lines.concat();
    let text = String::from_utf8_lossy(&lines).to_ascii_lowercase();
    let row = FRAGMENTS.iter().find(|row| row.fits(answered, &text))?;
    Some(row.cause)
}

/// What administrators can change where this is the cause, as `SERVER: OPTION`.
pub(crate) fn server_options(cause: &str) -> Vec<&'static str> {
    let mut options: Vec<&str> = FRAGMENTS
        .iter()
        .filter(|row| row.cause == cause)
        .flat_map(|row| row.source.split("; "))
        .filter(|source| source.contains(": "))
        .collect();
    options.dedup();
    options
}

impl Fragment {
    /// `text` is the reply's in lower case.
    fn fits(&self, answered: &Answered, text: &str) -> bool {
        let code = answered.reply.code.to_string();
        let is_code = |pattern: &str| {
            let mut digits = pattern.chars().zip(code.chars());
            pattern.len() == code.len()
                && digits.all(|(wanted, digit)| wanted == 'x' || wanted == digit)
        };
        let is_to = |verb: &str| verb == "*" || answered.is_to(&[verb]);
        self.codes.split(' ').any(is_code)
            && self.verbs.split(' ').any(is_to)
            && has_parts(text, &self.text.to_ascii_lowercase())
    }
}

/// Whether the parts of a fragment stand in a text, one after the other.
pub(crate) fn has_parts(text: &str, fragment: &str) -> bool {
    let mut rest = text;
    fragment
        .split(" ... ")
        .all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

/// The rows in their order; of what cannot be read, the number of the line.
pub(super) fn read(table: &'static str) -> impl Iterator<Item = Result<Fragment, usize>> {
    let lines = table.lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(number, line)| {
        let mut fields = line.split(" | ").map(str::trim);
        let mut field = || fields.next().filter(|it| !it.is_empty()).ok_or(number + 1);
        let row = Fragment {
            codes: field()?,
            verbs: field()?,
            text: field()?,
            cause: field()?,
            source: field()?,
        };
        Ok(row)
    })
}

static FRAGMENTS: LazyLock<Vec<Fragment>> =
    LazyLock::new(|| read(TABLE).filter_map(Result::ok).collect());

const TABLE: &str = include_str!("fragments.table");

#[cfg(test)]
mod tests {
    use super::{TABLE, cause_of, read};
    use crate::evidence::cause::Cause;
    use crate::protocol::user_pi::UserPi;
    use crate::protocol::{Command, verbs};

    #[test]
    fn every_row_of_the_table_can_be_read_and_is_found_by_its_words() {
        let place = |line| format!("src/evidence/fragments.table:{line}");
        let rows = read(TABLE).collect::<Result<Vec<_>, _>>();
        let rows = rows.unwrap_or_else(|line| {
            panic!("{}: CODES | VERBS | TEXT | CAUSE | SOURCE", place(line))
        });
        assert!(rows.len() > 40, "{}", rows.len());
        for row in rows {
            let Some(cause) = Cause::find(row.cause) else {
                panic!("fragments.table: there is no cause {}", row.cause);
            };
            assert!(!cause.here.is_empty() && !row.source.is_empty(), "{row:?}");
            for code in row.codes.split(' ') {
                for verb in row.verbs.split(' ') {
                    let verb = if verb == "*" { "RETR" } else { verb };
                    assert!(
                        verbs::entry(&crate::protocol::Verb::new(verb.as_bytes())).is_some(),
                        "{row:?}"
                    );
                    let (mut pi, _) = UserPi::new();
                    pi.receive(b"220 ready\r\n");
                    pi.send(&Command::new(format!("{verb} x")).unwrap());
                    let code = code.replace('x', "0");
                    let text = row.text.to_uppercase().replace(" ... ", " and then ");
                    pi.receive(format!("{code} {text}\r\n").as_bytes());
                    let answered = pi.last_answered().unwrap();
                    assert_eq!(cause_of(answered), Some(row.cause), "{row:?}");
                }
            }
        }
    }
}
