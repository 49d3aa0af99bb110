//! Text with places for arguments.

/// Text with places for arguments: `$1` to `$9`, `$*` for all of them, `${2-or-name-of-1}` for the second or, if there
/// is none, the last component of the path that the first one is; `$$` is a dollar sign.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    /// Counted from 1, as all positions here.
    Argument(usize),
    AllArguments,
    ArgumentOrName {
        argument: usize,
        path: usize,
    },
}

/// How many arguments are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Arity {
    pub(super) least: usize,
    /// Without `unlimited`, not less than `least`.
    pub(super) most: usize,
    pub(super) unlimited: bool,
}

impl Arity {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: self.most.max(other.most),
            unlimited: self.unlimited || other.unlimited,
        }
    }
}

/// Which characters separate the components of a path whose last one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathOf {
    /// A local path: what separates on this system.
    LocalFile,
    /// A remote path, to become a local name: both `/` and `\`, so that no name leaves the folder on any system.
    RemoteFile,
}

/// A template filled with arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) bytes: Vec<u8>,
    /// Whether a name was taken from a path, not given.
    pub(super) has_taken_name: bool,
}

/// A path has no last component that could name a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MissingFileName;

/// A `$` that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadDollar;

impl Template {
    pub(super) fn parse(text: &[u8]) -> Result<Self, BadDollar> {
        let mut parts = Vec::new();
        let mut fixed = Vec::new();
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != b'$' {
                fixed.push(byte);
                continue;
            }
            if let Some(after) = rest.strip_prefix(b"$") {
                fixed.push(b'$');
                rest = after;
                continue;
            }
            if !fixed.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut fixed)));
            }
            let (part, after) = Part::parse(rest).ok_or(BadDollar)?;
            parts.push(part);
            rest = after;
        }
        if !fixed.is_empty() {
            parts.push(Part::Text(fixed));
        }
        Ok(Self { parts })
    }

    /// Puts the arguments in. There must be at least as many as [`Template::arity`] wants.
    pub(super) fn fill(
        &self,
        arguments: &[Vec<u8>],
        path_of: PathOf,
    ) -> Result<Filled, MissingFileName> {
        let mut bytes = Vec::new();
        let mut has_taken_name = false;
        for part in &self.parts {
            match part {
                Part::Text(text) => bytes.extend_from_slice(text),
                Part::Argument(position) => bytes.extend_from_slice(&arguments[position - 1]),
                Part::AllArguments if arguments.is_empty() => {
                    // `LIST $*` without arguments is LIST, not LIST and a space.
                    bytes.pop_if(|last| *last == b' ');
                }
                Part::AllArguments => bytes.extend(arguments.join(&b' ')),
                Part::ArgumentOrName { argument, path } => match arguments.get(argument - 1) {
                    Some(given) => bytes.extend_from_slice(given),
                    None => {
                        bytes.extend_from_slice(last_component(&arguments[path - 1], path_of)?);
                        has_taken_name = true;
                    }
                },
            }
        }
        Ok(Filled {
            bytes,
            has_taken_name,
        })
    }

    pub(super) fn arity(&self) -> Arity {
        self.parts
            .iter()
            .map(Part::arity)
            .fold(Arity::default(), Arity::and)
    }

    pub(super) fn takes_arguments(&self) -> bool {
        self.without_arguments().is_none()
    }

    /// The text, if there is no place in it.
    pub(super) fn without_arguments(&self) -> Option<Vec<u8>> {
        match self.parts.as_slice() {
            [] => Some(Vec::new()),
            [Part::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether this is `$*` and nothing else.
    pub(super) fn is_all_arguments(&self) -> bool {
        self.parts == [Part::AllArguments]
    }

    /// Whether the command code is written out, so that no argument can choose it.
    pub(super) fn has_fixed_verb(&self) -> bool {
        let Some(Part::Text(text)) = self.parts.first() else {
            return false;
        };
        let verb = text.trim_ascii_start();
        let is_followed = verb.iter().any(u8::is_ascii_whitespace);
        !verb.is_empty() && (is_followed || self.parts.len() == 1)
    }
}

impl Part {
    /// Reads what follows a `$`.
    fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        match text {
            [b'*', rest @ ..] => Some((Self::AllArguments, rest)),
            [b'{', argument, rest @ ..] => {
                let rest = rest.strip_prefix(b"-or-name-of-")?;
                let [path, b'}', rest @ ..] = rest else {
                    return None;
                };
                let argument = position(*argument)?;
                let path = position(*path)?;
                Some((Self::ArgumentOrName { argument, path }, rest))
            }
            [digit, rest @ ..] => Some((Self::Argument(position(*digit)?), rest)),
            [] => None,
        }
    }

    fn arity(&self) -> Arity {
        let (least, most) = match *self {
            Self::Text(_) | Self::AllArguments => (0, 0),
            Self::Argument(position) => (position, position),
            Self::ArgumentOrName { argument, path } => (path, argument.max(path)),
        };
        Arity {
            least,
            most,
            unlimited: *self == Self::AllArguments,
        }
    }
}

fn position(digit: u8) -> Option<usize> {
    matches!(digit, b'1'..=b'9').then(|| usize::from(digit - b'0'))
}

fn last_component(path: &[u8], path_of: PathOf) -> Result<&[u8], MissingFileName> {
    let separates = |byte: &u8| match path_of {
        PathOf::LocalFile => std::path::is_separator(char::from(*byte)),
        PathOf::RemoteFile => matches!(byte, b'/' | b'\\'),
    };
    let name = path.rsplit(separates).next().unwrap_or_default();
    let leads_elsewhere = cfg!(windows) && name.contains(&b':');
    if leads_elsewhere || [&b""[..], b".", b".."].contains(&name) {
        return Err(MissingFileName);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::{Arity, BadDollar, MissingFileName, PathOf, Template};

    fn fill(template: &str, arguments: &[&str]) -> String {
        let arguments: Vec<Vec<u8>> = arguments.iter().map(|a| a.as_bytes().to_vec()).collect();
        let template = Template::parse(template.as_bytes()).ok().unwrap();
        let filled = template.fill(&arguments, PathOf::RemoteFile).unwrap();
        String::from_utf8(filled.bytes).unwrap()
    }

    #[test]
    fn arguments_take_their_places() {
        for (template, arguments, filled) in [
            ("NOOP", &[][..], "NOOP"),
            ("CWD $1", &["a b"], "CWD a b"),
            ("$2 $1$1", &["a", "b"], "b aa"),
            ("$9", &["1", "2", "3", "4", "5", "6", "7", "8", "9"], "9"),
            ("$10", &["a"], "a0"),
            ("LIST $*", &[], "LIST"),
            ("LIST  $*", &[], "LIST "),
            ("LIST $*", &["-l", "a b"], "LIST -l a b"),
            ("SITE $1 $*", &["a", "b"], "SITE a a b"),
            ("a$$1", &["x"], "a$1"),
            ("$$$1", &["x"], "$x"),
            ("CWD $1", &["$2 $$ $*"], "CWD $2 $$ $*"),
            ("${2-or-name-of-1}", &["x/y", "z"], "z"),
            ("${2-or-name-of-1}", &["x/y"], "y"),
            ("${2-or-name-of-1}", &["x\\y"], "y"),
            ("${2-or-name-of-1}", &["/x/../.y"], ".y"),
        ] {
            assert_eq!(fill(template, arguments), filled, "{template}");
        }
    }

    #[test]
    fn a_dollar_sign_that_means_nothing_is_refused() {
        for text in [
            "$",
            "a $",
            "$0",
            "$a",
            "$passive",
            "${1}",
            "${2-or-name-of-1",
            "${2-or-name-of-x}",
        ] {
            assert_eq!(
                Template::parse(text.as_bytes()).err(),
                Some(BadDollar),
                "{text}"
            );
        }
    }

    #[test]
    fn a_path_that_ends_in_no_name_gives_none() {
        let template = Template::parse(b"${2-or-name-of-1}").ok().unwrap();
        for path in ["", "/", "a/", ".", "..", "a/..", "a\\"] {
            let filled = template.fill(&[path.into()], PathOf::RemoteFile);
            assert_eq!(filled, Err(MissingFileName), "{path}");
        }
    }

    #[test]
    fn the_places_say_how_many_arguments_are_wanted() {
        for (text, least, most, unlimited) in [
            ("NOOP $$", 0, 0, false),
            ("$1 $3", 3, 3, false),
            ("$*", 0, 0, true),
            ("$1 $*", 1, 1, true),
            ("$1 ${2-or-name-of-1}", 1, 2, false),
        ] {
            let expected = Arity {
                least,
                most,
                unlimited,
            };
            assert_eq!(
                Template::parse(text.as_bytes()).ok().unwrap().arity(),
                expected
            );
        }
    }

    #[test]
    fn a_verb_is_fixed_if_no_argument_can_touch_it() {
        for (text, is_fixed) in [
            ("NOOP", true),
            ("SITE $*", true),
            (" PASS $1", true),
            ("PASS\t$1", true),
            ("PASS$1", false),
            ("PA$1 x", false),
            ("$1", false),
            ("  $1", false),
            ("", false),
            (" ", false),
        ] {
            let template = Template::parse(text.as_bytes()).ok().unwrap();
            assert_eq!(template.has_fixed_verb(), is_fixed, "{text}");
        }
    }
}
