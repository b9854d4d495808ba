use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};

/// What a vote is taken to say about the two replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum VoteTarget {
    /// Which has the higher PERM reward (default).
    #[default]
    Reward,
    /// Which shows the better inner grasp.
    Resonation,
    /// Which is said better.
    Expression,
    /// Which the seeker takes better.
    Reception,
    /// Which a neutral third party finds better.
    Bystander,
}

/// What the held-out part must not share with the training part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Holdout {
    /// Queries (default): how well the heads do on conversations never seen.
    #[default]
    Query,
    /// Raters and queries: how well they do for people never asked. A vote of a held-out rater on
    /// a query of the training part, or the other way round, is left out.
    Rater,
}

/// How the heads are retrained; every setting has a default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct VoteSettings {
    /// What votes speak of; ratings name their perspective themselves.
    pub on: VoteTarget,
    /// λ of λ·‖w − w₀‖², the pull towards the heads that training starts from, above 0; chosen on
    /// a validation part where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub strength: Option<f64>,
    /// The most steps over the training part, 1 to 10,000; it ends sooner where the validation part
    /// gains nothing more.
    pub epochs: u32,
    /// The share of queries (or raters) held out to measure on, 0.05 to 0.5.
    pub holdout: f64,
    /// What is held out.
    pub by: Holdout,
    /// Where the random numbers that part the votes, and resample them, begin.
    pub seed: u32,
    /// Resamples for the intervals, 100 to 1,000,000.
    pub resamples: u32,
    /// The level of the intervals.
    pub level: f64,
}

impl Default for VoteSettings {
    fn default() -> Self {
        Self {
            on: VoteTarget::Reward,
            strength: None,
            epochs: 200,
            holdout: 0.2,
            by: Holdout::Query,
            seed: 7,
            resamples: 2000,
            level: 0.95,
        }
    }
}

impl VoteSettings {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// `Setting` for one out of its range, by name.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, problem: String, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        if let Some(strength) = self.strength
            && !(strength > 0.0 && strength.is_finite())
        {
            // Without the pull, votes that some weights order without an error have no finite fit
            // (Albert & Anderson 1984), and with more inputs than votes some weights always do.
            let mend = "Give a number above 0, such as 0.1, or leave it out to have it chosen.";
            return wrong("strength", format!("the strength is {strength}"), mend);
        }
        if !(1..=10_000).contains(&self.epochs) {
            let problem = format!("{} epochs are asked for", self.epochs);
            return wrong("epochs", problem, "Ask for 1 to 10000; 200 is the default.");
        }
        if !(0.05..=0.5).contains(&self.holdout) {
            let problem = format!("the share held out is {}", self.holdout);
            return wrong("holdout", problem, "Give a share from 0.05 to 0.5, such as 0.2.");
        }
        self.bootstrap().check()
    }

    /// The settings of the intervals.
    pub fn bootstrap(&self) -> crate::stats::Bootstrap {
        crate::stats::Bootstrap { resamples: self.resamples, level: self.level, seed: self.seed }
    }
}

/// Which of the two forms a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum BallotKind {
    /// Pairs with a winner.
    Votes,
    /// Replies with a level.
    Ratings,
}

/// What a file of votes or ratings holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BallotCount {
    /// Votes or ratings.
    pub kind: BallotKind,
    /// How many.
    pub ballots: u32,
    /// Of these, ties; 0 for ratings.
    pub ties: u32,
    /// The replies they speak of.
    pub replies: u32,
    /// The queries of those replies.
    pub queries: u32,
    /// The raters, where the file names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub raters: Option<u32>,
}
