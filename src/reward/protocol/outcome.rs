use serde::Serialize;

use super::opinions::{Opinion, OpinionGiven, Opinions, mean_levels, point_mass};
use super::settings::ScoringSettings;
use crate::formats::Result;
use crate::reward::judge_reply::Refusal;
use crate::reward::judgements::{
    FIELDS, FailedRow, ParseFailure, Reading, RowError, constant_fills, fill, reward_of,
};
use crate::reward::{Bystander, JudgeIdentity, Method, Penalties, PerspectiveScore, Scored};

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "outcome", content = "row")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Outcome {
    /// It was scored.
    Scored(Box<Scored>),
    /// It was not, and says why.
    Failed(FailedRow),
    /// The policy leaves it out.
    Dropped(String),
    /// It waits for the mean of the whole input.
    Pending(String),
}

/// The rewards of a whole input, row by row, in two passes at most.
///
/// First every row is [added](Self::add), in order. Where the policy fills in means, the rows that
/// came back [`Outcome::Pending`] are handed in again, with [`score`](Self::score), after the last
/// one was added.
#[derive(Debug, Clone)]
pub struct Batch {
    settings: ScoringSettings,
    judge: JudgeIdentity,
    sums: [f64; 4],
    counts: [u64; 4],
}

impl Batch {
    /// An empty batch.
    ///
    /// # Errors
    ///
    /// What [`ScoringSettings::check`] reports.
    pub fn new(settings: ScoringSettings, judge: JudgeIdentity) -> Result<Self> {
        settings.check()?;
        Ok(Self { settings, judge, sums: [0.0; 4], counts: [0; 4] })
    }

    /// Takes a row's opinions into the means, and scores it where nothing is to be filled in.
    ///
    /// # Errors
    ///
    /// What [`Opinions::check`] reports.
    pub fn add(&mut self, id: &str, tokens: Option<u32>, opinions: &Opinions) -> Result<Outcome> {
        opinions.check()?;
        for (at, trials) in opinions.all().into_iter().enumerate() {
            for opinion in trials {
                if let Opinion::Given(given) = opinion {
                    self.sums[at] += given.score;
                    self.counts[at] += 1;
                }
            }
        }
        let waits = self.fills_means()
            && opinions.all().into_iter().flatten().any(|opinion| self.is_fillable(opinion));
        if waits {
            return Ok(Outcome::Pending(id.to_owned()));
        }
        self.score(id, tokens, opinions)
    }

    /// Scores a row; the means are those of the rows added so far.
    ///
    /// # Errors
    ///
    /// What [`Opinions::check`] reports.
    pub fn score(&self, id: &str, tokens: Option<u32>, opinions: &Opinions) -> Result<Outcome> {
        opinions.check()?;
        let readings = opinions.all().map(|trials| {
            trials.iter().map(|opinion| self.reading(opinion)).collect::<Vec<Reading>>()
        });
        // A call that never came back is no parse failure: it is reported whatever the policy.
        let missed = opinions.all().into_iter().flatten().find_map(|opinion| match opinion {
            Opinion::Failed(failed) if failed.failure.code == "judge-call" => Some(&failed.failure),
            _ => None,
        });
        let failed = |error: RowError| Outcome::Failed(FailedRow { id: id.to_owned(), error });
        if let (Some(failure), false) =
            (missed, self.settings.on_parse_failure == ParseFailure::Authors)
        {
            return Ok(failed(failure.clone()));
        }
        match fill(readings, self.fills()) {
            Ok((trials, imputed)) => {
                let scored = self.scored(id, tokens, opinions, &trials, imputed)?;
                Ok(Outcome::Scored(Box::new(scored)))
            }
            Err(_) if self.settings.on_parse_failure == ParseFailure::Drop => {
                Ok(Outcome::Dropped(id.to_owned()))
            }
            Err(error) => Ok(failed(error)),
        }
    }

