//! The reference recommenders: what they learn, that they repeat, and what they refuse.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::{Error, ErrorKind, read_npy};
use attune::model::Device;
use attune::recall::Names;
use attune::recall::recommenders::{
    Factors, Feedback, Interaction, Interactions, PointLoss, PropensityModel, RecommenderModel,
    RecommenderSettings, Trained, TrainingInput, naive_bayes, popularity, train, weights,
};
use attune::recall::simulation::{BiasSettings, Observation, World, WorldSettings};
use pollster::block_on;

const MODELS: [RecommenderModel; 5] = [
    RecommenderModel::Itempop,
    RecommenderModel::Mf,
    RecommenderModel::MfIps,
    RecommenderModel::MfDr,
    RecommenderModel::Dns,
];

fn fit(
    interactions: &Interactions,
    random: Option<&[bool]>,
    settings: &RecommenderSettings,
) -> Result<Trained, Error> {
    let input = TrainingInput { interactions, random };
    block_on(train(input, settings, &Device::flex(), async |_, _| Ok(())))
}

fn interactions(log: &[Observation], users: usize, items: usize) -> Interactions {
    let all = log
        .iter()
        .map(|met| Interaction {
            user: met.user,
            item: met.item,
            positive: met.liked,
            propensity: Some(met.propensity),
        })
        .collect();
    let names = |count: usize| (0..count).map(|at| at.to_string()).collect();
    Interactions::new(names(users), names(items), all).unwrap()
}

fn small() -> (World, Interactions) {
    small_with(WorldSettings::default().popularity_exponent)
}

fn small_with(popularity_exponent: f64) -> (World, Interactions) {
    let settings = WorldSettings {
        users: 150,
        items: 200,
        positive_share: 0.1,
        popularity_exponent,
        ..Default::default()
    };
    let world = World::draw(&settings).unwrap();
    let bias = BiasSettings { mean_observed: 40.0, ..Default::default() };
    let log = world.biased_log(&bias).unwrap();
    (world, interactions(&log, 150, 200))
}

fn settings(model: RecommenderModel) -> RecommenderSettings {
    RecommenderSettings { model, dimensions: 8, epochs: 15, ..Default::default() }
}

/// The chance that a liked item scores above another one (AUC), over users and all pairs unseen in
/// training.
fn ranking(world: &World, seen: &Interactions, factors: &Factors) -> f64 {
    let mut met = vec![vec![false; world.item_count()]; world.user_count()];
    seen.all().iter().for_each(|one| met[one.user as usize][one.item as usize] = true);
    let (mut right, mut pairs) = (0.0, 0.0);
    for user in 0..world.user_count() {
        let scores = factors.scores(user);
        let of = |likes: bool| {
            let unseen = |&item: &usize| !met[user][item] && world.likes(user, item) == likes;
            (0..world.item_count()).filter(unseen).map(|item| scores[item]).collect::<Vec<f32>>()
        };
        let others = of(false);
        for liked in of(true) {
            right += others.iter().filter(|&&other| liked > other).count() as f64;
            pairs += others.len() as f64;
        }
    }
    right / pairs
}

