use super::compare::{adjust, compare};
use super::input::check;
use super::table::table;
use super::{Comparison, EvaluationReport, EvaluationSettings, SystemScores, SystemTable};
use crate::formats::{Result, Warning};
use crate::stats::FEW_CLUSTERS;

/// The table of `systems` and their comparisons, query by query.
///
/// * Each group of queries (all, each split, each category, both) gets the mean of every
///   perspective, the average of the three and the average divided by 5, with
///   [`bootstrap`](crate::stats::bootstrap) intervals over users.
/// * Two systems are compared on the queries that both have scores for: the mean of the
///   differences, its bootstrap interval over users, the p-value of
///   [`sign_flip_test`](crate::stats::sign_flip_test) by users, and the same by
///   [`holm`](crate::stats::holm) over all comparisons, on each measure by itself.
///
/// The intervals cover another draw of users; neither another draw of replies nor another judge.
/// The order of the rows plays no part.
///
/// # Errors
///
/// `Setting` for a number out of range, `Unknown` for a baseline that is no system, `Empty` for no
/// system or no rows, `Range` for a score outside 1–5, `Duplicate` for a system or a query that
/// stands twice, `Mismatch` for a query whose user, split or category differs between systems; each
/// with its place.
///
/// ```
/// use attune::reward::evaluation::{EvaluationRow, SystemScores, evaluation_report};
/// let row = |user: &str, resonation| EvaluationRow {
///     id: format!("{user}/0"), user: user.into(), split: "test".into(), category: "all".into(),
///     resonation, expression: 4.0, reception: 3.0,
/// };
/// let rows = vec![row("ann", 3.0), row("bob", 5.0)];
/// let system = SystemScores { name: "base".into(), rows, missing: 1, ..Default::default() };
/// let report = evaluation_report(&[system], &Default::default())?;
/// let all = &report.systems[0].cells[0];
/// assert_eq!((all.resonation.estimate, all.average.estimate), (Some(4.0), Some(11.0 / 3.0)));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn evaluation_report(
    systems: &[SystemScores],
    settings: &EvaluationSettings,
) -> Result<EvaluationReport> {
    check(systems, settings)?;
    let tables: Vec<SystemTable> =
        systems.iter().map(|system| table(system, settings)).collect::<Result<_>>()?;
    let mut warnings = Vec::new();
    let mut comparisons = Vec::new();
    for (a, b) in pairs(systems, settings.baseline.as_deref()) {
        match compare(a, b, settings)? {
            Some(comparison) => comparisons.push(comparison),
            None => warnings.push(warning(
                "nothing-shared",
                format!(
                    "{} and {} share no scored query, so they are not compared.",
                    a.name, b.name
                ),
            )),
        }
    }
    adjust(&mut comparisons)?;
    of_tables(&tables, &mut warnings);
    of_comparisons(&comparisons, &mut warnings);
    Ok(EvaluationReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.clone(),
        systems: tables,
        family: family(&comparisons, settings.baseline.as_deref()),
        comparisons,
        warnings,
    })
}

/// Every other system with the baseline, else every two.
fn pairs<'a>(
    systems: &'a [SystemScores],
    baseline: Option<&str>,
) -> Vec<(&'a SystemScores, &'a SystemScores)> {
    let Some(baseline) = baseline else {
        let with = |(at, a)| systems[at + 1..].iter().map(move |b| (a, b));
        return systems.iter().enumerate().flat_map(with).collect();
    };
    let (base, others): (Vec<_>, Vec<_>) =
        systems.iter().partition(|system| system.name == baseline);
    base.first().map_or(Vec::new(), |base| others.into_iter().map(|a| (a, *base)).collect())
}

fn family(comparisons: &[Comparison], baseline: Option<&str>) -> Option<String> {
    let which = match (comparisons.len(), baseline) {
        (0, _) => return None,
        (n, Some(baseline)) => format!("The {n} comparisons with the baseline {baseline}"),
        (n, None) => format!("The {n} comparisons of every two systems"),
    };
    Some(format!("{which}, on each measure by itself."))
}

fn of_tables(tables: &[SystemTable], warnings: &mut Vec<Warning>) {
    for table in tables {
        let unscored = table.failed + table.missing + table.empty;
        if unscored > 0 {
            warnings.push(warning(
                "queries-without-scores",
                format!(
                    "{}: {unscored} queries have no scores ({} failed, {} missing, {} empty) and \
                     are in no figure.",
                    table.name, table.failed, table.missing, table.empty
                ),
            ));
        }
        let few = table.cells.iter().filter(|cell| (cell.users as usize) < FEW_CLUSTERS).count();
        if few > 0 {
            warnings.push(warning(
                "few-users",
                format!(
                    "{}: {few} of {} groups have fewer than {FEW_CLUSTERS} users; their intervals \
                     are too narrow.",
                    table.name,
                    table.cells.len()
                ),
            ));
        }
    }
}

fn of_comparisons(comparisons: &[Comparison], warnings: &mut Vec<Warning>) {
    for Comparison { a, b, queries, users, only_a, only_b, .. } in comparisons {
        let dropped = only_a.len() + only_b.len();
        if dropped > 0 {
            warnings.push(warning(
                "queries-not-shared",
                format!(
                    "{a} and {b}: compared on the {queries} queries that both have scores for; \
                     {dropped} that only one has are left out."
                ),
            ));
        }
        if (*users as usize) < FEW_CLUSTERS {
            warnings.push(warning(
                "few-users",
                format!(
                    "{a} and {b}: compared on {users} users; below {FEW_CLUSTERS} the interval is \
                     too narrow."
                ),
            ));
        }
    }
}

fn warning(code: &str, message: String) -> Warning {
    Warning { code: code.to_owned(), message }
}
