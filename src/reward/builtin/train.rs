//! Training the heads on graded replies.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};

use crate::formats::Result;
use crate::model::{BYSTANDER_SUBSCORES, Heads, LEVELS, PERSPECTIVES, read_back};

/// What graders said of one reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// For resonation, expression and reception, the share of graders at each level.
    pub levels: [[f32; LEVELS]; PERSPECTIVES],
    /// The mean of each bystander sub-score as a share of its 20 points.
    pub bystander: [f32; BYSTANDER_SUBSCORES],
}

/// How the heads are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainSettings {
    /// λ: λ·Σw² is added to the mean loss of the training set.
    pub penalty: f32,
    /// Adam's steps over the whole training set.
    pub steps: usize,
    /// Adam's learning rate.
    pub rate: f64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self { penalty: 0.01, steps: 300, rate: 0.03 }
    }
}

/// Fits heads to `inputs` [B, F], row after row, and their `targets` [B]: cross-entropy of the
/// perspectives, binary cross-entropy of the sub-scores, a penalty on the weights.
///
/// Nothing is drawn at random: the loss is convex up to the cut-points, every step sees the whole
/// set, and the weights begin at zero.
///
/// # Panics
///
/// Where `inputs` does not hold as many rows as `targets`.
pub fn fit(inputs: &[Vec<f32>], targets: &[Target], settings: &TrainSettings) -> Heads {
    assert_eq!(inputs.len(), targets.len(), "one target a row");
    let device = Device::flex().autodiff();
    let rows = inputs.len();
    let width = inputs.first().map_or(0, Vec::len);
    let x = tensor(inputs.iter().flatten().copied().collect(), [rows, width], &device);
    let levels = targets.iter().flat_map(|t| t.levels.iter().flatten().copied()).collect();
    let levels = tensor(levels, [rows, PERSPECTIVES, LEVELS], &device);
    let bystander = targets.iter().flat_map(|t| t.bystander).collect();
    let bystander = tensor(bystander, [rows, BYSTANDER_SUBSCORES], &device);

    let mut heads = Heads::zeros(width, &device);
    let mut adam = AdamConfig::new().init();
    for _ in 0..settings.steps {
        let output = heads.forward(x.clone());
        let ordinal = log(output.levels) * levels.clone();
        let share = output.bystander;
        let other = share.clone().neg().add_scalar(1.0);
        let binary =
            log(share) * bystander.clone() + log(other) * bystander.clone().neg().add_scalar(1.0);
        let weights = heads.perspectives.val().powi_scalar(2).sum()
            + heads.bystander.val().powi_scalar(2).sum();
        let loss = (ordinal.sum() + binary.sum()).neg().div_scalar(rows as f32)
            + weights.mul_scalar(settings.penalty);
        let gradients = GradientsParams::from_grads(loss.backward(), &heads);
        heads = adam.step(settings.rate, heads, gradients);
    }
    heads.valid()
}

/// The expected level of each perspective and the sum of the sub-scores, for every row.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn predict(heads: &Heads, inputs: &[Vec<f32>]) -> Result<Vec<[f64; PERSPECTIVES + 1]>> {
    let device = heads.perspectives.val().device();
    let width = inputs.first().map_or(0, Vec::len);
    let values = inputs.iter().flatten().copied().collect();
    let output = heads.forward(tensor(values, [inputs.len(), width], &device));
    let levels = read_back(output.levels).await?;
    let bystander = read_back(output.bystander).await?;
    Ok(levels
        .chunks_exact(PERSPECTIVES * LEVELS)
        .zip(bystander.chunks_exact(BYSTANDER_SUBSCORES))
        .map(|(levels, bystander)| {
            let mut row = [0.0; PERSPECTIVES + 1];
            for (score, levels) in row.iter_mut().zip(levels.chunks_exact(LEVELS)) {
                *score = levels.iter().zip(1..).map(|(p, k)| f64::from(*p) * f64::from(k)).sum();
            }
            row[PERSPECTIVES] = bystander.iter().map(|share| 20.0 * f64::from(*share)).sum();
            row
        })
        .collect())
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The logarithm, kept finite where a probability underflows.
fn log<const D: usize>(probability: Tensor<D>) -> Tensor<D> {
    probability.clamp_min(1e-6).log()
}
