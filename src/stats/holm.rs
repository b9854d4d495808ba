use crate::formats::{Error, ErrorKind, Result};

/// Holm's step-down adjustment of the p-values of one family (Holm 1979): the i-th smallest of m
/// is multiplied by m − i + 1, none falls below one before it, none exceeds 1. Rejecting where the
/// adjusted value is at most α keeps the chance of any false rejection in the family below α,
/// however the tests depend on one another.
///
/// Returns the adjusted values in the order given.
///
/// # Errors
///
/// `Range` for a p-value outside 0 to 1, NaN included.
///
/// ```
/// let adjusted = attune::stats::holm(&[0.01, 0.04, 0.03])?;
/// assert_eq!(adjusted, [0.03, 0.06, 0.06]);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    if let Some(at) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let problem = format!("the p-value is {}", p[at]);
        let error = Error::new(ErrorKind::Range, problem, "Give a number from 0 to 1.");
        return Err(error.in_row(at).in_field("p"));
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut floor: f64 = 0.0;
    for (step, at) in order.into_iter().enumerate() {
        floor = floor.max((p[at] * (p.len() - step) as f64).min(1.0));
        adjusted[at] = floor;
    }
    Ok(adjusted)
}
