use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

use super::Weights;
use crate::formats::Result;

/// A layer of rectified units over D inputs: ReLU(x·W + b).
#[derive(Module, Debug)]
pub struct HiddenLayer {
    /// W, [D, H].
    pub weights: Param<Tensor<2>>,
    /// b, [1, H].
    pub bias: Param<Tensor<2>>,
}

impl HiddenLayer {
    /// The names of its tensors in the weights file.
    pub const NAMES: [&str; 3] = ["hidden", "hidden_steps", "hidden_bias"];

    /// Takes `hidden` (int8 [D, H]), `hidden_steps` (the step of each of its columns, [H]) and
    /// `hidden_bias` [1, H] from `weights`.
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing, or does not fit the others or D `inputs`.
    pub fn load(weights: &mut Weights<'_>, inputs: usize, device: &Device) -> Result<Self> {
        let [hidden, steps, bias] = Self::NAMES;
        let (values, shape) = weights.stepped(hidden, steps, inputs)?;
        let [_, units] = shape;
        let bias = weights.tensor(bias, [1, units], device)?;
        Ok(Self::of(values, shape, bias, device))
    }

    fn of(values: Vec<f32>, shape: [usize; 2], bias: Tensor<2>, device: &Device) -> Self {
        let weights = Tensor::from_data(TensorData::new(values, shape), device);
        Self { weights: Param::from_tensor(weights), bias: Param::from_tensor(bias) }
    }

    /// H, how many units there are.
    pub fn units(&self) -> usize {
        self.bias.val().dims()[1]
    }

    /// The units at inputs [B, D]: [B, H], 0 and above.
    pub fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        relu(inputs.matmul(self.weights.val()) + self.bias.val())
    }
}

#[cfg(feature = "train")]
impl HiddenLayer {
    /// A layer of D inputs and H units to begin training with, from what `normal` draws (Glorot &
    /// Bengio 2010).
    pub fn drawn(shape: [usize; 2], normal: impl FnMut() -> f64, device: &Device) -> Self {
        let [inputs, units] = shape;
        let values = glorot(shape, normal);
        Self::of(values, [inputs, units], Tensor::zeros([1, units], device), device)
    }
}

/// Standard normal numbers scaled for a matrix of so many inputs and outputs (Glorot & Bengio 2010).
#[cfg(feature = "train")]
pub(crate) fn glorot([inputs, outputs]: [usize; 2], mut normal: impl FnMut() -> f64) -> Vec<f32> {
    let deviation = (2.0 / (inputs + outputs) as f64).sqrt();
    (0..inputs * outputs).map(|_| (deviation * normal()) as f32).collect()
}
