use super::Interactions;
use crate::formats::{Error, ErrorKind, Result};

/// Propensities from popularity: (n_i / max n)^η, n_i how often the item was observed (Saito et al.
/// 2020, WSDM, §5, with η = ½). They are known up to a factor, which [`weights`] does not need.
///
/// One number an interaction, above 0 up to 1.
pub fn popularity(interactions: &Interactions, power: f64) -> Vec<f64> {
    let mut counts = vec![0.0f64; interactions.items().len()];
    interactions.all().iter().for_each(|one| counts[one.item as usize] += 1.0);
    let most = counts.iter().fold(1.0f64, |most, &count| most.max(count));
    let of = |item: u32| (counts[item as usize] / most).powf(power);
    interactions.all().iter().map(|one| of(one.item)).collect()
}

/// Propensities from the label: P(O | Y = y) = P(Y = y | O) · P(O) / P(Y = y) (Schnabel et al. 2016,
/// ICML, eq. 18), with P(Y) from `random`, the labels of pairs shown at random.
///
/// One number an interaction, above 0 up to 1.
///
/// # Errors
///
/// `Empty` for a label of the interactions that never occurs in `random`: its propensity is unknown.
pub fn naive_bayes(interactions: &Interactions, random: &[bool]) -> Result<Vec<f64>> {
    let all = interactions.all();
    let pairs = interactions.users().len() as f64 * interactions.items().len() as f64;
    let of = |label: bool| {
        let observed = all.iter().filter(|one| one.positive == label).count() as f64;
        let shown = random.iter().filter(|&&shown| shown == label).count() as f64;
        if observed > 0.0 && shown == 0.0 {
            return Err(Error::new(
                ErrorKind::Empty,
                format!(
                    "none of {} random exposures has the label {}",
                    random.len(),
                    u8::from(label)
                ),
                "Give more pairs that were shown at random, or take propensities from popularity.",
            )
            .at_field("random"));
        }
        // P(Y = y | O) · P(O) is the share of all pairs that are observed with this label.
        Ok((observed / pairs / (shown / random.len() as f64)).min(1.0))
    };
    let [of_others, of_likes] = [of(false)?, of(true)?];
    Ok(all.iter().map(|one| if one.positive { of_likes } else { of_others }).collect())
}

/// Weights proportional to 1/propensity with mean 1, so that the weighted mean of a loss over the
/// observed pairs estimates its mean over all pairs (self-normalised, Swaminathan & Joachims 2015).
/// Weights above `most` times the mean are first cut to that, which trades bias for variance.
///
/// Returns the weights and how many were cut.
///
/// ```
/// use attune::recall::recommenders::weights;
/// let (weights, cut) = weights(&[0.5, 0.5, 0.25], 20.0);
/// assert_eq!(weights, [0.75, 0.75, 1.5]);
/// assert_eq!(cut, 0);
/// ```
pub fn weights(propensities: &[f64], most: f64) -> (Vec<f32>, usize) {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut inverse: Vec<f64> = propensities.iter().map(|p| 1.0 / p).collect();
    let limit = most * mean(&inverse);
    let cut = inverse.iter().filter(|&&weight| weight > limit).count();
    inverse.iter_mut().for_each(|weight| *weight = weight.min(limit));
    let centre = mean(&inverse);
    (inverse.iter().map(|weight| (weight / centre) as f32).collect(), cut)
}
