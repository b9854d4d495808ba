use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::formats::{Error, ErrorKind, Result};
use crate::stats::Random;

/// What is expected of a study, to tell how many items to show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PlanSettings {
    /// Users who will take part.
    pub users: u32,
    /// Candidates, N.
    pub items: u32,
    /// The share of the candidates that a user likes, above 0 and below 1.
    pub liked: f64,
    /// The Recall@K expected, above 0 and below 1; .5 asks for the most.
    pub recall: f64,
    /// The width of the interval for these users that is wanted, above 0 and below 1.
    pub width: f64,
    /// The nominal coverage of the interval.
    #[serde(default = "level")]
    pub level: f64,
    /// Users simulated at each N̄ that is tried.
    #[serde(default = "repetitions")]
    pub repetitions: u32,
    /// Where its random numbers begin.
    #[serde(default = "seed")]
    pub seed: u32,
}

fn level() -> f64 {
    0.95
}

fn repetitions() -> u32 {
    4000
}

fn seed() -> u32 {
    7
}

/// How many items to show to each user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ExposurePlan {
    /// What was asked.
    pub settings: PlanSettings,
    /// N̄ by the closed form, which knows of no user without a positive.
    pub closed_form: u32,
    /// The smallest N̄ found whose simulated interval is as narrow as asked.
    pub exposed: u32,
    /// The mean width of the interval at that N̄.
    pub width: f64,
    /// The share of users who will have a positive to speak of.
    pub users_with_positives: f64,
}

/// How many items to show at random to each user, for an interval of a given width.
///
/// Closed form: with n ≈ N̄ · liked positives a user, the variance of the macro figure is
/// (1 − N̄/N) · R(1 − R)/(users · n), which is solved for N̄. Simulation: users with `liked` · N
/// positives, of which Recall · N⁺ are hits, are shown N̄ items many times over; N̄ is searched for
/// by halving, since few positives a user, and users without any, make the closed form too
/// hopeful.
///
/// # Errors
///
/// `Setting` for numbers out of range, and where even showing everything to everyone leaves fewer
/// than one liked item a user.
///
/// ```
/// use attune::recall::{PlanSettings, exposures_needed};
/// let plan = exposures_needed(&PlanSettings {
///     users: 500, items: 2000, liked: 0.05, recall: 0.3, width: 0.05,
///     level: 0.95, repetitions: 1000, seed: 7,
/// })?;
/// assert!(plan.exposed >= plan.closed_form / 2 && plan.width <= 0.05);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn exposures_needed(settings: &PlanSettings) -> Result<ExposurePlan> {
    check(settings)?;
    let PlanSettings { users, items, liked, recall, width, level, .. } = *settings;
    let z = Normal::standard().inverse_cdf(0.5 + level / 2.0);
    // width/2 = z · √((1 − N̄/N) · R(1 − R) / (users · N̄ · liked)), solved for N̄.
    let (n, all) = (f64::from(users), f64::from(items));
    let target = (width / (2.0 * z)).powi(2) * n * liked / (recall * (1.0 - recall));
    let closed_form = (1.0 / (target + 1.0 / all)).ceil().clamp(1.0, all) as u32;
    let (mut low, mut high) = (0, items);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if simulated(settings, z, middle).0 <= width { high = middle } else { low = middle }
    }
    let (found, with) = simulated(settings, z, high);
    Ok(ExposurePlan {
        settings: *settings,
        closed_form,
        exposed: high,
        width: found,
        users_with_positives: with,
    })
}

/// The mean width of the interval when `exposed` items are shown, and the share of users with a
/// positive.
fn simulated(settings: &PlanSettings, z: f64, exposed: u32) -> (f64, f64) {
    let PlanSettings { users, items, liked, recall, repetitions, seed, .. } = *settings;
    let positives = ((f64::from(items) * liked).round() as u32).clamp(1, items);
    let hits = (f64::from(positives) * recall).round() as u32;
    let mut random = Random::new(seed);
    let (mut with, mut variance) = (0.0, 0.0);
    for _ in 0..repetitions {
        let n = hypergeometric(&mut random, items, positives, exposed);
        if n == 0 {
            continue;
        }
        with += 1.0;
        let r = f64::from(hits) / f64::from(positives);
        let left = f64::from(positives - n) / f64::from((positives - 1).max(1));
        variance += r * (1.0 - r) / f64::from(n) * left;
    }
    if with == 0.0 {
        return (1.0, 0.0);
    }
    let share = with / f64::from(repetitions);
    let counted = (share * f64::from(users)).max(1.0);
    (2.0 * z * (variance / with / counted).sqrt(), share)
}

/// How many of `positives` among `items` are in a random sample of `exposed`. The two may change
/// places, and the smaller is gone through.
fn hypergeometric(random: &mut Random, items: u32, positives: u32, exposed: u32) -> u32 {
    let (few, many) = (positives.min(exposed), positives.max(exposed));
    let (mut left, mut drawn) = (many, 0);
    for gone in 0..few {
        if random.below((items - gone) as usize) < left as usize {
            left -= 1;
            drawn += 1;
        }
    }
    drawn
}

fn check(settings: &PlanSettings) -> Result<()> {
    let PlanSettings { users, items, liked, recall, width, level, repetitions, .. } = *settings;
    let wrong = |field: &str, problem: String, mend: &str| {
        Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
    };
    for (field, value) in [("liked", liked), ("recall", recall), ("width", width), ("level", level)]
    {
        if !(value > 0.0 && value < 1.0) {
            let problem = format!("it is {value}");
            return wrong(field, problem, "Give a number above 0 and below 1.");
        }
    }
    let counts = [("users", users), ("items", items), ("repetitions", repetitions)];
    for (field, value) in counts {
        if !(1..=100_000_000).contains(&value) {
            return wrong(
                field,
                format!("it is {value}"),
                "Give a whole number from 1 to 100000000.",
            );
        }
    }
    if f64::from(items) * liked < 0.5 {
        let problem = format!("{liked} of {items} items is less than one liked item a user");
        return wrong("liked", problem, "Give a larger share or more items.");
    }
    Ok(())
}