    fn fills_means(&self) -> bool {
        match self.settings.on_parse_failure {
            ParseFailure::BatchMean => true,
            ParseFailure::Authors => self.settings.method == Method::Perm,
            ParseFailure::Error | ParseFailure::Drop => false,
        }
    }

    fn is_fillable(&self, opinion: &Opinion) -> bool {
        matches!(self.reading(opinion), Err(Refusal::Unread(_)))
    }

    /// The authors' code takes a failed call for an unread answer; ours does not.
    fn reading(&self, opinion: &Opinion) -> Reading {
        match opinion {
            Opinion::Given(OpinionGiven { score, .. }) => Ok(*score),
            Opinion::Failed(failed) => {
                let problem = failed.failure.problem.clone();
                let call = failed.failure.code == "judge-call"
                    && self.settings.on_parse_failure != ParseFailure::Authors;
                Err(if failed.failure.code == "judge-broken" || call {
                    Refusal::Broken(problem)
                } else {
                    Refusal::Unread(problem)
                })
            }
        }
    }

    fn fills(&self) -> [Option<f64>; 4] {
        if self.fills_means() {
            std::array::from_fn(|at| {
                (self.counts[at] > 0).then(|| self.sums[at] / self.counts[at] as f64)
            })
        } else {
            constant_fills(self.settings.on_parse_failure)
        }
    }

    fn scored(
        &self,
        id: &str,
        tokens: Option<u32>,
        opinions: &Opinions,
        trials: &[Vec<f64>; 4],
        imputed: Vec<String>,
    ) -> Result<Scored> {
        let reward = reward_of(self.settings.method, &self.settings.constants, trials, tokens)?;
        let [resonation, expression, reception] = std::array::from_fn(|at| {
            perspective(reward.perspectives[at], &trials[at], opinions.all()[at])
        });
        let given: Vec<&OpinionGiven> = given(&opinions.bystander).collect();
        let several = trials[3].len() > 1;
        Ok(Scored {
            id: id.to_owned(),
            reward: reward.reward.reward,
            empathy: reward.reward.empathy,
            resonation,
            expression,
            reception,
            bystander: Bystander {
                total: reward.bystander,
                subscores: given.first().filter(|_| !several).and_then(|first| first.subscores),
                rationale: given.first().and_then(|first| first.rationale.clone()),
                trials: if several { trials[3].clone() } else { Vec::new() },
                disagreement: given.first().and_then(|first| first.disagreement),
            },
            penalties: Penalties {
                bystander: reward.reward.bystander,
                length: reward.reward.length,
            },
            tokens,
            imputed,
            clamped: reward.clamped.iter().map(|at| FIELDS[*at].to_owned()).collect(),
            interval: None,
            out_of_domain: Vec::new(),
            judge: self.judge.clone(),
            steering: Vec::new(),
        })
    }
}

fn given(opinions: &[Opinion]) -> impl Iterator<Item = &OpinionGiven> {
    opinions.iter().filter_map(|opinion| match opinion {
        Opinion::Given(given) => Some(given),
        Opinion::Failed(_) => None,
    })
}

/// A perspective over its trials; one that was filled in counts as a point on the scale.
fn perspective(score: f64, trials: &[f64], opinions: &[Opinion]) -> PerspectiveScore {
    let levels: Vec<[f64; 5]> = trials
        .iter()
        .zip(opinions)
        .map(|(value, opinion)| match opinion {
            Opinion::Given(OpinionGiven { distribution: Some(levels), .. }) => *levels,
            _ => point_mass(*value),
        })
        .collect();
    let first = given(opinions).next();
    PerspectiveScore {
        score,
        distribution: mean_levels(&levels),
        rationale: first.and_then(|opinion| opinion.rationale.clone()),
        trials: if trials.len() > 1 { trials.to_vec() } else { Vec::new() },
        disagreement: first.and_then(|opinion| opinion.disagreement),
        criteria: first.map_or_else(Vec::new, |opinion| opinion.criteria.clone()),
    }
}
