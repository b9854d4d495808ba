use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result, filled};
use crate::stats::{Bootstrap, Interval, average_ranks, bootstrap, by_cluster, sums};

/// A reply's reward and length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LengthRow {
    /// The query that it replies to: replies are compared within it.
    pub query: String,
    /// The reward or score, on any scale.
    pub reward: f64,
    /// The reply's length in tokens.
    pub tokens: u32,
}

/// How rewards go with the length of replies to the same query. Each figure's interval resamples
/// queries; it covers another draw of queries, not of replies or judges.
///
/// An association, not a cause: a longer reply may deserve its higher reward.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LengthEffect {
    /// The version of attune that made it.
    pub version: String,
    /// The settings in force.
    pub settings: Bootstrap,
    /// Queries with several replies.
    pub queries: u32,
    /// Replies to them.
    pub replies: u32,
    /// Queries with a single reply, which can show nothing and are left out.
    pub single: u32,
    /// Pairs of replies to one query that differ in length.
    pub pairs: u32,
    /// Pairs of equal length, which are in no share.
    pub equal_length: u32,
    /// Change of the reward for 100 more tokens: the least-squares slope once the query's mean is
    /// taken off both, Σ Δtokens·Δreward / Σ Δtokens² · 100, sums over all replies.
    pub slope: Interval,
    /// Pearson's correlation of the same deviations, all queries pooled, −1 to 1.
    pub pearson: Interval,
    /// The same of ranks: tokens and rewards are ranked within their query (ties share their mean
    /// rank), the query's mean rank is taken off, and all queries are pooled, −1 to 1.
    pub spearman: Interval,
    /// The share of pairs in which the longer reply has the higher reward, 0 to 1; equal rewards
    /// count half. Without an effect 0.5 is expected.
    pub longer_preferred: Interval,
}

/// How rewards go with the length of replies, within queries, so that queries that call for long
/// replies and get high rewards do not pass for an effect of length.
///
/// Figures that are undefined (all lengths or all rewards equal) have no estimate. The order of the
/// rows plays no part.
///
/// # Errors
///
/// `Missing` for an empty query, `NotFinite` for a reward that is no finite number, with the place
/// of the row; `Empty` where no query has several replies; `Setting` as [`Bootstrap::check`] says.
///
/// ```
/// use attune::reward::{LengthRow, length_effect};
/// let row = |query: &str, reward, tokens| LengthRow { query: query.into(), reward, tokens };
/// let rows = [row("a", 0.5, 100), row("a", 0.6, 200), row("b", 0.1, 50), row("b", 0.3, 250)];
/// let effect = length_effect(&rows, &Default::default())?;
/// assert!((effect.slope.estimate.unwrap() - 0.1).abs() < 1e-12);
/// assert_eq!(effect.longer_preferred.estimate, Some(1.0));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn length_effect(rows: &[LengthRow], settings: &Bootstrap) -> Result<LengthEffect> {
    for (at, row) in rows.iter().enumerate() {
        let place = |error: Error| error.in_row(at).in_field("rows");
        filled("query", &row.query).map_err(place)?;
        if !row.reward.is_finite() {
            let problem = format!("the reward is {}", row.reward);
            let error = Error::new(ErrorKind::NotFinite, problem, "Score the reply first.");
            return Err(place(error.at_field("reward")));
        }
    }
    let of_row = |row: &'_ LengthRow| [f64::from(row.tokens), row.reward];
    let mut groups = by_cluster(rows.iter().map(|row| (row.query.as_str(), of_row(row))));
    let all = groups.len();
    groups.retain(|group| group.len() > 1);
    if groups.is_empty() {
        let mend = "Give two or more replies to at least one query.";
        let error = Error::new(ErrorKind::Empty, "no query has several replies", mend);
        return Err(error.at_field("rows"));
    }
    let queries: Vec<[f64; PARTS]> = groups.iter().map(|group| parts(group)).collect();
    let figures = bootstrap(&queries, settings, |drawn| {
        let [xx, xy, yy, ranks_xx, ranks_xy, ranks_yy, preferred, pairs, _] =
            sums(drawn.iter().copied());
        let correlation = |xx: f64, xy: f64, yy: f64| xy / (xx * yy).sqrt();
        // A quotient by 0 is NaN or infinite, which the bootstrap takes as undefined.
        [
            100.0 * xy / xx,
            correlation(xx, xy, yy),
            correlation(ranks_xx, ranks_xy, ranks_yy),
            preferred / pairs,
        ]
    })?;
    let [slope, pearson, spearman, longer_preferred] = figures;
    let [.., pairs, equal_length] = sums(&queries);
    Ok(LengthEffect {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: *settings,
        queries: queries.len() as u32,
        replies: groups.iter().map(Vec::len).sum::<usize>() as u32,
        single: (all - queries.len()) as u32,
        pairs: pairs as u32,
        equal_length: equal_length as u32,
        slope,
        pearson,
        spearman,
        longer_preferred,
    })
}

/// The sums of a query that the figures are made of: squares and products of the deviations, the
/// same of ranks, pairs in which the longer reply won, pairs, pairs of equal length.
const PARTS: usize = 9;

fn parts(group: &[[f64; 2]]) -> [f64; PARTS] {
    let tokens: Vec<f64> = group.iter().map(|row| row[0]).collect();
    let rewards: Vec<f64> = group.iter().map(|row| row[1]).collect();
    let [xx, xy, yy] = products(&tokens, &rewards);
    let [ranks_xx, ranks_xy, ranks_yy] =
        products(&average_ranks(&tokens), &average_ranks(&rewards));
    let (mut preferred, mut pairs, mut equal) = (0.0, 0.0, 0.0);
    for (at, [tokens, reward]) in group.iter().enumerate() {
        for [other_tokens, other_reward] in &group[at + 1..] {
            if tokens == other_tokens {
                equal += 1.0;
                continue;
            }
            pairs += 1.0;
            preferred += match (tokens > other_tokens, reward.total_cmp(other_reward)) {
                _ if reward == other_reward => 0.5,
                (true, std::cmp::Ordering::Greater) | (false, std::cmp::Ordering::Less) => 1.0,
                _ => 0.0,
            };
        }
    }
    [xx, xy, yy, ranks_xx, ranks_xy, ranks_yy, preferred, pairs, equal]
}

/// Σ Δx², Σ Δx·Δy and Σ Δy² of the deviations from the means. Values that are all equal deviate by
/// exactly 0, which their mean, once rounded, might not give.
fn products(x: &[f64], y: &[f64]) -> [f64; 3] {
    let (x, y) = (deviations(x), deviations(y));
    let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum();
    [sum(&x, &x), sum(&x, &y), sum(&y, &y)]
}

fn deviations(values: &[f64]) -> Vec<f64> {
    if values.iter().all(|value| *value == values[0]) {
        return vec![0.0; values.len()];
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}
