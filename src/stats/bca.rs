use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::quantile;

/// Sums over clusters of the products of a ratio's numerator x and denominator d, from which the
/// acceleration of BCa follows without going through the clusters again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioMoments {
    x2: f64,
    xd: f64,
    d2: f64,
    x3: f64,
    x2d: f64,
    xd2: f64,
    d3: f64,
}

impl RatioMoments {
    /// Adds one cluster.
    pub fn add(&mut self, x: f64, d: f64) {
        self.x2 += x * x;
        self.xd += x * d;
        self.d2 += d * d;
        self.x3 += x * x * x;
        self.x2d += x * x * d;
        self.xd2 += x * d * d;
        self.d3 += d * d * d;
    }

    /// Adds the clusters of another shard.
    pub fn merge(&mut self, other: &Self) {
        self.x2 += other.x2;
        self.xd += other.xd;
        self.d2 += other.d2;
        self.x3 += other.x3;
        self.x2d += other.x2d;
        self.xd2 += other.xd2;
        self.d3 += other.d3;
    }

    /// BCa's acceleration of the ratio Σx / Σd = `theta`: Σl³ / 6(Σl²)^{3/2} with the influence
    /// l = x − θd of each cluster (Efron & Tibshirani 1993, eq. 14.15 and 22.29). 0 where nothing
    /// varies.
    pub fn acceleration(&self, theta: f64) -> f64 {
        let squares = self.x2 - 2.0 * theta * self.xd + theta * theta * self.d2;
        let cubes = self.x3 - 3.0 * theta * self.x2d + 3.0 * theta * theta * self.xd2
            - theta.powi(3) * self.d3;
        // Sums of squares that cancel leave rounding behind, which is no variance.
        if squares <= 1e-12 * (self.x2 + theta * theta * self.d2) {
            return 0.0;
        }
        cubes / (6.0 * squares.powf(1.5))
    }
}

/// The bias-corrected and accelerated interval (BCa; Efron 1987; Efron & Tibshirani 1993, §14.3):
/// the quantiles of the resampled figures are shifted by how far these lie from the estimate in the
/// median, and by how the standard error grows with the figure.
///
/// * `figures`: the figure in each resample, ascending.
/// * `acceleration`: as of [`RatioMoments::acceleration`]; 0 corrects for bias alone.
///
/// `None` for no figure, and for an estimate that is none. Figures that tie with the estimate count as half below it.
pub fn bca_interval(
    estimate: f64,
    figures: &[f64],
    acceleration: f64,
    level: f64,
) -> Option<[f64; 2]> {
    if figures.is_empty() || !estimate.is_finite() {
        return None;
    }
    let normal = Normal::standard();
    // Whether a figure ties with the estimate must not hang on the order of its summands.
    let rounding = 1e-10 * estimate.abs();
    let below = figures.partition_point(|&figure| figure < estimate - rounding) as f64;
    let upto = figures.partition_point(|&figure| figure <= estimate + rounding) as f64;
    let count = figures.len() as f64;
    // A share of 0 or 1 would put the ends at infinity.
    let share =
        ((below + upto) / 2.0 / count).clamp(0.5 / (count + 1.0), 1.0 - 0.5 / (count + 1.0));
    let bias = normal.inverse_cdf(share);
    let place = |tail: f64| {
        let z = bias + normal.inverse_cdf(tail);
        let shrink = 1.0 - acceleration * z;
        // Beyond the pole of the transformation the quantile is the outermost one.
        if shrink <= 0.0 { tail.round() } else { normal.cdf(bias + z / shrink) }
    };
    let tail = (1.0 - level) / 2.0;
    Some([quantile(figures, place(tail))?, quantile(figures, place(1.0 - tail))?])
}
