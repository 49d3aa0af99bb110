//! At which byte a transfer is cut: the edges of buffers and records, and places drawn from a seed.

use super::super::content::Random;
use super::Setup;

pub(super) const SMALL: usize = 1_060_921;
/// More than the buffers between the program and a relay can hold: the cut comes while it still sends.
pub(super) const LARGE: usize = 6_291_469;
/// What a buffer or a TLS record holds, and what such a record takes on the wire under TLS 1.3.
const EDGES: [usize; 6] = [4096, 16_384, 16_406, 65_536, 262_144, 1_048_576];
/// Cuts for each way of cutting, in the test run.
const SAMPLE: [usize; 2] = [1, 2];
/// The other directives get one cut for so many of the usual ones.
const OTHER_SHARE: usize = 3;
/// How many cuts for each way of cutting, in place of the sample.
pub(super) const COUNT: &str = "FTPSH_CUT_OFFSETS";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Of the file.
    pub(super) size: usize,
    /// How many bytes pass before the cut.
    pub(super) offset: usize,
    /// The transfer that is cut is a STOR or RETR; else it is a `resume` too.
    pub(super) by_hand: bool,
}

impl Spot {
    /// As many as the environment says; else a few of both kinds.
    pub(super) fn wanted(setup: Setup, seed: u64) -> Vec<Self> {
        let edges = match setup {
            Setup::Usual => Self::edges(),
            Setup::Other => Vec::new(),
        };
        let mut random = Random::new(seed);
        let Some(count) = std::env::var_os(COUNT) else {
            let [few, drawn] = SAMPLE;
            let few = few.min(edges.len());
            let some = (0..few).map(|_| edges[random.between(0, edges.len())]);
            let mut spots: Vec<Self> = some.collect();
            spots.extend((0..drawn).map(|number| Self::draw(&mut random, number)));
            return spots;
        };
        let count: usize = count
            .to_str()
            .and_then(|count| count.parse().ok())
            .unwrap_or_else(|| panic!("{COUNT} is a number"));
        let count = match setup {
            Setup::Usual => count,
            Setup::Other => count.div_ceil(OTHER_SHARE),
        };
        let mut spots = edges;
        spots.truncate(count);
        let drawn = count - spots.len();
        spots.extend((0..drawn).map(|number| Self::draw(&mut random, number)));
        spots
    }

    fn edges() -> Vec<Self> {
        let around = EDGES.iter().flat_map(|edge| [edge - 1, *edge, edge + 1]);
        let offsets = [0, 1, SMALL - 1, SMALL].into_iter().chain(around);
        let spots = offsets.enumerate().map(|(number, offset)| Self {
            size: SMALL,
            offset,
            by_hand: number % 2 == 0,
        });
        spots.collect()
    }

    /// Every third in the large file.
    fn draw(random: &mut Random, number: usize) -> Self {
        let size = if number % 3 == 1 { LARGE } else { SMALL };
        Self {
            size,
            offset: random.between(0, size + 1),
            by_hand: number.is_multiple_of(2),
        }
    }
}
