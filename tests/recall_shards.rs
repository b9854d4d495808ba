//! Shards of the users add up to a single run, whatever the split and its order.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::recall::{
    Evaluation, Gain, ItemLog, LogKind, Metric, RecallReport, RecallSettings, Recommender, Scheme,
    Scores, Task, Ties, evaluate, merge,
};
use proptest::prelude::*;

const ITEMS: usize = 40;

/// Numbers that follow from where they stand.
fn number(a: usize, b: usize) -> u64 {
    let mut z = (a as u64 * 1_000_003 + b as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The files of some users: scores of three recommenders, exposures, complete labels, a mask.
fn files(users: &[usize]) -> (Vec<String>, String, String, String) {
    let mut scores = vec!["user,item,score\n".to_owned(); 3];
    let (mut exposed, mut full, mut mask) = (
        "user,item,label,p\n".to_owned(),
        "user,item,label\n".to_owned(),
        "user,item\n".to_owned(),
    );
    for &user in users {
        for item in 0..ITEMS {
            let draw = number(user, item);
            let liked = draw.is_multiple_of(7);
            for (system, scores) in scores.iter_mut().enumerate() {
                let noise = number(user + 1000 * (system + 1), item) % 50;
                let score = noise + if liked { 10 * (3 - system as u64) } else { 0 };
                *scores += &format!("u{user},i{item},{score}\n");
            }
            full += &format!("u{user},i{item},{}\n", u8::from(liked));
            // Each user is shown something, so that the shard has a row for everyone.
            if draw >> 8 & 3 == 0 || item == 0 {
                let chance = if item % 2 == 0 { 0.25 } else { 0.5 };
                exposed += &format!("u{user},i{item},{},{chance}\n", u8::from(liked));
            }
            if draw >> 16 & 31 == 0 || item == 39 {
                mask += &format!("u{user},i{item}\n");
            }
        }
    }
    (scores, exposed, full, mask)
}

fn run(users: &[usize], settings: &RecallSettings) -> (RecallReport, String) {
    let (tables, exposed, full, mask) = files(users);
    let scores: Vec<Scores> =
        tables.iter().map(|text| Scores::read("s.csv", text.as_bytes()).unwrap()).collect();
    let read = |kind, text: &str| ItemLog::read_as(kind, "log.csv", text.as_bytes(), &scores[0]);
    let propensity = settings.propensity.clone();
    let task = Task::new(&scores[0])
        .exposed(read(LogKind::Exposed { propensity }, &exposed).unwrap())
        .full(read(LogKind::Full, &full).unwrap())
        .mask(read(LogKind::Mask, &mask).unwrap());
    let names = ["a", "b", "c"];
    let recommenders: Vec<Recommender> =
        names.iter().zip(&scores).map(|(name, scores)| Recommender { name, scores }).collect();
    let report = evaluate(&recommenders, &task, settings).unwrap();
    let mut evaluation = Evaluation::new(&recommenders, &task, settings).unwrap();
    while !evaluation.step(&recommenders, &task, 7).unwrap() {}
    (report, evaluation.partial())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12
}

fn same_ends(a: Option<[f64; 2]>, b: Option<[f64; 2]>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => close(a[0], b[0]) && close(a[1], b[1]),
        (a, b) => a == b,
    }
}

fn assert_same(whole: &RecallReport, merged: &RecallReport) {
    for (a, b) in whole.systems.iter().zip(&merged.systems) {
        assert_eq!((&a.name, a.results.len()), (&b.name, b.results.len()));
        for (a, b) in a.results.iter().zip(&b.results) {
            let same = match (a.estimate, b.estimate) {
                (Some(a), Some(b)) => close(a, b),
                (a, b) => a == b,
            };
            assert!(same, "{a:?} {b:?}");
            assert!(same_ends(a.ci, b.ci), "{a:?} {b:?}");
            assert!(same_ends(a.ci_these_users, b.ci_these_users), "{a:?} {b:?}");
            assert_eq!((a.users, a.users_without_positives), (b.users, b.users_without_positives));
            assert!(close(a.implied_k.unwrap_or(0.0), b.implied_k.unwrap_or(0.0)));
        }
    }
    assert_eq!(whole.comparisons.len(), merged.comparisons.len());
    for (a, b) in whole.comparisons.iter().zip(&merged.comparisons) {
        assert!(close(a.difference, b.difference) && same_ends(a.ci, b.ci));
        assert_eq!((a.p, a.p_holm, a.users), (b.p, b.p_holm, b.users));
    }
    for (a, b) in whole.agreements.iter().zip(&merged.agreements) {
        assert!(close(a.tau_b.unwrap_or(9.0), b.tau_b.unwrap_or(9.0)) && same_ends(a.ci, b.ci));
    }
    assert_eq!(whole.warnings, merged.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_partition_equals_the_whole(
        users in 2usize..40,
        shards in 1usize..5,
        cut in any::<u64>(),
        ties in prop::sample::select(
            vec![Ties::Pessimistic, Ties::Optimistic, Ties::Expected, Ties::Random],
        ),
        bca in any::<bool>(),
        weighted in any::<bool>(),
    ) {
        let settings = RecallSettings {
            k: vec![1, 5],
            schemes: vec![Scheme::Ure, Scheme::Traditional, Scheme::Full],
            metrics: vec![Metric::Recall, Metric::Precision, Metric::Gain],
            gain: Gain::Reciprocal,
            ties,
            interval: if bca { attune::recall::IntervalMethod::Bca } else { Default::default() },
            propensity: weighted.then(|| "p".to_owned()),
            resamples: 100,
            permutations: 99,
            ..Default::default()
        };
        let all: Vec<usize> = (0..users).collect();
        let (whole, _) = run(&all, &settings);
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); shards];
        for &user in &all {
            parts[(number(user, cut as usize % 1000) % shards as u64) as usize].push(user);
        }
        parts.retain(|part| !part.is_empty());
        parts.reverse();
        let files: Vec<(String, Vec<u8>)> = parts
            .iter()
            .map(|part| ("shard.json".to_owned(), run(part, &settings).1.into_bytes()))
            .collect();
        assert_same(&whole, &merge(&files).unwrap());
    }
}

