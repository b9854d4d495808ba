use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor};

use super::batches::{Step, anywhere, indices, numbers, shuffled};
use super::{Fitted, Learner};
use crate::model::Factorisation;
use crate::recall::recommenders::{Interactions, PointLoss, RecommenderSettings};
use crate::stats::random::Random;

/// Pairs drawn from everywhere for each like, where only likes are observed.
const ANYWHERE: usize = 4;

/// The loss of each score s [B] for its label y [B], which may lie between 0 and 1.
pub(super) fn loss(kind: PointLoss, scores: Tensor<1>, labels: Tensor<1>) -> Tensor<1> {
    match kind {
        PointLoss::Logistic => softplus(scores.clone(), 1.0) - labels * scores,
        PointLoss::Squared => (scores - labels).powi_scalar(2),
    }
}

/// Matrix factorisation on weighted labels.
///
/// With observed dislikes the loss is Σ_O w·e(s, y) / |O|: with w = 1 that of plain matrix
/// factorisation, with w ∝ 1/propensity the inverse propensity score estimator of the loss over all
/// pairs (Schnabel et al. 2016, eq. 9, self-normalised).
///
/// Where only likes are observed, every other pair counts as a dislike: the loss, a like, is
/// Σ_O w·(e(s, 1) − e(s, 0)) / |O| + Σ_all e(s, 0) / |O| (Saito et al. 2020, WSDM, eq. 9), the last
/// sum estimated from pairs drawn anywhere.
pub(super) struct Pointwise<'a> {
    interactions: &'a Interactions,
    weights: Vec<f32>,
    settings: &'a RecommenderSettings,
    /// All pairs by observed ones, where only likes are observed.
    spread: Option<f32>,
    random: Random,
    fitted: Fitted,
    device: Device,
}

impl<'a> Pointwise<'a> {
    pub(super) fn new(
        interactions: &'a Interactions,
        weights: Vec<f32>,
        settings: &'a RecommenderSettings,
        device: &Device,
    ) -> Self {
        let mut random = Random::new(settings.seed);
        let fitted = Fitted::new(interactions, settings, &mut random, device);
        let pairs = interactions.users().len() as f32 * interactions.items().len() as f32;
        let spread = (!interactions.labelled()).then(|| pairs / interactions.all().len() as f32);
        let device = device.clone().autodiff();
        Self { interactions, weights, settings, spread, random, fitted, device }
    }
}

impl Learner for Pointwise<'_> {
    fn epoch(&mut self) -> Vec<Step> {
        let drawn = if self.spread.is_some() { ANYWHERE } else { 0 };
        steps(self.interactions, &self.weights, self.settings, drawn, &mut self.random)
    }

    fn step(&mut self, step: Step) -> Tensor<1> {
        let device = &self.device;
        let kind = self.settings.loss;
        let model = &self.fitted.model;
        let seen = model.forward(indices(&step.users, device), indices(&step.items, device));
        let labels = numbers(step.labels, device);
        let weights = numbers(step.weights, device);
        let mut errors = loss(kind, seen.scores.clone(), labels.clone());
        let mut norms = seen.norms;
        let mut beyond = None;
        if let Some(spread) = self.spread {
            let [users, items] = &step.anywhere;
            let other = model.forward(indices(users, device), indices(items, device));
            errors = errors - loss(kind, seen.scores, labels.zeros_like());
            let none = other.scores.zeros_like();
            beyond = Some(loss(kind, other.scores, none).mean().mul_scalar(spread));
            norms = norms + other.norms;
        }
        let mut total = (errors * weights).mean() + norms.mul_scalar(self.settings.decay as f32);
        if let Some(beyond) = beyond {
            total = total + beyond;
        }
        self.fitted.descend(&total);
        total
    }

    fn model(&self) -> &Factorisation {
        &self.fitted.model
    }
}

/// An epoch over all interactions, with `drawn` pairs from everywhere for each.
pub(super) fn steps(
    interactions: &Interactions,
    weights: &[f32],
    settings: &RecommenderSettings,
    drawn: usize,
    random: &mut Random,
) -> Vec<Step> {
    let all = interactions.all();
    let shape = [interactions.users().len(), interactions.items().len()];
    shuffled(all.len(), settings.batch, random)
        .into_iter()
        .map(|places| Step {
            users: places.iter().map(|&at| all[at].user).collect(),
            items: places.iter().map(|&at| all[at].item).collect(),
            labels: places.iter().map(|&at| f32::from(u8::from(all[at].positive))).collect(),
            weights: places.iter().map(|&at| weights[at]).collect(),
            anywhere: anywhere(drawn * places.len(), shape, random),
            candidates: Vec::new(),
        })
        .collect()
}