#[test]
fn every_model_learns_and_its_loss_falls() {
    let (world, seen) = small();
    for model in MODELS {
        let trained = fit(&seen, None, &settings(model)).unwrap();
        let auc = ranking(&world, &seen, &trained.factors);
        assert!(
            auc > if model == RecommenderModel::Itempop { 0.505 } else { 0.55 },
            "{model:?}: {auc}"
        );
        let losses = &trained.report.losses;
        if model != RecommenderModel::Itempop {
            assert_eq!(losses.len(), 15);
            assert!(losses[14] < 0.97 * losses[0], "{model:?}: {losses:?}");
        }
        assert_eq!(trained.report.feedback, Feedback::Labelled);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let (_, seen) = small();
    for model in MODELS {
        let of = |seed| {
            let settings = RecommenderSettings { seed, epochs: 3, ..settings(model) };
            let factors = fit(&seen, None, &settings).unwrap().factors;
            (factors.users_npy(), factors.items_npy())
        };
        assert!(of(1) == of(1), "{model:?}");
        assert!(model == RecommenderModel::Itempop || of(1) != of(2), "{model:?}");
    }
}

/// One number for all pairs: with the squared loss and little else to fit, a model learns the mean
/// label it is shown. The log shows liked pairs four times as often as others.
#[test]
fn inverse_propensities_undo_selection_that_plain_factorisation_learns() {
    let (users, items) = (60, 80);
    let mut all = Vec::new();
    let (mut state, mut likes) = (1u64, 0.0);
    let mut unit = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    for (user, item) in (0..users).flat_map(|user| (0..items).map(move |item| (user, item))) {
        let positive = unit() < 0.3;
        likes += f64::from(u8::from(positive));
        let propensity = if positive { 0.8 } else { 0.2 };
        if unit() < propensity {
            all.push(Interaction { user, item, positive, propensity: Some(propensity) });
        }
    }
    let truth = likes / f64::from(users * items);
    let names = |count: u32| (0..count).map(|at| at.to_string()).collect();
    let seen = Interactions::new(names(users), names(items), all).unwrap();
    let predicted = |model, propensity| {
        let settings = RecommenderSettings {
            dimensions: 1,
            epochs: 60,
            batch: 512,
            decay: 1.0,
            loss: PointLoss::Squared,
            propensity,
            ..settings(model)
        };
        let random = [vec![true; 30], vec![false; 70]].concat();
        let factors = fit(&seen, Some(&random), &settings).unwrap().factors;
        let sum: f32 = (0..users as usize).flat_map(|user| factors.scores(user)).sum();
        f64::from(sum) / f64::from(users * items)
    };
    let plain = predicted(RecommenderModel::Mf, PropensityModel::Given);
    assert!(plain > truth + 0.2, "{plain} of {truth}");
    // Labels imputed from the very pairs that they are to mend leave the doubly robust a part of it.
    for (model, most) in [(RecommenderModel::MfIps, 0.06), (RecommenderModel::MfDr, 0.12)] {
        for propensity in [PropensityModel::Given, PropensityModel::NaiveBayes] {
            let mended = predicted(model, propensity);
            assert!((mended - truth).abs() < most, "{model:?} {propensity:?}: {mended} of {truth}");
        }
    }
}

#[test]
fn likes_alone_can_be_learnt_from() {
    // Without popularity, which moves what is liked from the unseen pairs to the seen ones.
    let (world, seen) = small_with(0.0);
    let likes: Vec<Interaction> = seen.all().iter().copied().filter(|one| one.positive).collect();
    let seen = Interactions::new(seen.users().to_vec(), seen.items().to_vec(), likes).unwrap();
    for model in [RecommenderModel::Mf, RecommenderModel::MfIps, RecommenderModel::Dns] {
        let trained = fit(&seen, None, &settings(model)).unwrap();
        assert_eq!(trained.report.feedback, Feedback::Positive);
        let auc = ranking(&world, &seen, &trained.factors);
        assert!(auc > 0.55, "{model:?}: {auc}");
    }
    let refused = fit(&seen, None, &settings(RecommenderModel::MfDr)).unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (ErrorKind::Setting, Some("model")));
    let propensity = PropensityModel::NaiveBayes;
    let settings = RecommenderSettings { propensity, ..settings(RecommenderModel::MfIps) };
    assert_eq!(fit(&seen, Some(&[true]), &settings).unwrap_err().kind(), ErrorKind::Setting);
}

#[test]
fn propensities_are_those_of_their_formulas() {
    // Item a observed 4 times, b once; of 10 pairs 2 liked and 3 disliked were observed.
    let csv = "user,item,label\n1,a,1\n2,a,1\n3,a,0\n4,a,0\n5,b,0\n";
    let seen = Interactions::read("log.csv", csv.as_bytes(), None, None).unwrap();
    assert_eq!(popularity(&seen, 0.5), [1.0, 1.0, 1.0, 1.0, 0.5]);
    assert_eq!(popularity(&seen, 0.0), [1.0; 5]);
    // P(Y = 1) = ¼: 2/10 / ¼ = .8 for likes, 3/10 / ¾ = .4 for dislikes.
    let random = [true, false, false, false];
    let found = naive_bayes(&seen, &random).unwrap();
    let expected = [0.8, 0.8, 0.4, 0.4, 0.4];
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    assert_eq!(naive_bayes(&seen, &[true]).unwrap_err().kind(), ErrorKind::Empty);
    let (cut, many) = weights(&[1.0, 1.0, 1.0, 0.01], 2.0);
    assert_eq!(many, 1);
    assert!((cut.iter().sum::<f32>() - 4.0).abs() < 1e-5, "{cut:?}");
}

