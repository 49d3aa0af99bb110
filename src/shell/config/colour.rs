//! Whether the dialogue is coloured: `--color`, and the variables of <https://bixense.com/clicolors/>.

use std::ffi::OsString;

use super::options::Colour;

/// What the user has decided; `None` leaves it to whether the dialogue goes to a terminal. `variable` reads the
/// environment.
///
/// `--color always` and `never` beat everything, NO_COLOR beats CLICOLOR_FORCE, and that beats CLICOLOR=0 and
/// a dumb terminal.
pub(crate) fn decide(
    choice: Colour,
    is_dumb: bool,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Option<bool> {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is = |name, wanted: &str| variable(name).is_some_and(|value| value == wanted);
    match choice {
        Colour::Always => Some(true),
        Colour::Never => Some(false),
        Colour::Auto if is_set("NO_COLOR") => Some(false),
        Colour::Auto if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => Some(true),
        Colour::Auto if is_dumb || is("CLICOLOR", "0") => Some(false),
        Colour::Auto => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, decide};

    #[test]
    fn the_option_comes_first_and_then_the_variables_in_their_order() {
        let all = "NO_COLOR=1 CLICOLOR_FORCE=1 CLICOLOR=0 TERM=dumb";
        for (choice, environment, decided) in [
            (Colour::Always, all, Some(true)),
            (Colour::Never, "CLICOLOR_FORCE=1", Some(false)),
            (Colour::Auto, "", None),
            (Colour::Auto, all, Some(false)),
            (Colour::Auto, "NO_COLOR=0", Some(false)),
            (Colour::Auto, "NO_COLOR=", None),
            (
                Colour::Auto,
                "CLICOLOR_FORCE=1 CLICOLOR=0 TERM=dumb",
                Some(true),
            ),
            (Colour::Auto, "CLICOLOR_FORCE=0", None),
            (Colour::Auto, "CLICOLOR_FORCE=", None),
            (Colour::Auto, "CLICOLOR=0", Some(false)),
            (Colour::Auto, "CLICOLOR=1", None),
            (Colour::Auto, "TERM=dumb", Some(false)),
            (Colour::Auto, "TERM=xterm", None),
        ] {
            let variable = |name: &str| {
                let mut words = environment.split_whitespace();
                let found = words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
                found.map(Into::into)
            };
            assert_eq!(
                decide(choice, environment.contains("dumb"), &variable),
                decided,
                "{choice:?} {environment}"
            );
        }
    }
}
