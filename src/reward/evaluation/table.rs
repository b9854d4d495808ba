use std::collections::BTreeSet;

use super::input::scores;
use super::{Cell, EvaluationRow, EvaluationSettings, SystemScores, SystemTable};
use crate::formats::Result;
use crate::stats::{bootstrap, by_cluster, sums};

/// One system's part of the table; its rows have been checked.
pub(super) fn table(system: &SystemScores, settings: &EvaluationSettings) -> Result<SystemTable> {
    let rows: Vec<&EvaluationRow> = system.rows.iter().collect();
    let splits = names(&rows, |row| &row.split);
    let categories = names(&rows, |row| &row.category);
    let mut groups = vec![(None, None)];
    groups.extend(splits.iter().map(|&split| (Some(split), None)));
    groups.extend(categories.iter().map(|&category| (None, Some(category))));
    for &split in &splits {
        groups.extend(categories.iter().map(|&category| (Some(split), Some(category))));
    }
    let mut cells = Vec::new();
    for (split, category) in groups {
        let is_in = |row: &&&EvaluationRow| {
            split.is_none_or(|split| split == row.split)
                && category.is_none_or(|category| category == row.category)
        };
        let group: Vec<&EvaluationRow> = rows.iter().filter(is_in).copied().collect();
        if !group.is_empty() {
            cells.push(cell(split, category, &group, settings)?);
        }
    }
    let &SystemScores { failed, missing, empty, .. } = system;
    Ok(SystemTable { name: system.name.clone(), failed, missing, empty, cells })
}

/// The different names that rows carry, in their order.
fn names<'a>(
    rows: &[&'a EvaluationRow],
    name: impl Fn(&'a EvaluationRow) -> &'a str,
) -> BTreeSet<&'a str> {
    rows.iter().map(|row| name(row)).collect()
}

fn cell(
    split: Option<&str>,
    category: Option<&str>,
    rows: &[&EvaluationRow],
    settings: &EvaluationSettings,
) -> Result<Cell> {
    let of_row = |row: &&EvaluationRow| {
        let [resonation, expression, reception] = scores(row);
        [resonation, expression, reception, 1.0]
    };
    let rows_by_user = by_cluster(rows.iter().map(|row| (row.user.as_str(), of_row(row))));
    let users: Vec<[f64; 4]> = rows_by_user.iter().map(sums).collect();
    // The seed begins anew in every group: a figure does not depend on which others are reported.
    let figures = bootstrap(&users, &settings.bootstrap(), |drawn| {
        let [resonation, expression, reception, n] = sums(drawn.iter().copied());
        let average = (resonation + expression + reception) / n / 3.0;
        [resonation / n, expression / n, reception / n, average, average / 5.0]
    })?;
    let [resonation, expression, reception, average, overall] = figures;
    Ok(Cell {
        split: split.map(str::to_owned),
        category: category.map(str::to_owned),
        queries: rows.len() as u32,
        users: users.len() as u32,
        resonation,
        expression,
        reception,
        average,
        overall,
    })
}
