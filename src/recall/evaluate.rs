use super::compare::comparisons;
use super::intervals::{Hits, over_exposure, over_users};
use super::ranking::Standing;
use super::types::{
    Average, NoPositives, RecallReport, RecallResult, RecallSettings, RecallSystem, Scheme,
};
use super::warnings::warnings;
use super::{ExposureLog, Scores};
use crate::formats::{Error, ErrorKind, Result};

/// A recommender to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Recommender<'a> {
    /// Its name in the report: its scores file.
    pub name: &'a str,
    /// Its scores of every candidate.
    pub scores: &'a Scores,
    /// The exposure log, read against these scores.
    pub log: &'a ExposureLog,
}

/// Estimates Recall@K of one recommender from a random exposure log, with each scheme and
/// average. Where every exposed positive stands is counted once a scheme.
///
/// Users of `scores` to whom nothing was exposed are outside the log and play no part.
///
/// # Errors
///
/// `Setting` for no K, a K of 0 or no scheme; `Empty` where nothing was exposed to anyone.
///
/// ```
/// use attune::formats::Matrix;
/// use attune::recall::{Exposed, ExposureLog, RecallSettings, Scores, evaluate};
/// // One user, four candidates; the second and third were shown, only the second was liked.
/// let scores = Scores::from_matrix(Matrix { rows: 1, columns: 4, values: vec![0.9, 0.8, 0.1, 0.0] })?;
/// let shown = vec![Exposed { item: 1, positive: true }, Exposed { item: 2, positive: false }];
/// let log = ExposureLog::new(vec![shown], &scores)?;
/// let report = evaluate("mf", &scores, &log, &RecallSettings { k: vec![1], ..Default::default() })?;
/// // Among all four it is second, so no hit at 1; among the two exposed it is first.
/// let figures: Vec<_> = report.systems[0].results.iter().map(|r| r.estimate).collect();
/// assert_eq!(figures, [Some(0.0), Some(0.0), Some(1.0), Some(1.0)]);
/// // The traditional figure speaks of Recall@2.
/// assert_eq!(report.systems[0].results[2].implied_k, Some(2.0));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn evaluate(
    name: &str,
    scores: &Scores,
    log: &ExposureLog,
    settings: &RecallSettings,
) -> Result<RecallReport> {
    evaluate_all(&[Recommender { name, scores, log }], settings)
}

/// [`evaluate`] for several recommenders on one exposure log, with paired comparisons of the first
/// with each other.
///
/// # Errors
///
/// As for [`evaluate`], and `Empty` for no recommender; `Mismatch` where they rank other candidates
/// or the log finds other users in them.
pub fn evaluate_all(
    recommenders: &[Recommender<'_>],
    settings: &RecallSettings,
) -> Result<RecallReport> {
    settings.check()?;
    let Some(first) = recommenders.first() else {
        let mend = "Give the scores of at least one.";
        return Err(Error::new(ErrorKind::Empty, "there is no recommender", mend));
    };
    let users = exposed_users(first);
    if users.is_empty() {
        return Err(Error::new(
            ErrorKind::Empty,
            "nothing was exposed to any user",
            "Give an exposure log with at least one row.",
        ));
    }
    let all: Vec<Evaluated> = recommenders
        .iter()
        .map(|recommender| {
            same_task(first, recommender)?;
            figures(recommender, settings)
        })
        .collect::<Result<_>>()?;
    let exposures: usize = users.iter().map(|&user| first.log.of_user(user).len()).sum();
    let without = all[0].columns[0].iter().filter(|hits| hits.n == 0.0).count();
    Ok(RecallReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.clone(),
        input_hash: None,
        items: first.scores.item_count() as u32,
        mean_exposed: exposures as f64 / users.len() as f64,
        warnings: warnings(settings, first.scores, first.log, &users, without),
        comparisons: comparisons(&all, settings)?,
        systems: all.into_iter().map(|evaluated| evaluated.system).collect(),
    })
}

/// One recommender's figures, and the hits of each user behind them.
pub(super) struct Evaluated {
    pub system: RecallSystem,
    /// One list a scheme and K, in the order of the settings; users in the order of their names.
    pub columns: Vec<Vec<Hits>>,
}

/// The users in the log, in the order of their names, which is the same for every recommender.
fn exposed_users(recommender: &Recommender<'_>) -> Vec<usize> {
    let Recommender { scores, log, .. } = recommender;
    let mut users: Vec<usize> =
        (0..scores.user_count()).filter(|&user| !log.of_user(user).is_empty()).collect();
    users.sort_by(|&a, &b| scores.user_name(a).cmp(scores.user_name(b)));
    users
}

