//! Training the model of personal fit: on sentences and replies of known sides, and on pairs of people.

use std::collections::BTreeSet;

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{log_sigmoid, log_softmax, relu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::deck::Deck;
use super::personal;
use super::sides::{SIDES, SideReader};
use super::train::{square, tensor};
use crate::formats::Result;
use crate::model::{glorot, read_back};
use crate::reward::wishes::{self, ASPECTS, TOPIC};
use crate::stats::Random;

#[derive(Module, Debug)]
struct Reader {
    hidden: Param<Tensor<2>>,
    output: Param<Tensor<2>>,
}

/// The two networks, learning together.
#[derive(Module, Debug)]
struct Readers {
    sentences: Reader,
    replies: Reader,
}

const RATE: f64 = 0.002;
/// Hidden units, H.
pub const HIDDEN: usize = 64;
/// The L2 penalties of the two networks.
const PENALTIES: [f32; 2] = [1e-6, 1e-5];
/// Sentences, replies and pairs of one step.
const BATCHES: [usize; 3] = [128, 32, 8];
/// How much the pairs of a step count beside its sentences and its replies.
const PAIRS: f32 = 0.4;

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

/// Texts and how probable each of their sides is (2 · aspect, + 1 for its first side; the last is
/// none). Texts after the last that has a target have no part.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The texts.
    pub inputs: &'a SideInputs,
    /// The probabilities of their sides.
    pub targets: &'a [[f32; SIDES]],
}

/// Replies that each suit one person better than another.
#[derive(Debug, Default)]
pub struct PairInputs {
    /// What is said of all people.
    pub statements: SideInputs,
    /// Whether a statement only points at its subject ([`Statement::points`](wishes::Statement::points)).
    pub pointing: Vec<bool>,
    /// The places of what is said of the person whom a reply suits, and of the other one, oldest
    /// first.
    pub people: Vec<[Vec<usize>; 2]>,
    /// One for each pair.
    pub replies: SideInputs,
}

impl Reader {
    fn new(inputs: usize, random: &mut Random, device: &Device) -> Self {
        let mut drawn = |shape: [usize; 2]| {
            Param::from_tensor(tensor(glorot(shape, || random.normal()), shape, device))
        };
        Self { hidden: drawn([inputs, HIDDEN]), output: drawn([HIDDEN + 1, SIDES]) }
    }

    /// [rows, 49]. Only the weights of what the rows have anything of are multiplied.
    fn logits(&self, inputs: &SideInputs, rows: &[usize], device: &Device) -> Tensor<2> {
        let (columns, x) = inputs.batch(rows);
        let x = tensor(x, [rows.len(), columns.len()], device);
        let hidden = self.hidden.val().select(0, places(columns, device));
        let one = Tensor::ones([rows.len(), 1], device);
        Tensor::cat(vec![relu(x.matmul(hidden)), one], 1).matmul(self.output.val())
    }

    /// Cross-entropy with what is told of the rows.
    fn loss(&self, told: Told<'_>, rows: &[usize], device: &Device) -> Tensor<1> {
        let target = rows.iter().flat_map(|&at| told.targets[at]).collect();
        let target = tensor(target, [rows.len(), SIDES], device);
        let logits = self.logits(told.inputs, rows, device);
        (log_softmax(logits, 1) * target).sum().neg().div_scalar(rows.len() as f32)
    }

    /// P(first side) − P(second side) of each aspect, [rows, 24].
    fn leanings(&self, inputs: &SideInputs, rows: &[usize], device: &Device) -> Tensor<2> {
        let shares = softmax(self.logits(inputs, rows, device), 1);
        let count = rows.len();
        let sides = shares.slice([0..count, 0..2 * ASPECTS]).reshape([count, ASPECTS, 2]);
        let side = |at: usize| sides.clone().slice([0..count, 0..ASPECTS, at..at + 1]);
        (side(1) - side(0)).reshape([count, ASPECTS])
    }

    fn penalty(&self, factor: f32) -> Tensor<1> {
        (square(&self.hidden) + square(&self.output)).mul_scalar(factor)
    }

    async fn weights(&self) -> Result<SideWeights> {
        let hidden = read_back(self.hidden.val()).await?;
        Ok(SideWeights { hidden, output: read_back(self.output.val()).await? })
    }
}

