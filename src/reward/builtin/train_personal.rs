//! Training the model of personal fit on sentences and replies.

use std::collections::BTreeSet;

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::sides::{SIDES, SideReader};
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

impl SideWeights {
    /// How probable the network finds each side of each text.
    pub fn shares(self, inputs: &SideInputs) -> Vec<[f32; SIDES]> {
        let reader = SideReader::new(self.hidden, self.output);
        let own = |row: &Vec<(u32, f32)>| {
            reader.shares(row.iter().map(|&(at, value)| (at as usize, value)))
        };
        inputs.rows.iter().map(own).collect()
    }
}

/// The inputs of texts, zeros left out: of some thousand n-grams a text has a handful.
#[derive(Debug, Default)]
pub struct SideInputs {
    width: usize,
    rows: Vec<Vec<(u32, f32)>>,
}

impl SideInputs {
    /// Takes the texts of `other`.
    pub fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// The columns in which some rows have anything, and the rows over these columns.
    fn batch(&self, rows: &[usize]) -> (Vec<i32>, Vec<f32>) {
        let of = |at: &usize| self.rows[*at].iter();
        let columns: BTreeSet<u32> = rows.iter().flat_map(of).map(|(column, _)| *column).collect();
        let mut places = vec![0; self.width];
        columns.iter().zip(0..).for_each(|(column, place)| places[*column as usize] = place);
        let mut values = vec![0.0; rows.len() * columns.len()];
        for (line, at) in rows.iter().enumerate() {
            for (column, value) in of(at) {
                values[line * columns.len() + places[*column as usize]] = *value;
            }
        }
        (columns.into_iter().map(|column| column as i32).collect(), values)
    }
}

/// Of texts with as many inputs each.
impl FromIterator<Vec<f32>> for SideInputs {
    fn from_iter<T: IntoIterator<Item = Vec<f32>>>(texts: T) -> Self {
        let mut inputs = Self::default();
        for text in texts {
            inputs.width = text.len();
            let own = (0..).zip(text).filter(|(_, value)| *value != 0.0);
            inputs.rows.push(own.collect());
        }
        inputs
    }
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

/// Fits a network of one hidden layer of rectified units to the probabilities of each text's sides (2 ·
/// aspect, + 1 for its first side; the last class is none): cross-entropy, Adam over shuffled batches
/// at a rate that falls to zero. Texts after the last that has a target have no part.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn fit_sides(
    inputs: &SideInputs,
    targets: &[[f32; SIDES]],
    settings: SideSettings,
) -> Result<SideWeights> {
    let device = Device::flex().autodiff();
    let (width, hidden) = (inputs.width, settings.hidden);
    let mut random = Random::new(settings.seed);
    let mut drawn = |shape: [usize; 2]| {
        Param::from_tensor(tensor(glorot(shape, || random.normal()), shape, &device))
    };
    let mut model = Reader { hidden: drawn([width, hidden]), output: drawn([hidden + 1, SIDES]) };
    let mut adam = AdamConfig::new().init();
    let mut order: Vec<usize> = (0..targets.len()).collect();
    let steps = (settings.epochs * targets.len().div_ceil(BATCH)) as f64;
    let mut done = 0.0;
    for _ in 0..settings.epochs {
        let all = order.len();
        random.draw(&mut order, all);
        for batch in order.chunks(BATCH) {
            // Only the weights of what the batch has anything of are multiplied.
            let (columns, x) = inputs.batch(batch);
            let x = tensor(x, [batch.len(), columns.len()], &device);
            let columns = TensorData::new(columns, [x.dims()[1]]);
            let columns = Tensor::<1, Int>::from_data(columns, &device);
            let hidden = model.hidden.val().select(0, columns);
            let target = batch.iter().flat_map(|&at| targets[at]).collect();
            let target = tensor(target, [batch.len(), SIDES], &device);
            let one = Tensor::ones([batch.len(), 1], &device);
            let units = Tensor::cat(vec![relu(x.matmul(hidden)), one], 1);
            let logits = units.matmul(model.output.val());
            let fit = (log_softmax(logits, 1) * target).sum().neg().div_scalar(batch.len() as f32);
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

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    #[test]
    fn a_batch_has_the_columns_that_its_texts_have() {
        let dense = [vec![0.0, 2.0, 0.0, 1.0], vec![3.0, 0.0, 0.0, 0.0], vec![0.0, 0.0, 0.0, 4.0]];
        let inputs: SideInputs = dense.into_iter().collect();
        assert_eq!(inputs.rows.len(), 3);
        assert_eq!(inputs.batch(&[2, 0]), (vec![1, 3], vec![0.0, 4.0, 2.0, 1.0]));
        assert_eq!(inputs.batch(&[1]), (vec![0], vec![3.0]));
    }

    #[test]
    fn a_network_learns_how_probable_a_side_is() {
        let texts = [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]];
        let inputs: SideInputs = texts.into_iter().cycle().take(128).collect();
        let mut even = [0.0; SIDES];
        (even[3], even[7]) = (0.5, 0.5);
        let mut sure = [0.0; SIDES];
        sure[5] = 1.0;
        let targets: Vec<[f32; SIDES]> = [even, sure].into_iter().cycle().take(128).collect();
        let settings = SideSettings { hidden: 8, epochs: 2000, penalty: 0.0, seed: 3 };
        let fit = || block_on(fit_sides(&inputs, &targets, settings)).unwrap();
        let shares = fit().shares(&inputs);
        assert!((shares[0][3] - 0.5).abs() < 0.05 && (shares[0][7] - 0.5).abs() < 0.05);
        assert!(shares[1][5] > 0.9);
        assert_eq!(fit().shares(&inputs), shares);
    }
}
