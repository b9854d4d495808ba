//! What the reader of Recall figures must know.

use super::types::{NoPositives, RecallSettings, Scheme};
use super::{ExposureLog, Scores};
use crate::formats::Warning;

/// Users with a positive below whom intervals are known to be too narrow.
const FEW_USERS: usize = 100;

pub(super) fn warnings(
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
