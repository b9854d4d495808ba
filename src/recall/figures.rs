//! The report out of the sums.

use super::report::{
    IntervalTargets, PropensityCheck, RecallAgreement, RecallComparison, RecallReport,
    RecallResult, RecallSystem,
};
use super::settings::{Average, Cell, IntervalMethod, Metric, NoPositives, Scheme};
use super::tally::{Ratio, Tally};
use super::user::Below;
use super::warnings::warnings;
use crate::formats::{Error, ErrorKind, Result};
use crate::stats::{bca_interval, holm, kendall, quantile};

const AVERAGES: [Average; 2] = [Average::Macro, Average::Micro];

impl Tally {
    /// Every figure, interval, comparison and warning.
    ///
    /// # Errors
    ///
    /// `Empty` where the mask left no exposure.
    pub fn report(&self) -> Result<RecallReport> {
        let (shape, seen) = (&self.shape, &self.diagnostics);
        if seen.users == 0.0 && seen.full_users == 0.0 {
            let problem = "the mask leaves no exposure of any user";
            let mend = "Leave the exposed items out of the mask, or expose others.";
            return Err(Error::new(ErrorKind::Empty, problem, mend));
        }
        let results = |system: usize| {
            let cells = (0..shape.cells.len()).flat_map(|cell| [(cell, 0), (cell, 1)]);
            cells.map(|(cell, average)| self.result(system, cell, average)).collect()
        };
        let systems = shape.systems.iter().enumerate();
        Ok(RecallReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: shape.settings.seed,
            resamples: shape.settings.resamples,
            settings: shape.settings.clone(),
            input_hashes: self.hashes.clone(),
            items: shape.items as u32,
            users: seen.users as u32,
            mean_exposed: (seen.users > 0.0).then(|| seen.exposed / seen.users),
            interval_targets: IntervalTargets::default(),
            propensities: self.propensity_check(),
            warnings: warnings(self),
            systems: systems
                .map(|(at, name)| RecallSystem { name: name.clone(), results: results(at) })
                .collect(),
            comparisons: self.comparisons()?,
            agreements: self.agreements(),
        })
    }

    fn result(&self, system: usize, at: usize, average: usize) -> RecallResult {
        let shape = &self.shape;
        let (cell, settings, seen) = (&shape.cells[at], &shape.settings, &self.diagnostics);
        let ratio = shape.ratio(system, at, average);
        let known = !self.hidden(at, average);
        let estimate = self.figure(ratio, cell).filter(|_| known);
        let place = system * shape.cells.len() + at;
        let (users, with) = self.users(cell);
        let interval = |estimate| {
            let mut figures = self.resampled(ratio);
            figures.sort_unstable_by(f64::total_cmp);
            match settings.interval {
                IntervalMethod::Percentile => percentiles(&figures, settings.level),
                IntervalMethod::Bca => {
                    let skew = self.moments[2 * place + average].acceleration(estimate);
                    bca_interval(estimate, &figures, skew, settings.level)
                }
            }
        };
        let skips = settings.no_positives == NoPositives::Skip || cell.metric == Metric::Precision;
        let exposure = cell.scheme == Scheme::Ure
            && average == 0
            && skips
            && settings.propensity.is_none()
            && settings.resamples > 0;
        let share = cell.metric == Metric::Recall;
        let implied = cell.scheme == Scheme::Traditional && seen.exposed > 0.0;
        let precise = cell.metric == Metric::Precision;
        let counts_all = settings.no_positives == NoPositives::Zero && average == 0;
        RecallResult {
            scheme: cell.scheme,
            average: AVERAGES[average],
            metric: cell.metric,
            k: cell.k,
            implied_k: implied.then(|| {
                let (all, shown) = (seen.candidates / seen.users, seen.exposed / seen.users);
                (f64::from(cell.k) * all / shown).min(all)
            }),
            estimate,
            ci: estimate.filter(|_| users > 1.0).and_then(interval),
            ci_these_users: estimate
                .filter(|_| exposure)
                .and_then(|_| self.spreads[place].interval(settings.level, share)),
            target: target(cell, average, settings.no_positives, settings.propensity.is_some()),
            users: if precise || counts_all { users } else { with } as u32,
            users_without_positives: (users - with) as u32,
        }
    }

    /// Whether the figure must not be given: a user's own ratio of weights is badly biased.
    fn hidden(&self, cell: usize, average: usize) -> bool {
        average == 0 && self.shape.pooled_only(cell) && self.diagnostics.propensities_vary
    }

    /// Users of a cell, and those of them with a positive.
    fn users(&self, cell: &Cell) -> (f64, f64) {
        match cell.scheme {
            Scheme::Full => {
                (self.below(Below::FullUsers), self.below(Below::FullUsersWithPositives))
            }
            _ => (self.below(Below::Users), self.below(Below::UsersWithPositives)),
        }
    }

    /// The estimate; none where nobody likes anything, but 0 where that is how such users count.
    fn figure(&self, ratio: Ratio, cell: &Cell) -> Option<f64> {
        let zero = self.shape.settings.no_positives == NoPositives::Zero;
        let any = zero || self.users(cell).1 > 0.0 || cell.metric == Metric::Precision;
        self.estimate(ratio).filter(|_| any)
    }

    fn comparisons(&self) -> Result<Vec<RecallComparison>> {
        let shape = &self.shape;
        let mut found = Vec::new();
        if self.flips.is_empty() {
            return Ok(found);
        }
        for (at, cell) in shape.cells.iter().enumerate() {
            let average = shape.compared(at);
            let first = shape.ratio(0, at, average);
            let mut family = Vec::new();
            for other in 1..shape.systems.len() {
                let second = shape.ratio(other, at, average);
                let (Some(a), Some(b)) = (self.figure(first, cell), self.figure(second, cell))
                else {
                    continue;
                };
                let mut gaps: Vec<f64> =
                    self.differences(first, second).filter(|gap| gap.is_finite()).collect();
                gaps.sort_unstable_by(f64::total_cmp);
                let p = self.flips[(other - 1) * shape.cells.len() + at].p();
                let (users, with) = self.users(cell);
                let all = cell.metric == Metric::Precision;
                family.push(RecallComparison {
                    a: shape.systems[0].clone(),
                    b: shape.systems[other].clone(),
                    scheme: cell.scheme,
                    average: AVERAGES[average],
                    metric: cell.metric,
                    k: cell.k,
                    difference: a - b,
                    ci: percentiles(&gaps, shape.settings.level).filter(|_| users > 1.0),
                    p,
                    p_holm: p,
                    users: if all { users } else { with } as u32,
                });
            }
            let adjusted = holm(&family.iter().map(|one| one.p).collect::<Vec<_>>())?;
            for (one, p_holm) in family.iter_mut().zip(adjusted) {
                one.p_holm = p_holm;
            }
            found.append(&mut family);
        }
        Ok(found)
    }

    /// a − b in each resample; both have the same sum below.
    fn differences(&self, a: Ratio, b: Ratio) -> impl Iterator<Item = f64> {
        let above = self.resampled.of(a.above).iter().zip(self.resampled.of(b.above));
        above.zip(self.resampled.of(a.below)).map(|((a, b), below)| (a - b) / below)
    }

    fn agreements(&self) -> Vec<RecallAgreement> {
        let shape = &self.shape;
        if shape.systems.len() < 3 {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (first, a) in shape.cells.iter().enumerate() {
            for (second, b) in shape.cells.iter().enumerate().skip(first + 1) {
                if (a.metric, a.k) == (b.metric, b.k) {
                    found.push(self.agreement(first, second));
                }
            }
        }
        found
    }

    fn agreement(&self, first: usize, second: usize) -> RecallAgreement {
        let shape = &self.shape;
        let (a, b) = (&shape.cells[first], &shape.cells[second]);
        let ratios = |cell: usize| -> Vec<Ratio> {
            let average = usize::from(self.hidden(cell, 0));
            (0..shape.systems.len()).map(|system| shape.ratio(system, cell, average)).collect()
        };
        let (of_a, of_b) = (ratios(first), ratios(second));
        let figures = |ratios: &[Ratio], cell: &Cell| -> Option<Vec<f64>> {
            ratios.iter().map(|&ratio| self.figure(ratio, cell).map(settled)).collect()
        };
        let tau_b =
            figures(&of_a, a).zip(figures(&of_b, b)).and_then(|(of_a, of_b)| kendall(&of_a, &of_b));
        let at = |ratios: &[Ratio], resample: usize| -> Vec<f64> {
            let figure = |ratio: &Ratio| {
                let of = |component| self.resampled.of(component)[resample];
                settled(of(ratio.above) / of(ratio.below))
            };
            ratios.iter().map(figure).collect()
        };
        let mut resampled: Vec<f64> = (0..shape.settings.resamples as usize)
            .filter_map(|resample| kendall(&at(&of_a, resample), &at(&of_b, resample)))
            .collect();
        resampled.sort_unstable_by(f64::total_cmp);
        let ci = tau_b.and_then(|_| percentiles(&resampled, shape.settings.level));
        RecallAgreement { a: a.scheme, b: b.scheme, metric: a.metric, k: a.k, tau_b, ci }
    }

    /// How well the propensities fit, where there are any.
    pub fn propensity_check(&self) -> Option<PropensityCheck> {
        let seen = &self.diagnostics;
        self.shape.settings.propensity.as_ref().filter(|_| seen.users > 0.0)?;
        let mean = seen.mean_weights / seen.users;
        let squares = seen.mean_weights_squared - seen.users * mean * mean;
        Some(PropensityCheck {
            mean_weight: mean,
            standard_error: (squares.max(0.0) / (seen.users * (seen.users - 1.0).max(1.0))).sqrt(),
            positives: seen.weighted_positives,
            effective_sample: if seen.weights_squared > 0.0 {
                seen.weights * seen.weights / seen.weights_squared
            } else {
                0.0
            },
        })
    }
}

