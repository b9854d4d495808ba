use serde::{Deserialize, Serialize};

use super::keyed::{Keyed, Purpose};

/// Up to so many clusters with a difference every pattern of signs is gone through.
const EXACT: usize = 13;

/// A paired test by sign flips, as [`sign_flip_test`](super::sign_flip_test), whose flips belong to
/// the cluster and not to its place: shards of the clusters add up to a single run.
///
/// p = (1 + flips at least as large) / (1 + flips), two-sided on |Σ of the differences|, never 0
/// (Phipson & Smyth 2010). With at most 13 clusters that differ at all, every pattern of signs is
/// gone through and p is exact.
///
/// ```
/// use attune::stats::{KeyedFlips, cluster_key};
/// let mut flips = KeyedFlips::new(9999, 7);
/// for (user, difference) in [("ann", 1.0), ("bob", 2.0), ("cyd", 3.0)] {
///     flips.add(cluster_key(user), difference);
/// }
/// assert_eq!(flips.p(), 0.25);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyedFlips {
    seed: u32,
    /// The sum under each flip.
    sums: Vec<f64>,
    observed: f64,
    /// Σ of the sizes: what rounding is measured by.
    size: f64,
    /// The differences by cluster, while they are few enough to go through all signs.
    few: Option<Vec<f64>>,
}

impl KeyedFlips {
    /// No cluster yet.
    pub fn new(permutations: usize, seed: u32) -> Self {
        Self {
            seed,
            sums: vec![0.0; permutations],
            observed: 0.0,
            size: 0.0,
            few: Some(Vec::new()),
        }
    }

    /// Adds a cluster's difference. One that is 0 plays no part.
    pub fn add(&mut self, key: u64, difference: f64) {
        if difference == 0.0 {
            return;
        }
        let cluster = Keyed::new(key, self.seed, Purpose::Signs);
        for (at, sums) in self.sums.chunks_mut(64).enumerate() {
            let bits = cluster.bits(at);
            for (place, sum) in sums.iter_mut().enumerate() {
                *sum += if bits >> place & 1 == 1 { -difference } else { difference };
            }
        }
        self.observed += difference;
        self.size += difference.abs();
        self.keep(&[difference]);
    }

    /// Adds the clusters of another shard with the same seed and number of flips; others are left
    /// alone, which [`Self::fits`] tells beforehand.
    pub fn merge(&mut self, other: &Self) {
        if !self.fits(other) {
            return;
        }
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| *sum += more);
        self.observed += other.observed;
        self.size += other.size;
        match &other.few {
            Some(few) => self.keep(few),
            None => self.few = None,
        }
    }

    /// Whether `other` has the same seed and number of flips.
    pub fn fits(&self, other: &Self) -> bool {
        (self.seed, self.sums.len()) == (other.seed, other.sums.len())
    }

    /// Whether it has this seed and number of flips.
    pub fn is_of(&self, permutations: usize, seed: u32) -> bool {
        (self.seed, self.sums.len()) == (seed, permutations)
    }

    fn keep(&mut self, more: &[f64]) {
        if let Some(few) = &mut self.few {
            few.extend_from_slice(more);
            if few.len() > EXACT {
                self.few = None;
            }
        }
    }

    /// The two-sided p-value; 1 where nothing differs.
    pub fn p(&self) -> f64 {
        // Flips that tie with the observed signs must count as such whatever the rounding.
        let bound = self.observed.abs() - 1e-12 * self.size;
        let reached = |sum: f64| sum.abs() >= bound;
        if let Some(few) = &self.few {
            let patterns = 1u32 << few.len();
            let flipped = |pattern: u32| -> f64 {
                let sign = |at: usize| if pattern >> at & 1 == 1 { -1.0 } else { 1.0 };
                few.iter().enumerate().map(|(at, value)| sign(at) * value).sum()
            };
            let count = (0..patterns).filter(|&pattern| reached(flipped(pattern))).count();
            return count as f64 / f64::from(patterns);
        }
        let count = self.sums.iter().filter(|sum| reached(**sum)).count();
        (1 + count) as f64 / (1 + self.sums.len()) as f64
    }
}
