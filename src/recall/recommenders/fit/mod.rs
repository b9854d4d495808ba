//! Training on Burn: one file for each way to learn.

mod batches;
mod doubly_robust;
mod pairwise;
mod pointwise;

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use super::{
    Factors, Feedback, Interactions, PropensityModel, RecommenderModel, RecommenderReport,
    RecommenderSettings, item_pop, naive_bayes, popularity, weights,
};
use crate::formats::{Error, ErrorKind, Result, Warning};
use crate::model::{Factorisation, read_back};
use crate::stats::random::Random;
use batches::Step;
use doubly_robust::DoublyRobust;
use pairwise::Pairwise;
use pointwise::Pointwise;

/// What a recommender is trained on.
#[derive(Debug, Clone, Copy)]
pub struct TrainingInput<'a> {
    /// What was observed.
    pub interactions: &'a Interactions,
    /// Labels of pairs that were shown at random, for propensities by naive Bayes.
    pub random: Option<&'a [bool]>,
}

/// A trained recommender.
#[derive(Debug, Clone)]
pub struct Trained {
    /// What it has learnt.
    pub factors: Factors,
    /// How.
    pub report: RecommenderReport,
}

/// Trains a recommender; on the CPU, the same input and settings give the same factors to the
/// last bit.
///
/// `tell(done, total)` is called after each step; an error from it ends the training.
///
/// # Errors
///
/// `Setting` for settings out of range, for a model that the input cannot feed (`mf-dr` and
/// propensities by naive Bayes need observed dislikes), or where the training diverges; `Missing`
/// for propensities or random labels that are asked for and absent; `Device` where the device fails.
pub async fn train<E: From<Error>>(
    input: TrainingInput<'_>,
    settings: &RecommenderSettings,
    device: &Device,
    mut tell: impl AsyncFnMut(u32, u32) -> std::result::Result<(), E>,
) -> std::result::Result<Trained, E> {
    settings.check()?;
    let interactions = input.interactions;
    let mut warnings = Vec::new();
    let (factors, losses) = match settings.model {
        RecommenderModel::Itempop => (item_pop(interactions), Vec::new()),
        RecommenderModel::Mf => {
            let even = vec![1.0; interactions.all().len()];
            run(Pointwise::new(interactions, even, settings, device), settings, &mut tell).await?
        }
        RecommenderModel::MfIps => {
            let weights = input.weights(settings, &mut warnings)?;
            run(Pointwise::new(interactions, weights, settings, device), settings, &mut tell)
                .await?
        }
        RecommenderModel::MfDr => {
            let weights = input.weights(settings, &mut warnings)?;
            run(DoublyRobust::new(interactions, weights, settings, device)?, settings, &mut tell)
                .await?
        }
        RecommenderModel::Dns => {
            run(Pairwise::new(interactions, settings, device)?, settings, &mut tell).await?
        }
    };
    let report = RecommenderReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.clone(),
        users: interactions.users().len() as u32,
        items: interactions.items().len() as u32,
        interactions: interactions.all().len() as u32,
        positives: interactions.all().iter().filter(|one| one.positive).count() as u32,
        feedback: feedback(interactions),
        losses,
        warnings,
    };
    Ok(Trained { factors, report })
}

impl TrainingInput<'_> {
    /// One weight an interaction, by the propensities that the settings name.
    fn weights(
        &self,
        settings: &RecommenderSettings,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<f32>> {
        let setting = |kind, problem: &str, mend: &str| {
            Err(Error::new(kind, problem, mend).at_field("propensity"))
        };
        let propensities = match settings.propensity {
            PropensityModel::Popularity => popularity(self.interactions, settings.popularity_power),
            PropensityModel::NaiveBayes => {
                if !self.interactions.labelled() {
                    let mend = "Label what was observed and not liked with 0, or take propensities \
                                from popularity.";
                    return setting(
                        ErrorKind::Setting,
                        "naive Bayes tells likes from dislikes, and no interaction is a dislike",
                        mend,
                    );
                }
                let Some(random) = self.random else {
                    let mend = "Give the labels of some pairs that were shown at random.";
                    return setting(ErrorKind::Missing, "naive Bayes has no random sample", mend);
                };
                naive_bayes(self.interactions, random)?
            }
            PropensityModel::Given => {
                let given: Option<Vec<f64>> =
                    self.interactions.all().iter().map(|one| one.propensity).collect();
                let Some(given) = given else {
                    let mend = "Give every interaction a propensity.";
                    return setting(ErrorKind::Missing, "an interaction has no propensity", mend);
                };
                given
            }
        };
        let (weights, cut) = weights(&propensities, settings.max_weight);
        if cut > 0 {
            let message = format!(
                "{cut} of {} inverse propensities lie above {} times their mean and were cut.",
                weights.len(),
                settings.max_weight
            );
            warnings.push(Warning { code: "weights-cut".to_owned(), message });
        }
        Ok(weights)
    }
}

