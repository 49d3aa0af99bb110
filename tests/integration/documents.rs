//! What the pages name exists: files, tests, and the pages that they link to.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_quirk_names_its_code_and_its_test() {
    let page = read("docs/quirks.md");
    let quirks: Vec<&str> = page.split("\n### ").skip(1).collect();
    assert!(quirks.len() > 20, "the quirks were not found");
    for quirk in quirks {
        let name = quirk.lines().next().unwrap();
        let named = |kind: &str| -> Vec<&str> {
            let line = quirk.lines().find_map(|line| line.strip_prefix(kind));
            line.unwrap_or_else(|| panic!("{name} has no {kind}"))
                .split('`')
                .skip(1)
                .step_by(2)
                .collect()
        };
        read(named("Code: ")[0]);
        let [path, test] = named("Test: ")[..] else {
            panic!("{name}: a file and a test");
        };
        assert!(
            tests_in(&read(path)).contains(&test),
            "{name}: {path} has no {test}"
        );
    }
}

#[test]
fn every_row_of_a_table_names_its_tests() {
    let sources: Vec<String> = sources().iter().map(|path| read_path(path)).collect();
    let known: Vec<&str> = sources.iter().flat_map(|source| tests_in(source)).collect();
    let mut rows = 0;
    for page in pages() {
        let text = read_path(&page);
        for row in rows_with_tests(&text) {
            let last = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
            let names: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{}: {row} has no test", page.display());
            for name in names {
                assert!(known.contains(&name), "{}: no {name}", page.display());
            }
            rows += 1;
        }
    }
    assert!(rows > 50, "the rows were not found");
}

/// The rows of the tables whose last column is called `test`.
fn rows_with_tests(page: &str) -> impl Iterator<Item = &str> {
    let mut is_table_with_tests = false;
    page.lines().filter(move |line| {
        let is_row = line.starts_with('|');
        let is_head = is_row && line.ends_with("| test |");
        let is_rule = line.starts_with("|-");
        is_table_with_tests = is_head || is_row && is_table_with_tests;
        is_table_with_tests && !is_head && !is_rule
    })
}

/// The names of the tests that a source file holds.
fn tests_in(source: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_marked = false;
    for line in source.lines().map(str::trim_start) {
        if let (true, Some(rest)) = (is_marked, line.strip_prefix("fn ")) {
            names.extend(rest.split('(').next());
        }
        is_marked = line == "#[test]" || is_marked && line.starts_with("#[");
    }
    names
}

/// Every file of Rust.
fn sources() -> Vec<PathBuf> {
    let mut folders = vec![root().join("src"), root().join("tests/integration")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it is a folder") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        }
    }
    sources
}

#[test]
fn every_file_that_a_page_names_exists() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let named = text.split('`').skip(1).step_by(2);
        for path in named.filter(|name| is_path(name)) {
            assert!(root().join(path).exists(), "{}: {path}", page.display());
        }
    }
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'));
        for (link, _) in links.filter(|(link, _)| !link.contains("://")) {
            let target = page.parent().unwrap().join(link);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}

/// What is checked elsewhere can be checked here too.
#[test]
fn every_workflow_calls_the_scripts_and_nothing_else() {
    let mut runs = 0;
    for workflow in fs::read_dir(root().join(".github/workflows")).expect("there are workflows") {
        let text = read_path(&workflow.expect("it can be listed").path());
        for line in text.lines().map(str::trim) {
            let line = line.trim_start_matches("- ");
            if let Some(command) = line.strip_prefix("run: ") {
                assert!(matches!(command, ".ci/run" | "tests/platforms"), "{line}");
                runs += 1;
            }
            let uses = line.strip_prefix("uses: ");
            assert!(
                uses.is_none_or(|action| action.starts_with("actions/checkout@")),
                "{line}"
            );
        }
    }
    assert!(runs >= 2, "{runs}");
}

fn is_path(name: &str) -> bool {
    let begins = ["src/", "tests/", "docs/", ".ci/", "packaging/"]
        .iter()
        .any(|room| name.starts_with(room));
    begins && !name.contains([' ', '*', '<', '\n'])
}

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = ["docs", "docs/checks"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).expect("there are pages"))
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.is_file())
        .collect();
    let others = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "RELEASING.md",
    ];
    pages.extend(others.map(|name| root().join(name)));
    pages
}

fn read(path: &str) -> String {
    read_path(&root().join(path))
}

fn read_path(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
