use super::figures::{Outcome, before_after};
use super::{Ballots, Batch, BeforeAfter, Holdout, Parts, VoteReport, VoteSettings};
use crate::formats::{Result, Warning};
use crate::model::{Heads, read_back};
use crate::reward::ScoreRow;
use crate::stats::{FEW_CLUSTERS, spearman};

/// The figures on the held-out part.
pub(super) struct Measured {
    pub accuracy: BeforeAfter,
    pub log_loss: BeforeAfter,
    pub clusters: u32,
    pub kept: Option<f64>,
}

/// Measures the heads before and after, each with its β, on the held-out batch.
pub(super) async fn measure(
    batch: &Batch,
    heads: [(&Heads, f64); 2],
    unit: f32,
    ballots: &Ballots,
    parts: &Parts,
    responses: &[ScoreRow],
    settings: &VoteSettings,
) -> Result<Measured> {
    let [(before, before_scale), (after, after_scale)] = heads;
    let first = outcomes(batch, before, before_scale, unit, ballots, parts, settings).await?;
    let second = outcomes(batch, after, after_scale, unit, ballots, parts, settings).await?;
    let cluster = |&at: &usize| match settings.by {
        Holdout::Query => responses[ballots.replies(at).0].query.as_str(),
        Holdout::Rater => ballots.rater(at).unwrap_or_default(),
    };
    let outcomes = first.into_iter().zip(second);
    let rows: Vec<_> = parts
        .held_out
        .iter()
        .map(cluster)
        .zip(outcomes)
        .map(|(cluster, (before, after))| (cluster, before, after))
        .collect();
    let (accuracy, log_loss, clusters) = before_after(&rows, &settings.bootstrap())?;
    let scores = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<f64>>();
    let then = scores(read_back(batch.scores(before, settings.on)).await?);
    let now = scores(read_back(batch.scores(after, settings.on)).await?);
    Ok(Measured { accuracy, log_loss, clusters, kept: spearman(&then, &now) })
}

async fn outcomes(
    batch: &Batch,
    heads: &Heads,
    scale: f64,
    unit: f32,
    ballots: &Ballots,
    parts: &Parts,
    settings: &VoteSettings,
) -> Result<Vec<Outcome>> {
    let held = parts.held_out.iter();
    Ok(match ballots {
        Ballots::Votes(votes) => {
            let differences = batch.differences(heads, settings.on).await?;
            let of = |(&at, difference): (&usize, &f64)| {
                Outcome::of_vote(difference / f64::from(unit), scale, votes[at].winner)
            };
            held.zip(&differences).map(of).collect()
        }
        Ballots::Ratings(ratings) => {
            let levels = batch.probabilities(heads).await?;
            let of =
                |(&at, levels): (&usize, &Vec<f64>)| Outcome::of_rating(levels, ratings[at].level);
            held.zip(&levels).map(of).collect()
        }
    })
}

/// What the reader of the figures must know.
pub(super) fn warnings(report: &VoteReport, separable: bool) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |code: &str, message: String| {
        found.push(Warning { code: code.to_owned(), message });
    };
    let better = report.log_loss.difference.high.is_some_and(|high| high < 0.0);
    if report.epochs == 0 {
        warn(
            "unchanged",
            "No step lowered the loss on the validation part, so the heads are those that training \
             started from."
                .to_owned(),
        );
    } else if !better {
        warn(
            "not-shown-better",
            "The held-out part does not show that these heads are better: the interval of the \
             difference in log-loss reaches 0. More votes would tell."
                .to_owned(),
        );
    }
    if separable {
        warn(
            "separable",
            "The starting heads order all votes of the training part without an error, so no finite \
             factor makes these votes most probable; it was held at its bound, and the log-loss \
             before says little. The accuracy is not affected."
                .to_owned(),
        );
    }
    if (report.clusters as usize) < FEW_CLUSTERS {
        let what = match report.settings.by {
            Holdout::Query => "queries",
            Holdout::Rater => "raters",
        };
        warn(
            "few-clusters",
            format!(
                "The intervals rest on {} {what}; below {FEW_CLUSTERS} they are too narrow, with one \
                 there is none.",
                report.clusters
            ),
        );
    }
    if report.parts.left_out > report.count.ballots / 2 {
        warn(
            "many-left-out",
            format!(
                "{} of {} judgements would have connected the two sides and were left out; holding \
                 out queries would use them.",
                report.parts.left_out, report.count.ballots
            ),
        );
    }
    found
}
