//! What the reader of Recall figures must know.

use super::settings::{Metric, NoPositives, Scheme};
use super::tally::Tally;
use super::user::Below;
use crate::formats::Warning;

/// Users with a positive below whom intervals are known to be too narrow.
pub(super) const FEW_USERS: f64 = 100.0;
/// Hits below which they are.
pub(super) const FEW_HITS: f64 = 30.0;
/// How far the mean weight may be from 1.
const WEIGHT_OFF: f64 = 0.1;
/// The effective sample, absolute and as a share of the positives, below which a weighted figure
/// rests on few of them.
const FEW_EFFECTIVE: f64 = 100.0;
const EFFECTIVE_SHARE: f64 = 0.2;
/// How often an item would have been exposed on average for its absence to mean something.
const SURELY_SEEN: f64 = 10.0;
/// How many standard deviations exposure may depart from uniform.
const UNEVEN: f64 = 5.0;

struct Warnings(Vec<Warning>);

impl Warnings {
    fn warn(&mut self, code: &str, message: String) {
        self.0.push(Warning { code: code.to_owned(), message });
    }
}

pub(super) fn warnings(tally: &Tally) -> Vec<Warning> {
    let mut list = Warnings(Vec::new());
    list.about_users(tally);
    list.about_hits(tally);
    list.about_mask(tally);
    list.about_exposure(tally);
    list.about_propensities(tally);
    list.about_k(tally);
    list.about_metrics(tally);
    list.0
}

impl Warnings {
    fn about_users(&mut self, tally: &Tally) {
        let (seen, settings) = (&tally.diagnostics, &tally.shape.settings);
        if let Some(idle) = seen.idle_users.filter(|idle| *idle > 0) {
            self.warn(
                "users-without-exposure",
                format!("{idle} scored users are in no log and play no part."),
            );
        }
        let groups = [
            (Scheme::Ure, Below::Users, Below::UsersWithPositives, "exposed item is positive"),
            (Scheme::Full, Below::FullUsers, Below::FullUsersWithPositives, "item is positive"),
        ];
        for (scheme, all, with, what) in groups {
            let (all, with) = (tally.below(all), tally.below(with));
            let full = scheme == Scheme::Full;
            let asked = |one: &Scheme| (*one == Scheme::Full) == full;
            if all == 0.0 || !settings.schemes.iter().any(asked) {
                continue;
            }
            if with == 0.0 {
                self.warn(
                    "no-positives",
                    format!("No {what} for any user, so Recall is undefined."),
                );
            } else if with < all {
                let treatment = match settings.no_positives {
                    NoPositives::Skip => "left out; the macro figures speak of the others",
                    NoPositives::Zero => "counted as 0, which biases the macro figures downwards",
                };
                let (without, noun) = (all - with, if full { "liked" } else { "exposed" });
                self.warn(
                    "users-without-positives",
                    format!("{without} of {all} users have no {noun} positive: {treatment}."),
                );
            }
            if settings.resamples > 0 && with > 0.0 && with < FEW_USERS {
                self.warn(
                    "few-users",
                    format!(
                        "Only {with} users have a positive; with fewer than {FEW_USERS} the \
                         intervals tend to be too narrow."
                    ),
                );
            }
        }
    }

