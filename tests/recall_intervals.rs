//! Recall's intervals: how often they hold what they speak of, and what they are in plain cases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod recall_support;

use attune::formats::Matrix;
use attune::recall::{
    Average, Exposed, ExposureLog, ItemLog, LogKind, Names, NoPositives, RecallResult,
    RecallSettings, Recommender, Scheme, Scores, Task, evaluate,
};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};
use recall_support::evaluate_recall;

const ITEMS: usize = 200;
const EXPOSED: usize = 30;
const K: u32 = 10;

fn unit(random: &mut Pcg64) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// A user with a taste of their own for how much they like, and a model that knows it in part.
#[derive(Clone)]
struct User {
    scores: Vec<f64>,
    liked: Vec<bool>,
}

fn user(random: &mut Pcg64) -> User {
    let (share, skill) = (0.05 + 0.25 * unit(random), unit(random));
    let liked: Vec<bool> = (0..ITEMS).map(|_| unit(random) < share).collect();
    let scores = liked.iter().map(|&likes| unit(random) + if likes { skill } else { 0.0 });
    User { scores: scores.collect(), liked }
}

/// The user's true Recall@K, and the chance to see one of the liked items at all.
fn truth(user: &User) -> Option<(f64, f64)> {
    let likes = user.liked.iter().filter(|likes| **likes).count();
    let mut order: Vec<usize> = (0..ITEMS).collect();
    order.sort_by(|&a, &b| user.scores[b].total_cmp(&user.scores[a]));
    let hits = order.iter().take(K as usize).filter(|&&item| user.liked[item]).count();
    // None of the exposed is liked: hypergeometric.
    let none: f64 = (0..EXPOSED).map(|i| (ITEMS - likes - i) as f64 / (ITEMS - i) as f64).product();
    (likes > 0).then(|| (hits as f64 / likes as f64, 1.0 - none))
}

/// What the macro figure over users with a positive estimates: the mean of Recall weighted by the
/// chance to have one.
fn target(users: &[User]) -> f64 {
    let (sum, weight) =
        users.iter().filter_map(truth).fold((0.0, 0.0), |(sum, weight), (recall, chance)| {
            (sum + recall * chance, weight + chance)
        });
    sum / weight
}

fn exposed(user: &User, random: &mut Pcg64) -> Vec<Exposed> {
    let mut all: Vec<usize> = (0..ITEMS).collect();
    for at in 0..EXPOSED {
        let other = at + (random.next_u64() % (ITEMS - at) as u64) as usize;
        all.swap(at, other);
    }
    all[..EXPOSED].iter().map(|&item| Exposed { item, positive: user.liked[item] }).collect()
}

fn macro_ure(users: &[User], random: &mut Pcg64, settings: &RecallSettings) -> RecallResult {
    let values = users.iter().flat_map(|user| user.scores.iter().copied()).collect();
    let matrix = Matrix { rows: users.len(), columns: ITEMS, values };
    let scores = Scores::from_matrix(matrix).unwrap();
    let shown = users.iter().map(|user| exposed(user, random)).collect();
    let log = ExposureLog::new(shown, &scores).unwrap();
    evaluate_recall(&scores, &log, settings).unwrap().systems[0].results[0].clone()
}

fn settings(resamples: u32) -> RecallSettings {
    RecallSettings { k: vec![K], schemes: vec![Scheme::Ure], resamples, ..Default::default() }
}

fn holds(interval: Option<[f64; 2]>, target: f64) -> bool {
    let [low, high] = interval.unwrap();
    low <= target && target <= high
}

/// At a nominal 95 %, 600 repetitions: the share that holds is off by at most 2.7 points in 3 of
/// its own standard errors.
#[test]
fn each_interval_covers_its_own_target() {
    const REPETITIONS: usize = 600;
    let mut random = Pcg64::seed_from_u64(20_240_905);
    let within = |covered: usize, name: &str| {
        let share = covered as f64 / REPETITIONS as f64;
        println!("{name}: {share:.3}");
        assert!((0.923..=0.977).contains(&share), "{name}: {share}");
    };

    let these: Vec<User> = (0..120).map(|_| user(&mut random)).collect();
    let fixed = target(&these);
    let covered = (0..REPETITIONS)
        .filter(|_| holds(macro_ure(&these, &mut random, &settings(100)).ci_these_users, fixed))
        .count();
    within(covered, "these users");

    let crowd: Vec<User> = (0..40_000).map(|_| user(&mut random)).collect();
    let population = target(&crowd);
    let covered = (0..REPETITIONS)
        .filter(|_| {
            let users: Vec<User> = (0..120).map(|_| user(&mut random)).collect();
            holds(macro_ure(&users, &mut random, &settings(400)).ci, population)
        })
        .count();
    within(covered, "users like these");
}

