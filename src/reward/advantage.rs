use crate::formats::{Error, ErrorKind, Result};

/// What the authors add to the standard deviation, so that equal rewards give no advantage rather
/// than none at all.
const STABILISER: f64 = 1e-4;

/// Group-relative advantages of the replies to one query, as in GRPO (arXiv 2601.10532):
/// A_i = (R_i − mean) / (s + 1e-4), with the sample standard deviation s (n − 1).
///
/// Returns one advantage a reward, in order; a group of one gets 0.
///
/// # Errors
///
/// `Empty` for no reward, `NotFinite` for NaN or infinity, naming its place.
///
/// ```
/// let advantages = attune::reward::advantages(&[0.2, 0.4, 0.6])?;
/// assert!((advantages[2] - 0.2 / 0.2001).abs() < 1e-12);
/// assert_eq!(attune::reward::advantages(&[0.5, 0.5])?, [0.0, 0.0]);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn advantages(rewards: &[f64]) -> Result<Vec<f64>> {
    if rewards.is_empty() {
        let mend = "Give the rewards of at least one reply.";
        return Err(Error::new(ErrorKind::Empty, "the group is empty", mend).at_field("rewards"));
    }
    if let Some(at) = rewards.iter().position(|reward| !reward.is_finite()) {
        let problem = format!("the reward is {}", rewards[at]);
        let error = Error::new(ErrorKind::NotFinite, problem, "Score the reply first.");
        return Err(error.in_row(at).in_field("rewards"));
    }
    let n = rewards.len() as f64;
    let mean = rewards.iter().sum::<f64>() / n;
    let squares: f64 = rewards.iter().map(|reward| (reward - mean).powi(2)).sum();
    let deviation = if rewards.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
    Ok(rewards.iter().map(|reward| (reward - mean) / (deviation + STABILISER)).collect())
}
