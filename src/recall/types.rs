use serde::{Deserialize, Serialize};

use super::Ties;
use crate::formats::{Error, ErrorKind, Result, Warning};
use crate::stats::{Bootstrap, SignFlips};

/// How Recall is estimated from the exposure log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Scheme {
    /// Unbiased Recall Evaluation: ranks among all candidates (arXiv 2409.04810).
    Ure,
    /// Ranks among the exposed items only.
    Traditional,
}

/// How users are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Average {
    /// The mean over users of m/n: every user counts alike.
    Macro,
    /// Σm / Σn: every exposed positive counts alike.
    Micro,
}

/// What becomes of users without an exposed positive, for whom m/n is undefined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum NoPositives {
    /// Leave them out (default): the macro figure then speaks of users weighted by their chance
    /// to have an exposed positive.
    #[default]
    Skip,
    /// Count them as 0, which biases the macro figure downwards.
    Zero,
}

/// Settings of [`evaluate`](super::evaluate).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallSettings {
    /// The cut-offs K, each at least 1.
    pub k: Vec<u32>,
    /// The schemes to report.
    pub schemes: Vec<Scheme>,
    /// What happens at ties.
    pub ties: Ties,
    /// What becomes of users without an exposed positive.
    pub no_positives: NoPositives,
    /// Resamples of users for the intervals, 100 to 1,000,000; 0 for no interval.
    pub resamples: u32,
    /// The nominal coverage of the intervals, above 0 and below 1.
    pub level: f64,
    /// Sign flips for the p-values of comparisons, 99 to 10,000,000.
    pub permutations: u32,
    /// Where the random numbers of resamples and flips begin.
    pub seed: u32,
}

impl RecallSettings {
    pub(super) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { resamples: self.resamples, level: self.level, seed: self.seed }
    }

    pub(super) fn sign_flips(&self) -> SignFlips {
        SignFlips { permutations: self.permutations, seed: self.seed }
    }

    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// `Setting` for no K, a K of 0, no scheme, or numbers out of range.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, problem: &str, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        if self.k.is_empty() || self.k.contains(&0) {
            let mend = "Give one or more whole numbers of at least 1.";
            return wrong("k", "a cut-off K is missing or 0", mend);
        }
        if self.schemes.is_empty() {
            return wrong("schemes", "no scheme was named", "Name ure, traditional or both.");
        }
        if self.resamples == 0 {
            return Ok(());
        }
        self.bootstrap().check()?;
        self.sign_flips().check()
    }
}

impl Default for RecallSettings {
    fn default() -> Self {
        Self {
            k: vec![1, 5, 10],
            schemes: vec![Scheme::Ure, Scheme::Traditional],
            ties: Ties::default(),
            no_positives: NoPositives::default(),
            resamples: 2000,
            level: 0.95,
            permutations: SignFlips::default().permutations,
            seed: 7,
        }
    }
}

/// One estimate of Recall.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallResult {
    /// How it was estimated.
    pub scheme: Scheme,
    /// How users were averaged.
    pub average: Average,
    /// What was estimated: always `recall` here.
    pub metric: String,
    /// The cut-off K.
    pub k: u32,
    /// For the traditional scheme, the cut-off among all candidates of which the figure really
    /// speaks: K·N/N̄ with the mean N̄ (Theorem 1), at most N.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub implied_k: Option<f64>,
    /// The estimate, 0 to 1; absent where no user has an exposed positive.
    pub estimate: Option<f64>,
    /// The interval for *users like these*: percentile bootstrap over users, at the settings' level.
    /// Absent without resamples, without an estimate, or with fewer than two users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci: Option<[f64; 2]>,
    /// The interval for *these users*, of whom only the exposure was random: macro figures of URE
    /// that leave out users without a positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci_these_users: Option<[f64; 2]>,
    /// Users behind the figure.
    pub users: u32,
    /// Users in the log without an exposed positive.
    pub users_without_positives: u32,
}

/// The figures of one recommender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallSystem {
    /// The recommender's name: its scores file.
    pub name: String,
    /// One row a scheme, average and K.
    pub results: Vec<RecallResult>,
}

/// How far two recommenders lie apart at one K, user by user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallComparison {
    /// The first recommender.
    pub a: String,
    /// The other.
    pub b: String,
    /// How Recall was estimated.
    pub scheme: Scheme,
    /// What was estimated: always `recall` here.
    pub metric: String,
    /// The cut-off K.
    pub k: u32,
    /// The mean of a − b over the users with an exposed positive: the macro figures' difference.
    pub difference: f64,
    /// Its interval for users like these: bootstrap over users, each with both recommenders.
    pub ci: Option<[f64; 2]>,
    /// Two-sided p-value by flipping the signs of users' differences; never 0.
    pub p: f64,
    /// The same after Holm's correction over the recommenders compared at this scheme and K.
    pub p_holm: f64,
    /// Users behind the figures.
    pub users: u32,
}

/// What [`evaluate`](super::evaluate) returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallReport {
    /// The version of attune that made it.
    pub version: String,
    /// The settings in force.
    pub settings: RecallSettings,
    /// SHA-256 of the scores and the log, in that order, where they came as files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub input_hash: Option<String>,
    /// Candidates, N.
    pub items: u32,
    /// Mean number of items exposed to a user of the log, N̄.
    pub mean_exposed: f64,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// The figures, one entry a recommender.
    pub systems: Vec<RecallSystem>,
    /// The first recommender against each other; empty without others or resamples.
    pub comparisons: Vec<RecallComparison>,
}
