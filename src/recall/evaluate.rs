use serde::{Deserialize, Serialize};

use super::intervals::{Hits, over_exposure, over_users};
use super::ranking::Standing;
use super::{ExposureLog, Scores, Ties};
use crate::formats::{Error, ErrorKind, Result, Warning};
use crate::stats::Bootstrap;

/// How Recall is estimated from the exposure log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Scheme {
    /// Unbiased Recall Evaluation: ranks among all candidates (arXiv 2409.04810).
    Ure,
    /// Ranks among the exposed items only.
    Traditional,
}

/// How users are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Average {
    /// The mean over users of m/n: every user counts alike.
    Macro,
    /// Σm / Σn: every exposed positive counts alike.
    Micro,
}

/// What becomes of users without an exposed positive, for whom m/n is undefined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum NoPositives {
    /// Leave them out (default): the macro figure then speaks of users weighted by their chance
    /// to have an exposed positive.
    #[default]
    Skip,
    /// Count them as 0, which biases the macro figure downwards.
    Zero,
}

/// Users with a positive below whom intervals are known to be too narrow.
const FEW_USERS: usize = 100;

/// Settings of [`evaluate`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallSettings {
    /// The cut-offs K, each at least 1.
    pub k: Vec<u32>,
    /// The schemes to report.
    pub schemes: Vec<Scheme>,
    /// What happens at ties.
    pub ties: Ties,
    /// What becomes of users without an exposed positive.
    pub no_positives: NoPositives,
    /// Resamples of users for the intervals, 100 to 1,000,000; 0 for no interval.
    pub resamples: u32,
    /// The nominal coverage of the intervals, above 0 and below 1.
    pub level: f64,
    /// Where the resamples' random numbers begin.
    pub seed: u32,
}

impl RecallSettings {
    pub(super) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { resamples: self.resamples, level: self.level, seed: self.seed }
    }
}

impl Default for RecallSettings {
    fn default() -> Self {
        Self {
            k: vec![1, 5, 10],
            schemes: vec![Scheme::Ure, Scheme::Traditional],
            ties: Ties::default(),
            no_positives: NoPositives::default(),
            resamples: 2000,
            level: 0.95,
            seed: 7,
        }
    }
}

/// One estimate of Recall.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallResult {
    /// How it was estimated.
    pub scheme: Scheme,
    /// How users were averaged.
    pub average: Average,
    /// What was estimated: always `recall` here.
    pub metric: String,
    /// The cut-off K.
    pub k: u32,
    /// For the traditional scheme, the cut-off among all candidates of which the figure really
    /// speaks: K·N/N̄ with the mean N̄ (Theorem 1), at most N.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub implied_k: Option<f64>,
    /// The estimate, 0 to 1; absent where no user has an exposed positive.
    pub estimate: Option<f64>,
    /// The interval for *users like these*: percentile bootstrap over users, at the settings' level.
    /// Absent without resamples, without an estimate, or with fewer than two users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci: Option<[f64; 2]>,
    /// The interval for *these users*, of whom only the exposure was random: macro figures of URE
    /// that leave out users without a positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ci_these_users: Option<[f64; 2]>,
    /// Users behind the figure.
    pub users: u32,
    /// Users in the log without an exposed positive.
    pub users_without_positives: u32,
}

/// The figures of one recommender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallSystem {
    /// The recommender's name: its scores file.
    pub name: String,
    /// One row a scheme, average and K.
    pub results: Vec<RecallResult>,
}