fn feedback(interactions: &Interactions) -> Feedback {
    if interactions.labelled() { Feedback::Labelled } else { Feedback::Positive }
}

/// A way to learn: draws an epoch's steps, takes one, and gives the model in the end.
trait Learner {
    /// Draws the steps of an epoch.
    fn epoch(&mut self) -> Vec<Step>;
    /// Takes one and returns its loss [1].
    fn step(&mut self, step: Step) -> Tensor<1>;
    /// The model as it stands.
    fn model(&self) -> &Factorisation;
}

async fn run<E: From<Error>>(
    mut learner: impl Learner,
    settings: &RecommenderSettings,
    tell: &mut impl AsyncFnMut(u32, u32) -> std::result::Result<(), E>,
) -> std::result::Result<(Factors, Vec<f64>), E> {
    let mut losses = Vec::with_capacity(settings.epochs as usize);
    for epoch in 0..settings.epochs {
        let steps = learner.epoch();
        let count = steps.len() as u32;
        let mut sum: Option<Tensor<1>> = None;
        for (step, at) in steps.into_iter().zip(1..) {
            let loss = learner.step(step).inner();
            sum = Some(match sum {
                Some(sum) => sum + loss,
                None => loss,
            });
            tell(epoch * count + at, settings.epochs * count).await?;
        }
        let sum = match sum {
            Some(sum) => read_back(sum).await.map_err(|error| diverged(epoch, &error))?,
            None => vec![0.0],
        };
        losses.push(f64::from(sum[0]) / f64::from(count.max(1)));
    }
    Ok((factors(learner.model()).await?, losses))
}

fn diverged(epoch: u32, error: &Error) -> Error {
    Error::new(
        ErrorKind::Setting,
        format!("the training came to no finite loss in epoch {} ({})", epoch + 1, error.message()),
        "Lower the learning rate.",
    )
    .at_field("rate")
}

async fn factors(model: &Factorisation) -> Result<Factors> {
    let model = model.valid();
    let [_, dimensions] = model.users.val().dims();
    let users = read_back(model.users.val()).await?;
    let items = read_back(model.items.val()).await?;
    let user_biases = read_back(model.user_biases.val()).await?;
    let item_biases = read_back(model.item_biases.val()).await?;
    Ok(Factors::new(dimensions, [&users, &user_biases], [&items, &item_biases]))
}

/// A model and its Adam (Kingma & Ba 2015).
struct Fitted {
    model: Factorisation,
    adam: ModuleOptimizer,
    rate: f64,
}

impl Fitted {
    /// Factors begin as normal numbers of standard deviation 0.1.
    fn new(
        interactions: &Interactions,
        settings: &RecommenderSettings,
        random: &mut Random,
        device: &Device,
    ) -> Self {
        let dimensions = settings.dimensions as usize;
        let mut draw = |rows: usize| -> Vec<f32> {
            (0..rows * dimensions).map(|_| 0.1 * random.normal() as f32).collect()
        };
        let (users, items) = (draw(interactions.users().len()), draw(interactions.items().len()));
        let device = device.clone().autodiff();
        Self {
            model: Factorisation::new(users, items, dimensions, &device),
            adam: AdamConfig::new().init(),
            rate: settings.rate,
        }
    }

    fn descend(&mut self, loss: &Tensor<1>) {
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        self.model = self.adam.step(self.rate, self.model.clone(), gradients);
    }
}