#[test]
fn the_seed_decides_and_the_order_of_users_does_not() {
    let mut random = Pcg64::seed_from_u64(3);
    let mut users: Vec<User> = (0..30).map(|_| user(&mut random)).collect();
    let run = |users: &[User], seed: u32| {
        // The same exposure for the same user, wherever they stand.
        let values = users.iter().flat_map(|user| user.scores.iter().copied()).collect();
        let matrix = Matrix { rows: users.len(), columns: ITEMS, values };
        let names = users.iter().map(|user| user.scores[0].to_string()).collect();
        let named = Names::new(names).unwrap();
        let scores = Scores::from_matrix(matrix).unwrap().named(Some(named), None).unwrap();
        let shown =
            |user: &User| exposed(user, &mut Pcg64::seed_from_u64(user.scores[0].to_bits()));
        let log = ExposureLog::new(users.iter().map(shown).collect(), &scores).unwrap();
        let settings = RecallSettings { seed, ..settings(500) };
        evaluate_recall(&scores, &log, &settings).unwrap().systems[0].results[0].ci.unwrap()
    };
    let first = run(&users, 7);
    assert_eq!(first, run(&users, 7));
    assert_ne!(first, run(&users, 8));
    users.reverse();
    assert_eq!(first, run(&users, 7));
}

#[test]
fn complete_exposure_leaves_nothing_to_chance_for_these_users() {
    let matrix = Matrix { rows: 2, columns: 3, values: vec![3.0, 2.0, 1.0, 1.0, 2.0, 3.0] };
    let scores = Scores::from_matrix(matrix).unwrap();
    let all = |positive: usize| {
        (0..3).map(|item| Exposed { item, positive: item == positive }).collect::<Vec<_>>()
    };
    let log = ExposureLog::new(vec![all(0), all(0)], &scores).unwrap();
    let run = |settings: &RecallSettings| {
        evaluate_recall(&scores, &log, settings).unwrap().systems[0].results[0].clone()
    };
    let found = run(&RecallSettings { k: vec![1], ..Default::default() });
    assert_eq!(found.estimate, Some(0.5));
    assert_eq!(found.ci_these_users, Some([0.5, 0.5]));
    // Two users: a resample has one of them twice as often as both.
    assert_eq!(found.ci, Some([0.0, 1.0]));
    let zero = RecallSettings { k: vec![1], no_positives: NoPositives::Zero, ..Default::default() };
    assert_eq!(run(&zero).ci_these_users, None);
    let none = run(&RecallSettings { k: vec![1], resamples: 0, ..Default::default() });
    assert_eq!((none.ci, none.ci_these_users), (None, None));
}

/// Recommenders that rank three candidates for each of `users` users, the liked one (item 0) first
/// where `first` says so.
fn ranking(users: usize, first: &dyn Fn(usize) -> bool) -> Scores {
    let row = |user| if first(user) { [3.0, 2.0, 1.0] } else { [1.0, 2.0, 3.0] };
    let values = (0..users).flat_map(row).collect();
    Scores::from_matrix(Matrix { rows: users, columns: 3, values }).unwrap()
}

