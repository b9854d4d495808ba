/// Ranks from 1, ties sharing the mean of the ranks they cover.
///
/// NaN sorts last, by [`f64::total_cmp`].
///
/// ```
/// assert_eq!(attune::stats::average_ranks(&[10.0, 30.0, 10.0]), [1.5, 3.0, 1.5]);
/// ```
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let first = order.partition_point(|&at| values[at].total_cmp(&values[group[0]]).is_lt());
        let rank = first as f64 + (group.len() as f64 + 1.0) / 2.0;
        for &at in group {
            ranks[at] = rank;
        }
    }
    ranks
}

/// Spearman's rank correlation in −1..1, ties by average rank (Spearman 1904).
///
/// `None` where it is undefined: lengths differ, fewer than two values, or either side constant.
///
/// ```
/// let rho = attune::stats::spearman(&[1.0, 2.0, 3.0], &[2.0, 4.0, 9.0]).unwrap();
/// assert!((rho - 1.0).abs() < 1e-12);
/// assert_eq!(attune::stats::spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    pearson(&average_ranks(x), &average_ranks(y))
}

/// Pearson's correlation in −1..1.
///
/// `None` where it is undefined: lengths differ, fewer than two values, or either side constant.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (&a, &b) in x.iter().zip(y) {
        let (a, b) = (a - mean_x, b - mean_y);
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// Kendall's rank correlation τ-b in −1..1, which allows for ties (Kendall 1945): concordant less
/// discordant pairs, over the geometric mean of the pairs untied on either side.
///
/// `None` where it is undefined: lengths differ, fewer than two values, or either side constant.
///
/// ```
/// let tau = attune::stats::kendall(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0]).unwrap();
/// assert!((tau - 2.0 / 3.0).abs() < 1e-12);
/// ```
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    let (mut sum, mut in_x, mut in_y) = (0i64, 0i64, 0i64);
    for at in 0..x.len() {
        for other in 0..at {
            let sign = |values: &[f64]| match values[at].partial_cmp(&values[other]) {
                Some(std::cmp::Ordering::Less) => -1,
                Some(std::cmp::Ordering::Greater) => 1,
                _ => 0,
            };
            let (a, b) = (sign(x), sign(y));
            sum += a * b;
            in_x += a * a;
            in_y += b * b;
        }
    }
    (in_x > 0 && in_y > 0).then(|| sum as f64 / ((in_x as f64) * (in_y as f64)).sqrt())
}
