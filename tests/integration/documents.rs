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
        let test = format!("#[test]\n    fn {test}()");
        let file = read(path);
        let unindented = test.replace("\n    ", "\n");
        assert!(
            file.contains(&test) || file.contains(&unindented),
            "{name}: {path} has no {test}"
        );
    }
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

fn is_path(name: &str) -> bool {
    let begins = ["src/", "tests/", "docs/", ".ci/"]
        .iter()
        .any(|room| name.starts_with(room));
    begins && !name.contains([' ', '*', '<', '\n'])
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("there are pages");
    let mut pages: Vec<PathBuf> = docs
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    pages.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)));
    pages
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
