//! Random numbers that belong to a cluster rather than to its place in a list.
//!
//! A run over a million users is split among machines, and the parts must add up to what one
//! machine would have drawn. So each draw is a pure function of the seed, the cluster's key and
//! the number of the resample, with no state that passes from one cluster to the next.

use sha2::{Digest, Sha256};

/// The increment of SplitMix64: 2⁶⁴ divided by the golden ratio, odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of a cluster: the first eight bytes of the SHA-256 of its name. Among a million clusters
/// two share a key by chance once in 37 million runs.
///
/// ```
/// assert_ne!(attune::stats::cluster_key("ann"), attune::stats::cluster_key("bob"));
/// ```
pub fn cluster_key(name: &str) -> u64 {
    let hash = Sha256::digest(name.as_bytes());
    hash.iter().take(8).fold(0, |key, &byte| key << 8 | u64::from(byte))
}

/// What is drawn; each purpose has numbers of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Weights = 1,
    Signs = 2,
    Order = 3,
}

/// The random numbers of one cluster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyed(u64);

impl Keyed {
    pub(crate) fn new(key: u64, seed: u32, purpose: Purpose) -> Self {
        Self(mix(key ^ mix((u64::from(seed) << 8 | purpose as u64).wrapping_mul(GAMMA))))
    }

    /// The 64 random bits at place `at`: SplitMix64 (Steele, Lea & Flood 2014), whose state is a
    /// counter and which therefore can be entered anywhere.
    pub(crate) fn bits(self, at: usize) -> u64 {
        mix(self.0.wrapping_add(GAMMA.wrapping_mul(at as u64 + 1)))
    }
}

/// SplitMix64's finaliser (Steele, Lea & Flood 2014): every bit of `z` moves every other.
pub(super) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// P(W ≤ j) of a Poisson variable with mean 1, for j = 0 to 7, times 2¹⁶. What lies beyond 8 has a
/// chance of 1.1 · 10⁻⁶, less than the grain of 2⁻¹⁶; rounded so, the mean of the weights is exactly 1.
const BELOW: [u16; 8] = [24109, 48219, 60273, 64292, 65296, 65497, 65531, 65535];

/// How often a cluster stands in each of the resamples `first`, `first` + 1, …: Poisson with mean 1.
/// `first` must be a multiple of 4.
pub(crate) fn poisson_weights(cluster: Keyed, first: usize, weights: &mut [u16]) {
    debug_assert!(first.is_multiple_of(4));
    for (at, four) in weights.chunks_mut(4).enumerate() {
        let bits = cluster.bits(first / 4 + at);
        for (place, weight) in four.iter_mut().enumerate() {
            *weight = (bits >> (16 * place)) as u16;
        }
    }
    for weight in weights {
        let drawn = *weight;
        *weight = BELOW.iter().map(|&below| u16::from(drawn >= below)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_poisson_with_mean_one_and_independent_of_where_a_block_begins() {
        let mut counts = [0u32; 9];
        let mut product = 0.0;
        const DRAWS: usize = 4000;
        for user in 0..500 {
            let cluster = Keyed::new(cluster_key(&user.to_string()), 7, Purpose::Weights);
            let mut all = vec![0; DRAWS];
            poisson_weights(cluster, 0, &mut all);
            let mut later = vec![0; DRAWS - 1000];
            poisson_weights(cluster, 1000, &mut later);
            assert_eq!(later, all[1000..]);
            all.iter().for_each(|&weight| counts[weight as usize] += 1);
            product += all.windows(2).map(|two| f64::from(two[0] * two[1])).sum::<f64>();
        }
        let n = 500.0 * DRAWS as f64;
        let mut chance = (-1.0_f64).exp();
        for (j, &count) in counts.iter().enumerate().take(7) {
            let error = (chance * (1.0 - chance) / n).sqrt();
            let gap = f64::from(count) / n - chance;
            assert!(gap.abs() < 5.0 * error + 1e-5, "P(W = {j}) is off by {gap}");
            chance /= (j + 1) as f64;
        }
        // Neighbouring resamples are uncorrelated: E[W W'] = 1, with variance 3.
        assert!((product / n - 1.0).abs() < 5.0 * (3.0 / n).sqrt(), "{}", product / n);
    }
}
