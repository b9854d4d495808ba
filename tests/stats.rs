//! Statistics against values worked by hand, exhaustive enumeration and simulation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::stats::{
    Bootstrap, SignFlips, bootstrap, cluster_bootstrap, cluster_bootstrap_ratio,
    cluster_sign_flips, holm, sign_flip_test,
};
use proptest::prelude::*;

/// A small generator with a seed, so that simulations repeat (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Nearly normal: twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// The shares of simulated data sets whose 95 % interval, over users and over rows, covers the true
/// mean. A user's rows share most of their deviation, and users differ in how many rows they have.
fn coverage(users: usize) -> (f64, f64) {
    const REPETITIONS: u32 = 400;
    let mut random = Random(20_260_728);
    let (mut by_user, mut by_row) = (0, 0);
    for seed in 0..REPETITIONS {
        let settings = Bootstrap { resamples: 400, seed, ..Bootstrap::default() };
        let mut rows = Vec::new();
        for user in 0..users {
            let shared = random.normal();
            for _ in 0..3 + user % 5 {
                rows.push((user, shared + 0.5 * random.normal()));
            }
        }
        let covers = |interval: attune::stats::Interval| {
            u32::from(interval.low.unwrap() <= 0.0 && 0.0 <= interval.high.unwrap())
        };
        by_user += covers(cluster_bootstrap(&rows, &settings).unwrap());
        let alone: Vec<(usize, f64)> =
            rows.iter().enumerate().map(|(at, (_, value))| (at, *value)).collect();
        by_row += covers(cluster_bootstrap(&alone, &settings).unwrap());
    }
    let share = |covered: u32| f64::from(covered) / f64::from(REPETITIONS);
    (share(by_user), share(by_row))
}

#[test]
fn intervals_cover_when_users_are_resampled_and_do_not_when_rows_are() {
    let (by_user, by_row) = coverage(40);
    assert!((0.90..=0.97).contains(&by_user), "users: {by_user}");
    assert!(by_row < 0.75, "rows: {by_row}");
}

#[test]
fn few_users_cover_less() {
    let (by_user, _) = coverage(10);
    assert!((0.84..=0.93).contains(&by_user), "{by_user}");
}

#[test]
fn the_denominator_is_drawn_along() {
    // Every cluster has the same ratio: with both sums drawn anew nothing varies, however unequal
    // the clusters.
    let rows: Vec<(u32, f64, f64)> =
        (1..=9).map(|user| (user, 3.0 * f64::from(user * user), f64::from(user * user))).collect();
    let ratio = cluster_bootstrap_ratio(&rows, &Bootstrap::default()).unwrap();
    assert_eq!((ratio.estimate, ratio.low, ratio.high), (Some(3.0), Some(3.0), Some(3.0)));
    assert_eq!(ratio.undefined, 0);
}

#[test]
fn two_clusters_by_enumeration() {
    // The resampled mean is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4: so are the quartiles.
    let settings = Bootstrap { level: 0.4, resamples: 4000, seed: 3 };
    let mean = cluster_bootstrap(&[("a", 0.0), ("b", 1.0)], &settings).unwrap();
    assert_eq!((mean.low, mean.high), (Some(0.5), Some(0.5)));
    let wide = Bootstrap { level: 0.6, ..settings };
    let mean = cluster_bootstrap(&[("a", 0.0), ("b", 1.0)], &wide).unwrap();
    assert_eq!((mean.low, mean.high), (Some(0.0), Some(1.0)));
}

#[test]
fn what_is_undefined_is_counted() {
    let rows = [("a", 1.0, 0.0), ("b", 1.0, 2.0)];
    let ratio = cluster_bootstrap_ratio(&rows, &Bootstrap::default()).unwrap();
    assert_eq!(ratio.estimate, Some(1.0));
    assert!((400..600).contains(&ratio.undefined), "a quarter of 2000: {}", ratio.undefined);
    let single = cluster_bootstrap(&[("a", 1.0), ("a", 2.0)], &Bootstrap::default()).unwrap();
    assert_eq!((single.estimate, single.low, single.high), (Some(1.5), None, None));
    let [nothing] = bootstrap(&[1, 2], &Bootstrap::default(), |_| [f64::NAN]).unwrap();
    assert_eq!((nothing.estimate, nothing.low, nothing.undefined), (None, None, 2000));
}

/// The share of all sign patterns whose sum is at least as large as the observed one.
fn by_enumeration(sums: &[f64]) -> f64 {
    let observed = sums.iter().sum::<f64>().abs();
    let patterns = 1u32 << sums.len();
    let flipped = |pattern: u32| {
        let sign = |at: usize| if pattern >> at & 1 == 1 { -1.0 } else { 1.0 };
        sums.iter().enumerate().map(|(at, sum)| sign(at) * sum).sum::<f64>().abs()
    };
    let reached = (0..patterns).filter(|&pattern| flipped(pattern) >= observed - 1e-9).count();
    reached as f64 / f64::from(patterns)
}

