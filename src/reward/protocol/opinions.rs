use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};
use crate::reward::criteria::ScoredCriterion;
use crate::reward::judgements::RowError;
use crate::reward::{BystanderScores, Perspective};

/// What a judge says of one reply from one perspective, or why it says nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Opinion {
    /// It gave a score.
    Given(OpinionGiven),
    /// It gave none.
    Failed(OpinionFailure),
}

/// A judge's score from one perspective.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct OpinionGiven {
    /// 1 to 5, or the bystander's total, 0 to 100.
    pub score: f64,
    /// The probabilities of the levels 1 to 5, summing to 1; absent for the bystander.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub distribution: Option<[f64; 5]>,
    /// The bystander's sub-scores, where they are given one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub subscores: Option<BystanderScores>,
    /// The judge's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rationale: Option<String>,
    /// Where the score was read from; absent for judges that compute it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub read: Option<ReadFrom>,
    /// The standard deviation between the judges of a panel (n − 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub disagreement: Option<f64>,
    /// The criteria one by one, where the judge scores them so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<ScoredCriterion>>"))]
    pub criteria: Vec<ScoredCriterion>,
}

/// Where a score was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ReadFrom {
    /// The words of the answer.
    Text,
    /// The probabilities of the scale's tokens: the score is their expectation.
    Logprobs,
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct OpinionFailure {
    /// `judge-reply`: the answer cannot be read. `judge-call`: no answer came. `judge-broken`: the
    /// authors' code would stop at it.
    pub failure: RowError,
}

/// All that a judge says of one reply: one opinion a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Opinions {
    /// On resonation.
    pub resonation: Vec<Opinion>,
    /// On expression.
    pub expression: Vec<Opinion>,
    /// On reception.
    pub reception: Vec<Opinion>,
    /// Of the bystander.
    pub bystander: Vec<Opinion>,
}

impl Opinions {
    /// The opinions of the four perspectives, in order.
    pub fn all(&self) -> [&[Opinion]; 4] {
        [&self.resonation, &self.expression, &self.reception, &self.bystander]
    }

    /// Checks opinions that did not come from [`read_answer`](super::read_answer): at least one a
    /// perspective, finite scores within their scales, distributions that sum to 1.
    ///
    /// # Errors
    ///
    /// `Missing`, `Range` or `NotFinite`, with the place.
    pub fn check(&self) -> Result<()> {
        for (perspective, opinions) in Perspective::ALL.into_iter().zip(self.all()) {
            let within = |error: Error| error.in_field(perspective.name());
            if opinions.is_empty() {
                let mend = "Give one opinion a trial.";
                return Err(within(Error::new(ErrorKind::Missing, "there is no opinion", mend)));
            }
            for (at, opinion) in opinions.iter().enumerate() {
                let Opinion::Given(given) = opinion else { continue };
                given.check(perspective).map_err(|error| within(error.in_row(at)))?;
            }
        }
        Ok(())
    }
}

impl OpinionGiven {
    fn check(&self, perspective: Perspective) -> Result<()> {
        if !self.score.is_finite() {
            let problem = format!("the score is {}", self.score);
            return Err(
                Error::new(ErrorKind::NotFinite, problem, "Give a number.").at_field("score")
            );
        }
        if let Some(levels) = self.distribution {
            let sum: f64 = levels.iter().sum();
            if levels.iter().any(|p| !(0.0..=1.0).contains(p)) || (sum - 1.0).abs() > 1e-6 {
                let problem = format!("the probabilities are {levels:?}");
                let mend = "Give five numbers from 0 to 1 that sum to 1.";
                return Err(Error::new(ErrorKind::Range, problem, mend).at_field("distribution"));
            }
        } else if perspective != Perspective::Bystander {
            let mend = "Give the probabilities of the levels 1 to 5.";
            return Err(Error::new(ErrorKind::Missing, "there is no distribution", mend)
                .at_field("distribution"));
        }
        Ok(())
    }
}

/// All probability on a level, or on the two beside a score between levels, so that the
/// expectation is the score.
///
/// A score outside the scale, which only the authors' reading lets through, counts as its end.
pub(in crate::reward) fn point_mass(score: f64) -> [f64; 5] {
    let score = score.clamp(1.0, 5.0);
    let below = score.floor().min(4.0);
    let mut levels = [0.0; 5];
    levels[below as usize - 1] = below + 1.0 - score;
    levels[below as usize] = score - below;
    levels
}

/// The opinion of several judges on the same thing: their mean or `median` score, the mean of
/// their distributions and sub-scores, the standard deviation of their scores.
///
/// Fails where one of them failed: a mean over others than usual is another figure. Reasons are
/// joined, each under its judge's name.
///
/// # Panics
///
/// Never, also for an empty panel, which fails.
pub fn panel_opinion(members: &[(String, Opinion)], median: bool) -> Opinion {
    let mut given = Vec::new();
    for (name, opinion) in members {
        match opinion {
            Opinion::Given(opinion) => given.push((name, opinion)),
            Opinion::Failed(OpinionFailure { failure }) => {
                let problem = format!("{name}: {}", failure.problem);
                let failure = RowError { problem, ..failure.clone() };
                return Opinion::Failed(OpinionFailure { failure });
            }
        }
    }
    let mut scores: Vec<f64> = given.iter().map(|(_, opinion)| opinion.score).collect();
    if scores.is_empty() {
        let failure = RowError {
            code: "judge-call".to_owned(),
            field: String::new(),
            problem: "the panel has no judge".to_owned(),
        };
        return Opinion::Failed(OpinionFailure { failure });
    }
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    let disagreement = (scores.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    scores.sort_by(f64::total_cmp);
    let middle = f64::midpoint(scores[(scores.len() - 1) / 2], scores[scores.len() / 2]);
    let levels: Option<Vec<[f64; 5]>> = given.iter().map(|(_, o)| o.distribution).collect();
    let subscores: Option<Vec<BystanderScores>> = given.iter().map(|(_, o)| o.subscores).collect();
    let reasons: Vec<String> = given
        .iter()
        .filter_map(|(name, opinion)| Some(format!("{name}: {}", opinion.rationale.as_ref()?)))
        .collect();
    Opinion::Given(OpinionGiven {
        score: if median { middle } else { mean },
        distribution: levels.map(|levels| mean_levels(&levels)),
        subscores: subscores.map(|all| mean_subscores(&all)),
        rationale: (!reasons.is_empty()).then(|| reasons.join("\n")),
        read: None,
        disagreement,
        criteria: Vec::new(),
    })
}

/// The mean of distributions, level by level.
pub(in crate::reward) fn mean_levels(all: &[[f64; 5]]) -> [f64; 5] {
    std::array::from_fn(|level| {
        all.iter().map(|levels| levels[level]).sum::<f64>() / all.len() as f64
    })
}

fn mean_subscores(all: &[BystanderScores]) -> BystanderScores {
    let mean = |of: fn(&BystanderScores) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    BystanderScores {
        content: mean(|s| s.content),
        structure: mean(|s| s.structure),
        efficiency: mean(|s| s.efficiency),
        objectivity: mean(|s| s.objectivity),
        accuracy: mean(|s| s.accuracy),
    }
}
