use super::{BeforeAfter, Winner};
use crate::formats::Result;
use crate::stats::{Bootstrap, Interval, bootstrap};

/// The bounds of the factor between a difference of scores and the logit of a vote; scores are in
/// units of their spread, so that it is about 1 for votes that follow them loosely.
const SCALES: (f64, f64) = (1e-3, 100.0);

/// −ln P(vote) by Bradley and Terry (1952): P(left wins) = σ(β·(s_left − s_right)). A tie counts as
/// half a win for each side, which keeps one likelihood for all votes and needs no parameter of
/// its own (unlike Davidson 1970).
///
/// * `margin`: β·(s_left − s_right).
///
/// ```
/// use attune::reward::votes::{Winner, vote_loss};
/// let loss = vote_loss(2.0, Winner::Left); // −ln(1 / (1 + e⁻²))
/// assert!((loss - 0.126_928).abs() < 1e-6);
/// assert_eq!(vote_loss(0.0, Winner::Tie), 2_f64.ln());
/// ```
pub fn vote_loss(margin: f64, winner: Winner) -> f64 {
    let left = winner.share();
    // ln(1 + e^x) without overflow.
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    left * softplus(-margin) + (1.0 - left) * softplus(margin)
}

impl Winner {
    /// What the left side won: 1, 0, or half of a tie.
    pub fn share(self) -> f64 {
        match self {
            Self::Left => 1.0,
            Self::Right => 0.0,
            Self::Tie => 0.5,
        }
    }
}

/// The β that makes votes most probable under scores that are given, kept within [`SCALES`]: votes
/// that the scores order without an error, or all the wrong way, have none.
///
/// * `votes`: s_left − s_right, and what the left side won.
pub(super) fn fit_scale(votes: &[(f64, f64)]) -> f64 {
    let slope = |scale: f64| -> f64 {
        let of = |&(difference, won): &(f64, f64)| {
            let p = 1.0 / (1.0 + (-scale * difference).exp());
            (p - won) * difference
        };
        votes.iter().map(of).sum()
    };
    let (mut low, mut high) = SCALES;
    if slope(low) >= 0.0 {
        return low;
    }
    if slope(high) <= 0.0 {
        return high;
    }
    // The loss is convex in β, so its slope has one root; halving ends at the last bit.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Whether the votes have no finite β because the scores order all of them.
pub(super) fn is_separable(scale: f64) -> bool {
    scale >= SCALES.1
}

/// How one held-out ballot came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    /// Whether it was predicted right, for half of it where scores are equal; none for a tie.
    pub right: Option<f64>,
    /// −ln P.
    pub loss: f64,
}

impl Outcome {
    pub fn of_vote(difference: f64, scale: f64, winner: Winner) -> Self {
        let right = match winner {
            Winner::Tie => None,
            _ if difference == 0.0 => Some(0.5),
            Winner::Left => Some(f64::from(u8::from(difference > 0.0))),
            Winner::Right => Some(f64::from(u8::from(difference < 0.0))),
        };
        Self { right, loss: vote_loss(scale * difference, winner) }
    }

    /// * `levels`: the probabilities of the levels 1 to 5.
    pub fn of_rating(levels: &[f64], level: u8) -> Self {
        let at = usize::from(level) - 1;
        let most = levels.iter().copied().fold(0.0, f64::max);
        let right = f64::from(u8::from(levels[at] >= most));
        Self { right: Some(right), loss: -levels[at].max(1e-6).ln() }
    }
}

/// Accuracy and log-loss before and after with intervals over clusters; what cannot be right or
/// wrong plays no part in accuracy.
///
/// * `ballots`: the cluster of each held-out ballot with its outcome before and after.
///
/// # Errors
///
/// `Empty` for no ballot; `Setting` as [`Bootstrap::check`] says.
pub(super) fn before_after(
    ballots: &[(&str, Outcome, Outcome)],
    settings: &Bootstrap,
) -> Result<(BeforeAfter, BeforeAfter, u32)> {
    let mut clusters: std::collections::BTreeMap<&str, [f64; 6]> = Default::default();
    for (cluster, before, after) in ballots {
        let sums = clusters.entry(cluster).or_default();
        if let (Some(before), Some(after)) = (before.right, after.right) {
            sums[0] += before;
            sums[1] += after;
            sums[2] += 1.0;
        }
        sums[3] += before.loss;
        sums[4] += after.loss;
        sums[5] += 1.0;
    }
    let rows: Vec<[f64; 6]> = clusters.into_values().collect();
    let figures = bootstrap(&rows, settings, |drawn| {
        let [right, right_after, decided, loss, loss_after, all] =
            crate::stats::sums(drawn.iter().copied());
        [
            right / decided,
            right_after / decided,
            (right_after - right) / decided,
            loss / all,
            loss_after / all,
            (loss_after - loss) / all,
        ]
    })?;
    let of = |[before, after, difference]: [Interval; 3]| BeforeAfter { before, after, difference };
    let [a, b, c, d, e, f] = figures;
    Ok((of([a, b, c]), of([d, e, f]), rows.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_where_the_likelihood_peaks() {
        // Three of four votes follow a difference of 1: σ(β) = 3/4, so β = ln 3.
        let votes = [Winner::Left, Winner::Left, Winner::Left, Winner::Right];
        let scale = fit_scale(&votes.map(|winner| (1.0, winner.share())));
        assert!((scale - 3_f64.ln()).abs() < 1e-9, "{scale}");
    }

    #[test]
    fn votes_without_a_finite_scale_are_held_at_the_bounds() {
        assert!(is_separable(fit_scale(&[(0.5, 1.0), (-1.0, 0.0)])));
        assert_eq!(fit_scale(&[(0.5, 0.0), (-1.0, 1.0)]), SCALES.0);
        assert_eq!(fit_scale(&[(0.0, 1.0)]), SCALES.0);
    }

    #[test]
    fn a_tie_has_no_part_in_accuracy() {
        let tie = Outcome::of_vote(1.0, 1.0, Winner::Tie);
        let won = Outcome::of_vote(1.0, 1.0, Winner::Left);
        let lost = Outcome::of_vote(-1.0, 1.0, Winner::Left);
        let rows = [("a", lost, won), ("a", tie, tie), ("b", won, won)];
        let (accuracy, loss, clusters) = before_after(&rows, &Bootstrap::default()).unwrap();
        assert_eq!((accuracy.before.estimate, accuracy.after.estimate), (Some(0.5), Some(1.0)));
        assert_eq!(clusters, 2);
        let expected = (lost.loss + tie.loss + won.loss) / 3.0;
        assert!((loss.before.estimate.unwrap() - expected).abs() < 1e-12);
    }
}
