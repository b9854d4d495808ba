use anyhow::Result;
use attune::reward::builtin::SIDES;
use attune::reward::builtin::train_personal::{
    PairInputs, SideInputs, SideWeights, Told, fit_sides,
};
use pollster::block_on;

use super::parallel::on_all_processors;

/// How many pairs of networks teach the one that is kept.
const TEACHERS: usize = 4;
/// How often the sentences are gone through; with their steps the teachers go through the labelled
/// replies some 22 times, the one that is kept through all replies 11 times, and each through the
/// pairs 13 times.
const EPOCHS: usize = 8;
const SEED: u32 = 7;

type Shares = [f32; SIDES];

/// Texts of known sides and, after them, others whose sides nobody told.
pub struct Texts {
    inputs: SideInputs,
    told: Vec<Shares>,
}

impl Texts {
    pub fn new(mut inputs: SideInputs, classes: &[usize], others: SideInputs) -> Self {
        inputs.extend(others);
        let hot = |&class| std::array::from_fn(|side| f32::from(u8::from(side == class)));
        Self { inputs, told: classes.iter().map(hot).collect() }
    }

    /// What a text's author said counts as much as what all teachers say of it.
    fn targets(&self, mut taught: Vec<Shares>) -> Vec<Shares> {
        for (target, told) in taught.iter_mut().zip(&self.told) {
            target.iter_mut().zip(told).for_each(|(share, told)| *share = (*share + told) / 2.0);
        }
        taught
    }
}

/// The networks of sentences and of replies that learn what several, alike but for their seeds, say
/// together of all texts (distillation: Hinton, Vinyals & Dean 2015), and the pairs as these did.
/// One network's reading of a text it has not met turns on its seed; that of several less so, and
/// it passes on to one.
pub fn distilled(
    sentences: &Texts,
    replies: &Texts,
    pairs: &PairInputs,
) -> Result<[SideWeights; 2]> {
    let fit = |[said, answered]: [&[Shares]; 2], seed: u32| {
        let sentences = Told { inputs: &sentences.inputs, targets: said };
        let replies = Told { inputs: &replies.inputs, targets: answered };
        block_on(fit_sides(sentences, replies, pairs, EPOCHS, seed))
    };
    let taught = on_all_processors(TEACHERS, |teacher| {
        let [said, answered] = fit([&sentences.told, &replies.told], SEED + teacher as u32 + 1)?;
        Ok([said.shares(&sentences.inputs), answered.shares(&replies.inputs)])
    });
    let taught: Vec<[Vec<Shares>; 2]> = taught.into_iter().collect::<Result<_>>()?;
    let said = sentences.targets(mean(taught.iter().map(|[said, _]| said)));
    let answered = replies.targets(mean(taught.iter().map(|[_, answered]| answered)));
    Ok(fit([&said, &answered], SEED)?)
}

/// What all teachers say of each text.
fn mean<'a>(taught: impl Iterator<Item = &'a Vec<Shares>>) -> Vec<Shares> {
    let mut targets = Vec::new();
    for shares in taught {
        targets.resize(shares.len(), [0.0; SIDES]);
        for (target, shares) in targets.iter_mut().zip(shares) {
            target.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share / TEACHERS as f32);
        }
    }
    targets
}