#[test]
fn factors_are_read_back_with_their_biases() {
    let factors = Factors::new(1, [&[2.0], &[0.5]], [&[3.0, -1.0], &[0.25, 0.0]]);
    assert_eq!(factors.scores(0), [6.75, -1.5]);
    let users = read_npy("u.npy", &factors.users_npy()).unwrap();
    let items = read_npy("v.npy", &factors.items_npy()).unwrap();
    assert_eq!((users.rows, users.columns, items.rows, items.columns), (1, 3, 2, 3));
    let product: f64 = (0..3).map(|at| users.values[at] * items.values[at]).sum();
    assert!((product - 6.75).abs() < 1e-12);
}

#[test]
fn a_training_can_be_ended() {
    let (_, seen) = small();
    let mut told = 0;
    let input = TrainingInput { interactions: &seen, random: None };
    let ended = block_on(train(
        input,
        &settings(RecommenderModel::Mf),
        &Device::flex(),
        async |done, total| {
            told = done;
            assert!(total >= 15);
            if done < 3 { Ok(()) } else { Err(Error::new(ErrorKind::Setting, "enough", "Stop.")) }
        },
    ));
    assert_eq!(ended.unwrap_err().message(), "enough");
    assert_eq!(told, 3);
}

#[test]
fn bad_input_is_named() {
    let read = |csv: &str, items: Option<&Names>| {
        Interactions::read("log.csv", csv.as_bytes(), None, items).unwrap_err()
    };
    let range = read("user,item,label\n1,a,5\n", None);
    assert_eq!((range.kind(), range.line()), (ErrorKind::Range, Some(2)));
    let twice = read("user,item\n1,a\n1,a\n", None);
    assert_eq!((twice.kind(), twice.line()), (ErrorKind::Duplicate, Some(3)));
    for value in ["0", "1.5", "-1"] {
        let csv = format!("user,item,propensity\n1,a,{value}\n");
        assert_eq!(read(&csv, None).kind(), ErrorKind::Range);
    }
    assert_eq!(read("user,item,label\n1,a,0\n", None).kind(), ErrorKind::Empty);
    assert_eq!(
        read("user,item\n1,a\n", Some(&Names::new(vec!["b".to_owned()]).unwrap())).kind(),
        ErrorKind::Unknown
    );
    let seen = Interactions::read("log.csv", b"user,item\n1,a\n2,b\n", None, None).unwrap();
    let refused = |settings: RecommenderSettings| {
        fit(&seen, None, &settings).unwrap_err().field().unwrap().to_owned()
    };
    let mf = || settings(RecommenderModel::Mf);
    assert_eq!(refused(RecommenderSettings { dimensions: 0, ..mf() }), "dimensions");
    assert_eq!(refused(RecommenderSettings { epochs: 0, ..mf() }), "epochs");
    assert_eq!(refused(RecommenderSettings { rate: f64::NAN, ..mf() }), "rate");
    assert_eq!(refused(RecommenderSettings { decay: -1.0, ..mf() }), "decay");
    assert_eq!(refused(RecommenderSettings { batch: 0, ..mf() }), "batch");
    assert_eq!(refused(RecommenderSettings { max_weight: 0.5, ..mf() }), "maxWeight");
    assert_eq!(refused(RecommenderSettings { candidates: 0, ..mf() }), "candidates");
    let given = RecommenderSettings {
        propensity: PropensityModel::Given,
        ..settings(RecommenderModel::MfIps)
    };
    assert_eq!(fit(&seen, None, &given).unwrap_err().kind(), ErrorKind::Missing);
    let all = Interactions::read("log.csv", b"user,item\n1,a\n2,a\n", None, None).unwrap();
    let error = fit(&all, None, &settings(RecommenderModel::Dns)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
}
