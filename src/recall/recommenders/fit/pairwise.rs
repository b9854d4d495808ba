use burn::module::Module;
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Int, Tensor};

use super::batches::{Step, absent, indices, shuffled};
use super::{Fitted, Learner};
use crate::formats::{Error, ErrorKind, Result};
use crate::model::Factorisation;
use crate::recall::recommenders::{Interactions, RecommenderSettings};
use crate::stats::random::Random;

/// Pairwise ranking with dynamic negative sampling (Zhang, Chen, Wang & Yu 2013, SIGIR).
///
/// For each liked pair (u, i), C items that u is not known to like are drawn, and the one that the
/// model scores highest at that moment is the negative j; −ln σ(s_ui − s_uj) falls (BPR, Rendle et
/// al. 2009). With C = 1 this is BPR itself.
pub(super) struct Pairwise<'a> {
    interactions: &'a Interactions,
    /// Places of the likes of users who do not like everything.
    likes: Vec<usize>,
    settings: &'a RecommenderSettings,
    random: Random,
    fitted: Fitted,
    device: Device,
}

impl<'a> Pairwise<'a> {
    pub(super) fn new(
        interactions: &'a Interactions,
        settings: &'a RecommenderSettings,
        device: &Device,
    ) -> Result<Self> {
        let items = interactions.items().len();
        let all = interactions.all();
        let usable = |&at: &usize| {
            all[at].positive && interactions.liked(all[at].user as usize).len() < items
        };
        let likes: Vec<usize> = (0..all.len()).filter(usable).collect();
        if likes.is_empty() {
            return Err(Error::new(
                ErrorKind::Mismatch,
                "every user with a like likes all items, so there is no negative",
                "Give the whole catalogue, beyond what was liked.",
            )
            .at_field("interactions"));
        }
        let mut random = Random::new(settings.seed);
        let fitted = Fitted::new(interactions, settings, &mut random, device);
        Ok(Self { interactions, likes, settings, random, fitted, device: device.clone() })
    }

    fn candidates(&mut self, user: u32) -> Vec<u32> {
        let liked = self.interactions.liked(user as usize);
        let others = self.interactions.items().len() - liked.len();
        let draw = |_| absent(liked, self.random.below(others) as u32);
        (0..self.settings.candidates).map(draw).collect()
    }
}

impl Learner for Pairwise<'_> {
    fn epoch(&mut self) -> Vec<Step> {
        let all = self.interactions.all();
        let places = shuffled(self.likes.len(), self.settings.batch, &mut self.random);
        places
            .into_iter()
            .map(|places| {
                let of = |&at: &usize| all[self.likes[at]];
                let users: Vec<u32> = places.iter().map(|at| of(at).user).collect();
                let items = places.iter().map(|at| of(at).item).collect();
                let candidates = users.iter().flat_map(|&user| self.candidates(user)).collect();
                Step {
                    users,
                    items,
                    labels: Vec::new(),
                    weights: Vec::new(),
                    anywhere: [Vec::new(), Vec::new()],
                    candidates,
                }
            })
            .collect()
    }

    fn step(&mut self, step: Step) -> Tensor<1> {
        let device = self.device.clone().autodiff();
        let negatives =
            hardest(&self.fitted.model.valid(), &step.users, &step.candidates, &self.device);
        let users = indices(&step.users, &device);
        let model = &self.fitted.model;
        let liked = model.forward(users.clone(), indices(&step.items, &device));
        let other = model.forward(users, negatives.autodiff());
        let total = softplus(other.scores - liked.scores, 1.0).mean()
            + (liked.norms + other.norms).mul_scalar(self.settings.decay as f32);
        self.fitted.descend(&total);
        total
    }

    fn model(&self) -> &Factorisation {
        &self.fitted.model
    }
}

/// The candidate [B, C] of each user [B] that `model` scores highest: [B].
fn hardest(
    model: &Factorisation,
    users: &[u32],
    candidates: &[u32],
    device: &Device,
) -> Tensor<1, Int> {
    let pairs = users.len();
    let items = indices(candidates, device).reshape([pairs, candidates.len() / pairs]);
    let scores = model.forward_candidates(indices(users, device), items.clone());
    items.gather(1, scores.argmax(1)).reshape([pairs])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_negative_is_the_highest_scored_candidate() {
        let device = Device::flex();
        // Two users who look the opposite way along one dimension; items at −1, 0, 2.
        let model = Factorisation::new(vec![1.0, -1.0], vec![-1.0, 0.0, 2.0], 1, &device);
        let negatives = hardest(&model, &[0, 1, 0], &[0, 2, 0, 2, 1, 0], &device);
        assert_eq!(negatives.into_data().try_into_vec_as::<i32>().unwrap(), [2, 0, 1]);
    }
}
