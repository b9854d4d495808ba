//! Training a hidden layer and the heads above it together.

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor};

use super::deck::Deck;
use super::train::{Batch, Bound, Preference, TrainingSet, bounded, limits, square, tensor};
use crate::model::{Heads, HiddenLayer};
use crate::stats::Random;

/// Settings of [`fit_hidden`].
#[derive(Debug, Clone, Copy)]
pub struct HiddenSettings {
    /// Hidden units, H.
    pub units: usize,
    /// How often every reply is gone through.
    pub epochs: usize,
    /// Replies a step.
    pub batch: usize,
    /// Adam's learning rate at the first step; it falls to zero.
    pub rate: f64,
    /// λ: λ·Σw² is added to the mean loss.
    pub penalty: f32,
    /// What the mean loss of the preferences counts.
    pub preferences: f32,
    /// Shares of inputs and of units that each step leaves out (Srivastava et al. 2014).
    pub left_out: [f64; 2],
    /// Of the weights to begin with, the order of the replies, and what is left out.
    pub seed: u32,
}

#[derive(Module, Debug)]
struct Layers {
    hidden: HiddenLayer,
    /// Over the counts and the hidden units.
    heads: Heads,
}

/// Fits a hidden layer over the inputs after the first `counts`, and heads over those and its units,
/// by the losses of [`fit`](super::train::fit): Adam over shuffled batches. The heads returned are for
/// all inputs with the units beside them; inputs after the counts have weights of zero.
///
/// # Panics
///
/// Where the set is empty or does not hold as many inputs as targets, a step takes no reply, there are
/// fewer inputs than counts, or a bound is on an input after the counts.
pub fn fit_hidden(
    training: TrainingSet<'_>,
    counts: usize,
    bounds: &[Bound],
    settings: &HiddenSettings,
) -> (HiddenLayer, Heads) {
    assert!(bounds.iter().all(|bound| bound.input < counts), "only counts have bounds");
    let device = Device::flex().autodiff();
    let HiddenSettings { units, left_out, .. } = *settings;
    let width = training.inputs.first().map_or(0, Vec::len);
    let mut random = Random::new(settings.seed);
    let limits = limits(bounds, counts + units, &device);
    let mut layers = Layers {
        hidden: HiddenLayer::drawn([width - counts, units], || random.normal(), &device),
        heads: bounded(Heads::drawn(counts, units, || random.normal(), &device), &limits),
    };
    let mut adam = AdamConfig::new().init();
    let mut replies = Deck::new(training.inputs.len());
    let mut pairs = Deck::new(training.preferences.len());
    let steps = (settings.epochs * training.inputs.len()).div_ceil(settings.batch);
    // Both decks are gone through about as often.
    let pairs_a_step =
        (settings.batch * training.preferences.len()).div_ceil(training.inputs.len());
    let mask = |random: &mut Random, rows: usize| {
        [(width - counts, left_out[0]), (units, left_out[1])].map(|(width, share)| {
            let kept = (1.0 / (1.0 - share)) as f32;
            let draw = |_| if random.unit() < share { 0.0 } else { kept };
            tensor::<2>((0..rows * width).map(draw).collect(), [rows, width], &device)
        })
    };
    for step in 0..steps {
        let drawn = replies.next(settings.batch, &mut random);
        let inputs: Vec<Vec<f32>> = drawn.iter().map(|&at| training.inputs[at].clone()).collect();
        let targets: Vec<_> = drawn.iter().map(|&at| training.targets[at]).collect();
        let drawn = pairs.next(pairs_a_step, &mut random);
        let preferences: Vec<Preference> =
            drawn.iter().map(|&at| training.preferences[at].clone()).collect();
        let set = TrainingSet { inputs: &inputs, targets: &targets, preferences: &preferences };
        let mut batch = Batch::of(set, &device);
        let through = |inputs: Tensor<2>, [kept, kept_units]: &[Tensor<2>; 2]| {
            let own = inputs.clone().narrow(1, 0, counts);
            let rest = inputs.narrow(1, counts, width - counts) * kept.clone();
            Tensor::cat(vec![own, layers.hidden.forward(rest) * kept_units.clone()], 1)
        };
        batch.inputs = through(batch.inputs, &mask(&mut random, inputs.len()));
        batch.pairs = batch.pairs.map(|[better, worse, chosen]| {
            // The same is left out of both, so that they differ in what they differ in.
            let kept = mask(&mut random, preferences.len());
            [through(better, &kept), through(worse, &kept), chosen]
        });
        let Layers { hidden, heads } = &layers;
        let penalty =
            square(&hidden.weights) + square(&heads.perspectives) + square(&heads.bystander);
        let loss = batch.loss(heads, settings.preferences) + penalty.mul_scalar(settings.penalty);
        let gradients = GradientsParams::from_grads(loss.backward(), &layers);
        let rate = settings.rate * (1.0 - step as f64 / steps as f64);
        layers = adam.step(rate, layers, gradients);
        layers.heads = bounded(layers.heads, &limits);
    }
    let Layers { hidden, heads } = layers.valid();
    let heads = widened(heads, counts, width);
    (hidden, heads)
}

/// Heads over `counts` inputs and some units as heads over `width` inputs and those units.
fn widened(heads: Heads, counts: usize, width: usize) -> Heads {
    let wide = |weights: Param<Tensor<2>>| {
        weights.map(|weights| {
            let [rows, outputs] = weights.dims();
            let zeros = Tensor::zeros([width - counts, outputs], &weights.device());
            let (own, units) =
                (weights.clone().narrow(0, 0, counts), weights.narrow(0, counts, rows - counts));
            Tensor::cat(vec![own, zeros, units], 0)
        })
    };
    Heads { perspectives: wide(heads.perspectives), bystander: wide(heads.bystander), ..heads }
}
