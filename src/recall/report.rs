use serde::Serialize;

use super::settings::{Average, Metric, RecallSettings, Scheme};
use crate::formats::Warning;

/// One estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallResult {
    /// How it was estimated.
    pub scheme: Scheme,
    /// How users were averaged.
    pub average: Average,
    /// What was estimated.
    pub metric: Metric,
    /// The cut-off K.
    pub k: u32,
    /// For the traditional scheme, the cut-off among all candidates of which the figure really
    /// speaks: K·N/N̄ with the mean N̄ and N (Theorem 1), at most N.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub implied_k: Option<f64>,
    /// The estimate; absent where no user has a positive, and for macro Recall and gains where
    /// propensities differ within users.
    pub estimate: Option<f64>,
    /// The interval for *users like these*: bootstrap over users, at the settings' level. Absent
    /// without resamples, without an estimate, or with fewer than two users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci: Option<[f64; 2]>,
    /// The interval for *these users*, of whom only the exposure was random: macro figures of URE
    /// that leave out users without a positive, without propensities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci_these_users: Option<[f64; 2]>,
    /// What the figure is a figure of, in words.
    pub target: String,
    /// Users behind the figure.
    pub users: u32,
    /// Users in the log (for the full scheme: with complete labels) without a positive.
    pub users_without_positives: u32,
}

/// The figures of one recommender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallSystem {
    /// The recommender's name: its scores file.
    pub name: String,
    /// One row a scheme, metric, K and average.
    pub results: Vec<RecallResult>,
}

/// How far two recommenders lie apart, user by user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallComparison {
    /// The first recommender.
    pub a: String,
    /// The other.
    pub b: String,
    /// How the figures were estimated.
    pub scheme: Scheme,
    /// How users were averaged: macro, but pooled for Recall and gains where propensities are given.
    pub average: Average,
    /// What was estimated.
    pub metric: Metric,
    /// The cut-off K.
    pub k: u32,
    /// a − b.
    pub difference: f64,
    /// Its interval for users like these: percentile bootstrap over users, each with both
    /// recommenders.
    pub ci: Option<[f64; 2]>,
    /// Two-sided p-value by flipping the signs of users' differences; never 0.
    pub p: f64,
    /// The same after Holm's correction over the recommenders compared at this scheme, metric and K.
    pub p_holm: f64,
    /// Users behind the figures.
    pub users: u32,
}

/// How far two schemes agree in their ranking of the recommenders.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallAgreement {
    /// One scheme.
    pub a: Scheme,
    /// The other.
    pub b: Scheme,
    /// What was estimated, as a macro figure.
    pub metric: Metric,
    /// The cut-off K.
    pub k: u32,
    /// Kendall's τ-b over the recommenders, −1 to 1; absent where a scheme sees no difference.
    pub tau_b: Option<f64>,
    /// Its percentile bootstrap interval over users.
    pub ci: Option<[f64; 2]>,
}

/// What the two intervals speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct IntervalTargets {
    /// Of `ci`.
    pub ci: String,
    /// Of `ciTheseUsers`.
    pub ci_these_users: String,
}

impl Default for IntervalTargets {
    fn default() -> Self {
        Self {
            ci: "users like these: other users of the same kind, and another exposure of theirs"
                .to_owned(),
            ci_these_users: "these users: the same users, and another random exposure".to_owned(),
        }
    }
}

/// How well the given propensities fit the log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PropensityCheck {
    /// The mean over users of (1/N) Σ 1/p over the exposed: 1 where the propensities are right.
    pub mean_weight: f64,
    /// Its standard error over users.
    pub standard_error: f64,
    /// The exposed positives.
    pub positives: f64,
    /// How many equally weighted positives would tell as much: (Σw)² / Σw² (Kish 1965).
    pub effective_sample: f64,
}

/// What [`evaluate`](super::evaluate) returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallReport {
    /// The version of attune that made it.
    pub version: String,
    /// Where the random numbers began.
    pub seed: u32,
    /// Resamples behind the intervals.
    pub resamples: u32,
    /// The settings in force.
    pub settings: RecallSettings,
    /// SHA-256 of the scores, of the logs, in the order in which they were read.
    pub input_hashes: Vec<String>,
    /// Candidates, N, before any is masked.
    pub items: u32,
    /// Users of the log.
    pub users: u32,
    /// Mean number of items exposed to a user of the log, N̄; absent without a log.
    pub mean_exposed: Option<f64>,
    /// What the intervals speak of.
    pub interval_targets: IntervalTargets,
    /// How well the propensities fit, where they were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub propensities: Option<PropensityCheck>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// The figures, one entry a recommender.
    pub systems: Vec<RecallSystem>,
    /// The first recommender against each other; empty without others or resamples.
    pub comparisons: Vec<RecallComparison>,
    /// Kendall's τ-b between the schemes' rankings of three recommenders or more.
    pub agreements: Vec<RecallAgreement>,
}
