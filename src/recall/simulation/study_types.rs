use serde::{Deserialize, Serialize};

use crate::recall::settings::{Average, IntervalMethod, Scheme};

/// Which users a repetition sees, and so of whom its interval must speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Redraw {
    /// The same users each time; only the exposure is drawn. `ciTheseUsers` is judged.
    Exposure,
    /// Other users each time, drawn from the world's with replacement. `ci` is judged.
    Users,
}

/// Settings of [`Simulation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SimulationSettings {
    /// N̄: items shown at random to each user, at least 1.
    pub exposed: u32,
    /// The cut-offs K.
    pub k: Vec<u32>,
    /// What is drawn anew each time.
    pub redraw: Redraw,
    /// How much the model knows of what users like: 0 nothing, 1 all that can be known.
    pub skill: f64,
    /// Repetitions, at least 2.
    pub repetitions: u32,
    /// Resamples of users for each interval; at most 100 are made where only the exposure is drawn.
    pub resamples: u32,
    /// How the intervals are made of the resamples.
    pub interval: IntervalMethod,
    /// The nominal coverage.
    pub level: f64,
    /// Where the random numbers begin.
    pub seed: u32,
}

impl Default for SimulationSettings {
    fn default() -> Self {
        Self {
            exposed: 50,
            k: vec![1, 5, 10, 50],
            redraw: Redraw::Exposure,
            skill: 0.7,
            repetitions: 1000,
            resamples: 400,
            interval: IntervalMethod::default(),
            level: 0.95,
            seed: 7,
        }
    }
}

/// How one figure fared over the repetitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SimulatedFigure {
    /// How it was estimated.
    pub scheme: Scheme,
    /// How users were averaged.
    pub average: Average,
    /// The cut-off K.
    pub k: u32,
    /// What it should be: Recall@K of the world's users, macro weighted by their chance to have an
    /// exposed positive.
    pub target: f64,
    /// The mean estimate less the target.
    pub bias: f64,
    /// Its Monte Carlo standard error.
    pub bias_error: f64,
    /// The standard deviation of the estimates.
    pub sd: f64,
    /// The share of the intervals that hold the target; absent where none were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub coverage: Option<f64>,
    /// Hits expected in a repetition.
    pub hits: f64,
    /// Users with a positive, on average.
    pub users: f64,
    /// The share of repetitions that warned of few users or few hits.
    pub warned: f64,
}

/// What [`Simulation::report`] returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SimulationReport {
    /// The settings in force.
    pub settings: SimulationSettings,
    /// Repetitions done.
    pub repetitions: u32,
    /// Users of the world.
    pub users: u32,
    /// Its items.
    pub items: u32,
    /// One row a scheme, average and K.
    pub figures: Vec<SimulatedFigure>,
}
