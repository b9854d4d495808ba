use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result, Warning};

/// Which recommender is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum RecommenderModel {
    /// The number of likes of each item, the same for every user.
    Itempop,
    /// Matrix factorisation.
    Mf,
    /// Matrix factorisation weighted by inverse propensities.
    MfIps,
    /// Matrix factorisation, doubly robust.
    MfDr,
    /// Pairwise ranking against dynamically chosen hard negatives.
    Dns,
}

/// What a pointwise model (`mf`, `mf-ips`, `mf-dr`) minimises for a score s and a label y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum PointLoss {
    /// ln(1 + e^s) − y·s.
    Logistic,
    /// (s − y)².
    Squared,
}

/// Where the probabilities that a pair was observed come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum PropensityModel {
    /// From how often the item was observed, by a power law.
    Popularity,
    /// From the label alone, by Bayes' rule and a small random sample.
    NaiveBayes,
    /// From the column `propensity` of the interactions.
    Given,
}

/// What the interactions tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Feedback {
    /// What was liked and what was not: learning keeps to the observed pairs.
    Labelled,
    /// Only what was liked: all other pairs count as not liked.
    Positive,
}

/// How a recommender is trained; every setting has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecommenderSettings {
    /// Which recommender.
    pub model: RecommenderModel,
    /// Dimensions d of a factor, 1 to 256.
    pub dimensions: u32,
    /// Passes over the interactions, 1 to 10,000.
    pub epochs: u32,
    /// Adam's learning rate, above 0 up to 1.
    pub rate: f64,
    /// λ: λ·(‖p_u‖² + ‖q_i‖²) is added to the mean loss for every pair in a step. 0 to 10.
    pub decay: f64,
    /// Interactions in a step, 16 to 1,000,000.
    pub batch: u32,
    /// The loss of pointwise models.
    pub loss: PointLoss,
    /// Where propensities come from (`mf-ips`, `mf-dr`).
    pub propensity: PropensityModel,
    /// η of the propensities from popularity, (n_i / max n)^η; 0 to 5.
    pub popularity_power: f64,
    /// Inverse propensities above this many times their mean are cut to it; at least 1.
    pub max_weight: f64,
    /// Among how many random candidates `dns` picks the hardest, 1 (plain BPR) to 1,000.
    pub candidates: u32,
    /// Where the random numbers begin.
    pub seed: u32,
}

impl Default for RecommenderSettings {
    fn default() -> Self {
        Self {
            model: RecommenderModel::Mf,
            dimensions: 16,
            epochs: 20,
            rate: 0.02,
            decay: 0.01,
            batch: 1024,
            loss: PointLoss::Logistic,
            propensity: PropensityModel::Popularity,
            popularity_power: 0.5,
            max_weight: 20.0,
            candidates: 8,
            seed: 7,
        }
    }
}

impl RecommenderSettings {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// `Setting` for a number out of its range, with the name of the field.
    pub fn check(&self) -> Result<()> {
        let within = |field: &str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let mend = format!("Give {low} to {high}.");
            let problem = format!("the number is {value}");
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        within("dimensions", f64::from(self.dimensions), 1.0, 256.0)?;
        within("epochs", f64::from(self.epochs), 1.0, 10_000.0)?;
        within("rate", self.rate, f64::MIN_POSITIVE, 1.0)?;
        within("decay", self.decay, 0.0, 10.0)?;
        within("batch", f64::from(self.batch), 16.0, 1_000_000.0)?;
        within("popularityPower", self.popularity_power, 0.0, 5.0)?;
        within("maxWeight", self.max_weight, 1.0, f64::MAX)?;
        within("candidates", f64::from(self.candidates), 1.0, 1_000.0)
    }
}

/// What is told of a training.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RecommenderReport {
    /// The version of attune that trained it.
    pub version: String,
    /// The settings in force.
    pub settings: RecommenderSettings,
    /// Users.
    pub users: u32,
    /// Items, N.
    pub items: u32,
    /// Interactions.
    pub interactions: u32,
    /// Those of them that are likes.
    pub positives: u32,
    /// What the interactions tell.
    pub feedback: Feedback,
    /// The mean training loss of each epoch; empty for `itempop`.
    pub losses: Vec<f64>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
}
