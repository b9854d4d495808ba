//! What was fixed before the first full run: the world, its logs, the recommenders, the seeds.

use attune::recall::recommenders::{PropensityModel, RecommenderModel, RecommenderSettings};
use attune::recall::simulation::{BiasSettings, WorldSettings};

/// The largest cut-off K.
pub const MOST: usize = 300;
/// Candidates exposed at random to each user, N̄; the first is the one that the figure shows.
pub const EXPOSED: [usize; 3] = [50, 20, 200];
/// The seed of the random exposure logs.
pub const EXPOSURE_SEED: u32 = 4096;
/// Pairs shown at random to each of the first `SAMPLE_USERS` users, for naive Bayes only.
pub const SAMPLE: usize = 5;
pub const SAMPLE_USERS: u32 = 200;
pub const SAMPLE_SEED: u32 = 911;
/// N̄ for the authors' simulated data set, which knows 150 candidates a user.
pub const EXPOSED_OF_150: [usize; 2] = [15, 50];
/// Cut-offs at which tables are given.
pub const SHOWN: [usize; 8] = [1, 5, 10, 20, 30, 50, 100, 300];

/// The simulated world.
pub fn world() -> WorldSettings {
    WorldSettings {
        users: 1000,
        items: 2000,
        dimensions: 8,
        positive_share: 0.05,
        noise: 0.3,
        popularity_exponent: 0.8,
        popularity_merit: 0.3,
        seed: 2024,
    }
}

/// The log that recommenders are trained on.
pub fn bias() -> BiasSettings {
    BiasSettings { mean_observed: 80.0, selection: 1.5, seed: 1301 }
}

/// One recommender of the grid.
pub struct Planned {
    /// The method: model and, where it has any, propensities.
    pub method: String,
    pub settings: RecommenderSettings,
}

/// 51 recommenders, the methods crossed with sizes and epochs; every one has a seed of its own.
/// Without `given` propensities, which only a simulation knows, 41.
pub fn recommenders(given: bool) -> Vec<Planned> {
    use PropensityModel::{Given, NaiveBayes, Popularity};
    let mut methods: Vec<(&str, RecommenderModel, PropensityModel, u32)> = vec![
        ("mf", RecommenderModel::Mf, Popularity, 1),
        ("mf-ips popularity", RecommenderModel::MfIps, Popularity, 1),
        ("mf-ips naive-bayes", RecommenderModel::MfIps, NaiveBayes, 1),
        ("mf-dr popularity", RecommenderModel::MfDr, Popularity, 1),
        ("mf-dr naive-bayes", RecommenderModel::MfDr, NaiveBayes, 1),
        ("dns 1 (BPR)", RecommenderModel::Dns, Popularity, 1),
        ("dns 4", RecommenderModel::Dns, Popularity, 4),
        ("dns 16", RecommenderModel::Dns, Popularity, 16),
    ];
    if given {
        methods.push(("mf-ips given", RecommenderModel::MfIps, Given, 1));
        methods.push(("mf-dr given", RecommenderModel::MfDr, Given, 1));
    }
    let mut all = vec![Planned {
        method: "itempop".to_owned(),
        settings: RecommenderSettings {
            model: RecommenderModel::Itempop,
            ..RecommenderSettings::default()
        },
    }];
    for (method, model, propensity, candidates) in methods {
        for (dimensions, epochs) in [(4, 8), (4, 30), (16, 8), (16, 30), (32, 15)] {
            all.push(Planned {
                method: method.to_owned(),
                settings: RecommenderSettings {
                    model,
                    propensity,
                    candidates,
                    dimensions,
                    epochs,
                    seed: all.len() as u32,
                    ..RecommenderSettings::default()
                },
            });
        }
    }
    all
}
