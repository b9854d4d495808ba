//! Statistics shared by the jobs.
//!
//! Rows that belong to one user are not independent, so whatever is drawn at random here, to
//! resample or to flip signs, is drawn by *cluster* (the user), never by row. Every draw comes
//! from a seed that the caller passes and reports.

mod bca;
mod bootstrap;
mod flips;
mod holm;
mod keyed;
mod poisson_bootstrap;
pub(crate) mod random;
mod rank;
mod sign_flip;

pub use bca::{RatioMoments, bca_interval};
pub use bootstrap::{
    Bootstrap, FEW_CLUSTERS, Interval, bootstrap, cluster_bootstrap, cluster_bootstrap_ratio,
    quantile,
};
pub use flips::KeyedFlips;
pub use holm::holm;
pub use keyed::cluster_key;
pub(crate) use keyed::{Keyed, Purpose};
pub use poisson_bootstrap::PoissonBootstrap;
pub(crate) use random::Random;
pub use rank::{average_ranks, kendall, pearson, spearman};
pub use sign_flip::{SignFlipTest, SignFlips, cluster_sign_flips, sign_flip_test};

use std::collections::BTreeMap;

/// Values by cluster, clusters in the order of their keys. Each cluster's values are sorted, so
/// that sums of them do not depend on the order of the rows, to the last bit.
pub(crate) fn by_cluster<K: Ord, const N: usize>(
    rows: impl IntoIterator<Item = (K, [f64; N])>,
) -> Vec<Vec<[f64; N]>> {
    let mut clusters: BTreeMap<K, Vec<[f64; N]>> = BTreeMap::new();
    for (cluster, values) in rows {
        clusters.entry(cluster).or_default().push(values);
    }
    let mut clusters: Vec<_> = clusters.into_values().collect();
    for values in &mut clusters {
        values.sort_by(|a, b| {
            let unequal = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            unequal.unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    clusters
}

/// The sum of each component.
pub(crate) fn sums<'a, const N: usize>(rows: impl IntoIterator<Item = &'a [f64; N]>) -> [f64; N] {
    rows.into_iter().fold([0.0; N], |mut sums, row| {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        sums
    })
}

/// Refuses the first number that is NaN or infinite, by its place in `rows`.
fn all_finite<'a>(rows: impl IntoIterator<Item = &'a [f64]>) -> crate::formats::Result<()> {
    use crate::formats::{Error, ErrorKind};
    for (at, values) in rows.into_iter().enumerate() {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            let mend = "Every number must be finite: leave the row out or mend what produced it.";
            let error = Error::new(ErrorKind::NotFinite, format!("the number is {value}"), mend);
            return Err(error.in_row(at).in_field("rows"));
        }
    }
    Ok(())
}