impl Readers {
    /// −log σ of how much better each reply suits the one whom it is told to suit: the fit of
    /// [`Personal`](super::Personal), without subjects and before it is bent.
    fn pair_loss(&self, pairs: &PairInputs, rows: &[usize], device: &Device) -> Tensor<1> {
        let people = || {
            let of = |side: usize| rows.iter().map(move |&pair| &pairs.people[pair][side]);
            of(0).chain(of(1))
        };
        let said: BTreeSet<usize> = people().flatten().copied().collect();
        let said: Vec<usize> = said.into_iter().collect();
        let counts = said.iter().flat_map(|&at| {
            let topic = f32::from(u8::from(pairs.pointing[at]));
            (0..ASPECTS).map(move |aspect| if aspect == TOPIC { topic } else { 1.0 })
        });
        let counts = tensor(counts.collect(), [said.len(), ASPECTS], device);
        let leanings = self.sentences.leanings(&pairs.statements, &said, device) * counts;
        // A row of zeros, for those of whom less is said than of others.
        let leanings = Tensor::cat(vec![leanings, Tensor::zeros([1, ASPECTS], device)], 0);
        let most = people().map(Vec::len).max().unwrap_or(0);
        let mut sums = Tensor::<2>::zeros([2 * rows.len(), ASPECTS], device);
        for turn in 0..most {
            let place = |own: &Vec<usize>| {
                let at = own.get(turn).and_then(|at| said.binary_search(at).ok());
                at.unwrap_or(said.len()) as i32
            };
            let own = leanings.clone().select(0, places(people().map(place).collect(), device));
            sums = sums * own.clone().abs().neg().add_scalar(1.0) + own;
        }
        let known = sums.mul_scalar(wishes::STEEPNESS as f32).tanh();
        let reply = self.replies.leanings(&pairs.replies, rows, device);
        let fit = (known * Tensor::cat(vec![reply.clone(), reply], 0)).sum_dim(1);
        let [suited, other] =
            [0, rows.len()].map(|from| fit.clone().slice([from..from + rows.len(), 0..1]));
        log_sigmoid((suited - other).mul_scalar(personal::STEEPNESS as f32)).mean().neg()
    }
}

fn places(places: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), device)
}

