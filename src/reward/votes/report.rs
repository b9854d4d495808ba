use serde::Serialize;

use super::{BallotCount, VoteSettings};
use crate::formats::Warning;
use crate::stats::Interval;

/// A figure on the held-out part before and after training, and what training changed, each with
/// its interval over the clusters held out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BeforeAfter {
    /// By the heads that training starts from.
    pub before: Interval,
    /// By the heads that it gave.
    pub after: Interval,
    /// After minus before, on the same ballots.
    pub difference: Interval,
}

/// How many ballots, or queries, each part has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PartSizes {
    /// Fitted to.
    pub train: u32,
    /// Strength and length of the fit were chosen on these; then fitted to as well.
    pub validation: u32,
    /// Measured on.
    pub held_out: u32,
    /// Left out because they would connect the two sides (`by: "rater"`).
    pub left_out: u32,
}

/// How a strength did on the validation part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StrengthTried {
    /// λ.
    pub strength: f64,
    /// The step with the lowest loss; 0 where no step lowered it.
    pub epochs: u32,
    /// The mean log-loss there.
    pub log_loss: f64,
}

/// What a training from votes or ratings did, and how far to trust it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct VoteReport {
    /// The version of attune.
    pub version: String,
    /// The settings, with the strength that was used.
    pub settings: VoteSettings,
    /// The strengths tried on the validation part, where none was given: from the strongest to the
    /// first that did worse than the one before.
    pub tried: Vec<StrengthTried>,
    /// The steps that the heads were fitted with.
    pub epochs: u32,
    /// SHA-256 of the heads that training started from.
    pub start: String,
    /// SHA-256 of the heads that it gave.
    pub heads: String,
    /// The file of votes or ratings.
    pub votes_file: String,
    /// The file of responses.
    pub responses_file: String,
    /// SHA-256 of votes and responses, one after the other.
    pub input_hash: String,
    /// What was read.
    pub count: BallotCount,
    /// How it was parted: ballots.
    pub parts: PartSizes,
    /// Their queries. What is left out can speak of queries of the other parts as well.
    pub queries: PartSizes,
    /// The queries (or raters) that the intervals resample.
    pub clusters: u32,
    /// The share of held-out votes whose winner has the higher score (ties apart), or of ratings
    /// whose level is the most probable one.
    pub accuracy: BeforeAfter,
    /// The mean of −ln P of what was voted or rated; a coin has 0.693 on votes.
    pub log_loss: BeforeAfter,
    /// Spearman's correlation of the scores before and after, over the held-out replies.
    pub kept: Option<f64>,
    /// What the reader of these figures must know.
    pub warnings: Vec<Warning>,
}
