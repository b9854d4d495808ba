//! Properties of the Recall estimators, and Theorem 2 by simulation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod recall_support;

use attune::formats::Matrix;
use attune::recall::{Average, Exposed, ExposureLog, RecallSettings, Scheme, Scores, Ties};
use proptest::prelude::*;
use recall_support::evaluate_recall;

/// A small generator with a seed, so that simulations repeat (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `count` distinct numbers below `n`.
    fn sample(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for at in 0..count {
            let other = at + (self.next() % (n - at) as u64) as usize;
            all.swap(at, other);
        }
        all.truncate(count);
        all
    }
}

fn estimate(scores: &Scores, log: &ExposureLog, scheme: Scheme, average: Average, k: u32) -> f64 {
    let schemes = vec![scheme];
    let settings = RecallSettings { k: vec![k], schemes, resamples: 0, ..Default::default() };
    let report = evaluate_recall(scores, log, &settings).unwrap();
    let result = report.systems[0].results.iter().find(|result| result.average == average);
    result.unwrap().estimate.unwrap()
}

#[test]
fn ure_is_unbiased_and_the_traditional_scheme_is_not() {
    const USERS: usize = 60;
    const ITEMS: usize = 120;
    const EXPOSED: usize = 40;
    const REPETITIONS: usize = 400;
    let mut random = Random(20_240_904);
    let mut values = Vec::new();
    let mut liked = Vec::new();
    for _ in 0..USERS {
        for _ in 0..ITEMS {
            let likes = random.unit() < 0.2;
            liked.push(likes);
            values.push(random.unit() + if likes { 0.5 } else { 0.0 });
        }
    }
    let scores =
        Scores::from_matrix(Matrix { rows: USERS, columns: ITEMS, values: values.clone() })
            .unwrap();
    let log = |shown: &dyn Fn(usize, &mut Random) -> Vec<usize>, random: &mut Random| {
        let user = |user: usize, random: &mut Random| {
            let item = |item: usize| Exposed { item, positive: liked[user * ITEMS + item] };
            shown(user, random).into_iter().map(item).collect()
        };
        ExposureLog::new((0..USERS).map(|u| user(u, random)).collect(), &scores).unwrap()
    };
    let complete = log(&|_, _| (0..ITEMS).collect(), &mut random);
    for k in [1, 5, 20, 60] {
        let truth = estimate(&scores, &complete, Scheme::Ure, Average::Macro, k);
        let (mut ure, mut traditional) = (Vec::new(), Vec::new());
        for _ in 0..REPETITIONS {
            let drawn = log(&|_, random| random.sample(ITEMS, EXPOSED), &mut random);
            ure.push(estimate(&scores, &drawn, Scheme::Ure, Average::Macro, k));
            traditional.push(estimate(&scores, &drawn, Scheme::Traditional, Average::Macro, k));
        }
        let mean = |figures: &[f64]| figures.iter().sum::<f64>() / figures.len() as f64;
        let error = |figures: &[f64]| {
            let m = mean(figures);
            let n = figures.len() as f64;
            (figures.iter().map(|f| (f - m).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()
        };
        // With 40 of 120 shown and 24 liked, a user without a shown positive is one in 40,000:
        // skipping such users does not move the target by what this test can see.
        let gap = mean(&ure) - truth;
        assert!(gap.abs() <= 4.0 * error(&ure), "K = {k}: URE is off by {gap}");
        let gap = mean(&traditional) - truth;
        assert!(
            gap > 10.0 * error(&traditional),
            "K = {k}: the traditional scheme is off by {gap}"
        );
    }
}

proptest! {
    #[test]
    fn with_every_item_exposed_both_schemes_agree(
        rows in proptest::collection::vec((0.0..1.0f64, any::<bool>()), 2..40),
        k in 1u32..50,
    ) {
        let values = rows.iter().map(|row| row.0).collect();
        let scores =
            Scores::from_matrix(Matrix { rows: 1, columns: rows.len(), values }).unwrap();
        let shown = rows.iter().enumerate();
        let shown = shown.map(|(item, row)| Exposed { item, positive: row.1 }).collect();
        let log = ExposureLog::new(vec![shown], &scores).unwrap();
        let settings = RecallSettings { k: vec![k], resamples: 0, ..Default::default() };
        let report = evaluate_recall(&scores, &log, &settings).unwrap();
        let results = &report.systems[0].results;
        prop_assert_eq!(results[0].estimate, results[2].estimate);
        // The brute-force twin: sort, take the first K, count.
        let positives = rows.iter().filter(|row| row.1).count();
        if positives > 0 {
            let mut order = rows.clone();
            order.sort_by(|a, b| b.0.total_cmp(&a.0));
            let hits = order.iter().take(k as usize).filter(|row| row.1).count();
            prop_assert_eq!(results[0].estimate, Some(hits as f64 / positives as f64));
        } else {
            prop_assert_eq!(results[0].estimate, None);
        }
    }

    #[test]
    fn the_expected_rule_lies_between_the_others(
        scores in proptest::collection::vec(0u8..4, 2..30),
        positive in any::<prop::sample::Index>(),
        k in 1u32..30,
    ) {
        let values: Vec<f64> = scores.iter().map(|&score| f64::from(score)).collect();
        let item = positive.index(values.len());
        let table = Scores::from_matrix(Matrix { rows: 1, columns: values.len(), values }).unwrap();
        let log = ExposureLog::new(vec![vec![Exposed { item, positive: true }]], &table).unwrap();
        let by = |ties| {
            let settings = RecallSettings { k: vec![k], ties, resamples: 0, ..Default::default() };
            evaluate_recall(&table, &log, &settings).unwrap().systems[0].results[0].estimate
        };
        prop_assert!(by(Ties::Pessimistic) <= by(Ties::Expected));
        prop_assert!(by(Ties::Expected) <= by(Ties::Optimistic));
    }
}

#[test]
fn logs_and_scores_from_memory_are_checked() {
    let matrix = |values: &[f64]| Matrix { rows: 1, columns: 2, values: values.to_vec() };
    assert_eq!(Scores::from_matrix(matrix(&[1.0])).unwrap_err().kind().code(), "mismatch");
    assert_eq!(
        Scores::from_matrix(matrix(&[1.0, f64::NAN])).unwrap_err().kind().code(),
        "not-finite"
    );
    let scores = Scores::from_matrix(matrix(&[1.0, 2.0])).unwrap();
    let shown = |item| Exposed { item, positive: true };
    for (users, code) in [
        (vec![vec![shown(2)]], "unknown"),
        (vec![vec![shown(1), shown(1)]], "duplicate"),
        (vec![vec![], vec![]], "mismatch"),
    ] {
        assert_eq!(ExposureLog::new(users, &scores).unwrap_err().kind().code(), code);
    }
}