/// Fits the network of sentences and that of replies together: cross-entropy with what is told of
/// texts, and the order that the two of them put pairs of people into (Bradley–Terry). Adam at a rate
/// that falls to zero, until the sentences have been gone through `epochs` times; replies and pairs as
/// often as these steps give.
///
/// # Errors
///
/// `Device` where the device fails.
pub async fn fit_sides(
    sentences: Told<'_>,
    replies: Told<'_>,
    pairs: &PairInputs,
    epochs: usize,
    seed: u32,
) -> Result<[SideWeights; 2]> {
    let device = Device::flex().autodiff();
    let mut random = Random::new(seed);
    let mut model = Readers {
        sentences: Reader::new(sentences.inputs.width, &mut random, &device),
        replies: Reader::new(replies.inputs.width, &mut random, &device),
    };
    let mut adam = AdamConfig::new().init();
    let counts = [sentences.targets.len(), replies.targets.len(), pairs.people.len()];
    let mut decks = counts.map(Deck::new);
    let steps = epochs * counts[0] / BATCHES[0].min(counts[0]).max(1);
    for step in 0..steps {
        let [said, answered, paired] =
            std::array::from_fn(|at| decks[at].draw(BATCHES[at], &mut random).to_vec());
        let mut loss = model.sentences.loss(sentences, &said, &device)
            + model.replies.loss(replies, &answered, &device)
            + model.sentences.penalty(PENALTIES[0])
            + model.replies.penalty(PENALTIES[1]);
        if !paired.is_empty() {
            loss = loss + model.pair_loss(pairs, &paired, &device).mul_scalar(PAIRS);
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = adam.step(RATE * (1.0 - step as f64 / steps as f64), model, gradients);
    }
    let model = model.valid();
    Ok([model.sentences.weights().await?, model.replies.weights().await?])
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::reward::wishes::{KnownWishes, Statement};

    #[test]
    fn a_batch_has_the_columns_that_its_texts_have() {
        let dense = [vec![0.0, 2.0, 0.0, 1.0], vec![3.0, 0.0, 0.0, 0.0], vec![0.0, 0.0, 0.0, 4.0]];
        let inputs: SideInputs = dense.into_iter().collect();
        assert_eq!(inputs.rows.len(), 3);
        assert_eq!(inputs.batch(&[2, 0]), (vec![1, 3], vec![0.0, 4.0, 2.0, 1.0]));
        assert_eq!(inputs.batch(&[1]), (vec![0], vec![3.0]));
    }

    /// Texts of two words, the first of which shows two sides as often, the second one side.
    fn told() -> (SideInputs, Vec<[f32; SIDES]>) {
        let texts = [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]];
        let mut even = [0.0; SIDES];
        (even[3], even[7]) = (0.5, 0.5);
        let mut sure = [0.0; SIDES];
        sure[5] = 1.0;
        let inputs = texts.into_iter().cycle().take(128).collect();
        (inputs, [even, sure].into_iter().cycle().take(128).collect())
    }

    #[test]
    fn a_network_learns_how_probable_a_side_is() {
        let (inputs, targets) = told();
        let told = Told { inputs: &inputs, targets: &targets };
        let none = PairInputs::default();
        let fit = || block_on(fit_sides(told, told, &none, 2000, 3)).unwrap();
        let [of_sentences, of_replies] = fit().map(|weights| weights.shares(&inputs));
        for shares in [&of_sentences, &of_replies] {
            assert!((shares[0][3] - 0.5).abs() < 0.05 && (shares[0][7] - 0.5).abs() < 0.05);
            assert!(shares[1][5] > 0.9);
        }
        let [again, _] = fit();
        assert_eq!(again.shares(&inputs), of_sentences);
    }

    #[test]
    fn a_word_of_which_nothing_is_told_gets_its_sense_from_pairs() {
        let (inputs, targets) = told();
        let told = Told { inputs: &inputs, targets: &targets };
        // The third word stands for one whom the reply of the second word suits; of the other one
        // nothing else is said than of both.
        let statements = [vec![0.0, 0.0, 1.0], vec![1.0, 0.0, 0.0]].into_iter().collect();
        let pairs = PairInputs {
            statements,
            pointing: vec![false; 2],
            people: vec![[vec![1, 0], vec![1]]],
            replies: [vec![0.0, 1.0, 0.0]].into_iter().collect(),
        };
        let [sentences, _] = block_on(fit_sides(told, told, &pairs, 300, 3)).unwrap();
        let shares = sentences.shares(&pairs.statements);
        assert!(shares[0][5] > shares[0][4] + 0.5, "{:?}", shares[0]);
    }

    #[test]
    fn the_loss_of_pairs_is_that_of_the_fit_in_use() {
        let device = Device::flex().autodiff();
        let mut random = Random::new(5);
        let model = Readers {
            sentences: Reader::new(3, &mut random, &device),
            replies: Reader::new(2, &mut random, &device),
        };
        let said = ["Never bring it up.", "The harbour at dawn.", "Jokes.", "Long letters."]
            .map(|text| Statement { text: text.to_owned(), weight: 1.0 });
        let inputs =
            [vec![9.0, 0.0, 0.0], vec![0.0, 9.0, 0.0], vec![0.0, 0.0, 9.0], vec![5.0, -5.0, 3.0]];
        let replies = [vec![9.0, 0.0], vec![0.0, 9.0]];
        let pairs = PairInputs {
            statements: inputs.clone().into_iter().collect(),
            pointing: said.iter().map(Statement::points).collect(),
            people: vec![[vec![0, 1, 2], vec![3]], [vec![1], vec![3, 0]]],
            replies: replies.clone().into_iter().collect(),
        };
        assert_eq!(pairs.pointing, [true, false, false, false]);

        let valid = model.valid();
        let reader = |of: &Reader| {
            let SideWeights { hidden, output } = block_on(of.weights()).unwrap();
            SideReader::new(hidden, output)
        };
        let (sentences, answers) = (reader(&valid.sentences), reader(&valid.replies));
        let fit = |own: &[usize], reply: usize| -> f64 {
            let statements: Vec<Statement> = own.iter().map(|&at| said[at].clone()).collect();
            let leanings: Vec<_> = own.iter().map(|&at| sentences.leanings(&inputs[at])).collect();
            let known = KnownWishes::of(&statements, &leanings).leanings;
            known.iter().zip(answers.leanings(&replies[reply])).map(|(a, b)| a * b).sum()
        };
        let loss = |(reply, [suited, other]): (usize, &[Vec<usize>; 2])| {
            let gain = personal::STEEPNESS * (fit(suited, reply) - fit(other, reply));
            (-gain).exp().ln_1p()
        };
        let expected: f64 = pairs.people.iter().enumerate().map(loss).sum::<f64>() / 2.0;
        assert!((expected - 2.0f64.ln()).abs() > 0.01);
        let loss = block_on(read_back(model.pair_loss(&pairs, &[0, 1], &device))).unwrap();
        assert!((f64::from(loss[0]) - expected).abs() < 1e-4, "{} {expected}", loss[0]);
    }
}
