//! How far Recall's estimates may be off, for two readers: one who speaks of users like these, one
//! who speaks of exactly these users.

use statrs::distribution::{ContinuousCDF, Normal};

use super::ranking::Standing;
use super::types::{NoPositives, RecallSettings};
use crate::formats::Result;
use crate::stats::{Bootstrap, Interval, bootstrap_sums};

/// Hits and exposed positives of one user at one K.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hits {
    /// m, the hits among the exposed positives; a fraction where ties are shared.
    pub m: f64,
    /// n, the exposed positives.
    pub n: f64,
    /// N̄/N, the share of the candidates that the user was shown.
    pub shown: f64,
}

impl Hits {
    pub fn of(standings: &[Standing], k: u32, settings: &RecallSettings, shown: f64) -> Self {
        let m = standings.iter().map(|place| place.hit(k as usize, settings.ties)).sum();
        Self { m, n: standings.len() as f64, shown }
    }
}

/// The macro and micro figures of every column with their intervals over users: what other users
/// of the same kind would have given. Users are drawn whole, and each resample's figures are
/// ratios of that resample's own sums.
///
/// * `columns`: the users' hits, in the same order of users, one list a scheme and K.
pub(super) fn over_users(
    columns: &[Vec<Hits>],
    settings: &RecallSettings,
) -> Result<Vec<[Interval; 2]>> {
    let users = columns.first().map_or(0, Vec::len);
    let rows: Vec<Vec<f64>> = (0..users)
        .map(|user| {
            let n = columns[0][user].n;
            let mut row = vec![f64::from(n > 0.0), n];
            for column in columns {
                let Hits { m, n, .. } = column[user];
                row.extend([if n > 0.0 { m / n } else { 0.0 }, m]);
            }
            row
        })
        .collect();
    let Bootstrap { resamples, level, seed } = settings.bootstrap();
    let drawn = bootstrap_sums(&rows, &Bootstrap { resamples, level, seed }, |sums| {
        let of = match settings.no_positives {
            NoPositives::Skip => sums[0],
            NoPositives::Zero if sums[0] > 0.0 => users as f64,
            NoPositives::Zero => 0.0,
        };
        sums[2..].chunks(2).flat_map(|pair| [pair[0] / of, pair[1] / sums[1]]).collect()
    })?;
    Ok(drawn.chunks(2).map(|pair| [pair[0], pair[1]]).collect())
}

/// The interval of the macro URE for exactly these users, of whom only the exposure was drawn:
/// the estimate ± z · standard error, within 0 and 1. `None` where no user has a positive.
///
/// Given n, a user's m is hypergeometric, so Var(m/n) = R(1 − R)/n · (N⁺ − n)/(N⁺ − 1); the plug-in
/// is (1 − N̄/N) · p(1 − p)/(n − 1) with p = m/n for n ≥ 2. One positive tells nothing of its own
/// spread: such users take the variance between them, which is never less on average.
pub(super) fn over_exposure(users: &[Hits], level: f64) -> Option<[f64; 2]> {
    let with: Vec<&Hits> = users.iter().filter(|hits| hits.n > 0.0).collect();
    if with.is_empty() {
        return None;
    }
    let count = with.len() as f64;
    let single: Vec<f64> = with.iter().filter(|hits| hits.n == 1.0).map(|hits| hits.m).collect();
    let between = variance(&single).unwrap_or(0.25);
    let of_user = |hits: &&Hits| {
        let Hits { m, n, shown } = **hits;
        let p = m / n;
        (1.0 - shown) * if n == 1.0 { between } else { p * (1.0 - p) / (n - 1.0) }
    };
    let estimate = with.iter().map(|hits| hits.m / hits.n).sum::<f64>() / count;
    let error = with.iter().map(of_user).sum::<f64>().sqrt() / count;
    let reach = Normal::standard().inverse_cdf(0.5 + level / 2.0) * error;
    Some([(estimate - reach).max(0.0), (estimate + reach).min(1.0)])
}

/// The variance with n − 1; `None` for fewer than two values.
fn variance(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.len() > 1)
        .then(|| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}
