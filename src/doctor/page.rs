//! The page of a check, made from its file.

use std::fmt::Write;

use super::check::Check;

/// The page of one check, in Markdown.
#[must_use]
pub fn page(check: &Check) -> String {
    let mut text = format!("# {}\n\n", check.id);
    let _ = writeln!(text, "How it should be: {}.\n", check.title);
    let _ = writeln!(text, "{}\n", check.why);
    let _ = writeln!(text, "Who is hit by it: {}\n", check.who);
    let source = check.source.as_deref().unwrap_or("no RFC says it");
    let _ = writeln!(
        text,
        "Group: {}. Class: {}. Source: {source}.",
        check.group.word(),
        check.class.word()
    );
    if !check.fixes.is_empty() {
        text += "\n## How to set it right\n\n| server | what to set |\n|---|---|\n";
        for (server, fix) in &check.fixes {
            let mut sources = check.fix_sources.iter();
            let source = sources.find(|(other, _)| other == server);
            let source = source.map(|(_, source)| format!(" ([source]({source}))"));
            let _ = writeln!(text, "| {server} | {fix}{} |", source.unwrap_or_default());
        }
    }
    if check.is_dialogue() {
        text += "\n## How it is found out\n\n";
        text += "The verdict is that of the nearest finding above the line that is not as expected; `ok` if there is none.\n\n";
        let _ = writeln!(text, "```text\n{}```", check.dialogue_text());
    } else {
        text += "\nA program finds it out: it measures, compares, or looks at TLS.\n";
    }
    text
}

/// The list of all checks, in Markdown.
#[must_use]
pub fn index(checks: &[Check]) -> String {
    let mut text = "# The checks of `ftpsh doctor`\n\nEach has a page of its own. [What the command does](../doctor.md).\n\n\
                    | check | group | class | how it should be |\n|---|---|---|---|\n"
        .to_owned();
    for check in checks {
        let _ = writeln!(
            text,
            "| [{id}]({id}.md) | {} | {} | {} |",
            check.group.word(),
            check.class.word(),
            check.title,
            id = check.id
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{index, page};
    use crate::doctor::checks::built_in;

    #[test]
    fn the_pages_of_the_checks_are_those_of_their_files() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks");
        let checks = built_in();
        let mut pages = vec![("README".to_owned(), index(&checks))];
        pages.extend(checks.iter().map(|check| (check.id.clone(), page(check))));
        for (name, expected) in &pages {
            let path = folder.join(format!("{name}.md"));
            if std::env::var_os("FTPSH_WRITE_CHECKS").is_some() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, expected).unwrap();
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(
                &text, expected,
                "FTPSH_WRITE_CHECKS=1 writes the page {name}"
            );
        }
        let written = fs::read_dir(&folder).unwrap().count();
        assert_eq!(
            written,
            pages.len(),
            "a page in docs/checks belongs to no check"
        );
    }
}
