use serde::{Deserialize, Serialize};

use super::Ties;
use super::ranking::Gains;
use crate::formats::{Error, ErrorKind, Result};
use crate::stats::{Bootstrap, SignFlips};

/// How a figure is obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Scheme {
    /// Unbiased Recall Evaluation: the exposed positives' ranks among all candidates
    /// (arXiv 2409.04810).
    Ure,
    /// Ranks among the exposed items only.
    Traditional,
    /// Ranks among all candidates of everything the user likes: needs complete labels.
    Full,
}

/// How users are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Average {
    /// The mean over users: every user counts alike.
    Macro,
    /// The ratio of sums over users: every liked item counts alike.
    Micro,
}

/// What is measured at K.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Metric {
    /// The share of what a user likes that stands in the top K.
    Recall,
    /// The share of the top K that the user likes. Under URE (hits · N/N̄) / K, unbiased only with
    /// the users of whom no hit was seen, who are therefore always kept.
    Precision,
    /// The mean, over what a user likes, of a gain that depends on the rank and is 0 beyond K. Linear
    /// in the liked items and so unbiased under URE for any gain.
    Gain,
    /// Normalised discounted cumulative gain with binary relevance. Not linear, since its
    /// normalisation depends on how much is liked, so URE does not report it.
    Ndcg,
}

/// The gain of a rank r, from 1, for [`Metric::Gain`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Gain {
    /// 1 / log₂(1 + r), that of DCG (default; Järvelin & Kekäläinen 2002).
    #[default]
    Dcg,
    /// 1 / r.
    Reciprocal,
    /// The gains of rank 1, 2, …; 0 beyond the list.
    Listed(Vec<f64>),
}

impl Gain {
    fn of(&self, rank: usize) -> f64 {
        match self {
            Self::Dcg => 1.0 / ((rank + 1) as f64).log2(),
            Self::Reciprocal => 1.0 / rank as f64,
            Self::Listed(gains) => gains.get(rank - 1).copied().unwrap_or(0.0),
        }
    }
}

/// What becomes of users without a positive, for whom Recall is undefined.
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

/// How the interval for users like these is made of the resamples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum IntervalMethod {
    /// Between the outer quantiles of the resampled figures (Efron 1979).
    Percentile,
    /// The same corrected for bias and skewness (default; Efron 1987): it holds better where hits are
    /// few.
    #[default]
    Bca,
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
    /// What to measure.
    pub metrics: Vec<Metric>,
    /// What a rank is worth to the metric `gain`.
    pub gain: Gain,
    /// What happens at ties.
    pub ties: Ties,
    /// What becomes of users without a positive.
    pub no_positives: NoPositives,
    /// The column of the exposure log with the chance of each exposure, where these differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub propensity: Option<String>,
    /// Resamples of users for the intervals, 100 to 1,000,000; 0 for no interval.
    pub resamples: u32,
    /// How the intervals are made of the resamples.
    pub interval: IntervalMethod,
    /// The nominal coverage of the intervals, above 0 and below 1.
    pub level: f64,
    /// Sign flips for the p-values of comparisons, 99 to 10,000,000.
    pub permutations: u32,
    /// Where the random numbers of resamples, flips and ties begin.
    pub seed: u32,
}

impl Default for RecallSettings {
    fn default() -> Self {
        Self {
            k: vec![1, 5, 10],
            schemes: vec![Scheme::Ure, Scheme::Traditional],
            metrics: vec![Metric::Recall],
            gain: Gain::default(),
            ties: Ties::default(),
            no_positives: NoPositives::default(),
            propensity: None,
            resamples: 2000,
            interval: IntervalMethod::default(),
            level: 0.95,
            permutations: SignFlips::default().permutations,
            seed: 7,
        }
    }
}

impl RecallSettings {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// `Setting` for no K, a K of 0, no scheme, no metric, any of them twice, a gain that is no
    /// finite number, or numbers out of range.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, problem: &str, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        if self.k.is_empty() || self.k.contains(&0) {
            let mend = "Give one or more whole numbers of at least 1.";
            return wrong("k", "a cut-off K is missing or 0", mend);
        }
        if repeats(&self.k) {
            return wrong("k", "a cut-off K stands twice", "Name each once.");
        }
        if self.schemes.is_empty() || repeats(&self.schemes) {
            let mend = "Name ure, traditional or full, each at most once.";
            return wrong("schemes", "no scheme was named, or one twice", mend);
        }
        if self.metrics.is_empty() || repeats(&self.metrics) {
            let mend = "Name recall, precision, gain or ndcg, each at most once.";
            return wrong("metrics", "no metric was named, or one twice", mend);
        }
        if let Gain::Listed(gains) = &self.gain
            && (gains.is_empty() || gains.iter().any(|gain| !gain.is_finite()))
        {
            let mend = "Give the gains of rank 1, 2, … as finite numbers.";
            return wrong("gain", "the gains are missing or not finite", mend);
        }
        if self.cells(1).is_empty() {
            let problem = "URE reports no nDCG: its normalisation depends on how much is liked";
            let mend = "Name the metric gain, or the scheme full.";
            return wrong("metrics", problem, mend);
        }
        if self.resamples == 0 {
            return Ok(());
        }
        Bootstrap { resamples: self.resamples, level: self.level, seed: self.seed }.check()?;
        SignFlips { permutations: self.permutations, seed: self.seed }.check()
    }

    /// The figures to make of `items` candidates, in the order of the report.
    pub(super) fn cells(&self, items: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for &scheme in &self.schemes {
            for &metric in &self.metrics {
                if scheme == Scheme::Ure && metric == Metric::Ndcg {
                    continue;
                }
                for &k in &self.k {
                    let gains = Gains::new(items.min(k as usize), |rank| match metric {
                        Metric::Recall | Metric::Precision => 1.0,
                        Metric::Gain => self.gain.of(rank),
                        Metric::Ndcg => Gain::Dcg.of(rank),
                    });
                    cells.push(Cell { scheme, metric, k, gains });
                }
            }
        }
        cells
    }
}

fn repeats<T: PartialEq>(values: &[T]) -> bool {
    values.iter().enumerate().any(|(at, value)| values[..at].contains(value))
}

/// One figure to make of every recommender, macro and micro.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub scheme: Scheme,
    pub metric: Metric,
    pub k: u32,
    pub gains: Gains,
}
