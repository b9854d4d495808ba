//! Training the heads on graded replies.

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor, TensorData};

use super::network::{with_hidden, with_kernel};
use super::{BuiltinFiles, BuiltinJudge, HEADS_FORMAT, InputLayout, calibration};
use crate::formats::Result;
use crate::model::{
    BYSTANDER_SUBSCORES, Heads, HiddenLayer, KernelRegression, LEVELS, PERSPECTIVES, Weights,
    read_back,
};
use crate::reward::{Method, ScoreRow};

/// What graders said of one reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// For resonation, expression and reception, the share of graders at each level.
    pub levels: [[f32; LEVELS]; PERSPECTIVES],
    /// The mean of each bystander sub-score as a share of its 20 points.
    pub bystander: [f32; BYSTANDER_SUBSCORES],
}

/// Two replies to one query, of which graders prefer one.
#[derive(Debug, Clone, PartialEq)]
pub struct Preference {
    /// What is seen of the better one.
    pub better: Vec<f32>,
    /// What is seen of the worse one.
    pub worse: Vec<f32>,
    /// On which perspective, or the bystander's sum where it is [`PERSPECTIVES`].
    pub perspective: usize,
}

/// What the heads are fitted to.
#[derive(Debug, Clone, Copy)]
pub struct TrainingSet<'a> {
    /// What is seen of each reply, [B, F], row after row.
    pub inputs: &'a [Vec<f32>],
    /// What graders said of each, [B].
    pub targets: &'a [Target],
    /// Pairs beside them.
    pub preferences: &'a [Preference],
}

/// The most that the weights of one input may be; infinite where they are free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The input's place.
    pub input: usize,
    /// For resonation, expression and reception.
    pub perspectives: [f32; PERSPECTIVES],
    /// For every sub-score of the bystander.
    pub bystander: f32,
}

/// How the heads are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainSettings {
    /// λ: λ·Σw² is added to the mean loss of the training set.
    pub penalty: f32,
    /// What the mean loss of the preferences counts.
    pub preferences: f32,
    /// Adam's steps over the whole training set, at most.
    pub steps: usize,
    /// Adam's learning rate.
    pub rate: f64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self { penalty: 0.01, preferences: 1.0, steps: 400, rate: 0.03 }
    }
}

/// Steps between two looks at the validation set.
const LOOK: usize = 10;
/// Looks without a lower loss after which training stops (early stopping: Prechelt 1998).
const PATIENCE: usize = 8;

/// Heads with how they came about.
pub struct Fitted {
    /// The heads.
    pub heads: Heads,
    /// The steps made to get there.
    pub steps: usize,
    /// The loss on the validation set there, without penalty; not a number where there is none.
    pub loss: f64,
}

/// Fits heads: cross-entropy of the perspectives' levels, binary cross-entropy of the sub-scores,
/// the Bradley–Terry loss of the preferences, a penalty on the weights; weights beyond their
/// bounds are put back after every step. With a validation set, the step with the lowest loss
/// there counts.
///
/// Nothing is drawn at random: every step sees the whole set, and the weights begin at zero.
///
/// # Panics
///
/// Where a set does not hold as many inputs as targets.
pub fn fit(
    training: TrainingSet<'_>,
    validation: Option<TrainingSet<'_>>,
    bounds: &[Bound],
    settings: &TrainSettings,
) -> Fitted {
    let device = Device::flex().autodiff();
    let width = training.inputs.first().map_or(0, Vec::len);
    let batch = Batch::of(training, &device);
    let validation = validation.map(|set| Batch::of(set, &Device::flex()));
    let limits = limits(bounds, width, &device);
    let mut heads = Heads::zeros(width, &device);
    let mut adam = AdamConfig::new().init();
    let mut best: Option<(f64, usize, Heads)> = None;
    for step in 1..=settings.steps {
        let weights = square(&heads.perspectives) + square(&heads.bystander);
        let loss = batch.loss(&heads, settings.preferences) + weights.mul_scalar(settings.penalty);
        let gradients = GradientsParams::from_grads(loss.backward(), &heads);
        heads = bounded(adam.step(settings.rate, heads, gradients), &limits);
        let Some(validation) = validation.as_ref().filter(|_| step % LOOK == 0) else { continue };
        let loss = scalar(validation.loss(&heads.valid(), 0.0));
        match &best {
            Some((least, at, _)) if loss >= *least => {
                if step - at >= LOOK * PATIENCE {
                    break;
                }
            }
            _ => best = Some((loss, step, heads.valid())),
        }
    }
    match best {
        Some((loss, steps, heads)) => Fitted { heads, steps, loss },
        None => Fitted { heads: heads.valid(), steps: settings.steps, loss: f64::NAN },
    }
}

