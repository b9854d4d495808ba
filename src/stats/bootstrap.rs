use serde::{Deserialize, Serialize};

use super::random::Random;
use super::{all_finite, by_cluster, sums};
use crate::formats::{Error, ErrorKind, Result};

/// Settings of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Bootstrap {
    /// How many resamples are drawn, 100 to 1,000,000.
    pub resamples: u32,
    /// The nominal coverage of the interval, above 0 and below 1.
    pub level: f64,
    /// Where the random numbers begin.
    pub seed: u32,
}

/// The number of clusters below which percentile intervals are known to be too narrow.
pub const FEW_CLUSTERS: usize = 20;

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2000, level: 0.95, seed: 7 }
    }
}

impl Bootstrap {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// `Setting` for a number out of its range, with the name of the field.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, problem: String, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        if !(100..=1_000_000).contains(&self.resamples) {
            let problem = format!("{} resamples are asked for", self.resamples);
            return wrong("resamples", problem, "Ask for 100 to 1000000; 2000 is the default.");
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let problem = format!("the level is {}", self.level);
            return wrong("level", problem, "Give a share between 0 and 1, such as 0.95.");
        }
        Ok(())
    }
}

/// A figure and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Interval {
    /// The figure on the data as they are; absent where it is undefined.
    pub estimate: Option<f64>,
    /// The lower end; absent with fewer than two clusters, whose spread nothing can show.
    pub low: Option<f64>,
    /// The upper end; absent likewise.
    pub high: Option<f64>,
    /// Resamples in which the figure was undefined; the interval speaks of the others.
    pub undefined: u32,
}

/// Percentile bootstrap over whole clusters (Efron 1979; Davison & Hinkley 1997, §2.4 and §3.8).
///
/// A resample draws as many clusters as there are, with replacement, each with all of its rows,
/// and `statistic` is computed anew from them, numerator and denominator alike. The interval runs
/// between the (1 − level)/2 and (1 + level)/2 [`quantile`]s of the resampled figures.
///
/// It covers how the figure would vary had *other clusters* (users) been drawn from the same
/// population. It does not cover another sampling of the replies, nor another judge. With few
/// clusters (below [`FEW_CLUSTERS`]) it is too narrow, since it neglects that the spread itself is
/// estimated: at a nominal 95 % it covers about 89 % with 10 users and 93 % with 40
/// (`tests/stats.rs`, normal effects of unequal users).
///
/// `statistic` gets the clusters of one resample and returns N figures, NaN where undefined.
///
/// # Errors
///
/// `Empty` for no cluster; `Setting` as [`Bootstrap::check`] says.
///
/// ```
/// use attune::stats::{Bootstrap, bootstrap};
/// // Three users with the sum and the count of their rows.
/// let users = [(3.0, 1.0), (8.0, 2.0), (6.0, 3.0)];
/// let [mean] = bootstrap(&users, &Bootstrap::default(), |drawn| {
///     let (sum, n) = drawn.iter().fold((0.0, 0.0), |(s, n), user| (s + user.0, n + user.1));
///     [sum / n]
/// })?;
/// assert_eq!(mean.estimate, Some(17.0 / 6.0));
/// assert!(mean.low < mean.estimate && mean.estimate < mean.high);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn bootstrap<T, const N: usize>(
    clusters: &[T],
    settings: &Bootstrap,
    statistic: impl Fn(&[&T]) -> [f64; N],
) -> Result<[Interval; N]> {
    settings.check()?;
    if clusters.is_empty() {
        let mend = "Give at least one row.";
        return Err(Error::new(ErrorKind::Empty, "there is nothing to resample", mend));
    }
    let mut drawn: Vec<&T> = clusters.iter().collect();
    let estimates = statistic(&drawn);
    let mut figures: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    if clusters.len() > 1 {
        let mut random = Random::new(settings.seed);
        for _ in 0..settings.resamples {
            drawn.fill_with(|| &clusters[random.below(clusters.len())]);
            for (figures, figure) in figures.iter_mut().zip(statistic(&drawn)) {
                if figure.is_finite() {
                    figures.push(figure);
                }
            }
        }
    }
    let drawn = if clusters.len() > 1 { settings.resamples } else { 0 };
    Ok(std::array::from_fn(|at| {
        percentile_interval(estimates[at], &mut figures[at], drawn, settings.level)
    }))
}

/// The interval between the outer quantiles of `figures`, those defined among `drawn` resamples.
pub(super) fn percentile_interval(
    estimate: f64,
    figures: &mut [f64],
    drawn: u32,
    level: f64,
) -> Interval {
    figures.sort_by(f64::total_cmp);
    let estimate = Some(estimate).filter(|figure| figure.is_finite());
    let tail = (1.0 - level) / 2.0;
    // Without a figure there is nothing for an interval to surround.
    let end = |share| estimate.and_then(|_| quantile(figures, share));
    let undefined = drawn - figures.len() as u32;
    Interval { estimate, low: end(tail), high: end(1.0 - tail), undefined }
}

/// The mean of all rows, with the interval of [`bootstrap`] over whole clusters. The mean of a
/// resample divides by the number of rows in *that* resample.
///
/// * `rows`: the cluster (user) of each row and its value; their order plays no part.
///
/// # Errors
///
/// As for [`bootstrap`]; `NotFinite` for a value that is no finite number.
///
/// ```
/// use attune::stats::{Bootstrap, cluster_bootstrap};
/// let rows = [("ann", 4.0), ("ann", 5.0), ("bob", 3.0)];
/// let mean = cluster_bootstrap(&rows, &Bootstrap::default())?;
/// assert_eq!((mean.estimate, mean.low, mean.high), (Some(4.0), Some(3.0), Some(4.5)));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn cluster_bootstrap<K: Ord>(rows: &[(K, f64)], settings: &Bootstrap) -> Result<Interval> {
    ratio(rows.iter().map(|(cluster, value)| (cluster, [*value, 1.0])).collect(), settings)
}

/// Σ numerators / Σ denominators, with the interval of [`bootstrap`] over whole clusters; both
/// sums are taken anew in every resample. A resample whose denominators sum to 0 is undefined.
///
/// * `rows`: cluster, numerator and denominator of each row; their order plays no part.
///
/// # Errors
///
/// As for [`cluster_bootstrap`].
pub fn cluster_bootstrap_ratio<K: Ord>(
    rows: &[(K, f64, f64)],
    settings: &Bootstrap,
) -> Result<Interval> {
    ratio(
        rows.iter().map(|(cluster, above, below)| (cluster, [*above, *below])).collect(),
        settings,
    )
}

fn ratio<K: Ord>(rows: Vec<(K, [f64; 2])>, settings: &Bootstrap) -> Result<Interval> {
    all_finite(rows.iter().map(|(_, values)| values.as_slice()))?;
    let clusters: Vec<[f64; 2]> = by_cluster(rows).iter().map(sums).collect();
    let [ratio] = bootstrap(&clusters, settings, |drawn| {
        let [above, below] = sums(drawn.iter().copied());
        [if below == 0.0 { f64::NAN } else { above / below }]
    })?;
    Ok(ratio)
}

/// The quantile of `sorted` (ascending) at `share` (0 to 1), linear between neighbours (type 7 of
/// Hyndman & Fan 1996, the default of NumPy and R). `None` for no number.
///
/// ```
/// assert_eq!(attune::stats::quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// ```
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (low, high) = (*sorted.get(below)?, *sorted.get(above)?);
    Some(low + (high - low) * (place - below as f64))
}
