//! Simulated worlds have the properties that their settings name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::ErrorKind;
use attune::recall::simulation::{BiasSettings, Observation, World, WorldSettings};
use attune::stats::pearson;

fn settings() -> WorldSettings {
    WorldSettings { users: 200, items: 300, seed: 11, ..WorldSettings::default() }
}

/// How often each item occurs.
fn counts(log: &[Observation], items: usize) -> Vec<f64> {
    let mut counts = vec![0.0; items];
    log.iter().for_each(|met| counts[met.item as usize] += 1.0);
    counts
}

fn share_liked(log: &[Observation]) -> f64 {
    log.iter().filter(|met| met.liked).count() as f64 / log.len() as f64
}

#[test]
fn the_share_of_liked_pairs_is_the_one_asked_for() {
    for share in [0.01, 0.05, 0.5] {
        let world = World::draw(&WorldSettings { positive_share: share, ..settings() }).unwrap();
        let liked: usize = (0..200).map(|user| world.liked(user).len()).sum();
        assert_eq!(liked, (share * 60_000.0).round() as usize);
        let listed = |user: usize| (0..300).filter(|&item| world.likes(user, item)).count();
        assert!((0..200).all(|user| listed(user) == world.liked(user).len()));
        assert!((0..200).all(|user| world.liked(user).is_sorted_by(|a, b| a < b)));
    }
}

#[test]
fn the_same_settings_give_the_same_world_and_other_seeds_another() {
    let (one, again) = (World::draw(&settings()).unwrap(), World::draw(&settings()).unwrap());
    let other = World::draw(&WorldSettings { seed: 12, ..settings() }).unwrap();
    assert!((0..200).all(|user| one.liked(user) == again.liked(user)));
    assert!((0..200).any(|user| one.liked(user) != other.liked(user)));
    let bias = BiasSettings::default();
    assert_eq!(one.biased_log(&bias).unwrap(), again.biased_log(&bias).unwrap());
    assert_eq!(one.random_log(20, 3).unwrap(), again.random_log(20, 3).unwrap());
    assert_ne!(one.random_log(20, 3).unwrap(), one.random_log(20, 4).unwrap());
}

#[test]
fn affinity_says_what_is_liked_and_noise_hides_it() {
    let agreement = |noise: f64| {
        let world = World::draw(&WorldSettings { noise, ..settings() }).unwrap();
        let pairs = (0..200).flat_map(|user| (0..300).map(move |item| (user, item)));
        let (mut affinities, mut likes) = (Vec::new(), Vec::new());
        for (user, item) in pairs {
            affinities.push(world.affinity(user, item));
            likes.push(f64::from(u8::from(world.likes(user, item))));
        }
        // Its parts sum to a variance of about 1.
        let variance = affinities.iter().map(|a| a * a).sum::<f64>() / affinities.len() as f64;
        assert!((0.85..1.15).contains(&variance), "{variance}");
        pearson(&affinities, &likes).unwrap()
    };
    let (clear, hidden, gone) = (agreement(0.0), agreement(0.5), agreement(1.0));
    assert!(clear > hidden + 0.05 && hidden > 0.2, "{clear} {hidden}");
    assert!(gone.abs() < 0.02, "{gone}");
}

#[test]
fn popularity_falls_by_the_power_law_and_follows_appeal_where_it_should() {
    let appeal_of = |merit: f64| {
        let world = World::draw(&WorldSettings {
            users: 400,
            popularity_merit: merit,
            popularity_exponent: 1.0,
            ..settings()
        });
        let world = world.unwrap();
        let mut sorted = world.popularity().to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        assert!((1..=300).all(|rank| (sorted[rank - 1] * rank as f64 - 1.0).abs() < 1e-12));
        let mut likers = vec![0.0; 300];
        (0..400).for_each(|user| world.liked(user).iter().for_each(|&i| likers[i as usize] += 1.0));
        let ranks: Vec<f64> =
            world.popularity().iter().map(|popularity| 1.0 / popularity).collect();
        -pearson(&ranks, &likers).unwrap()
    };
    assert!(appeal_of(1.0) > 0.7);
    assert!(appeal_of(0.0).abs() < 0.2);
    assert!(appeal_of(-1.0) < -0.7);
}