/// A training set on a device.
pub(super) struct Batch {
    pub inputs: Tensor<2>,
    levels: Tensor<3>,
    bystander: Tensor<2>,
    rows: usize,
    /// The better and the worse of each pair, and [P, 4] with 1 at its perspective.
    pub pairs: Option<[Tensor<2>; 3]>,
}

impl Batch {
    pub fn of(set: TrainingSet<'_>, device: &Device) -> Self {
        let TrainingSet { inputs, targets, preferences } = set;
        assert_eq!(inputs.len(), targets.len(), "one target a row");
        let rows = inputs.len();
        let width = inputs.first().map_or(0, Vec::len);
        let levels = targets.iter().flat_map(|t| t.levels.iter().flatten().copied()).collect();
        let bystander = targets.iter().flat_map(|t| t.bystander).collect();
        let pairs = (!preferences.is_empty()).then(|| {
            let count = preferences.len();
            let side = |side: fn(&Preference) -> &Vec<f32>| {
                let values = preferences.iter().flat_map(|pair| side(pair).iter().copied());
                tensor(values.collect(), [count, width], device)
            };
            let mut chosen = vec![0.0; count * (PERSPECTIVES + 1)];
            for (row, pair) in chosen.chunks_exact_mut(PERSPECTIVES + 1).zip(preferences) {
                row[pair.perspective] = 1.0;
            }
            let chosen = tensor(chosen, [count, PERSPECTIVES + 1], device);
            [side(|pair| &pair.better), side(|pair| &pair.worse), chosen]
        });
        Self {
            inputs: tensor(inputs.concat(), [rows, width], device),
            levels: tensor(levels, [rows, PERSPECTIVES, LEVELS], device),
            bystander: tensor(bystander, [rows, BYSTANDER_SUBSCORES], device),
            rows,
            pairs,
        }
    }

    pub fn loss(&self, heads: &Heads, preferences: f32) -> Tensor<1> {
        let output = heads.forward(self.inputs.clone());
        let ordinal = log(output.levels) * self.levels.clone();
        let share = output.bystander;
        let other = share.clone().neg().add_scalar(1.0);
        let wanted = self.bystander.clone();
        let binary = log(share) * wanted.clone() + log(other) * wanted.neg().add_scalar(1.0);
        let loss = (ordinal.sum() + binary.sum()).neg().div_scalar(self.rows as f32);
        match &self.pairs {
            Some([better, worse, chosen]) if preferences > 0.0 => {
                let score = |side: &Tensor<2>| {
                    let latent = side.clone().matmul(heads.perspectives.val());
                    let shares = heads.forward(side.clone()).bystander;
                    // Five shares add up to about the range of a latent score.
                    Tensor::cat(vec![latent, shares.sum_dim(1).mul_scalar(4.0)], 1)
                };
                let gap = ((score(better) - score(worse)) * chosen.clone()).sum_dim(1);
                loss + softplus(gap.neg(), 1.0).mean().mul_scalar(preferences)
            }
            _ => loss,
        }
    }
}