/// Refuses another set of candidates, and logs that say something else of a user.
fn same_task(first: &Recommender<'_>, other: &Recommender<'_>) -> Result<()> {
    let differs = |what: &str| {
        let problem = format!("\"{}\" and \"{}\" {what}", first.name, other.name);
        let mend = "Score the same users and candidates with each recommender.";
        Err(Error::new(ErrorKind::Mismatch, problem, mend).in_file(other.name))
    };
    let items = first.scores.item_count();
    let known = |item: usize| other.scores.item(first.scores.item_name(item)).is_some();
    if other.scores.item_count() != items || !(0..items).all(known) {
        return differs("rank different candidates");
    }
    let shown = |of: &Recommender<'_>| -> Vec<(String, usize, usize)> {
        let user = |user: usize| {
            let shown = of.log.of_user(user);
            let liked = shown.iter().filter(|exposed| exposed.positive).count();
            (of.scores.user_name(user).to_owned(), shown.len(), liked)
        };
        exposed_users(of).into_iter().map(user).collect()
    };
    if shown(first) == shown(other) { Ok(()) } else { differs("see another exposure log") }
}

fn figures(recommender: &Recommender<'_>, settings: &RecallSettings) -> Result<Evaluated> {
    let Recommender { name, scores, log } = *recommender;
    let users = exposed_users(recommender);
    let items = scores.item_count() as f64;
    let shown = |user: usize| log.of_user(user).len() as f64;
    let mean_exposed = users.iter().map(|&user| shown(user)).sum::<f64>() / users.len() as f64;
    let mut columns = Vec::new();
    let mut results = Vec::new();
    for &scheme in &settings.schemes {
        let standings: Vec<Vec<Standing>> =
            users.iter().map(|&user| standings(scheme, scores, log, user)).collect();
        for &k in &settings.k {
            let implied_k = (scheme == Scheme::Traditional)
                .then(|| (f64::from(k) * items / mean_exposed).min(items));
            let hits: Vec<Hits> = standings
                .iter()
                .zip(&users)
                .map(|(places, &user)| Hits::of(places, k, settings, shown(user) / items))
                .collect();
            let without = hits.iter().filter(|hits| hits.n == 0.0).count();
            for average in [Average::Macro, Average::Micro] {
                let (estimate, counted) = average_hits(&hits, average, settings);
                results.push(RecallResult {
                    scheme,
                    average,
                    metric: "recall".to_owned(),
                    k,
                    implied_k,
                    estimate,
                    ci: None,
                    ci_these_users: None,
                    users: counted as u32,
                    users_without_positives: without as u32,
                });
            }
            columns.push(hits);
        }
    }
    if settings.resamples > 0 {
        add_intervals(&mut results, &columns, settings)?;
    }
    Ok(Evaluated { system: RecallSystem { name: name.to_owned(), results }, columns })
}

/// Where each exposed positive of `user` stands among what the scheme ranks.
fn standings(scheme: Scheme, scores: &Scores, log: &ExposureLog, user: usize) -> Vec<Standing> {
    let all = scores.of_user(user);
    let shown = log.of_user(user);
    shown
        .iter()
        .filter(|exposed| exposed.positive)
        .map(|exposed| match scheme {
            Scheme::Ure => Standing::among(all[exposed.item], all.iter().copied()),
            Scheme::Traditional => {
                Standing::among(all[exposed.item], shown.iter().map(|other| all[other.item]))
            }
        })
        .collect()
}

/// Adds both intervals; two results, macro and micro, follow from each of `columns`.
fn add_intervals(
    results: &mut [RecallResult],
    columns: &[Vec<Hits>],
    settings: &RecallSettings,
) -> Result<()> {
    let drawn = over_users(columns, settings)?;
    for ((pair, column), intervals) in results.chunks_mut(2).zip(columns).zip(drawn) {
        for (result, interval) in pair.iter_mut().zip(intervals) {
            result.ci = interval.low.zip(interval.high).map(|(low, high)| [low, high]);
        }
        if pair[0].scheme == Scheme::Ure && settings.no_positives == NoPositives::Skip {
            pair[0].ci_these_users = over_exposure(column, settings.level);
        }
    }
    Ok(())
}

/// The average of m/n over users and the number of users in it.
fn average_hits(
    users: &[Hits],
    average: Average,
    settings: &RecallSettings,
) -> (Option<f64>, usize) {
    let (mut sum, mut hits, mut positives, mut with) = (0.0, 0.0, 0.0, 0);
    for &Hits { m, n, .. } in users.iter().filter(|hits| hits.n > 0.0) {
        sum += m / n;
        hits += m;
        positives += n;
        with += 1;
    }
    if with == 0 {
        return (None, 0);
    }
    match (average, settings.no_positives) {
        (Average::Micro, _) => (Some(hits / positives), with),
        (Average::Macro, NoPositives::Skip) => (Some(sum / with as f64), with),
        (Average::Macro, NoPositives::Zero) => (Some(sum / users.len() as f64), users.len()),
    }
}
