use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::Weights;
use crate::formats::Result;

/// Components of a centre are stored in whole steps of this size, −127 to 127 of them: as fine as
/// distances need, and a third smaller to fetch than steps a quarter as large.
const CENTRE_STEP: f32 = 4.0 / 31.0;

/// Kernel ridge regression (Saunders, Gammerman & Vovk 1998) with the Gaussian kernel
/// k(x, c) = exp(−γ‖x − c‖²): f(x) = Σ_j k(x, c_j)·a_j over the M training inputs c_j.
#[derive(Module, Debug)]
pub struct KernelRegression {
    /// The inputs it was fitted to, a column each, [D, M].
    centres: Param<Tensor<2>>,
    /// ‖c‖², [1, M].
    norms: Param<Tensor<2>>,
    /// a, [M, O].
    weights: Param<Tensor<2>>,
    gamma: f32,
}

/// What [`KernelRegression::forward`] returns.
pub struct KernelOutput {
    /// f, [B, O].
    pub values: Tensor<2>,
    /// The kernel with the centre that comes closest, [B, 1], 0 to 1: how near an input lies to
    /// anything that was trained on.
    pub nearest: Tensor<2>,
}

impl KernelRegression {
    /// Takes `centres` (int8, in steps of 4/31) and `kernel_weights` from `weights`.
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing or does not fit D `inputs` and O `outputs`.
    pub fn load(
        weights: &mut Weights<'_>,
        [inputs, outputs]: [usize; 2],
        gamma: f32,
        device: &Device,
    ) -> Result<Self> {
        let (steps, [rows, width]) = weights.take::<2>("centres")?;
        if width != inputs {
            return Err(weights.misfit("centres", [rows, width], [rows, inputs]));
        }
        let values = weights.tensor("kernel_weights", [rows, outputs], device)?;
        let centres = steps.into_iter().map(|step| step * CENTRE_STEP).collect();
        Ok(Self::of(centres, [rows, width], values, gamma, device))
    }

    fn of(
        centres: Vec<f32>,
        shape: [usize; 2],
        weights: Tensor<2>,
        gamma: f32,
        device: &Device,
    ) -> Self {
        let centres = Tensor::<2>::from_data(TensorData::new(centres, shape), device);
        let norms = centres.clone().powi_scalar(2).sum_dim(1).transpose();
        Self {
            centres: Param::from_tensor(centres.transpose()),
            norms: Param::from_tensor(norms),
            weights: Param::from_tensor(weights),
            gamma,
        }
    }

    /// Regresses inputs [B, D].
    pub fn forward(&self, inputs: Tensor<2>) -> KernelOutput {
        let kernel = self.kernel(inputs);
        KernelOutput {
            nearest: kernel.clone().max_dim(1),
            values: kernel.matmul(self.weights.val()),
        }
    }

    /// k of every input with every centre, [B, M].
    fn kernel(&self, inputs: Tensor<2>) -> Tensor<2> {
        let own = inputs.clone().powi_scalar(2).sum_dim(1);
        let products = inputs.matmul(self.centres.val());
        let distances = (own + self.norms.val() - products.mul_scalar(2.0)).clamp_min(0.0);
        distances.mul_scalar(-self.gamma).exp()
    }
}

#[cfg(feature = "train")]
impl KernelRegression {
    /// Fits `targets` [M, O] at `inputs` [M, D]: a = (K + λI)⁻¹·targets, by conjugate gradients.
    ///
    /// # Panics
    ///
    /// Where the two do not hold as many rows.
    pub fn fit(inputs: &[Vec<f32>], targets: &[Vec<f32>], gamma: f32, ridge: f32) -> Self {
        assert_eq!(inputs.len(), targets.len(), "one target a row");
        let device = Device::flex();
        let step = |value: &f32| (value / CENTRE_STEP).round().clamp(-127.0, 127.0) * CENTRE_STEP;
        let shape = [inputs.len(), inputs.first().map_or(0, Vec::len)];
        let outputs = targets.first().map_or(0, Vec::len);
        let centres: Vec<f32> = inputs.iter().flatten().map(step).collect();
        let targets = TensorData::new(targets.concat(), [inputs.len(), outputs]);
        let mut residual = Tensor::<2>::from_data(targets, &device);
        let mut weights = residual.zeros_like();
        let fitted = Self::of(centres, shape, weights.clone(), gamma, &device);
        let kernel = fitted.kernel(fitted.centres.val().transpose());

        let mut direction = residual.clone();
        let square = |tensor: &Tensor<2>| tensor.clone().powi_scalar(2).sum_dim(0);
        let mut size = square(&residual);
        for _ in 0..CONJUGATE_STEPS {
            let moved =
                kernel.clone().matmul(direction.clone()) + direction.clone().mul_scalar(ridge);
            let curvature = (direction.clone() * moved.clone()).sum_dim(0).clamp_min(1e-20);
            let length = size.clone() / curvature;
            weights = weights + direction.clone() * length.clone();
            residual = residual - moved * length;
            let next = square(&residual);
            let turn = next.clone() / size.clamp_min(1e-20);
            direction = residual.clone() + direction * turn;
            size = next;
        }
        Self { weights: Param::from_tensor(weights), ..fitted }
    }

    /// The centres in steps of 4/31, and the weights, with their shapes.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails.
    pub async fn parts(&self) -> Result<((Vec<i8>, [usize; 2]), (Vec<f32>, [usize; 2]))> {
        let (centres, weights) = (self.centres.val().transpose(), self.weights.val());
        let shapes = (centres.dims(), weights.dims());
        let steps = super::read_back(centres).await?;
        let steps = steps.into_iter().map(|value| (value / CENTRE_STEP).round() as i8).collect();
        Ok(((steps, shapes.0), (super::read_back(weights).await?, shapes.1)))
    }
}

/// Enough for the residual to fall below float32's own error at the ridges in use.
#[cfg(feature = "train")]
const CONJUGATE_STEPS: usize = 150;

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;

    #[test]
    fn the_fit_solves_its_equation_and_knows_what_is_near() {
        // Inputs on whole steps, so that the centres are these very inputs.
        let step = 30.0 * CENTRE_STEP;
        let at = |n: u8| vec![step * f32::from(n % 4), step * f32::from(n / 4)];
        let inputs: Vec<Vec<f32>> = (0..12).map(at).collect();
        let targets: Vec<Vec<f32>> =
            inputs.iter().map(|x| vec![x[0] - x[1], x[0] * x[1]]).collect();
        let fitted = KernelRegression::fit(&inputs, &targets, 0.3, 0.1);
        let at = |x: &[f32]| -> Vec<f32> {
            let x = Tensor::<2>::from_data(TensorData::new(x.to_vec(), [1, 2]), &Device::flex());
            let KernelOutput { values, nearest } = fitted.forward(x);
            let values = values.into_data().try_to_vec::<f32>().expect("float32");
            let nearest = nearest.into_data().try_to_vec::<f32>().expect("float32");
            [values, nearest].concat()
        };
        // (K + λI)·a = y, so that f(c_j) + λ·a_j = y_j.
        let weights = fitted.weights.val().into_data().try_to_vec::<f32>().expect("float32");
        for (row, (x, y)) in inputs.iter().zip(&targets).enumerate() {
            let found = at(x);
            for (o, y) in y.iter().enumerate() {
                assert!((found[o] + 0.1 * weights[2 * row + o] - y).abs() < 1e-3, "{row} {o}");
            }
            assert!(found[2] > 0.99);
        }
        assert!(at(&[40.0, -40.0])[2] < 1e-6);
    }
}