/// What [`evaluate`] returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecallReport {
    /// The version of attune that made it.
    pub version: String,
    /// The settings in force.
    pub settings: RecallSettings,
    /// SHA-256 of the scores and the log, in that order, where they came as files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub input_hash: Option<String>,
    /// Candidates, N.
    pub items: u32,
    /// Mean number of items exposed to a user of the log, N̄.
    pub mean_exposed: f64,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// The figures, one entry a recommender.
    pub systems: Vec<RecallSystem>,
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
    check(settings)?;
    let users: Vec<usize> =
        (0..scores.user_count()).filter(|&user| !log.of_user(user).is_empty()).collect();
    if users.is_empty() {
        return Err(Error::new(
            ErrorKind::Empty,
            "nothing was exposed to any user",
            "Give an exposure log with at least one row.",
        ));
    }
    let items = scores.item_count();
    let exposures: usize = users.iter().map(|&user| log.of_user(user).len()).sum();
    let mean_exposed = exposures as f64 / users.len() as f64;
    let without =
        users.iter().filter(|&&user| log.of_user(user).iter().all(|shown| !shown.positive)).count();

    let share = |user: usize| log.of_user(user).len() as f64 / items as f64;
    let mut columns = Vec::new();
    let mut results = Vec::new();
    for &scheme in &settings.schemes {
        let standings: Vec<Vec<Standing>> =
            users.iter().map(|&user| standings(scheme, scores, log, user)).collect();
        for &k in &settings.k {
            let implied_k = (scheme == Scheme::Traditional)
                .then(|| (f64::from(k) * items as f64 / mean_exposed).min(items as f64));
            let hits: Vec<Hits> = standings
                .iter()
                .zip(&users)
                .map(|(places, &user)| Hits::of(places, k, settings, share(user)))
                .collect();
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
    Ok(RecallReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.clone(),
        input_hash: None,
        items: items as u32,
        mean_exposed,
        warnings: warnings(settings, scores, log, &users, without),
        systems: vec![RecallSystem { name: name.to_owned(), results }],
    })
}

fn check(settings: &RecallSettings) -> Result<()> {
    if settings.k.is_empty() || settings.k.contains(&0) {
        return Err(Error::new(
            ErrorKind::Setting,
            "a cut-off K is missing or 0",
            "Give one or more whole numbers of at least 1.",
        )
        .at_field("k"));
    }
    if settings.schemes.is_empty() {
        return Err(Error::new(
            ErrorKind::Setting,
            "no scheme was named",
            "Name ure, traditional or both.",
        )
        .at_field("schemes"));
    }
    if settings.resamples > 0 { settings.bootstrap().check() } else { Ok(()) }
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

fn warnings(
    settings: &RecallSettings,
    scores: &Scores,
    log: &ExposureLog,
    users: &[usize],
    without: usize,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, message: String| {
        warnings.push(Warning { code: code.to_owned(), message });
    };
    let (items, count) = (scores.item_count(), users.len());
    let exposed = || users.iter().map(|&user| log.of_user(user).len());
    let (least, most) = (exposed().min().unwrap_or(0), exposed().max().unwrap_or(0));
    if count < scores.user_count() {
        let absent = scores.user_count() - count;
        warn(
            "users-without-exposure",
            format!("{absent} scored users are not in the exposure log and play no part."),
        );
    }
    if without == count {
        warn(
            "no-positives",
            "No exposed item is positive for any user, so Recall is undefined.".to_owned(),
        );
    } else if without > 0 {
        let treatment = match settings.no_positives {
            NoPositives::Skip => "left out; the macro figures speak of the others",
            NoPositives::Zero => "counted as 0, which biases the macro figures downwards",
        };
        warn(
            "users-without-positives",
            format!("{without} of {count} users have no exposed positive: {treatment}."),
        );
    }
    let with = count - without;
    if settings.resamples > 0 && (1..FEW_USERS).contains(&with) {
        warn(
            "few-users",
            format!(
                "Only {with} users have an exposed positive; with fewer than {FEW_USERS} the intervals \
                 tend to be too narrow."
            ),
        );
    }
    if least < most {
        warn(
            "unequal-exposure",
            format!(
                "Users saw from {least} to {most} items. The micro figures weight users by what they \
                 saw, so they do not estimate the micro Recall over all candidates; the macro \
                 figures of URE are not affected."
            ),
        );
    }
    if let Some(&k) = settings.k.iter().find(|&&k| k as usize >= items) {
        warn(
            "k-covers-catalogue",
            format!(
                "K = {k} covers all {items} candidates: every liked item is found, whatever the model."
            ),
        );
    }
    if settings.schemes.contains(&Scheme::Traditional)
        && let Some(&k) = settings.k.iter().find(|&&k| k as usize >= most)
    {
        warn(
            "k-covers-exposed",
            format!(
                "K = {k} covers the items exposed to any user ({most} at most): \
                 the traditional scheme finds every one, whatever the model."
            ),
        );
    }
    warnings
}
