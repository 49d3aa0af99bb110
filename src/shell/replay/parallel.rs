//! Several transcripts at a time, taken in the order in which they were named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does `work` for every item, `jobs` at a time, and gives the results to `take` in order, each as soon as those before
/// it are there. `take` ends the run by `false`: what is being worked on is finished and not taken.
pub(super) fn run_in_order<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> bool,
) {
    if jobs <= 1 {
        // `all` stops at the first `false`.
        items.iter().all(|item| take(work(item)));
        return;
    }
    let next = AtomicUsize::new(0);
    let (sender, done) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    // Nothing receives it once the run has ended.
                    if sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut taken = 0;
        for (index, result) in done {
            early.insert(index, result);
            while let Some(result) = early.remove(&taken) {
                taken += 1;
                if !take(result) {
                    next.store(items.len(), Ordering::Relaxed);
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::run_in_order;

    #[test]
    fn results_are_told_in_order_whoever_is_first() {
        let items: Vec<usize> = (0..50).collect();
        for jobs in [1, 2, 7, 64] {
            let mut taken = Vec::new();
            run_in_order(
                &items,
                jobs,
                |item| item * 2,
                |result| {
                    taken.push(result);
                    true
                },
            );
            assert_eq!(taken, (0..50).map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn as_many_run_at_a_time_as_are_allowed() {
        let barrier = Barrier::new(4);
        run_in_order(&[(); 8], 4, |()| barrier.wait().is_leader(), |_| true);
    }

    #[test]
    fn whoever_tells_can_end_the_run() {
        for jobs in [1, 3] {
            let mut taken = 0;
            run_in_order(
                &[(); 1000],
                jobs,
                |()| (),
                |()| {
                    taken += 1;
                    taken < 2
                },
            );
            assert_eq!(taken, 2);
        }
    }
}
