use crate::formats::Result;
use crate::model::Weights;
use crate::reward::wishes::{ASPECTS, Leanings};

/// What a text may show: for each aspect its second or its first side, or none of these.
pub const SIDES: usize = 2 * ASPECTS + 1;

/// A network of one hidden layer that tells from a text's inputs which side of which aspect it shows:
/// softmax(W₂·[ReLU(W₁x), 1]). Plain numbers on the CPU: it is too small for a device to pay.
pub(super) struct SideReader {
    /// [F, H].
    hidden: Vec<f32>,
    /// [H + 1, 49].
    output: Vec<f32>,
}

impl SideReader {
    /// Takes `{name}_hidden` (int8 [F, H]), `{name}_steps` (the step of each of its columns [H]) and
    /// `{name}_output` [H + 1, 49].
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing, or they do not fit each other or `inputs`.
    pub fn load(weights: &mut Weights<'_>, name: &str, inputs: usize) -> Result<Self> {
        let [hidden_name, steps_name, output_name] =
            ["hidden", "steps", "output"].map(|part| format!("{name}_{part}"));
        let (hidden, [_, width]) = weights.stepped(&hidden_name, &steps_name, inputs)?;
        let (output, output_shape) = weights.take::<2>(&output_name)?;
        if output_shape != [width + 1, SIDES] {
            return Err(weights.misfit(&output_name, output_shape, [width + 1, SIDES]));
        }
        Ok(Self { hidden, output })
    }

    /// Takes the weights as training leaves them.
    #[cfg(feature = "train")]
    pub(super) fn new(hidden: Vec<f32>, output: Vec<f32>) -> Self {
        Self { hidden, output }
    }

    /// P(first side) − P(second side) of each aspect.
    pub fn leanings(&self, inputs: &[f32]) -> Leanings {
        // Of some thousand n-grams a text has a handful.
        let inputs = inputs.iter().copied().enumerate().filter(|(_, x)| *x != 0.0);
        let shares = self.shares(inputs);
        std::array::from_fn(|aspect| f64::from(shares[2 * aspect + 1] - shares[2 * aspect]))
    }

    /// The probability of each side, and of none, from the inputs that are not 0 by their places.
    pub fn shares(&self, inputs: impl Iterator<Item = (usize, f32)>) -> [f32; SIDES] {
        let width = self.output.len() / SIDES - 1;
        let mut units = vec![0.0f32; width];
        for (at, x) in inputs {
            let row = &self.hidden[at * width..(at + 1) * width];
            units.iter_mut().zip(row).for_each(|(unit, weight)| *unit += x * weight);
        }
        let mut logits = [0.0f32; SIDES];
        let units = units.iter().map(|unit| unit.max(0.0)).chain([1.0]);
        for (unit, row) in units.zip(self.output.chunks_exact(SIDES)) {
            logits.iter_mut().zip(row).for_each(|(logit, weight)| *logit += unit * weight);
        }
        let most = logits.iter().copied().fold(f32::MIN, f32::max);
        let shares = logits.map(|logit| (logit - most).exp());
        let all: f32 = shares.iter().sum();
        shares.map(|share| share / all)
    }
}
