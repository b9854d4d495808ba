use super::types::FIELDS;
use super::{
    AggregateReport, Aggregated, AggregatedRow, FailedRow, JudgeFormat, JudgementSettings,
    ParseFailure, RawJudgement, RowError,
};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::judge_reply::{
    Refusal, peregrm_bystander, peregrm_bystander_authors, peregrm_score, peregrm_score_authors,
    perm_bystander, perm_bystander_authors, perm_score, perm_score_authors,
};
use crate::reward::peregrm::{peregrm_reward, peregrm_share};
use crate::reward::perm::{constant, perm_reward_unchecked};
use crate::reward::{Judgement, Penalties, PermSettings};

/// A text as read: a number, nothing to be read, or a number that ends the row.
type Reading = std::result::Result<f64, Refusal>;

/// Rewards of a batch of judgements.
///
/// # Errors
///
/// `Setting` for a constant out of range; `Mismatch` for several trials in PERM, which has one
/// judge call a perspective; `Missing` where a mean is to be filled in and nothing of that
/// perspective could be read in the whole input.
///
/// ```
/// use attune::reward::judgements::{AggregatedRow, JudgementSettings, RawJudgement, aggregate};
/// let text = br#"{"id":"1","resonation":"Score: 2","expression":"Score: 4","reception":"Score: 5","bystander":"Total Score: 76 / 100"}"#;
/// let report = aggregate(&RawJudgement::read("j.jsonl", text)?, &JudgementSettings::default())?;
/// let AggregatedRow::Scored(row) = &report.rows[0] else { unreachable!() };
/// assert!((row.reward - (12.0 / 19.0 - 0.12)).abs() < 1e-12);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn aggregate(rows: &[RawJudgement], settings: &JudgementSettings) -> Result<AggregateReport> {
    check(settings)?;
    let read: Vec<[Vec<Reading>; 4]> = rows
        .iter()
        .map(|row| {
            if settings.format == JudgeFormat::Perm
                && let Some(at) = row.trials().iter().position(|texts| texts.len() > 1)
            {
                let mend = "Give one text, or choose the format peregrm.";
                let problem = format!("row \"{}\" has several trials", row.id);
                return Err(Error::new(ErrorKind::Mismatch, problem, mend).at_field(FIELDS[at]));
            }
            let trials = row.trials();
            Ok(std::array::from_fn(|at| {
                trials[at].iter().map(|text| reading(settings, at, text)).collect()
            }))
        })
        .collect::<Result<_>>()?;
    let fills = fills(&read, settings)?;

    let mut report = AggregateReport { rows: Vec::new(), failed: 0, dropped: Vec::new() };
    for (row, read) in rows.iter().zip(read) {
        match (fill(read, fills), settings.on_parse_failure) {
            (Ok((trials, imputed)), _) => {
                let scored = scored(row, &trials, imputed, settings)?;
                report.rows.push(AggregatedRow::Scored(scored));
            }
            (Err(_), ParseFailure::Drop) => report.dropped.push(row.id.clone()),
            (Err(error), _) => {
                report.failed += 1;
                let failed = FailedRow { id: row.id.clone(), error };
                report.rows.push(AggregatedRow::Failed(failed));
            }
        }
    }
    Ok(report)
}

/// PereGRM has a harmonic mean and no length penalty: settings of these would do nothing.
fn check(settings: &JudgementSettings) -> Result<()> {
    if settings.format == JudgeFormat::Perm {
        return Ok(());
    }
    let given = settings.constants;
    constant("bystanderWeight", given.bystander_weight)?;
    let takes = PermSettings { bystander_weight: given.bystander_weight, ..Default::default() };
    if given != takes {
        return Err(Error::new(
            ErrorKind::Setting,
            "PereGRM takes no constant but the bystander's weight",
            "Leave the others out, or choose the format perm.",
        )
        .at_field("constants"));
    }
    Ok(())
}

