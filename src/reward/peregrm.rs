use super::PermReward;

/// The PereGRM training reward (arXiv 2606.00728) from the trials of each perspective.
///
/// s_d = (1/T) Σ_t min(x_{d,t}/5, 1), H = 3 / (1/s_res + 1/s_exp + 1/s_rec) or 0 where any s_d ≤ 0,
/// B = min(S/100, 1), R = H + c·(B − 1).
///
/// * `trials`: the judge's x of resonation, expression and reception, one or more each, on the
///   1–5 scale; a larger x counts as 5, as in the authors' code.
/// * `bystander`: S, the sum of the five sub-scores, 0–100.
/// * `bystander_weight`: c, 0.5 in the paper.
///
/// There is no length penalty. A perspective without a trial counts as 0.
///
/// ```
/// use attune::reward::peregrm_reward;
/// let reward = peregrm_reward([&[2.75], &[3.85], &[3.3]], 76.0, 0.5);
/// assert!((reward.empathy - 0.6477).abs() < 5e-5 && (reward.reward - 0.5277).abs() < 5e-5);
/// ```
pub fn peregrm_reward(trials: [&[f64]; 3], bystander: f64, bystander_weight: f64) -> PermReward {
    let shares = trials.map(peregrm_share);
    let empathy = if shares.iter().all(|share| *share > 0.0) {
        3.0 / shares.iter().map(|share| 1.0 / share).sum::<f64>()
    } else {
        0.0
    };
    let bystander = bystander_weight * ((bystander / 100.0).min(1.0) - 1.0);
    PermReward { reward: empathy + bystander, empathy, bystander, length: 0.0 }
}

/// s_d: the mean over trials of min(x/5, 1).
pub(super) fn peregrm_share(trials: &[f64]) -> f64 {
    if trials.is_empty() {
        return 0.0;
    }
    trials.iter().map(|x| (x / 5.0).min(1.0)).sum::<f64>() / trials.len() as f64
}
