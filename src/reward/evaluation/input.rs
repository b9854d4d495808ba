use std::collections::{HashMap, HashSet};

use super::{EvaluationRow, EvaluationSettings, SystemScores};
use crate::formats::{Error, ErrorKind, Result, filled};
use crate::reward::Perspective;

/// Checks settings and scores.
///
/// # Errors
///
/// The first fault, with its place: `systems[1].rows[3].reception`.
pub(super) fn check(systems: &[SystemScores], settings: &EvaluationSettings) -> Result<()> {
    settings.bootstrap().check()?;
    settings.sign_flips().check()?;
    if systems.is_empty() {
        let mend = "Give the scores of at least one system.";
        return Err(Error::new(ErrorKind::Empty, "there is no system", mend).at_field("systems"));
    }
    let mut names = HashSet::new();
    let mut queries: HashMap<&str, &EvaluationRow> = HashMap::new();
    for (at, system) in systems.iter().enumerate() {
        let place = |error: Error| error.in_row(at).in_field("systems");
        filled("name", &system.name).map_err(place)?;
        if !names.insert(system.name.as_str()) {
            let problem = format!("the name \"{}\" stands twice", system.name);
            let mend = "Give every system a name of its own.";
            let error = Error::new(ErrorKind::Duplicate, problem, mend).at_field("name");
            return Err(place(error));
        }
        if system.rows.is_empty() {
            let mend = "Give at least one scored query, or leave the system out.";
            let error = Error::new(ErrorKind::Empty, "the system has no scores", mend);
            return Err(place(error.at_field("rows")));
        }
        let mut ids = HashSet::new();
        for (row_at, row) in system.rows.iter().enumerate() {
            let place = |error: Error| place(error.in_row(row_at).in_field("rows"));
            check_row(row).map_err(place)?;
            if !ids.insert(row.id.as_str()) {
                let problem = format!("the query \"{}\" stands twice", row.id);
                let mend = "Give one row a query.";
                return Err(place(Error::new(ErrorKind::Duplicate, problem, mend).at_field("id")));
            }
            same_query(queries.entry(&row.id).or_insert(row), row).map_err(place)?;
        }
    }
    match &settings.baseline {
        Some(baseline) if !names.contains(baseline.as_str()) => Err(Error::new(
            ErrorKind::Unknown,
            format!("no system is called \"{baseline}\""),
            "Name one of the systems, or leave it out to compare every two.",
        )
        .at_field("baseline")),
        _ => Ok(()),
    }
}

fn check_row(row: &EvaluationRow) -> Result<()> {
    filled("id", &row.id)?;
    filled("user", &row.user)?;
    filled("split", &row.split)?;
    filled("category", &row.category)?;
    for (perspective, score) in Perspective::ALL.into_iter().zip(scores(row)) {
        if !(1.0..=5.0).contains(&score) {
            let mend = "Give a number from 1 to 5, or count the query as failed.";
            let error = Error::new(ErrorKind::Range, format!("the score is {score}"), mend);
            return Err(error.at_field(perspective.name()));
        }
    }
    Ok(())
}

/// A query must be the same one for every system, or their rows would not be pairs.
fn same_query(first: &EvaluationRow, row: &EvaluationRow) -> Result<()> {
    for (field, a, b) in [
        ("user", &first.user, &row.user),
        ("split", &first.split, &row.split),
        ("category", &first.category, &row.category),
    ] {
        if a != b {
            let problem = format!("the query \"{}\" has \"{a}\" in another system", row.id);
            let mend = "Check that all systems were scored on the same dataset.";
            return Err(Error::new(ErrorKind::Mismatch, problem, mend).at_field(field));
        }
    }
    Ok(())
}

/// Resonation, expression, reception.
pub(super) fn scores(row: &EvaluationRow) -> [f64; 3] {
    [row.resonation, row.expression, row.reception]
}
