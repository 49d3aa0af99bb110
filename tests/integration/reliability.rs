//! The page on reliability shows a whole table, in which nothing was lost in silence.

use std::fs;
use std::path::Path;

const PAGE: &str = "docs/reliability.md";
/// Servers, directions, protections, ways to cut.
const ROWS: usize = 4 * 2 * 2 * 4;
const OFFSETS: usize = 50;
/// Of servers that are set up in another way.
const OTHER_OFFSETS: usize = 17;

#[test]
fn the_table_of_cuts_has_every_row_and_no_silent_loss() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, table) = page.split_once("<!-- cuts begin -->").expect("a table");
    let (table, _) = table.split_once("<!-- cuts end -->").expect("its end");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    // A head of two lines, and the sums.
    assert_eq!(rows.len(), 2 + 2 * ROWS + 1);
    let mut names: Vec<_> = rows[2..].iter().map(|row| &row[..4]).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2 * ROWS + 1, "no row comes twice");
    let mut sums = [0; 7];
    for (index, row) in rows[2..2 + 2 * ROWS].iter().enumerate() {
        let numbers = numbers(row);
        let [cases, whole, told, needless, silent, shortened, _] = numbers;
        let offsets = if index < ROWS { OFFSETS } else { OTHER_OFFSETS };
        assert_eq!(cases, offsets, "{row:?}");
        assert_eq!(whole + told, cases, "{row:?}");
        assert_eq!([needless, silent, shortened], [0; 3], "{row:?}");
        for (sum, number) in sums.iter_mut().zip(numbers) {
            *sum += number;
        }
    }
    assert_eq!(numbers(&rows[2 + 2 * ROWS]), sums);
}

fn numbers(row: &[&str]) -> [usize; 7] {
    let numbers: Vec<usize> = row[4..]
        .iter()
        .map(|number| number.parse().expect("a number"))
        .collect();
    numbers.try_into().expect("seven numbers")
}

/// A filter that matches nothing would check nothing.
#[test]
fn the_commands_that_check_the_promises_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join(PAGE)).expect("the page is there");
    let (_, promises) = page.split_once("## What is promised").expect("a section");
    let (promises, _) = promises.split_once("\n## ").expect("another one");
    let filters = promises.split("test(").skip(1);
    let filters: Vec<&str> = filters.filter_map(|it| it.split(')').next()).collect();
    assert!(filters.len() > 10, "{filters:?}");
    for filter in filters {
        let path = filter.trim_end_matches("::").replace("::", "/");
        let places = [
            format!("tests/integration/{path}"),
            format!("tests/integration/{path}.rs"),
            format!("src/client/{path}.rs"),
        ];
        let exists = places.iter().any(|place| root.join(place).exists());
        assert!(exists, "{filter}");
    }
}
