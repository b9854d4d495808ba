use std::collections::BTreeMap;

use super::input::scores;
use super::{Comparison, Difference, EvaluationRow, EvaluationSettings, SystemScores};
use crate::formats::Result;
use crate::stats::{bootstrap, by_cluster, holm, sign_flip_test, sums};

/// The differences a − b on the queries that both have; `None` where there is no such query. The
/// adjusted p-values are still those of a single test.
pub(super) fn compare(
    a: &SystemScores,
    b: &SystemScores,
    settings: &EvaluationSettings,
) -> Result<Option<Comparison>> {
    let (of_a, mut of_b) = (by_id(a), by_id(b));
    let mut only_a = Vec::new();
    let mut differences: Vec<(&str, [f64; 4])> = Vec::new();
    for (id, row) in of_a {
        match of_b.remove(id) {
            Some(other) => differences.push((&row.user, difference(row, other))),
            None => only_a.push(id.to_owned()),
        }
    }
    if differences.is_empty() {
        return Ok(None);
    }
    let sign = |wanted: std::cmp::Ordering| {
        let of_average = |(_, row): &&(&str, [f64; 4])| row[3].total_cmp(&0.0) == wanted;
        differences.iter().filter(of_average).count() as u32
    };
    let (better, worse) = (sign(std::cmp::Ordering::Greater), sign(std::cmp::Ordering::Less));
    let queries = differences.len() as u32;

    let with_count = |[res, exp, rec, avg]: [f64; 4]| [res, exp, rec, avg, 1.0];
    let rows = differences.iter().map(|(user, row)| (*user, with_count(*row)));
    let users: Vec<[f64; 5]> = by_cluster(rows).iter().map(sums).collect();
    let means = bootstrap(&users, &settings.bootstrap(), |drawn| {
        let [res, exp, rec, avg, n] = sums(drawn.iter().copied());
        [res / n, exp / n, rec / n, avg / n]
    })?;
    let totals: Vec<[f64; 4]> =
        users.iter().map(|&[res, exp, rec, avg, _]| [res, exp, rec, avg]).collect();
    let test = sign_flip_test(&totals, &settings.sign_flips())?;
    let [resonation, expression, reception, average] = std::array::from_fn(|at| {
        let p = test.p[at];
        Difference { mean: means[at], p, p_holm: p }
    });
    Ok(Some(Comparison {
        a: a.name.clone(),
        b: b.name.clone(),
        queries,
        users: users.len() as u32,
        only_a,
        only_b: of_b.into_keys().map(str::to_owned).collect(),
        better,
        equal: queries - better - worse,
        worse,
        resonation,
        expression,
        reception,
        average,
        permutations: test.permutations,
        exact: test.exact,
    }))
}

fn by_id(system: &SystemScores) -> BTreeMap<&str, &EvaluationRow> {
    system.rows.iter().map(|row| (row.id.as_str(), row)).collect()
}

/// a − b of each perspective and of their mean.
fn difference(a: &EvaluationRow, b: &EvaluationRow) -> [f64; 4] {
    let (a, b) = (scores(a), scores(b));
    let [res, exp, rec] = std::array::from_fn(|at| a[at] - b[at]);
    // Scores such as 3.1 have no exact binary form; what is left of a difference of 0 is none.
    let average = (res + exp + rec) / 3.0;
    [res, exp, rec, if average.abs() < 1e-12 { 0.0 } else { average }]
}

/// Adjusts the p-values of every comparison, each measure as a family of its own.
pub(super) fn adjust(comparisons: &mut [Comparison]) -> Result<()> {
    let measures: [fn(&mut Comparison) -> &mut Difference; 4] = [
        |comparison| &mut comparison.resonation,
        |comparison| &mut comparison.expression,
        |comparison| &mut comparison.reception,
        |comparison| &mut comparison.average,
    ];
    for measure in measures {
        let p: Vec<f64> = comparisons.iter_mut().map(|comparison| measure(comparison).p).collect();
        for (comparison, adjusted) in comparisons.iter_mut().zip(holm(&p)?) {
            measure(comparison).p_holm = adjusted;
        }
    }
    Ok(())
}
