//! Split-conformal intervals of the scores, told from replies that no training saw.
//!
//! The absolute residual of each calibration reply is divided by the spread of its predicted
//! levels (normalised conformal regression: Papadopoulos et al. 2008), and replies of one scenario,
//! which are not independent, share the weight of one (pooled distributions of a two-layer
//! hierarchical model: Dunn, Wasserman & Ramdas 2023).

use super::perspectives::{View, reward_of};
use crate::formats::{Result, sha256};
use crate::model::{Heads, HiddenLayer, LEVELS, PERSPECTIVES, Weights};
use crate::reward::{Method, ScoreInterval, ScoreSettings};

/// What is kept of a method's view of a calibration reply: the three expected levels, the
/// bystander's total, the three spreads.
const SEEN: usize = 7;
/// Columns of the tensor `calibration`: scenario, PERM's view, PereGRM's, the mean grades.
pub const CALIBRATION_COLUMNS: usize = 1 + 2 * SEEN + 4;

/// Keeps a sure prediction from claiming an interval of no width.
const LEAST_SPREAD: f64 = 0.3;

/// Replies with their predictions and grades.
pub(super) struct Calibration {
    rows: Vec<Row>,
}

struct Row {
    scenario: u32,
    seen: [Seen; 2],
    grades: [f64; 4],
}

/// What the spread and the figures of one view are.
#[derive(Debug, Clone, Copy)]
struct Seen {
    figures: [f64; 4],
    spreads: [f64; PERSPECTIVES],
}

impl Seen {
    fn of(view: &View) -> Self {
        Self {
            figures: view.figures(),
            spreads: view.perspectives.each_ref().map(|one| spread(&one.distribution)),
        }
    }

    /// The spread of what joins the perspectives.
    fn overall(&self) -> f64 {
        self.spreads.iter().sum::<f64>() / PERSPECTIVES as f64
    }
}

/// The standard deviation of the predicted levels, with a floor.
fn spread(distribution: &[f64; LEVELS]) -> f64 {
    let moment = |power: i32| -> f64 {
        distribution.iter().zip(1..).map(|(p, level)| p * f64::from(level).powi(power)).sum()
    };
    (moment(2) - moment(1).powi(2)).max(0.0).sqrt() + LEAST_SPREAD
}

/// How many spreads the interval reaches to each side; infinite where the level asks for more
/// scenarios than there are.
pub(super) struct Reach {
    level: f64,
    perspectives: [f64; PERSPECTIVES],
    bystander: f64,
    reward: f64,
}

/// SHA-256 of the heads, of all that lies below them but the embedder, and of the file of personal fit.
///
/// # Errors
///
/// `Weights` where one of the tensors is missing.
pub(super) fn hash(weights: &Weights<'_>, personal: &[u8]) -> Result<String> {
    const BELOW: [&str; 4] = ["layout", "kernel", "centres", "kernel_weights"];
    let names: Vec<&str> =
        BELOW.into_iter().chain(HiddenLayer::NAMES).chain(Heads::NAMES).collect();
    Ok(sha256(&[weights.hash(&names)?.as_bytes(), personal]))
}

impl Calibration {
    /// Takes `calibration` [N, [`CALIBRATION_COLUMNS`]] and `calibrated`, the [`hash`] of what
    /// predicted; none where heads or personal fit are others: the residuals are not theirs.
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing or has another shape.
    pub fn load(weights: &mut Weights<'_>, personal: &[u8]) -> Result<Option<Self>> {
        let (values, shape) = weights.take::<2>("calibration")?;
        if shape[1] != CALIBRATION_COLUMNS {
            return Err(weights.misfit("calibration", shape, [shape[0], CALIBRATION_COLUMNS]));
        }
        let row = |values: &[f32]| {
            let at = |at: usize| f64::from(values[at]);
            let seen = |from: usize| Seen {
                figures: std::array::from_fn(|n| at(from + n)),
                spreads: std::array::from_fn(|n| at(from + 4 + n)),
            };
            Row {
                scenario: values[0] as u32,
                seen: [seen(1), seen(1 + SEEN)],
                grades: std::array::from_fn(|n| at(1 + 2 * SEEN + n)),
            }
        };
        let rows = values.chunks_exact(CALIBRATION_COLUMNS).map(row).collect();
        let calibrated: String = weights.json("calibrated")?;
        Ok((hash(weights, personal)? == calibrated).then_some(Self { rows }))
    }