#[test]
fn shards_that_do_not_fit_are_refused() {
    let settings =
        RecallSettings { k: vec![3], resamples: 100, permutations: 99, ..Default::default() };
    let shard = |users: &[usize], settings: &RecallSettings| {
        ("shard.json".to_owned(), run(users, settings).1.into_bytes())
    };
    let code = |files: &[(String, Vec<u8>)]| merge(files).unwrap_err().kind().code();
    let first = shard(&[0, 1, 2], &settings);
    assert_eq!(code(&[]), "empty");
    assert_eq!(code(&[first.clone(), shard(&[2, 3], &settings)]), "duplicate");
    let other = RecallSettings { seed: 8, ..settings.clone() };
    assert_eq!(code(&[first.clone(), shard(&[3], &other)]), "mismatch");
    let text = String::from_utf8(first.1.clone()).unwrap();
    let spoilt = |from: &str, to: &str| {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{from}");
        code(&[("spoilt.json".to_owned(), spoilt.into_bytes())])
    };
    assert_eq!(spoilt("attune-recall-partial-1", "attune-recall-partial-9"), "mismatch");
    assert_eq!(spoilt("\"items\":40", "\"items\":900000000000"), "mismatch");
    assert_eq!(spoilt("\"resamples\":100", "\"resamples\":1000000"), "mismatch");
    assert_eq!(spoilt("\"permutations\":99", "\"permutations\":9999999"), "mismatch");
    assert_eq!(spoilt("\"resampled\":\"", "\"resampled\":\"A"), "mismatch");
    assert_eq!(code(&[("cut.json".to_owned(), first.1[..first.1.len() / 2].to_vec())]), "syntax");
    // No cut and no flipped byte ends in a panic.
    for at in (0..first.1.len()).step_by(997) {
        let mut bytes = first.1.clone();
        bytes[at] ^= 1;
        let _ = merge(&[("flipped.json".to_owned(), bytes)]);
    }
}
