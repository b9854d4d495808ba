use anyhow::Result;
use attune::reward::builtin::SIDES;
use attune::reward::builtin::train_personal::{SideInputs, SideSettings, SideWeights, fit_sides};
use pollster::block_on;

use super::parallel::on_all_processors;

/// How many networks teach the one that is kept.
const TEACHERS: usize = 6;

type Shares = [f32; SIDES];

/// A network of what several, fitted to texts of known sides and alike but for their seeds, say
/// together of these texts and of others whose sides nobody told (distillation: Hinton, Vinyals &
/// Dean 2015). One network's reading of a text it has not met turns on its seed; that of several
/// less so, and it passes on to one.
pub fn distilled(
    mut texts: SideInputs,
    classes: &[usize],
    others: SideInputs,
    settings: SideSettings,
) -> Result<SideWeights> {
    let hot: Vec<Shares> = classes
        .iter()
        .map(|&class| std::array::from_fn(|side| f32::from(u8::from(side == class))))
        .collect();
    texts.extend(others);

    let taught = on_all_processors(TEACHERS, |teacher| {
        let settings = SideSettings { seed: settings.seed + teacher as u32 + 1, ..settings };
        Ok(block_on(fit_sides(&texts, &hot, settings))?.shares(&texts))
    });
    let taught: Vec<Vec<Shares>> = taught.into_iter().collect::<Result<_>>()?;
    let mut targets = vec![[0.0; SIDES]; taught[0].len()];
    for shares in taught {
        for (target, shares) in targets.iter_mut().zip(shares) {
            target.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share / TEACHERS as f32);
        }
    }
    // What a text's author said counts as much as what all teachers say of it.
    for (target, hot) in targets.iter_mut().zip(&hot) {
        target.iter_mut().zip(hot).for_each(|(share, told)| *share = (*share + told) / 2.0);
    }
    Ok(block_on(fit_sides(&texts, &targets, settings))?)
}
