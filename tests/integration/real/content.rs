//! Files whose bytes look random and are the same in every run.

/// So many bytes; another seed gives others.
pub(super) fn random_bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        bytes.extend(random.next().to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}

/// Asserts that two files are the same, without printing them.
#[track_caller]
pub(super) fn assert_same(found: &[u8], expected: &[u8]) {
    if found == expected {
        return;
    }
    let same = found.iter().zip(expected).take_while(|(a, b)| a == b);
    panic!(
        "{} bytes instead of {}, different from byte {} on",
        found.len(),
        expected.len(),
        same.count()
    );
}

/// Numbers that look random (splitmix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least `from`, less than `to`.
    pub(super) fn between(&mut self, from: usize, to: usize) -> usize {
        let width = u64::try_from(to - from).expect("a width fits");
        from + usize::try_from(self.next() % width).expect("less than a usize")
    }
}
