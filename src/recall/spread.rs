use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::settings::{Cell, Metric};
use super::user::UserTask;

/// How far the exposure alone may move a macro figure of URE for *these users*, gathered user by
/// user.
///
/// Given n, a user's mean gain is that of n draws without replacement among all they like, with
/// variance S²/n · (1 − n/N⁺). S² is estimated without bias by the sample's, and n/N⁺ by N̄/N:
/// for hits that is (1 − N̄/N) · p(1 − p)/(n − 1). One positive tells nothing of its own spread, so
/// such users take the variance between them. Which users have a positive at all is chance too: the
/// figure's target weighs each by that chance, and their spread adds to the variance in the measure
/// in which users are without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Spread {
    /// Users of the log, and those with a positive.
    users: f64,
    with: f64,
    /// Σ of 1 − N̄/N of those with a positive: 0 where nothing was left to chance.
    left: f64,
    /// Σ of the users' figures and of their squares.
    sum: f64,
    squares: f64,
    /// Σ of the variances of those with two positives or more.
    within: f64,
    /// Users with one: how many, Σ of 1 − N̄/N, of their figures, of the squares.
    single: f64,
    single_left: f64,
    single_sum: f64,
    single_squares: f64,
}

impl Spread {
    /// A user with exposed positives and the gain of each.
    pub fn add(&mut self, cell: &Cell, user: &UserTask, gains: &[f64]) {
        let n = gains.len() as f64;
        let shown = user.exposed().len() as f64;
        let left = (1.0 - shown / user.candidates).max(0.0);
        if cell.metric == Metric::Precision {
            return self.add_precision(cell, user, gains);
        }
        let mean = gains.iter().sum::<f64>() / n;
        let about = |mean: f64| gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>();
        self.users += 1.0;
        self.with += 1.0;
        self.left += left;
        self.sum += mean;
        self.squares += mean * mean;
        if n == 1.0 {
            self.single += 1.0;
            self.single_left += left;
            self.single_sum += mean;
            self.single_squares += mean * mean;
        } else {
            self.within += left * about(mean) / (n - 1.0) / n;
        }
    }

    /// A user of the log without a positive.
    pub fn add_empty(&mut self, cell: &Cell, user: &UserTask) {
        if cell.metric == Metric::Precision {
            return self.add_precision(cell, user, &[]);
        }
        self.users += 1.0;
    }

    /// Precision is N/K times the mean over the N̄ shown of "liked and in the top K", a sample
    /// without replacement from N.
    fn add_precision(&mut self, cell: &Cell, user: &UserTask, gains: &[f64]) {
        let (shown, all) = (user.exposed().len() as f64, user.candidates);
        let scale = all / f64::from(cell.k);
        let mean = gains.iter().sum::<f64>() / shown;
        let about = gains.iter().map(|gain| gain * gain).sum::<f64>() - shown * mean * mean;
        self.users += 1.0;
        self.with += 1.0;
        self.left += (1.0 - shown / all).max(0.0);
        self.sum += scale * mean;
        self.squares += (scale * mean).powi(2);
        if shown > 1.0 {
            let left = (1.0 - shown / all).max(0.0);
            self.within += scale * scale * left * about.max(0.0) / (shown - 1.0) / shown;
        } else {
            self.single += 1.0;
            self.single_left += 1.0 - 1.0 / all;
            self.single_sum += scale * mean;
            self.single_squares += (scale * mean).powi(2);
        }
    }

    /// Adds the users of another shard.
    pub fn merge(&mut self, other: &Self) {
        self.users += other.users;
        self.with += other.with;
        self.left += other.left;
        self.sum += other.sum;
        self.squares += other.squares;
        self.within += other.within;
        self.single += other.single;
        self.single_left += other.single_left;
        self.single_sum += other.single_sum;
        self.single_squares += other.single_squares;
    }

    /// The variance of the macro figure and the figure itself; `None` without a positive.
    fn variance(&self) -> Option<(f64, f64)> {
        if self.with == 0.0 {
            return None;
        }
        let mean = self.sum / self.with;
        let between = |count: f64, sum: f64, squares: f64| {
            (count > 1.0).then(|| ((squares - sum * sum / count) / (count - 1.0)).max(0.0))
        };
        // A lone user with one positive: the most that a share can vary.
        let single = between(self.single, self.single_sum, self.single_squares).unwrap_or(0.25);
        let chance = self.within + self.single_left * single;
        let users = between(self.with, self.sum, self.squares).unwrap_or(0.0);
        // What users differ by beyond chance, in the share in which they are left to chance.
        let true_spread = (users - chance / self.with).max(0.0);
        let absent = 1.0 - self.with / self.users;
        let variance = chance / (self.with * self.with) + absent * true_spread / self.with;
        Some((variance, mean))
    }

    /// The interval at `level`. For shares (`share`: figures within 0 and 1) it is Wilson's (1927)
    /// with as many draws as would give this variance, which unlike estimate ± z · error stays
    /// within 0 and 1 and holds its level when hits are few.
    pub fn interval(&self, level: f64, share: bool) -> Option<[f64; 2]> {
        let (variance, mean) = self.variance()?;
        let z = Normal::standard().inverse_cdf(0.5 + level / 2.0);
        if self.left <= 0.0 {
            return Some([mean, mean]);
        }
        if variance <= 0.0 && share {
            // No hit, or nothing but hits: as many draws as there are users must do.
            let draws = self.with * self.with / self.left;
            let reach = z * z / (draws + z * z);
            return Some([(mean - reach).max(0.0), (mean + reach).min(1.0)]);
        }
        if !share || mean <= 0.0 || mean >= 1.0 {
            let reach = z * variance.sqrt();
            let top = if share { 1.0 } else { f64::INFINITY };
            return Some([(mean - reach).max(0.0), (mean + reach).min(top)]);
        }
        let draws = mean * (1.0 - mean) / variance;
        let shrink = 1.0 + z * z / draws;
        let middle = (mean + z * z / (2.0 * draws)) / shrink;
        let reach = z * (variance + z * z / (4.0 * draws * draws)).sqrt() / shrink;
        Some([(middle - reach).max(0.0), (middle + reach).min(1.0)])
    }
}
