//! Training the model of personal fit on labelled sentences and replies.

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Tensor};

use super::sides::SIDES;
use super::train::{square, tensor};
use crate::formats::Result;
use crate::model::{glorot, read_back};
use crate::stats::Random;

#[derive(Module, Debug)]
struct Reader {
    hidden: Param<Tensor<2>>,
    output: Param<Tensor<2>>,
}

const BATCH: usize = 128;
const RATE: f64 = 0.002;

/// The weights of a network that reads which side of which aspect a text shows, row after row.
pub struct SideWeights {
    /// [F, H].
    pub hidden: Vec<f32>,
    /// [H + 1, 49].
    pub output: Vec<f32>,
}

/// Settings of [`fit_sides`].
#[derive(Debug, Clone, Copy)]
pub struct SideSettings {
    /// Hidden units, H.
    pub hidden: usize,
    /// How often every text is gone through.
    pub epochs: usize,
    /// The L2 penalty.
    pub penalty: f32,
    /// Of the weights to begin with, and of the order of the texts.
    pub seed: u32,
}

/// Fits a network of one hidden layer of rectified units to texts of known sides (2 · aspect, + 1 for
/// its first side; the last class is none): cross-entropy, Adam over shuffled batches at a rate that
/// falls to zero.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn fit_sides(
    inputs: &[Vec<f32>],
    classes: &[usize],
    settings: SideSettings,
) -> Result<SideWeights> {
    let device = Device::flex().autodiff();
    let (width, hidden) = (inputs[0].len(), settings.hidden);
    let mut random = Random::new(settings.seed);
    let mut drawn = |shape: [usize; 2]| {
        Param::from_tensor(tensor(glorot(shape, || random.normal()), shape, &device))
    };
    let mut model = Reader { hidden: drawn([width, hidden]), output: drawn([hidden + 1, SIDES]) };
    let mut adam = AdamConfig::new().init();
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    let steps = (settings.epochs * inputs.len().div_ceil(BATCH)) as f64;
    let mut done = 0.0;
    for _ in 0..settings.epochs {
        let all = order.len();
        random.draw(&mut order, all);
        for batch in order.chunks(BATCH) {
            let x = batch.iter().flat_map(|&at| inputs[at].iter().copied()).collect();
            let x = tensor(x, [batch.len(), width], &device);
            let mut hot = vec![0.0; batch.len() * SIDES];
            batch.iter().enumerate().for_each(|(row, &at)| hot[row * SIDES + classes[at]] = 1.0);
            let hot = tensor(hot, [batch.len(), SIDES], &device);
            let one = Tensor::ones([batch.len(), 1], &device);
            let units = Tensor::cat(vec![relu(x.matmul(model.hidden.val())), one], 1);
            let logits = units.matmul(model.output.val());
            let fit = (log_softmax(logits, 1) * hot).sum().neg().div_scalar(batch.len() as f32);
            let penalty = square(&model.hidden) + square(&model.output);
            let loss = fit + penalty.mul_scalar(settings.penalty);
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = adam.step(RATE * (1.0 - done / steps), model, gradients);
            done += 1.0;
        }
    }
    let model = model.valid();
    let hidden = read_back(model.hidden.val()).await?;
    Ok(SideWeights { hidden, output: read_back(model.output.val()).await? })
}