fn reading(settings: &JudgementSettings, field: usize, text: &str) -> Reading {
    let bystander = field == 3;
    if settings.on_parse_failure == ParseFailure::Authors {
        let nothing = || Refusal::Unread(UNREAD.to_owned());
        return match (settings.format, bystander) {
            (JudgeFormat::Perm, false) => perm_score_authors(text).ok_or_else(nothing),
            (JudgeFormat::Perm, true) => perm_bystander_authors(text).ok_or_else(nothing),
            (JudgeFormat::Peregrm, false) => {
                peregrm_score_authors(text).unwrap_or_else(|| Err(nothing()))
            }
            (JudgeFormat::Peregrm, true) => peregrm_bystander_authors(text).ok_or_else(nothing),
        };
    }
    match (settings.format, bystander) {
        (JudgeFormat::Perm, false) => perm_score(text),
        (JudgeFormat::Perm, true) => perm_bystander(text),
        (JudgeFormat::Peregrm, false) => peregrm_score(text),
        (JudgeFormat::Peregrm, true) => peregrm_bystander(text),
    }
}

/// What the authors' reading says of a text in which it finds nothing: it is then filled in.
const UNREAD: &str = "it gives no score that the authors' code finds";

/// What stands in for an unread text of each field, where anything may.
fn fills(read: &[[Vec<Reading>; 4]], settings: &JudgementSettings) -> Result<[Option<f64>; 4]> {
    let means = match (settings.on_parse_failure, settings.format) {
        (ParseFailure::Error | ParseFailure::Drop, _) => return Ok([None; 4]),
        (ParseFailure::Authors, JudgeFormat::Peregrm) => {
            return Ok([Some(3.0), Some(3.0), Some(3.0), Some(80.0)]);
        }
        (ParseFailure::BatchMean, _) | (ParseFailure::Authors, JudgeFormat::Perm) => {
            std::array::from_fn(|at| mean(read.iter().flat_map(|row| &row[at]).flatten()))
        }
    };
    for (at, field) in FIELDS.into_iter().enumerate() {
        let needed = read.iter().any(|row| row[at].iter().any(|reading| reading.is_err()));
        if needed && means[at].is_none() {
            return Err(Error::new(
                ErrorKind::Missing,
                "no text of this perspective could be read, so there is no mean to fill in",
                "Check the judge's prompt and the format.",
            )
            .at_field(field));
        }
    }
    Ok(means)
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> Option<f64> {
    let values: Vec<f64> = values.copied().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The numbers of a row and the names of those filled in; why it failed, where nothing stands in.
fn fill(
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

fn scored(
    row: &RawJudgement,
    trials: &[Vec<f64>; 4],
    imputed: Vec<String>,
    settings: &JudgementSettings,
) -> Result<Aggregated> {
    let [res, exp, rec, by] = trials;
    let total = by.iter().sum::<f64>() / by.len() as f64;
    let mut clamped = Vec::new();
    let (reward, [resonation, expression, reception], bystander) = match settings.format {
        JudgeFormat::Perm => {
            let judgement = Judgement {
                resonation: res[0],
                expression: exp[0],
                reception: rec[0],
                bystander: total,
                tokens: row.tokens.unwrap_or(0),
            };
            let reward = perm_reward_unchecked(&judgement, &settings.constants)?;
            (reward, [res[0], exp[0], rec[0]], total)
        }
        JudgeFormat::Peregrm => {
            for (name, trials) in FIELDS.into_iter().zip([res, exp, rec]) {
                if trials.iter().any(|x| *x > 5.0) {
                    clamped.push(name.to_owned());
                }
            }
            if total > 100.0 {
                clamped.push(FIELDS[3].to_owned());
            }
            let weight = settings.constants.bystander_weight;
            let reward = peregrm_reward([res, exp, rec], total, weight);
            (reward, [res, exp, rec].map(|trials| 5.0 * peregrm_share(trials)), total.min(100.0))
        }
    };
    Ok(Aggregated {
        id: row.id.clone(),
        reward: reward.reward,
        empathy: reward.empathy,
        resonation,
        expression,
        reception,
        bystander,
        penalties: Penalties { bystander: reward.bystander, length: reward.length },
        imputed,
        clamped,
    })
}
