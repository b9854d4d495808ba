use super::random::Random;
use super::{all_finite, by_cluster, sums};
use crate::formats::{Error, ErrorKind, Result};

/// Settings of a test by sign flips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignFlips {
    /// How many random flips are drawn, 99 to 10,000,000; all of them are gone through instead
    /// where the clusters allow no more than that.
    pub permutations: u32,
    /// Where the random numbers begin.
    pub seed: u32,
}

impl Default for SignFlips {
    fn default() -> Self {
        Self { permutations: 9999, seed: 7 }
    }
}

impl SignFlips {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// `Setting` for a number of permutations out of range.
    pub fn check(&self) -> Result<()> {
        if (99..=10_000_000).contains(&self.permutations) {
            return Ok(());
        }
        let problem = format!("{} permutations are asked for", self.permutations);
        let mend = "Ask for 99 to 10000000; 9999 is the default.";
        Err(Error::new(ErrorKind::Setting, problem, mend).at_field("permutations"))
    }
}

/// What [`sign_flip_test`] found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlipTest<const N: usize> {
    /// The two-sided p-value of each component, never 0.
    pub p: [f64; N],
    /// The flips compared with the observed signs.
    pub permutations: u32,
    /// Whether these are all there are.
    pub exact: bool,
}

/// Paired permutation test by flipping the signs of whole clusters (Fisher 1935; Winkler et al.
/// 2014 on exchangeability blocks).
///
/// Where two systems are exchangeable for every user, the differences of a user could as well have
/// the opposite sign, all together. The figure is |Σ of the differences|, which orders flips as the
/// mean does. p = (1 + flips at least as large) / (1 + flips): the observed signs are one of the
/// possible ones, so p is never 0 (Phipson & Smyth 2010). Where 2^clusters − 1 flips are no more than
/// `permutations`, every one is gone through and p is exact.
///
/// * `clusters`: for each cluster the sum of its differences, N of them, tested each by itself on
///   the same flips.
///
/// # Errors
///
/// `Empty` for no cluster; `NotFinite` for a difference that is no finite number; `Setting` for a
/// number of permutations out of range.
///
/// ```
/// use attune::stats::{SignFlips, sign_flip_test};
/// // Eight sign patterns; all plus and all minus are as large as what was observed.
/// let test = sign_flip_test(&[[1.0], [2.0], [3.0]], &SignFlips::default())?;
/// assert_eq!((test.p, test.exact), ([0.25], true));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn sign_flip_test<const N: usize>(
    clusters: &[[f64; N]],
    settings: &SignFlips,
) -> Result<SignFlipTest<N>> {
    settings.check()?;
    if clusters.is_empty() {
        let mend = "Give at least one pair.";
        return Err(Error::new(ErrorKind::Empty, "there is no pair to compare", mend));
    }
    all_finite(clusters.iter().map(<[f64; N]>::as_slice))?;
    // Flips that tie with the observed signs must count as such whatever the rounding.
    let sizes: [f64; N] =
        std::array::from_fn(|at| clusters.iter().map(|cluster| cluster[at].abs()).sum());
    let observed = sums(clusters);
    let bounds: [f64; N] = std::array::from_fn(|at| observed[at].abs() - 1e-12 * sizes[at]);
    let mut reached = [0u32; N];
    let mut compare = |flipped: [f64; N]| {
        for (reached, (sum, bound)) in reached.iter_mut().zip(flipped.iter().zip(bounds)) {
            *reached += u32::from(sum.abs() >= bound);
        }
    };
    let all = 1u64.checked_shl(clusters.len() as u32).map_or(u64::MAX, |patterns| patterns - 1);
    let exact = all <= u64::from(settings.permutations);
    let permutations = if exact { all as u32 } else { settings.permutations };
    let mut random = Random::new(settings.seed);
    for flip in 1..=permutations {
        let mut bits = flip;
        compare(clusters.iter().enumerate().fold([0.0; N], |mut flipped, (at, cluster)| {
            if !exact && at % 32 == 0 {
                bits = random.bits();
            }
            let minus = bits >> (at % 32) & 1 == 1;
            for (sum, value) in flipped.iter_mut().zip(cluster) {
                *sum += if minus { -value } else { *value };
            }
            flipped
        }));
    }
    let p = reached.map(|reached| f64::from(1 + reached) / f64::from(1 + permutations));
    Ok(SignFlipTest { p, permutations, exact })
}

/// [`sign_flip_test`] on rows: the cluster (user) of each pair and its difference. The order of the
/// rows plays no part.
///
/// # Errors
///
/// As for [`sign_flip_test`].
pub fn cluster_sign_flips<K: Ord>(
    rows: &[(K, f64)],
    settings: &SignFlips,
) -> Result<SignFlipTest<1>> {
    all_finite(rows.iter().map(|(_, value)| std::slice::from_ref(value)))?;
    let rows = rows.iter().map(|(cluster, value)| (cluster, [*value]));
    let clusters: Vec<[f64; 1]> = by_cluster(rows).iter().map(sums).collect();
    sign_flip_test(&clusters, settings)
}