    /// How far intervals reach at the settings' level, for the reward of the settings.
    ///
    /// # Errors
    ///
    /// `Setting` for constants out of range.
    pub fn reach(&self, settings: &ScoreSettings) -> Result<Reach> {
        let place = usize::from(settings.method == Method::Peregrm);
        let mut residuals = vec![Vec::new(); 5];
        for Row { scenario, seen, grades } in &self.rows {
            let seen = &seen[place];
            let mut add = |figure: usize, residual: f64, spread: f64| {
                residuals[figure].push((*scenario, residual.abs() / spread));
            };
            for (figure, spread) in seen.spreads.iter().enumerate() {
                add(figure, grades[figure] - seen.figures[figure], *spread);
            }
            add(3, grades[3] - seen.figures[3], seen.overall());
            // Grades do not touch the length penalty.
            let graded = reward_of(grades, 0, settings)?;
            let predicted = reward_of(&seen.figures, 0, settings)?;
            add(4, graded.reward - predicted.reward, seen.overall());
        }
        let mut at = residuals.into_iter().map(|one| quantile(one, settings.level));
        let mut next = || at.next().expect("five figures");
        let perspectives = [next(), next(), next()];
        Ok(Reach { level: settings.level, perspectives, bystander: next(), reward: next() })
    }
}

impl Reach {
    /// The intervals of one view with its reward, or the whole scales where `known` is false.
    pub fn interval(
        &self,
        view: &View,
        reward: f64,
        length: f64,
        settings: &ScoreSettings,
        known: bool,
    ) -> ScoreInterval {
        let seen = Seen::of(view);
        let around = |figure: f64, reach: f64, [low, high]: [f64; 2]| match known {
            true => [(figure - reach).max(low), (figure + reach).min(high)],
            false => [low, high],
        };
        let level = |at: usize| {
            around(seen.figures[at], self.perspectives[at] * seen.spreads[at], [1.0, 5.0])
        };
        let overall = seen.overall();
        let lowest = 0.2 - settings.bystander_weight + length;
        ScoreInterval {
            level: self.level,
            reward: around(reward, self.reward * overall, [lowest, 1.0 + length]),
            resonation: level(0),
            expression: level(1),
            reception: level(2),
            bystander: around(view.total(), self.bystander * overall, [0.0, 100.0]),
        }
    }
}

/// The value that the next scenario's replies stay below with probability `level`: scenarios weigh
/// alike, and the one to come stands at infinity.
fn quantile(mut values: Vec<(u32, f64)>, level: f64) -> f64 {
    let mut counts = std::collections::BTreeMap::<u32, f64>::new();
    for (scenario, _) in &values {
        *counts.entry(*scenario).or_insert(0.0) += 1.0;
    }
    let share = 1.0 / (counts.len() as f64 + 1.0);
    values.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut below = 0.0;
    for (scenario, value) in values {
        below += share / counts[&scenario];
        if below >= level - 1e-12 {
            return value;
        }
    }
    f64::INFINITY
}

/// A row of the tensor `calibration`.
#[cfg(feature = "train")]
pub(super) fn row(scenario: usize, seen: [&View; 2], grades: [f64; 4]) -> Vec<f32> {
    let mut row = vec![scenario as f32];
    for view in seen {
        let Seen { figures, spreads } = Seen::of(view);
        row.extend(figures.into_iter().chain(spreads).map(|value| value as f32));
    }
    row.extend(grades.map(|grade| grade as f32));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_the_split_conformal_one_where_scenarios_hold_one_reply() {
        let values: Vec<(u32, f64)> = (0..9).map(|n| (n, f64::from(n + 1))).collect();
        // ⌈(9 + 1) · 0.8⌉ = 8: the eighth smallest.
        assert_eq!(quantile(values.clone(), 0.8), 8.0);
        assert_eq!(quantile(values.clone(), 0.9), 9.0);
        assert_eq!(quantile(values, 0.95), f64::INFINITY);
    }

    #[test]
    fn a_scenario_with_many_replies_weighs_no_more_than_one_with_few() {
        let mut values: Vec<(u32, f64)> = (0..100).map(|_| (0, 50.0)).collect();
        values.extend((1..9).map(|n| (n, f64::from(n))));
        assert_eq!(quantile(values, 0.8), 8.0);
    }
}