#[test]
fn recommenders_are_compared_user_by_user() {
    const USERS: usize = 12;
    let tables =
        [ranking(USERS, &|_| true), ranking(USERS, &|user| user >= 10), ranking(USERS, &|_| true)];
    let shown: Vec<Vec<Exposed>> =
        (0..USERS).map(|_| vec![Exposed { item: 0, positive: true }]).collect();
    let log = ExposureLog::new(shown.clone(), &tables[0]).unwrap();
    let task = Task::new(&tables[0]).exposed(log);
    let names = ["good", "bad", "twin"];
    let recommenders: Vec<Recommender> =
        (0..3).map(|at| Recommender { name: names[at], scores: &tables[at] }).collect();
    let settings = RecallSettings { k: vec![1], schemes: vec![Scheme::Ure], ..Default::default() };
    let report = evaluate(&recommenders, &task, &settings).unwrap();
    assert_eq!(report.systems.len(), 3);
    let [bad, twin] = &report.comparisons[..] else { panic!("{:?}", report.comparisons) };
    assert_eq!((bad.a.as_str(), bad.b.as_str(), bad.users), ("good", "bad", 12));
    // Ten of twelve users lose their hit. Flipping signs: |sum| = 10 needs all ten alike, which
    // 2 · 4 of the 2^12 patterns give, the two zeros' signs playing no part; the observed one among
    // them counts once.
    assert!((bad.difference - 10.0 / 12.0).abs() < 1e-12);
    assert!((bad.p - 8.0 / 4096.0).abs() < 1e-12, "{}", bad.p);
    assert!((bad.p_holm - 2.0 * bad.p).abs() < 1e-12);
    let [low, high] = bad.ci.unwrap();
    assert!(low > 0.4 && high <= 1.0);
    assert_eq!((twin.difference, twin.p, twin.p_holm, twin.ci), (0.0, 1.0, 1.0, Some([0.0, 0.0])));

    let none = RecallSettings { resamples: 0, ..settings.clone() };
    assert!(evaluate(&recommenders, &task, &none).unwrap().comparisons.is_empty());
    assert_eq!(evaluate(&[], &task, &settings).unwrap_err().kind().code(), "empty");
    // Another number of candidates, and too few users, are no comparison.
    let wide = Scores::from_matrix(Matrix { rows: 1, columns: 2, values: vec![1.0, 2.0] }).unwrap();
    let short = ranking(3, &|_| true);
    for other in
        [Recommender { name: "wide", scores: &wide }, Recommender { name: "short", scores: &short }]
    {
        let error = evaluate(&[recommenders[0], other], &task, &settings).unwrap_err();
        assert_eq!((error.kind().code(), error.file()), ("mismatch", Some(other.name)), "{error}");
    }
}

/// Propensities that are the same within each user leave the macro figure, but the comparison, its
/// interval and its p-value all speak of the pooled one.
#[test]
fn with_propensities_a_comparison_speaks_of_one_average() {
    let tables = [ranking(4, &|_| true), ranking(4, &|user| user > 0)];
    let rows: String =
        (0..4).map(|user| format!("{user},0,1,{}\n", 0.1 + 0.2 * f64::from(user))).collect();
    let text = format!("user,item,label,p\n{rows}");
    let kind = LogKind::Exposed { propensity: Some("p".to_owned()) };
    let log = ItemLog::read_as(kind, "e.csv", text.as_bytes(), &tables[0]).unwrap();
    let recommenders = [0, 1].map(|at| Recommender { name: "m", scores: &tables[at] });
    let settings = RecallSettings {
        k: vec![1],
        schemes: vec![Scheme::Ure],
        propensity: Some("p".to_owned()),
        ..Default::default()
    };
    let report = evaluate(&recommenders, &Task::new(&tables[0]).exposed(log), &settings).unwrap();
    let of = |system: usize, average| {
        let results = &report.systems[system].results;
        results.iter().find(|one| one.average == average).unwrap().estimate.unwrap()
    };
    assert!((of(0, Average::Macro) - of(1, Average::Macro) - 0.25).abs() < 1e-12);
    let comparison = &report.comparisons[0];
    assert_eq!(comparison.average, Average::Micro);
    let pooled = of(0, Average::Micro) - of(1, Average::Micro);
    assert!(pooled > 0.3 && (comparison.difference - pooled).abs() < 1e-12);
    // One user differs, so either sign is as large.
    assert_eq!(comparison.p, 1.0);
}

/// A log's own propensities that nobody asked for are not passed over in silence; equal ones say
/// nothing.
#[test]
fn propensities_that_differ_and_are_not_used_are_told() {
    let tables = ranking(4, &|_| true);
    let settings = RecallSettings { k: vec![1], ..Default::default() };
    let told = |propensity: &dyn Fn(u32) -> String, header: &str| {
        let rows: String =
            (0..4).map(|user| format!("{user},0,1,{}\n", propensity(user))).collect();
        let text = format!("user,item,label,{header}\n{rows}");
        let kind = LogKind::Exposed { propensity: None };
        let log = ItemLog::read_as(kind, "e.csv", text.as_bytes(), &tables).unwrap();
        let recommender = Recommender { name: "m", scores: &tables };
        let task = Task::new(&tables).exposed(log);
        let report = evaluate(&[recommender], &task, &settings).unwrap();
        report.warnings.iter().any(|warning| warning.code == "unread-propensities")
    };
    assert!(told(&|user| format!("0.{}", user + 1), "propensity"));
    assert!(!told(&|_| "0.5".to_owned(), "propensity"));
    assert!(!told(&|user| format!("0.{}", user + 1), "weight"));
}
