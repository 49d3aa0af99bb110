//! The lines of the history, by what they begin with.

/// Finds the latest line that begins with what is typed, among 100,000 lines as fast as among ten: a key must not have
/// to wait for it.
#[derive(Clone, Debug, Default)]
pub struct PastLines {
    /// Of earlier sessions, each once, in the order of their bytes.
    sorted: Vec<String>,
    /// When each of them was typed last: the higher, the younger.
    numbers: Vec<usize>,
    /// The latest of each [`BLOCK`] of `numbers`, as an index into it.
    latest: Vec<usize>,
    /// Of this session, oldest first.
    recent: Vec<String>,
}

impl PastLines {
    /// Takes the lines of earlier sessions, oldest first.
    pub fn new(lines: impl IntoIterator<Item = String>) -> Self {
        let mut numbered: Vec<(String, usize)> = lines
            .into_iter()
            .enumerate()
            .map(|(number, line)| (line, number))
            .collect();
        numbered.sort_unstable_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
        // Of equal lines the first is the latest, and it is kept.
        numbered.dedup_by(|later, first| later.0 == first.0);
        let (sorted, numbers): (Vec<String>, Vec<usize>) = numbered.into_iter().unzip();
        let starts = (0..numbers.len()).step_by(BLOCK);
        let latest = starts
            .filter_map(|start| {
                let end = numbers.len().min(start + BLOCK);
                (start..end).max_by_key(|&at| numbers[at])
            })
            .collect();
        Self {
            sorted,
            numbers,
            latest,
            recent: Vec::new(),
        }
    }

    /// Takes a line that was just typed.
    pub fn push(&mut self, line: &str) {
        self.recent.push(line.to_owned());
    }

    /// The latest line that begins with `prefix` and is longer.
    #[must_use]
    pub fn latest_after(&self, prefix: &str) -> Option<&str> {
        let continues = |line: &&String| line.len() > prefix.len() && line.starts_with(prefix);
        let recent = self.recent.iter().rev().find(continues);
        recent
            .or_else(|| self.latest_of_earlier_sessions(prefix))
            .map(String::as_str)
    }

    fn latest_of_earlier_sessions(&self, prefix: &str) -> Option<&String> {
        let start = self.sorted.partition_point(|line| line.as_str() <= prefix);
        let count = self.sorted[start..].partition_point(|line| line.starts_with(prefix));
        let mut best: Option<usize> = None;
        let mut at = start;
        while at < start + count {
            let whole_block = at.is_multiple_of(BLOCK) && at + BLOCK <= start + count;
            let (candidate, step) = if whole_block {
                (self.latest[at / BLOCK], BLOCK)
            } else {
                (at, 1)
            };
            if best.is_none_or(|best| self.numbers[candidate] > self.numbers[best]) {
                best = Some(candidate);
            }
            at += step;
        }
        best.map(|best| &self.sorted[best])
    }
}

const BLOCK: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::{prop_assert_eq, proptest};

    use super::PastLines;

    #[test]
    fn the_youngest_line_wins_and_this_session_is_younger_than_all_others() {
        let lines = ["SIZE a", "SIZE bc", "SIZE a", "PWD"].map(str::to_owned);
        let mut past = PastLines::new(lines);
        assert_eq!(past.latest_after("SI"), Some("SIZE a"));
        assert_eq!(past.latest_after("SIZE b"), Some("SIZE bc"));
        assert_eq!(past.latest_after("SIZE bc"), None);
        assert_eq!(past.latest_after("si"), None);
        past.push("SIZE bcd");
        past.push("PASV");
        assert_eq!(past.latest_after("SI"), Some("SIZE bcd"));
        assert_eq!(past.latest_after("P"), Some("PASV"));
        assert_eq!(past.latest_after("PW"), Some("PWD"));
    }

    proptest! {
        #[test]
        fn it_finds_what_a_search_from_the_end_finds(
            lines in vec("[ab]{0,9}", 0..1500),
            prefix in "[ab]{0,4}",
        ) {
            let found = lines.iter().rev().find(|line| line.starts_with(&prefix) && **line != prefix);
            let past = PastLines::new(lines.clone());
            prop_assert_eq!(past.latest_after(&prefix), found.map(String::as_str));
        }
    }
}
