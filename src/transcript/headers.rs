//! What the comments at the top of a transcript say to the replay: `# key: value`.

use super::read_error::Fault;
use super::template::Template;
use super::variables::{Variables, is_name};

/// What the comments at the top say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `# server: ...`: what the transcript was recorded from. For people.
    pub server: Option<String>,
    /// `# requires: MLST`: what FEAT must list (RFC 2389), else the transcript is skipped.
    pub requires: Vec<String>,
    /// `# tls: implicit`: TLS begins with the connection (RFC 4217 appendix A).
    pub implicit_tls: bool,
    /// `# var: user = anonymous`: the values of variables that nobody gave another one.
    pub defaults: Variables,
}

impl Headers {
    /// Takes a comment, with its `#`; one that is no header says nothing.
    pub(super) fn read(&mut self, comment: &str) -> Result<(), Fault> {
        let Some((key, value)) = comment
            .strip_prefix("# ")
            .and_then(|text| text.split_once(": "))
        else {
            return Ok(());
        };
        let start = comment.len() - value.len();
        let fault = |problem| Err(Fault::new(start..comment.len(), problem));
        match key {
            "server" => self.server = Some(value.to_owned()),
            "requires" if value.trim().is_empty() => return fault(BAD_FEATURE),
            "requires" => self.requires.push(value.trim().to_owned()),
            "tls" if value == "implicit" => self.implicit_tls = true,
            "tls" => return fault(BAD_TLS),
            "var" => {
                return self
                    .read_variable(value)
                    .map_err(|fault| fault.behind(start));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_variable(&mut self, text: &str) -> Result<(), Fault> {
        let whole = 0..text.len();
        let (name, value) = match text.split_once(" = ") {
            Some(pair) => pair,
            None => (
                text.strip_suffix(" =")
                    .ok_or(Fault::new(whole, BAD_VARIABLE))?,
                "",
            ),
        };
        if !is_name(name) {
            return Err(Fault::new(0..name.len(), BAD_VARIABLE));
        }
        let start = text.len() - value.len();
        let value = Template::read(value).map_err(|fault| fault.behind(start))?;
        let octets = value
            .resolve(&Variables::default())
            .map_err(|_| Fault::new(start..text.len(), "a default holds no variables"))?;
        self.defaults.set(name, octets);
        Ok(())
    }
}

const BAD_FEATURE: &str =
    "the name of a feature was expected, as FEAT lists it: `# requires: MLST`";
const BAD_TLS: &str = "`implicit` was expected: TLS that begins later is an ordinary `C> AUTH TLS`";
const BAD_VARIABLE: &str = "a name and its default were expected: `# var: user = anonymous`";

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn headers_are_told_from_comments() {
        let mut headers = Headers::default();
        for comment in [
            "# a transcript",
            "# server: vsftpd 3.0.5",
            "# requires: MLST",
            "# requires: REST STREAM",
            "# tls: implicit",
            "# var: user = a b",
            "# var: empty =",
            "# note: what is unknown is a comment",
            "#requires: nothing",
            "#",
        ] {
            headers.read(comment).unwrap();
        }
        assert_eq!(headers.server.as_deref(), Some("vsftpd 3.0.5"));
        assert_eq!(headers.requires, ["MLST", "REST STREAM"]);
        assert!(headers.implicit_tls);
        assert_eq!(headers.defaults.value("user"), Some(&b"a b"[..]));
        assert_eq!(headers.defaults.value("empty"), Some(&b""[..]));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_named_with_its_place() {
        for (comment, span) in [
            ("# tls: explicit", 7..15),
            ("# requires:  ", 12..13),
            ("# var: User = A", 7..11),
            ("# var: user=A", 7..13),
            ("# var: user = {x}", 14..17),
            ("# var: user = {", 14..15),
        ] {
            let fault = Headers::default().read(comment).unwrap_err();
            assert_eq!(fault.span, span, "{comment}");
        }
    }
}
