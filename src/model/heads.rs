use burn::module::{Module, Param};
use burn::tensor::activation::{sigmoid, softplus};
use burn::tensor::{Device, Tensor};

use super::Weights;
use crate::formats::Result;

/// Levels of a perspective's scale.
pub const LEVELS: usize = 5;
/// Resonation, expression, reception.
pub const PERSPECTIVES: usize = 3;
/// Content, structure, efficiency, objectivity, accuracy.
pub const BYSTANDER_SUBSCORES: usize = 5;

/// The heads of the built-in judge, over F inputs.
///
/// Each perspective is an ordinal regression with cumulative logits (McCullagh 1980):
/// P(level ≤ k) = σ(θ_k − w·x), θ_1 < θ_2 < θ_3 < θ_4. Each bystander sub-score is σ(v·x + b),
/// of the 20 points.
#[derive(Module, Debug)]
pub struct Heads {
    /// w, [F, 3].
    pub perspectives: Param<Tensor<2>>,
    /// [3, 4]: θ_1, then the gaps to the next θ before softplus, which keeps them in order.
    pub cutpoints: Param<Tensor<2>>,
    /// v, [F, 5].
    pub bystander: Param<Tensor<2>>,
    /// b, [1, 5].
    pub bystander_bias: Param<Tensor<2>>,
}

/// What [`Heads::forward`] returns.
pub struct HeadsOutput {
    /// Probabilities of the levels 1 to 5, [B, 3, 5].
    pub levels: Tensor<3>,
    /// Shares of 20 points, [B, 5].
    pub bystander: Tensor<2>,
}

impl Heads {
    /// The names of the parameters in the weights file, in the order of [`Self::parameters`].
    pub const NAMES: [&str; 4] = ["perspectives", "cutpoints", "bystander", "bystander_bias"];

    /// Heads with zero weights and cut-points one apart around 0: the starting point of training.
    pub fn zeros(inputs: usize, device: &Device) -> Self {
        // softplus(0.5413) = 1
        let start = [-1.5f32, 0.5413, 0.5413, 0.5413];
        Self {
            perspectives: Param::from_tensor(Tensor::zeros([inputs, PERSPECTIVES], device)),
            cutpoints: Param::from_tensor(Tensor::from_data([start; PERSPECTIVES], device)),
            bystander: Param::from_tensor(Tensor::zeros([inputs, BYSTANDER_SUBSCORES], device)),
            bystander_bias: Param::from_tensor(Tensor::zeros([1, BYSTANDER_SUBSCORES], device)),
        }
    }

    /// Heads with zero weights for `zeros` inputs and drawn ones for the `drawn` inputs after them
    /// (Glorot & Bengio 2010): zeros would let nothing through to a layer below.
    #[cfg(feature = "train")]
    pub(crate) fn drawn(
        zeros: usize,
        drawn: usize,
        mut normal: impl FnMut() -> f64,
        device: &Device,
    ) -> Self {
        let mut weights = |outputs: usize| {
            let mut values = vec![0.0; zeros * outputs];
            values.extend(super::glorot([drawn, outputs], &mut normal));
            let values = burn::tensor::TensorData::new(values, [zeros + drawn, outputs]);
            Param::from_tensor(Tensor::from_data(values, device))
        };
        let (perspectives, bystander) = (weights(PERSPECTIVES), weights(BYSTANDER_SUBSCORES));
        Self { perspectives, bystander, ..Self::zeros(zeros + drawn, device) }
    }

    /// Takes the heads' four tensors from `weights`.
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing or does not fit `inputs`.
    pub fn load(weights: &mut Weights<'_>, inputs: usize, device: &Device) -> Result<Self> {
        let [perspectives, cutpoints, bystander, bystander_bias] = Self::NAMES;
        let mut take = |name, shape| weights.tensor(name, shape, device).map(Param::from_tensor);
        Ok(Self {
            perspectives: take(perspectives, [inputs, PERSPECTIVES])?,
            cutpoints: take(cutpoints, [PERSPECTIVES, LEVELS - 1])?,
            bystander: take(bystander, [inputs, BYSTANDER_SUBSCORES])?,
            bystander_bias: take(bystander_bias, [1, BYSTANDER_SUBSCORES])?,
        })
    }

    /// The parameters, by the names they have in the weights file.
    pub fn parameters(&self) -> [(&'static str, Tensor<2>); 4] {
        let [perspectives, cutpoints, bystander, bystander_bias] = Self::NAMES;
        [
            (perspectives, self.perspectives.val()),
            (cutpoints, self.cutpoints.val()),
            (bystander, self.bystander.val()),
            (bystander_bias, self.bystander_bias.val()),
        ]
    }

    /// Heads of the parameters that [`Self::parameters`] lists, in its order.
    pub fn from_parameters(parameters: [Tensor<2>; 4]) -> Self {
        let [perspectives, cutpoints, bystander, bystander_bias] =
            parameters.map(Param::from_tensor);
        Self { perspectives, cutpoints, bystander, bystander_bias }
    }

    /// Judges inputs [B, F].
    pub fn forward(&self, inputs: Tensor<2>) -> HeadsOutput {
        let [batch, _] = inputs.dims();
        let logits = inputs.clone().matmul(self.perspectives.val());
        let margins = self.thresholds().unsqueeze_dim::<3>(0) - logits.unsqueeze_dim::<3>(2);
        let below = sigmoid(margins);
        let edge = Tensor::<3>::zeros([batch, PERSPECTIVES, 1], &below.device());
        let upper = Tensor::cat(vec![below.clone(), edge.clone().add_scalar(1.0)], 2);
        let lower = Tensor::cat(vec![edge, below], 2);
        HeadsOutput {
            levels: upper - lower,
            bystander: sigmoid(inputs.matmul(self.bystander.val()) + self.bystander_bias.val()),
        }
    }

    /// θ, [3, 4], rising along each row.
    fn thresholds(&self) -> Tensor<2> {
        let raw = self.cutpoints.val();
        let mut thresholds = vec![raw.clone().narrow(1, 0, 1)];
        for k in 1..LEVELS - 1 {
            let gap = softplus(raw.clone().narrow(1, k, 1), 1.0);
            thresholds.push(thresholds[k - 1].clone() + gap);
        }
        Tensor::cat(thresholds, 1)
    }
}
