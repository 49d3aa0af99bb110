//! Tables that are written in several files and joined by the compiler.

/// How many rows the groups hold together.
pub(super) const fn count<T>(groups: &[&[T]]) -> usize {
    let mut rows = 0;
    let mut group = 0;
    while group < groups.len() {
        rows += groups[group].len();
        group += 1;
    }
    rows
}

/// The rows of all groups, one group behind the other; `N` is their [`count`], and the first group is not empty.
pub(super) const fn joined<T: Copy, const N: usize>(groups: &[&[T]]) -> [T; N] {
    let mut rows = [groups[0][0]; N];
    let mut filled = 0;
    let mut group = 0;
    while group < groups.len() {
        let mut row = 0;
        while row < groups[group].len() {
            rows[filled] = groups[group][row];
            filled += 1;
            row += 1;
        }
        group += 1;
    }
    rows
}
