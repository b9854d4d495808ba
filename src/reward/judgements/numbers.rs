//! From numbers as read to a row's reward: shared by raw judgements and by live judges.

use super::{ParseFailure, RowError};
use crate::formats::Result;
use crate::reward::judge_reply::Refusal;
use crate::reward::peregrm::{peregrm_reward, peregrm_share};
use crate::reward::perm::perm_reward_unchecked;
use crate::reward::{Judgement, Method, PermReward, PermSettings};

/// The four perspectives, in the order of the results.
pub(in crate::reward) const FIELDS: [&str; 4] =
    ["resonation", "expression", "reception", "bystander"];

/// A text as read: a number, nothing to be read, or a number that ends the row.
pub(in crate::reward) type Reading = std::result::Result<f64, Refusal>;

/// What the authors' PereGRM code puts in place of an unread answer: 0.6 of 5 and 0.8 of 100.
pub(in crate::reward) fn constant_fills(policy: ParseFailure) -> [Option<f64>; 4] {
    match policy {
        ParseFailure::Authors => [Some(3.0), Some(3.0), Some(3.0), Some(80.0)],
        _ => [None; 4],
    }
}

/// The numbers of a row and the names of those filled in; why it failed, where nothing stands in.
pub(in crate::reward) fn fill(
    read: [Vec<Reading>; 4],
    fills: [Option<f64>; 4],
) -> std::result::Result<([Vec<f64>; 4], Vec<String>), RowError> {
    let mut imputed = Vec::new();
    let mut filled: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::new());
    for (at, trials) in read.into_iter().enumerate() {
        let several = trials.len() > 1;
        for (trial, reading) in trials.into_iter().enumerate() {
            let value = match (reading, fills[at]) {
                (Ok(value), _) => value,
                (Err(Refusal::Unread(_)), Some(fill)) => {
                    if imputed.last().is_none_or(|last| last != FIELDS[at]) {
                        imputed.push(FIELDS[at].to_owned());
                    }
                    fill
                }
                (Err(refusal), _) => {
                    let problem = refusal.problem().to_owned();
                    let field = if several {
                        format!("{}[{trial}]", FIELDS[at])
                    } else {
                        FIELDS[at].into()
                    };
                    return Err(RowError { code: "judge-reply".to_owned(), field, problem });
                }
            };
            filled[at].push(value);
        }
    }
    Ok((filled, imputed))
}

/// A row's reward with what was cut to its scale.
#[derive(Debug, Clone)]
pub(in crate::reward) struct RowReward {
    pub reward: PermReward,
    /// The means over trials, 1 to 5.
    pub perspectives: [f64; 3],
    /// The mean total, 0 to 100.
    pub bystander: f64,
    /// Places in [`FIELDS`] of what lay above its scale.
    pub clamped: Vec<usize>,
}

/// The reward of a row whose numbers are all there, one or more trials a perspective.
pub(in crate::reward) fn reward_of(
    method: Method,
    constants: &PermSettings,
    trials: &[Vec<f64>; 4],
    tokens: Option<u32>,
) -> Result<RowReward> {
    let [res, exp, rec, by] = trials;
    let total = by.iter().sum::<f64>() / by.len() as f64;
    match method {
        Method::Perm => {
            let judgement = Judgement {
                resonation: res[0],
                expression: exp[0],
                reception: rec[0],
                bystander: total,
                tokens: tokens.unwrap_or(0),
            };
            Ok(RowReward {
                reward: perm_reward_unchecked(&judgement, constants)?,
                perspectives: [res[0], exp[0], rec[0]],
                bystander: total,
                clamped: Vec::new(),
            })
        }
        Method::Peregrm => {
            let mut clamped: Vec<usize> =
                (0..3).filter(|at| trials[*at].iter().any(|x| *x > 5.0)).collect();
            if total > 100.0 {
                clamped.push(3);
            }
            Ok(RowReward {
                reward: peregrm_reward([res, exp, rec], total, constants.bystander_weight),
                perspectives: [res, exp, rec].map(|trials| 5.0 * peregrm_share(trials)),
                bystander: total.min(100.0),
                clamped,
            })
        }
    }
}