#[test]
fn sign_flips_against_all_patterns() {
    let mut random = Random(4);
    for clusters in [1, 2, 5, 9, 14, 16] {
        for shift in [0.0, 0.3, 0.8] {
            let sums: Vec<f64> = (0..clusters).map(|_| random.normal() + shift).collect();
            let rows: Vec<(usize, f64)> = sums.iter().copied().enumerate().collect();
            let test = cluster_sign_flips(&rows, &SignFlips::default()).unwrap();
            assert_eq!(test.exact, clusters <= 13);
            let exact = by_enumeration(&sums);
            let tolerance = if test.exact { 1e-12 } else { 0.02 };
            assert!((test.p[0] - exact).abs() < tolerance, "{clusters}: {} {exact}", test.p[0]);
        }
    }
}

#[test]
fn p_is_never_0() {
    let sums: Vec<[f64; 1]> = vec![[1.0]; 60];
    let test = sign_flip_test(&sums, &SignFlips { permutations: 999, seed: 1 }).unwrap();
    assert_eq!((test.p, test.permutations, test.exact), ([0.001], 999, false));
    let none = sign_flip_test(&[[0.0], [0.0]], &SignFlips::default()).unwrap();
    assert_eq!(none.p, [1.0]);
    // The difference of a user flips as a whole: rows that cancel inside a user are no evidence.
    let rows = [("a", 5.0), ("a", -5.0), ("b", 1.0)];
    assert_eq!(cluster_sign_flips(&rows, &SignFlips::default()).unwrap().p, [1.0]);
}

#[test]
fn sign_flips_hold_their_level() {
    // No effect: p ≤ 0.1 in about a tenth of the data sets.
    let mut random = Random(11);
    let settings = SignFlips { permutations: 199, seed: 5 };
    let rejected = (0..400).filter(|_| {
        let sums: Vec<[f64; 1]> = (0..20).map(|_| [random.normal()]).collect();
        sign_flip_test(&sums, &settings).unwrap().p[0] <= 0.1
    });
    let rejected = rejected.count();
    assert!((22..=60).contains(&rejected), "{rejected} of 400");
}

#[test]
fn holm_by_hand() {
    let close = |found: Vec<f64>, expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    };
    // ×4, ×3, ×2, ×1; the third falls below the second's 0.09 and takes it.
    close(holm(&[0.04, 0.01, 0.03, 0.5]).unwrap(), &[0.09, 0.04, 0.09, 0.5]);
    close(holm(&[0.6, 0.7]).unwrap(), &[1.0, 1.0]);
    close(holm(&[0.02]).unwrap(), &[0.02]);
    assert!(holm(&[]).unwrap().is_empty());
    for bad in [f64::NAN, -0.1, 1.1] {
        assert_eq!(holm(&[0.5, bad]).unwrap_err().field(), Some("p[1]"));
    }
}

#[test]
fn bad_settings_and_numbers_are_named() {
    let rows = [("a", 1.0), ("b", f64::INFINITY)];
    let error = cluster_bootstrap(&rows, &Bootstrap::default()).unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("not-finite", Some("rows[1]")));
    assert_eq!(
        cluster_sign_flips(&rows, &SignFlips::default()).unwrap_err().field(),
        Some("rows[1]")
    );
    let none: [(&str, f64); 0] = [];
    assert_eq!(cluster_bootstrap(&none, &Bootstrap::default()).unwrap_err().kind().code(), "empty");
    for (settings, field) in [
        (Bootstrap { resamples: 99, ..Default::default() }, "resamples"),
        (Bootstrap { level: 1.0, ..Default::default() }, "level"),
        (Bootstrap { level: f64::NAN, ..Default::default() }, "level"),
    ] {
        let error = cluster_bootstrap(&rows[..1], &settings).unwrap_err();
        assert_eq!((error.kind().code(), error.field()), ("setting", Some(field)));
    }
    let error =
        cluster_sign_flips(&rows[..1], &SignFlips { permutations: 0, seed: 1 }).unwrap_err();
    assert_eq!(error.field(), Some("permutations"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in proptest::collection::vec((0u8..6, -5.0..5.0f64), 1..30)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let (rows, shuffled) = rows;
        let settings = Bootstrap { resamples: 100, ..Bootstrap::default() };
        prop_assert_eq!(
            cluster_bootstrap(&rows, &settings).unwrap(),
            cluster_bootstrap(&shuffled, &settings).unwrap()
        );
        let settings = SignFlips { permutations: 99, seed: 2 };
        prop_assert_eq!(
            cluster_sign_flips(&rows, &settings).unwrap(),
            cluster_sign_flips(&shuffled, &settings).unwrap()
        );
    }

    #[test]
    fn holm_never_lowers_and_keeps_the_order(p in proptest::collection::vec(0.0..=1.0f64, 1..12)) {
        let adjusted = holm(&p).unwrap();
        for (a, before) in adjusted.iter().zip(&p) {
            prop_assert!(a >= before && *a <= 1.0);
            for (b, other) in adjusted.iter().zip(&p) {
                prop_assert!(before > other || a <= b);
            }
        }
    }
}
