use serde::{Deserialize, Serialize};

use crate::formats::Warning;
use crate::stats::{Bootstrap, Interval, SignFlips};

/// The scores of one reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EvaluationRow {
    /// The query's id, the same for every system.
    pub id: String,
    /// Whose query it is.
    pub user: String,
    /// The query's split.
    pub split: String,
    /// The query's category.
    pub category: String,
    /// The judge's score, 1 to 5.
    pub resonation: f64,
    /// The same of expression.
    pub expression: f64,
    /// The same of reception.
    pub reception: f64,
}

/// The scores of one system by one judge. Queries without a score are counted, never filled in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SystemScores {
    /// The system's name.
    pub name: String,
    /// A row for every query that has all three scores, in any order.
    pub rows: Vec<EvaluationRow>,
    /// Queries whose judgement failed or could not be read.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<u32>"))]
    pub failed: u32,
    /// Queries without a reply.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<u32>"))]
    pub missing: u32,
    /// Queries with an empty reply.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<u32>"))]
    pub empty: u32,
}

/// Settings of [`evaluation_report`](super::evaluation_report).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EvaluationSettings {
    /// Resamples of the bootstrap, 100 to 1,000,000; 2000 by default.
    pub resamples: u32,
    /// The nominal coverage of intervals, above 0 and below 1; 0.95 by default.
    pub level: f64,
    /// Where the random numbers begin; 7 by default.
    pub seed: u32,
    /// Sign flips of each test, 99 to 10,000,000; 9999 by default.
    pub permutations: u32,
    /// The system that the others are compared with; every two are compared where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub baseline: Option<String>,
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        let (Bootstrap { resamples, level, seed }, SignFlips { permutations, .. }) =
            (Bootstrap::default(), SignFlips::default());
        Self { resamples, level, seed, permutations, baseline: None }
    }
}

impl EvaluationSettings {
    pub(super) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { resamples: self.resamples, level: self.level, seed: self.seed }
    }

    pub(super) fn sign_flips(&self) -> SignFlips {
        SignFlips { permutations: self.permutations, seed: self.seed }
    }
}

/// The means of one group of a system's queries. Intervals resample the group's users.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Cell {
    /// The split; all of them where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub split: Option<String>,
    /// The category; all of them where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub category: Option<String>,
    /// Queries scored.
    pub queries: u32,
    /// Users who have them.
    pub users: u32,
    /// The mean over queries, 1 to 5.
    pub resonation: Interval,
    /// The same of expression.
    pub expression: Interval,
    /// The same of reception.
    pub reception: Interval,
    /// The arithmetic mean of the three means, 1 to 5, as the paper's tables have it.
    pub average: Interval,
    /// The average divided by 5, 0.2 to 1, as the authors' code has it.
    pub overall: Interval,
}

/// One system's part of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SystemTable {
    /// The system's name.
    pub name: String,
    /// Queries whose judgement failed: not in any figure.
    pub failed: u32,
    /// Queries without a reply: not in any figure.
    pub missing: u32,
    /// Queries with an empty reply: not in any figure.
    pub empty: u32,
    /// All queries first, then each split, each category, each split × category that has queries,
    /// in the order of their names.
    pub cells: Vec<Cell>,
}

/// The mean of the differences a − b over queries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Difference {
    /// The mean with its interval, −4 to 4.
    pub mean: Interval,
    /// The two-sided p-value of the sign-flip test.
    pub p: f64,
    /// The same by Holm's adjustment over all comparisons of the report on this measure.
    pub p_holm: f64,
}

/// Two systems on the queries that both have scores for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Comparison {
    /// The one system.
    pub a: String,
    /// The other: the baseline where there is one.
    pub b: String,
    /// Queries compared.
    pub queries: u32,
    /// Users who have them.
    pub users: u32,
    /// Ids of queries left out because only `a` has scores for them.
    pub only_a: Vec<String>,
    /// Ids of queries left out because only `b` has scores for them.
    pub only_b: Vec<String>,
    /// Queries on which a's average is the higher one.
    pub better: u32,
    /// Queries on which the averages are equal.
    pub equal: u32,
    /// Queries on which b's average is the higher one.
    pub worse: u32,
    /// How far a is ahead of b in resonation.
    pub resonation: Difference,
    /// The same of expression.
    pub expression: Difference,
    /// The same of reception.
    pub reception: Difference,
    /// The same of the query's mean over the three perspectives.
    pub average: Difference,
    /// Sign flips gone through.
    pub permutations: u32,
    /// Whether these are all there are, so that p is exact.
    pub exact: bool,
}

/// What [`evaluation_report`](super::evaluation_report) returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EvaluationReport {
    /// The version of attune that made it.
    pub version: String,
    /// The settings in force, seed, resamples and level among them.
    pub settings: EvaluationSettings,
    /// The table, one entry a system in the order given.
    pub systems: Vec<SystemTable>,
    /// Systems compared, where there are several.
    pub comparisons: Vec<Comparison>,
    /// The family of tests that Holm's adjustment speaks of, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub family: Option<String>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
}