#[test]
fn a_biased_log_meets_each_pair_with_its_propensity() {
    let world = World::draw(&settings()).unwrap();
    let (mut met, mut inverse) = (0.0, 0.0);
    const LOGS: u32 = 40;
    for seed in 0..LOGS {
        let bias = BiasSettings { mean_observed: 30.0, selection: 1.0, seed };
        let log = world.biased_log(&bias).unwrap();
        assert!(log.iter().all(|one| one.propensity > 0.0 && one.propensity <= 1.0));
        assert!(
            log.iter().all(|one| one.liked == world.likes(one.user as usize, one.item as usize))
        );
        met += log.len() as f64 / f64::from(LOGS);
        inverse += log.iter().map(|one| 1.0 / one.propensity).sum::<f64>() / f64::from(LOGS);
    }
    // 6,000 pairs are expected with a standard deviation of at most √(6,000/40) = 12 in the mean,
    assert!((met - 6_000.0).abs() < 50.0, "{met}");
    // and inverse propensities sum to the number of pairs (Horvitz & Thompson 1952).
    assert!((inverse / 60_000.0 - 1.0).abs() < 0.02, "{inverse}");
}

#[test]
fn selection_meets_what_is_liked_and_popularity_what_is_popular() {
    let world = World::draw(&settings()).unwrap();
    let log = |selection| {
        let bias = BiasSettings { mean_observed: 30.0, selection, seed: 5 };
        world.biased_log(&bias).unwrap()
    };
    assert!(share_liked(&log(2.0)) > share_liked(&log(0.0)) + 0.1);
    assert!(pearson(&counts(&log(0.0), 300), world.popularity()).unwrap() > 0.8);
    let flat = World::draw(&WorldSettings { popularity_exponent: 0.0, ..settings() }).unwrap();
    let flat =
        flat.biased_log(&BiasSettings { selection: 0.0, ..BiasSettings::default() }).unwrap();
    assert!((share_liked(&flat) - 0.05).abs() < 0.01);
}

#[test]
fn a_random_log_shows_every_user_as_many_items_and_every_item_as_often() {
    let world = World::draw(&settings()).unwrap();
    let mut shown = vec![0.0; 300];
    for seed in 0..50 {
        let log = world.random_log(30, seed).unwrap();
        for user in log.chunk_by(|a, b| a.user == b.user) {
            assert_eq!(user.len(), 30);
            assert!(user.is_sorted_by(|a, b| a.item < b.item));
        }
        shown.iter_mut().zip(counts(&log, 300)).for_each(|(sum, count)| *sum += count);
    }
    // 50 logs of 200 users: 1,000 times each, with a standard deviation of 30.
    assert!(shown.iter().all(|&count| (count - 1_000.0).abs() < 150.0), "{shown:?}");
    let all = world.random_log(300, 1).unwrap();
    assert!((share_liked(&all) - 0.05).abs() < 1e-12);
}

#[test]
fn settings_out_of_range_are_named() {
    let field = |settings: WorldSettings| {
        let error = World::draw(&settings).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting);
        error.field().unwrap().to_owned()
    };
    assert_eq!(field(WorldSettings { users: 0, ..settings() }), "users");
    assert_eq!(field(WorldSettings { users: u32::MAX, items: u32::MAX, ..settings() }), "users");
    assert_eq!(field(WorldSettings { dimensions: 0, ..settings() }), "dimensions");
    for positive_share in [0.0, 1.0, f64::NAN] {
        assert_eq!(field(WorldSettings { positive_share, ..settings() }), "positiveShare");
    }
    assert_eq!(field(WorldSettings { noise: 1.5, ..settings() }), "noise");
    assert_eq!(field(WorldSettings { noise: f64::NAN, ..settings() }), "noise");
    let popularity_exponent = f64::INFINITY;
    assert_eq!(field(WorldSettings { popularity_exponent, ..settings() }), "popularityExponent");
    assert_eq!(field(WorldSettings { popularity_merit: 2.0, ..settings() }), "popularityMerit");
    let world = World::draw(&settings()).unwrap();
    let biased = |mean_observed, selection| {
        let bias = BiasSettings { mean_observed, selection, seed: 1 };
        world.biased_log(&bias).unwrap_err().field().unwrap().to_owned()
    };
    assert_eq!(biased(0.0, 1.0), "meanObserved");
    assert_eq!(biased(300.0, 1.0), "meanObserved");
    assert_eq!(biased(f64::NAN, 1.0), "meanObserved");
    assert_eq!(biased(30.0, -1.0), "selection");
    assert!(world.random_log(0, 1).is_err());
    assert!(world.random_log(301, 1).is_err());
}

#[test]
fn nearly_everything_can_be_met() {
    let world = World::draw(&settings()).unwrap();
    let bias = BiasSettings { mean_observed: 299.0, selection: 10.0, seed: 1 };
    let log = world.biased_log(&bias).unwrap();
    assert!((log.len() as f64 / 200.0 - 299.0).abs() < 1.0);
}
