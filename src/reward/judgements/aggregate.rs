use super::numbers::{FIELDS, Reading, constant_fills, fill, reward_of};
use super::{
    AggregateReport, Aggregated, AggregatedRow, FailedRow, JudgementSettings, ParseFailure,
    RawJudgement,
};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::check_constants;
use crate::reward::judge_reply::{
    Refusal, peregrm_bystander, peregrm_bystander_authors, peregrm_score, peregrm_score_authors,
    perm_bystander, perm_bystander_authors, perm_score, perm_score_authors,
};
use crate::reward::{Method, Penalties};

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
    check_constants(settings.format, &settings.constants)
        .map_err(|error| error.in_field("constants"))?;
    let read: Vec<[Vec<Reading>; 4]> = rows
        .iter()
        .map(|row| {
            if settings.format == Method::Perm
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

fn reading(settings: &JudgementSettings, field: usize, text: &str) -> Reading {
    let bystander = field == 3;
    if settings.on_parse_failure == ParseFailure::Authors {
        let nothing = || Refusal::Unread(UNREAD.to_owned());
        return match (settings.format, bystander) {
            (Method::Perm, false) => perm_score_authors(text).ok_or_else(nothing),
            (Method::Perm, true) => perm_bystander_authors(text).ok_or_else(nothing),
            (Method::Peregrm, false) => {
                peregrm_score_authors(text).unwrap_or_else(|| Err(nothing()))
            }
            (Method::Peregrm, true) => peregrm_bystander_authors(text).ok_or_else(nothing),
        };
    }
    match (settings.format, bystander) {
        (Method::Perm, false) => perm_score(text),
        (Method::Perm, true) => perm_bystander(text),
        (Method::Peregrm, false) => peregrm_score(text),
        (Method::Peregrm, true) => peregrm_bystander(text),
    }
}

/// What the authors' reading says of a text in which it finds nothing: it is then filled in.
const UNREAD: &str = "it gives no score that the authors' code finds";

/// What stands in for an unread text of each field, where anything may.
fn fills(read: &[[Vec<Reading>; 4]], settings: &JudgementSettings) -> Result<[Option<f64>; 4]> {
    let means = match (settings.on_parse_failure, settings.format) {
        (ParseFailure::Error | ParseFailure::Drop, _)
        | (ParseFailure::Authors, Method::Peregrm) => {
            return Ok(constant_fills(settings.on_parse_failure));
        }
        (ParseFailure::BatchMean, _) | (ParseFailure::Authors, Method::Perm) => {
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

fn scored(
    row: &RawJudgement,
    trials: &[Vec<f64>; 4],
    imputed: Vec<String>,
    settings: &JudgementSettings,
) -> Result<Aggregated> {
    let read = reward_of(settings.format, &settings.constants, trials, row.tokens)?;
    let [resonation, expression, reception] = read.perspectives;
    Ok(Aggregated {
        id: row.id.clone(),
        reward: read.reward.reward,
        empathy: read.reward.empathy,
        resonation,
        expression,
        reception,
        bystander: read.bystander,
        penalties: Penalties { bystander: read.reward.bystander, length: read.reward.length },
        imputed,
        clamped: read.clamped.iter().map(|at| FIELDS[*at].to_owned()).collect(),
    })
}