    /// Names the cut-offs at which hits are few.
    fn about_hits(&mut self, tally: &Tally) {
        let shape = &tally.shape;
        // With few users that is said already.
        let few_users = tally.below(Below::UsersWithPositives) < FEW_USERS;
        if shape.settings.resamples == 0 || few_users {
            return;
        }
        let few: Vec<String> = shape
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| (cell.scheme, cell.metric) == (Scheme::Ure, Metric::Recall))
            .filter(|&(at, _)| {
                (0..shape.systems.len()).any(|system| tally.hits(system, at) < FEW_HITS)
            })
            .map(|(_, cell)| cell.k.to_string())
            .collect();
        if !few.is_empty() {
            self.warn(
                "few-hits",
                format!(
                    "At K = {} fewer than {FEW_HITS} exposed positives are hits of some \
                     recommender; the intervals there may miss their level.",
                    few.join(", ")
                ),
            );
        }
    }

    fn about_mask(&mut self, tally: &Tally) {
        let seen = &tally.diagnostics;
        let (exposures, likes) = (seen.masked_exposures, seen.masked_likes);
        if exposures > 0 || likes > 0 {
            let emptied = match seen.emptied_users {
                0 => String::new(),
                users => format!(" {users} users lose all of theirs and play no part."),
            };
            self.warn(
                "masked-overlap",
                format!(
                    "The mask overlaps what is evaluated: {exposures} exposures and {likes} \
                     complete labels are left out.{emptied}"
                ),
            );
        }
        if seen.outside_mask > 0 {
            self.warn(
                "mask-outside-scores",
                format!(
                    "{} rows of the mask name a user or an item without scores and were passed over.",
                    seen.outside_mask
                ),
            );
        }
    }

    fn about_exposure(&mut self, tally: &Tally) {
        let seen = &tally.diagnostics;
        let schemes = &tally.shape.settings.schemes;
        if seen.users == 0.0 || schemes.iter().all(|scheme| *scheme == Scheme::Full) {
            return;
        }
        let weighted = tally.shape.settings.propensity.is_some();
        if seen.most_share > seen.least_share * (1.0 + 1e-9) && !weighted {
            self.warn(
                "unequal-exposure",
                format!(
                    "Users saw from {} to {} items. The micro figures of URE weight each user's \
                     positives by N/N\u{304} for that; those of the traditional scheme cannot be \
                     mended so.",
                    seen.least_exposed, seen.most_exposed
                ),
            );
        }
        let shown = seen.item_exposures.iter().map(|&count| f64::from(count));
        let (items, total) = (seen.item_exposures.len() as f64, seen.exposed);
        let (mean, never) =
            (total / items, seen.item_exposures.iter().filter(|&&count| count == 0).count());
        let least = if weighted { seen.least_propensity * seen.users } else { mean };
        if never > 0 && least > SURELY_SEEN {
            let expected =
                if weighted { "at least so often by the smallest propensity" } else { "so often" };
            self.warn(
                "positivity",
                format!(
                    "{never} of {items} candidates were shown to nobody, though each would have \
                     been about {least:.0} times ({expected}): what could not be shown cannot be \
                     estimated. Rank only what could be."
                ),
            );
        }
        // Under uniform exposure an item's count is a sum of independent draws of chance N̄/N.
        let chance = mean / seen.users;
        let variance = seen.users * chance * (1.0 - chance);
        let chi: f64 = shown.map(|count| (count - mean).powi(2)).sum::<f64>() / variance;
        // The counts add up to a constant, so their squares do to items − 1 on average.
        let off = (chi - (items - 1.0)) / (2.0 * (items - 1.0)).sqrt();
        let masked = seen.candidates < seen.users * items;
        if !weighted && !masked && items > 1.0 && variance > 0.0 && mean >= 1.0 && off > UNEVEN {
            self.warn(
                "exposure-not-uniform",
                format!(
                    "Some items were shown far more often than others ({off:.0} standard deviations \
                     beyond chance). URE needs exposure at random; where its chances are known, give \
                     them as propensities."
                ),
            );
        }
    }

    fn about_propensities(&mut self, tally: &Tally) {
        let seen = &tally.diagnostics;
        if seen.unread_propensities {
            self.warn(
                "unread-propensities",
                "The exposure log has a column \"propensity\" whose values differ, and it was not \
                 used: every exposure counted alike. Where it is the chance with which an item was to \
                 be shown, name it as the column of propensities."
                    .to_owned(),
            );
        }
        let Some(check) = tally.propensity_check() else { return };
        if seen.propensities_vary
            && tally
                .shape
                .cells
                .iter()
                .any(|cell| cell.scheme == Scheme::Ure && cell.metric != Metric::Precision)
        {
            self.warn(
                "macro-unknown",
                "Propensities differ within users, so only the micro figures of URE are given: a \
                 user's own ratio of weights is badly biased when few positives were shown."
                    .to_owned(),
            );
        }
        let (mean, error) = (check.mean_weight, check.standard_error);
        if (mean - 1.0).abs() > WEIGHT_OFF {
            let chance = if (mean - 1.0).abs() < 2.0 * error {
                " This may be chance."
            } else {
                " The propensities do not fit this log: they must be the chance with which an item \
                 was to be shown to the user at all, over all its showings."
            };
            self.warn(
                "mean-weight",
                format!(
                    "The mean of (1/N) \u{3a3} 1/p over users is {mean:.3} (standard error {error:.3}) \
                     where it should be 1.{chance}"
                ),
            );
        }
        let (n, effective) = (check.positives, check.effective_sample);
        if n > 0.0 && (effective < FEW_EFFECTIVE || effective < EFFECTIVE_SHARE * n) {
            self.warn(
                "effective-sample",
                format!(
                    "{n} exposed positives count as {effective:.1} by their weights (the largest is \
                     {:.1}): the weighted figures rest on few of them.",
                    seen.largest_weight
                ),
            );
        }
    }

    fn about_k(&mut self, tally: &Tally) {
        let (seen, shape) = (&tally.diagnostics, &tally.shape);
        if let Some(&k) = shape.settings.k.iter().find(|&&k| k as usize >= shape.items) {
            self.warn(
                "k-covers-catalogue",
                format!(
                    "K = {k} covers all {} candidates: every liked item is found, whatever the model.",
                    shape.items
                ),
            );
        }
        if shape.settings.schemes.contains(&Scheme::Traditional)
            && let Some(&k) = shape.settings.k.iter().find(|&&k| k >= seen.most_exposed)
        {
            self.warn(
                "k-covers-exposed",
                format!(
                    "K = {k} covers the items exposed to any user ({} at most): the traditional \
                     scheme finds every one, whatever the model.",
                    seen.most_exposed
                ),
            );
        }
    }

    fn about_metrics(&mut self, tally: &Tally) {
        let settings = &tally.shape.settings;
        if settings.metrics.contains(&Metric::Ndcg) && settings.schemes.contains(&Scheme::Ure) {
            self.warn(
                "ndcg-not-linear",
                "URE reports no nDCG: its normalisation depends on how much a user likes, which the \
                 exposed items alone do not tell. The metric gain is its unbiased kin."
                    .to_owned(),
            );
        }
    }
}