fn percentiles(sorted: &[f64], level: f64) -> Option<[f64; 2]> {
    let tail = (1.0 - level) / 2.0;
    Some([quantile(sorted, tail)?, quantile(sorted, 1.0 - tail)?])
}

/// A figure without its last digits: whether two recommenders tie must not hang on the order in
/// which users were added up.
fn settled(figure: f64) -> f64 {
    (figure * 1e10).round()
}

/// What a figure is a figure of.
fn target(cell: &Cell, average: usize, no_positives: NoPositives, weighted: bool) -> String {
    let k = cell.k;
    let name = match cell.metric {
        Metric::Recall => format!("Recall@{k}"),
        Metric::Precision => format!("Precision@{k}"),
        Metric::Gain => format!("mean rank gain within {k}"),
        Metric::Ndcg => format!("nDCG@{k}"),
    };
    let what = match cell.scheme {
        Scheme::Traditional => format!("{name} among the exposed items only"),
        _ => format!("{name} among all candidates"),
    };
    let mean_of_one = matches!(cell.metric, Metric::Precision | Metric::Ndcg);
    let over = match (cell.scheme, no_positives, average) {
        _ if cell.metric == Metric::Precision => "mean over all users",
        (_, _, 1) if !mean_of_one && weighted && cell.scheme == Scheme::Ure => {
            "all likes pooled, exposures weighted by 1/p (Hájek)"
        }
        (_, _, 1) if !mean_of_one => "all likes pooled",
        (_, NoPositives::Zero, _) => "mean over all users, 0 for those without a positive",
        (Scheme::Full, ..) => "mean over users who like anything",
        _ => "mean over users, weighted by their chance to have an exposed positive",
    };
    format!("{what}; {over}")
}