/// The bounds as tensors beside the weights, infinite for what is not bounded.
pub(super) fn limits(bounds: &[Bound], width: usize, device: &Device) -> [Tensor<2>; 2] {
    let mut perspectives = vec![f32::INFINITY; width * PERSPECTIVES];
    let mut bystander = vec![f32::INFINITY; width * BYSTANDER_SUBSCORES];
    for bound in bounds {
        let at = bound.input * PERSPECTIVES;
        perspectives[at..at + PERSPECTIVES].copy_from_slice(&bound.perspectives);
        let at = bound.input * BYSTANDER_SUBSCORES;
        bystander[at..at + BYSTANDER_SUBSCORES].fill(bound.bystander);
    }
    let device = device.clone().inner();
    [
        tensor(perspectives, [width, PERSPECTIVES], &device),
        tensor(bystander, [width, BYSTANDER_SUBSCORES], &device),
    ]
}

pub(super) fn bounded(heads: Heads, [perspectives, bystander]: &[Tensor<2>; 2]) -> Heads {
    let within = |weights: Param<Tensor<2>>, limit: &Tensor<2>| {
        weights.map(|weights| {
            Tensor::from_inner(weights.inner().min_pair(limit.clone())).require_grad()
        })
    };
    Heads {
        perspectives: within(heads.perspectives, perspectives),
        bystander: within(heads.bystander, bystander),
        ..heads
    }
}

/// Σw².
pub(super) fn square(weights: &Param<Tensor<2>>) -> Tensor<1> {
    weights.val().powi_scalar(2).sum()
}

fn scalar(tensor: Tensor<1>) -> f64 {
    // The CPU never waits.
    f64::from(tensor.into_scalar::<f32>())
}

/// `base` inputs with the kernel regression of their dense ones beside them.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn beside_kernel(
    base: &[Vec<f32>],
    layout: &InputLayout,
    kernel: &KernelRegression,
) -> Result<(Vec<Vec<f32>>, Vec<f32>)> {
    let shape = [base.len(), layout.width()];
    let base = tensor(base.concat(), shape, &Device::flex());
    let (inputs, nearest) = with_kernel(base, layout.dense(), kernel);
    Ok((rows(inputs).await?, read_back(nearest).await?))
}

/// Inputs `seen` with the units of the hidden layer over all but their first `counts` beside them.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn beside_hidden(
    seen: &[Vec<f32>],
    counts: usize,
    hidden: &HiddenLayer,
) -> Result<Vec<Vec<f32>>> {
    let shape = [seen.len(), seen.first().map_or(0, Vec::len)];
    rows(with_hidden(tensor(seen.concat(), shape, &Device::flex()), counts, hidden)).await
}

/// The rows of a matrix.
async fn rows(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>> {
    let [_, width] = matrix.dims();
    Ok(read_back(matrix).await?.chunks_exact(width).map(<[f32]>::to_vec).collect())
}

/// A row to calibrate with: its scenario, the reply, its mean grades (three levels, a total).
pub type CalibrationRow<'a> = (usize, &'a ScoreRow, [f64; PERSPECTIVES + 1]);

/// The tensor `calibration` of a weights file, [N, [`CALIBRATION_COLUMNS`](super::CALIBRATION_COLUMNS)],
/// and the hash that `calibrated` holds.
///
/// # Errors
///
/// Those of [`BuiltinJudge::load`] and of the device.
pub async fn calibrate(
    files: BuiltinFiles<'_>,
    rows: &[CalibrationRow<'_>],
) -> Result<(Vec<f32>, String)> {
    let judge = BuiltinJudge::load(files, &Device::flex())?;
    let plain: Vec<ScoreRow> = rows.iter().map(|(_, row, _)| (*row).clone()).collect();
    let perm = judge.viewed(&plain, Method::Perm).await?;
    let peregrm = judge.viewed(&plain, Method::Peregrm).await?;
    let mut values = Vec::new();
    for ((scenario, _, grades), (perm, peregrm)) in rows.iter().zip(perm.iter().zip(&peregrm)) {
        values.extend(calibration::row(*scenario, [&perm.view, &peregrm.view], *grades));
    }
    let weights = Weights::read("heads.safetensors", files.heads, HEADS_FORMAT)?;
    Ok((values, calibration::hash(&weights, files.personal)?))
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

pub(super) fn tensor<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The logarithm, kept finite where a probability underflows.
fn log<const D: usize>(probability: Tensor<D>) -> Tensor<D> {
    probability.clamp_min(1e-6).log()
}
