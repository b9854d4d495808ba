use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::batches::{Step, indices, numbers};
use super::pointwise::{loss, steps};
use super::{Fitted, Learner};
use crate::formats::{Error, ErrorKind, Result};
use crate::model::Factorisation;
use crate::recall::recommenders::{Interactions, PointLoss, RecommenderSettings};
use crate::stats::random::Random;

/// Matrix factorisation by doubly robust joint learning (Wang et al. 2019, ICML).
///
/// A second factorisation imputes a label ỹ for every pair, hence an error ê = e(s, ỹ). The
/// predictor minimises the doubly robust estimate of its loss over all pairs (eq. 6),
/// Σ_all ê / |D| + Σ_O w·(e − ê) / |O|, right where either the propensities or the imputed errors
/// are; the imputation minimises Σ_O w·(e − ê)² / |O| (eq. 8). The two take turns in every step.
pub(super) struct DoublyRobust<'a> {
    interactions: &'a Interactions,
    weights: Vec<f32>,
    settings: &'a RecommenderSettings,
    random: Random,
    predictor: Fitted,
    imputation: Fitted,
    device: Device,
}

impl<'a> DoublyRobust<'a> {
    pub(super) fn new(
        interactions: &'a Interactions,
        weights: Vec<f32>,
        settings: &'a RecommenderSettings,
        device: &Device,
    ) -> Result<Self> {
        if !interactions.labelled() {
            return Err(Error::new(
                ErrorKind::Setting,
                "mf-dr imputes labels from likes and dislikes, and no interaction is a dislike",
                "Label what was observed and not liked with 0, or choose mf-ips or dns.",
            )
            .at_field("model"));
        }
        let mut random = Random::new(settings.seed);
        let predictor = Fitted::new(interactions, settings, &mut random, device);
        let imputation = Fitted::new(interactions, settings, &mut random, device);
        let device = device.clone().autodiff();
        Ok(Self { interactions, weights, settings, random, predictor, imputation, device })
    }

    /// Imputed labels, 0 to 1, from the scores of the imputation model.
    fn imputed(&self, scores: Tensor<1>) -> Tensor<1> {
        match self.settings.loss {
            PointLoss::Logistic => sigmoid(scores),
            PointLoss::Squared => scores,
        }
    }
}

impl Learner for DoublyRobust<'_> {
    fn epoch(&mut self) -> Vec<Step> {
        steps(self.interactions, &self.weights, self.settings, 1, &mut self.random)
    }

    fn step(&mut self, step: Step) -> Tensor<1> {
        let kind = self.settings.loss;
        let decay = self.settings.decay as f32;
        let (users, items) = (&step.users, &step.items);
        let pairs = || (indices(users, &self.device), indices(items, &self.device));
        let [users, items] = &step.anywhere;
        let everywhere = || (indices(users, &self.device), indices(items, &self.device));
        let labels = numbers(step.labels, &self.device);
        let weights = numbers(step.weights, &self.device);
        let of = |model: &Factorisation, (users, items)| model.forward(users, items);

        let guess = of(&self.imputation.model, pairs());
        let guessed = self.imputed(guess.scores);
        let guess_beyond = of(&self.imputation.model, everywhere());
        let guessed_beyond = self.imputed(guess_beyond.scores).detach();
        let seen = of(&self.predictor.model, pairs());
        let beyond = of(&self.predictor.model, everywhere());
        let total = doubly_robust(
            loss(kind, seen.scores.clone(), labels.clone()),
            loss(kind, seen.scores.clone(), guessed.clone().detach()),
            weights.clone(),
            loss(kind, beyond.scores, guessed_beyond),
        ) + (seen.norms + beyond.norms).mul_scalar(decay);

        let scores = seen.scores.detach();
        let gap = loss(kind, scores.clone(), labels) - loss(kind, scores, guessed);
        let amiss = (gap.powi_scalar(2) * weights).mean() + guess.norms.mul_scalar(decay);

        self.predictor.descend(&total);
        self.imputation.descend(&amiss);
        total
    }

    fn model(&self) -> &Factorisation {
        &self.predictor.model
    }
}

/// The doubly robust estimate of the mean error over all pairs (Wang et al. 2019, eq. 6): `observed`
/// and `imputed` errors of the observed pairs, their `weights` ∝ 1/propensity of mean 1, and the
/// errors imputed for pairs from everywhere.
fn doubly_robust(
    observed: Tensor<1>,
    imputed: Tensor<1>,
    weights: Tensor<1>,
    everywhere: Tensor<1>,
) -> Tensor<1> {
    everywhere.mean() + ((observed - imputed) * weights).mean()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pairs with errors 1, 2, 3 and 4 (mean 2.5), observed with probabilities ½, ½, ½ and ¼;
    /// the expectation over all sixteen sets of observed pairs, with weights as they are scaled
    /// when the propensities `assumed` hold: 1 / (p · pairs) a pair, times the number observed.
    fn expectation(imputed: [f32; 4], assumed: [f32; 4]) -> f32 {
        let errors = [1.0f32, 2.0, 3.0, 4.0];
        let truly = [0.5f32, 0.5, 0.5, 0.25];
        let device = Device::flex();
        let mut sum = 0.0;
        for set in 0u32..16 {
            let seen: Vec<usize> = (0..4).filter(|at| set >> at & 1 == 1).collect();
            let chance: f32 = (0..4)
                .map(|at| if set >> at & 1 == 1 { truly[at] } else { 1.0 - truly[at] })
                .product();
            let everywhere = numbers(imputed.to_vec(), &device);
            let estimate = if seen.is_empty() {
                everywhere.mean()
            } else {
                let take = |of: [f32; 4]| numbers(seen.iter().map(|&at| of[at]).collect(), &device);
                let weights = numbers(
                    seen.iter().map(|&at| seen.len() as f32 / (4.0 * assumed[at])).collect(),
                    &device,
                );
                doubly_robust(take(errors), take(imputed), weights, everywhere)
            };
            sum += chance * estimate.into_scalar::<f32>();
        }
        sum
    }

    #[test]
    fn the_estimate_is_right_where_either_model_is() {
        let (wrong_errors, wrong_propensities) = ([0.5, 3.0, 1.0, 0.0], [0.9, 0.3, 0.6, 0.8]);
        let propensities_right = expectation(wrong_errors, [0.5, 0.5, 0.5, 0.25]);
        assert!((propensities_right - 2.5).abs() < 1e-5, "{propensities_right}");
        let errors_right = expectation([1.0, 2.0, 3.0, 4.0], wrong_propensities);
        assert!((errors_right - 2.5).abs() < 1e-5, "{errors_right}");
        let neither = expectation(wrong_errors, wrong_propensities);
        assert!((neither - 2.5).abs() > 0.3, "{neither}");
    }
}
