//! The rows of the table of verbs, by what the verbs are for. See [`super::verbs`].

mod access;
mod checksums;
mod files;
mod grid;
mod information;
mod mail;
mod of_one_server;
mod replies;
mod security;
mod transfer_parameters;
mod transfers;

use super::verbs::VerbEntry;

/// Every verb that a registry, an RFC or a server in use knows, sorted by name.
pub static VERBS: &[VerbEntry] = &SORTED;

const GROUPS: &[&[VerbEntry]] = &[
    access::ROWS,
    transfer_parameters::ROWS,
    transfers::ROWS,
    files::ROWS,
    information::ROWS,
    security::ROWS,
    checksums::ROWS,
    grid::ROWS,
    mail::ROWS,
    of_one_server::ROWS,
];

static SORTED: [VerbEntry; super::rows::count(GROUPS)] = sorted(super::rows::joined(GROUPS));

/// A search by name wants the rows in order; to read and edit, they stand together by what they are for.
const fn sorted<const N: usize>(mut rows: [VerbEntry; N]) -> [VerbEntry; N] {
    let mut unsorted = 1;
    while unsorted < N {
        let mut place = unsorted;
        while place > 0 && is_before(rows[place].name, rows[place - 1].name) {
            let row = rows[place];
            rows[place] = rows[place - 1];
            rows[place - 1] = row;
            place -= 1;
        }
        unsorted += 1;
    }
    rows
}

const fn is_before(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() {
        if left[at] != right[at] {
            return left[at] < right[at];
        }
        at += 1;
    }
    left.len() < right.len()
}
