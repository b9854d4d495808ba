use super::keyed::{Keyed, Purpose, poisson_weights};

/// Sums over clusters in every resample of a Poisson bootstrap (Hanley & MacGibbon 2006; Chamandy
/// et al. 2012), which other such sums can be added to.
///
/// Each cluster stands in a resample as often as a Poisson variable with mean 1 says, instead of
/// being drawn among a fixed number of clusters. For figures that are ratios of sums the two agree
/// but for terms of order 1/clusters, and no cluster's weight depends on the others: shards of the
/// clusters give partial sums that add up to those of a single run.
///
/// ```
/// use attune::stats::{PoissonBootstrap, cluster_key};
/// // Three users, each with a sum and a count; the mean is a ratio of two sums.
/// let users = [("ann", [3.0, 1.0]), ("bob", [8.0, 2.0]), ("cyd", [6.0, 3.0])];
/// let rows: Vec<(u64, &[f64])> =
///     users.iter().map(|(name, row)| (cluster_key(name), row.as_slice())).collect();
/// let mut whole = PoissonBootstrap::new(1000, 2, 7);
/// whole.add(&rows);
/// let (mut a, mut b) = (PoissonBootstrap::new(1000, 2, 7), PoissonBootstrap::new(1000, 2, 7));
/// a.add(&rows[2..]);
/// b.add(&rows[..2]);
/// a.merge(&b);
/// assert_eq!(a.of(0), whole.of(0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PoissonBootstrap {
    resamples: usize,
    seed: u32,
    /// One component after another, each with its sum in every resample.
    sums: Vec<f64>,
}

/// Resamples worked on at a time: their sums stay in the processor's nearest cache.
const BLOCK: usize = 512;

impl PoissonBootstrap {
    /// Empty sums of `width` components in each of `resamples` resamples.
    pub fn new(resamples: usize, width: usize, seed: u32) -> Self {
        Self { resamples, seed, sums: vec![0.0; resamples * width] }
    }

    /// Adds clusters: the key of each and its components, as many as the width says. Calls with
    /// many clusters are faster than many calls.
    pub fn add(&mut self, clusters: &[(u64, &[f64])]) {
        let mut weights = [0u16; BLOCK];
        let mut factors = [0f64; BLOCK];
        for first in (0..self.resamples).step_by(BLOCK) {
            let length = BLOCK.min(self.resamples - first);
            for (key, components) in clusters {
                let cluster = Keyed::new(*key, self.seed, Purpose::Weights);
                poisson_weights(cluster, first, &mut weights[..length]);
                for (factor, &weight) in factors.iter_mut().zip(&weights[..length]) {
                    *factor = f64::from(weight);
                }
                let sums = self.sums.chunks_mut(self.resamples).zip(*components);
                for (sums, &value) in sums.filter(|(_, value)| **value != 0.0) {
                    for (sum, factor) in sums[first..][..length].iter_mut().zip(&factors) {
                        *sum += factor * value;
                    }
                }
            }
        }
    }

    /// Adds the sums of other clusters, drawn from the same seed with as many resamples and
    /// components; sums of another shape are left alone, which [`Self::fits`] tells beforehand.
    pub fn merge(&mut self, other: &Self) {
        if self.fits(other) {
            self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| *sum += more);
        }
    }

    /// Whether `other` has the same seed, resamples and components.
    pub fn fits(&self, other: &Self) -> bool {
        (self.seed, self.resamples, self.sums.len())
            == (other.seed, other.resamples, other.sums.len())
    }

    /// The sum of one component in every resample; empty for a component beyond the width.
    pub fn of(&self, component: usize) -> &[f64] {
        self.sums.get(component * self.resamples..(component + 1) * self.resamples).unwrap_or(&[])
    }

    /// All sums, one component after another, as [`Self::from_sums`] takes them back.
    pub fn sums(&self) -> &[f64] {
        &self.sums
    }

    /// Sums kept earlier. `None` where they are not `resamples` for each of some components.
    pub fn from_sums(resamples: usize, seed: u32, sums: Vec<f64>) -> Option<Self> {
        let whole = sums.len().is_multiple_of(resamples);
        whole.then_some(Self { resamples, seed, sums })
    }
}
