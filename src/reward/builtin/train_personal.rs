//! Training the model of personal fit on labelled sentences and replies and on contrast pairs.

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{log_softmax, softplus, tanh};
use burn::tensor::{Device, Tensor, TensorData};

use super::personal::ATTITUDES;
use crate::formats::Result;
use crate::model::read_back;
use crate::reward::wishes::ASPECTS;

/// A reply and the sides of aspects that it is labelled with.
pub struct LabelledReply {
    /// Its inputs.
    pub inputs: Vec<f32>,
    /// For each aspect the side, −1 to 1, and how much the label counts.
    pub sides: [(f32, f32); ASPECTS],
}

/// A reply and two people, the first of whom it suits better.
pub struct Contrast {
    /// The reply's inputs.
    pub inputs: Vec<f32>,
    /// The first person's leanings less the second's.
    pub leanings: [f32; ASPECTS],
    /// The same of the subjects touched.
    pub touched: f32,
}

/// Weights as `personal.safetensors` holds them.
pub struct PersonalWeights {
    /// [A, 3], row after row.
    pub attitude: Vec<f32>,
    /// [F, 24], row after row.
    pub quality: Vec<f32>,
    /// 25: those of the aspects, then that of the subjects touched.
    pub gains: Vec<f32>,
}

#[derive(Module, Debug)]
struct Linear {
    weights: Param<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Quality {
    weights: Param<Tensor<2>>,
    gains: Param<Tensor<2>>,
}

const STEPS: usize = 300;
const RATE: f64 = 0.03;

/// Softmax regression of the attitudes (0 unwelcome, 1 neither, 2 welcome) with an L2 penalty.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn fit_attitude(
    inputs: &[Vec<f32>],
    classes: &[usize],
    penalty: f32,
) -> Result<Vec<f32>> {
    let device = Device::flex().autodiff();
    let (rows, width) = (inputs.len(), inputs[0].len());
    let x = matrix(inputs.iter().flatten().copied().collect(), [rows, width], &device);
    let mut hot = vec![0.0; rows * ATTITUDES];
    classes.iter().enumerate().for_each(|(row, class)| hot[row * ATTITUDES + class] = 1.0);
    let hot = matrix(hot, [rows, ATTITUDES], &device);
    let zeros = Tensor::zeros([width, ATTITUDES], &device);
    let mut model = Linear { weights: Param::from_tensor(zeros) };
    let mut adam = AdamConfig::new().init();
    for _ in 0..STEPS {
        let logits = x.clone().matmul(model.weights.val());
        let fit = (log_softmax(logits, 1) * hot.clone()).sum().neg().div_scalar(rows as f32);
        let loss = fit + model.weights.val().powi_scalar(2).sum().mul_scalar(penalty);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = adam.step(RATE, model, gradients);
    }
    read_back(model.valid().weights.val()).await
}

/// Qualities of replies: squared error of tanh(z/2) against the labelled sides, Bradley–Terry on the
/// contrast pairs (Bradley & Terry 1952), an L2 penalty. Gains begin at 1 and stay positive.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn fit_quality(
    replies: &[LabelledReply],
    pairs: &[Contrast],
    penalty: f32,
) -> Result<(Vec<f32>, Vec<f32>)> {
    let device = Device::flex().autodiff();
    let (rows, width) = (replies.len(), replies[0].inputs.len());
    let flat = |of: &mut dyn Iterator<Item = f32>| of.collect::<Vec<f32>>();
    let x = matrix(
        flat(&mut replies.iter().flat_map(|r| r.inputs.iter().copied())),
        [rows, width],
        &device,
    );
    let sides = replies.iter().flat_map(|r| r.sides.iter().map(|side| side.0));
    let sides = matrix(sides.collect(), [rows, ASPECTS], &device);
    let shares: Vec<f32> = replies.iter().flat_map(|r| r.sides.iter().map(|side| side.1)).collect();
    let all: f32 = shares.iter().sum();
    let shares = matrix(shares, [rows, ASPECTS], &device);
    let n = pairs.len();
    let pair_x = pairs.iter().flat_map(|pair| pair.inputs.iter().copied()).collect();
    let pair_x = (n > 0).then(|| matrix(pair_x, [n, width], &device));
    let leans =
        matrix(pairs.iter().flat_map(|pair| pair.leanings).collect(), [n, ASPECTS], &device);
    let touched = matrix(pairs.iter().map(|pair| pair.touched).collect(), [n, 1], &device);

    let mut model = Quality {
        weights: Param::from_tensor(Tensor::zeros([width, ASPECTS], &device)),
        gains: Param::from_tensor(Tensor::full([1, ASPECTS + 1], 0.5413, &device)),
    };
    let mut adam = AdamConfig::new().init();
    for _ in 0..STEPS {
        let side = |x: Tensor<2>| tanh(x.matmul(model.weights.val()).mul_scalar(0.5));
        let error = (side(x.clone()) - sides.clone()).powi_scalar(2) * shares.clone();
        let mut loss = error.sum().div_scalar(all)
            + model.weights.val().powi_scalar(2).sum().mul_scalar(penalty);
        if let Some(pair_x) = &pair_x {
            let gains = softplus(model.gains.val(), 1.0);
            let own = gains.clone().narrow(1, 0, ASPECTS) * leans.clone() * side(pair_x.clone());
            let margin = own.sum_dim(1) + touched.clone() * gains.narrow(1, ASPECTS, 1);
            // −log σ(2·margin)
            let lost = softplus(margin.mul_scalar(-2.0), 1.0).sum().div_scalar(n as f32);
            let drift = model.gains.val().sub_scalar(0.5413).powi_scalar(2).sum();
            loss = loss + lost + drift.mul_scalar(0.02);
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = adam.step(RATE, model, gradients);
    }
    let model = model.valid();
    let gains = softplus(model.gains.val(), 1.0);
    Ok((read_back(model.weights.val()).await?, read_back(gains).await?))
}

fn matrix(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
