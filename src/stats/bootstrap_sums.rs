use super::bootstrap::percentile_interval;
use super::random::Random;
use super::{Bootstrap, Interval, all_finite};
use crate::formats::{Error, ErrorKind, Result};

/// Percentile bootstrap over whole clusters, as [`bootstrap`](super::bootstrap), for any number of
/// figures that follow from *sums* over clusters (means, ratios): the sums of a resample are taken
/// by how often each cluster was drawn, at a cost of clusters × components a resample.
///
/// * `clusters`: a row of components for each cluster (user), all of one width. Their order plays
///   no part.
/// * `figures`: the figures out of the sums of all components, NaN where undefined; the same
///   number of them each time.
///
/// # Errors
///
/// `Empty` for no cluster; `NotFinite` for a component that is no finite number; `Mismatch` for rows
/// of different widths; `Setting` as [`Bootstrap::check`] says.
///
/// ```
/// use attune::stats::{Bootstrap, bootstrap_sums};
/// // Three users with the sum and the count of their rows: the mean over all rows.
/// let users = vec![vec![3.0, 1.0], vec![8.0, 2.0], vec![6.0, 3.0]];
/// let means = bootstrap_sums(&users, &Bootstrap::default(), |sums| vec![sums[0] / sums[1]])?;
/// assert_eq!(means[0].estimate, Some(17.0 / 6.0));
/// assert!(means[0].low < means[0].estimate && means[0].estimate < means[0].high);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn bootstrap_sums(
    clusters: &[Vec<f64>],
    settings: &Bootstrap,
    figures: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<Vec<Interval>> {
    settings.check()?;
    let Some(width) = clusters.first().map(Vec::len) else {
        let mend = "Give at least one row.";
        return Err(Error::new(ErrorKind::Empty, "there is nothing to resample", mend));
    };
    if let Some(at) = clusters.iter().position(|row| row.len() != width) {
        let problem = format!("row {at} has another width than the first");
        return Err(Error::new(ErrorKind::Mismatch, problem, "Give rows of one width."));
    }
    all_finite(clusters.iter().map(Vec::as_slice))?;
    // Which cluster comes first must not matter to what a seed gives.
    let mut rows: Vec<&[f64]> = clusters.iter().map(Vec::as_slice).collect();
    rows.sort_by(|a, b| {
        let unequal = a.iter().zip(*b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        unequal.unwrap_or(std::cmp::Ordering::Equal)
    });

    let mut sums = vec![0.0; width];
    let mut times = vec![1_u32; rows.len()];
    add(&rows, &times, &mut sums);
    let estimates = figures(&sums);
    let resamples = if rows.len() > 1 { settings.resamples } else { 0 };
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); estimates.len()];
    let mut random = Random::new(settings.seed);
    for _ in 0..resamples {
        times.fill(0);
        for _ in 0..rows.len() {
            times[random.below(rows.len())] += 1;
        }
        add(&rows, &times, &mut sums);
        for (drawn, figure) in drawn.iter_mut().zip(figures(&sums)) {
            if figure.is_finite() {
                drawn.push(figure);
            }
        }
    }
    let figures = estimates.iter().zip(&mut drawn);
    Ok(figures
        .map(|(&estimate, drawn)| percentile_interval(estimate, drawn, resamples, settings.level))
        .collect())
}

/// The sum of `rows`, each as often as `times` says.
fn add(rows: &[&[f64]], times: &[u32], sums: &mut [f64]) {
    sums.fill(0.0);
    for (row, &times) in rows.iter().zip(times).filter(|(_, times)| **times > 0) {
        let times = f64::from(times);
        for (sum, value) in sums.iter_mut().zip(*row) {
            *sum += times * value;
        }
    }
}
