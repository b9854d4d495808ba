use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};

use super::{Batch, Model, VoteTarget};
use crate::formats::{Error, Result};
use crate::model::{Heads, read_back};

/// Adam's learning rate.
pub const RATE: f64 = 0.02;
/// Steps without a lower validation loss after which a fit ends.
const PATIENCE: u32 = 15;
/// A fall of the validation loss that counts as one: chasing smaller ones takes steps and shows
/// nothing, for a validation part of a hundred votes is far noisier.
const FALL: f64 = 1e-3;

/// Heads as plain numbers, to be put on any device.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeadValues([(Vec<f32>, [usize; 2]); 4]);

impl HeadValues {
    pub async fn of(heads: &Heads) -> Result<Self> {
        let mut values = [const { (Vec::new(), [0; 2]) }; 4];
        for (place, (_, tensor)) in values.iter_mut().zip(heads.parameters()) {
            let shape = tensor.dims();
            *place = (read_back(tensor).await?, shape);
        }
        Ok(Self(values))
    }

    fn tensors(&self, device: &Device) -> [Tensor<2>; 4] {
        self.0
            .clone()
            .map(|(values, shape)| Tensor::from_data(TensorData::new(values, shape), device))
    }

    pub fn on(&self, device: &Device) -> Heads {
        Heads::from_parameters(self.tensors(device))
    }

    /// The values of each parameter, in the order of [`Heads::parameters`].
    pub fn values(&self) -> impl Iterator<Item = &[f32]> {
        self.0.iter().map(|(values, _)| values.as_slice())
    }
}

/// What a fit is made from and with.
pub(super) struct Task<'a> {
    pub start: &'a HeadValues,
    /// On a device that differentiates.
    pub batch: &'a Batch,
    pub on: VoteTarget,
    /// The spread of the starting scores: differences are told in it.
    pub unit: f32,
    /// λ of λ·‖w − w₀‖².
    pub strength: f64,
    pub epochs: u32,
    pub device: &'a Device,
}

/// What a fit gave.
pub(super) struct Fitted {
    pub strength: f64,
    pub heads: HeadValues,
    /// The steps that led there.
    pub epochs: u32,
    /// The validation loss there, where there is a validation part.
    pub loss: f64,
}

impl Task<'_> {
    /// Fits heads by full-batch Adam, beginning at the starting heads. With a validation batch (on
    /// a device that does not differentiate) the step with the lowest loss there counts, and the
    /// fit ends when it has not fallen for [`PATIENCE`] steps; without, all steps are made.
    ///
    /// `pause` is told the number of each step.
    pub async fn fit<E: From<Error>>(
        &self,
        validation: Option<&Batch>,
        mut pause: impl AsyncFnMut(u32) -> std::result::Result<(), E>,
    ) -> std::result::Result<Fitted, E> {
        let device = self.device.clone().autodiff();
        let anchors = self.start.tensors(&device);
        let mut model = Model {
            heads: self.start.on(&device),
            log_scale: Param::from_tensor(Tensor::zeros([1], &device)),
        };
        let mut adam = AdamConfig::new().init();
        let mut best = match validation {
            None => None,
            Some(batch) => Some((self.validated(&model, batch).await?, 0, model.clone())),
        };
        let mut last = 0;
        for epoch in 1..=self.epochs {
            pause(epoch).await?;
            let loss = self.batch.loss(&model, self.on, self.unit) + self.pull(&model, &anchors);
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = adam.step(RATE, model, gradients);
            last = epoch;
            let (Some(batch), Some((lowest, at, _))) = (validation, &best) else { continue };
            let found = self.validated(&model, batch).await?;
            if found < *lowest - FALL {
                best = Some((found, epoch, model.clone()));
            } else if epoch - at >= PATIENCE {
                break;
            }
        }
        let (loss, epochs, model) = best.unwrap_or((f64::NAN, last, model));
        let model = model.valid();
        let heads = HeadValues::of(&model.heads).await?;
        Ok(Fitted { strength: self.strength, heads, epochs, loss })
    }

    async fn validated(&self, model: &Model, batch: &Batch) -> Result<f64> {
        let loss = read_back(batch.loss(&model.valid(), self.on, self.unit)).await?;
        Ok(loss.iter().copied().map(f64::from).sum())
    }

    /// λ·‖w − w₀‖² over all parameters of the heads.
    fn pull(&self, model: &Model, anchors: &[Tensor<2>; 4]) -> Tensor<1> {
        let moved = model.heads.parameters().into_iter().zip(anchors);
        let squares = moved.map(|((_, now), then)| (now - then.clone()).powi_scalar(2).sum());
        let all = squares.reduce(|sum, one| sum + one).expect("heads have parameters");
        all.mul_scalar(self.strength)
    }
}
